"""kmutil as in reference §3: configure-boot with its dialogue on /dev/tty, inspect, and the way to create."""

import os
import time

from .. import mounts, policy, refusals
from .. import state as store

# §3.1; as photographed on 12 (facts A.3) with a free line and the answer behind the question
WARNING = {"two-lines": "By setting a custom boot object, you will be putting your system into\nPermissive Security.\n",
           "one-line": "By setting a custom boot object, you will be putting your system into Permissive Security.\n\n"}
QUESTION = {"two-lines": "Are you sure you want to do this? (enter y or n)",
            "one-line": "Are you sure you want to do this? (enter y or n) "}
OPTIONS = {"-c": "object", "--custom-boot-object": "object", "-v": "volume", "--volume": "volume",
           "--entry-point": "entry", "--lowest-virtual-address": "lowest", "-r": "raw", "--raw": "raw",
           "-C": "compress", "--compress": "compress"}


# facts A.3 for a Mach-O file, §3.1 for a raw object
DERIVING = {False: "found valid Mach-O binary, deriving Mach-O boot properties...\n",
            True: "found raw boot object, deriving Mach-O boot properties...\n"}


def _error(tool, text, before="Error: "):
    """§3.1: every failure is code 71, which is also the exit status."""
    tool.fail(f'{before}Error Domain=KMErrorDomain Code=71 "{text}" UserInfo={{NSLocalizedDescription={text}}}', 71)


def _options(tool, words):
    told, rest = {}, list(words)
    while rest:
        word = rest.pop(0)
        name, _, value = word.partition("=") if word.startswith("--") else (word, "", "")
        kind = OPTIONS.get(name)
        if kind in ("object", "volume", "entry", "lowest"):
            if not value and not rest:
                tool.fail(f"Error: Missing value for '{word}'", 64)
            told[kind] = value or rest.pop(0)
        elif kind:
            told[kind] = True
        else:
            tool.fail(f"Error: Unknown option '{word}'\nUsage: kmutil configure-boot ...", 64)
    return told


def _volume(tool, state, path):
    """-v takes the System volume's mount point (§3.1)."""
    for one in state["groups"]:
        if path.rstrip("/") == mounts.points(state)[one["system"]["device"]]:
            return one
    return _error(tool, f"Could not find a system volume at {path}")


def _authenticate(tool, state, group):
    knobs = state["knobs"]
    for turn in range(3 if knobs["wrong_password"] == "asks-again" else 1):
        name = tool.ask("Username: ")
        typed = tool.ask_hidden("Password: ", terminal_only=True)
        if name is None or typed is None:
            _error(tool, "Unable to set credentials, possibly wrong name or password")
        owner = next((one for one in group["owners"] if one["name"] == name), None)
        if not owner or group.get("stale_owners"):
            _error(tool, f"not a valid admin user for the volume at /Volumes/Preboot/{group['uuid']}/")
        if owner["password"] == typed:
            return
        refusals.count(tool)
        if turn < 2 and knobs["wrong_password"] == "asks-again":
            tool.out("Unable to set credentials, try again.\n")
    _error(tool, "Unable to set credentials, possibly wrong name or password")


def _install(tool, state, group, data):
    knobs = state["knobs"]
    preboot = mounts.points(state).get(mounts.container(state, group)["preboot"]["device"], "/Volumes/Preboot")
    folder = (f"{preboot}/{group['uuid']}/boot/{group['policy']['nsih']}"
              "/System/Library/Caches/com.apple.kernelcaches")
    if knobs["preboot_read_only"] or not os.path.isdir(tool.below(folder)):
        _error(tool, "Could not install boot object: Read-only file system")
    if knobs["preboot_full"]:
        _error(tool, "Could not install boot object: No space left on device")
    from .. import image4
    whole, coih = image4.wrap(data, str(state["writes"]), knobs["kmutil_stores"])
    with tool.changing() as now:
        if not (tool.fault and tool.fault["how"] == "lie"):
            with open(tool.below(f"{folder}/kernelcache.custom.{coih}"), "wb") as file:
                file.write(whole)
        told = store.group(now, group["uuid"])["policy"]
        told.update(mode="permissive", coih=coih)
        policy.written(now, told)


def _read(tool, path):
    try:
        with open(tool.below(path), "rb") as file:
            return file.read()
    except OSError as error:
        return _error(tool, f"Could not read boot object at {path}: {error.strerror}")


