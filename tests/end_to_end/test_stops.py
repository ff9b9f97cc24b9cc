"""Killed, interrupted, out of disk: run it again and it finishes or goes back, and says which."""

import os
import signal
import subprocess

import driver
import pytest
from helpers import FULL, GUID, WORDS, flags, has_words, policy_is_raised, tool_waits

from support import processes

WRITE = f"{GUID}:boot-args={WORDS}"
POINTS = [("csrutil", ["disable"]), ("kmutil", ["configure-boot"]), ("nvram", [WRITE]), ("nvram", ["-s"])]


def killed(mac, tool, match, how):
    """Apply, killed by the tool itself (-9 to its parent) before or after it acted."""
    mac.fault(tool, how, match=match)
    seen = driver.unattended(mac, "apply")
    assert seen.code == -signal.SIGKILL, seen.text
    driver.end_hanging(mac)
    return seen


@pytest.mark.parametrize(("tool", "match"), POINTS)
@pytest.mark.parametrize("how", ["kill-program", "kill-program-after"])
def test_killed_and_resumed(mac, tool, match, how):
    """kill -9 at every act: resume reaches the new state."""
    killed(mac, tool, match, how)
    seen = driver.unattended(mac, "resume")
    assert seen.code == 0, seen.text
    assert policy_is_raised(mac) and has_words(mac)


@pytest.mark.parametrize(("tool", "match"), POINTS)
@pytest.mark.parametrize("how", ["kill-program", "kill-program-after"])
def test_killed_and_rolled_back(mac, tool, match, how):
    """kill -9 at every act: rollback reaches the old state."""
    mac.set_boot_args("-v debug=0x14e")
    if tool == "nvram" and match != ["-s"]:
        match = [WRITE.replace("boot-args=", "boot-args=-v debug=0x14e ")]
    killed(mac, tool, match, how)
    seen = driver.unattended(mac, "rollback")
    assert seen.code == 0, seen.text
    assert flags(mac) == FULL and mac.boot_args() == "-v debug=0x14e"


@pytest.mark.parametrize("how", ["kill-program", "kill-program-after"])
def test_killed_and_applied_again(mac, how):
    """`apply` itself goes on, too, and starts nothing a second time that is done."""
    killed(mac, "kmutil", ["configure-boot"], how)
    mac.forget()
    seen = driver.unattended(mac, "apply")
    assert seen.code == 0, seen.text
    assert policy_is_raised(mac)
    assert mac.calls("csrutil").count(["csrutil", "disable"]) == 0
    assert mac.acts().count(["nvram", WRITE]) == 1


def test_killed_and_restarted_into_macos(mac):
    """The Mac is started before resume: it says where to go on and changes no policy from there."""
    killed(mac, "kmutil", ["configure-boot"], "kill-program")
    mac.restart("macos")
    mac.forget()
    seen = driver.unattended(mac, "resume")
    assert seen.code == 0, seen.text
    assert [argv for argv in mac.acts() if argv[0] != "nvram"] == []
    assert "hold the power button" in " ".join(seen.text.split())


def test_neither_old_nor_new(mac):
    """Somebody changed the policy after the crash: it stops, shows both, exit 11; nothing is guessed."""
    killed(mac, "csrutil", ["disable"], "kill-program")
    mac.set_policy(mode="reduced", smb2=True)
    mac.forget()
    seen = driver.unattended(mac, "resume")
    assert seen.code == 11, seen.text
    assert mac.acts() == []
    assert "Full" in seen.text and "Reduced" in seen.text


def test_revert_needs_no_journal(mac):
    """The journal is gone: revert still reaches the best policy; only our own words leave the boot-args."""
    mac.set_boot_args("-v")
    assert driver.unattended(mac, "apply").code == 0
    subprocess.run(["rm", "-rf", str(mac.journal())], check=True)
    seen = driver.unattended(mac, "revert")
    assert seen.code == 0, seen.text
    assert flags(mac) == FULL and mac.boot_args() == "-v"


@pytest.mark.parametrize("how", ["interrupt-program", "interrupt-program-after"])
def test_interrupted(mac, how):
    """SIGINT while csrutil works: the command is finished, then it stops with the journal open; resume goes on."""
    mac.fault("csrutil", how, match=["disable"])
    seen = driver.unattended(mac, "apply")
    assert seen.code == 6, seen.text
    assert mac.calls("kmutil") == []
    assert "resume" in seen.text and "rollback" in seen.text
    seen = driver.unattended(mac, "resume")
    assert seen.code == 0, seen.text
    assert policy_is_raised(mac)


def test_interrupted_and_rolled_back(mac):
    """The same, undone."""
    mac.fault("csrutil", "interrupt-program-after", match=["disable"])
    assert driver.unattended(mac, "apply").code == 6
    seen = driver.unattended(mac, "rollback")
    assert seen.code == 0, seen.text
    assert flags(mac) == FULL


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_other_signals(mac, sent):
    """Sent to the program while a tool works: no half of a state is left that resume cannot bring on."""
    mac.fault("csrutil", "wait", match=["disable"])
    process = driver.start_unattended(mac, "apply")
    tool_waits(mac)
    processes.send(process.pid, sent)
    mac.release()
    seen = driver.finish(process)
    assert seen.code == (-sent if sent == signal.SIGQUIT else 6), seen.text
    again = driver.unattended(mac, "resume")
    assert again.code == 0, again.text
    assert policy_is_raised(mac)


