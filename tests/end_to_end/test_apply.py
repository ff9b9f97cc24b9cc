"""The whole job on the three machines: apply in recovery, restart, apply in macOS, and what is told on the way."""

import hashlib
import stat

import driver
import pytest
from claims import AS_BEFORE
from conftest import MACHINES
from helpers import FULL, GUID, WORDS, act_kinds, flags, has_words, policy_is_raised


def applied(mac, *more, code=0):
    """Apply with an owner's credentials."""
    seen = driver.unattended(mac, "apply", *more)
    assert seen.code == code, seen.text
    return seen


@pytest.mark.parametrize("machine", MACHINES)
def test_the_whole_way(build, machine):
    """Phase one in recovery, a restart, phase two in macOS; at the end the kernel runs with the quota."""
    mac = build(machine)
    applied(mac)
    assert policy_is_raised(mac)
    mac.restart("macos")
    seen = applied(mac)
    if not has_words(mac, mac.state()["running"]["boot_args"]) or not has_words(mac):
        pytest.fail(seen.text)
    for _ in range(2):
        if mac.state()["running"]["hv_support"] and WORDS in mac.state()["running"]["boot_args"]:
            break
        mac.restart("macos")
        applied(mac)
    running = mac.state()["running"]
    assert (running["config"], running["hv_support"]) == ("development", 1)
    assert set(WORDS.split()) <= set(running["boot_args"].split())
    mac.forget()
    applied(mac)
    assert mac.acts() == [], "nothing is left to do"


def copy_of(collection):
    """Where the copy of a collection lies, in recovery."""
    return f"/Volumes/Data/private/var/db/vmq-recovery/object/{hashlib.sha256(collection.read_bytes()).hexdigest()}.kc"


def test_the_copy_of_the_collection(mac):
    """Root's alone, named in the plan and with its SHA-256 in the intent; gone when the run has come to its good end."""
    path = copy_of(mac.collection_path())
    assert path in "".join(driver.run(mac, "plan", "apply").text.split())
    applied(mac)
    copy = mac.root / path[1:]
    assert copy.read_bytes() == mac.collection_path().read_bytes()
    assert [stat.S_IMODE(one.stat().st_mode) for one in (copy, copy.parent)] == [0o600, 0o700]
    records = [one["record"] for one in driver.run(mac, "--json", "log").of("record")]
    assert [one["sha256"] for one in records if one["type"] == "intent" and one["step"] == "kernel"] == [copy.stem]
    mac.restart("macos")
    applied(mac)
    assert list((mac.data() / "private/var/db/vmq-recovery/object").iterdir()) == []


def test_the_copy_goes_with_a_rollback(mac):
    """Nothing of it is left."""
    applied(mac)
    seen = driver.unattended(mac, "rollback")
    assert seen.code == 0 and AS_BEFORE in " ".join(seen.text.split()), seen.text
    assert list((mac.data() / "private/var/db/vmq-recovery/object").iterdir()) == []


def test_the_commands_of_the_first_phase(mac):
    """Exactly these, in this order: the seed's, without the bputil that csrutil has made unnecessary."""
    applied(mac)
    assert mac.acts()[:2] == [
        ["csrutil", "disable"],
        ["kmutil", "configure-boot", "--volume", "/Volumes/Macintosh HD", "--custom-boot-object",
         copy_of(mac.collection_path())]]
    assert ["nvram", f"{GUID}:boot-args={WORDS}"] in mac.acts()
    assert act_kinds(mac) == ["csrutil disable", "kmutil configure-boot", "nvram =", "nvram -s"]
    assert mac.state()["flash"]["boot-args"] == WORDS


def test_recovery_of_26_defers_the_boot_args(build):
    """Denied in recovery: told, then set in macOS, then one more restart is asked for."""
    mac = build("m4-26.3")
    seen = applied(mac)
    assert mac.boot_args() is None and "macOS" in seen.text
    assert policy_is_raised(mac)
    mac.restart("macos")
    seen = applied(mac, "--detailed-exitcode", code=8)
    assert mac.boot_args() == WORDS and "restart" in seen.text.lower()
    mac.restart("macos")
    applied(mac, "--detailed-exitcode")
    assert mac.state()["running"]["hv_support"] == 1


@pytest.mark.parametrize("machine", MACHINES)
def test_detailed_exit_code(build, machine):
    """8 where a restart is needed, 0 without the option."""
    applied(build(machine), "--detailed-exitcode", code=8)


