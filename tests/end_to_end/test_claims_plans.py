"""Claims about secrets, plans, printable words and file acts (parts C, B.5, B.6); see test_claims.py for what a mark means."""

import os
import signal

import driver
import pytest
from claims import SEAL_OFF, changed_record
from helpers import FULL, HOSTILE, UNPRINTABLE, flags, said, written
from person import Person

from support import processes
from support.patience import wait_for

PHISH = """return plan "phish" {{
  summary = "Harmless looking.",
  tools = {{ {{ path = "/usr/local/bin/evil", reads = {{}} }} }},
  step "a" {{ why = "w", where = "any", no_way_back = "n",
    check = function() return "todo", {{}} end,
    run = function() return command({{ "/usr/local/bin/evil" }}, {{ interactive = true, tool = "{tool}" }}) end }},
}}
"""
EVIL = """#!/bin/sh
stty -echo < /dev/tty
printf 'Password: ' > /dev/tty
read -r line < /dev/tty
printf '%s' "$line" > "$0.got"
"""
READER = """return plan "reader" {{
  summary = "s",
  tools = {{ {{ path = "{path}", reads = {{ {{ "{word}" }} }} }} }},
  step "a" {{ why = "w", where = "any", no_way_back = "n",
    check = function() local o, e = probe {{ "{path}", "{word}" }} return "done", {{ o = tostring(o or e) }} end }},
}}
"""
FORGE = """local PLIST = '<plist version="1.0"><dict><key>boot-args</key><string>FORGED</string></dict></plist>'
return plan "forge" {
  summary = "s",
  step "a" { why = "w", where = "any", no_way_back = "n",
    check = function()
      local _, _, _, answer = probe { "/usr/sbin/nvram", "-x", "boot-args" }
      if type(answer) == "table" then answer.exit = 0 answer.stdout = PLIST end
      return "todo", {}
    end,
    run = function() return nvram.set("x", "y") end },
}
"""
LOOP = """return plan "loop" {
  summary = "s",
  step "a" { why = "w", where = "any", no_way_back = "n",
    check = function() while true do end end,
    run = function() return nvram.set("x", "y") end },
}
"""
ACT = """return plan "act" {{
  summary = "s",
  step "a" {{ why = "w", where = "any", no_way_back = "n",
    check = function() return "todo", {{}} end,
    run = function() return command({{ {words} }}, {{}}) end }},
}}
"""


def program(mac, path, text):
    """A plan's own program below the root."""
    place = mac.root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")
    place.chmod(0o755)
    return place


# -- C.1 the password ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("tool", ["kmutil", "csrutil"])
def test_the_password_goes_to_apples_tools_only(tmp_path, mac, tool):
    """Decided by what is started, whatever the plan calls it."""
    evil = program(mac, "usr/local/bin/evil", EVIL)
    driver.unattended(mac, "run", written(tmp_path, PHISH.format(tool=tool)), timeout=20)
    got = evil.with_name("evil.got")
    assert not got.exists() or got.read_text("utf-8") == ""


# -- C.2 what a dry run starts -------------------------------------------------------------------------------------------

@pytest.mark.parametrize("words", [["plan"], ["run", "-n"]])
def test_another_spelling_of_csrutil(tmp_path, mac, words):
    """The file system of a Mac ignores case: /usr/bin/CSRUTIL is csrutil."""
    program(mac, "usr/bin/CSRUTIL", '#!/bin/sh\nexec "${0%/*}/csrutil" "$@"\n')
    seen = driver.run(mac, *words, written(tmp_path, READER.format(path="/usr/bin/CSRUTIL", word="disable")))
    assert mac.acts() == [] and seen.code == 2, seen.text


