"""nvram as in reference §4: texts and exit codes of nvram.c, the two names of boot-args, who refuses a write."""


from .. import plain
from .. import state as store

SYSTEM = "40A0DDD2-77F8-4392-B4A3-1E7304206516"
COMMON = "7C436110-AB2A-4BBB-A880-FE41995C9F82"
# facts B.4: BOOT_LINE_LENGTH; the kernel refuses what is as long as this
LIMIT, LIMIT_BEFORE_14 = 1024, 608


def _plain(name):
    """§4.2: boot-args is one variable, whichever of the two regions it is asked in."""
    region, _, rest = name.partition(":")
    return rest if region.upper() in (SYSTEM, COMMON) and rest else name


def _shown(value):
    """facts B.3: a string that is no UTF-8 is read as MacRoman, so what is shown is not what is stored."""
    if not any("\ud800" <= c <= "\udfff" for c in value):
        return value
    return value.encode("utf-8", "surrogateescape").decode("mac_roman")


def _print(tool, name, value, as_plist):
    value = _shown(value)
    if as_plist:
        tool.out(plain.plist({name: value}))
        return
    tool.out(f"{name}\t{value}\n")  # boot-args is a string, and strings are printed as they are


def _get(tool, name, as_plist):
    state = tool.state()
    value = state["nvram"].get(_plain(name))
    if value is None:
        prefix = "nvram: " if state["knobs"]["nvram_missing_prefix"] else ""
        tool.fail(f"{prefix}Error getting variable - '{name}': (iokit/common) data was not found")
    _print(tool, name, value, as_plist)


def _refused(state, name):
    """§4.3: recovery refuses or loses by release; macOS refuses until SIP's NVRAM bit is off in force."""
    if _plain(name) != "boot-args":
        return "kept"
    if state["environment"] == "macos":
        bits = (state["in_force"] or {}).get("sip0") or 0
        return "kept" if bits & 0x40 else "denied"
    return state["knobs"]["nvram_guid" if ":" in name else "nvram_plain"]


def _broken(tool, state, name, value):
    """facts B.3: no string can be made of what is not UTF-8; the wording depends on whether the variable is there."""
    if not any("\ud800" <= c <= "\udfff" for c in value):
        return
    if _plain(name) in state["nvram"]:
        import os  # sends the bytes as they came
        tool.fail(b"nvram: Error creating CFTypeRef for value " + os.fsencode(value))
    tool.fail(f"Error setting variable - '{name}': (iokit/common) invalid argument.")


def _outcome(state, name, value):
    outcome = _refused(state, name)
    limit = LIMIT if store.release(state) >= (14,) else LIMIT_BEFORE_14
    if outcome == "kept" and _plain(name) == "boot-args" and len(value.encode()) >= limit:
        return "full"
    return outcome


def _set(tool, name, value):
    _broken(tool, tool.state(), name, value)
    with tool.changing() as state:
        outcome = _outcome(state, name, value)
        if tool.has_fault("lose-word"):  # somebody else's word goes while ours are written
            value = " ".join(word for word in value.split(" ") if word != tool.fault["text"])
        if outcome in ("kept", "lost"):
            state["nvram"][_plain(name)] = value
            state["lost"] = [one for one in state["lost"] if one != _plain(name)]
            if outcome == "lost":
                state["lost"].append(_plain(name))
    if outcome == "denied":
        tool.fail(f"Error setting variable - '{name}': (iokit/common) not permitted.")
    if outcome == "full":
        tool.fail(f"Error setting variable - '{name}': (iokit/common) no space for data.")


def _delete(tool, name, quietly):
    """-d never reports an error (§4.1); -r does."""
    with tool.changing() as state:
        missing = _plain(name) not in state["nvram"]
        denied = _refused(state, name) == "denied"
        if not denied and not missing:
            del state["nvram"][_plain(name)]
    if quietly or not (missing or denied):
        return
    text, code = ("not permitted", "e00002e2") if denied else ("data was not found", "e00002f0")
    tool.fail(f"Error deleting variable - '{name}': (iokit/common) {text} (0x{code})")


def _sync(tool):
    """-s: what is in memory reaches the flash (§4.1)."""
    with store.Changing(tool.root) as state:
        state["flash"] = {name: value for name, value in state["nvram"].items() if name not in state["lost"]}


def _print_all(tool, as_plist):
    told = tool.state()["nvram"]
    if as_plist:
        tool.out(plain.plist({name: _shown(value) for name, value in told.items()}))
        return
    for name in sorted(told):
        _print(tool, name, told[name], False)


def nvram(tool):
    """Play it; options are handled in the order they stand, as in nvram.c."""
    words, as_plist, did = list(tool.arguments), False, False
    while words:
        word = words.pop(0)
        if not word.startswith("-") or word == "-":
            name, equals, value = word.partition("=")
            did = True
            if equals:
                _set(tool, name, value)
            else:
                _get(tool, name, as_plist)
            continue
        for letter in word[1:]:
            if letter in "xX":
                as_plist = True
                continue
            did = True
            if letter == "p":
                _print_all(tool, as_plist)
            elif letter == "s":
                _sync(tool)
            elif letter in "dr" and words:
                _delete(tool, words.pop(0), letter == "d")
            else:
                tool.fail(f"nvram: (usage: nvram [-x] [-p] [-f filename] [-d name] [-c] name[=value] ...)\n{word}")
    if not did:
        tool.fail("nvram: (usage: no arguments)")
