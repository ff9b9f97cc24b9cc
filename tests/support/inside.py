"""What of this tree is inside the program, and how."""

import re

# In these rooms a line of comment is empty inside (Makefile, BARE).
BARE = ("cli", "command", "engine", "preflight", "run", "screen", "sim")


def text(name, tree):
    """The bytes of tree/name as they are in the program."""
    data = (tree / name).read_bytes()
    return re.sub(rb"(?m)^ *--.*$", b"", data) if name.startswith(tuple(f"stdlib/{room}/" for room in BARE)) else data