def test_two_runs_at_once(mac):
    """The second exits 7, says who holds the lock, and starts nothing that changes the Mac."""
    mac.fault("csrutil", "wait", match=["disable"])
    first = driver.start_unattended(mac, "apply")
    tool_waits(mac)
    for words in (["apply"], ["revert"], ["resume"], ["rollback"]):
        second = driver.unattended(mac, *words)
        assert second.code == 7, (words, second.text)
        assert str(first.pid) in second.text
    assert mac.acts() == [["csrutil", "disable"]]
    assert driver.run(mac, "status").code == 0, "who only looks needs no lock"
    mac.release()
    assert driver.finish(first).code == 0
    assert policy_is_raised(mac)


def test_a_lock_of_the_dead(mac):
    """A lock file left by a killed run holds nobody up."""
    killed(mac, "csrutil", ["disable"], "kill-program")
    assert driver.unattended(mac, "resume").code == 0


def test_resume_and_rollback_of_nothing(mac):
    """No run: said so, nothing changed."""
    for words in (["resume"], ["rollback"]):
        seen = driver.unattended(mac, *words)
        assert seen.code == 0, seen.text
        assert mac.acts() == []
        assert "traceback" not in seen.text


def test_rollback_of_a_finished_run(build):
    """Finished in macOS, back in recovery: rollback goes to the recorded baseline of that run."""
    mac = build()
    mac.set_boot_args("-v")
    assert driver.unattended(mac, "apply").code == 0
    mac.restart("macos")
    assert driver.unattended(mac, "apply").code == 0
    mac.restart("paired-recovery")
    seen = driver.unattended(mac, "rollback")
    assert seen.code == 0, seen.text
    assert flags(mac) == FULL and mac.boot_args() == "-v"


def test_rollback_keeps_what_was_permissive_before(mac):
    """A Mac that was already permissive stays so; only the custom kernel and our words go."""
    mac.set_policy(mode="permissive", sip0=0x7F, sip2=True, sip3=True)
    before = flags(mac)
    assert driver.unattended(mac, "apply").code == 0
    seen = driver.unattended(mac, "rollback")
    assert seen.code == 0, seen.text
    assert flags(mac) == before
    assert not has_words(mac)


def test_rollback_restores_the_recorded_boot_args(mac):
    """Byte for byte, even words of our own names that stood there before."""
    mac.set_boot_args("-v kcsuffix=release  hypervisor=0x0")
    assert driver.unattended(mac, "apply").code == 0
    seen = driver.unattended(mac, "rollback")
    assert seen.code == 0, seen.text
    assert mac.boot_args() == "-v kcsuffix=release  hypervisor=0x0"


def test_rollback_twice(applied_mac):
    """The second finds nothing left to undo."""
    mac = applied_mac
    assert driver.unattended(mac, "rollback").code == 0
    mac.forget()
    assert driver.unattended(mac, "rollback").code == 0
    assert mac.acts() == [] and flags(mac) == FULL


def test_apply_after_rollback(applied_mac):
    """And there again."""
    mac = applied_mac
    assert driver.unattended(mac, "rollback").code == 0
    seen = driver.unattended(mac, "apply")
    assert seen.code == 0, seen.text
    assert policy_is_raised(mac)


# -- the journal -----------------------------------------------------------------------------------------------------


def newest(mac):
    """The journal file of the last run."""
    return sorted(mac.journal().glob("*.journal"))[-1]


@pytest.mark.parametrize("cut", [1, 2, 10, 40])
def test_a_torn_last_record(mac, cut):
    """A record cut off in the middle is dropped, and the run goes on."""
    killed(mac, "kmutil", ["configure-boot"], "kill-program-after")
    file = newest(mac)
    file.write_bytes(file.read_bytes()[:-cut])
    seen = driver.unattended(mac, "resume")
    assert seen.code == 0, seen.text
    assert policy_is_raised(mac)


@pytest.mark.parametrize("where", ["first", "middle"])
@pytest.mark.parametrize("damage", ["bit", "line-gone", "zeros"])
def test_a_bad_record_before_the_last(applied_mac, where, damage):
    """It stops everything, with file and line."""
    mac = applied_mac
    file = newest(mac)
    lines = file.read_bytes().splitlines(keepends=True)
    number = 0 if where == "first" else len(lines) // 2
    if damage == "bit":
        lines[number] = lines[number][:30] + bytes([lines[number][30] ^ 1]) + lines[number][31:]
    elif damage == "zeros":
        lines[number] = b"\0" * (len(lines[number]) - 1) + b"\n"
    else:
        del lines[number]
    file.write_bytes(b"".join(lines))
    mac.forget()
    for words in (["resume"], ["rollback"], ["apply"]):
        seen = driver.unattended(mac, *words)
        assert seen.code == 3, (words, seen.text)
        assert f"{file.name}:{number + 1}" in seen.text, seen.text
    assert mac.acts() == []


