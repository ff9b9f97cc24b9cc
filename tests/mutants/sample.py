#!/usr/bin/env python3
"""Breaks the Lua core by chance, one small mutant at a time, and says how many of them the unit tests notice.

Usage: sample.py [--count N] [--seed N] [--all] [PATH...]   PATH: a module or room below stdlib/; --all tries every mutant of it.
It must not touch the tree: a mutant is one module in a folder of its own that Lua looks into first.
"""

import argparse
import concurrent.futures
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import lua_mutants  # noqa: E402
from support import patience, results  # noqa: E402

STDLIB, SPECS = Path("stdlib"), Path("tests/unit/lua")
CORE = ["engine", "plan", "mac", "kernel", "preflight", "run", "screen/outcome.lua", "tool"]
GOAL, FLOOR = 97, 90  # per cent: what is wanted, and what cannot be chance
LUA, BUSTED, COMPILER = "build/tests/lua", "/usr/bin/busted", "luac5.4"
# Seconds: of the processor, which no room's specs come near to; and in all, for who waits for ever. On a busy machine a mutant that
# nobody notices must not end there and count as noticed.
LOOPS, HANGS = 30, 1200


def modules(paths):
    """The modules that are meant."""
    for path in paths or CORE:
        place = Path(path) if Path(path).exists() else STDLIB / path
        yield from sorted(place.rglob("*.lua")) if place.is_dir() else [place]


def specs(module):
    """The spec of the module itself first, then its room's, then the engine's."""
    room = SPECS / module.parent.relative_to(STDLIB)
    own = room / f"{module.stem}_spec.lua"
    rest = [*sorted(room.glob("*_spec.lua")), *sorted((SPECS / "engine").glob("*_spec.lua"))]
    return list(dict.fromkeys([*([own] if own.exists() else []), *rest]))


def bytecode(source):
    """What a module compiles to, without its lines; None if it does not compile."""
    with tempfile.NamedTemporaryFile(suffix=".out") as out:
        done = subprocess.run([COMPILER, "-s", "-o", out.name, "-"], input=source.encode(), stderr=subprocess.DEVNULL, check=False)
        return Path(out.name).read_bytes() if done.returncode == 0 else None


def judge(module, source):
    """Runs the specs with this source in the module's place. Returns True if they pass."""
    with tempfile.TemporaryDirectory(prefix="vmq-mutant") as folder:
        place = Path(folder) / module.relative_to(STDLIB)
        place.parent.mkdir(parents=True)
        place.write_text(source, "utf-8")
        command = [LUA, BUSTED, f"--lpath={folder}/?.lua", "--output=TAP", "--no-keep-going", *map(str, specs(module))]
        try:
            done = subprocess.run(["sh", "-c", f'ulimit -t {LOOPS}; exec "$@"', "sh", *command], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=patience.seconds(HANGS), check=False)
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0


def one_of_each(chosen):
    """Of the modules that the same specs test, one."""
    return {frozenset(specs(module)): module for module in sorted(chosen)}.values()


def check_unchanged(module):
    """The specs pass with the module as it is, or nothing follows from their failing."""
    if not judge(module, module.read_text("utf-8")):
        raise SystemExit(f"{module}: its specs fail unchanged, or there are none")


def candidates(paths):
    """Every (module, mutant)."""
    return [(module, mutant) for module in modules(paths) for mutant in lua_mutants.mutants(module.read_text("utf-8"))]


def apply(module, mutant):
    """The module's source with the mutant in it, or None if that changes nothing or is no Lua."""
    source = module.read_text("utf-8")
    broken = source[:mutant.start] + mutant.new + source[mutant.end:]
    code = bytecode(broken)
    return None if code is None or code == bytecode(source) else broken


def try_mutant(pair):
    """Returns None if the mutant is noticed, "void" if it is none, else what survived."""
    module, mutant = pair
    broken = apply(module, mutant)
    if broken is None:
        return "void"
    if not judge(module, broken):
        return None
    line = module.read_text("utf-8").splitlines()[mutant.line - 1].strip()
    return f"{module}:{mutant.line}: {mutant.what}: {line[:110]}"


def tell(outcomes):
    """Shows the survivors as they come. Yields what counts."""
    for wrong in outcomes:
        if wrong == "void":
            continue
        if wrong:
            print(f"survived: {wrong}", flush=True)
        yield wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=int(time.time()) % 1000000)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("paths", nargs="*")
    options = parser.parse_args()
    chosen = candidates(options.paths)
    total = len(chosen)
    random.Random(options.seed).shuffle(chosen)
    chosen = chosen if options.all else chosen[:options.count]
    print(f"seed {options.seed}: {len(chosen)} of {total} mutants", flush=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(check_unchanged, one_of_each({module for module, _ in chosen})))
        tried = list(tell(pool.map(try_mutant, chosen)))
    rate = 100 * tried.count(None) / max(1, len(tried))
    told = f"{rate:.1f} % of {len(tried)} mutants noticed (goal {GOAL} %: {'met' if rate >= GOAL else 'missed'}), seed {options.seed}"
    print(told, flush=True)
    return results.conclude("random_mutants", [("the unit tests notice random mutants", None if rate >= FLOOR else told)])


if __name__ == "__main__":
    sys.exit(main())
