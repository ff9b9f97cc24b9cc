"""Tools that outlive the program which started them, and a daemon that finishes what its tool began (claims B.3).

The three kinds of darwin §1. It must not know any tool's wording.
"""

import os
import sys
import time

from . import plain
from . import state as store

SIGHUP, SIGKILL = 1, 9
DAEMON, GOES_ON, DETACHED = "orphan-daemon", "orphan-goes-on", "orphan-detached"
KINDS = (DAEMON, GOES_ON, DETACHED)
LONGEST = 60  # times a Mac's patience
# A daemon was there before its tool: a program of another name, without one descriptor of the tool's.
DAEMON_PROGRAM = """\
import sys
sys.path.insert(0, sys.argv[1])
from recorded_macs import orphans
orphans.serve(sys.argv[2], sys.argv[3])
"""


def pause(folder, seconds, patience):
    """Wait that long, or, for None, until a test lets the tool go on (the file `go` beside the root)."""
    end = time.monotonic() + (LONGEST * patience if seconds is None else seconds)
    while time.monotonic() < end:
        if seconds is None and os.path.exists(os.path.join(folder, "go")):
            return
        time.sleep(0.01)


def difference(before, after, path=()):
    """(path, value) of everything in `after` that `before` has otherwise; a policy is written whole or not at all."""
    if path[-1:] == ("policy",):
        return [] if before == after else [(list(path), after)]
    if isinstance(before, dict) and isinstance(after, dict) and set(before) <= set(after):
        return [one for name in after for one in difference(before.get(name, ...), after[name], (*path, name))]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [one for at, pair in enumerate(zip(before, after, strict=True)) for one in difference(*pair, (*path, at))]
    return [] if before == after else [(list(path), after)]


def _apply(state, changes):
    for path, value in changes:
        at = state
        for name in path[:-1]:
            at = at[name]
        at[path[-1]] = value


def _silence():
    """Nothing of the tool is left open: no terminal, no lock."""
    os.closerange(0, 4096)
    for _ in range(3):
        os.open("/dev/null", os.O_RDWR)


def begin(tool):
    """The tool stands before its write. It may end the program; then it goes on in its own way."""
    import _signal
    how = tool.fault["how"]
    _signal.signal(SIGHUP, _signal.SIG_DFL if how == DAEMON else _signal.SIG_IGN)
    tool.log("orphan", how=how, pid=os.getpid())
    program = os.getppid()
    if how == DETACHED:
        tool.flush()
        _silence()
    if how != DAEMON:
        _end_program(tool, program)
        pause(os.path.dirname(tool.root), tool.fault["seconds"], tool.patience)


def _end_program(tool, program):
    if tool.fault["kills"]:
        os.kill(program, SIGKILL)


def _started(arguments):
    """Start a process that no signal of the terminal reaches."""
    import _signal
    _signal.signal(SIGHUP, _signal.SIG_IGN)  # before it is born: the program's end must not take it along
    if os.fork() == 0:
        os.setsid()
        _silence()
        os.execv(sys.executable, [sys.executable, *arguments])
    _signal.signal(SIGHUP, _signal.SIG_DFL)


def hand_over(tool, before, after):
    """The daemon writes what this call would have written; the tool waits for it, unless SIGHUP ends it."""
    folder = os.path.dirname(tool.root)
    path = os.path.join(folder, f"work-{tool.id}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(plain.write({"root": tool.root, "id": tool.id, "tool": tool.name, "seconds": tool.fault["seconds"],
                                "patience": tool.patience,
                                "changes": difference(before, after)}))
    _started(["-IS", "-c", DAEMON_PROGRAM, sys.path[0], tool.root, path])
    _end_program(tool, os.getppid())
    end = time.monotonic() + LONGEST * tool.patience
    while os.path.exists(path) and time.monotonic() < end:
        time.sleep(0.01)


def serve(root, path):
    """The daemon: wait, write, tell the log, take the order away."""
    with open(path, encoding="utf-8") as file:
        order = plain.read(file.read())
    pause(os.path.dirname(root), order["seconds"], order["patience"])
    with store.Changing(root) as state:
        _apply(state, order["changes"])
        record = plain.write({"event": "changed", "id": order["id"], "tool": f"daemon of {order['tool']}",
                              "policies": {one["uuid"]: one["policy"] for one in state["groups"]},
                              "nvram": state["nvram"]})
        with open(os.path.join(os.path.dirname(root), "calls.jsonl"), "a", encoding="utf-8") as log:
            log.write(record + "\n")
    os.unlink(path)
