"""What several test files say of a Mac: has it been raised, is it as before, what was asked of the tools."""

import os
import pathlib
import re

from support.patience import wait_for

GUID = "40A0DDD2-77F8-4392-B4A3-1E7304206516"
WORDS = "kcsuffix=development hypervisor=0x1 hv_apple_isa_vm_quota=0xFF"
# C0 but newline and tab, C1, and the bidirectional controls; and a volume's name with some of them.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
HOSTILE = "e\x1b]0;f\x07\u202eg\x9bh"
# Written by version 1.0.0's `apply` on the recorded M2 Pro with macOS 14.
OLDER_JOURNAL = pathlib.Path(__file__).parent / "older" / "1.0.0.journal"
FLAGS = ("mode", "coih", "sip0", "sip1", "sip2", "sip3", "smb2", "smb3", "smb4")


def flags(mac, index=0):
    """The policy without what changes at every write (§10: equal mode, flags and coih mean the same)."""
    policy = mac.policy(index)
    return {name: policy[name] for name in FLAGS}


FULL = {"mode": "full", "coih": None, "sip0": None, "sip1": False, "sip2": False, "sip3": False, "smb2": False,
        "smb3": False, "smb4": False}


def policy_is_raised(mac):
    """Permissive, SIP off, filter open, a custom kernel whose stored object holds our collection's bytes."""
    policy = mac.policy()
    if (policy["mode"], policy["sip0"], policy["sip3"]) != ("permissive", 0x7F, True) or not policy["coih"]:
        return False
    places = [*mac.root.glob(f"Volumes/Preboot/*/boot/*/**/kernelcache.custom.{policy['coih']}"),
              *mac.root.glob(f"System/Volumes/Preboot/*/boot/*/**/kernelcache.custom.{policy['coih']}")]
    return any(mac.collection_path().read_bytes() in one.read_bytes() for one in places)


def has_words(mac, words=WORDS):
    """Are our words among the stored boot-args?"""
    return set(words.split()) <= set((mac.boot_args() or "").split())


def said(seen):
    """Everything that was said, on one line."""
    return " ".join(seen.text.split())


def written(folder, text, name="plan of mine.lua"):
    """A plan file, with blanks in its name; its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def records(mac):
    """Every journal, byte for byte."""
    return {one.name: one.read_bytes() for one in sorted(mac.journal().iterdir()) if one.is_file()}


def tool_waits(mac):
    """Wait until a tool with the fault `wait` stands still."""
    wait_for(lambda: mac.records("waiting"))


def tool_hangs(mac):
    """Wait until a tool with a fault that hangs does so."""
    wait_for(lambda: mac.records("hanging"))


def act_kinds(mac):
    """The acts in short: `csrutil disable`, `bputil -a`, `kmutil configure-boot`, `nvram =`, `nvram -s`."""
    return [_short(argv) for argv in mac.acts()]


def _short(argv):
    if argv[0] == "nvram":
        return "nvram -s" if argv[1:] == ["-s"] else "nvram ="
    if argv[0] == "bputil":
        flag = next(word for word in argv[1:] if word.startswith("-") and word not in ("-v", "--vuid"))
        long_names = {"--disable-boot-args-restriction": "-a", "--full-security": "-f", "--reduced-security": "-g",
                      "--permissive-security": "-n"}
        return "bputil " + long_names.get(flag, flag)
    return " ".join(argv[:2])


def without_syncs(kinds):
    """nvram -s changes nothing by itself."""
    return [one for one in kinds if one != "nvram -s"]


def everywhere(mac, text):
    """Files below the Mac's folder that hold the text: the tools' own state and the test's record of typing aside."""
    own = {mac.root / "recorded-mac.json", mac.folder / "typed.jsonl"}
    found = []
    for folder, _, names in os.walk(mac.folder):
        for name in names:
            path = mac.folder / folder / name
            if path not in own and not path.is_symlink() and path.is_file() and text.encode() in path.read_bytes():
                found.append(path)
    return found
