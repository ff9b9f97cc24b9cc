#!/usr/bin/env python3
"""Puts the table of the last run of `make bench` into tests/README.md, and two lines of it into README.md.

It must not change a number.
"""

import re
import sys
import textwrap
from pathlib import Path

TABLE = Path("build/bench.md")
BEGIN, END = "<!-- bench: `make bench-publish` writes this -->", "<!-- bench ends -->"
CHOSEN = ("start-up, as a multiple of", "a 256 MiB collection, as a multiple of")


def put(path, text):
    """Replaces what stands between the marks."""
    page = path.read_text()
    if page.count(BEGIN) != 1 or page.count(END) != 1:
        sys.exit(f"{path} has no place for the table")
    path.write_text(re.sub(f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: f"{BEGIN}\n\n{text}\n\n{END}", page, flags=re.DOTALL))


def main():
    table = TABLE.read_text().strip()
    machine, *lines = table.splitlines()
    chosen = [line for words in CHOSEN for line in lines if line.startswith(f"| {words}")]
    if len(chosen) != len(CHOSEN):
        sys.exit(f"{TABLE} lacks what README.md shows: run all of `make bench`")
    put(Path("tests/README.md"), table)
    put(Path("README.md"), "\n".join(["| what | measured | against |", "| --- | ---: | --- |", *chosen, "",
                                        *textwrap.wrap(f"({machine})", 118)]))


if __name__ == "__main__":
    main()
