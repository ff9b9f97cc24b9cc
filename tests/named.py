#!/usr/bin/env python3
"""Runs every test of one name: `make test T=journal`. Each goes the way its layer goes in `make check`.

A name is a file's, without _test, _spec or test_, or that of a scenario of the crash tests. One that no test has is an error.
"""

import difflib
import os
import re
import subprocess
import sys
from pathlib import Path

# Layer, its tests' files, what stands around the name, and the variable that tells make which of them to run.
LAYERS = [
    ("c", "tests/unit/c/*/*_test.c", re.compile(r"(.*)_test\.c"), "C_TESTS"),
    ("lua", "tests/unit/lua/*/*_spec.lua", re.compile(r"(.*)_spec\.lua"), "SPECS"),
    ("crash", "tests/crash/*.*", re.compile(r"(.*?)(?:_test\.py|\.lua)"), "CRASH"),
    ("end-to-end", "tests/recorded_macs/test_*.py", re.compile(r"test_(.*)\.py"), "END_TO_END"),
    ("end-to-end", "tests/end_to_end/test_*.py", re.compile(r"test_(.*)\.py"), "END_TO_END"),
    ("loader", "tests/mach_o/test_loader.py", re.compile(r"test_(.*)\.py"), "LOADER_TESTS"),
    ("mach-o", "tests/mach_o/test_[!l]*.py", re.compile(r"test_(.*)\.py"), "MACH_O"),
]
SCENARIOS = Path("tests/crash/support/scenarios.lua")
SCENARIO = re.compile(r'^\s*\{ name = "([\w-]+)"', re.MULTILINE)


def program(path):
    """The program that is made of a C test."""
    return f"build/asan/{path.relative_to('tests').with_suffix('')}".replace("/unit/c/", "/unit/")


def tests():
    """Yields (name, layer, variable, word) of every test that has a name."""
    for layer, pattern, form, variable in LAYERS:
        for path in sorted(Path().glob(pattern)):
            if found := form.fullmatch(path.name):
                yield found[1], layer, variable, program(path) if layer == "c" else str(path)
    for name in SCENARIO.findall(SCENARIOS.read_text()):
        yield name, "crash", "SCENARIO", name


def grouped(wanted):
    """The tests of a name as {(layer, variable): words}."""
    groups = {}
    for name, layer, variable, word in tests():
        if name == wanted:
            groups.setdefault((layer, variable), []).append(word)
    return groups


def unknown(wanted):
    """What is said of a name that no test has."""
    names = sorted({name for name, *_ in tests()})
    near = difflib.get_close_matches(wanted, names, 3, 0.5) or [name for name in names if wanted and wanted in name][:3]
    return f"no test is called {wanted!r}" + (f". Did you mean {' or '.join(near)}?" if near else "")


def main(words):
    if len(words) != 1:
        print("usage: make test T=NAME, for example T=journal", file=sys.stderr)
        return 2
    groups = grouped(words[0])
    if not groups:
        print(unknown(words[0]), file=sys.stderr)
        return 2
    failed = 0
    for (layer, variable), chosen in groups.items():
        print(f"== {layer}: {' '.join(chosen)}", flush=True)
        command = [*os.environ.get("MAKE", "make").split(), "--no-print-directory", f"check-{layer}",
                   f"{variable}={' '.join(chosen)}"]
        failed += subprocess.run(command, check=False).returncode != 0
    print(f"{words[0]}: {len(groups) - failed} of {len(groups)} layers passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
