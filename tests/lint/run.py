#!/usr/bin/env python3
"""Runs every linter over the tree; each one is a check that passes or fails.

It must not hold rules of its own (those are in style.py and in the dot files). The compiler
flags come from the Makefile through the variable CFLAGS.
"""

import concurrent.futures
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from files import sources  # noqa: E402
from support import results  # noqa: E402

FLAGS = shlex.split(os.environ.get("CFLAGS", ""))
STRICTER = ["-Werror", "-fsyntax-only", "-Wformat=2", "-Wmissing-prototypes", "-Wstrict-prototypes",
            "-Wpointer-arith", "-Wcast-qual", "-Wundef", "-Wwrite-strings"]
VENV = "build/venv/bin"
TELLING = {"style", "layers", "workflows"}  # they say something of interest when all is well, too


def c_files():
    return [path for path in sources("c") if path.suffix == ".c"]


def defines():
    return [flag for flag in FLAGS if flag.startswith(("-D", "-I"))]


def linters():
    """Returns (name, command) of each linter; a command without files to look at is left out."""
    c, lua, shell, python = c_files(), sources("lua"), sources("shell"), sources("python")
    return [
        ("clang-format", ["clang-format", "--dry-run", "-Werror", *sources("c")] if c else None),
        ("gcc", ["gcc", *FLAGS, *STRICTER, "-O2", *c] if c else None),
        ("clang", ["clang", *FLAGS, *STRICTER, *c] if c else None),
        # the slowest by far: a half for each of two cores
        *(("clang-tidy", ["clang-tidy", "--quiet", *half, "--", *FLAGS] if half else None) for half in (c[::2], c[1::2])),
        ("cppcheck", ["cppcheck", "--quiet", "--error-exitcode=1", "--std=c11", "--inline-suppr",
                      "--enable=warning,performance,portability", "--suppress=missingIncludeSystem",
                      # taken for uninitialised: results filled by the function called
                      "--suppress=ctuuninitvar",
                      "-D__GNUC__", "-DLLONG_MAX=9223372036854775807LL", *defines(), *c] if c else None),
        ("luacheck", ["luacheck", "--quiet", *lua] if lua else None),
        ("shellcheck", ["shellcheck", *shell] if shell else None),
        ("ruff", [f"{VENV}/ruff", "check", *python] if python else None),
        ("docs", [sys.executable, "tests/lint/docs.py"]),
        ("width-table", ["sh", "runner/build/width_table.sh", "--check"]),
        ("layers", [sys.executable, "tests/lint/layers.py"]),
        ("workflows", [f"{VENV}/python", "tests/lint/workflows.py"]),
        ("words", [sys.executable, "tests/lint/words.py"]),
        ("style", [f"{VENV}/python", "tests/lint/style.py"]),
    ]


def run(name, command):
    """Runs one linter. Returns (name, None or what it complained of)."""
    start = time.monotonic()
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    said = done.stdout.rstrip()
    print(f"{name} ({time.monotonic() - start:.1f} s)", flush=True)
    if name in TELLING and done.returncode == 0:
        print(said, flush=True)
    return name, None if done.returncode == 0 else said or f"exit status {done.returncode}"


def main(chosen):
    known = linters()
    unknown = set(chosen) - {name for name, _ in known}
    if unknown:
        print(f"no such linter: {' '.join(sorted(unknown))}; there are {' '.join(name for name, _ in known)}")
        return 2
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return results.conclude("lint", pool.map(lambda one: run(*one), [
            (name, command) for name, command in known if command and (not chosen or name in chosen)]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
