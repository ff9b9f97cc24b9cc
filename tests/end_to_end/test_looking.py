"""status, doctor, plan: they look at everything, change nothing, and say it for people."""

import re

import driver
import pytest
from conftest import ENVIRONMENTS, MACHINES
from helpers import FULL, WORDS


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_they_change_nothing(build, machine, environment):
    """In every environment: no acts, no folder made, the state file untouched."""
    mac = build(machine, environment)
    before = (mac.root / "recorded-mac.json").read_bytes()
    for command in ("status", "doctor", "plan"):
        seen = driver.run(mac, command)
        code = 3 if command == "doctor" and environment in ("unpaired-recovery", "ordinary-recovery") else 0
        assert seen.code == code, (command, seen.text)
        assert "traceback" not in seen.text
    assert mac.acts() == []
    assert (mac.root / "recorded-mac.json").read_bytes() == before
    assert not mac.journal().exists()


@pytest.mark.parametrize("machine", MACHINES)
def test_status(build, machine):
    """What a person wants to know."""
    mac = build(machine)
    mac.set_boot_args("-v")
    seen = driver.run(mac, "status")
    assert seen.code == 0, seen.text
    group = mac.group()
    for word in (group["name"], group["uuid"], group["os"]["build"], "Full", "-v", "the right recovery for this macOS"):
        assert word in " ".join(seen.out.split()), word


def test_status_of_a_raised_mac(mac):
    """Permissive, SIP off, a custom kernel, our words."""
    assert driver.unattended(mac, "apply").code == 0
    mac.restart("macos")
    assert driver.unattended(mac, "apply").code == 0
    seen = driver.run(mac, "status")
    for word in ("Permissive", "7f", mac.policy()["coih"][:8], "development", WORDS):
        assert word in " ".join(seen.out.split()), word


def test_status_says_what_to_type_next(applied_mac):
    """In recovery that it goes on in macOS; there the two lines that lead on and back, as long as the run is open."""
    seen = driver.run(applied_mac, "status")
    assert "It continues in macOS. There, type:\n    sudo /System/Volumes/Data/vmq-recovery resume\n" in seen.out, seen.text
    applied_mac.restart("macos")
    seen = driver.run(applied_mac, "status")
    for words, command in (("To continue:", "resume"), ("Or to go back:", "rollback")):
        assert f"  {words}\n    sudo {driver.program_file()} {command}\n" in seen.out, seen.text
    assert driver.unattended(applied_mac, "resume").code == 0
    assert "What comes next" not in driver.run(applied_mac, "status").out


def test_status_of_a_name_that_is_not_there(mac):
    """Exit 3, and the names that there are."""
    seen = driver.run(mac, "status", "--volume", "Nope")
    assert seen.code == 3, seen.text
    assert f"give --volume one of these names, or its UUID: {mac.group()['name']} ({mac.group()['uuid']})." in " ".join(seen.out.split())


@pytest.mark.parametrize("machine", MACHINES)
def test_doctor_of_a_good_mac(build, machine):
    """Everything ok: exit 0, no bad, no unknown."""
    seen = driver.run(build(machine), "doctor")
    assert seen.code == 0, seen.text
    assert " bad " not in seen.text and " unknown " not in seen.text


def test_doctor_says_which_check_is_made(mac, session):
    """On a terminal, on one line that is wiped again; not with -q and not with --no-input."""
    line = "Checking: root (1 of "
    one = session(mac, "doctor", size=(50, 80))
    assert one.finish() == 0
    assert "\r\x1b[K" + line in one.log and one.log.rindex("\x1b[K") < one.log.index("running as root")
    for options in ("-q", "--no-input"):
        one = session(mac, "doctor", options, size=(50, 80))
        assert one.finish() == 0
        assert line not in one.log
    assert line not in driver.run(mac, "doctor").text


@pytest.mark.parametrize(("arrange", "word"), [
    ({"environment": "unpaired-recovery"}, "pair"), ({"environment": "ordinary-recovery"}, "holding the power button"),
    ({"staged": None}, "VirtualMachine.kc"), ({"preboot_read_only": True}, "Preboot"), ({"locked": True}, "unlockVolume"),
    ({"staged": "other-chip"}, "t8103"),
])
def test_doctor_of_a_bad_mac(build, arrange, word):
    """Each with the cure in words; exit 3."""
    mac = build("m4-26.3", **arrange)
    seen = driver.run(mac, "doctor")
    assert seen.code == 3, seen.text
    assert word.lower() in " ".join(seen.text.split()).lower()
    assert "bad" in seen.text


@pytest.mark.parametrize("tool", ["bputil", "nvram", "diskutil"])
@pytest.mark.parametrize("how", ["garbage", "fail", "die", "half"])
def test_doctor_with_a_broken_tool(mac, tool, how):
    """What cannot be read is unknown or bad, never ok; no crash."""
    mac.set_boot_args("-v")
    mac.fault(tool, how, times=None)
    for command, code in (("doctor", 3), ("status", 0), ("plan", 3 if tool == "diskutil" else 0)):
        seen = driver.run(mac, command)
        assert seen.code == code, (command, seen.text)
        assert "traceback" not in seen.text


