#!/usr/bin/env python3
"""Measures the program against what a person would use instead; `make bench` prints it all, as one table.

Every ratio is of two things measured in this one run. It must not fail for being slow: only tests fail.
Arguments name the parts to measure; without any, all are.
"""

import itertools
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import measure
import sizes
import table
from stage import LOOK, PROGRAM, TOOL, TRUST, Stage

PYTHON = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable
LUA = "build/tests/lua"
STARTUP_GOAL = 1.05
MEMORY_GOAL = 5 << 20
RECORDING_GOAL = 0.05
COLLECTION_GOAL = 1.05
OPEN_GOAL = 0.05
CHECK_GOAL = 15 * 60
# Where nothing waits for a disk, if there is such a place.
IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
PEXPECT = "import pexpect, sys\nfor line in open(sys.argv[1]): pexpect.run(line.strip())\n"


def startup(_):
    table.title("Start-up (median of 200, in turns; the best of three such rounds)")
    name, lua = "vmq-recovery --version", "lua5.4 -e ''"
    commands = {name: [PROGRAM, "--version"], lua: ["lua5.4", "-e", ""], "sh -c :": ["sh", "-c", ":"],
                "python3 -c pass": [PYTHON, "-c", "pass"]}
    rounds = [measure.together(commands, 200) for _ in range(3)]
    best = min(rounds, key=lambda seconds: seconds[name] / seconds[lua])
    table.compare({name: best[name]}, {other: seconds for other, seconds in best.items() if other != name})
    table.goal("start-up, as a multiple of lua5.4's", best[name] / best[lua], STARTUP_GOAL, "×")


def rehearsal(_):
    table.title("A rehearsal, all child processes included (best of 5)")
    runs = [measure.checked([PROGRAM, "rehearse", "apply", "--yes"]) for _ in range(5)]
    best = min(runs, key=lambda run: run.seconds)
    table.row("vmq-recovery rehearse apply --yes", best.seconds)
    table.goal("its peak memory", best.peak, MEMORY_GOAL, "B")
    table.row("that of the largest process, its tools included", best.largest, "B")


def recording(folder):
    """What a recording costs besides its probes: the same one with the answers at hand, and a start."""
    table.title("Recording a Mac (simulated tools; Apple's take longer)")
    mac, record = Path(folder) / "mac", Path(folder) / "record.txt"
    measure.checked([PROGRAM, "rehearse", "--keep", mac])
    runs = []
    for _ in range(15):
        record.unlink(missing_ok=True)
        runs.append(measure.checked([PROGRAM, "--root", mac, "record", "--output", record]).seconds)
    told = subprocess.run([LUA, "tests/bench/record.lua", record, mac, Path(folder) / "again.txt"], check=True,
                          stdout=subprocess.PIPE, text=True)
    start = min(measure.checked([PROGRAM, "--version"]).seconds for _ in range(60))
    table.row("vmq-recovery record", min(runs))
    table.row("the record", record.stat().st_size, "B")
    table.goal("this program's own share of it, as a part", (float(told.stdout) + start) / min(runs), RECORDING_GOAL, "×")


def plan(folder):
    stage = Stage(folder)
    table.title("A plan of 1,000 steps, each read, done, read back, and the last 16 looked at again")
    empty = stage.run(stage.plan(1, LOOK))
    ours = stage.run(stage.plan(1000, LOOK))
    commands = the_same_commands(1000)
    script = Path(folder) / "same.sh"
    script.write_text("".join(f"{stage.mac.root}{command} >/dev/null\n" for command in commands))
    stage.clear()
    shell = measure.checked(["sh", script])
    part = Path(folder) / "part"
    part.write_text("".join(f"{stage.mac.root}{command}\n" for command in commands[:300]))
    stage.clear()
    expect = measure.checked([sys.executable, "-c", PEXPECT, part]).seconds / 300 * len(commands)
    table.compare({f"vmq-recovery run ({len(commands)} commands, journal, door)": ours.seconds - empty.seconds},
                  {"sh, the same commands": shell.seconds, "`python3` with `pexpect`, the same (300 measured)": expect})
    table.row("its peak memory", ours.peak, "B")


def the_same_commands(steps):
    """What the program starts for a plan of that many steps: look, act, look, and at the latest 16 again."""
    commands = []
    for n in range(1, steps + 1):
        commands += [f"{TOOL} get {n}", f"{TOOL} set {n}", f"{TOOL} get {n}"]
        commands += [f"{TOOL} get {done}" for done in range(max(1, n - 16), n)]
    return commands


def relay(folder):
    stage = Stage(folder)
    table.title("1 GiB of a child's output, relayed through a terminal (best of 3, in turns)")
    small = stage.run(stage.plan(1, TRUST, '"flood", "1"', "interactive = true"))
    ours, quiet, piped, script = [], [], [], []
    for _ in range(3):
        one = stage.plan(1, TRUST, '"flood", "1024"', "interactive = true")
        ours.append(stage.run(one))
        quiet.append(stage.run(one, "-q"))
        piped.append(into_a_pipe(stage, one))
        script.append(measure.checked(["script", "-qec", f"{stage.tool} flood 1024", "/dev/null"]).seconds)
    theirs = {"script": min(script)}
    for name, runs in {"vmq-recovery run": ours, "with -q": quiet, "into a pipe": piped}.items():
        table.compare({name: min(run.seconds for run in runs) - small.seconds}, theirs)
    table.row("peak memory at 1 GiB", ours[0].peak, "B")
    table.row("peak memory at 1 MiB", small.peak, "B")


