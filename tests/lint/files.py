"""The project's source files by language, found by suffix or first line. `files.py c` prints those in C.

It must not look into build/, nor into recorded samples, which are other programs' output.
"""

import sys
from pathlib import Path

ROOTS = ["runner", "stdlib", "scripts", "tests", ".ci"]
SKIPPED = {"samples", "corpus", "__pycache__"}
SUFFIXES = {".c": "c", ".h": "c", ".lua": "lua", ".py": "python", ".sh": "shell"}
INTERPRETERS = {"python3": "python", "sh": "shell", "bash": "shell"}


def language(path):
    """Returns "c", "lua", "python", "shell" or None."""
    if path.suffix:
        return SUFFIXES.get(path.suffix)
    with path.open("rb") as file:
        words = file.readline(200).decode("ascii", "replace").split()
    if not words or not words[0].startswith("#!"):
        return None
    return INTERPRETERS.get(words[-1].rsplit("/", 1)[-1])


def sources(wanted, roots=ROOTS):
    """Returns the sorted paths of all files in the wanted language."""
    paths = (path for root in roots for path in sorted(Path(root).rglob("*")))
    return [
        path
        for path in paths
        if path.is_file() and not SKIPPED & set(path.parts) and language(path) == wanted
    ]


if __name__ == "__main__":
    print("\n".join(map(str, sources(sys.argv[1]))))