@pytest.mark.parametrize("words", [["plan"], ["run", "-n"]])
def test_a_dry_run_starts_no_tool_of_a_plan(tmp_path, mac, words):
    """Verdict unknown, not looked at; with --allow-tools it is named first and started."""
    tool = program(mac, "usr/local/bin/look", '#!/bin/sh\necho seen > "$0.ran"\n')
    path = written(tmp_path, READER.format(path="/usr/local/bin/look", word="now"))
    seen = driver.run(mac, *words, path)
    ran = tool.with_name("look.ran")
    assert not ran.exists() and "not looked at" in said(seen), seen.text
    seen = driver.run(mac, *words, "--allow-tools", path)
    assert ran.exists() and "/usr/local/bin/look" in said(seen), seen.text


@pytest.mark.parametrize("words", [["check"], ["plan"], ["run"], ["run", "-n"]])
@pytest.mark.parametrize("how", ["hard", "soft", "shell"])
def test_a_link_to_a_tool(tmp_path, mac, words, how):
    """It is what it leads to, and no plan may declare that; `check` knows no file of this Mac."""
    place = mac.root / "usr/local/bin/look"
    place.parent.mkdir(parents=True)
    if how == "hard":
        place.hardlink_to(mac.root / "usr/bin/csrutil")
    else:
        place.symlink_to(mac.root / "usr/bin/csrutil" if how == "soft" else "/bin/sh")
    seen = driver.unattended(mac, *words, written(tmp_path, READER.format(path="/usr/local/bin/look", word="disable")))
    assert mac.acts() == [] and seen.code == (0 if words == ["check"] else 2), seen.text


# -- C.3 what a plan gets --------------------------------------------------------------------------------------------------

def test_a_plan_gets_a_copy(tmp_path, mac):
    """What it does to its answer reaches neither the next reader nor the journal."""
    driver.unattended(mac, "run", written(tmp_path, FORGE))
    seen = driver.run(mac, "log", "--json")
    assert "FORGED" not in seen.text


# Seconds of a processor after which the program runs the plan's code; an emulator's start takes some.
STARTED = 0.3 if "VMQ_PROGRAM" not in os.environ else 2


# -- C.4 loops ---------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("text", ["while true do end\n", LOOP], ids=["file", "check"])
def test_a_loop_ends_at_the_first_signal(tmp_path, mac, text):
    """With a line, and no -9."""
    process = driver.start(mac, "plan", written(tmp_path, text))
    wait_for(lambda: processes.worked(process.pid) > STARTED)
    process.send_signal(signal.SIGTERM)
    seen = driver.finish(process, timeout=3)
    assert seen.code == 4 and seen.text.strip(), seen.text
    assert mac.acts() == []


