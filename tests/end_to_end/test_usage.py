"""The command line by itself: what is refused, help, version, the scripts inside."""

import os
import re
import signal

import driver

import pytest

from support import inside

COMMANDS = ("apply", "revert", "step", "resume", "rollback", "plan", "status", "doctor", "run", "check", "rehearse",
            "console", "log", "report", "source", "build", "kdk", "stage", "unstage", "verify", "help")
GLOBAL = ("--root", "--volume", "--journal", "--dry-run", "--yes", "--json", "--color", "--verbose", "--quiet", "--user",
          "--password-fd")


def test_no_command():
    """A short help on standard error, exit 2."""
    seen = driver.run(None)
    assert (seen.code, seen.out) == (2, "")
    assert "apply" in seen.err and "help" in seen.err


@pytest.mark.parametrize(("typed", "nearest"), [
    ("aply", "apply"), ("rolback", "rollback"), ("statsu", "status"), ("docter", "doctor"),
])
def test_unknown_command(typed, nearest):
    """One line that says which and the nearest right one."""
    seen = driver.run(None, typed)
    assert (seen.code, seen.out) == (2, "")
    assert len(seen.err.strip().splitlines()) == 1
    assert typed in seen.err and nearest in seen.err.replace(typed, "")


@pytest.mark.parametrize("words", [["revrt"], ["rever"], ["reverts"], ["zz"], ["status", "--quotient"]])
def test_no_suggestion(words):
    """Nothing within two letters, or only revert, which must be meant: one line that says where they all are told."""
    seen = driver.run(None, *words)
    assert (seen.code, seen.out) == (2, "")
    assert seen.err.endswith("vmq-recovery help` lists them\n") and len(seen.err.splitlines()) == 1
    assert "nearest" not in seen.err and "revert" not in seen.err.replace(words[-1], "")


@pytest.mark.parametrize(("words", "nearest"), [
    (["apply", "--quotta", "3"], "--quota"), (["--jsn", "status"], "--json"), (["status", "--colour", "never"], "--color"),
    (["apply", "--pasword-fd", "3"], "--password-fd"), (["apply", "--yess"], "--yes"),
])
def test_unknown_option(words, nearest):
    """The same for options, before or after the command."""
    seen = driver.run(None, *words)
    assert (seen.code, seen.out) == (2, "")
    assert len(seen.err.strip().splitlines()) == 1 and nearest in seen.err


@pytest.mark.parametrize("words", [
    ["status", "-x"], ["status", "--root"], ["apply", "--quota"], ["status", "--color", "purple"], ["status", "extra"],
    ["check"], ["run"], ["run", "a", "b"], ["status", "--quota", "3"], ["status", "--json=yes"], ["apply", "--fault", "a:b"],
    ["help", "nothing"], ["apply", "--password-fd", "x"], ["apply", "--password-fd", "-1"], ["source", "a", "b"],
    ["log", "no-number"], ["plan", "nothing-like-this.lua"],
])
def test_wrong_use(words):
    """Missing and surplus arguments, options of other commands: exit 2 with a reason."""
    seen = driver.run(None, *words)
    assert (seen.code, seen.out) == (2, "")
    assert seen.err.startswith("vmq-recovery: ")


@pytest.mark.parametrize("value", ["0", "-1", "0x80000000", "2147483648", "99999999999999999999", "ten", "", "1.5", "0x",
                                   " 5", "5 ", "1e3"])
def test_quota_out_of_bounds(mac, value):
    """1 to 0x7FFFFFFF, refused before anything."""
    seen = driver.run(mac, "apply", "--yes", "--quota", value)
    assert seen.code == 2
    assert "quota" in seen.err
    assert mac.calls() == []


@pytest.mark.parametrize(("value", "written"), [("1", 1), ("0x7FFFFFFF", 0x7FFFFFFF), ("2147483647", 0x7FFFFFFF),
                                                ("0xff", 255)])
def test_quota_in_bounds(mac, value, written):
    """The bounds themselves are good."""
    seen = driver.run(mac, "plan", "apply", "--quota", value, "--json")
    assert seen.code == 0, seen.text
    words = " ".join(word for plan in seen.of("plan") for step in plan["steps"] for argv in _argvs(step) for word in argv)
    told = words.split("hv_apple_isa_vm_quota=")[1].split()[0]
    assert int(told, 0) == written


def _argvs(step):
    """A step's argv is one command or a list of them."""
    argv = step.get("argv") or []
    return [argv] if argv and isinstance(argv[0], str) else argv


