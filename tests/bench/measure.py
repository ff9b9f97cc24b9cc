"""Runs commands and measures them: wall time, and peak memory of the command and its children.

It must not decide what is compared with what.
"""

import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass

NOWHERE = subprocess.DEVNULL
KIBIBYTE = 1024


@dataclass
class Run:
    """One finished command."""

    seconds: float
    peak: int  # bytes, resident, the largest of the command and the children it waited for
    status: int


def once(command, **more):
    """Runs a command with its output thrown away. `time` starts it: a child of Python would count Python's memory."""
    with tempfile.NamedTemporaryFile() as told:
        start = time.perf_counter()
        timed = ["/usr/bin/time", "--quiet", "--format=%M", f"--output={told.name}", *command]
        status = subprocess.run(timed, check=False, **{"stdin": NOWHERE, "stdout": NOWHERE, "stderr": NOWHERE, **more})
        seconds = time.perf_counter() - start
        peak = told.read().split()[-1]
    return Run(seconds, int(peak) * KIBIBYTE, status.returncode)


def checked(command, **more):
    """Runs a command that must succeed."""
    run = once(command, **more)
    if run.status != 0:
        raise RuntimeError(f"{command} ended with status {run.status}")
    return run


def together(commands, rounds):
    """Median seconds of each of several named commands, measured in turns so that all see the same machine."""
    seconds = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            start = time.perf_counter()
            subprocess.run(command, stdin=NOWHERE, stdout=NOWHERE, stderr=NOWHERE, check=True)
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}
