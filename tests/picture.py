#!/usr/bin/env python3
"""Draws the screen that `apply` shows before it asks, from a real rehearsal, as an SVG for the README.

usage: picture.py PROGRAM FILE   writes FILE
It must not draw anything by hand: what is on the picture was on a terminal.
"""

import io
import pathlib
import re
import sys

import pexpect
import pyte
import rich.text
from rich.console import CONSOLE_SVG_FORMAT, Console

SIZE = (80, 24)
ENVIRONMENT = {"TERM": "screen", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}
# The picture fetches nothing: whoever looks at it has a font of even width.
FORMAT = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)


def screen(program):
    """What stands on a terminal of 80 columns and 24 rows when the rehearsed apply asks for the volume's name."""
    terminal = pyte.Screen(*SIZE)
    child = pexpect.spawn(str(program), ["rehearse", "apply", "--color", "never"], env=ENVIRONMENT, dimensions=SIZE[::-1],
                          encoding="utf-8", timeout=60)
    child.expect("volume's name> $")
    pyte.Stream(terminal).feed(child.before + child.after)
    child.sendline("n")
    child.expect(pexpect.EOF)
    child.close()
    lines = [line.rstrip() for line in terminal.display]
    # A screen scrolls: what the rehearsal says of itself is not part of apply's.
    first = next(number for number, line in enumerate(lines) if line.startswith("Target:"))
    return lines[first:]


def picture(lines):
    """The lines as SVG."""
    console = Console(record=True, width=SIZE[0], file=io.StringIO(), force_terminal=True, color_system=None)
    for line in lines:
        # Blanks at the start are a piece of their own, which becomes a place: some viewers would leave them out.
        bare = line.lstrip()
        console.print(rich.text.Text.assemble((line[: len(line) - len(bare)], "bold"), bare), no_wrap=True, crop=False)
    return console.export_svg(title="vmq-recovery apply", unique_id="screen", code_format=FORMAT)


if __name__ == "__main__":
    pathlib.Path(sys.argv[2]).write_text(picture(screen(pathlib.Path(sys.argv[1]).resolve())), encoding="utf-8")