def _clear(tool, uuid):
    """No object: the stock kernel, the policy else as it was. One author's finding; another world refuses it."""
    with tool.changing() as now:
        told = store.group(now, uuid)["policy"]
        told["coih"] = None
        policy.written(now, told)
    tool.out("updating local machine policy...\n")


def _configure_boot(tool, state, words):
    options = _options(tool, words)
    knows = state["knobs"]["osinstall"] == "free" or tool.knows_recovery()  # darwin §3: not known, both are played
    if state["environment"] == "macos" or not knows:
        tool.fail("Error: " + state["knobs"]["kmutil_in_macos"])
    if "volume" not in options or not ("object" in options or state["knobs"]["kmutil_clears"]):
        tool.fail("Error: Missing expected argument '--custom-boot-object <custom-boot-object>'", 64)
    group = _volume(tool, state, options["volume"])
    given = "object" in options
    if given and group["policy"]["mode"] == "full" and state["knobs"]["kmutil_from_full"] == "refuses":
        # darwin §10. guess: what stands around the sentence
        _error(tool, "You must move to Reduced Security (using Startup Security Utility) before installing custom boot "
                     "objects.")
    form = state["knobs"]["kmutil_question"]
    tool.out(WARNING[form])
    if (tool.ask(QUESTION[form]) or "n").strip().lower() not in ("y", "yes"):
        tool.fail("Error: aborted")
    raw = "raw" in options
    if given and not raw and state["knobs"]["kmutil_unpaired"] == "properties" \
            and not policy.paired(state, group):
        # facts A.3: before any question for a name
        tool.out(DERIVING[raw])
        _error(tool, "Fileset Error: Invalid Mach-O boot properties", before="")
    _authenticate(tool, state, group)
    time.sleep(state["knobs"]["kmutil_seconds"])
    if not given:
        _clear(tool, group["uuid"])
        return
    data = _read(tool, options["object"])  # darwin §4: only now, minutes after it was named
    if not data.startswith(b"\xcf\xfa\xed\xfe") and not raw:
        _error(tool, "Could not parse boot object as Mach-O")
    tool.out(DERIVING[raw] + "wrapping boot object payload...\ngoing to change bootpolicy to permissive\n")
    if not policy.paired(state, group):
        _error(tool, "Boot policy error: Error updating custom os local policy: code pairing (17)")
    tool.out("updating local machine policy...\n")
    _install(tool, state, group, data)
    tool.out("installing boot object... done.\n")


def _inspect(tool, words):
    if "-V" in words or "--variant-suffix" in words:
        from .. import kexts
        if "--no-header" not in words:
            tool.out("Extension Information:\n")
        # real ones print tabs; the one transcript (§3.3) shows blanks
        between = "\t" if tool.state()["knobs"]["inspect_tabs"] else "  "
        tool.out("".join(between.join(row) + "\n" for row in kexts.TABLE))
        return
    path = next((word for word in reversed(words) if word.startswith("/")), None)
    if not path or not os.path.isfile(tool.below(path)):
        tool.fail(f"Error: Could not find file at {path}")
    tool.out(f"Kernel collection at {path}\n")


def _showloaded(tool, state, words):
    """As kextstat shows it, which starts this: a hint on stderr, then index, references, address, size, wired, name (version), UUID."""
    from .. import kexts
    tool.err("No variant specified, falling back to release\n")
    if "--list-only" not in words:  # guess: what the option leaves out
        tool.out("Index Refs Address            Size       Wired      Name (Version) UUID <Linked Against>\n")
    approved = state["environment"] == "macos" and state["running"]["approved"]
    for number, (name, version, path) in enumerate(kexts.TABLE, 1):
        if approved or not path.startswith(kexts.THIRD_PARTY):
            tool.out(f"{number:5} {120 - number:4} 0                  0          0          {name} ({version}) "
                     f"52A1E876-863E-38E3-AC80-{number:012X} <{number} 1>\n")


def kmutil(tool):
    """Play it."""
    state, words = tool.state(), tool.arguments
    if words[:1] == ["configure-boot"]:
        _configure_boot(tool, state, words[1:])
    elif words[:1] == ["create"]:
        from . import create
        create.create(tool, state, words[1:])
    elif words[:1] == ["inspect"]:
        _inspect(tool, words[1:])
    elif words[:1] == ["showloaded"]:
        _showloaded(tool, state, words[1:])
    else:
        tool.fail("Error: Unexpected argument\nUsage: kmutil <subcommand>", 64)
