"""csrutil as in reference §2: the dialogue, the three forms of status, and what each command writes (§10)."""

from .. import policy
from .. import state as store

QUESTIONS = {
    "disable": ("Turning off System Integrity Protection requires modifying system security.\n",
                'Allow booting unsigned operating systems and any kernel extensions for OS "{}"? [y/n]: '),
    "enable": ("Turning on System Integrity Protection allows increased system security.\n",
               'Raise security level to full boot security for OS "{}"? [y/n]: '),
}
RESTART = "Restart the machine for the changes to take effect.\n"
NOT_RECOVERY = ("csrutil: failed to modify system integrity configuration. "
                "This tool needs to be executed from Recovery OS.")
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
    if form == "enter-password" and len(group["owners"]) == 1:
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


def _authenticate(tool, state, group):
    name = _name(tool, state, group)
    right = next(one["password"] for one in group["owners"] if one["name"] == name)
    tries = 3 if state["knobs"]["wrong_password"] == "asks-again" else 1
    for turn in range(tries):
        typed = tool.ask_hidden(_password_prompt(state, name), terminal_only=False)
        if typed is None:
            break
        if typed == right:
            return
        if turn + 1 < tries:
            tool.err("csrutil: incorrect password, try again.\n")
    tool.fail("Failed to authenticate.")


def _full(tool, state, uuid):
    """Back to full security; guess: the same online check as bputil -f."""
    knobs = state["knobs"]
    if knobs["csrutil_enable_online"] and not (knobs["online"] and knobs["newest"]):
        why = ("Can't continue because you are not connected to the Internet" if not knobs["online"]
               else "This device isn't eligible for the requested build.")
        tool.fail(f"csrutil: failed to modify system integrity configuration: {why}")
    with tool.changing() as now:
        told = store.group(now, uuid)["policy"]
        told.update(mode="full", coih=None, sip0=None, sip1=False, sip2=False, sip3=False,
                    smb2=False, smb3=False, smb4=False)
        policy.written(now, told)


def _disable(tool, state, uuid):
    with tool.changing() as now:
        told = store.group(now, uuid)["policy"]
        told.update(mode="permissive", sip0=0x7F, sip2=True)
        if state["knobs"]["csrutil_sip3"]:
            told["sip3"] = True
        policy.written(now, told)


def _keep_low(tool, uuid):
    """`enable` answered n, and `clear`: SIP back on, mode and custom kernel kept (§2.3, §10)."""
    with tool.changing() as now:
        told = store.group(now, uuid)["policy"]
        told.update(sip0=None, sip2=False, sip3=False)
        policy.written(now, told)


def _modify(tool, state, command):
    if state["environment"] == "macos":
        tool.fail(NOT_RECOVERY)
    uuid = _pick(tool, state)
    group = store.group(state, uuid)
    off = group["policy"]["sip0"] == 0x7F
    if command == "disable" and off or command == "enable" and group["policy"]["mode"] == "full":
        tool.out(f"System Integrity Protection is already {'off' if off else 'on'}.\n")
        tool.finish(0)
    answer = "n"
    if command in QUESTIONS:
        first, question = QUESTIONS[command]
        tool.out(first)
        answer = tool.ask(question.format(group["name"]))
        if command == "disable" and (answer or "").strip().lower() not in ("y", "yes"):
            tool.out("aborted\n")
            tool.finish(1)
        if answer is None:
            tool.finish(1)
        tool.out("\n")
    _authenticate(tool, state, group)
    if not policy.paired(state, group):
        # guess: nobody has shown csrutil's own words; the code inside is the known one (§1.6)
        tool.fail('csrutil: failed to modify system integrity configuration: Error Domain=com.apple.bootpolicy '
                  'Code=17 "pairing (17)"')
    if command == "disable":
        _disable(tool, state, uuid)
    elif command == "enable" and answer.strip().lower() in ("y", "yes"):
        _full(tool, state, uuid)
    else:
        _keep_low(tool, uuid)
    tool.out({"disable": "System Integrity Protection is off.\n", "enable": "System Integrity Protection is on.\n",
              "clear": "Successfully cleared system integrity configuration.\n"}[command] + RESTART)


def status_text(told):
    """The three forms of `csrutil status` (§2.2) for a policy."""
    bits = told["sip0"] or 0
    if bits == 0 and not (told["sip2"] or told["sip3"]):
        return "System Integrity Protection status: enabled.\n"
    if bits == 0x7F:
        return "System Integrity Protection status: disabled.\n"
    rows = [(label, bits & bit == 0) for label, bit in CUSTOM]
    rows[0] = ("Apple Internal", bits & 0x10 != 0)
    rows += [("Boot-arg Restrictions", not told["sip3"]), ("Kernel Integrity Protections", not told["sip2"]),
             ("Authenticated Root Requirement", not told["sip1"])]
    body = "".join(f"\t{label}: {'enabled' if on else 'disabled'}\n" for label, on in rows)
    return ("System Integrity Protection status: unknown (Custom Configuration).\n\nConfiguration:\n" + body
            + "\nThis is an unsupported configuration, likely to break in the future and leave your machine in an "
              "unknown state.\n")


def csrutil(tool):
    """Play it."""
    state, words = tool.state(), tool.arguments
    if words == ["status"]:
        if state["environment"] == "macos":
            tool.out(status_text(state["in_force"]))
        else:
            tool.out(status_text(store.group(state, _pick(tool, state))["policy"]))
    elif words == ["authenticated-root", "status"]:
        tool.out("Authenticated Root status: enabled\n")
    elif len(words) == 1 and words[0] in ("disable", "enable", "clear"):
        _modify(tool, state, words[0])
    else:
        tool.err("usage: csrutil <command>\n")
        tool.finish(1)
