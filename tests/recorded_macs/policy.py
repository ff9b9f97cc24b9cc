"""How a LocalPolicy looks and changes (reference §1.5, §10). It must not print or ask anything."""

from . import plain

DISCLAIMER = """\
This utility is not meant for normal users or even sysadmins.
It provides unabstracted access to capabilities which are normally handled for the user automatically when changing \
the security policy through GUIs such as the Startup Security Utility in macOS Recovery ("recoveryOS").
It is possible to make your system security much weaker and therefore easier to compromise using this tool.
This tool is not to be used in production environments.
It is possible to render your system unbootable with this tool.
It should only be used to understand how the security of Apple Silicon Macs works.
Use at your own risk!


"""

# User-approved kexts: a policy made anew holds none of them (darwin §10).
KEXT_LISTS = ("auxp", "auxi", "auxr")

OS_TYPES = {"paired-recovery": "one true recoveryOS", "unpaired-recovery": "one true recoveryOS",
            "ordinary-recovery": "ordinary recoveryOS", "macos": "macOS"}


def paired(state, group):
    """§1.5: pairing compares the booted OS with the target, so macOS always reads Not Paired."""
    if state["environment"] == "macos" and state["knobs"]["guest"]:
        return True  # §1.5: in a virtual Mac macOS itself reports Paired
    return state["environment"] == "paired-recovery" and group["paired"] and group["uuid"] == state["default"]


def written(state, policy):
    """Note a policy write: a new nonce each time (§10)."""
    state["writes"] += 1
    seed = f"{policy['lpnh']}{state['writes']}"
    import hashlib  # here, because most calls of a tool only read and start-up counts
    policy["lpnh"] = hashlib.sha384(seed.encode()).hexdigest().upper()


def rebuilt(state, policy, mode, **flags):
    """§1.4: a mutating bputil makes a policy that holds only what this call asked for."""
    policy.update(mode=mode, coih=None, sip0=None, sip1=False, sip2=False, sip3=False,
                  smb2=False, smb3=False, smb4=False, **dict.fromkeys(KEXT_LISTS))
    policy.update(flags)
    policy["stng"] += 1
    written(state, policy)


def approve_kexts(state, policy):
    """What a user's yes in System Settings leaves in the policy (§5), where kexts are allowed and none is approved yet."""
    if policy["smb2"] and not policy["auxp"]:
        policy.update({name: letter * 96 for name, letter in zip(KEXT_LISTS, "A12", strict=True)})
        written(state, policy)


def _plain(label, value):
    return f"{label:<46}: {value}\n"


def _tagged(label, tag, value):
    return f"{label:<40}({tag}): {value}\n"


def _status(label, word, tag, value):
    return f"{label + ':':<29}{word:<11}({tag}): {value}\n"


def _flag(label, set_word, unset_word, tag, on):
    return _status(label, set_word if on else unset_word, tag, "1" if on else "absent")


def _environment_rows(state, group):
    policy = group["policy"]
    return (_plain("OS Type", OS_TYPES[state["environment"]])
            + _plain("OS Pairing Status", "Paired" if paired(state, group) else "Not Paired")
            + _tagged("Local Policy Nonce Hash", "lpnh", policy["lpnh"])
            + _tagged("Remote Policy Nonce Hash", "rpnh", policy["rpnh"])
            + _tagged("Recovery OS Policy Nonce Hash", "ronh", policy["ronh"]))


def _identity_rows(state, group):
    policy, chip = group["policy"], state["chip"]
    text = (_plain("Pairing Integrity", "Valid") + _plain("Signature Type", "BAA")
            + _tagged("Unique Chip ID", "ECID", chip["ecid"])
            + _tagged("Board ID", "BORD", f"0x{chip['board_id']:X}")
            + _tagged("Chip ID", "CHIP", f"0x{chip['chip_id']:X}")
            + _tagged("Certificate Epoch", "CEPO", "0x1") + _tagged("Security Domain", "SDOM", "0x1")
            + _tagged("Production Status", "CPRO", "1") + _tagged("Security Mode", "CSEC", "1"))
    if state["bputil"] >= 14:
        text += _tagged("Local Boot", "lobo", "1")
    text += (_tagged("OS Version", "love", group["os"]["love"]) + _tagged("Volume Group UUID", "vuid", group["uuid"])
             + _tagged("KEK Group UUID", "kuid", group["kuid"])
             + _tagged("Local Policy Nonce Hash", "lpnh", policy["lpnh"])
             + _tagged("Remote Policy Nonce Hash", "rpnh", policy["rpnh"])
             + _tagged("Next Stage Image4 Hash", "nsih", policy["nsih"]))
    if state["bputil"] >= 14:
        text += (_tagged("Cryptex1 Image4 Hash", "spih", policy["spih"])
                 + _tagged("Cryptex1 Generation", "stng", policy["stng"]))
    return text


