"""The tests themselves: they pass however they are started, wait as long as they are told to, and leave nothing behind."""

import contextlib
import fcntl
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

import pytest

from support import processes

TESTS = pathlib.Path(__file__).resolve().parent.parent
# A run of its own, not a part of the one that this test belongs to.
ALONE = processes.environment_without("PYTEST_", "JUNIT", "VMQ_SAMPLE", "SEED")
IGNORED = (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM)
SAMPLE = ("test_stops.py::test_other_signals", "test_person.py::test_two_interrupts_leave_now",
          "test_terminal.py::test_the_window_is_closed_while_a_tool_works")


def run_tests(folder, *names, **more):
    """Run tests of a folder in one process."""
    return subprocess.run([sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *names], cwd=folder,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          **{"env": ALONE, **more})


def ignore():
    """As nohup does, and `&` in a script."""
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)


@pytest.mark.timeout(120)
@pytest.mark.slow
def test_with_ignored_signals():
    """nohup and scripts hand down signals that are ignored: what is sent to the program still reaches it."""
    seen = run_tests(TESTS / "end_to_end", *SAMPLE, preexec_fn=ignore)
    assert seen.returncode == 0, seen.stdout
    assert "5 passed" in seen.stdout


@pytest.fixture(name="alone")
def _alone(tmp_path):
    """A folder of tests of its own, with what holds for all."""
    for name in ("conftest.py", "pytest.ini"):
        shutil.copy(TESTS / name, tmp_path)
    shutil.copytree(TESTS / "support", tmp_path / "support", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_a_sample(alone):
    """Two drawings of two are all cases, none of them twice; a test with one case and others are always run; how to draw the
    same is said."""
    for folder in ("end_to_end", "other"):
        (alone / folder).mkdir()
        (alone / folder / f"test_{folder}.py").write_text(
            "import pytest\ndef test_one(): pass\n@pytest.mark.parametrize('case', [1, 2, 3])\ndef test_three(case): pass\n")
    drawn = []
    for seed in ("6", "7"):
        seen = run_tests(alone, "-vv", "end_to_end", "other", env={**ALONE, "VMQ_SAMPLE": "2", "SEED": seed})
        assert seen.returncode == 0 and f"VMQ_SAMPLE=2 SEED={seed}" in seen.stdout, seen.stdout
        assert len(re.findall(r"^other/", seen.stdout, re.MULTILINE)) == 4, seen.stdout
        assert "::test_one PASSED" in seen.stdout
        drawn.append(set(re.findall(r"^end_to_end/\S+::test_three\S+", seen.stdout, re.MULTILINE)))
    assert sorted(len(one) for one in drawn) == [1, 2] and not drawn[0] & drawn[1]


LEAVE = {
    "process": 'os.system("sleep 60 </dev/null >/dev/null 2>&1 &")',
    "file": 'tempfile.mkdtemp(prefix="forgotten")',
}


@pytest.mark.parametrize("what", LEAVE)
def test_what_is_left_behind_is_a_failure(alone, what):
    """The test itself passes, the run does not, and says what is left."""
    (alone / "test_sample.py").write_text(
        f"import os, tempfile\ndef test_sample():\n    {LEAVE[what]}\n", encoding="utf-8")
    seen = run_tests(alone, "test_sample.py")
    for line in re.findall(r"left behind: process (\d+)", seen.stdout):
        os.kill(int(line), signal.SIGKILL)
    assert seen.returncode == 1 and "1 passed" in seen.stdout, seen.stdout
    assert f"left behind: {what}" in seen.stdout, seen.stdout


def test_what_is_kept_goes_at_the_next_run(alone, open_folder):
    """A failed test's files stay to be looked at, until then; those of a run that goes on stay."""
    (alone / "test_sample.py").write_text("def test_sample(tmp_path):\n    (tmp_path / 'x').touch()\n    assert False\n", "utf-8")
    usual = {**ALONE, "TMPDIR": str(open_folder)}
    kept = []
    for _ in range(2):
        seen = run_tests(alone, "test_sample.py", env=usual)
        kept.append(re.search(r"kept until the next run: (\S+)", seen.stdout).group(1))
        os.utime(kept[-1], (0, 0))
    assert [os.path.exists(one) for one in kept] == [False, True]
    with open_and_locked(kept[1]):
        run_tests(alone, "test_sample.py", env=usual)
    assert os.path.exists(kept[1])


@contextlib.contextmanager
def open_and_locked(folder):
    """As a run that goes on has its folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    yield
    os.close(descriptor)


@pytest.mark.parametrize(("patience", "passes"), [("1", False), ("20", True)])
def test_patience(alone, patience, passes):
    """VMQ_PATIENCE stretches what a test waits for, and its own limit."""
    (alone / "test_sample.py").write_text(
        "import time, pytest\nfrom support.patience import wait_for\nBEGAN = time.monotonic()\n"
        "@pytest.mark.timeout(0.4)\ndef test_sample():\n    wait_for(lambda: time.monotonic() > BEGAN + 1, 0.3)\n", "utf-8")
    seen = run_tests(alone, "test_sample.py", env={**ALONE, "VMQ_PATIENCE": patience})
    assert (seen.returncode == 0) == passes, seen.stdout


FORBIDDEN = {
    "a deadline that VMQ_PATIENCE does not stretch": r"^(?!.*driver\.).*timeout=\d|\.wait\(\d",
    "a fixed sleep": r"time\.sleep\(",
    "a set of exit codes": r"(?:\.(?:return)?code|finish\(\)|answer_all\(\)) (?:not )?in ",
}
# Fake tools are no tests: they take their time and stand still. The driver stretches what it is given.
ALLOWED = {"recorded_macs/host.py", "recorded_macs/orphans.py", "end_to_end/driver.py", "end_to_end/test_tests.py"}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_test_has(what):
    """Those make a test that fails on a busy machine, or one that cannot fail."""
    found = [f"{path.relative_to(TESTS)}: {line.strip()}"
             for folder in ("end_to_end", "recorded_macs", "crash", "mach_o")
             for path in sorted((TESTS / folder).rglob("*.py"))
             if str(path.relative_to(TESTS)) not in ALLOWED and path.parent.name != "tools"
             for line in path.read_text("utf-8").splitlines() if re.search(FORBIDDEN[what], line)]
    assert found == []
