"""rehearse, seen from outside: it runs everywhere, leaves nothing behind, and breaks tools when told."""

import concurrent.futures
import os
import re
import shlex
import subprocess

import driver
import pytest

from support.patience import wait_for

pytestmark = driver.needs_own_tools


def names(scratch):
    """The Macs that --list shows, by first word of a line."""
    seen = driver.rehearse(scratch, "--list")
    assert seen.code == 0, seen.text
    return seen


def test_list(scratch):
    """At least the five machines, the circumstances and the faults."""
    told = names(scratch).out
    for word in ("M1", "M2 Pro", "M4", "M5", "offline", "unpaired"):
        assert word.lower() in told.lower(), word


def test_apply(scratch):
    """Apply, restart, second phase, verification; then how to rehearse the revert. Nothing is left behind."""
    seen = driver.rehearse(scratch, "--yes")
    assert seen.code == 0, seen.text
    for word in ("csrutil disable", "kmutil configure-boot", "restart", "development", "rehearse revert",
                 "Steps 1 to 5 of apply were done in recovery (run 1).", "| System Integrity Protection is off."):
        assert word in " ".join(seen.text.split()), word
    assert os.listdir(scratch) == []


def test_revert(scratch):
    """The way back."""
    seen = driver.rehearse(scratch, "revert", "--yes")
    assert seen.code == 0, seen.text
    assert os.listdir(scratch) == []


def test_one_screen_before_the_question(scratch):
    """What is read before anything is typed fits a screen of 24 lines, the rehearsal's own words included."""
    seen = driver.rehearse(scratch, "apply", stdin="")
    assert seen.code == 4 and len(seen.out.splitlines()) <= 24, seen.out
    assert "Apple's tools ask 2 or 3 times: y, ada, ada's password. A line above each says which." \
        in " ".join(seen.out.split())


def test_unknown_mac(scratch):
    """Wrong use, with the names there are."""
    seen = driver.rehearse(scratch, "--mac", "g4-cube", "--yes")
    assert seen.code == 2, seen.text
    assert os.listdir(scratch) == []


@pytest.mark.parametrize("fault", ["csrutil:nothing-like-this", "nothing:fails", "csrutil"])
def test_unknown_fault(scratch, fault):
    """Wrong use."""
    assert driver.rehearse(scratch, "--fault", fault, "--yes").code == 2


def test_nobody_there(scratch):
    """Without --yes and without a person: no yes is made up."""
    seen = driver.rehearse(scratch)
    assert seen.code == 4, seen.text
    assert os.listdir(scratch) == []


def test_json(scratch):
    """Its stream is as valid as any."""
    seen = driver.rehearse(scratch, "--yes", "--json")
    assert seen.code == 0, seen.text
    assert seen.events[0]["type"] == "start" and seen.events[-1]["type"] == "end"


@pytest.mark.parametrize("command", ["doctor", "status", "plan", "log"])
def test_looking(scratch, command):
    """Commands that only look, on the Mac as it begins."""
    seen = driver.rehearse(scratch, command)
    assert seen.code == 0, seen.text
    assert "FE0F671B" in seen.text or command == "log"
    assert driver.rehearse(scratch, command, "--with", "wrong-chip-collection").code == (3 if command == "doctor" else 0)
    assert os.listdir(scratch) == []


def kept(scratch, folder, *words):
    """A command on a Mac that was kept."""
    return driver.run(None, "--root", folder, *words, environment={"TMPDIR": str(scratch)})


