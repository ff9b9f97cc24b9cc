"""csrutil as in reference §2 and facts 2026-11 A.5: the dialogue, the forms of status, what each command writes (§10)."""

from .. import mounts, policy, refusals, sip
from .. import state as store

LOWER = ("Turning off System Integrity Protection requires modifying system security.\n",
         'Allow booting unsigned operating systems and any kernel extensions for OS "{}"? [y/n]: ')
QUESTIONS = {
    "disable": LOWER, "without": LOWER,
    # guess: nobody has shown the dialogue of these two
    "seal-disable": LOWER, "guests-enable": LOWER,
    "enable": ("Turning on System Integrity Protection allows increased system security.\n",
               'Raise security level to full boot security for OS "{}"? [y/n]: '),
}
RESTART = "Restart the machine for the changes to take effect.\n"
DONE = {
    "disable": "System Integrity Protection is off.\n", "enable": "System Integrity Protection is on.\n",
    "clear": "Successfully cleared system integrity configuration.\n",
    "without": "System Integrity Protection is on.\n",  # facts A.5: what lume takes for success
    # guess: no transcript of the four below
    "seal-disable": "Authenticated Root is off.\n", "seal-enable": "Authenticated Root is on.\n",
    "guests-enable": "Research guests are allowed.\n", "guests-disable": "Research guests are not allowed.\n",
}
UNSUPPORTED = ("csrutil: Requesting an unsupported configuration. This is likely to break in the future and leave your "
               "machine in an unknown state.\n")
NOT_RECOVERY = ("csrutil: failed to modify system integrity configuration. "
                "This tool needs to be executed from Recovery OS.")
# field/csrutil-os-environment
ENVIRONMENT = ("csrutil: The OS environment does not allow changing security configuration options.\n"
               "Ensure that the system was booted into Recovery OS via the standard user action.")
NOT_WRITTEN = "csrutil: failed to set system integrity configuration in boot policy"
CUSTOM = (("Apple Internal", 0x10), ("Kext Signing", 1), ("Filesystem Protections", 2), ("Debugging Restrictions", 4),
          ("DTrace Restrictions", 0x20), ("NVRAM Protections", 0x40), ("BaseSystem Verification", 0x100))


def _pick(tool, state):
    """§2.2: several systems are listed by number and asked for; end of input after the menu stops it."""
    groups = state["groups"]
    if len(groups) == 1:
        return groups[0]["uuid"]
    tool.out("This computer has several macOS installations.\n")
    for number, one in enumerate(groups, 1):
        tool.out(f"{number}: {one['name']}\n")
    answer = tool.ask(f"Pick a macOS installation (1..{len(groups)}): ")
    if answer is None or not answer.strip().isdigit() or not 1 <= int(answer) <= len(groups):
        tool.out("\n")
        tool.finish(1)
    return groups[int(answer) - 1]["uuid"]


def _password_prompt(state, name):
    form = state["knobs"]["csrutil_prompts"]
    if form == "enter-password":
        return f"Enter password for user {name}:"
    return "Password       : " if form == "authorized" else "Password:"


def _name(tool, state, group):
    """§2.2: one authorised user is not asked for on some builds; an unknown one is asked again."""
    form = state["knobs"]["csrutil_prompts"]
    if group.get("stale_owners"):
        tool.err("csrutil: no admin users authorized for recovery\n")  # facts A.5, and it goes on to ask
    elif form == "enter-password" and len(group["owners"]) == 1:
        return group["owners"][0]["name"]
    prompt = "Enter a username of an authorized user:" if form == "enter-username" else "Authorized user: "
    for _ in range(3):
        name = tool.ask(prompt)
        if name is None:
            tool.fail("csrutil: failed to set credential.")
        if any(one["name"] == name for one in group["owners"]):
            return name
        tool.out("Unknown user - try again!\n")
    return tool.fail("Failed to authenticate.")


def _mount_preboot(tool, group):
    """facts C: authd mounts the Preboot it needs, and the session's own stays so though it was not mounted before."""
    with store.Changing(tool.root) as now:
        mounts.set_preboot(tool.root, now, mounts.container(now, store.group(now, group["uuid"]))["preboot"], True)


def _authenticate(tool, state, group):
    name = _name(tool, state, group)
    right = next(one["password"] for one in group["owners"] if one["name"] == name)
    tries = 3 if state["knobs"]["wrong_password"] == "asks-again" else 1
    for turn in range(tries):
        typed = tool.ask_hidden(_password_prompt(state, name), terminal_only=False)
        if typed is None:
            break
        if typed == right and not group.get("stale_owners"):
            _mount_preboot(tool, group)
            return
        refusals.count(tool)
        if turn + 1 < tries:
            tool.err("csrutil: incorrect password, try again.\n")
    tool.fail(refusals.line(tool, state, group, "Failed to authenticate."))


