"""The scripts inside the program are those of the tree, all of them, and nothing else."""

import os
import zlib
from pathlib import Path

# Packed without the dictionary, and what that is made of: as the Makefile names them.
AT_START = ("stdlib/cli.lua", "stdlib/exit_code.lua")
SHARED = ("stdlib/sim/kmutil.lua", "stdlib/work.lua", "stdlib/preflight.lua")
DKJSON = Path(os.environ.get("DKJSON", "/usr/share/lua/5.4/dkjson.lua"))


def unpacked(data):
    """Yields every stream in data that was packed with the dictionary (zlib checks each one's sum)."""
    dictionary = b"".join(Path(name).read_bytes() for name in SHARED)[-32768:]
    # Most compression, a dictionary, and which (RFC 1950).
    head = b"\x78\xf9" + zlib.adler32(dictionary).to_bytes(4, "big")
    at = data.find(head)
    while at >= 0:
        stream = zlib.decompressobj(zdict=dictionary)
        text = stream.decompress(data[at:])
        assert stream.eof
        yield text
        at = data.find(head, len(data) - len(stream.unused_data))


def plain(data):
    """Yields those that were packed without it: their length in four bytes, then most compression (RFC 1950)."""
    for name in AT_START:
        at = data.find(len(Path(name).read_bytes()).to_bytes(4, "little") + b"\x78\xda")
        assert at >= 0, name
        yield zlib.decompressobj().decompress(data[at + 4:])


def tree():
    """The files that belong into the program: every plan, every library module, dkjson."""
    return [*Path("scripts").rglob("*.lua"), *Path("stdlib").rglob("*.lua"), DKJSON]


def test_embedded_sources_are_those_of_the_tree(macho):
    data = bytes(macho.get_section("__TEXT", "__const").content)
    inside = sorted([*unpacked(data), *plain(data)])
    assert inside == sorted(path.read_bytes() for path in tree())


def test_every_name_is_inside(image):
    names = [str(path) for path in tree() if path != DKJSON]
    assert not [name for name in names if name.encode() + b"\0" not in image]
