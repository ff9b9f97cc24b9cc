#!/usr/bin/env python3
"""Holds the doc comments of stdlib/ against the code: every public function has one, and ldoc finds nothing wrong in them.

It must not judge what a comment says. A @param that names no argument is a fault: it was renamed, or went away.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

# Not wrong here: a module that is one function, or only fills a table of its caller's, has nothing that ldoc would list; and an
# argument that explains itself, such as self, needs no words.
FINE = ("contains no items", "undocumented formal argument")
# ldoc counts: a @param whose name is that of a later argument is right all the same.
MISMATCH = re.compile(r"(.*?):(\d+): .*name mismatch: '(\w+)'")
ARGUMENTS = re.compile(r"function [\w.:]+\((.*?)\)")
PUBLIC = re.compile(r"function (\w+)[.:](\w+)\(")
# What all modules of a kind have is explained once: a command's functions in command.operation, checks in preflight.run.
EXPLAINED_ONCE = re.compile(r"stdlib/(command/\w+\.lua: \w+\.(run|operation)|preflight/\w+\.lua: checks\.\w+)")
RETURNED = re.compile(r"return (\w+)$")


def names_an_argument(warning):
    """Whether ldoc's warning is of a @param that only does not stand in the argument's place."""
    found = MISMATCH.match(warning)
    if not found:
        return False
    arguments = ARGUMENTS.search(Path(found[1]).read_text().splitlines()[int(found[2]) - 1])
    return bool(arguments) and found[3] in arguments[1].replace(" ", "").split(",")


def ldoc_faults():
    """Yields ldoc's warnings."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["ldoc", "--quiet", "--dir", folder, "stdlib"], stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    lines = [line.removeprefix(f"{Path.cwd()}/") for line in done.stdout.splitlines()]
    yield from (line for line in lines if line and not any(words in line for words in FINE) and not names_an_argument(line))
    if done.returncode != 0:
        yield f"ldoc ended with status {done.returncode}"


def comment_above(lines, index):
    """The lines of the comment right above a line."""
    start = index
    while start > 0 and lines[start - 1].startswith("--"):
        start -= 1
    return lines[start:index]


def public_functions(path):
    """Yields (line number, name, comment, its line) of each function of a module's own table."""
    lines = path.read_text().splitlines()
    module = next((found[1] for line in reversed(lines) if (found := RETURNED.match(line))), None)
    for index, line in enumerate(lines):
        found = PUBLIC.match(line)
        if found and found[1] == module:
            yield index + 1, f"{found[1]}.{found[2]}", comment_above(lines, index), line


def bare_faults():
    """Yields what ldoc does not look for: no doc comment at all, and a @param where there are no arguments."""
    for path in sorted(Path("stdlib").rglob("*.lua")):
        for number, name, comment, line in public_functions(path):
            if not "".join(comment[:1]).startswith("---") and not EXPLAINED_ONCE.fullmatch(f"{path}: {name}"):
                yield f"{path}:{number}: {name} is public and has no doc comment (---)"
            if f"{name}()" in line and any("@param" in words for words in comment):
                yield f"{path}:{number}: {name} has a @param and no argument"


def main():
    faults = [*ldoc_faults(), *bare_faults()]
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
