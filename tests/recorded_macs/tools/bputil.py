"""bputil as in reference §1: options by release, the display, the dialogue, the errors, what each option writes."""

import os

from .. import policy, refusals
from .. import state as store

SHORT = {12: "ldefgnmkcasu:p:v:r:", 14: "ldejfgnmkcasu:p:v:r:", 26: "ldejfgnmkcaszu:p:v:r:"}
LONG = {"debug-logging": "l", "display-policy": "d", "display-all-policies": "e", "json": "j", "full-security": "f",
        "reduced-security": "g", "permissive-security": "n", "enable-mdm": "m", "enable-kexts": "k",
        "disable-kernel-ctrr": "c", "disable-boot-args-restriction": "a", "disable-ssv": "s", "cleanup": "z",
        "username": "u", "password": "p", "vuid": "v", "remove": "r"}
CHANGING = set("fgnmkcas")
PROMPTS = {"authorized": ("Authorized user: ", "Password       : "),
           "administrator": ("Administrator username: ", "Please enter password for user {}: "),
           "username": ("Username: ", "Password: ")}


def _unknown(tool, allowed, word):
    kind = "unrecognized option `--" + word + "'" if len(word) > 1 else "invalid option -- " + word
    tool.fail(f"bputil: {kind}\nusage: bputil [-{allowed.replace(':', '')}] ...")


def _letters(tool, allowed, word):
    """The option letters of one word, and the value joined to the last if there is one."""
    if word.startswith("--"):
        name, equals, value = word[2:].partition("=")
        letter = LONG.get(name, "?")
        if letter not in allowed.replace(":", ""):
            _unknown(tool, allowed, name)
        return letter, value if equals else None
    for at, letter in enumerate(word[1:], 1):
        if letter not in allowed.replace(":", ""):
            _unknown(tool, allowed, letter)
        if letter + ":" in allowed:
            return word[1:at + 1], word[at + 1:] or None
    return word[1:], None


def _options(tool, state):
    """getopt_long, as far as bputil's options go; getopt's module is slow to import."""
    allowed, told, words = SHORT[state["bputil"]], {}, list(tool.arguments)
    while words:
        word = words.pop(0)
        if not word.startswith("-") or word == "-":
            tool.fail(f"bputil: unexpected argument {word}")
        letters, value = _letters(tool, allowed, word)
        told.update(dict.fromkeys(letters, ""))
        if letters[-1:] + ":" in allowed:
            if value is None and not words:
                tool.fail(f"bputil: option requires an argument -- {letters[-1]}")
            told[letters[-1]] = words.pop(0) if value is None else value
    return told


def _pick(tool, state, options):
    """-v, or the only one, or a choice by UUID (facts A.1: csrutil's wording, but UUIDs)."""
    groups = state["groups"]
    if "v" in options:
        found = store.group(state, options["v"])
        if not found:
            tool.fail(f"Can't get local policy for Volume Group UUID {options['v']}\n"
                      f"Failed to display local policy for volume group {options['v']}")
        return found
    if len(groups) == 1:
        return groups[0]
    tool.out("This computer has several macOS installations:\n")
    for number, one in enumerate(groups, 1):
        tool.out(f"{number}: {one['uuid']}\n")
    answer = tool.ask(f"Pick a macOS installation (1..{len(groups)}): ")
    if answer is None or not answer.strip().isdigit() or not 1 <= int(answer) <= len(groups):
        tool.fail("Invalid selection")
    return groups[int(answer) - 1]


def _display(tool, state, options):
    if "e" in options:
        groups = state["groups"]
        if "j" in options:
            tool.out(policy.json_text(state, groups, False))
            return
        blocks = [policy.text(state, one, f"Local policy for volume group {one['uuid']}:\n") for one in groups]
        tool.out("\n".join(blocks))
        return
    group = _pick(tool, state, options)
    if "j" in options:
        tool.out(policy.json_text(state, [group], True))
    else:
        tool.out(policy.text(state, group, policy.first_line(state, group, "v" in options)))


def _owner(tool, state, group, options):
    """Who signs: -u and -p, or the dialogue."""
    owners = {one["name"]: one["password"] for one in group["owners"]}
    if "u" in options or "p" in options:
        return owners.get(options.get("u")) == options.get("p", "") and not group.get("stale_owners")
    ask_name, ask_password = PROMPTS[state["knobs"]["bputil_prompts"]]
    name = tool.ask(ask_name)
    if name is None:
        tool.fail("Failed to read the user name")
    if name not in owners:
        tool.err(f"unknown user {name}\n")
        return False
    for turn in range(3 if state["knobs"]["wrong_password"] == "asks-again" else 1):
        if turn:
            tool.err("Incorrect password, try again.\n")
        typed = tool.ask_hidden(ask_password.format(name), terminal_only=False)
        if typed is None:
            tool.fail("Failed to read the password")
        if typed == owners[name] and not group.get("stale_owners"):
            return True
        refusals.count(tool)
    return False


