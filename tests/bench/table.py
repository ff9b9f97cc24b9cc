"""Prints measurements as one table, in Markdown: what, how much, and how much that is of what one would use instead.

The same lines go into a file, for publish.py.

It must not round anything that is computed with.
"""

import datetime
import os
import platform
import re
from pathlib import Path


FILE = Path("build/bench.md")


def tell(text):
    print(text, flush=True)
    with FILE.open("a") as file:
        file.write(text + "\n")


def amount(value, unit):
    """Returns a number with its unit in three figures; unit is "s", "B" or "×"."""
    scales = {"s": ((1, "s"), (1e-3, "ms"), (1e-6, "µs")), "B": ((1 << 20, "MiB"), (1 << 10, "KiB"), (1, "B"))}
    for size, name in scales.get(unit, ()):
        if value >= size:
            return f"{value / size:.3g} {name}"
    return f"{value:.3g} {unit}"


def processor():
    """Returns the processor's name as the kernel gives it."""
    found = re.search(r"^model name\s*:\s*(.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def head(parts):
    """Says on what machine and when, and of which parts if not of all; then the table's first lines."""
    FILE.unlink(missing_ok=True)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    tell(f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} × `{processor()}`, "
          f"{amount(memory / 1024, 'B').replace('MiB', 'GiB')}, Linux {platform.release().partition('-')[0]}, "
          f"load {os.getloadavg()[0]:.1f} at the start{', only ' * bool(parts)}{', '.join(parts)}\n")
    tell("| what | measured | against |\n| --- | ---: | --- |")


def line(what, measured="", against=""):
    tell("| " + " | ".join(cell.replace("|", "\\|") for cell in (what, measured, against)) + " |")


def title(words):
    line(f"**{words}**")


def row(name, value, unit="s", against=""):
    line(name, amount(value, unit), against)


def goal(name, value, limit, unit):
    """One line with a goal that is met when the value is no greater."""
    row(name, value, unit, f"goal ≤ {amount(limit, unit)}: {'met' if value <= limit else '**missed**'}")


def compare(ours, others, unit="s"):
    """Our value, then each of the others with our ratio to it."""
    (name, value), = ours.items()
    row(name, value, unit)
    for other, theirs in others.items():
        row(f"instead: {other}", theirs, unit, f"we take {value / theirs:.2f} ×")
