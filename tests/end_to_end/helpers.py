"""What several test files say of a Mac: has it been raised, is it as before, what was asked of the tools."""

from support.patience import wait_for

GUID = "40A0DDD2-77F8-4392-B4A3-1E7304206516"
WORDS = "kcsuffix=development hypervisor=0x1 hv_apple_isa_vm_quota=0xFF"
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
