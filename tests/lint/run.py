#!/usr/bin/env python3
"""Runs every linter over the tree; each one is a check that passes or fails.

It must not hold rules of its own (those are in style.py and in the dot files). The compiler
flags come from the Makefile through the variable CFLAGS.
"""

import os
import shlex
import subprocess
import sys

from files import sources

FLAGS = shlex.split(os.environ.get("CFLAGS", ""))
STRICTER = ["-Werror", "-fsyntax-only", "-Wformat=2", "-Wmissing-prototypes", "-Wstrict-prototypes",
            "-Wpointer-arith", "-Wcast-qual", "-Wundef", "-Wwrite-strings"]
RUFF = "build/venv/bin/ruff"


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
        ("clang-tidy", ["clang-tidy", "--quiet", *c, "--", *FLAGS] if c else None),
        ("cppcheck", ["cppcheck", "--quiet", "--error-exitcode=1", "--std=c11", "--inline-suppr",
                      "--enable=warning,performance,portability", "--suppress=missingIncludeSystem",
                      # taken for uninitialised: results filled by the function called
                      "--suppress=ctuuninitvar",
                      "-D__GNUC__", "-DLLONG_MAX=9223372036854775807LL", *defines(), *c] if c else None),
        ("luacheck", ["luacheck", "--quiet", *lua] if lua else None),
        ("shellcheck", ["shellcheck", *shell] if shell else None),
        ("ruff", [RUFF, "check", *python] if python else None),
        ("layers", [sys.executable, "tests/lint/layers.py"]),
        ("style", [sys.executable, "tests/lint/style.py"]),
    ]


def run(name, command):
    """Runs one linter; prints its output; returns whether it passed."""
    result = subprocess.run(
        [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        check=False,
    )
    print(f"{name}: {'ok' if result.returncode == 0 else 'FAILED'}")
    if result.returncode or name in ("style", "layers"):
        print(result.stdout, end="", flush=True)
    return result.returncode == 0


def main(chosen):
    outcomes = [run(name, command) for name, command in linters()
                if command and (not chosen or name in chosen)]
    print(f"{sum(outcomes)} passed, {len(outcomes) - sum(outcomes)} failed")
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
