#!/usr/bin/env python3
"""Runs C test programs (cmocka), as many at once as there are processors. Each writes a JUnit file of its own.

Usage: c_tests.py PROGRAM...   The files go into the folder that JUNIT names, or into build/check/c.
"""

import concurrent.futures
import os
import subprocess
import sys
import time
from xml.etree import ElementTree
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support import processes, results  # noqa: E402

FOLDER = Path(os.environ.get("JUNIT") or "build/check/c")


def failures(file):
    """Yields (name, why) of each failed test in a JUnit file."""
    for case in ElementTree.parse(file).iter("testcase"):
        for why in (*case.findall("failure"), *case.findall("error")):
            yield case.get("name"), (why.text or why.get("message") or "").strip()


def run(program):
    """Runs one program. Returns (name, seconds, list of (test, why))."""
    name = f"{program.parent.name}.{program.name}"
    file = FOLDER.resolve() / f"{name}.xml"  # a test may go to another folder
    file.unlink(missing_ok=True)  # cmocka writes no file over another
    start = time.monotonic()
    done = subprocess.run([program], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                          env={**os.environ, "CMOCKA_MESSAGE_OUTPUT": "xml", "CMOCKA_XML_FILE": str(file)})
    seconds = time.monotonic() - start
    try:
        failed = list(failures(file))
    except (OSError, ElementTree.ParseError):
        failed = []
        file.unlink(missing_ok=True)
    # It died, or a sanitizer had the last word: cmocka's file does not say so.
    if (done.returncode != 0 or not file.exists()) and not failed:
        failed = [("ended", f"exit status {done.returncode}\n" + done.stdout.decode(errors="replace")[-3000:])]
        results.write(FOLDER / f"{name}.ended.xml", name, 0, failed, seconds)
    return name, seconds, failed


def main(programs):
    processes.give_children_usual_signals()
    FOLDER.mkdir(parents=True, exist_ok=True)
    bad = False
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, seconds, failed in pool.map(run, (Path(word).resolve() for word in programs)):
            print(f"{'FAILED' if failed else 'ok':<8}{name} ({seconds:.1f} s)", flush=True)
            for test, why in failed:
                print(f"  FAILED {test}: {why}", flush=True)
            bad |= bool(failed)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
