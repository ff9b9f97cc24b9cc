"""The three orphans: a daemon that writes after its tool has died, a tool that goes on, one that closes everything first."""

import fcntl
import os
import subprocess
import sys

import pytest

from recorded_macs.builder import Mac
from support import processes
from support.patience import seconds, wait_for

# A program that holds a lock, hands its descriptor down, and reads a tool on a terminal until it is killed.
PROGRAM = """
import fcntl, os, pty, sys
lock = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.flock(lock, fcntl.LOCK_EX)
os.set_inheritable(lock, True)
pid, master = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
seen = b""
for prompt, answer in ((b"[y/n]: ", b"y\\n"), (b"user maria:", b"correct horse battery\\n")):
    while "csrutil" in sys.argv[2] and prompt not in seen:
        seen += os.read(master, 1000)
    os.write(master, answer if "csrutil" in sys.argv[2] else b"")
try:
    while os.read(master, 1000):
        pass
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


@pytest.fixture(name="mac")
def _mac(tmp_path):
    return Mac.build(tmp_path / "mac", "m1-12.1")


def program(mac, path, *words):
    """Start a program that starts that tool."""
    return subprocess.Popen([sys.executable, "-c", PROGRAM, str(mac.folder / "lock"), str(mac.root / path), *words])


def is_free(mac):
    """Does nobody hold the lock?"""
    file = os.open(mac.folder / "lock", os.O_RDWR)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(file)
    return True


def lives(mac):
    """Is the tool that became an orphan still there?"""
    return not processes.has_ended(mac.records("orphan")[0]["pid"])


@pytest.mark.parametrize(("how", "stays", "holds"), [
    ("orphan-goes-on", True, True), ("orphan-detached", True, False), ("orphan-daemon", False, False)])
def test_orphan(mac, how, stays, holds):
    """It kills the program; then who lives, who holds the lock, and that the work is done only later."""
    mac.orphan("nvram", how, seconds=None)
    seen = program(mac, "usr/sbin/nvram", "boot-args=-v")
    assert seen.wait(seconds(10)) == -9
    wait_for(lambda: (lives(mac), is_free(mac)) == (stays, not holds))
    assert mac.boot_args() is None
    mac.release()
    wait_for(mac.boot_args)
    wait_for(lambda: mac.records("changed"))
    assert (mac.boot_args(), len(mac.records("changed"))) == ("-v", 1)


def test_a_daemon_writes_a_policy(mac):
    """csrutil has died at SIGHUP, its daemon turns SIP off: a new nonce, and no tool on this Mac that could be waited for."""
    before = mac.policy()
    mac.orphan("csrutil", "orphan-daemon", seconds=0.3)
    assert program(mac, "usr/bin/csrutil", "disable").wait(seconds(10)) == -9
    wait_for(lambda: not lives(mac), 2)
    assert mac.policy() == before
    wait_for(lambda: mac.policy() != before)
    after = mac.policy()
    assert (after["sip0"], after["mode"]) == (0x7F, "permissive") and after["lpnh"] != before["lpnh"]
    assert mac.records("changed")[0]["tool"] == "daemon of csrutil"
    assert mac.records("end") == []


def test_a_daemon_whose_tool_lives(mac):
    """Nothing kills the program: the tool waits for its daemon and ends well."""
    mac.orphan("nvram", "orphan-daemon", seconds=0.1, kills=False)
    assert program(mac, "usr/sbin/nvram", "boot-args=-v").wait(seconds(10)) == 0
    assert mac.boot_args() == "-v" and mac.records("end")[0]["status"] == 0


def test_the_test_kills(mac):
    """`kills` False: the tool says where it stands, and the test chooses the moment."""
    mac.orphan("nvram", "orphan-goes-on", seconds=None, kills=False)
    seen = program(mac, "usr/sbin/nvram", "boot-args=-v")
    wait_for(lambda: mac.records("orphan"))
    seen.kill()
    seen.wait()
    assert lives(mac) and mac.boot_args() is None
    mac.release()
    wait_for(lambda: mac.records("end"))
    assert mac.boot_args() == "-v"
