#!/usr/bin/env python3
"""Runs the layers of `make check` one after the other and adds up the JUnit files that each of them left.

It must not judge tests itself. A layer that wrote no result, or that ended badly though its results are good, is a failure.
How long each took it leaves in build/check/seconds.json, for `make bench`.
"""

import datetime
import json
import os
import shutil
import subprocess
import sys
import time
from xml.etree import ElementTree
from pathlib import Path

RESULTS = Path("build/check")  # LAYER.log and, in the folder LAYER, its JUnit files
LAST_LINES = 200  # of a failed layer's log


def suites(root):
    """The elements that hold a file's sums: busted sums up in the outermost, cmocka and pytest in those within."""
    return [root] if root.get("tests") else root.findall("testsuite")


def number(suite, *names):
    return sum(int(suite.get(name) or 0) for name in names)


def failed_cases(root):
    """Yields a line for each case that did not pass."""
    for case in root.iter("testcase"):
        for why in (*case.findall("failure"), *case.findall("error")):
            first = ((why.get("message") or why.text or "").strip().splitlines() or [""])[0]
            yield f"  failed: {case.get('name')}: {first}"


def read(file, counts):
    """Adds what one file says to counts. Returns its complaints."""
    try:
        root = ElementTree.parse(file).getroot()
    except (OSError, ElementTree.ParseError) as problem:
        counts["failed"] += 1
        return [f"  {file}: {problem}"]
    for suite in suites(root):
        failed, skipped = number(suite, "failures", "errors"), number(suite, "skipped", "skip")
        counts["failed"] += failed
        counts["skipped"] += skipped
        counts["passed"] += max(0, number(suite, "tests") - failed - skipped)
    return list(failed_cases(root))


def collect(layer, status):
    """Returns a finished layer's counts and complaints."""
    counts, complaints = {"passed": 0, "failed": 0, "skipped": 0}, []
    for file in sorted((RESULTS / layer).glob("*.xml")):
        complaints += read(file, counts)
    if (status != 0 or counts["passed"] == 0) and counts["failed"] == 0:
        counts["failed"] = 1
        complaints.append(f"  {layer}: make ended with status {status}, {counts['passed']} tests passed")
    return counts, complaints


def start(layer, log):
    """Runs `make check-LAYER` into its log. Returns the exit status."""
    shutil.rmtree(RESULTS / layer, ignore_errors=True)
    with log.open("w") as out:
        command = [os.environ.get("MAKE", "make"), f"-j{os.cpu_count()}", "--no-print-directory", f"check-{layer}"]
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                              check=False).returncode


def run_layer(layer):
    """Runs a layer and prints its line. Returns its counts and seconds."""
    log = RESULTS / f"{layer}.log"
    print(f"{layer:<12} ", end="", flush=True)
    began = time.monotonic()
    counts, complaints = collect(layer, start(layer, log))
    seconds = time.monotonic() - began
    print(f"{closing_line(counts)}   ({seconds:.0f} s)", flush=True)
    if counts["failed"]:
        print("\n".join(log.read_text(errors="replace").splitlines()[-LAST_LINES:] + complaints))
        print(f"--- {layer} failed; all of its output: {log}", flush=True)
    return counts, seconds


def closing_line(counts):
    line = f"{counts['passed']} passed, {counts['failed']} failed"
    return line + (f", {counts['skipped']} skipped" if counts["skipped"] else "")


def main(layers):
    RESULTS.mkdir(parents=True, exist_ok=True)
    total, seconds = {"passed": 0, "failed": 0, "skipped": 0}, {}
    for layer in layers:
        counts, seconds[layer] = run_layer(layer)
        for name, count in counts.items():
            total[name] += count
    print(closing_line(total))
    note = {"ended": f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC", "deep": os.environ.get("DEEP") == "1",
            "told": closing_line(total), "seconds": seconds}
    (RESULTS / "seconds.json").write_text(json.dumps(note))
    return 1 if total["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
