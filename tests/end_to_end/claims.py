"""What the tests of the claims share: the mark of an outcome that is not yet right, texts, records. It runs nothing."""

import json

import pytest

PARTIAL = {"mode": "permissive", "sip0": 0x46, "sip2": True, "sip3": True}
SEAL_OFF = {"mode": "permissive", "sip0": 0x7F, "sip1": True, "sip2": True, "sip3": True}
AS_BEFORE = "as it was before"


def wrong(why):
    """The mark of an outcome that is not yet right: whoever mends it takes it away, for then it is a failure."""
    return pytest.mark.xfail(strict=True, reason="claims " + why)


def crc32c(data):
    """The checksum of a journal's record."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def changed_record(line, **fields):
    """A journal's line with other fields and the right checksum."""
    number, _, _, text = line.rstrip(b"\n").split(b" ", 3)
    body = json.dumps({**json.loads(text), **fields}, separators=(",", ":")).encode()
    return b"%s %d %08x %s\n" % (number, len(body), crc32c(body), body)
