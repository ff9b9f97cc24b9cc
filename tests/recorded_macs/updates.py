"""Updates of macOS: one that waits, and what one leaves behind that has finished (reference §5). It prints nothing."""

import os

from . import kits, machines, plain, policy

FOLDER = "System/Volumes/Update"
# RecordingIndicatorUtility#18 in full: macOS refuses where what starts next is not the sealed system that runs (facts A.10)
SNAPSHOT = ("A snapshot is currently set to boot that is not the currently booted snapshot. "
            "Reboot to boot to the new snapshot to allow install to this volume.")
NOT_FULL = "The upgrade failed."  # enableMacosAI#6: "fails unless Full Security". guess: the words


def refusal(state, version):
    """Why the default system takes no update to that version, in the words on its screen; or None."""
    group = next(one for one in state["groups"] if one["uuid"] == state["default"])
    if group.get("seal") == "broken":
        return SNAPSHOT
    upgrade = version.partition(".")[0] != group["os"]["version"].partition(".")[0]
    return NOT_FULL if upgrade and group["policy"]["mode"] != "full" else None


def lay_out(root, state):
    """The Update volume of a running macOS: empty, or with what is staged (OCLP's fetch_staged_update)."""
    folder = os.path.join(root, FOLDER)
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "Update.plist")
    if state["staged_update"]:
        with open(path, "w", encoding="utf-8") as file:
            file.write(plain.plist({"update-asset-attributes": state["staged_update"]}))
    elif os.path.exists(path):
        os.unlink(path)


def finish(state, preboot, data, version, build):
    """The default system is another build now: new kernels, a new nsih folder without the custom object, gutted kits.

    coih stays in the policy, which is what keeps the Mac from starting. `preboot` is the group's folder there.
    """
    group = next(one for one in state["groups"] if one["uuid"] == state["default"])
    told, old = group["os"], group["policy"]["nsih"]
    group["os"] = {**told, "version": version, "build": build, "banner": kits.other_xnu(told["banner"]),
                   "development": kits.other_xnu(told["development"])}
    group["policy"]["nsih"] = machines.digest(old + build)
    policy.written(state, group["policy"])
    group.update(updated=True, updated_without_sip=bool(group["policy"]["sip0"]))
    (preboot / "boot" / group["policy"]["nsih"] / "System/Library/Caches/com.apple.kernelcaches").mkdir(parents=True)
    for folder in (data / kits.PLACE).glob("*.kdk"):
        kits.gut(folder)
    state["staged_update"] = None


def cannot_start(state, group, stored):
    """After an update a custom object that is not in the new folder stops the start; before one it never does here.

    A changed system stops it too, while its seal is enforced (facts C); a guest before 14.4 does not start a custom
    kernel at all (facts A.3); and one report has a Mac that, updated with SIP off, starts once SIP is on (facts A.10).
    """
    told = group["policy"]
    if group.get("stub") or group.get("seal") == "broken" and not told["sip1"]:
        return True
    version = tuple(int(part) for part in group["os"]["version"].split("."))
    if state["knobs"]["guest"] and stored and version < (14, 4):
        return True
    if state["knobs"]["update_needs_sip"] and group.get("updated_without_sip") and told["sip0"]:
        return True
    return bool(group.get("updated") and told["coih"] and not stored)
