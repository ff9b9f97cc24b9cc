#!/usr/bin/env python3
"""Runs the layers of `make check` one after the other and adds up what they counted.

It must not judge tests itself: it reads the closing lines of busted, cmocka, pytest and of our
own runners ("N passed, N failed"), and takes an exit status that disagrees for a failure.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

LOGS = Path("build/check")

# What each kind of runner prints; the named groups are summed over a layer's whole output.
PATTERNS = [
    # our own runners, one or more a layer
    re.compile(r"^(?P<passed>\d+) passed, (?P<failed>\d+) failed(?:, (?P<skipped>\d+) skipped)?$"),
    # busted: "12 successes / 0 failures / 0 errors / 0 pending : 0.1 seconds"
    re.compile(
        r"^(?P<passed>\d+) success\w* / (?P<failed>\d+) failures? / "
        r"(?P<errors>\d+) errors? / (?P<skipped>\d+) pending"
    ),
    # cmocka: one line for each sum
    re.compile(r"^\[  PASSED  \] (?P<passed>\d+) test"),
    re.compile(r"^\[  FAILED  \] (?P<failed>\d+) test.*listed below"),
    re.compile(r"^\[  SKIPPED \] (?P<skipped>\d+) test.*listed below"),
]
# pytest: "= 3 failed, 12 passed, 1 skipped, 1 error in 3.21s =" (without the rules under -q)
PYTEST_LINE = re.compile(r"^=*\s*((?:\d+ \w+,? )+)in [\d.]+s\b")
PYTEST_ITEM = re.compile(r"(\d+) (passed|failed|skipped|errors?|xfailed|xpassed)")
PYTEST_MEANS = {"error": "failed", "errors": "failed", "xfailed": "skipped", "xpassed": "failed"}
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def count_line(line, counts):
    """Adds what one line of output says to counts."""
    for pattern in PATTERNS:
        if match := pattern.match(line):
            for name, number in match.groupdict(default="0").items():
                counts[PYTEST_MEANS.get(name, name)] += int(number)
            return
    if match := PYTEST_LINE.match(line):
        for number, name in PYTEST_ITEM.findall(match.group(1)):
            counts[PYTEST_MEANS.get(name, name)] += int(number)


def count(text):
    """Returns {"passed", "failed", "skipped"} of a layer's whole output."""
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for line in COLOUR.sub("", text).splitlines():
        count_line(line.strip(), counts)
    return counts


def run_layer(layer):
    """Runs `make check-LAYER`, keeps its output in build/check/LAYER.log; returns the counts."""
    log = LOGS / f"{layer}.log"
    print(f"{layer:<12} ", end="", flush=True)
    start = time.monotonic()
    with log.open("w") as out:
        command = [os.environ.get("MAKE", "make"), f"-j{os.cpu_count()}", "--no-print-directory",
                   f"check-{layer}"]
        status = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, check=False
        ).returncode
    text = log.read_text(errors="replace")
    counts = count(text)
    # A layer that died, or ran nothing, must not look like one that passed.
    if (status != 0 or counts["passed"] == 0) and counts["failed"] == 0:
        counts["failed"] = 1
        text += f"\n{layer}: make ended with status {status}, {counts['passed']} tests passed\n"
    print(f"{closing_line(counts)}   ({time.monotonic() - start:.0f} s)", flush=True)
    if counts["failed"]:
        print("\n".join(text.splitlines()[-200:]))
        print(f"--- {layer} failed; all of its output: {log}", flush=True)
    return counts


def closing_line(counts):
    line = f"{counts['passed']} passed, {counts['failed']} failed"
    return line + (f", {counts['skipped']} skipped" if counts["skipped"] else "")


def main(layers):
    LOGS.mkdir(parents=True, exist_ok=True)
    total = {"passed": 0, "failed": 0, "skipped": 0}
    for layer in layers:
        for name, number in run_layer(layer).items():
            total[name] += number
    print(closing_line(total))
    return 1 if total["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
