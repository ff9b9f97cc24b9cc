"""What tests ask the system about processes, and that children start with signals as usual. It must not end any."""

import os
import signal

from .patience import wait_for

# Python ignores these two by itself, and gives them back to its children.
PYTHONS_OWN = {signal.SIGPIPE, signal.SIGXFSZ}


def give_children_usual_signals():
    """A child inherits what is ignored (nohup, `&` in a script); what has a handler it gets back as usual.

    So an empty handler takes the place: this process goes on to ignore the signal, its children do not.
    """
    for number in signal.valid_signals() - PYTHONS_OWN:
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


def environment_without(*beginnings):
    """This process's environment but for the names that begin so."""
    return {name: value for name, value in os.environ.items() if not name.startswith(beginnings)}


def _read(pid, name):
    try:
        with open(f"/proc/{pid}/{name}", "rb") as file:
            return file.read()
    except OSError:
        return b""


def state(pid):
    """One letter: R, S, T (stopped), Z (ended, not yet waited for); "" when there is none."""
    return _read(pid, "stat").rpartition(b")")[2].split()[0].decode() if _read(pid, "stat") else ""


def has_ended(pid):
    """Is it gone, or a zombie?"""
    return state(pid) in ("", "Z")


def send(pid, number):
    """Send a signal and wait until the process has taken it."""
    os.kill(pid, number)
    wait_for(lambda: has_ended(pid) or not _pending(pid) >> (number - 1) & 1)


def _pending(pid):
    told = _status(pid)
    return int(told.get(b"ShdPnd", b"0"), 16) | int(told.get(b"SigPnd", b"0"), 16)


def _status(pid):
    return dict(line.split(b":\t") for line in _read(pid, "status").splitlines() if b":\t" in line)


def sleeps(pid):
    """How often it has gone to sleep by itself."""
    return int(_status(pid)[b"voluntary_ctxt_switches"])


def worked(pid):
    """Seconds of a processor that it has used by itself."""
    return int(_read(pid, "stat").rpartition(b")")[2].split()[11]) / os.sysconf("SC_CLK_TCK")


def bytes_read(pid):
    """How many bytes it has read, of whatever."""
    return int(_read(pid, "io").split()[1])


def position(pid, name):
    """How many bytes it has come in a file of that name which it has open; 0 where it has none."""
    folder = f"/proc/{pid}/fd"
    try:
        opened = [one for one in os.listdir(folder) if os.path.basename(os.readlink(f"{folder}/{one}")) == name]
    except OSError:  # it has ended, or closed one meanwhile
        return 0
    return int((_read(pid, f"fdinfo/{opened[0]}").split() or [0, 0])[1]) if opened else 0


def children(pid):
    """Process ids of the direct children."""
    return [int(one) for one in _read(pid, f"task/{pid}/children").split()]


def naming(folder):
    """(pid, command line) of every living process that has the folder in its command line or environment."""
    mark, found = os.fsencode(folder), []
    for pid in [int(one) for one in os.listdir("/proc") if one.isdigit()]:
        line = _read(pid, "cmdline")
        if mark in line + _read(pid, "environ") and pid != os.getpid() and not has_ended(pid):
            found.append((pid, line.replace(b"\0", b" ").decode("utf-8", "replace").strip()))
    return found
