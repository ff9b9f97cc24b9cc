"""The scripts inside the program are those of the tree, all of them, and nothing else."""

import os
from pathlib import Path

from support import inside

DKJSON = Path(os.environ.get("DKJSON", "/usr/share/lua/5.4/dkjson.lua"))



def tree():
    """What belongs into the program: every plan, every library module, dkjson. Name inside: bytes."""
    own = {str(path): inside.text(str(path), Path()) for path in [*Path("scripts").rglob("*.lua"), *Path("stdlib").rglob("*.lua")]}
    return own | {"stdlib/dkjson.lua": DKJSON.read_bytes()}


def test_every_source_is_inside_behind_its_name(macho):
    data = bytes(macho.get_section("__TEXT", "__const").content)
    missing = [name for name, text in tree().items() if name.encode() + b"\0" + text not in data]
    assert missing == []


def test_nothing_else_is_inside(macho):
    data = bytes(macho.get_section("__TEXT", "__const").content)
    sources = tree()
    names = sorted(name.encode() for name in sources)
    start = min(data.index(name + b"\0") for name in names)
    rest = data[start:]
    for name in names:
        text = name + b"\0" + sources[name.decode()]
        at = rest.index(text)
        rest = rest[:at] + rest[at + len(text):]
    assert b".lua\0" not in rest
