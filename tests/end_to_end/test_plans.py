"""A person's own plan: what is wrong with it is said with file and line, what it may do is only what the library gives."""

import os

import driver
import pytest
from helpers import FULL, flags, written

HEAD = 'return plan "mine" {\n  summary = "A plan of the tests.",\n'
STEP = """  step "one" {
    why = "To see.",
    where = "any",
    check = function(c) return "todo", {} end,
    run = function(c) return csrutil.disable(c.volume_name) end,
    undo = function(c) return {} end,
  },
"""


def refused(path, line, *words):
    """`check` and `run` and `plan` say file, line and reason, and exit 2."""
    for command in ("check", "run", "plan"):
        seen = driver.run(None, command, path)
        assert seen.code == 2, (command, seen.text)
        dense = " ".join(seen.text.split())
        if line:
            assert f"{path.name}:{line}:" in dense, (command, seen.text)
        for word in words:
            assert word in dense, (command, word, seen.text)


def test_a_good_plan(tmp_path, mac):
    """Checked without running any of it."""
    path = written(tmp_path, HEAD + STEP + "}\n")
    seen = driver.run(mac, "check", path)
    assert seen.code == 0, seen.text
    assert mac.calls() == []


WRONG = {
    "unknown field": ('why = "To see."', 'why = "To see.", wherefore = "x"', 3, ["wherefore"]),
    "misspelt field": ('where = "any"', 'were = "any"', 3, ["were", "where"]),
    "wrong type": ('why = "To see."', "why = 7", 3, ["why", "string"]),
    "wrong place": ('where = "any"', 'where = "moon"', 3, ["moon", "paired-recovery"]),
    "no why": ('why = "To see.",', "", 3, ["why"]),
    "no check": ('check = function(c) return "todo", {} end,', "", 3, ["check"]),
    "check is not a function": ('check = function(c) return "todo", {} end', 'check = "todo"', 3, ["check", "function"]),
    "no undo": ("undo = function(c) return {} end,", "", 3, ["undo"]),
    "needs what is not there": ('where = "any"', 'where = "any", needs = { "nothing" }', 3, ["nothing"]),
    "needs itself": ('where = "any"', 'where = "any", needs = { "one" }', 3, ["one"]),
    "resets what is not there": ('where = "any"', 'where = "any", resets = { "nothing" }', 3, ["nothing"]),
    "settles some time": ('where = "any"', 'where = "any", settles = "some time"', 3, ["settles"]),
    "needs is no list": ('where = "any"', 'where = "any", needs = "one"', 3, ["needs"]),
    "step without a name": ('step "one" {', "step {", 3, ["name"]),
    "syntax": ('why = "To see.",', 'why = "To see."', None, ["plan of mine.lua:"]),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_step(tmp_path, name):
    """File, line, reason; exit 2."""
    old, new, line, words = WRONG[name]
    assert old in STEP
    refused(written(tmp_path, HEAD + STEP.replace(old, new) + "}\n"), line, *words)


@pytest.mark.parametrize(("text", "words"), [
    ("", []), ("return 7\n", ["plan"]), ("return {}\n", ["plan"]), ('return plan "mine" {}\n', ["summary"]),
    ('return plan "mine" { summary = "x" }\n', ["steps"]), ("x = = 1\n", []), ("error 'my own words'\n", ["my own words"]),
    ('return plan "mine" { summary = "x", "no step" }\n', []), ("\x1bLua binary", []), ("\0\0\0", []),
    ('return plan "m" { summary = "x", params = { a = param "colour" }, step "s" { why = "w", where = "any", check = '
     'function() end } }\n', ["param"]),
    ("local t = setmetatable({}, {}) return t\n", []), ("return nothing.at.all\n", ["nothing"]),
    ('return plan "m" { summary = "x", tools = { { path = "relative/tool", reads = {} } }, step "s" { why = "w", '
     'where = "any", check = function() end } }\n', ["relative/tool"]),
])
def test_a_wrong_file(tmp_path, text, words):
    """What is no plan at all."""
    refused(written(tmp_path, text), None, *words)


def test_two_steps_of_one_name(tmp_path):
    """The second is refused."""
    refused(written(tmp_path, HEAD + STEP + STEP + "}\n"), 10, "one")


def test_wrong_order(tmp_path):
    """A step before what it needs."""
    later = STEP.replace('step "one"', 'step "two"')
    first = STEP.replace('where = "any"', 'where = "any", needs = { "two" }')
    refused(written(tmp_path, HEAD + first + later + "}\n"), 3, "two")


def test_circle(tmp_path):
    """Two that need each other."""
    first = STEP.replace('where = "any"', 'where = "any", needs = { "two" }')
    second = STEP.replace('step "one"', 'step "two"').replace('where = "any"', 'where = "any", needs = { "one" }')
    refused(written(tmp_path, HEAD + first + second + "}\n"), 3, "two", "one")


def test_an_order_that_undoes_itself(tmp_path):
    """Each drops the other: no end is reached with both in force."""
    first = STEP.replace('where = "any"', 'where = "any", resets = { "two" }')
    second = STEP.replace('step "one"', 'step "two"').replace('where = "any"', 'where = "any", resets = { "one" }')
    refused(written(tmp_path, HEAD + first + second + "}\n"), 10, "one", "two")


def test_a_step_dropped_where_it_cannot_follow_again(tmp_path):
    """What macOS drops cannot be run again in paired recovery."""
    first = STEP.replace('where = "any"', 'where = "paired-recovery"')
    second = STEP.replace('step "one"', 'step "two"').replace('where = "any"', 'where = "macos", resets = { "one" }')
    refused(written(tmp_path, HEAD + first + second + "}\n"), 10, "one", "two")


def test_a_file_that_is_not_there(tmp_path):
    """Named with the system's words."""
    for command in ("check", "run", "plan"):
        seen = driver.run(None, command, tmp_path / "nowhere.lua")
        assert seen.code == 2 and "nowhere.lua" in seen.text, seen.text


ESCAPES = {
    "io": "return io.open", "os": "return os.execute", "load": "return load('return 1')()", "dofile": "dofile('/etc/passwd')",
    "loadfile": "loadfile('/etc/passwd')()", "require": "return require('lib_door')", "package": "return package.loaded",
    "debug": "return debug.getregistry()", "string.dump": "return string.dump(function() end)",
    "metatable of strings": "return getmetatable('').__index.rep", "_G": "return _G.io", "rawset": "rawset(string, 'x', 1)",
    "collectgarbage": "collectgarbage()", "coroutine": "return coroutine.create", "lib": "return lib_door.act",
    "setmetatable": "setmetatable(string, {})", "print": "print('x')",
}


@pytest.mark.parametrize("name", ESCAPES)
def test_what_a_plan_cannot_reach(tmp_path, name):
    """None of Lua's ways out is there: loading the plan fails and says where."""
    text = f"local escape = (function() {ESCAPES[name]} end)()\nif escape ~= nil then error('ESCAPED') end\n" \
        "error('nothing happened')\n"
    path = written(tmp_path, text)
    seen = driver.run(None, "check", path)
    assert seen.code == 2, seen.text
    assert "ESCAPED" not in seen.text
    assert f"{path.name}:" in seen.text


def test_a_plan_cannot_change_the_library(tmp_path, mac):
    """What it does to its copy of the vocabulary does not reach the program's own."""
    text = 'csrutil.disable = function() return { argv = { "/bin/sh", "-c", "true" } } end\n' \
        "string.find = nil\nbputil.read = nil\n" + HEAD + STEP + "}\n"
    seen = driver.run(mac, "check", written(tmp_path, text))
    assert seen.code == 0, seen.text
    assert driver.run(mac, "plan", "apply").code == 0


DOORS = {
    "a shell": '{ argv = { "/bin/sh", "-c", "touch %s" } }',
    "a tool not declared": '{ argv = { "/usr/bin/touch", "%s" } }',
    "a relative path": '{ argv = { "csrutil", "disable" } }',
    "a path with dots": '{ argv = { "/usr/bin/../bin/csrutil", "disable" } }',
    "removing a policy": '{ argv = { "/usr/bin/bputil", "-r", "5EADF322-3C85-4DF8-8516-0B556700CD5E" } }',
    "cleaning up": '{ argv = { "/usr/bin/bputil", "--cleanup" } }',
    "a password in argv": '{ argv = { "/usr/bin/bputil", "-a", "-v", c.group, "-u", "x", "-p", "y" } }',
    "no volume group": '{ argv = { "/usr/bin/bputil", "-a" } }',
    "joined flags": '{ argv = { "/usr/bin/bputil", "-nz" } }',
    "the sealed system": '{ argv = { "/usr/bin/csrutil", "authenticated-root", "disable" } }',
    "all of nvram": '{ argv = { "/usr/sbin/nvram", "-c" } }',
    "boot-args deleted": '{ argv = { "/usr/sbin/nvram", "-d", "boot-args" } }',
    "no argv": '{ tool = "csrutil" }',
    "argv is a string": '{ argv = "csrutil disable" }',
    "numbers in argv": '{ argv = { "/usr/bin/csrutil", 7 } }',
    "an empty argv": "{ argv = {} }",
    "a hole": '{ argv = { "/usr/bin/csrutil", nil, "disable" } }',
    "a nul": '{ argv = { "/usr/bin/csrutil", "dis\\0able" } }',
    "curl": '{ argv = { "/usr/bin/curl", "-o", "%s", "http://localhost/" } }',
}


# What is no command at all is the plan's mistake; the others are commands that the door refuses.
NO_COMMAND = ("a relative path", "no argv", "argv is a string", "numbers in argv", "an empty argv", "a hole", "a nul")


@pytest.mark.parametrize("name", DOORS)
def test_the_door_stays_shut(tmp_path, mac, name):
    """A plan that asks for more than there is: nothing is started."""
    touched = tmp_path / "touched"
    command = DOORS[name].replace("%s", str(touched))
    text = HEAD + '  params = { group = param "uuid" },\n' + STEP.replace(
        "csrutil.disable(c.volume_name)", command) + "}\n"
    seen = driver.unattended(mac, "run", written(tmp_path, text))
    assert seen.code == (2 if name in NO_COMMAND else 1), seen.text
    assert mac.acts() == [], seen.text
    assert not touched.exists() and flags(mac) == FULL


@pytest.mark.parametrize("where", ["check", "undo", "verify"])
def test_commands_elsewhere_are_not_started(tmp_path, mac, where):
    """A check that returns a command, or tries to act while it looks, starts nothing."""
    step = """  step "one" {
    why = "w", where = "any",
    check = function(c) %s return "done", {} end,
    verify = function(c) %s return "done", {} end,
    run = function(c) return csrutil.disable(c.volume_name) end,
    undo = function(c) %s return {} end,
  },
"""
    body = 'probe { "/usr/bin/csrutil", "disable" }'
    parts = [body if where == one else "" for one in ("check", "verify", "undo")]
    seen = driver.unattended(mac, "run", written(tmp_path, HEAD + step % tuple(parts) + "}\n"))
    assert mac.acts() == [] and seen.code == 0, seen.text


@pytest.mark.parametrize("argv", [
    '"/usr/bin/csrutil", "disable"', '"/usr/bin/bputil", "-f", "-v", c.group', '"/usr/sbin/nvram", "boot-args=x"',
    '"/bin/ls", "/"', '"/usr/bin/kmutil", "configure-boot", "-v", "/"', '"/usr/sbin/nvram", "-s"',
    '"/usr/sbin/diskutil", "unmount", "disk3s5"', '"/usr/bin/bputil", "-d"', '"/usr/bin/curl", "http://localhost/"',
])
def test_probes_only_read(tmp_path, mac, argv):
    """What is not in the table of reading forms is refused; the step is unknown, and nothing goes on from there."""
    step = STEP.replace('return "todo", {}', f'local seen, why = probe {{ {argv} }} '
                                             'return seen and "done" or "unknown", { why = tostring(why) }')
    text = HEAD + '  params = { group = param "uuid" },\n' + step + "}\n"
    seen = driver.unattended(mac, "run", written(tmp_path, text))
    assert mac.acts() == [], seen.text
    assert seen.code == 3, seen.text
    assert not any(argv.split('"')[1].endswith("/" + call[0]) and "disable" in call for call in mac.calls())


def test_a_check_that_never_ends(tmp_path, mac):
    """Endless memory is stopped by the cap, not by the machine."""
    step = STEP.replace('return "todo", {}', 'local t = {} while true do t[#t + 1] = ("x"):rep(1000) .. #t end')
    seen = driver.unattended(mac, "run", written(tmp_path, HEAD + step + "}\n"))
    assert seen.code == 2 and "not enough memory" in seen.text, seen.text[-500:]
    assert mac.acts() == []


def test_a_check_that_fails(tmp_path, mac):
    """An error in a plan's function: said with its line; nothing is started."""
    path = written(tmp_path, HEAD + STEP.replace('return "todo", {}', "local x = nil; return x.y") + "}\n")
    seen = driver.unattended(mac, "run", path)
    assert seen.code == 2, seen.text
    assert mac.acts() == [] and f"The plan is wrong: {path}:6: step one: attempt to index" in " ".join(seen.text.split())


@pytest.mark.parametrize("verdict", ['"maybe"', "7", "nil", "true", "{}"])
def test_verdicts_are_three(tmp_path, mac, verdict):
    """Anything but done, todo and unknown is no verdict."""
    step = STEP.replace('return "todo", {}', f"return {verdict}, {{}}")
    path = written(tmp_path, HEAD + step + "}\n")
    seen = driver.unattended(mac, "run", path)
    assert seen.code == 2 and f"{path.name}:3: step one: check: answered" in " ".join(seen.text.split()), seen.text
    assert mac.acts() == []


NONSENSE = {
    "value that is no text": ('return "todo", {}', 'return "todo", { value = {} }'),
    "a policy that is none": ('return "todo", {}', 'return "todo", { mode = 7, sip = {}, coih = 1, boot_args_filter = {} }'),
    "a function seen": ('return "todo", {}', 'return "todo", { print or tostring }'),
    "error that is no text": ('return "todo", {}', 'return "unknown", { error = {} }'),
    "describe throws": ('where = "any",', 'where = "any", describe = function(seen) return seen.a.b end,'),
    "after answers a number": ('where = "any",', 'where = "any", after = function() return 7 end,'),
    "leaves is a function": ("return {} end,", "return { { csrutil.disable(c.volume_name), leaves = tostring } } end,"),
    "a rung's check is a text": ("return {} end,", 'return { { csrutil.disable(c.volume_name), check = "x" } } end,'),
    "undo throws a table": ("return {} end,", "error({}) end,"),
    "prompts hold a function": ("csrutil.disable(c.volume_name)", 'command({ "/usr/bin/csrutil", "disable" }, { prompts = { type } })'),
    "too many words": ("return csrutil.disable(c.volume_name)", 'local words = { "/usr/bin/csrutil" }\n      for n = 2, 5000 do '
                       'words[n] = "x" end\n      return command(words)'),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_ends_in_words(tmp_path, mac, name):
    """Whatever a plan's functions throw or answer, no command ends as a bug of the program."""
    old, new = NONSENSE[name]
    assert old in STEP
    path = written(tmp_path, HEAD + STEP.replace(old, new) + "}\n")
    mac.fault("csrutil", "fail", match=["disable"], times=None)
    seen = [driver.run(mac, "step", path, stdin=mac.group()["name"] + "\nw\np\nd\nq\n")]
    seen += [driver.unattended(mac, *words) for words in (["plan", path, "--json"], ["run", path], ["rollback", "--json"], ["log"])]
    for one in seen:
        assert one.code != 70 and "traceback" not in one.text, one.text


# -- a plan that works -------------------------------------------------------------------------------------------------

WIDGET = """#!/bin/sh
place=$(dirname "$0")/widget.state
echo "$*" >> "$place.calls"
case "$1" in
status) cat "$place" 2>/dev/null || echo off ;;
on) echo on > "$place" ;;
off) echo off > "$place" ;;
*) exit 64 ;;
esac
"""

PLAN = """local PATH = "/usr/local/bin/widget"
local function read() return (probe { PATH, "status" } or "?"):match "%%w+" end
return plan "widget" {
  summary = "Switch the widget on.",
  tools = { { path = PATH, reads = { { "status" } } } },
  step "on" {
    why = "An example.",
    where = "any",
    check = function(c)
      local now = read()
      if now ~= "on" and now ~= "off" then return "unknown", {} end
      return now == "on" and "done" or "todo", { state = now }
    end,
    run = function(c) return command { PATH, "%s" } end,
    undo = function(c, before)
      return { { command { PATH, before.state }, leaves = "as before", check = function() return read() == before.state end } }
    end,
  },
}
"""


@pytest.fixture(name="widget")
def _widget(mac):
    """A further tool below the root; returns its state file."""
    path = mac.root / "usr/local/bin/widget"
    path.parent.mkdir(parents=True)
    path.write_text(WIDGET, encoding="utf-8")
    path.chmod(0o755)
    return path.parent / "widget.state"


def state_of(widget):
    """on, off."""
    return widget.read_text().strip() if widget.exists() else "off"


def test_run_and_rollback(tmp_path, mac, widget):
    """A declared tool goes through the same door: run, run again, roll back."""
    path = written(tmp_path, PLAN % "on")
    seen = driver.unattended(mac, "run", path)
    assert seen.code == 0, seen.text
    assert state_of(widget) == "on"
    again = driver.unattended(mac, "run", path)
    assert again.code == 0 and widget.with_suffix(".state.calls").read_text().split().count("on") == 1
    back = driver.unattended(mac, "rollback")
    assert back.code == 0, back.text
    assert state_of(widget) == "off"


WORD = HEAD + """  params = { one = param("word", "-"), two = param "word" },
  step "word" {
    why = "To see.",
    where = "any",
    expected = "both words",
    check = function(c)
      local value = nvram.get "greeting"
      return value == c.one .. c.two and "done" or "todo", { value = value }
    end,
    run = function(c) return nvram.set("greeting", c.one .. c.two) end,
    undo = function(_, before) return { { nvram.set("greeting", before.value), leaves = "the word that was there" } } end,
  },
}
"""


def test_a_plan_done_over(tmp_path, mac):
    """The way back of a rollback names the file and what was given, so that the line can be typed in any folder."""
    path = written(tmp_path, WORD)
    given = ("--set", "two=y", "--set", "one=x")
    assert driver.unattended(mac, "run", path.name, *given, cwd=tmp_path).code == 0
    assert f"run '{path}' --set two=y --set one=x" in " ".join(driver.run(mac, "rollback", "-n").text.split())
    assert driver.unattended(mac, "rollback").code == 0
    assert driver.unattended(mac, "run", path, *given).code == 0
    assert mac.state()["nvram"]["greeting"] == "xy"


def test_run_that_does_not_help(tmp_path, mac, widget):
    """The tool says yes and does nothing: failed, and read back as before."""
    seen = driver.unattended(mac, "run", written(tmp_path, PLAN % "status"))
    assert seen.code == 1, seen.text
    assert state_of(widget) == "off"


def test_dry_run_of_a_plan(tmp_path, mac, widget):
    """Told, not done. The plan's own tool is started to look only where that is allowed."""
    path = written(tmp_path, PLAN % "on")
    for words in (["run", "-n"], ["plan", "--detailed-exitcode"]):
        code = 10 if words[0] == "plan" else 0
        seen = driver.unattended(mac, *words, path, "--allow-tools")
        assert seen.code == code and "widget on" in seen.text, seen.text
        seen = driver.unattended(mac, *words, path)
        assert seen.code == code and "widget on" not in seen.text and "not looked at" in seen.text, seen.text
    assert state_of(widget) == "off"


def test_a_plan_in_its_own_folder(tmp_path, mac, widget):
    """A relative path, and a name with blanks and accents."""
    written(tmp_path, PLAN % "on", "Plän № 1.lua")
    seen = driver.finish(driver.start(mac, "check", "Plän № 1.lua", cwd=tmp_path))
    assert seen.code == 0, seen.text


@pytest.mark.parametrize("tool", ["/bin/sh", "/bin/bash", "/usr/bin/env", "/usr/bin/csrutil", "/usr/bin/bputil",
                                  "/usr/bin/sudo", "/usr/bin/../../bin/sh"])
def test_tools_that_cannot_be_declared(tmp_path, mac, tool):
    """Shells, and what the program knows already."""
    path = written(tmp_path, (PLAN % "on").replace("/usr/local/bin/widget", tool))
    seen = driver.unattended(mac, "run", path)
    assert seen.code == 2, seen.text
    assert mac.acts() == [] and tool.rsplit("/", 1)[1] in seen.text


def test_a_plan_far_away(tmp_path):
    """A thousand steps are checked at once."""
    steps = "".join(STEP.replace('"one"', f'"s{number}"') for number in range(1000))
    path = written(tmp_path, HEAD + steps + "}\n")
    assert os.path.getsize(path) > 100000
    seen = driver.run(None, "check", path)
    assert seen.code == 0, seen.text
