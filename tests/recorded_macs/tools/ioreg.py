"""ioreg for the few properties of the device tree that tell machine, chip and booted system (reference §6.6)."""

import struct

from .. import plain
from .. import state as store


def _text(value):
    return value.encode() + b"\0"


def _chosen(state):
    booted = store.group(state, state["booted"])
    told = {
        "board-id": struct.pack("<I", state["chip"]["board_id"]),
        "chip-id": struct.pack("<I", state["chip"]["chip_id"]),
        "system-firmware-version": _text("iBoot-10151.1.1"), "boot-uuid": _text(booted["uuid"]),
        "boot-objects-path": _text(f"/{booted['uuid']}/boot/{booted['policy']['nsih']}"),
        "associated-volume-group": _text(booted["uuid"]),
    }
    if state["environment"] != "macos":
        told["osenvironment"] = _text("recoveryos")
    elif state["knobs"]["osenvironment_in_macos"]:
        told["osenvironment"] = _text(state["knobs"]["osenvironment_in_macos"])
    return told


def _tree(state):
    chip = state["chip"]
    # §8.1: only newer Macs have a quota there
    quota = {} if state["quota"] is None else {"apple-isa-vm-quota": struct.pack("<I", state["quota"])}
    expert = {
        "IOObjectClass": "IOPlatformExpertDevice", "IORegistryEntryName": "device-tree",
        "compatible": _text(chip["target"] + "AP") + _text(chip["model"]) + _text("AppleARM"),
        "model": _text(chip["model"]), "manufacturer": _text("Apple Inc."),
        "IORegistryEntryChildren": [
            {"IOObjectClass": "IOService", "IORegistryEntryName": "chosen", **_chosen(state)},
            {"IOObjectClass": "IOService", "IORegistryEntryName": "product",
             "product-name": _text(chip["product"]), "product-soc-name": _text(chip["name"]), **quota},
        ],
    }
    return {"IOObjectClass": "IORegistryEntry", "IORegistryEntryName": "Root", "IORegistryEntryChildren": [expert]}


def _value(value):
    if isinstance(value, bytes):
        text = value.rstrip(b"\0")
        return f'<"{text.decode()}">' if text and all(32 <= b < 127 for b in text) else f"<{value.hex()}>"
    return f'"{value}"'


def _print(tool, entry, depth=0):
    pad = "  " * depth
    name, kind = entry["IORegistryEntryName"], entry["IOObjectClass"]
    tool.out(f"{pad}+-o {name}  <class {kind}, registered, matched, active>\n")
    tool.out(pad + "    {\n")
    for key, value in entry.items():
        if not key.startswith("IO"):
            tool.out(f'{pad}      "{key}" = {_value(value)}\n')
    tool.out(pad + "    }\n")
    for child in entry.get("IORegistryEntryChildren", ()):
        _print(tool, child, depth + 1)


def _named(entry, word):
    if word in (entry["IORegistryEntryName"], entry["IOObjectClass"]):
        return entry
    for child in entry.get("IORegistryEntryChildren", ()):
        found = _named(child, word)
        if found:
            return found
    return None


def _cut(entry, depth):
    """The entry with no more than `depth` levels of it, itself counted."""
    told = {key: value for key, value in entry.items() if key != "IORegistryEntryChildren"}
    if depth > 1 and "IORegistryEntryChildren" in entry:
        told["IORegistryEntryChildren"] = [_cut(child, depth - 1) for child in entry["IORegistryEntryChildren"]]
    return told


def ioreg(tool):
    """Play it: -a prints a plist, -n and -c choose an entry, -d its levels, the rest only shapes the text."""
    words, as_plist, wanted, depth = list(tool.arguments), False, None, 99
    while words:
        word = words.pop(0)
        as_plist = as_plist or word.startswith("-") and "a" in word
        if word in ("-n", "-c") and words:
            wanted = words.pop(0)
        if word == "-d" and words:
            depth = int(words.pop(0))
    tree = _tree(tool.state())
    entry = _named(tree, wanted) if wanted else tree
    if entry is None:
        return
    entry = _cut(entry, depth)
    if as_plist:
        tool.out(plain.plist([entry] if wanted else entry))
    else:
        _print(tool, entry)
