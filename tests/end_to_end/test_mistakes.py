"""Mistakes in a plan of one's own, as newcomers made them: `check` says where the plan is wrong, and so does `run`."""

import driver
import pytest

WORDS = {
    "check": 'function(c) local v = nvram.get "mine" return v == "1" and "done" or "todo", { value = v } end',
    "run": 'function(c) return nvram.set("mine", "1") end',
    "undo": 'function(c, b) return { { nvram.set("mine", b.value), leaves = "old", exact = true } } end',
}
PLAN = """return plan "mine" {{
  summary = "Set my word.",
  step "a" {{
    why = "Because.", where = "any",
    check = {check},
    run = {run},
    undo = {undo},
  }},
}}
"""

# By name: what stands in the place of one function, the line that is told, and what is said.
MISTAKES = {
    "a verdict that is none": ("check", "function(c) return true end", 3, 'check: answered true; "done", "todo" or "unknown" is wanted'),
    "a field that is not there": ("check", "function(c) return c.foo.bar end", 5, "c has no foo"),
    "an error": ("check", 'function(c) error("boom") end', 5, "step a: boom"),
    "a command in a check": ("check", 'function(c) return "todo", { value = command { "/usr/sbin/nvram", "x=y" } } end', 7,
                             "attempt to concatenate a table value"),
    "a probe that is none": ("check", 'function(c) local v = probe { "ls" } return "todo", { value = v } end', 5,
                             'probe wants { "/absolute/path", "word", … }'),
    "os": ("run", 'function(c) os.execute("ls") return nvram.set("mine", "1") end', 6, "global 'os'"),
    "a command as text": ("run", 'function(c) return "nvram mine=1" end', 3, "run: answered a string, not a command"),
    "a name misspelt": ("run", 'function(c) return nvram.sett("mine", "1") end', 6, "field 'sett'"),
    "a parameter misspelt": ("run", 'function(c) return nvram.set("mine", c.wrod) end', 6, "c has no wrod"),
    "an undo that is a command": ("undo", 'function(c, b) return nvram.set("mine", "0") end', 3, "undo: answered one command"),
    "an undo that is nothing": ("undo", 'function(c, b) nvram.set("mine", "0") end', 3, "undo: answered nothing"),
    "an undo that throws": ("undo", 'function(c, b) return { { nvram.set("mine", b.old .. "") } } end', 7, "field 'old'"),
    "describe that throws": ("undo", WORDS["undo"] + ",\n    describe = function(seen) return seen.x.y end", 8, "field 'x'"),
}
# What `run` does not ask before it acts.
ONLY_CHECK = ("describe that throws",)


def written(folder, **changes):
    """A plan with other functions; its path."""
    path = folder / "mine.lua"
    path.write_text(PLAN.format(**{**WORDS, **changes}), encoding="utf-8")
    return path


def test_without_a_mistake(tmp_path, mac):
    """The plan that the others are made from; a number seen under the name of value is no mistake."""
    for check in (WORDS["check"], 'function(c) local v = nvram.get "mine" return v == "1" and "done" or "todo", { value = #v } end'):
        path = written(tmp_path, check=check, undo='function(c, b) return { { nvram.set("mine", ""), leaves = "old" } } end')
        assert driver.run(mac, "check", path).code == 0
        assert driver.run(mac, "plan", path).code == 0
        seen = driver.unattended(mac, "run", path)
        assert seen.code == 0, seen.text
        assert driver.unattended(mac, "rollback").code == 0


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake(tmp_path, mac, name):
    """File, line, step and what is wrong; exit 2; nothing was started."""
    field, text, line, words = MISTAKES[name]
    path = written(tmp_path, **{field: text})
    for command in ("check", "run"):
        if command == "run" and name in ONLY_CHECK:
            continue
        seen = driver.unattended(mac, command, path)
        told = " ".join(seen.text.split())
        assert (seen.code, mac.acts()) == (2, []), (command, seen.text)
        assert f"{path}:{line}: step a: " in told and words in told, (command, seen.text)


def test_a_tool_that_is_not_declared(tmp_path, mac):
    """The door refuses it: the plan's mistake, and no advice about the Mac."""
    path = written(tmp_path, run='function(c) return command { "/bin/rm", "-rf", "/private/tmp/x" } end')
    seen = driver.unattended(mac, "run", path)
    told = " ".join(seen.text.split())
    assert (seen.code, mac.acts()) == (1, []), seen.text
    assert f"The plan is wrong: {path}:3: step a: run: will not run /bin/rm" in told and "recovery that belongs" not in told, seen.text


def test_parameters_in_every_command(tmp_path, mac):
    """--set works with check, plan, step, run and rehearse; check says what it cannot try without."""
    text = PLAN.format(**{**WORDS, "run": 'function(c) return nvram.set("mine", c.word:sub(1)) end'})
    path = tmp_path / "mine.lua"
    path.write_text(text.replace("summary", 'params = { word = param "word" }, summary'), encoding="utf-8")
    seen = driver.run(mac, "check", path)
    assert seen.code == 0 and "not tried: plan mine needs word" in seen.text, seen.text
    seen = driver.run(None, "rehearse", "--yes", "--set", "word=1", path)
    assert seen.code == 0, seen.text
    for command in ("check", "plan", "step", "run"):
        seen = driver.unattended(mac, command, "--set", "word=1", path)
        assert seen.code == 0 and "not tried" not in seen.text, (command, seen.text)
