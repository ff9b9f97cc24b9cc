#!/usr/bin/env python3
"""Holds the doc comments of stdlib/ against the code: every public function has one, and ldoc finds nothing wrong in them.

It must not judge what a comment says. ldoc knows the arguments: a @param that names none of them is a fault.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

# A module that is one function, or only fills a table of its caller's, has nothing that ldoc would list.
NOTHING_TO_LIST = "contains no items"
PUBLIC = re.compile(r"function (\w+)[.:](\w+)\(")
# What all modules of a kind have is explained once: a command's functions in command.operation, checks in preflight.run.
EXPLAINED_ONCE = re.compile(r"stdlib/(command/\w+\.lua: \w+\.(run|operation)|preflight/\w+\.lua: checks\.\w+)")
RETURNED = re.compile(r"return (\w+)$")


def ldoc_faults():
    """Yields ldoc's warnings."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["ldoc", "--quiet", "--dir", folder, "stdlib"], stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    lines = [line for line in done.stdout.splitlines() if line.strip() and NOTHING_TO_LIST not in line]
    yield from (line.removeprefix(f"{Path.cwd()}/") for line in lines)
    if done.returncode != 0 and not lines:
        yield f"ldoc ended with status {done.returncode}"


def documented(lines, index):
    """Whether the comment above a line, if there is one, is a doc comment."""
    while index > 0 and lines[index - 1].startswith("--"):
        index -= 1
    return lines[index].startswith("---")


def bare_faults():
    """Yields each function of a module's own table that has no doc comment."""
    for path in sorted(Path("stdlib").rglob("*.lua")):
        lines = path.read_text().splitlines()
        module = next((found[1] for line in reversed(lines) if (found := RETURNED.match(line))), None)
        for index, line in enumerate(lines):
            found = PUBLIC.match(line)
            if not found or found[1] != module or EXPLAINED_ONCE.fullmatch(f"{path}: {found[1]}.{found[2]}"):
                continue
            if not documented(lines, index):
                yield f"{path}:{index + 1}: {found[1]}.{found[2]} is public and has no doc comment (---)"


def main():
    faults = [*ldoc_faults(), *bare_faults()]
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