PATTERN = LOOP.replace("while true do end", 'return (("a"):rep(40)):find(("a-"):rep(40) .. "b")')
LATE = """return plan "late" {
  summary = "s",
  step "a" { why = "w", where = "any",
    check = function() local v = nvram.get "a" or "0" return v == "1" and "done" or "todo", { v = v } end,
    run = function() return nvram.set("a", "1") end,
    undo = function(_, b) return { { nvram.set("a", b.v), leaves = "a as before", exact = true } } end },
  step "b" { why = "w", where = "any", no_way_back = "n",
    check = function() return "todo", {} end,
    run = function()
      @
    end },
}
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("words", [["check"], ["run"], ["plan"], ["step"]])
def test_a_signal_ends_a_file_that_loops(tmp_path, mac, words, number):
    """Whichever command loads it; even where the plan catches its errors."""
    path = written(tmp_path, "while true do pcall(function() while true do end end) end\n")
    process = driver.start(mac, *words, path)
    wait_for(lambda: processes.worked(process.pid) > STARTED)
    process.send_signal(number)
    seen = driver.finish(process, timeout=3)
    assert seen.code == 4 and "Stopped" in seen.text and mac.acts() == [], seen.text


def test_one_call_that_loops(tmp_path, mac):
    """A pattern: nothing is counted inside, so the process ends there, with a line."""
    process = driver.start(mac, "plan", written(tmp_path, PATTERN))
    wait_for(lambda: processes.worked(process.pid) > STARTED)
    process.send_signal(signal.SIGTERM)
    seen = driver.finish(process, timeout=6)
    assert seen.code == 4 and "Nothing was changed" in seen.text and mac.acts() == [], seen.text


@pytest.mark.parametrize("words", [["check"], ["plan"], ["run", "-n"]])
def test_a_loop_ends_by_itself(tmp_path, mac, words):
    """After some seconds, with file, line, step and how long it ran; nothing was started."""
    path = written(tmp_path, LOOP)
    seen = driver.run(mac, *words, path)
    assert seen.code == 2 and mac.acts() == [], seen.text
    first = " ".join(seen.text.split())
    assert f"{path}:4: step a, line 4 ran 5 s" in first, seen.text


@pytest.mark.parametrize(("body", "words"), [
    ('if nvram.get "a" == "1" then while true do end end', "step b, line 10 ran 5 s"), ('error("boom")', "step b: boom"),
    ("return nothing.there", "step b: attempt to index")])
def test_a_mistake_after_the_first_act(tmp_path, mac, body, words):
    """The run is undone, and the first thing said at its end is what is wrong, with file and line."""
    path = written(tmp_path, LATE.replace("@", body))
    seen = driver.unattended(mac, "run", path)
    assert seen.code == 1 and f"The plan is wrong: {path}:10: {words}" in " ".join(seen.text.split()), seen.text
    assert [argv[1] for argv in mac.acts() if "=" in argv[1]] == ["a=1", "a="], seen.text


# -- C.5 refused passwords -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("machine", "knobs"), [("m2pro-14.0", {"refusal": "rejected"}), ("m1-12.1", {})])
def test_a_refused_password_is_typed_once(build, machine, knobs):
    """Whether the tool ends or asks again."""
    mac = build(machine, **knobs)
    seen = driver.unattended(mac, "apply", password="wrong")
    assert (mac.refused(), seen.code, flags(mac)) == (1, 1, FULL), seen.text


def test_three_refused_passwords_for_each_boot(build):
    """Over all tools and runs; then it stops before it starts anything, and says why."""
    mac = build(refusal="rejected")
    mac.set_policy(**{**SEAL_OFF, "sip1": False})
    mac.install_custom_kernel()
    for _ in range(4):
        seen = driver.unattended(mac, "revert", password="wrong")
    assert mac.refused() <= 3 and "refused" in said(seen), seen.text


def test_nobody_is_there(mac):
    """A question without an answer fails at once, before any change: 4."""
    seen = driver.run(mac, "apply", "--no-input")
    assert (seen.code, mac.acts()) == (4, []), seen.text


def test_an_answer_that_was_thrown_away(mac):
    """The tool waits on, with echo off and no new prompt: the password is typed once more."""
    mac.fault("csrutil", "drop-answer", match=["disable"])
    seen = driver.unattended(mac, "apply", timeout=12)
    assert seen.code == 0 and mac.refused() == 0, seen.text


def test_too_many_attempts_are_not_retried(build):
    """`unlocking disabled`: asked once, and the words are quoted."""
    mac = build("m4-26.3", locked=True, unlock_limit=0)
    seen = driver.unattended(mac, "apply")
    tried = [argv for argv in mac.calls("diskutil") if "unlockVolume" in argv]
    assert seen.code == 3 and len(tried) <= 1, seen.text


@pytest.mark.parametrize("how", ["rejected", "user-not-found"])
def test_a_mistyped_password_is_asked_again(build, session, how):
    """A person is asked once more, and full security is reached (field/bputil-credential-refused)."""
    mac = build(refusal=how)
    mac.set_policy(**{**SEAL_OFF, "sip1": False})
    mac.install_custom_kernel()
    person = Person(session(mac, "revert"), mac, wrong_passwords=1)
    assert person.answer_all() == 0, person.session.log
    assert flags(mac) == FULL


# -- C.6 printable words -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("words", [["status"], ["doctor"], ["plan"], ["plan", "revert"],
                                   ["apply", "--volume", "x\x1by"]])
def test_a_hostile_volume_name(build, words):
    """Printable wherever it is said."""
    mac = build(name=HOSTILE)
    seen = driver.run(mac, *words)
    assert not UNPRINTABLE.search(seen.text), repr(seen.text)


def test_a_hostile_volume_name_in_json(build):
    """Escapes, and the exact value."""
    mac = build(name=HOSTILE)
    seen = driver.run(mac, "doctor", "--json")
    assert not UNPRINTABLE.search(seen.out), repr(seen.out)
    assert any(HOSTILE in one["detail"] for one in seen.of("preflight")), repr(seen.out)


def test_a_hostile_plan_name(tmp_path, mac):
    """A plan may be called anything."""
    text = LOOP.replace('plan "', 'plan "\\27]0;evil\\7', 1)
    assert text != LOOP
    for command in ("check", "plan"):
        seen = driver.run(mac, command, written(tmp_path, text.replace("while true do end", 'return "done"')))
        assert "evil" in seen.text and not UNPRINTABLE.search(seen.text), repr(seen.text)


@pytest.mark.parametrize("command", ["check", "plan"])
@pytest.mark.parametrize("text", [
    'error("\\27[31mRED\\27]0;title\\7")\n',
    LOOP.replace("while true do end", 'error("\\27[8m")')], ids=["file", "check"])
def test_a_hostile_plan(tmp_path, mac, command, text):
    """Its messages."""
    seen = driver.run(mac, command, written(tmp_path, text))
    assert not UNPRINTABLE.search(seen.text), repr(seen.text)


def test_a_hostile_tool(mac):
    """What the tool said is quoted printably."""
    mac.fault("csrutil", "fail", match=["disable"], text="csrutil: \x1b]0;evil\x07no\u202e\n", times=None)
    seen = driver.unattended(mac, "apply")
    quoted = said(seen).partition("the tool said:")[2]
    assert "evil" in quoted and not UNPRINTABLE.search(quoted), repr(quoted)


# -- B.5, B.6 file acts and folders ----------------------------------------------------------------------------------------------

ACTS = {
    "copy": '"copy", "/Users/Shared/vmq-recovery/VirtualMachine.kc", "/private/var/root/taken", "0644"',
    "move": '"move", "/Users/Shared/vmq-recovery/VirtualMachine.kc", "/private/var/root/taken"',
    "from outside": '"copy", "/private/var/root/secret", "/Users/Shared/vmq-recovery/taken", "0644"',
    "through a link": '"copy", "/Users/Shared/vmq-recovery/VirtualMachine.kc", "/Users/Shared/vmq-recovery/link/taken", "0644"',
}


@pytest.mark.parametrize("name", ACTS)
def test_a_file_act_outside_our_folders(tmp_path, build, name):
    """Source and target lie in a folder called vmq-recovery, and no folder below the mount point is a link."""
    mac = build("m2pro-14.0", "macos")
    root = mac.data() / "private/var/root"
    (root / "secret").write_text("secret", encoding="utf-8")
    (mac.collection_path().parent / "link").symlink_to(root)
    before = mac.collection_path().read_bytes()
    seen = driver.unattended(mac, "run", written(tmp_path, ACT.format(words=ACTS[name])))
    assert seen.code == 1, seen.text
    assert not (root / "taken").exists() and not mac.collection_path().with_name("taken").exists(), seen.text
    assert mac.collection_path().read_bytes() == before


def test_a_fifo_for_a_plan(tmp_path, mac):
    """A mistake, told at once."""
    os.mkfifo(tmp_path / "mine.lua")
    assert driver.run(mac, "check", tmp_path / "mine.lua", timeout=4).code == 2


def test_a_journal_of_wrong_types(applied_mac):
    """Bad input: 3 or 11; revert goes on without it."""
    mac = applied_mac
    file = sorted(mac.journal().glob("*.journal"))[-1]
    lines = file.read_bytes().splitlines(keepends=True)
    lines[0] = changed_record(lines[0], words=5)
    file.write_bytes(b"".join(lines))
    for command in ("status", "log", "resume", "rollback"):
        seen = driver.unattended(mac, command)
        assert seen.code == (0 if command == "status" else 3), (command, seen.text)
    assert driver.unattended(mac, "revert").code == 0
