#!/usr/bin/env python3
"""Kills the real program at its nth system call, and makes its journal's writes and syncs fail; then starts it again.

It must not pass when an injection did not happen. In `make check` a part of the calls is taken, by a seed that is printed (SEED=…
draws the same again); with DEEP=1 every one.
"""

import collections
import concurrent.futures
import itertools
import os
import pathlib
import random
import re
import shutil
import sys
import tempfile
import time

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TREE / "tests"))
sys.dont_write_bytecode = True

from crash.support import recorded, simulated  # noqa: E402
from support import processes, results  # noqa: E402

# What is killed, and how it ends when it is not: 8 is a finished phase.
RUNS = (("fresh", "apply", 8), ("second", "apply", 0), ("applied", "revert", 0), ("applied", "rollback", 0))
DEEP = os.environ.get("DEEP") == "1"
# Runs mostly wait for prompts to fall silent, so there may be more of them than processors.
WORKERS = 4 * (os.cpu_count() or 1)
SAMPLED = 10  # kills of one command in `make check`, besides those that matter most
# A death here is what the journal is for: in `make check` every second of them.
MATTERING = {"fsync", "clone", "vfork", "ftruncate", "flock", "mkdir"}
# strace itself is there for the first of these; nothing of the program has run.
NEVER = {"execve"}
# How often these are called depends on the clock and on children: the last few of a count may not come again.
UNSTEADY = {"pselect6", "wait4", "read", "write", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "fcntl", "close", "brk",
            "ioctl", "newfstatat", "munmap", "mmap", "madvise", "getdents64", "openat", "pipe2", "clone", "vfork", "kill"}


def strace(log, *expressions):
    """Words that put strace in front of the program; its children are left alone."""
    return ["strace", "-o", str(log), *itertools.chain.from_iterable(("-e", one) for one in expressions)]


def count_calls(stage, command, end, folder):
    """How often a run that nobody disturbs makes each system call; it ends with that exit status."""
    log = folder / "count"
    mac = simulated.copy(stage, folder / "counted")
    result = mac.run(command, before=strace(log, "trace=all"))
    assert result.returncode == end, result.stdout
    calls = re.findall(r"^(\w+)\(", log.read_text(errors="replace"), re.MULTILINE)
    return collections.Counter(name for name in calls if name not in NEVER)


def sample(counts, dice):
    """The (call, n) to die at: every one, or some that are drawn."""
    every = [(name, n) for name, count in sorted(counts.items()) for n in range(1, count + 1)]
    if DEEP:
        return every
    mattering = [one for one in every if one[0] in MATTERING]
    others = [one for one in every if one[0] not in MATTERING]
    step = max(1, len(others) // SAMPLED)
    return mattering[dice.randrange(2)::2] + others[dice.randrange(step)::step]


def kill(stage, case, folder):
    """One death and what comes after it. Returns None, "missed", or what is wrong."""
    _, command, end, finish, (name, n) = case
    place = pathlib.Path(tempfile.mkdtemp(prefix="kill", dir=folder))
    try:
        mac = simulated.copy(stage, place / "mac")
        result = mac.run(command, before=strace(place / "log", f"trace={name}", f"inject={name}:signal=KILL:when={n}"))
        if result.returncode != -9:
            return "missed" if result.returncode == end else f"exit {result.returncode}: {result.stdout[-400:]}"
        return simulated.finish(mac, command, finish)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def kill_all(pool, folder, stages):
    """Every death of every command. Yields (name, wrong)."""
    cases, counted = [], {}
    seed = int(os.environ.get("SEED") or time.time_ns() % 1_000_000)
    dice = random.Random(seed)
    for stage, command, end in RUNS:
        counts = count_calls(stages[stage], command, end, folder / stage)
        counted[stage, command] = sum(counts.values())
        for index, where in enumerate(sample(counts, dice)):
            finishes = ("resume", "rollback") if DEEP else (("resume", "rollback")[index % 2],)
            cases += [(stage, command, end, finish, where) for finish in finishes]
        shutil.rmtree(folder / stage)
    told = [pool.submit(kill, stages[case[0]], case, folder) for case in cases]
    fired = collections.Counter()
    for (stage, command, _, finish, where), future in zip(cases, told, strict=True):
        wrong = future.result()
        name = f"kill {stage}/{command} at {where[0]} {where[1]}, {finish}"
        if wrong == "missed":
            if where[0] not in UNSTEADY:
                yield name, "the injection did not happen"
            continue
        fired[stage, command] += 1
        yield name, wrong
    print(f"SEED={seed}")
    for key, number in counted.items():
        print(f"{'/'.join(key)}: {number} system calls, killed {fired[key]} times")
        wanted = sum(1 for case in cases if case[:2] == key)
        yield f"kill {'/'.join(key)} happens", None if fired[key] >= 0.9 * wanted else f"{fired[key]} of {wanted} only"


def fail_all(pool, folder):
    """Every failing write and sync of the journal. Yields (name, wrong)."""
    jobs = {}
    for command in ("apply", "revert", "rollback") if DEEP else ("apply",):
        counts = recorded.count(command, folder, strace)
        places = [(call, n) for call in ("write", "fsync") for n in range(1, counts[call] + 1)]
        for index, (call, n) in enumerate(places):
            errors = ("ENOSPC", "EIO") if DEEP else (("ENOSPC", "EIO")[index % 2],)
            for error in errors:
                jobs[command, call, n, error] = pool.submit(recorded.fail, command, (call, n, error), folder, strace)
        print(f"recorded Mac, {command}: {counts['write']} writes and {counts['fsync']} syncs of the journal made to fail")
    for (command, call, n, error), future in jobs.items():
        yield f"{error} at {call} {n} of {command}", future.result()


def main():
    processes.give_children_usual_signals()
    base = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(prefix="vmq-kill", dir=base) as name, \
            concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        folder = pathlib.Path(name)
        simulated.keep_program(folder / "program")
        stages = simulated.stages(folder / "stages")
        return results.conclude("kill", itertools.chain(fail_all(pool, folder), kill_all(pool, folder, stages),
                                                        simulated.nothing_is_left(folder)))


if __name__ == "__main__":
    sys.exit(main())
