#!/usr/bin/env python3
"""Breaks the program in known ways, one at a time, in a copy of the tree, and fails if no test notices.

It must not touch the tree itself. The same tests must pass on an unchanged copy, or their failing would prove nothing.

Usage: run.py [WORD...]: the mutants whose names hold one of the words. Without a word every second one, beginning with one that is
drawn (SEED=… draws the same again); with DEEP=1 all.
"""

import concurrent.futures
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TREE / "tests"))

from mutations import MUTATIONS  # noqa: E402
from support import patience, processes, results  # noqa: E402

# What of build/ is worth copying: objects, so that a mutant compiles one file. Copies keep times, or make starts over.
BUILT = ("native", "tests", "asan")
PROGRAMS = ("vmq-recovery", "embedded.S", "embedded.names")
SECONDS = 300  # for a busy machine; each takes a few
# One test each, quickly, whatever make and the caller are up to.
ENVIRONMENT = processes.environment_without("MAKE", "MFLAGS", "DEEP", "JUNIT")


def copy(target):
    """A copy of the tree with its objects."""
    for name in ("runner", "stdlib", "scripts", "tests"):
        shutil.copytree(TREE / name, target / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(TREE / "Makefile", target)
    for name in BUILT:
        if (TREE / "build" / name).is_dir():
            shutil.copytree(TREE / "build" / name, target / "build" / name, ignore=shutil.ignore_patterns("*_test"))
    for name in PROGRAMS:
        if (TREE / "build" / name).exists():
            shutil.copy2(TREE / "build" / name, target / "build" / name)


def commands(test):
    """The commands of a test: what must be made, then what must pass."""
    kind, *words = test.split()
    make = ["make", "-s", "DEPS=no"]
    interpreter, enumerator = "build/tests/lua", "tests/crash/enumerate.lua"
    if kind == "c":
        return [[*make, f"build/asan/unit/{words[0]}"]], [f"build/asan/unit/{words[0]}"]
    if kind == "crash":
        return [[*make, interpreter]] if words[1:] else [], [interpreter, enumerator, "--first", "--only", words[0]]
    if kind == "blind":
        return [], [interpreter, "tests/crash/blind.lua"]
    if kind == "spec":
        return [], [interpreter, "/usr/bin/busted", f"tests/unit/lua/{words[0]}_spec.lua"]
    if kind == "script":
        return [[*make, "all", interpreter]], [sys.executable, f"tests/crash/{words[0]}.py"]
    raise ValueError(test)


def end(process):
    """End what a broken program's test may have left behind, which would hold the rest up."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def run(command, tree):
    """Run one command in a tree. Returns (exit status, what it said)."""
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        process = subprocess.Popen([str(word) for word in command], cwd=tree, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                                   stdout=said, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            status = process.wait(patience.seconds(SECONDS))
        except subprocess.TimeoutExpired:
            return 124, "it took too long"
        finally:
            end(process)
        said.seek(0)
        return status, said.read()


def passes(test, tree):
    """Run a test. Returns (True or False, what it said); throws if it cannot be built."""
    preparations, command = commands(test)
    for preparation in preparations:
        status, said = run(preparation, tree)
        if status != 0:
            raise RuntimeError(f"cannot be built:\n{said[-2000:]}")
    status, said = run(command, tree)
    return status == 0, said


def mutate(mutation, tree):
    """Apply it. Returns None, or why it cannot be applied."""
    path = tree / mutation.file
    text = path.read_text("utf-8")
    for old, new in mutation.changes:
        if text.count(old) != 1:
            return f"{mutation.file} holds {text.count(old)} times: {old!r}; bring tests/mutants/mutations.py up to date"
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    return None


def try_mutation(mutation, base, folder):
    """One mutant. Returns None when it is caught, else what is wrong."""
    tree = pathlib.Path(tempfile.mkdtemp(prefix="mutant", dir=folder)) / "tree"
    try:
        shutil.copytree(base, tree, symlinks=True)
        wrong = mutate(mutation, tree)
        if wrong:
            return wrong
        survived, said = passes(mutation.test, tree)
        return f"survived `{mutation.test}`:\n{said[-600:]}" if survived else None
    except RuntimeError as problem:
        return str(problem)
    finally:
        shutil.rmtree(tree.parent, ignore_errors=True)


def check_base(base, pool, chosen):
    """Every test on the unchanged copy. Returns the complaints. What is built here is there for every mutant."""
    tests = sorted({one.test for one in chosen})
    for command in sorted({tuple(words) for test in tests for words in commands(test)[0]}):
        status, said = run(command, base)
        if status != 0:
            return [f"{' '.join(command)} fails on the unchanged tree:\n{said[-2000:]}"]
    results = pool.map(lambda test: (test, *passes(test, base)), tests)
    return [f"{test} fails on the unchanged tree:\n{said[-2000:]}" for test, good, said in results if not good]


def choose(words):
    """The mutants to try."""
    if words:
        return [one for one in MUTATIONS if any(word in one.name for word in words)]
    if os.environ.get("DEEP") == "1":
        return MUTATIONS
    seed = int(os.environ.get("SEED") or time.time_ns() % 1_000_000)
    print(f"SEED={seed}")
    return MUTATIONS[seed % 2::2]


def main(words):
    processes.give_children_usual_signals()
    chosen = choose(words)
    home = "/dev/shm" if os.path.isdir("/dev/shm") else None
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="vmq-mutants", dir=home) as name, \
            concurrent.futures.ThreadPoolExecutor((os.cpu_count() or 1) + 1) as pool:
        base = pathlib.Path(name) / "base"
        copy(base)
        complaints = check_base(base, pool, chosen)
        if complaints:
            return results.conclude("mutants", [("the unchanged tree", complaint) for complaint in complaints])
        tried = pool.map(lambda one: try_mutation(one, base, name), chosen)
        status = results.conclude("mutants", zip((one.name for one in chosen), tried, strict=True))
    print(f"{len(chosen)} mutants in {time.monotonic() - began:.0f} s")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
