"""The scripts inside the program are those of the tree, all of them, and nothing else."""

import os
from pathlib import Path

DKJSON = Path(os.environ.get("DKJSON", "/usr/share/lua/5.4/dkjson.lua"))


def tree():
    """The files that belong into the program: every plan, every library module, dkjson. Name inside: path."""
    own = {str(path): path for path in [*Path("scripts").rglob("*.lua"), *Path("stdlib").rglob("*.lua")]}
    return own | {"stdlib/dkjson.lua": DKJSON}


def test_every_source_is_inside_behind_its_name(macho):
    data = bytes(macho.get_section("__TEXT", "__const").content)
    missing = [name for name, path in tree().items() if name.encode() + b"\0" + path.read_bytes() not in data]
    assert missing == []


def test_nothing_else_is_inside(macho):
    data = bytes(macho.get_section("__TEXT", "__const").content)
    names = sorted(name.encode() for name in tree())
    start = min(data.index(name + b"\0") for name in names)
    rest = data[start:]
    for name in names:
        text = name + b"\0" + tree()[name.decode()].read_bytes()
        at = rest.index(text)
        rest = rest[:at] + rest[at + len(text):]
    assert b".lua\0" not in rest