def test_again_in_recovery_does_nothing(mac):
    """Before the restart there is nothing left to do there, and the message says what comes next."""
    applied(mac)
    mac.forget()
    seen = applied(mac)
    assert mac.acts() == []
    assert "restart" in seen.text.lower()


@pytest.mark.parametrize("machine", MACHINES)
def test_what_is_told_before(build, machine):
    """Target, collection, policy, commands, prompts, the licence, the way back: all before the first act, with -v."""
    mac = build(machine)
    owner = mac.group()["owners"][0]
    seen = driver.run(mac, "apply", "-v", "--user", owner["name"], password=owner["password"])
    assert seen.code == 4, seen.text
    assert mac.acts() == []
    group, chip = mac.group(), mac.state()["chip"]
    data = mac.collection_path().read_bytes()
    wanted = (group["name"], group["uuid"], group["os"]["build"], "VirtualMachine.kc",
              hashlib.sha256(data).hexdigest(), "DEVELOPMENT_ARM64_" + chip["soc"] if machine != "m1-12.1" else "T8101",
              "csrutil disable", "kmutil configure-boot", "hv_apple_isa_vm_quota=0xFF", "no checksum file", "password")
    squeezed = " ".join(seen.text.split())
    dense = "".join(seen.text.split())
    for word in wanted:
        assert word in squeezed or "".join(word.split()) in dense, word
    assert "two" in squeezed and "agreement" in squeezed.lower() or "licence" in squeezed.lower()
    assert "csrutil enable" in squeezed or "bputil" in squeezed, "the way back without this program"


def test_eighty_columns(mac):
    """Text on the screen fits 80 columns, but for words that cannot be broken."""
    seen = driver.run(mac, "apply", environment={"COLUMNS": "80"})
    long = [line for line in seen.text.splitlines() if len(line) > 80 and len(line.split()) > 4]
    assert long == []


@pytest.mark.parametrize("words", ["debug=0x14e -v", "-v  keepsyms=1", "a=b\tc", "quote=\"x y\" z='1'", "café=☃ -x",
                                   "kcsuffix=release hv_apple_isa_vm_quota=2 -v", "100%=%41%%", "x=a,b;c|d&e$(f)`g`\\n"])
def test_foreign_boot_args_survive(mac, words):
    """Words of others, their order and their odd characters stay byte for byte; ours are replaced, not doubled."""
    mac.set_boot_args(words)
    applied(mac)
    now = mac.boot_args()
    assert has_words(mac), now
    for name in ("kcsuffix=", "hypervisor=", "hv_apple_isa_vm_quota="):
        assert now.count(name) == 1, now
    foreign = words.replace("kcsuffix=release hv_apple_isa_vm_quota=2 ", "")
    assert foreign in now, now


@pytest.mark.parametrize("words", ["café=1", b"caf\xe9=1"])
def test_boot_args_that_may_be_shown_as_others(mac, words):
    """They may be bytes that are no UTF-8, which cannot be written back: left alone, and said."""
    mac.set_boot_args(words)
    before = mac.boot_args()
    seen = applied(mac, code=3)
    assert mac.acts() == [] and mac.boot_args() == before and "beyond ASCII" in " ".join(seen.text.split())


def test_boot_args_of_an_older_macos(build):
    """608 bytes are too many before macOS 14."""
    mac = build("m1-12.6")
    mac.set_boot_args("x" * (608 - len(WORDS) - 1))
    seen = applied(mac, code=3)
    assert mac.acts() == [] and "607" in seen.text


def test_quota_and_further_words(mac):
    """--quota and --boot-arg reach the boot-args."""
    applied(mac, "--quota", "12", "--boot-arg", "-v", "--boot-arg=debug=0x144")
    words = mac.boot_args().split()
    assert int(next(word for word in words if word.startswith("hv_apple")).partition("=")[2], 0) == 12
    assert "-v" in words and "debug=0x144" in words


def test_boot_args_too_long(mac):
    """1,024 bytes and more are refused before anything."""
    mac.set_boot_args("x" * (1024 - len(WORDS) - 1))
    seen = applied(mac, code=3)
    assert mac.acts() == [] and "boot-args" in seen.text
    mac.set_boot_args("x" * (1023 - len(WORDS) - 1))
    applied(mac)
    assert len(mac.boot_args()) == 1023


