"""The scripts inside the program are those of the tree, all of them, and nothing else."""

import os
import zlib
from pathlib import Path

# First bytes of what `gzip -9n` writes: no name, no time, most compression, Unix.
MEMBER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03"
DKJSON = Path(os.environ.get("DKJSON", "/usr/share/lua/5.4/dkjson.lua"))


def unpacked(data):
    """Yields every gzip member in data, unpacked (zlib checks each one's CRC)."""
    at = data.find(MEMBER)
    while at >= 0:
        stream = zlib.decompressobj(wbits=31)
        text = stream.decompress(data[at:])
        assert stream.eof
        yield text
        at = data.find(MEMBER, len(data) - len(stream.unused_data))


def tree():
    """The files that belong into the program: every plan, every library module, dkjson."""
    return [*Path("scripts").rglob("*.lua"), *Path("stdlib").rglob("*.lua"), DKJSON]


def test_embedded_sources_are_those_of_the_tree(macho):
    inside = sorted(unpacked(bytes(macho.get_section("__TEXT", "__const").content)))
    assert inside == sorted(path.read_bytes() for path in tree())


def test_every_name_is_inside(image):
    names = [str(path) for path in tree() if path != DKJSON]
    assert not [name for name in names if name.encode() + b"\0" not in image]