def _mode_row(policy):
    if policy["mode"] == "permissive":
        return _status("Security Mode", "Permissive", "smb0 && smb1", "1")
    if policy["mode"] == "reduced":
        return _status("Security Mode", "Reduced", "smb0", "1")
    return _status("Security Mode", "Full", "smb0", "absent")


def _sip_row(policy):
    if policy["sip0"] is None:
        return _status("SIP Status", "Enabled", "sip0", "absent")
    return _status("SIP Status", "Customized", "sip0", f"{policy['sip0']:x}")


def _status_rows(policy):
    return (_tagged("User Authorized Kext List Hash", "auxp", policy["auxp"] or "absent")
            + _tagged("Auxiliary Kernel Cache Image4 Hash", "auxi", policy["auxi"] or "absent")
            + _tagged("Kext Receipt Hash", "auxr", policy["auxr"] or "absent")
            + _tagged("CustomKC or fuOS Image4 Hash", "coih", policy["coih"] or "absent")
            + _mode_row(policy)
            + _flag("3rd Party Kexts Status", "Enabled", "Disabled", "smb2", policy["smb2"])
            + _flag("User-allowed MDM Control", "Enabled", "Disabled", "smb3", policy["smb3"])
            + _flag("DEP-allowed MDM Control", "Enabled", "Disabled", "smb4", policy["smb4"])
            + _sip_row(policy)
            + _flag("Signed System Volume Status", "Disabled", "Enabled", "sip1", policy["sip1"])
            + _flag("Kernel CTRR Status", "Disabled", "Enabled", "sip2", policy["sip2"])
            + _flag("Boot Args Filtering Status", "Disabled", "Enabled", "sip3", policy["sip3"]))


def first_line(state, group, chosen):
    """§1.5, first lines by version and option. guess: 14 with -v prints what 26 prints."""
    if state["bputil"] == 12:
        return f"Local policy for volume group {group['uuid']}:\n"
    return f"Operating on Volume Group UUID {group['uuid']}\n" if chosen else "Current local policy:\n"


def text(state, group, first):
    """The policy as `bputil -d` prints it (§1.5, layout rules)."""
    return (first + "OS environment:\n" + _environment_rows(state, group) + "\nLocal policy:\n"
            + _identity_rows(state, group) + _status_rows(group["policy"]))


def as_json(state, group):
    """The policy's JSON object (§1.5, keys of bputil 0.1.14; sip0_exists came with 0.1.13)."""
    policy, chip = group["policy"], state["chip"]
    told = {
        "ECID": int(chip["ecid"], 16), "BORD": chip["board_id"], "CHIP": chip["chip_id"], "CEPO": 1, "SDOM": 1,
        "CSEC": 1, "CRPO": 1, "lobo": 1, "love": group["os"]["love"], "vuid": group["uuid"], "kuid": group["kuid"],
        "lpnh": policy["lpnh"], "rpnh": policy["rpnh"], "os_lpnh": policy["lpnh"], "os_ronh": policy["ronh"],
        "nsih": policy["nsih"], "spih": policy["spih"], "spih_exists": True, "stng": policy["stng"],
        "stng_exists": True, **{f"{name}_exists": policy[name] is not None for name in (*KEXT_LISTS, "coih")},
        "smb0": policy["mode"] != "full",
        "smb1": policy["mode"] == "permissive", "smb2": policy["smb2"], "smb3": policy["smb3"],
        "smb4": policy["smb4"], "sip0": policy["sip0"] or 0, "sip1": policy["sip1"], "sip2": policy["sip2"],
        "sip3": policy["sip3"], "security_mode": policy["mode"], "properly_paired": True,
        "os_paired_to_current": paired(state, group), "baa_certified": True,
        "os_type": OS_TYPES[state["environment"]], "os_type_overriden": False,
        "bputil_version": "0.1.12" if state["bputil"] == 14 else "0.1.14",
    }
    told.update({name: policy[name] for name in (*KEXT_LISTS, "coih") if policy[name]})
    if state["bputil"] > 14:
        told["sip0_exists"] = policy["sip0"] is not None
    return told


def json_text(state, groups, chosen):
    """What `-j` prints: from 26 on the "Operating on" line comes first. guess: on 14 the object alone."""
    first = first_line(state, groups[0], True) if chosen and state["bputil"] > 14 else ""
    return first + plain.write({one["uuid"]: as_json(state, one) for one in groups}, "  ") + "\n"
