"""Runs commands and measures them: wall time, and peak memory of the command's own process and of its children.

It must not decide what is compared with what.
"""

import random
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

NOWHERE = subprocess.DEVNULL
KIBIBYTE = 1024
OWN = "build/tests/own"  # own.c


@dataclass
class Run:
    """One finished command."""

    seconds: float
    peak: int  # bytes, resident, of the command's own process
    largest: int  # the same, of the largest process among it and the children it waited for
    status: int


def once(command, **more):
    """Runs a command with its output thrown away. own.c starts it: a child of Python would count Python's memory."""
    with tempfile.NamedTemporaryFile() as told:
        start = time.perf_counter()
        status = subprocess.run([OWN, told.name, *command], check=False,
                                **{"stdin": NOWHERE, "stdout": NOWHERE, "stderr": NOWHERE, **more})
        seconds = time.perf_counter() - start
        peak, largest = (int(number) * KIBIBYTE for number in Path(told.name).read_text().split())
    return Run(seconds, peak, largest, status.returncode)


def checked(command, **more):
    """Runs a command that must succeed."""
    run = once(command, **more)
    if run.status != 0:
        raise RuntimeError(f"{command} ended with status {run.status}")
    return run


def together(commands, rounds):
    """Median seconds of each of several named commands, measured in turns so that all see the same machine.

    In every round in another order: what runs behind a large program finds the processor's caches full of that one's data.
    """
    seconds, order = {name: [] for name in commands}, list(commands.items())
    for _ in range(rounds):
        random.shuffle(order)
        for name, command in order:
            start = time.perf_counter()
            subprocess.run(command, stdin=NOWHERE, stdout=NOWHERE, stderr=NOWHERE, check=True)
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}
