#!/usr/bin/env python3
"""Runs spec files with busted, dealt out over as many processes as there are processors. Each writes a JUnit file of its own.

Usage: lua_tests.py COMMAND... -- PATH...   The files go into the folder that JUNIT names, or into build/check/lua.
What a process says is told whole when it has ended, so that the complaints of two do not mix.
"""

import concurrent.futures
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support import processes  # noqa: E402

FOLDER = Path(os.environ.get("JUNIT") or "build/check/lua")


def specs(paths):
    """The spec files that are meant, in order."""
    for path in map(Path, paths):
        yield from sorted(path.rglob("*_spec.lua")) if path.is_dir() else [path]


def deal(files, hands):
    """The files in as many lists, none of them empty: what is slow in one room comes into several."""
    return [files[first::hands] for first in range(min(hands, len(files)))]


def run(command, number, files):
    """Runs one busted. Returns its exit status and what it said."""
    done = subprocess.run([*command, "-Xoutput", FOLDER / f"busted-{number}.xml", *files], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    said = done.stdout.decode(errors="replace")
    return done.returncode, said + (f"FAILED: busted ended with status {done.returncode}\n" if done.returncode else "")


def main(words):
    processes.give_children_usual_signals()
    FOLDER.mkdir(parents=True, exist_ok=True)
    split = words.index("--")
    hands = deal(list(specs(words[split + 1:])), os.cpu_count() or 1)
    bad = not hands
    with concurrent.futures.ThreadPoolExecutor(len(hands) or 1) as pool:
        for status, said in pool.map(run, [words[:split]] * len(hands), range(1, len(hands) + 1), hands):
            print(said, end="", flush=True)
            bad |= status != 0
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