def test_kept(scratch, tmp_path):
    """Stop and go on, on a Mac that stays: fails half-way, resume, an unclean restart, the rest in macOS, the way back."""
    folder = tmp_path / "my mac"
    seen = driver.rehearse(scratch, "--keep", folder, "--fault", "csrutil:fail-before:1", "--mac", "m1-12.6")
    assert seen.code == 0 and "password rehearsal" in " ".join(seen.text.split()), seen.text
    assert os.listdir(scratch) == []
    credentials = {"password": "rehearsal", "environment": {"TMPDIR": str(scratch)}}
    seen = driver.run(None, "--root", folder, "apply", "--yes", "--user", "ada", **credentials)
    assert seen.code == 1, seen.text
    seen = driver.run(None, "--root", folder, "apply", "--yes", "--user", "ada", **credentials)
    assert seen.code == 0, seen.text
    assert "waiting" in " ".join(kept(scratch, folder, "status").out.split())
    seen = driver.rehearse(scratch, "--keep", folder, "restart", "macos", "--unclean")
    assert seen.code == 0 and "now in macos" in seen.text and "password rehearsal" in seen.text, seen.text
    assert driver.run(None, "--root", folder, "resume", "--yes", "--user", "ada", **credentials).code == 0
    assert driver.rehearse(scratch, "--keep", folder, "restart", "recovery").code == 0
    seen = driver.run(None, "--root", folder, "rollback", "--yes", "--user", "ada", **credentials)
    assert seen.code == 0, seen.text
    assert "Full Security" in kept(scratch, folder, "status").out


def test_kept_after_a_rehearsal(scratch, tmp_path):
    """What was played stays, with its journal."""
    assert driver.rehearse(scratch, "apply", "--keep", tmp_path / "mac", "--yes").code == 0
    seen = kept(scratch, tmp_path / "mac", "log")
    assert seen.code == 0 and "csrutil disable" in seen.text, seen.text


def test_keep_refuses(scratch, tmp_path):
    """A folder that is not empty, a file, and a restart of what is no kept Mac."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").touch()
    for words in (["--keep", tmp_path / "full"], ["--keep", tmp_path / "full" / "mine"], ["--keep", tmp_path / "full", "restart"],
                  ["restart"], ["--keep", tmp_path / "none", "restart", "space"]):
        seen = driver.rehearse(scratch, *words)
        assert seen.code == 2, (words, seen.text)
    assert [one.name for one in (tmp_path / "full").iterdir()] == ["mine"] and not (tmp_path / "none").exists()


def test_two_for_one_folder(scratch, tmp_path):
    """Both begin at once: one fills the folder, the other is refused and leaves it whole."""
    for number in range(4):
        folder = tmp_path / f"one{number}"
        started = [driver.start(None, "rehearse", "--keep", folder, "--mac", mac, environment={"TMPDIR": str(scratch)})
                   for mac in ("m4-26", "m1-12.6")]
        ended = [driver.finish(one) for one in started]
        assert sorted(one.code for one in ended) == [0, 2], [one.text for one in ended]
        assert kept(scratch, folder, "status").code == 0 and not (folder / ".rehearsal").is_symlink()


def test_a_folder_that_goes(scratch, tmp_path):
    """It is taken away while its Mac is rehearsed: nothing is said to be kept."""
    process = driver.start(None, "rehearse", "apply", "--yes", "--keep", tmp_path / "mac", "--with", "slow-kmutil",
                           environment={"TMPDIR": str(scratch)})
    wait_for(lambda: (tmp_path / "mac" / "simulated-mac.json").exists())
    (tmp_path / "mac").rename(tmp_path / "elsewhere")
    seen = driver.finish(process)
    assert seen.code != 0 and "is kept" not in seen.text and "no longer there" in seen.text, seen.text
    assert "traceback" not in seen.text


def test_options_that_mean_nothing_here(scratch):
    """Told, not passed over."""
    for words, told in ((["--unclean"], "--unclean belongs to"), (["--variant", "2"], "--variant needs --like"),
                        (["--variant", "3", "--like", "x"], "from 1 to 2")):
        seen = driver.rehearse(scratch, *words, "--yes")
        assert seen.code == 2 and told in seen.err, seen.text


@driver.needs_root
def test_a_narrow_place(scratch, tmp_path):
    """Where there is no room for a Mac nothing is begun; a record that does not fit leaves no half of it."""
    (tmp_path / "narrow").mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", tmp_path / "narrow"], check=True)
    try:
        seen = driver.rehearse(scratch, "--keep", tmp_path / "narrow" / "mac")
        assert seen.code == 2 and "2 MiB are needed" in seen.err and not list((tmp_path / "narrow").iterdir()), seen.text
        assert driver.rehearse(scratch, "--keep", tmp_path / "mac").code == 0
        (tmp_path / "narrow" / "full").write_bytes(bytes((1 << 20) - 8192))
        seen = kept(scratch, tmp_path / "mac", "record", "--output", tmp_path / "narrow" / "record.txt")
        assert seen.code == 2 and "--output names another place" in seen.text, seen.text
        assert [one.name for one in (tmp_path / "narrow").iterdir()] == ["full"]
    finally:
        subprocess.run(["umount", tmp_path / "narrow"], check=True)


def test_killed_ones_are_swept(scratch):
    """The folder of a rehearsal that was killed goes with the next one; what is not one of ours stays."""
    process = driver.start(None, "rehearse", "--yes", "--with", "slow-kmutil", environment={"TMPDIR": str(scratch)})
    wait_for(lambda: list(scratch.glob("vmq-recovery.*/rehearsal.pid")))
    process.kill()
    process.communicate()
    (scratch / "vmq-recovery.other").mkdir()
    assert len(list(scratch.glob("vmq-recovery.*"))) == 2
    assert driver.rehearse(scratch, "status").code == 0
    assert os.listdir(scratch) == ["vmq-recovery.other"]


@driver.needs_root
def test_a_kept_mac_needs_no_root(open_folder):
    """Its owner counts as root there; on another's, or on a planted one, nobody does."""
    scratch, more = driver.as_nobody(open_folder)
    assert driver.run(None, "rehearse", "--keep", scratch / "mac", **more).code == 0
    seen = driver.run(None, "--root", scratch / "mac", "apply", "--yes", "--user", "ada", password="rehearsal", **more)
    assert seen.code == 0, seen.text
    os.chown(scratch / "mac" / "simulated-mac.json", 0, 0)
    seen = driver.run(None, "--root", scratch / "mac", "revert", "--yes", "--user", "ada", password="rehearsal", **more)
    assert seen.code == 3 and "running as user" in seen.text, seen.text