def _full(tool, state):
    """Back to full security; guess: the same online check as bputil -f."""
    knobs = state["knobs"]
    if knobs["csrutil_enable_online"] and not (knobs["online"] and knobs["newest"]):
        why = ("Can't continue because you are not connected to the Internet" if not knobs["online"]
               else "This device isn't eligible for the requested build.")
        tool.fail(f"csrutil: failed to modify system integrity configuration: {why}")
    return {"mode": "full", "coih": None, "sip0": None, "sip1": False, "sip2": False, "sip3": False, "smb2": False,
            "smb3": False, "smb4": False, **dict.fromkeys(policy.KEXT_LISTS)}


def _disabled(state, parts):
    if parts:
        return {"mode": "permissive", **sip.fields_with(parts)}
    told = {"mode": "permissive", "sip0": sip.OFF, "sip2": True}
    return {**told, "sip3": True} if state["knobs"]["csrutil_sip3"] else told


def _opened(state, parts):
    """`enable --without`: the whole word anew. yabai#1949: `--without debug` was broken on 12; guess: it opens nothing."""
    if store.release(state) < (13,):
        parts = set(parts) - {"debug"}
    return {"mode": "permissive", **sip.fields(parts, state["knobs"]["csrutil_debug"])}


def _changes(tool, state, command, parts, old):
    """The policy's fields after the command, all questions answered with yes."""
    if command == "enable":
        return _full(tool, state)
    if command.startswith("seal"):
        return {"mode": "permissive", "sip1": True} if command == "seal-disable" else {"sip1": False}
    if command == "guests-enable":
        return {"mode": "permissive", "sip0": (old["sip0"] or 0) | sip.GUESTS}
    if command == "guests-disable":
        return {"sip0": (old["sip0"] or 0) & ~sip.GUESTS or None}
    keeps = state["knobs"]["csrutil_keeps_guests"]
    told = {"disable": lambda: _disabled(state, parts), "without": lambda: _opened(state, parts),
            # `clear`, and `enable` answered n: SIP back on, mode and custom kernel kept (§2.3, §10)
            "clear": lambda: {"sip0": None, "sip2": False, "sip3": False}}[command]()
    return {**told, "sip0": sip.kept_guests(old["sip0"], told["sip0"], keeps)}


def _write(tool, uuid, changes):
    with tool.changing() as now:
        told = store.group(now, uuid)["policy"]
        told.update(changes)
        policy.written(now, told)


def _ask(tool, command, name):
    """The first lines and the question; True for yes."""
    if command not in QUESTIONS:
        return True
    first, question = QUESTIONS[command]
    tool.out(first)
    answer = tool.ask(question.format(name))
    agreed = (answer or "").strip().lower() in ("y", "yes")
    if not agreed and command != "enable":
        tool.out("aborted\n")
        tool.finish(1)
    if answer is None:
        tool.finish(1)
    tool.out("\n")
    return agreed


def _refuse_place(tool, state, command):
    if state["environment"] == "macos" and not (state["knobs"]["guest"] and command in ("disable", "clear")):  # §2.2
        tool.fail(NOT_RECOVERY)
    if state["environment"] != "macos" and state["knobs"]["osinstall"] == "asked" and not tool.knows_recovery():
        tool.fail(NOT_RECOVERY)  # darwin §3: whether the tools look at it is not known; guess: wording
    # both reports are played: a full shutdown mends it, or `csrutil clear` and a new start of recovery
    if state["entered"] == "restart" or state["entered"] == "needs-clear" and command != "clear":
        tool.fail(ENVIRONMENT)


def _refuse_policy(tool, state, group, command):
    if not policy.paired(state, group):
        # guess: nobody has shown csrutil's own words; the code inside is the known one (§1.6)
        tool.fail('csrutil: failed to modify system integrity configuration: Error Domain=com.apple.bootpolicy '
                  'Code=17 "pairing (17)"')
    if not state["knobs"]["csrutil_manifest"]:
        tool.fail(f'csrutil: Failed to update security configuration for "{group["name"]}": Manifest verification failed')
    if group.get("seal") == "broken" and command in ("enable", "clear"):
        tool.fail(NOT_WRITTEN)  # facts A.5, darwin §10: writeable_root#2
    if command == "seal-disable" and state["knobs"]["filevault"]:
        tool.fail("csrutil: failed to modify authenticated root configuration: FileVault is on.")  # guess