@pytest.mark.parametrize("word", ["two words", "", "a\nb"])
def test_a_boot_arg_is_one_word(mac, word):
    """What is no word is refused before anything."""
    seen = driver.run(mac, "apply", "--yes", "--boot-arg", word)
    assert seen.code == 2 and mac.acts() == [], seen.text


def test_collection_given_by_path(mac):
    """--kc names the Mac's own path; kmutil gets a copy of it."""
    other = mac.data() / "Users/mykola/other file.kc"
    mac.collection_path().rename(other)
    seen = applied(mac, "--kc", "/Volumes/Data/Users/mykola/other file.kc")
    assert "/Volumes/Data/Users/mykola/other file.kc" in " ".join(seen.text.split())
    assert mac.acts()[1][-1] == copy_of(other)
    assert mac.policy()["coih"]
    assert "apply --kc '/Volumes/Data/Users/mykola/other file.kc'" in " ".join(driver.run(mac, "rollback", "-n").text.split())


def test_dry_run(mac):
    """-n goes through everything and starts nothing that changes the Mac."""
    before = mac.state()["writes"]
    seen = driver.unattended(mac, "apply", "-n")
    assert seen.code == 0, seen.text
    assert mac.acts() == [] and mac.state()["writes"] == before
    assert "csrutil disable" in seen.text and "kmutil" in seen.text


@pytest.mark.parametrize("machine", MACHINES)
def test_children_get_a_terminal_of_their_own(build, machine):
    """Every tool that asks runs on a pty of which it is the controlling terminal, in a session of its own."""
    mac = build(machine)
    applied(mac)
    asking = [one for one in mac.records("start") if one["argv"][:2] in (["csrutil", "disable"],
                                                                       ["kmutil", "configure-boot"])]
    assert len(asking) == 2
    for one in asking:
        assert (one["terminal"], one["stdin"], one["stdout"]) == (True, "tty", "tty")
        assert one["session"] == one["pid"]
    for one in mac.records("start"):
        if one not in asking:
            assert one["stdin"] in ("null", "tty"), one["argv"]


def test_quiet_and_verbose(build):
    """-q says less than nothing special, -v more; both still work."""
    sizes = {}
    for option in ("-q", "", "-v"):
        mac = build()
        seen = applied(mac, *([option] if option else []))
        sizes[option] = len(seen.text)
    assert sizes["-q"] < sizes[""] < sizes["-v"]


def test_colour(mac):
    """Never where nobody looks, always when told, not with NO_COLOR."""
    assert "\x1b[" not in driver.run(mac, "status").text
    assert "\x1b[" in driver.run(mac, "--color", "always", "doctor").text
    assert "\x1b[" not in driver.run(mac, "--color", "never", "doctor", environment={"CLICOLOR_FORCE": "1"}).text
    assert "\x1b[" in driver.run(mac, "doctor", environment={"CLICOLOR_FORCE": "1"}).text
    assert "\x1b[" not in driver.run(mac, "doctor", environment={"NO_COLOR": "1"}).text


@pytest.mark.parametrize("machine", MACHINES)
def test_there_and_back(build, machine):
    """Apply, restart, revert in recovery: full security, no custom kernel, the boot-args as they were."""
    mac = build(machine)
    mac.set_boot_args("-v debug=0x14e")
    applied(mac)
    mac.restart("macos")
    applied(mac)
    mac.restart("paired-recovery")
    seen = driver.unattended(mac, "revert")
    if mac.boot_args() != "-v debug=0x14e":
        # recovery of 26 refuses to write them; the rest is done in macOS
        assert machine == "m4-26.3", seen.text
        assert "macOS" in seen.text
    assert seen.code == 0, seen.text
    assert flags(mac) == FULL


def test_acts_are_told_as_they_were(mac):
    """What `plan` announces is what is then started, word for word."""
    told = " ".join(driver.run(mac, "plan", "apply").out.split())
    assert "/usr/sbin/nvram -s" in told and "csrutil disable" in told
    planned = driver.run(mac, "plan", "apply", "--json")
    steps = [step for plan in planned.of("plan") for step in plan["steps"]]
    announced = [[one[0].rsplit("/", 1)[-1], *one[1:]] for step in steps for one in step["commands"]]
    applied(mac)
    for argv in mac.acts():
        assert argv in announced, (argv, announced)