@driver.needs_root
def test_not_root(open_folder):
    """A rehearsal needs no rights."""
    _, more = driver.as_nobody(open_folder)
    seen = driver.run(None, "rehearse", "--yes", **more)
    assert seen.code == 0, seen.text


def listed(scratch, title):
    """First words of the indented lines below a title of --list."""
    found, inside = [], False
    for line in names(scratch).out.splitlines():
        if line and not line.startswith(" "):
            inside = line.startswith(title)
        elif inside and line.startswith("  ") and not line.startswith("   "):
            found.append(line.split()[0])
    assert found, title
    return found


def all_of(scratch, words):
    """Rehearse with each set of words, several at a time; the results in order."""
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda more: driver.rehearse(scratch, *more, "--yes"), words))


# Which circumstances of `rehearse apply` end otherwise than with 0.
ENDS = {
    "unpaired": 3, "ordinary-recovery": 3, "macos": 3, "filevault-locked": 3, "boot-args-full": 3, "preboot-read-only": 3,
    "wrong-chip-collection": 3, "wrong-build-collection": 3, "release-collection": 3, "truncated-collection": 3,
    "no-collection": 3, "not-root": 3, "custom-kernel-installed": 3, "owner-without-rights": 1, "password-refused-once": 1,
    "password-refused-always": 1, "preboot-full": 1, "boot-args-not-utf8": 3,
    "prompt-flushes-late": 1, "no-kernel-boot": 6, "collection-as-im4p": 3, "collection-as-img4": 3, "linux-stub": 3,
    "linux-stub-with-version": 3, "data-unmounted": 3, "preboot-unmounted": 3, "stale-owners": 1, "stale-recovery": 1,
    "manifest-refused": 1, "two-of-one-name": 1, "object-overwritten": 1, "boot-properties-refused": 1,
    "tools-look-at-environment": 1, "guest": 6, "ownership-ignored": 3, "kasan-collection": 3,
    "var-db-refused": 2 if os.getuid() == 0 else 0,
}
# The same for broken tools: what only reads badly, or has acted all the same, does no harm.
DO_NOTHING = ("fail-before", "half-line", "unknown-question")
FAULT_ENDS = {
    "csrutil": dict.fromkeys((*DO_NOTHING, "lie", "die-halfway", "garbage"), 1),
    "kmutil": dict.fromkeys((*DO_NOTHING, "lie", "die-halfway", "garbage"), 1),
    "nvram": {**dict.fromkeys(DO_NOTHING, 1), "garbage-read": 3, "fail-read": 3},
}


