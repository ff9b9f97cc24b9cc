#!/usr/bin/env python3
"""Starts the real program with nobody to confirm: the end of input, and anything but the volume's name, changes nothing.

It must not give --yes to a run that is judged.
"""

import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.dont_write_bytecode = True

from crash.support import simulated  # noqa: E402
from support import processes, results  # noqa: E402

DECLINED = 4
INPUTS = {"the end of input": "", "an empty line": "\n", "y": "y\n", "part of the name": "Macintosh\n", "no newline": "yes"}


def judge(stage, command, text, folder):
    """Returns None or what is wrong."""
    mac = simulated.copy(stage, folder)
    before = mac.state()
    result = mac.run(command, typed=text)
    if result.returncode != DECLINED:
        return f"exit {result.returncode}, not {DECLINED}:\n{result.stdout[-600:]}"
    after = mac.state()
    same = all(before[name] == after[name] for name in ("groups", "nvram", "nvram_saved"))
    return None if same else "something was changed"


def answers(folder):
    """Yields (name, None or what is wrong) of each command with each answer."""
    simulated.keep_program(folder / "program")
    stages = simulated.stages(folder / "stages")
    for stage, command in (("fresh", "apply"), ("applied", "revert"), ("applied", "rollback")):
        for what, text in INPUTS.items():
            yield f"{command}, {what}", judge(stages[stage], command, text, folder / f"{command} {what}")
    yield from simulated.nothing_is_left(folder)


def main():
    processes.give_children_usual_signals()
    with tempfile.TemporaryDirectory(prefix="vmq-answer") as name:
        return results.conclude("answer", answers(pathlib.Path(name)))


if __name__ == "__main__":
    sys.exit(main())
