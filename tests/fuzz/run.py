#!/usr/bin/env python3
"""Replays what fuzzing found before, through every target; with DEEP=1 it fuzzes them all for one hour of processor time.

It must not know what a target promises. Each target is one case: the C parts' (libFuzzer) and the Lua parsers' (lua/run.lua).
Usage: run.py PROGRAM...   the C targets. What is found goes to build/fuzz/found.
"""

import concurrent.futures
import os
import random
import subprocess
import sys
from pathlib import Path

TREE = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TREE / "tests"))
sys.dont_write_bytecode = True

from support import results  # noqa: E402

LUA = ["build/tests/lua", "tests/fuzz/lua/run.lua"]
CORPUS = Path("tests/fuzz/corpus")
FOUND = Path("build/fuzz/found")
DEEP_SECONDS = 3600  # of all targets together
LAST_WORDS = 3000


def lua_targets():
    return subprocess.run([*LUA, "--list"], check=True, stdout=subprocess.PIPE, text=True).stdout.split()


def c_command(program, seconds):
    """One C target's command: libFuzzer writes new inputs into the first folder and only reads the second."""
    name = Path(program).name.removesuffix("_fuzz")
    new = FOUND / name
    new.mkdir(parents=True, exist_ok=True)
    known = [CORPUS / name] if (CORPUS / name).is_dir() else []
    limits = [f"-max_total_time={seconds}", new] if seconds else ["-runs=0"]
    return [program, f"-artifact_prefix={FOUND}/{name}.", *limits, *known]


def lua_command(name, seconds, seed):
    limits = ["--seconds", seconds, "--seed", seed, "--found", FOUND] if seconds else []
    return [*LUA, *limits, name]


def run(name, command):
    """Runs one target. Returns (its name, None or what it said when it ended badly)."""
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    return name, None if done.returncode == 0 else f"exit status {done.returncode}\n{done.stdout[-LAST_WORDS:]}"


def main(programs):
    names, seconds, seed = lua_targets(), 0, random.SystemRandom().randrange(1 << 31)
    FOUND.mkdir(parents=True, exist_ok=True)
    if os.environ.get("DEEP") == "1":
        seconds = DEEP_SECONDS // (len(programs) + len(names))
        print(f"{seconds} s for each target, seed {seed}", flush=True)
    jobs = [(Path(program).name, c_command(program, seconds)) for program in programs]
    jobs += [(name, lua_command(name, seconds, seed)) for name in names]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return results.conclude("fuzz", pool.map(lambda job: run(*job), jobs))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
