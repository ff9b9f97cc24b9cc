"""What the rooms of the house promise: what one command finds out, every later part knows; lock first, then read, then decide."""

import os
import signal

import driver
import pytest
from helpers import FULL, flags, has_words, policy_is_raised, records, tool_waits

from support import processes
from support.patience import wait_for

PLAN = """return plan "two" { summary = "Two.", step "first" { why = "First.", where = "any",
  check = function() return "todo", {} end,
  run = function() return command({ "/usr/sbin/nvram", "-s" }, { tool = "nvram" }) end, no_way_back = "none" } }
"""


@pytest.fixture(name="plan")
def _plan(tmp_path):
    """A plan of the user's own, in a file."""
    path = tmp_path / "two.lua"
    path.write_text(PLAN, encoding="utf-8")
    return path


@pytest.mark.parametrize("command", ["run", "step"])
@pytest.mark.parametrize(("machine", "words"), [("m2pro-14.0", "macOS 14.0 (23A344), M2 Pro;"),
                                                ("m4-26.3", "macOS 26.3.1 (25D2128), M4;")])
def test_a_users_plan_names_the_chip(build, plan, command, machine, words):
    """`run FILE` and `step FILE` tell which Mac they are in front of, chip included, though no check asks for it."""
    mac = build(machine)
    seen = driver.run(mac, command, plan, stdin="n\n")
    assert words in " ".join(seen.text.split()) and "chip ?" not in seen.text, seen.text
    assert mac.acts() == []


def stopped(mac):
    """An apply that was interrupted while csrutil worked."""
    mac.fault("csrutil", "interrupt-program-after", match=["disable"])
    assert driver.unattended(mac, "apply").code == 6
    mac.forget()


def start_waiting(mac, *arguments):
    """Start with --yes and an owner's name; it waits for the password on standard input, before it does anything."""
    process = driver.start(mac, *arguments, "--yes", "--user", mac.group()["owners"][0]["name"], "--password-fd", "0", stdin="")
    wait_for(lambda: processes.state(process.pid) == "S")
    return process


def test_resume_while_a_rollback_works(mac):
    """It ends with 7, says who is at work, and leaves journal and Mac to the other."""
    stopped(mac)
    mac.fault("bputil", "wait", match=["--full-security"])
    first = driver.start_unattended(mac, "rollback")
    tool_waits(mac)
    before, acts = records(mac), mac.acts()
    seen = driver.unattended(mac, "resume")
    assert seen.code == 7 and f"pid {first.pid}, rollback" in seen.text, seen.text
    assert records(mac) == before and mac.acts() == acts
    mac.release()
    assert driver.finish(first).code == 0
    assert flags(mac) == FULL


def test_resume_held_up_until_a_rollback_finished(mac):
    """Started before, at the lock after: there is nothing to resume, and nothing is written behind the rollback's close."""
    stopped(mac)
    process = start_waiting(mac, "resume")
    assert driver.unattended(mac, "rollback").code == 0
    before, acts = records(mac), mac.acts()
    seen = driver.finish(process, stdin=mac.group()["owners"][0]["password"] + "\n")
    assert seen.code == 0 and "Nothing to resume: the last run is finished." in seen.text, seen.text
    assert records(mac) == before and mac.acts() == acts
    assert flags(mac) == FULL


@pytest.mark.parametrize(("tool", "match"), [("diskutil", ["listVolumeGroups"]), ("nvram", ["boot-args"])])
def test_rollback_while_a_resume_looks(mac, tool, match):
    """A resume that has read the journal and still looks at the Mac keeps every other run away: nothing it decides grows stale."""
    stopped(mac)
    mac.fault(tool, "wait", match=match)
    first = driver.start_unattended(mac, "resume")
    tool_waits(mac)
    before = records(mac)
    seen = driver.unattended(mac, "rollback")
    assert seen.code == 7, seen.text
    assert records(mac) == before and mac.acts() == []
    mac.release()
    assert driver.finish(first).code == 0
    assert policy_is_raised(mac) and has_words(mac)


def test_a_stopped_run_keeps_its_lock(mac):
    """SIGSTOP in the middle, as after Ctrl-Z: another ends with 7 until the first goes on and is done."""
    mac.fault("csrutil", "wait", match=["disable"])
    first = driver.start_unattended(mac, "apply")
    tool_waits(mac)
    os.kill(first.pid, signal.SIGSTOP)
    wait_for(lambda: processes.state(first.pid) == "T")
    before = records(mac)
    assert driver.unattended(mac, "resume").code == 7
    assert records(mac) == before
    os.kill(first.pid, signal.SIGCONT)
    mac.release()
    assert driver.finish(first).code == 0
    assert policy_is_raised(mac)