def test_help():
    """Every command and every global option, on standard output, in 80 columns."""
    seen = driver.run(None, "help")
    assert (seen.code, seen.err) == (0, "")
    for word in (*COMMANDS, *GLOBAL):
        assert word in seen.out, word
    assert max(map(len, seen.out.splitlines())) <= 80
    assert driver.run(None, "--help").out == seen.out


@pytest.mark.parametrize("command", COMMANDS)
def test_help_on_a_command(command):
    """`help X` and `X --help` say the same and name it."""
    seen = driver.run(None, "help", command)
    assert seen.code == 0 and command in seen.out
    assert max(map(len, seen.out.splitlines())) <= 80
    assert driver.run(None, command, "--help").out == seen.out


def test_help_of_apply():
    """Its own options are there."""
    seen = driver.run(None, "help", "apply")
    for word in ("--quota", "--kc", "--boot-arg", "--detailed-exitcode"):
        assert word in seen.out


def test_version():
    """Name, number, and the commit that the program was made of, on one line."""
    seen = driver.run(None, "--version")
    assert (seen.code, seen.err) == (0, "")
    commit = r"commit ([0-9a-f]{12} of \d{4}-\d\d-\d\d(, with changes)?|unknown)"
    assert re.fullmatch(rf"vmq-recovery \d+\.\d+\.\d+ \({commit}\)\n", seen.out), seen.out


def test_source_lists_and_prints():
    """Without a name it lists; with one it prints the script byte for byte."""
    listed = driver.run(None, "source")
    assert listed.code == 0
    names = listed.out.split()
    assert "scripts/apply.lua" in names and "scripts/revert.lua" in names
    told = driver.run(None, "source", "scripts/apply.lua")
    assert told.code == 0
    assert told.out == (driver.TREE / "scripts/apply.lua").read_text("utf-8")


def test_what_is_inside_is_this_tree():
    """Line by line: most of the library goes in without comments and indentation, and nothing else differs."""
    for name in driver.run(None, "source").out.split():
        file = driver.TREE / name
        if not file.exists():
            assert name in ("stdlib/dkjson.lua", "ORIGIN")
            continue
        assert driver.run(None, "source", name).out == inside.text(name, driver.TREE).decode(), name


def test_source_of_nothing():
    """A wrong name is wrong use, with the nearest."""
    seen = driver.run(None, "source", "scripts/aply.lua")
    assert (seen.code, seen.out) == (2, "")
    assert "scripts/apply.lua" in seen.err


@pytest.mark.parametrize("place", ["before", "after"])
def test_options_stand_anywhere(mac, place):
    """Before or after the command."""
    words = ["--json", "status"] if place == "before" else ["status", "--json"]
    seen = driver.run(mac, *words)
    assert seen.code == 0, seen.text
    assert len(seen.of("status")) == 1


def test_closed_output(mac):
    """A closed standard output is no reason to fall over."""
    read, write = os.pipe()
    os.close(read)
    process = driver.start(mac, "help", stdout=write)
    os.close(write)
    seen = driver.finish(process)
    assert seen.code == -signal.SIGPIPE and "traceback" not in seen.err


def test_root_that_is_not_there(tmp_path):
    """A root without a Mac in it: not a crash."""
    seen = driver.run(None, "--root", tmp_path / "nowhere", "status")
    assert seen.code == 2, seen.text
    assert "nowhere" in seen.err and "traceback" not in seen.err


@pytest.mark.parametrize("words", [["--version"], ["help"], ["help", "apply"], ["apply", "--help"], ["source"], ["plans"],
                                   ["check", "apply"], ["completion", "bash"]], ids=" ".join)
def test_no_room_for_the_words(words):
    """What could not be written whole is said, and is a failure."""
    with open("/dev/full", "wb") as full:
        seen = driver.finish(driver.start(None, *words, stdout=full))
    assert (seen.code, seen.err) == (3, "vmq-recovery: what it says is not whole: No space left on device\n")


def test_no_room_for_the_words_about_a_mac(build):
    """A command that acts keeps its exit code, which tells of the Mac."""
    mac = build("m2pro-14.0")
    owner = mac.group()["owners"][0]
    for words, code in ((["status"], 3), (["status", "--json"], 3), (["plan"], 3), (["log"], 3),
                        (["apply", "--yes", "--user", owner["name"]], 0)):
        given = {"password": owner["password"]} if code == 0 else {}
        with open("/dev/full", "wb") as full:
            seen = driver.finish(driver.start(mac, *words, stdout=full, **given))
        assert seen.code == code and "what it says is not whole: No space left on device" in seen.err, (words, seen.err)
