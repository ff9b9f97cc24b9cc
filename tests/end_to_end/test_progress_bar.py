"""The bar of long work on files: what a person sees while it lasts, and that nothing of it is left, or seen elsewhere.

The program is stopped for more than a second while it is at work: so no file has to be as large as a slow disk would need it.
"""

import os
import re
import signal
import time

import driver
import pytest
from helpers import everywhere, said
from kit_helpers import PLACE, below, built, run
from screens import Screen

from support import processes
from support.patience import seconds, wait_for

NAME = "large.kc"
LARGE = f"/Users/Shared/{NAME}"
COPY = "VirtualMachine.kc.vmq-recovery.new"
BAR = re.compile(r"(?:Read|Copied) \d+ of \d+ MiB, +\d+ % \[#*\.*\]")
LONG_ENOUGH = 1.2  # seconds: it comes after one
PART = 16 if "VMQ_PROGRAM" in os.environ else 1  # an emulator is slow
COPIES = pytest.mark.skipif("VMQ_PROGRAM" in os.environ, reason="what an emulator can sum in time is copied too soon")


@pytest.fixture(name="macos")
def _macos(build, models):
    """A Mac in macOS with a sound kernel collection and nothing staged."""
    return build(like=models("built", lambda mac: run(mac, "build", "-q"), "m2pro-14.0", "macos", kit="good", staged=None))


def make_large(mac, mebibytes=512):
    """A collection that is so large, most of it a hole."""
    path = below(mac, LARGE[1:])
    path.write_bytes(built(mac).read_bytes())
    os.truncate(path, (mebibytes << 20) // PART)
    return path


def find(started, name):
    """The program, or the child of its shell, once it has come to that file. Looked for without a pause: a copy is soon over."""
    until = time.monotonic() + seconds(20)
    while time.monotonic() < until:
        for one in (started, *processes.children(started)):
            if processes.position(one, name):
                return one
    raise AssertionError(f"it never came to {name}")


def stop(started, name):
    """Stop it where it has come to that file; its process id."""
    pid = find(started, name)
    os.kill(pid, signal.SIGSTOP)
    wait_for(lambda: processes.state(pid) == "T")
    assert processes.position(pid, name), "it was stopped too late"
    return pid


def go_on(pid):
    """Let a stopped program go on."""
    os.kill(pid, signal.SIGCONT)


def a_bar_is_due():
    """Let so much time go by that work which began before it has a bar."""
    until = time.monotonic() + LONG_ENOUGH
    wait_for(lambda: time.monotonic() > until)


def lasts(started, name):
    """Let the work on that file last for so long that there is a bar."""
    pid = stop(started, name)
    a_bar_is_due()
    go_on(pid)


def screen_of(mac, tmp_path, *arguments, size=(80, 24)):
    """The program on a screen that pyte draws."""
    return Screen(mac, *arguments, folder=tmp_path / "screen", size=size, program=driver.PROGRAM)


def stopped_behind_a_bar(macos, tmp_path):
    """The program, stopped while it reads on, with a bar on the screen."""
    make_large(macos, 1024)
    one = screen_of(macos, tmp_path, "kc", LARGE)
    lasts(one.child.pid, NAME)
    one.child.expect(BAR)
    pid = stop(one.child.pid, NAME)
    return one, pid


def has_gone(one):
    """Is nothing of the bar on the screen?"""
    return not BAR.search(one.text()) and not re.search(r"\[#| %", one.text())


@pytest.mark.parametrize("size", [(80, 24), (40, 10), (200, 50)])
def test_reading(macos, tmp_path, size):
    """One line that fits; then the answer, and nothing else."""
    make_large(macos)
    one = screen_of(macos, tmp_path, "kc", LARGE, size=size)
    lasts(one.child.pid, NAME)
    one.child.expect(BAR)
    shown = [line for line in one.text().split("\n") if "MiB," in line]
    assert len(shown) == 1 and BAR.fullmatch(shown[0]) and len(shown[0]) < size[0], one.text()
    assert one.finish() == 0, one.log
    assert "SHA-256" in one.history() and has_gone(one) and one.terminal_as_before(), one.text()


@COPIES
def test_copying(macos, tmp_path):
    """Staging a collection shows how far the copy has come; neither journal nor transcript holds a word of it."""
    large = make_large(macos, 256)
    one = screen_of(macos, tmp_path, "stage", "--kc", LARGE)
    lasts(one.child.pid, COPY)
    one.child.expect("Copied " + BAR.pattern.partition(" ")[2])
    assert one.finish() == 0, one.log
    assert has_gone(one) and one.terminal_as_before(), one.text()
    assert below(macos, f"{PLACE}/VirtualMachine.kc").read_bytes() == large.read_bytes()
    assert everywhere(macos, " MiB, ") == []


def test_a_window_that_is_made_narrower(macos, tmp_path):
    """What was drawn before fits in it, too."""
    one, pid = stopped_behind_a_bar(macos, tmp_path)
    one.resize(40, 10)
    a_bar_is_due()
    go_on(pid)
    one.child.expect(BAR)
    assert one.finish() == 0, one.log
    assert has_gone(one), one.text()


def test_ctrl_c_while_it_reads(macos, tmp_path):
    """It is wiped before anything else is said."""
    one, pid = stopped_behind_a_bar(macos, tmp_path)
    one.child.send("\x03")
    go_on(pid)
    one.finish()
    assert has_gone(one) and one.terminal_as_before(), one.text()


@COPIES
def test_ctrl_c_while_it_copies(macos, tmp_path):
    """The copy is made to its end, as any act is, and then it stops."""
    large = make_large(macos, 256)
    one = screen_of(macos, tmp_path, "stage", "--kc", LARGE)
    lasts(one.child.pid, COPY)
    one.child.expect("Copied ")
    one.child.send("\x03")
    assert one.finish() == 6, one.log
    assert "Stopped: you asked to stop." in one.history() and has_gone(one) and one.terminal_as_before(), one.text()
    assert below(macos, f"{PLACE}/VirtualMachine.kc").read_bytes() == large.read_bytes()
    assert "Done" in said(run(macos, "stage", "--kc", LARGE))


@pytest.mark.parametrize(("arguments", "term"), [(("-q",), "xterm"), (("--json",), "xterm"), ((), "dumb")])
def test_where_it_is_not_wanted(macos, session, arguments, term):
    """Not with -q, not beside JSON, not on a terminal where no line can be drawn anew."""
    make_large(macos)
    one = session(macos, *arguments, "kc", LARGE, term=term)
    lasts(one.child.pid, NAME)
    assert one.finish() == 0, one.log
    assert not BAR.search(one.log) and "\x1b[K" not in one.log


def test_in_a_pipe(macos):
    """Nor where nobody looks."""
    make_large(macos)
    process = driver.start(macos, "kc", LARGE)
    lasts(process.pid, NAME)
    seen = driver.finish(process)
    assert seen.code == 0 and not BAR.search(seen.text) and "\x1b[K" not in seen.text
