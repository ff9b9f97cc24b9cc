"""The scripts inside the program are those of the tree, all of them, and nothing else."""

import os
import subprocess
from pathlib import Path

import pytest

from support import inside

DKJSON = Path(os.environ.get("DKJSON", "/usr/share/lua/5.4/dkjson.lua"))
MODULES = sorted(str(path) for path in Path("stdlib").rglob("*.lua"))


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


@pytest.fixture(scope="module", name="bare")
def _bare(tmp_path_factory):
    """A folder with the library as it is inside."""
    folder = tmp_path_factory.mktemp("bare")
    for name in MODULES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(inside.text(name, Path()))
    return folder


def compiled(name, folder):
    """The byte code, with the numbers of the lines and the names of the variables."""
    return subprocess.run(["luac5.4", "-o", "/dev/stdout", name], cwd=folder, check=True, capture_output=True).stdout


def test_what_is_left_out_means_nothing(bare):
    """Comments and indentation: the same code is on the same line."""
    assert [name for name in MODULES if compiled(name, bare) != compiled(name, ".")] == []


def test_a_string_of_several_lines_is_left_as_it_is(tmp_path):
    """Also where it looks like a comment; after its end lines are bare again."""
    source = tmp_path / "text.lua"
    source.write_text("local a = [==[\n  -- kept ]]\n  ]==]\n  -- gone\n  local b = [[c]] -- gone\n  return a, ' -- kept'\n", "utf-8")
    left = subprocess.run(["awk", "-f", "runner/build/bare.awk", source], check=True, capture_output=True).stdout
    assert left.decode() == "local a = [==[\n  -- kept ]]\n  ]==]\n\nlocal b = [[c]]\nreturn a, ' -- kept'\n"
