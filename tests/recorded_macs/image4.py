"""An Image4 file as kmutil stores it in Preboot (§3.1, darwin §4): payload, its digest in the manifest, the manifest's hash.

The names and tags are general Image4 knowledge. guess: what else a real manifest holds. It must not touch the disk.
"""

import hashlib

INTEGER, OCTETS, TEXT, SEQUENCE, SET, CONTEXT_0 = b"\x02", b"\x04", b"\x16", b"\x30", b"\x31", b"\xa0"
FORMS = ("plain", "padded", "compressed", "other")


def der(tag, *parts):
    """One DER element."""
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return tag + bytes([size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return tag + bytes([0x80 | len(length)]) + length + body


def _private(name):
    """The tag of a property: class private, constructed, the four letters as a number in groups of seven bits."""
    number, groups = int.from_bytes(name.encode(), "big"), []
    while number:
        groups.append(number & 0x7F)
        number >>= 7
    return bytes([0xFF, *[one | 0x80 for one in groups[:0:-1]], groups[0]])


def _property(name, value):
    return der(_private(name), der(SEQUENCE, der(TEXT, name.encode()), value))


def _payload(kind, data, form):
    """IM4P. A compressed one tells how long the object was; what it says of itself is the kernel's banner."""
    at = data.find(b"Darwin Kernel Version ")
    title = data[at:data.index(b"\0", at)] if at >= 0 else b""
    stored = {"plain": data, "padded": data + bytes(4), "other": data[:-1] + bytes([data[-1] ^ 1]),
              "compressed": b"bvx2" + hashlib.sha384(data).digest() + b"bvx$"}[form]
    more = [der(SEQUENCE, der(INTEGER, b"\x01"), der(INTEGER, len(data).to_bytes(5, "big")))] if form == "compressed" else []
    return der(SEQUENCE, der(TEXT, b"IM4P"), der(TEXT, kind.encode()), der(TEXT, title), der(OCTETS, stored), *more)


def _manifest(kind, payload, nonce):
    """IM4M with the payload's digest; `nonce` makes every one another."""
    mine = der(SET, _property("BNCH", der(OCTETS, hashlib.sha384(nonce.encode()).digest())))
    digest = der(SET, _property("DGST", der(OCTETS, hashlib.sha384(payload).digest())))
    body = der(SET, _property("MANB", der(SET, _property("MANP", mine), _property(kind, digest))))
    return der(SEQUENCE, der(TEXT, b"IM4M"), der(INTEGER, b"\0"), body, der(OCTETS, bytes(96)), der(SEQUENCE))


def wrap(data, nonce, form="plain", kind="fuos"):
    """The file's bytes, and coih: SHA-384 of the manifest inside."""
    payload = _payload(kind, data, form)
    manifest = _manifest(kind, payload, nonce)
    whole = der(SEQUENCE, der(TEXT, b"IMG4"), payload, der(CONTEXT_0, manifest))
    return whole, hashlib.sha384(manifest).hexdigest().upper()