def test_a_journal_of_rubbish(mac):
    """A file that is no journal at all: no crash, nothing changed."""
    mac.journal().mkdir()
    (mac.journal() / "0001.journal").write_bytes(os.urandom(4096))
    for words in (["status"], ["log"], ["resume"], ["apply"]):
        seen = driver.unattended(mac, *words)
        assert seen.code == (0 if words == ["status"] else 3), (words, seen.text)
    assert mac.acts() == []


@pytest.mark.parametrize("make", ["file", "link-away", "read-only"])
def test_a_journal_folder_that_is_none(mac, make, tmp_path):
    """A file in its place, or one that cannot be written: refused before anything."""
    if make == "file":
        mac.journal().write_text("x", encoding="utf-8")
    elif make == "link-away":
        mac.journal().symlink_to(tmp_path / "nowhere")
    elif not mounted(mac.journal(), "ro,size=64k"):
        pytest.skip("needs the right to mount")
    try:
        seen = driver.unattended(mac, "apply")
        assert seen.code == 3, seen.text
        assert mac.acts() == []
    finally:
        unmount(mac.journal())


def mounted(place, options):
    """Mount a small file system there."""
    place.mkdir(parents=True, exist_ok=True)
    return subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(place)], check=False,
                          capture_output=True).returncode == 0


def unmount(place):
    """The opposite, if it was."""
    subprocess.run(["umount", "-l", str(place)], check=False, capture_output=True)


def records(mac):
    """Every record of the journal, through the program's own log."""
    return [event["record"] for event in driver.run(mac, "log", "--json").events if "record" in event]


def intents(mac):
    """argv of every intent of a tool in the journal; what the door does to files by itself starts none."""
    found = []
    for record in records(mac):
        if record.get("type") == "intent" and record["argv"][0].startswith("/"):
            found.append([record["argv"][0].rsplit("/", 1)[1], *record["argv"][1:]])
    return found


def test_every_act_has_its_intent(mac):
    """What was started stands in the journal before, word for word."""
    assert driver.unattended(mac, "apply").code == 0
    assert mac.acts() == intents(mac)


@pytest.mark.parametrize("tool", ["csrutil", "kmutil", "nvram"])
def test_a_disk_that_fills_up(mac, tool):
    """Full while a tool works: no act is started that could not be recorded, and space brings it on."""
    if not mounted(mac.journal(), "size=8m,mode=700"):
        pytest.skip("needs the right to mount")
    mac.set_boot_args("x" * 900)  # long records, so that the slack of the last page does not matter
    try:
        mac.fault(tool, "wait", match={"csrutil": ["disable"], "kmutil": ["configure-boot"], "nvram": ["-s"]}[tool])
        process = driver.start_unattended(mac, "apply")
        tool_waits(mac)
        filler = mac.journal() / "filler"
        _fill(filler)
        mac.release()
        seen = driver.finish(process)
        # nvram -s is the last act, so nothing is left to be refused; only its records may still fit into the file's last page
        fits = tool == "nvram" and records(mac)[-1]["type"] == "phase"
        assert seen.code == (0 if fits else 6), seen.text
        recorded = intents(mac)
        for argv in mac.acts():
            assert argv in recorded, f"{argv} was started without a record"
        if tool == "csrutil":
            assert not has_words(mac), seen.text
            assert "o space left" in seen.text or "full" in seen.text.lower()
        filler.unlink()
        again = driver.unattended(mac, "apply")
        assert again.code == 0, again.text
        assert policy_is_raised(mac)
    finally:
        unmount(mac.journal())


def test_a_disk_that_is_full_before(mac):
    """No room for the journal: exit 3 before anything; with room again it works."""
    if not mounted(mac.journal(), "size=8m,mode=700"):
        pytest.skip("needs the right to mount")
    try:
        filler = mac.journal() / "filler"
        _fill(filler)
        seen = driver.unattended(mac, "apply")
        assert seen.code == 3, seen.text
        assert mac.acts() == [] and "journal" in seen.text
        filler.unlink()
        assert driver.unattended(mac, "apply").code == 0
    finally:
        unmount(mac.journal())


def _fill(path):
    with open(path, "wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                continue


def test_log(applied_mac):
    """The journal told for people, and its records."""
    mac = applied_mac
    told = driver.run(mac, "log")
    assert told.code == 0
    for word in ("csrutil disable", "kmutil configure-boot", "Macintosh HD"):
        assert word in told.out
    assert driver.run(mac, "log", "1").out == told.out
    missing = driver.run(mac, "log", "77")
    assert missing.code == 3 and "77" in missing.text
    assert len(intents(mac)) == 4


def test_log_without_a_journal(mac):
    """Nothing was ever run: said so."""
    seen = driver.run(mac, "log")
    assert seen.code == 0 and seen.text.strip()
    assert not mac.journal().exists(), "looking makes no folder"
