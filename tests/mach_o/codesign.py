"""Reads the code signature of a Mach-O, which lief only locates, and recomputes its hashes.

Layout: XNU osfmk/kern/cs_blobs.h. All numbers are big-endian. It must not trust a length.
"""

import hashlib
import struct

SUPERBLOB, DIRECTORY = 0xFADE0CC0, 0xFADE0C02
DIRECTORY_SLOT = 0
ADHOC, LINKER_SIGNED = 0x2, 0x20000
SHA256 = 2
FIELDS = ("magic", "length", "version", "flags", "hash_offset", "identifier_offset", "special_slots",
          "code_slots", "code_limit", "hash_size", "hash_type", "platform", "page_shift", "spare2",
          "scatter", "team", "spare3", "code_limit64", "segment_base", "segment_limit", "segment_flags")
LAYOUT = struct.Struct(">9I4B4I4Q")


def blobs(signature):
    """Returns {slot: bytes} of the super blob."""
    magic, _, count = struct.unpack_from(">3I", signature)
    assert magic == SUPERBLOB, hex(magic)
    found = {}
    for index in range(count):
        slot, offset = struct.unpack_from(">2I", signature, 12 + 8 * index)
        (length,) = struct.unpack_from(">I", signature, offset + 4)
        found[slot] = signature[offset : offset + length]
    return found


def directory(signature):
    """Returns the code directory's fields, with "identifier" and "hashes" (one for each page)."""
    blob = blobs(signature)[DIRECTORY_SLOT]
    fields = dict(zip(FIELDS, LAYOUT.unpack_from(blob), strict=True))
    assert fields["magic"] == DIRECTORY and fields["length"] == len(blob)
    start = fields["identifier_offset"]
    fields["identifier"] = blob[start : blob.index(b"\0", start)].decode()
    size, first = fields["hash_size"], fields["hash_offset"]
    fields["hashes"] = [blob[first + size * n : first + size * (n + 1)] for n in range(fields["code_slots"])]
    return fields


def wrong_pages(image, fields):
    """Returns the numbers of the pages of image whose hash is not the recorded one."""
    size, limit = 1 << fields["page_shift"], fields["code_limit"]
    pages = [image[at : min(at + size, limit)] for at in range(0, limit, size)]
    assert len(pages) == fields["code_slots"], "a hash for each page, no more"
    return [number for number, page in enumerate(pages)
            if hashlib.sha256(page).digest() != fields["hashes"][number]]
