"""Kernel collections, right and wrong, made byte by byte. It must not depend on any Mach-O library."""

import re
import struct
import uuid

MAGIC_64 = 0xFEEDFACF
ARM64, X86_64 = 0x0100000C, 0x01000007
ARM64E = 0xC0000002  # with the kernel pointer-authentication bits real collections carry
EXECUTE, KEXT_BUNDLE, FILESET = 0x2, 0xB, 0xC
LC_SEGMENT_64, LC_UUID, LC_SOURCE_VERSION, LC_FILESET_ENTRY = 0x19, 0x1B, 0x2A, 0x80000035
PAGE = 0x1000

KEXTS = ("com.apple.kernel", "com.apple.driver.AppleARMPlatform", "com.apple.filesystems.apfs",
         "com.apple.driver.AppleT6000CLPC", "com.apple.security.AppleImage4")


def _padded(data, size=8):
    return data + b"\0" * (-len(data) % size)


def _segment(name, offset, size):
    return struct.pack("<II16sQQQQiiII", LC_SEGMENT_64, 72, name.encode(), 0xFFFFFE0007004000 + offset, size,
                       offset, size, 5, 5, 0, 0)


def _uuid_command(seed):
    return struct.pack("<II", LC_UUID, 24) + uuid.uuid5(uuid.NAMESPACE_DNS, seed).bytes


def _fileset_entry(name, offset):
    text = _padded(name.encode() + b"\0")
    return struct.pack("<IIQQII", LC_FILESET_ENTRY, 32 + len(text), 0xFFFFFE0007004000 + offset, offset, 32, 0) + text


def _header(filetype, commands, cputype, subtype):
    body = b"".join(commands)
    return struct.pack("<IIIIIIII", MAGIC_64, cputype, subtype, filetype, len(commands), len(body), 0, 0) + body


# What a kernel that takes the quota holds (facts A.9, F.3); a stock one has no boot argument of that name.
QUOTA_WORDS = b"hv_apple_isa_vm_quota\0apple-isa-vm-quota\0hypervisor\0"


def _kernel(banner, offset, cputype, subtype, *, identity=None, filetype=EXECUTE, words=True):
    """The kernel inside: the banner twice, as in real ones (once behind its what-string marker)."""
    strings = b"@(#)VERSION: " + banner.encode() + b"\0" + banner.encode() + b"\0" if banner else b""
    strings += QUOTA_WORDS if banner and "/DEVELOPMENT_" in banner and words else b""
    named = struct.pack("<II", LC_UUID, 24) + identity if identity else _uuid_command(banner or "none")
    commands = [_segment("__TEXT", offset, 4 * PAGE), named, struct.pack("<IIQ", LC_SOURCE_VERSION, 16, 10002 << 40)]
    head = _header(filetype, commands, cputype, subtype)
    return (head + b"\0" * 512 + strings).ljust(4 * PAGE, b"\xC4")


def kernel(banner, *, identity=None, filetype=EXECUTE, cputype=ARM64, subtype=ARM64E):
    """A kernel as a file of its own, as kits bring it; `identity` is its LC_UUID's 16 bytes (else from the banner)."""
    return _kernel(banner, 0, cputype, subtype, identity=identity, filetype=filetype)


def kext(name):
    """A kext's program as a file of its own."""
    return _kext(name, 0, ARM64, ARM64E)


def identity_of(data):
    """(banner, LC_UUID's 16 bytes) of a kernel file; None for what it does not have or where it is no Mach-O."""
    if len(data) < 32 or struct.unpack_from("<I", data)[0] != MAGIC_64:
        return None, None
    at, found = 32, None
    for _ in range(struct.unpack_from("<I", data, 16)[0]):
        command, size = struct.unpack_from("<II", data, at)
        if command == LC_UUID:
            found = data[at + 8:at + 24]
        at += size
    start = data.find(b"Darwin Kernel Version ")
    return data[start:data.index(b"\0", start)].decode() if start >= 0 else None, found


def _kext(name, offset, cputype, subtype):
    head = _header(KEXT_BUNDLE, [_segment("__TEXT", offset, PAGE), _uuid_command(name)], cputype, subtype)
    return (head + name.encode()).ljust(PAGE, b"\x1F")


def collection(banner, *, entries=KEXTS, filetype=FILESET, cputype=ARM64, subtype=ARM64E, seed="vmq", identity=None,
               words=True):
    """Return the bytes of a kernel collection whose kernel says `banner` (None: says nothing).

    `identity` is the kernel's LC_UUID, 16 bytes; without it the one that `kernel(banner)` has.
    """
    room = 2 * PAGE + sum(48 + len(name) for name in entries) // (2 * PAGE) * 2 * PAGE
    offsets, at = {}, room
    for name in entries:
        offsets[name] = at
        at += 4 * PAGE if name == "com.apple.kernel" else PAGE
    commands = [_uuid_command(seed), _segment("__TEXT", 0, at)]
    commands += [_fileset_entry(name, offsets[name]) for name in entries]
    parts = [_header(filetype, commands, cputype, subtype).ljust(room, b"\0")]
    for name in entries:
        if name == "com.apple.kernel":
            parts.append(_kernel(banner, offsets[name], cputype, subtype, identity=identity, words=words))
        else:
            parts.append(_kext(name, offsets[name], cputype, subtype))
    return b"".join(parts)


def variants(os_told):
    """Every wrong collection a person could have copied there, by name; `os_told` is a machine's "os" part."""
    good = os_told["development"]
    soc = good.rsplit("_", 1)[1]
    other = "T8103" if soc != "T8103" else "T6000"
    whole = collection(good)
    return {
        "other-chip": collection(good.replace(soc, other)),
        "other-release": collection(f"Darwin Kernel Version 24.6.0: Mon Jul 14 11:28:30 PDT 2025; "
                                    f"root:xnu_development-11417.140.69~1/DEVELOPMENT_ARM64_{soc}"),
        "other-build": collection(re.sub(r"(\d+)~", lambda found: f"{int(found[1]) + 1}~", good)),
        "release-kernel": collection(good.replace("xnu_development-", "xnu-").replace("DEVELOPMENT_", "RELEASE_")),
        "kasan": collection(good.replace("xnu_development-", "xnu-").replace("xnu-", "xnu_kasan-").replace("DEVELOPMENT_", "KASAN_")),
        "no-banner": collection(None),
        "no-kernel": collection(good, entries=KEXTS[1:]),
        "not-a-file-set": collection(good, filetype=EXECUTE),
        "intel": collection(good, cputype=X86_64, subtype=3),
        "truncated-commands": whole[:200],
        "truncated-kernel": whole[:2 * PAGE + 100],
        "truncated-kext": whole[:-PAGE - 17],
        "empty": b"",
        "text": b"this is not a kernel collection\n" * 40,
        "img4": b"\x30\x83\x10\x00\x00\x16\x04IMG4\x30\x83\x0f\x00\x00\x16\x04IM4P\x16\x04krnl" + whole,
    }
