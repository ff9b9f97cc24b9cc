"""The SIP word that csrutil's parts make up (§2.3, bits of csr.h; facts 2026-11 D.1; darwin §10). It prints nothing."""

OFF = 0x7F
INTERNAL = 0x10
# Bit 12, from macOS 15 on: "research guests allowed" is no field of its own (darwin §10).
GUESTS = 0x1000
PARTS = {"kext": 1, "fs": 2, "debug": 4, "dtrace": 0x20, "nvram": 0x40, "basesystem": 0x100}
# What a part opens beside its own bits: CTRR for debug and dtrace, the boot-args filter for nvram (§2.2).
OPENS_SIP2, OPENS_SIP3 = {"debug", "dtrace"}, {"nvram"}
TASK_AND_DEBUGGER = 4 | 8


def word(parts, debug=PARTS["debug"]):
    """The word with these parts open; `debug` is what that part opens, which is not known (4, or 4|8)."""
    return sum(debug if name == "debug" else PARTS[name] for name in set(parts))


def fields(parts, debug=PARTS["debug"]):
    """The policy's fields after `csrutil enable --without` these parts: the whole word is written each time."""
    return {"sip0": word(parts, debug) or None, "sip2": bool(OPENS_SIP2 & set(parts)),
            "sip3": bool(OPENS_SIP3 & set(parts))}


def fields_with(parts):
    """After `csrutil disable --with` these parts (macOS 12). guess: all of the usual word but what those parts have."""
    closed = word(parts, TASK_AND_DEBUGGER)
    return {"sip0": OFF & ~closed, "sip2": bool(OPENS_SIP2 - set(parts)), "sip3": bool(OPENS_SIP3 - set(parts))}


def kept_guests(before, after, keeps):
    """`after`, with bit 12 as it was before where this csrutil leaves it alone: both are played."""
    if keeps and (before or 0) & GUESTS:
        return (after or 0) | GUESTS
    return after
