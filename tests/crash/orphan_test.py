#!/usr/bin/env python3
"""Kills the real program while a tool that outlives it is at work, at random, and starts it again at once.

What it says at the end must still be so when the tool, or the daemon that has its work, is done. It must not pass when no kill came
while a tool was at work. In `make check` a small sample, with DEEP=1 500 kills; the seed is printed, SEED=… plays it again.
"""

import collections
import concurrent.futures
import contextlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TREE / "tests"))
sys.dont_write_bytecode = True

from crash.support import simulated  # noqa: E402
from support import processes, results  # noqa: E402
from support.patience import PATIENCE, wait_for  # noqa: E402

KILLS = 500 if os.environ.get("DEEP") == "1" else 12
WORKERS = 6 * (os.cpu_count() or 1)
KINDS = ("outlives", "detached", "late-daemon")
SECONDS = 2  # that the work takes behind the kill, in whole ones of the Mac's clock
# The Mac's clock counts whole seconds, so that two may become three; a run waits longer than that for quiet.
PAUSE = 4 * PATIENCE
# Where it starts, what is killed, and the tools that it has write, with how often at most.
RUNS = (("fresh", "apply", (("csrutil", 1), ("kmutil", 1), ("nvram", 2))),
        ("applied", "revert", (("nvram", 1), ("bputil", 1))),
        ("applied", "rollback", (("nvram", 1), ("bputil", 1))))


class Case(NamedTuple):
    """One kill."""

    stage: str
    command: str
    tool: str
    call: int      # which of the tool's calls, from 1
    kind: str
    wait: float    # seconds between the tool's start and the kill
    finish: str

    def __str__(self):
        return f"{self.stage}/{self.command}: {self.tool} {self.call} {self.kind}, killed after {self.wait:.2f} s, {self.finish}"


def draw(dice):
    """A case at random."""
    stage, command, tools = dice.choices(RUNS, (4, 1, 1))[0]
    tool, calls = dice.choice(tools)
    # An apply that goes back has most to lose: what is done behind it is not what it wants.
    return Case(stage, command, tool, dice.randint(1, calls), dice.choices(KINDS, (1, 1, 2))[0], dice.uniform(0, SECONDS),
                dice.choices(("resume", "rollback"), (1, 2))[0])


def break_tool(mac, case):
    """The tool's call from now on outlives its program, once."""
    path = mac.folder / "simulated-mac.json"
    state = json.loads(path.read_text("utf-8"))
    before = state["calls"].get(case.tool, {}).get("change", 0) if state["calls"] else 0
    faults = state["faults"] or []
    state["faults"] = [*faults, {"tool": case.tool, "how": case.kind, "delay": SECONDS, "nth": before + case.call}]
    path.write_text(json.dumps(state), encoding="utf-8")


def journal_of(mac):
    """The newest journal's text."""
    files = sorted(mac.folder.rglob("private/var/db/vmq-recovery/*.journal"))
    return files[-1].read_text("utf-8", "replace") if files else ""


def starts_of(mac, tool):
    """How often that tool was started, as the journals tell."""
    every = [path.read_text("utf-8", "replace") for path in mac.folder.rglob("private/var/db/vmq-recovery/*.journal")]
    return sum(text.count(f'"path":"/usr/{"sbin" if tool == "nvram" else "bin"}/{tool}"') for text in every)


def kill(mac, case):
    """Start the program and kill it while that call is at work. Returns None, or "missed"."""
    wanted = starts_of(mac, case.tool) + case.call
    process = mac.start(case.command)
    try:
        wait_for(lambda: process.poll() is not None or starts_of(mac, case.tool) >= wanted, 40)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(case.wait)
    finally:
        process.kill()
        process.wait()
    return None if process.returncode == -9 else "missed"


def end(mac):
    """Everything that was begun is done: no process of this Mac is left, and the daemon has written."""
    wait_for(lambda: not processes.naming(mac.folder), 20)
    late = max([one["due"] for one in mac.state().get("late") or []], default=0)
    wait_for(lambda: time.time() > late + 1, 20)
    mac.settle()


def play(stages, case, folder):
    """One kill and what comes after it. Returns None, "missed", or what is wrong."""
    place = pathlib.Path(tempfile.mkdtemp(prefix="orphan", dir=folder))
    try:
        mac = simulated.copy(stages[case.stage], place / "mac")
        mac.set_pause(PAUSE)
        break_tool(mac, case)
        if kill(mac, case) == "missed":
            return "missed"
        wrong = simulated.finish(mac, case.command, case.finish)
        if wrong:
            return f"{wrong}\n{journal_of(mac)[-3000:]}"
        end(mac)
        later = simulated.reached(mac, case.command, case.finish)
        return f"was as told, and is not any more: {later}" if later else None
    finally:
        shutil.rmtree(place, ignore_errors=True)


def kill_all(pool, folder, stages):
    """Every kill. Yields (name, wrong)."""
    seed = int(os.environ.get("SEED") or time.time_ns() % 1_000_000)
    dice, counted = random.Random(seed), collections.Counter()
    cases = [draw(dice) for _ in range(KILLS)]
    for case, future in [(case, pool.submit(play, stages, case, folder)) for case in cases]:
        wrong = future.result()
        counted["missed" if wrong == "missed" else case.kind] += 1
        yield str(case), None if wrong == "missed" else wrong
    missed = counted.pop("missed", 0)
    print(f"SEED={seed}: killed {sum(counted.values())} times while a tool was at work "
          f"({', '.join(f'{kind} {counted[kind]}' for kind in KINDS)}); {missed} ended before")
    yield "the kills come while a tool is at work", None if missed <= KILLS // 4 else f"{missed} of {KILLS} came too late"


def main():
    processes.give_children_usual_signals()
    base = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(prefix="vmq-orphan", dir=base) as name, \
            concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        folder = pathlib.Path(name)
        simulated.keep_program(folder / "program")
        stages = simulated.stages(folder / "stages")
        return results.conclude("orphan", [*kill_all(pool, folder, stages), *simulated.nothing_is_left(folder)])


if __name__ == "__main__":
    sys.exit(main())
