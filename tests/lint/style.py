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

LONGEST_FUNCTION = 70
LONGEST_FILE = 450
MEDIAN_FUNCTION = 12
COMMENT = {"c": ("/*", "//"), "lua": ("--",), "python": ('"""', "#"), "shell": ("#",)}
CONTAINER = re.compile(r"describe\(")  # busted's, which only holds tests
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
# Plans get the library, never the runner's own primitives (architecture: "one door").
PRIVATE = re.compile(r"\blib_[a-z]+")


def function_faults(language):
    """Returns complaints about long functions; prints the distribution."""
    lengths, faults = [], []
    for path in sources(language):
        for line, name, length in FUNCTIONS[language](path.read_text()):
            if CONTAINER.match(name):
                continue
            lengths.append(length)
            if length > LONGEST_FUNCTION:
                faults.append(f"{path}:{line}: {name} has {length} lines, more than {LONGEST_FUNCTION}")
    if len(lengths) < 2:
        return faults
    median = statistics.median(lengths)
    ninth = statistics.quantiles(lengths, n=10)[-1]
    print(f"{language}: {len(lengths)} functions, median {median:g}, 90th percentile {ninth:g},"
          f" longest {max(lengths)} lines")
    if median > MEDIAN_FUNCTION:
        faults.append(f"{language}: the median function has {median:g} lines, more than {MEDIAN_FUNCTION}")
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
    faults = plan_faults()
    for language in COMMENT:
        if language in FUNCTIONS:
            faults += function_faults(language)
        for path in sources(language):
            faults += file_faults(path, language)
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
