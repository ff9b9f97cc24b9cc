"""Step-through: every key against a recorded Mac, and the whole of it as a rehearsal."""

import driver
import pytest
from conftest import MACHINES
from helpers import FULL, flags, policy_is_raised
from walker import Owner, Walker


@driver.needs_own_tools
@pytest.mark.timeout(120)
def test_the_whole_rehearsal(session):
    """y at each step, through the restarts, to the end."""
    one = session(None, "rehearse", "step")
    walker = Walker(one, Owner(), ["y"] * 12)
    assert walker.finish() == 0, one.log
    assert walker.steps[:3] == ["copy", "sip", "kernel"]
    assert one.log.count("done, read back:") >= 3
    assert one.terminal_as_before()


def test_every_looking_key(mac, session):
    """They tell and change nothing; Enter alone and unknown keys do nothing; q stops there."""
    one = session(mac, "step")
    walker = Walker(one, mac, ["y", "", "w", "p", "d", "?", "x", "", "quit"])
    assert walker.finish() == 4, one.log
    assert walker.steps == ["copy"] + ["sip"] * 8
    text = " ".join(one.log.split())
    for words in ("Step 2 of 8: sip", "why: Turns System Integrity Protection off", "command: /usr/bin/csrutil disable",
                  "way back: 1. full security", "expected: Permissive Security", "u: undo the last step",
                  "Not a key of this prompt", "Nothing was changed"):
        assert words in text, words
    assert mac.acts() == [] and one.terminal_as_before()


def test_the_lua_prompt_within(mac, session):
    """l looks around and comes back to the same step."""
    one = session(mac, "step")
    walker = Walker(one, mac, ["l"])
    assert [walker.step(), walker.step()] == ["name", "key"]
    one.child.expect("> $")
    one.child.sendline("policy().mode")
    one.child.expect('"full"')
    one.child.expect("> $")
    one.child.send("\x04")
    walker.keys = ["q"]
    assert walker.finish() == 4, one.log
    assert walker.steps == ["copy", "copy"]


def test_a_needed_step_cannot_be_left_out(mac, session):
    """n is refused with the step that needs it."""
    one = session(mac, "step")
    assert Walker(one, mac, ["n", "q"]).finish() == 4, one.log
    assert "It cannot be left out: step" in one.log and mac.acts() == []


@pytest.mark.parametrize("machine", MACHINES)
def test_undo_again_stop_and_resume(build, session, machine):
    """y, then u takes it back, read back; y again; q leaves the journal open; resume does the rest."""
    mac = build(machine)
    one = session(mac, "step")
    walker = Walker(one, mac, ["y", "y", "u"])
    assert walker.walk() == "asked", one.log
    assert walker.steps[:2] == ["copy", "sip"] and walker.steps[-1] == "sip", one.log
    assert flags(mac) == FULL
    walker.keys = ["q"]
    walker._type("y")
    assert walker.finish() == 6, one.log
    assert flags(mac) != FULL and mac.policy()["coih"] is None
    assert one.terminal_as_before()
    rest = session(mac, "resume")
    assert Walker(rest, mac, []).finish() == 0, rest.log
    assert policy_is_raised(mac)


def test_undo_with_nothing_done(mac, session):
    """It says so."""
    one = session(mac, "step")
    assert Walker(one, mac, ["u", "q"]).finish() == 4, one.log
    assert "There is nothing to undo yet." in one.log


def test_go_on_without_asking(mac, session):
    """c asks no more; the tools do."""
    one = session(mac, "step")
    walker = Walker(one, mac, ["c"])
    assert walker.finish() == 0, one.log
    assert walker.steps == ["copy"] and policy_is_raised(mac)


@pytest.mark.timeout(120)
def test_step_revert(applied_mac, session):
    """The other plan, from a raised Mac back to full security."""
    mac = applied_mac
    one = session(mac, "step", "revert")
    assert Walker(one, mac, ["y"] * 4).finish() == 0, one.log
    assert flags(mac) == FULL


def test_end_of_input_stops(mac, session):
    """Ctrl-D at the first step: nothing is changed."""
    one = session(mac, "step")
    assert Walker(one, mac, []).walk() == "asked"
    one.takes_keys()
    one.child.send("\x04")
    assert one.finish() == 4, one.log
    assert mac.acts() == [] and one.terminal_as_before()


@pytest.mark.parametrize("typed", ["", "\n\n", "q\n", "?\nw\nq\n"])
def test_without_a_terminal(mac, typed):
    """Lines from a pipe are read as the volume's name and then as keys; their end stops."""
    seen = driver.run(mac, "step", stdin=mac.group()["name"] + "\n" + typed)
    assert seen.code == 4 and "copy [y/n" in seen.text, seen.text
    assert mac.acts() == []


def test_a_plan_of_ones_own(mac, session, tmp_path):
    """step FILE: a step nobody needs may be left out, and stays out."""
    path = tmp_path / "two.lua"
    path.write_text("""
return plan "two" { summary = "Two.", step "first" { why = "First.", where = "any",
  check = function() return "todo", {} end,
  run = function() return command({ "/usr/sbin/nvram", "-s" }, { tool = "nvram" }) end, no_way_back = "none" } }
""", encoding="utf-8")
    one = session(mac, "step", path)
    walker = Walker(one, mac, ["n"])
    assert walker.finish() == 0, one.log
    assert "you left it out" in " ".join(one.log.split()) and mac.acts() == []