@pytest.mark.slow
def test_every_mac_there_and_back(scratch):
    """Each of the listed Macs: apply, and the way back."""
    macs = listed(scratch, "Macs")
    assert len(macs) >= 5
    words = [[way, "--mac", mac] for mac in macs for way in ("apply", "revert")]
    for more, seen in zip(words, all_of(scratch, words), strict=True):
        assert seen.code == 0, (more, seen.text)
    assert os.listdir(scratch) == []


@pytest.mark.slow
def test_the_whole_life(scratch):
    """Kit, build, stage, recovery, apply, restart, verify, update warning, revert: on each of the listed Macs."""
    words = [["life", "--mac", mac] for mac in listed(scratch, "Macs")]
    for more, seen in zip(words, all_of(scratch, words), strict=True):
        assert seen.code == 0, (more, seen.text)
        told = " ".join(seen.text.split())
        for word in ("/usr/bin/curl", "kmutil create", "manifest", "next: recovery. To get there", "csrutil disable",
                     "Everything is in force", "revert first",
                     "full security and Apple's kernel, read back", "That was the whole life of a raised Mac."):
            assert word in told, (more, word)
    assert os.listdir(scratch) == []


@pytest.mark.parametrize(("fault", "code"), [("curl:cut", 1), ("curl:wrong-bytes", 1), ("kmutil:half-file", 1),
                                             ("hdiutil:fail-before", 1), ("installer:lie", 1)])
def test_a_broken_life(scratch, fault, code):
    """It ends where the tool breaks, with the code of that end, and leaves nothing behind."""
    seen = driver.rehearse(scratch, "life", "--fault", fault, "--yes")
    assert seen.code == code, seen.text
    assert "csrutil disable" not in seen.text
    assert os.listdir(scratch) == []


@pytest.mark.slow
def test_every_circumstance(scratch):
    """The end that it must have; nothing left behind."""
    names_there = listed(scratch, "Circumstances")
    assert set(ENDS) <= set(names_there)
    for name, seen in zip(names_there, all_of(scratch, [["--with", one] for one in names_there]), strict=True):
        assert seen.code == ENDS.get(name, 0), (name, seen.text)
        assert "traceback" not in seen.text
    assert os.listdir(scratch) == []


@pytest.mark.parametrize("tool", ["csrutil", "kmutil", "nvram"])
@pytest.mark.slow
def test_every_fault(scratch, tool):
    """The same with broken tools."""
    others = ("cut", "wrong-bytes", "half-file")  # of curl and of kmutil create
    hows = [how for how in listed(scratch, "Faults") if not how.startswith("hang") and how not in others]
    assert set(FAULT_ENDS[tool]) <= set(hows)
    for how, seen in zip(hows, all_of(scratch, [["--fault", f"{tool}:{how}"] for how in hows]), strict=True):
        assert seen.code == FAULT_ENDS[tool].get(how, 0), (how, seen.text)
        assert "traceback" not in seen.text
    assert os.listdir(scratch) == []


