#!/usr/bin/env python3
"""Checks the project's own rules: small functions and files, headers, no plan below the library.

It must not check what a compiler or linter already does.
"""

import re
import statistics
import sys
from pathlib import Path

from files import sources
from measure import FUNCTIONS

LONGEST_FILE = 450
LONGEST_FUNCTION = {"program": 30, "tests": 50}
MEDIAN_FUNCTION = {"program": 8, "tests": 12}
PROGRAM = {"runner", "stdlib", "scripts"}
COMMENT = {"c": ("/*", "//"), "lua": ("--",), "python": ('"""', "#"), "shell": ("#",)}
CONTAINER = re.compile(r"describe\(")  # busted's, which only holds tests
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
# Plans get the library, never the runner's own primitives (architecture: "one door").
PRIVATE = re.compile(r"\blib_[a-z]+")


def part_of(path):
    return "program" if path.parts[0] in PROGRAM else "tests"


def functions(language):
    """Yields (path, line, name, lines) of every function that is more than a container of tests."""
    for path in sources(language):
        for line, name, length in FUNCTIONS[language](path):
            if not CONTAINER.match(name):
                yield path, line, name, length


def long_faults(found):
    """Yields complaints about long functions."""
    for path, line, name, length in found:
        limit = LONGEST_FUNCTION[part_of(path)]
        if length > limit:
            yield f"{path}:{line}: {name} has {length} lines, more than {limit}"


def median_faults(found, language):
    """Returns complaints about functions that are long as a whole; prints how they are distributed."""
    faults = []
    for part, limit in MEDIAN_FUNCTION.items():
        lengths = [length for path, _, _, length in found if part_of(path) == part]
        if len(lengths) < 2:
            continue
        median, ninth = statistics.median(lengths), statistics.quantiles(lengths, n=10)[-1]
        print(f"{language}, {part}: {len(lengths)} functions, median {median:g}, 90th percentile {ninth:g}, "
              f"longest {max(lengths)} lines")
        if median > limit:
            faults.append(f"{language}, {part}: the median function has {median:g} lines, more than {limit}")
    return faults


def first_comment(lines):
    """Returns the first line that is not an interpreter line or blank."""
    for line in lines:
        if line.strip() and not line.startswith("#!"):
            return line
    return ""


def file_faults(path, language):
    """Returns complaints about one file: length, header, unfinished work."""
    lines = path.read_text().splitlines()
    faults = []
    if len(lines) > LONGEST_FILE:
        faults.append(f"{path}: {len(lines)} lines, more than {LONGEST_FILE}")
    if lines and not first_comment(lines).startswith(COMMENT[language]):
        faults.append(f"{path}:1: does not open with a comment on what it is for")
    for number, line in enumerate(lines, 1):
        if UNFINISHED.search(line) and path != Path(__file__).relative_to(Path.cwd()):
            faults.append(f"{path}:{number}: unfinished work: {line.strip()}")
    return faults


def plan_faults():
    """Returns complaints about plans that name a private primitive."""
    plans = [path for path in sources("lua") if path.parts[0] == "scripts" or "plans" in path.parts]
    return [
        f"{path}:{number}: a plan names {match.group(0)}, which is private to the library"
        for path in plans
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if (match := PRIVATE.search(line))
    ]


def main():
    faults, every = plan_faults(), []
    for language in COMMENT:
        if language in FUNCTIONS:
            found = list(functions(language))
            faults += median_faults(found, language)
            every += found
        for path in sources(language):
            faults += file_faults(path, language)
    faults += long_faults(every)
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