def _refusal(tool, target, domain, code, text):
    """§1.3 item 5: the one-line form of every failure."""
    tool.fail(f'Boot objects update failed for {target}: Error Domain=BYErrorDomain Code=401 "Failed to create local '
              'policy" UserInfo={NSLocalizedDescription=Failed to create local policy, NSUnderlyingError=0x6000021a4'
              f'1b0 {{Error Domain={domain} Code={code} "{text}" UserInfo={{NSLocalizedDescription={text}}}}}}}')


def _check_place(tool, state, group, options):
    """§1.1, boot environment and pairing of each flag."""
    letters = set(options) & CHANGING
    if state["environment"] != "macos" and state["knobs"]["osinstall"] == "asked" and not tool.knows_recovery():
        _refusal(tool, group["uuid"], "com.apple.bootpolicy", 11, "AP boot mode (11)")  # darwin §3; guess: which words
    environment = state["environment"]
    if "s" in letters and state["knobs"]["filevault"]:
        tool.fail("bputil: the signed system volume cannot be disabled while FileVault is on")  # §1.1; guess: wording
    if letters == {"f"}:
        return
    if environment == "macos" or (environment == "ordinary-recovery" and letters != {"g"}):
        _refusal(tool, group["uuid"], "com.apple.bootpolicy", 11, "AP boot mode (11)")
    if letters != {"g"} and not policy.paired(state, group):
        _refusal(tool, group["uuid"], "com.apple.bootpolicy", 17, "pairing (17)")


def _check_full(tool, state, group):
    """§1.6: -f goes online and wants the newest system."""
    if not state["knobs"]["online"]:
        tool.fail(f"Boot objects update failed for {group['uuid']}: Error Domain=BYErrorDomain Code=102 \"Can't "
                  'continue because you are not connected to the Internet" UserInfo={BYErrorHint=NetworkRequired, '
                  "BYPersonalizationType=os, NSLocalizedDescription=Can't continue because you are not connected to "
                  'the Internet, NSUnderlyingError=0x600000c4c8d0 {Error Domain=AuthInstallErrorDomain Code=11}}')
    if not state["knobs"]["newest"]:
        # guess: no transcript; the code and words are the signing server's usual ones
        tool.fail(f"Boot objects update failed for {group['uuid']}: Error Domain=AMRestoreErrorDomain Code=3194 "
                  '"Declined to authorize this image on this device for this user." '
                  "UserInfo={NSLocalizedFailureReason=This device isn't eligible for the requested build.}")


def _write(tool, uuid, letters, keeps):
    with tool.changing() as state:
        told = store.group(state, uuid)["policy"]
        if "f" in letters or "g" in letters and letters <= {"g", "k", "m"}:
            policy.rebuilt(state, told, "full" if "f" in letters else "reduced",
                           smb2="k" in letters, smb3="m" in letters)
            return
        mode = "reduced" if letters <= {"k", "m"} else "permissive"
        flags = {"sip1": "s" in letters, "sip2": "c" in letters, "sip3": "a" in letters,
                 "smb2": "k" in letters, "smb3": "m" in letters}
        if keeps and "n" not in letters:
            lower = "permissive" if "permissive" in (mode, told["mode"]) else mode
            told.update({name: True for name, on in flags.items() if on}, mode=lower)
            policy.written(state, told)
        else:
            policy.rebuilt(state, told, mode, **flags)


def _change(tool, state, options):
    group = _pick(tool, state, options)
    letters = set(options) & CHANGING
    if "f" in letters and len(letters) > 1:
        tool.fail("bputil: -f cannot be combined with other security options")
    if state["knobs"]["bputil_confirms"] and "u" not in options:
        # guess: some build asks before it changes anything (§1.3 item 7)
        tool.out(f"The local policy of {group['uuid']} is about to be changed.\n")
        if (tool.ask("Are you sure you want to continue? [y/n]: ") or "n").strip().lower() not in ("y", "yes"):
            tool.fail("aborted")
    if not _owner(tool, state, group, options):
        tool.fail(refusals.line(tool, state, group,
                                "Failed to authenticate: authentication token could not be obtained"))
    tool.out("Local policy update is in progress, please wait...\n")
    _check_place(tool, state, group, options)
    if "f" in letters:
        _check_full(tool, state, group)
    if letters == {"g"} and not state["knobs"]["reduced"]:
        _refusal(tool, group["uuid"], "com.apple.bootpolicy", 5, "denied (5)")
    _write(tool, group["uuid"], letters, state["knobs"]["bputil_keeps"])
    tool.out(state["knobs"]["bputil_success"])


def bputil(tool):
    """Play it."""
    state = tool.state()
    options = _options(tool, state)
    tool.err(policy.DISCLAIMER)
    if os.getuid() != 0:
        tool.fail("The tool requires running as root")
    if set(options) & CHANGING:
        _change(tool, state, options)
    elif "d" in options or "e" in options:
        _display(tool, state, options)
    elif "r" in options or "z" in options:
        with tool.changing() as now:
            now["groups"] = [one for one in now["groups"] if one["uuid"] != options.get("r")]
    else:
        tool.fail("bputil: nothing to do")
