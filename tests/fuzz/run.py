#!/usr/bin/env python3
"""Replays the corpus through every fuzz target, or searches for new inputs that break a promise.

Usage: run.py [--seconds N] [--seed N] [TARGET...]   N seconds of one processor in all, spread evenly over the targets; 0 (the
default) only replays. What is found goes to build/fuzz/found/TARGET and belongs into tests/fuzz/corpus/TARGET, with a mend.
"""

import argparse
import concurrent.futures
import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support import patience, results  # noqa: E402

CORPUS, FOUND, WORK = Path("tests/fuzz/corpus"), Path("build/fuzz/found"), Path("build/fuzz/work")
LUA = ["build/tests/lua", "tests/fuzz/lua/run.lua"]
C_TARGETS = sorted(path.stem.removesuffix("_fuzz") for path in Path("tests/fuzz/c").glob("*_fuzz.c"))
LONGEST = 600  # bytes of an input in C: what there is to find shows in short ones
SLACK = 120  # seconds after which a search that does not end counts as hanging


def lua_targets():
    return subprocess.run([*LUA, "--list"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()


def c_command(name, seconds, seed):
    command = [f"build/fuzz/{name}_fuzz"]
    if not seconds:
        return [*command, "-runs=0", str(CORPUS / name)]
    for folder in (WORK / name, FOUND / name):
        folder.mkdir(parents=True, exist_ok=True)
    return [*command, f"-max_total_time={seconds:.0f}", f"-seed={seed}", f"-max_len={LONGEST}", "-timeout=20",
            f"-artifact_prefix={FOUND / name}/", str(WORK / name), str(CORPUS / name)]


def lua_command(name, seconds, seed):
    search = ["--seconds", f"{seconds:.1f}", "--seed", str(seed), "--found", str(FOUND)] if seconds else []
    return [*LUA, *search, name]


def run(name, seconds, seed):
    """One target. Returns (name, None or what is wrong)."""
    command = (c_command if name in C_TARGETS else lua_command)(name, seconds, seed)
    scratch = "/dev/shm" if os.path.isdir("/dev/shm") else os.environ.get("TMPDIR", "/tmp")
    try:
        # On a busy machine a second of the processor takes several of the clock.
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=patience.seconds(5 * seconds + SLACK),
                              env={**os.environ, "TMPDIR": scratch}, check=False)
    except subprocess.TimeoutExpired:
        return name, f"hangs: {' '.join(command)}"
    said = done.stdout.decode(errors="backslashreplace")
    if seconds:
        print(f"{name}: {summary(said)}", flush=True)
    return name, None if done.returncode == 0 else f"{' '.join(command)}\n{said[-3000:]}"


def summary(said):
    """The line of a search's output that says how much was tried."""
    telling = [line for line in said.splitlines() if line.startswith("Done ") or " inputs, " in line]
    return telling[-1].strip() if telling else "said nothing"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--seed", type=int, default=int(time.time()) % 1000000 + 1)
    parser.add_argument("targets", nargs="*")
    options = parser.parse_args()
    FOUND.mkdir(parents=True, exist_ok=True)
    targets = options.targets or C_TARGETS + lua_targets()
    share = options.seconds / len(targets)
    if share:
        print(f"seed {options.seed}: {len(targets)} targets, {share:.1f} seconds each", flush=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return results.conclude("fuzz", pool.map(lambda name: run(name, share, options.seed), targets))


if __name__ == "__main__":
    sys.exit(main())