def _modify(tool, state, command, parts=()):
    _refuse_place(tool, state, command)
    if command == "without":
        tool.err(UNSUPPORTED)
    uuid = _pick(tool, state)
    group = store.group(state, uuid)
    off = group["policy"]["sip0"] is not None and group["policy"]["sip0"] & ~sip.GUESTS == sip.OFF
    if command == "disable" and off and not parts or command == "enable" and group["policy"]["mode"] == "full":
        tool.out(f"System Integrity Protection is already {'off' if off else 'on'}.\n")
        tool.finish(0)
    agreed = _ask(tool, command, group["name"])
    _authenticate(tool, state, group)
    _refuse_policy(tool, state, group, command)
    _write(tool, uuid, _changes(tool, state, command if agreed else "clear", parts, group["policy"]))
    if command == "clear" and state["entered"] == "needs-clear":
        with store.Changing(tool.root) as now:
            now["entered"] = "restart"
    tool.out(DONE[command] + RESTART)


def status_text(told):
    """The three forms of `csrutil status` (§2.2) for a policy. guess: bit 12 is not told there."""
    bits = (told["sip0"] or 0) & ~sip.GUESTS
    if bits == 0 and not (told["sip2"] or told["sip3"]):
        return "System Integrity Protection status: enabled.\n"
    if bits == sip.OFF:
        return "System Integrity Protection status: disabled.\n"
    rows = [(label, bits & bit == 0) for label, bit in CUSTOM]
    rows[0] = ("Apple Internal", bits & sip.INTERNAL != 0)
    rows += [("Boot-arg Restrictions", not told["sip3"]), ("Kernel Integrity Protections", not told["sip2"]),
             ("Authenticated Root Requirement", not told["sip1"])]
    body = "".join(f"\t{label}: {'enabled' if on else 'disabled'}\n" for label, on in rows)
    return ("System Integrity Protection status: unknown (Custom Configuration).\n\nConfiguration:\n" + body
            + "\nThis is an unsupported configuration, likely to break in the future and leave your machine in an "
              "unknown state.\n")


def _policy(tool, state):
    """The policy that the other two `status` commands tell of: they show the menu in macOS too (§2.2, darwin §6)."""
    uuid = _pick(tool, state)
    if state["environment"] == "macos" and uuid == state["booted"]:
        return state["in_force"]
    return store.group(state, uuid)["policy"]


def _parts(tool, words, option):
    """The parts of `--without a --without b`; None where there are other words."""
    if not words or len(words) % 2 or set(words[::2]) != {option}:
        return None
    return words[1::2] if set(words[1::2]) <= set(sip.PARTS) else None


def _usage(tool):
    tool.err("usage: csrutil <command>\n")
    tool.finish(1)


def _status(tool, state, words):
    if words == ["status"]:
        known = state["environment"] == "macos"
        tool.out(status_text(state["in_force"] if known else store.group(state, _pick(tool, state))["policy"]))
    elif words[0] == "authenticated-root":
        tool.out(f"Authenticated Root status: {'disabled' if _policy(tool, state)['sip1'] else 'enabled'}\n")
    else:
        allowed = (_policy(tool, state)["sip0"] or 0) & sip.GUESTS
        tool.out(f"Research Guests status: {'enabled' if allowed else 'disabled'}\n")  # guess: wording


def csrutil(tool):
    """Play it."""
    state, words = tool.state(), tool.arguments
    groups = {"authenticated-root": "seal"}
    if store.release(state) >= (15,):
        groups["allow-research-guests"] = "guests"  # §2.1
    if words == ["status"] or len(words) == 2 and words[0] in groups and words[1] == "status":
        _status(tool, state, words)
    elif len(words) == 2 and words[0] in groups and words[1] in ("enable", "disable"):
        _modify(tool, state, f"{groups[words[0]]}-{words[1]}")
    elif len(words) == 1 and words[0] in ("disable", "enable", "clear"):
        _modify(tool, state, words[0])
    elif words[:1] == ["enable"] and _parts(tool, words[1:], "--without"):
        _modify(tool, state, "without", _parts(tool, words[1:], "--without"))
    elif words[:1] == ["disable"] and _parts(tool, words[1:], "--with"):
        _modify(tool, state, "disable", _parts(tool, words[1:], "--with"))
    else:
        _usage(tool)