def into_a_pipe(stage, plan):
    """A run whose output another program reads."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as reader:
        run = stage.run(plan, stdout=reader.stdin)
        reader.stdin.close()
    return run


NOISE = bytes((i * 7919 >> 3) & 255 for i in range(1 << 20))


def write_collection(path, mebibytes):
    """A good collection with so much noise in front of its kernel's banner."""
    from recorded_macs.collection import collection as make
    data = make("Darwin Kernel Version 23.0.0: Fri Sep 15 14:41:43 PDT 2023; "
                "root:xnu-10002.1.13~1/DEVELOPMENT_ARM64_T6020")
    at = data.index(b"Darwin Kernel Version ")
    with path.open("wb") as file:
        file.write(data[:at])
        for _ in range(mebibytes):
            file.write(NOISE)
        file.write(data[at:])


def collection(folder):
    table.title("Checking a kernel collection of 256 MiB: structure, version banner, SHA-256 (median of 5, in turns)")
    large, small, lua = Path(folder) / "large.kc", Path(folder) / "small.kc", Path(folder) / "inspect.lua"
    write_collection(large, 256)
    write_collection(small, 16)
    lua.write_text('local set = assert(require("kernel.collection").inspect(arg[1])); assert(set.kernel and set.sha256)')
    name, sums = "stdlib/kernel/collection.lua", "sha256sum"
    commands = {name: [LUA, lua, large], sums: ["sha256sum", large],
                "strings | grep": ["sh", "-c", f"strings '{large}' | grep -c 'Darwin Kernel Version'"]}
    measure.together(commands, 1)  # the file is in memory for all of them
    seconds = measure.together(commands, 5)
    table.compare({name: seconds[name]}, {other: value for other, value in seconds.items() if other != name})
    table.goal("a 256 MiB collection, as a multiple of sha256sum's time", seconds[name] / seconds[sums], COLLECTION_GOAL, "×")
    table.row("peak memory at 256 MiB", measure.checked([LUA, lua, large]).peak, "B")
    table.row("peak memory at 16 MiB", measure.checked([LUA, lua, small]).peak, "B")


# With files made and deleted by the ten thousand, the file system's own cost for one more would grow.
PASS = '"pass", name'
# Of so many runs, in turns, the quickest counts: start-up, with the root's slow tools, would hide what a few steps cost.
GROWTH = {1: 15, 10: 15, 100: 15, 1000: 3, 10000: 1}


def growth(folder):
    stage = Stage(folder)
    table.title("Growth: cost of one more step (its tool starts once and does nothing; check, intent, act, outcome)")
    runs = {steps: [] for steps in GROWTH}
    for turn in range(max(GROWTH.values())):
        for steps in (steps for steps, turns in GROWTH.items() if turn < turns):
            runs[steps].append(stage.run(stage.plan(steps, TRUST, PASS), "-q"))
    best = {steps: min(runs[steps], key=lambda run: run.seconds) for steps in GROWTH}
    for fewer, steps in itertools.pairwise(GROWTH):
        each = (best[steps].seconds - best[fewer].seconds) / (steps - fewer)
        table.row(f"each more, from {fewer} to {steps} steps", each)
        table.row(f"peak memory at {steps}", best[steps].peak, "B")
    floor(stage)


def floor(stage):
    """What the interpreter needs for the plan's own functions, if it keeps nothing else of the plan."""
    run = measure.checked(["lua5.4", "tests/bench/floor.lua", stage.plan(10000, TRUST)])
    table.row("lua5.4 that keeps 10000 steps' functions alone", run.peak, "B")


def journal(folder):
    table.title("Growth: the journal (a durable record; opening and checking all of them)")
    place = Path(folder) / "records"
    place.mkdir()
    told = subprocess.run([LUA, "tests/bench/journal.lua", place], check=True, stdout=subprocess.PIPE, text=True)
    for line in told.stdout.splitlines():
        records, append, opening = line.split()
        table.row(f"append one of {records} records", float(append))
        table.row(f"open {records} records", float(opening))
    table.goal("a journal of 100,000 records is open after", float(opening), OPEN_GOAL, "s")


RECORDS = 100000


def resume(folder):
    """Going on with a run that has a long journal: every record is read, checked and understood. The step itself is done."""
    stage = Stage(folder)
    table.title("`resume` of a run (best of 3)")
    plan, seconds = stage.plan(1, TRUST), {}
    for records in (3, RECORDS):
        runs = []
        for _ in range(3):
            stage.run(plan, "-q")
            subprocess.run([LUA, "tests/bench/resume.lua", stage.journal, str(records)], check=True)
            runs.append(stage.start("-q", "resume"))
        seconds[records] = min(runs, key=lambda run: run.seconds)
        table.row(f"with {records} records", seconds[records].seconds)
    table.row(f"its peak memory with {RECORDS} records", seconds[RECORDS].peak, "B")
    table.row("each record", (seconds[RECORDS].seconds - seconds[3].seconds) / RECORDS)


def check(_):
    """How long the last `make check` in this tree took, with whatever it had to build."""
    try:
        last = json.loads(Path("build/check/seconds.json").read_text())
    except OSError:
        last = {"deep": True}
    if last["deep"]:
        return
    table.title(f"`make check` of {last['ended']}: {last['told']}")
    for layer, seconds in last["seconds"].items():
        table.row(layer, seconds)
    table.goal("all of it", sum(last["seconds"].values()), CHECK_GOAL, "s")


PARTS = {"startup": startup, "rehearsal": rehearsal, "recording": recording, "plan": plan, "relay": relay, "collection": collection,
         "growth": growth, "journal": journal, "resume": resume, "sizes": sizes.measure_sizes,
         "check": check}


def main(chosen):
    table.head(chosen)
    for name in chosen or PARTS:
        with tempfile.TemporaryDirectory(prefix="vmq-bench.", dir=IN_MEMORY) as folder:
            PARTS[name](folder)


if __name__ == "__main__":
    main(sys.argv[1:])
