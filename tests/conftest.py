"""What holds for every test: children get usual signals, deadlines are stretched, nothing is left behind.

The folder of the tests is put on Python's path, so that `support` and the fake Macs are one package everywhere.
"""

import collections
import os
import pathlib
import shutil
import sys
import tempfile
import time

import pytest

TESTS = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(TESTS))

from support import patience, place, processes  # noqa: E402

IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
PYTESTS_OWN = "pytest-of-"
FOLDER = pathlib.Path(os.environ["TMPDIR"]) if IS_WORKER else place.make("vmq-tests-")

# Of the cases of an end-to-end test one in so many is run, beginning with one that SEED draws, and at least one; those marked as
# slow (8 seconds and more) count as cases of one test. The workers inherit both.
SAMPLE = int(os.environ.get("VMQ_SAMPLE") or 1)
SEED = int(os.environ.setdefault("SEED", str(time.time_ns() % 1_000_000)))

processes.give_children_usual_signals()
place.use(FOLDER)


def drawn(items):
    """Of each test's cases one in SAMPLE, at least one; all slow tests are one."""
    cases = collections.defaultdict(list)
    for item in items:
        cases["slow" if item.get_closest_marker("slow") else item.nodeid.split("[")[0]].append(item)
    return {item for each in cases.values() for item in each[SEED % min(SAMPLE, len(each))::SAMPLE]}


def leave_out(config, items):
    """Keep what is drawn of the end-to-end tests, and all others."""
    sampled = [item for item in items if item.path.parent.name == "end_to_end"]
    kept = drawn(sampled)
    left_out = [item for item in sampled if item not in kept]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_terminal_summary(terminalreporter):
    """Say how to draw the same tests again."""
    if SAMPLE > 1:
        terminalreporter.write_line(f"VMQ_SAMPLE={SAMPLE} SEED={SEED} runs the same tests again")


def pytest_collection_modifyitems(config, items):
    """VMQ_PATIENCE stretches the limit of each test too; VMQ_SAMPLE leaves tests out."""
    leave_out(config, items)
    usual = float(config.getini("timeout"))
    for item in items:
        marker = item.get_closest_marker("timeout")
        item.add_marker(pytest.mark.timeout(patience.seconds(marker.args[0] if marker else usual)), append=False)


@pytest.fixture(name="open_folder")
def _open_folder():
    """A folder that an ordinary user can enter, wherever the tree lies."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="open"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(name="open_starter")
def _open_starter(open_folder):
    """For Macs whose tools an ordinary user starts: an interpreter for him, and a copy of what the tools are made of."""
    python = pathlib.Path(sys.executable).resolve()
    tests = open_folder / "tests"
    shutil.copytree(TESTS / "recorded_macs", tests / "recorded_macs", ignore=shutil.ignore_patterns("__pycache__", "test_*"))
    return (str(python) if place.is_open(python.parent) else "/usr/bin/python3", str(tests))


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session):
    """At the end of everything: no process, mount or file of a test may be left."""
    yield
    left = [] if IS_WORKER else place.left_behind(FOLDER, PYTESTS_OWN)
    for one in left:
        print(f"\nFAILED: left behind: {one}", end="", file=sys.stderr)
    if left:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure(config):
    """The folder goes, but for what failed tests left to be looked at."""
    del config
    if IS_WORKER or not FOLDER.exists():
        return
    kept = [one for one in FOLDER.rglob("*") if one.is_file()]
    if kept:
        print(f"\nkept until the next run: {FOLDER}", file=sys.stderr)
    else:
        place.remove(FOLDER)
