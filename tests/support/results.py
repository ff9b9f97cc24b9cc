"""Says what a runner of our own found: on the screen, and in a small JUnit file for tests/summary.py.

The file goes into the folder that the variable JUNIT names; without the variable there is none.
"""

import os
from xml.etree import ElementTree
from pathlib import Path

FIRST_WORDS = 4000  # of a failure's text: what else there is stands in the layer's log
# XML has no way to write most control characters.
UNPRINTABLE = {code: "?" for code in range(32) if chr(code) not in "\t\n"}


def write(path, suite, passed, failures, seconds=0.0):
    """Writes a JUnit file; failures is a list of (name, why)."""
    top = ElementTree.Element("testsuite", name=suite, tests=str(passed + len(failures)), failures=str(len(failures)),
                      errors="0", skipped="0", time=f"{seconds:.3f}")
    for name, why in failures:
        case = ElementTree.SubElement(top, "testcase", name=name.translate(UNPRINTABLE))
        ElementTree.SubElement(case, "failure").text = str(why)[:FIRST_WORDS].translate(UNPRINTABLE)
    path.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(top).write(path, encoding="utf-8", xml_declaration=True)


def conclude(suite, outcomes):
    """Tells each (name, None or what is wrong) as it comes and the sum at the end. Returns the exit status."""
    passed, failures = 0, []
    for name, wrong in outcomes:
        if wrong is None:
            passed += 1
        else:
            failures.append((name, wrong))
            print(f"FAILED {name}: {wrong}", flush=True)
    if folder := os.environ.get("JUNIT"):
        write(Path(folder) / f"{suite}.xml", suite, passed, failures)
    print(f"{passed} passed, {len(failures)} failed", flush=True)
    return 1 if failures else 0