def policy_text(mac):
    """What bputil -d prints now; the call is not the program's, so it does not stay in the log."""
    text = driver.subprocess.run([mac.root / "usr/bin/bputil", "-d", "-v", mac.group()["uuid"]], check=True,
                                 capture_output=True, text=True).stdout
    mac.forget()
    return text


@pytest.mark.parametrize("fault", ["missing", "doubled", "contradiction", "other-group", "bad-hash"])
def test_a_strange_policy_is_unknown(build, fault):
    """A row missing, twice, or against another: unknown, so nothing goes on from there."""
    mac = build("m1-12.1")
    text = policy_text(mac)
    mode = "Security Mode:               Full       (smb0): absent\n"
    sip = "SIP Status:                  Enabled    (sip0): absent\n"
    assert mode in text and sip in text
    text = {
        "missing": text.replace(sip, ""),
        "doubled": text.replace(sip, sip + "SIP Status:                  Customized (sip0): 7f\n"),
        "contradiction": text.replace(sip, "SIP Status:                  Enabled    (sip0): 7f\n"),
        "other-group": text.replace(mac.group()["uuid"], "5EADF322-3C85-4DF8-8516-0B556700CD5E"),
        "bad-hash": text.replace("(coih): absent", "(coih): A8D3"),
    }[fault]
    mac.fault("bputil", "text", match=["-d"], times=None, text=text)
    seen = driver.unattended(mac, "apply")
    assert seen.code == 3, seen.text
    assert mac.acts() == [] and "unknown" in seen.text


def test_an_unknown_row_is_kept_and_shown(build):
    """A later release may add one: the verdict stands, the row is shown."""
    mac = build("m1-12.1")
    text = policy_text(mac)
    row = "Lunar Mode Status:           Disabled   (sip9): absent\n"
    mac.fault("bputil", "text", match=["-d"], times=None, text=text + row)
    seen = driver.run(mac, "status", "-v")
    assert seen.code == 0, seen.text
    assert "Lunar Mode" in seen.text
    assert "Full" in seen.text


def test_plan_tells_the_way_back(mac):
    """Each step: verdict now, exact command, its way back."""
    seen = driver.run(mac, "plan")
    squeezed = " ".join(seen.out.split())
    for word in ("csrutil disable", "kmutil configure-boot --volume", "way back", "todo"):
        assert word in squeezed, word
    assert driver.run(mac, "plan", "revert").code == 0
    assert mac.policy()["mode"] == FULL["mode"]


def test_a_plan_where_this_is_no_mac(tmp_path):
    """A named plan or a file is shown for a simulated Mac, and the first line says so; a wrong name or plan is told as ever."""
    path = tmp_path / "two.lua"
    path.write_text("""
return plan "two" { summary = "Two.", params = { level = param "integer" }, step "first" { why = "First.", where = "any",
  check = function(c) return "todo", { level = c.level } end,
  run = function() return command({ "/usr/sbin/nvram", "-s" }, { tool = "nvram" }) end, no_way_back = "none" } }
""", encoding="utf-8")
    for words, code, told in ((("plan", "revert"), 0, "2. policy (done)"), (("plan", "apply"), 0, "8. copy-away (nothing to do now)"),
                              (("plan", path, "--set", "level=3", "--detailed-exitcode"), 10, "runs: /usr/sbin/nvram -s")):
        seen = driver.run(None, *words)
        assert seen.code == code, seen.text
        assert seen.out.splitlines()[0] == "This computer is no Mac: the plan is shown for a simulated one."
        assert told in seen.out, seen.text
    wrong = driver.run(None, "plan", "nosuch")
    assert wrong.code == 2 and "simulated" not in wrong.text
    bare = driver.run(None, "plan")
    assert bare.code == 3 and "This is no Apple silicon Mac." in bare.text and "diskutil" not in bare.text


def test_another_computer_is_told_of_rehearsals():
    """What needs a Mac says so, and which line to type instead, as the program was started."""
    plans = re.findall(r"^([a-z][a-z-]+) {2,}\S", driver.run(None, "plans").out, re.MULTILINE)
    assert len(plans) > 8, plans
    acting = ["apply", "revert", "step", "build", "stage", "unstage", "kdk fetch", "kdk install", *(f"run {one}" for one in plans)]
    for words in ("resume", "rollback", "record", "trial", "doctor", "verify", "log", "report", "plan", *acting):
        seen = driver.run(None, *words.split())
        told = " ".join(seen.text.split())
        assert seen.code == 3 and f"`{driver.program_file()} rehearse" in told and "locked" not in told, seen.text