@pytest.mark.slow
def test_the_way_back_of_a_run(scratch):
    """rollback, on each of the listed Macs: apply unseen, then everything undone; a fault comes only then."""
    words = [["rollback", "--mac", mac] for mac in listed(scratch, "Macs")]
    for more, seen in zip(words, all_of(scratch, words), strict=True):
        # there recovery takes no boot-args: macOS comes first
        assert seen.code == (6 if more[2] == "m4-27" else 0), (more, seen.text)
        assert "First, unseen: apply" in seen.text and "csrutil disable" not in seen.text, more
    seen = driver.rehearse(scratch, "rollback", "--fault", "bputil:fail-before:1", "--yes")
    assert "bputil --full-security" in seen.text and "never came to pass" not in seen.text, seen.text
    assert os.listdir(scratch) == []


@pytest.mark.parametrize("way", ["revert", "rollback"])
def test_a_way_back_from_nothing(scratch, way):
    """Where apply is refused there is nothing to go back from, and that is said; a custom kernel of others can be reverted."""
    seen = driver.rehearse(scratch, way, "--with", "no-collection", "--yes")
    assert seen.code == 3 and "That apply ended with exit 3, so there is nothing to go back from." in " ".join(seen.text.split()), seen.text
    seen = driver.rehearse(scratch, way, "--with", "custom-kernel-installed", "--yes")
    told = " ".join(seen.text.split())
    assert "First, unseen" not in told, told
    if way == "revert":
        assert seen.code == 0 and "Done: full security and Apple's kernel, read back." in told, told
    else:
        assert seen.code == 3 and "there is nothing to roll back" in told, told


def test_a_fault_that_never_came(scratch):
    """It is told in the last lines, and in the last event; one that came is not."""
    seen = driver.rehearse(scratch, "--fault", "nvram:act-then-fail", "--fault", "csrutil:lie:9", "--yes")
    told = "--fault csrutil:lie:9 never came to pass."
    assert seen.code == 0 and told in seen.text.splitlines()[-1] and "nvram:act-then-fail never" not in seen.text, seen.text
    seen = driver.rehearse(scratch, "--fault", "csrutil:lie:9", "--yes", "--json")
    assert seen.events[-1]["unfired"] == ["csrutil:lie:9"], seen.text


@pytest.mark.slow
def test_a_daemon_behind_a_tool_that_was_cut_off(scratch):
    """csrutil shows nothing for too long and is ended; its daemon writes two seconds later. What is said then is so."""
    seen = driver.rehearse(scratch, "--fault", "csrutil:late-daemon@5:1", "--yes")
    assert seen.code == 0 and "The tool was cut off" in seen.text and "Nothing was changed" not in seen.text, seen.text


# A line to be typed: indented, and alone on its line.
TO_TYPE = re.compile(r"^ {2,}(\S*vmq-recovery .*)$", re.MULTILINE)


def test_every_line_to_type_is_of_the_kept_mac(scratch, tmp_path):
    """What a kept Mac says to type goes to that Mac, and is understood when it is typed exactly as shown."""
    folder = tmp_path / "my mac"
    answers = ("--yes", "--user", "ada")
    given = {"password": "rehearsal", "environment": {"TMPDIR": str(scratch)}}
    said = driver.rehearse(scratch, "--keep", folder, "--mac", "m4-26").text

    def on(*words):
        nonlocal said
        seen = driver.run(None, "--root", folder, *words, **given)
        said += seen.text
        return seen

    assert on("doctor").code == 0
    assert on("apply", *answers).code == 0
    on("report", "--text")
    assert "reboot)" not in said and "sudo" not in said, said
    assert driver.rehearse(scratch, "--keep", folder, "restart", "macos").code == 0
    for words in (["doctor"], ["apply", *answers], ["revert", *answers], ["unstage", "-n"], ["resume"], ["log"]):
        on(*words)
    lines = set(TO_TYPE.findall(said))
    own = str(folder)
    assert {shlex.split(line)[-1] for line in lines} >= {"apply", "revert", "macos", "doctor"}, lines
    for line in sorted(lines):
        words = shlex.split(line)
        assert words[0] == str(driver.program_file()) and words[1:3] in (["--root", own], ["rehearse", "--keep"]) and own in words, line
        assert driver.run(None, *words[1:], "--help", environment=given["environment"]).code == 0, line
