"""Where each volume's content lies below the root, in recovery and in macOS (reference §6.3). It prints nothing.

A volume's content is a folder that moves: below its mount point while mounted, in `parked/` beside the root else.
"""

import os

from . import plain
from . import state as store

MACOS_FIRMLINKS = ("Users", "private", "Library")


def _free(found, name):
    """A second volume of the same name gets a number behind it, as on a Mac."""
    place, number = "/Volumes/" + name, 0
    while place in found.values():
        number += 1
        place = f"/Volumes/{name} {number}"
    return place


def preboots(state):
    """Every Preboot of a system: the main container's, and those of groups that have a container of their own."""
    return [state["container"]["preboot"], *[one["container"]["preboot"] for one in state["groups"]
                                             if "container" in one]]


def container(state, group):
    """The APFS container a group lies in."""
    return group.get("container", state["container"])


def points(state):
    """Device to mount point, for the volumes mounted now."""
    macos, found = state["environment"] == "macos", {}
    for number, one in enumerate(preboots(state)):
        if one["mounted"]:
            found[one["device"]] = "/System/Volumes/Preboot" if macos and not number else _free(found, "Preboot")
    for one in state["groups"]:
        booted = macos and one["uuid"] == state["booted"]
        found[one["system"]["device"]] = "/" if booted else _free(found, one["system"]["name"])
        if not one["data"]["locked"] and (booted or not one["data"].get("unmounted")):
            found[one["data"]["device"]] = "/System/Volumes/Data" if booted else _free(found, one["data"]["name"])
    for one in state["neighbours"]:
        found.update({volume["device"]: volume["point"] for volume in one["volumes"] if volume["point"]})
    return found


def _parked(root, device):
    return os.path.join(os.path.dirname(root), "parked", device)


def _move(source, target):
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.isdir(target) and not os.path.islink(target) and not os.listdir(target):
        os.rmdir(target)
    os.rename(source, target)


def _movable(state):
    """Volumes whose content is a real folder: all but the sealed System volumes."""
    return [one["data"]["device"] for one in state["groups"]] + [one["device"] for one in preboots(state)]


def park_all(root, state):
    """Unmount everything: content to `parked/`, links and mount points gone."""
    where = points(state)
    for device in _movable(state):
        if device in where:
            _move(store.below(root, where[device]), _parked(root, device))
    import shutil
    for name in MACOS_FIRMLINKS:
        path = os.path.join(root, name)
        if os.path.islink(path):
            os.unlink(path)
        else:
            shutil.rmtree(path, ignore_errors=True)
    shutil.rmtree(os.path.join(root, "Volumes"), ignore_errors=True)
    shutil.rmtree(os.path.join(root, "System"), ignore_errors=True)


def _version(root, place, told, name="SystemVersion.plist"):
    """SystemVersion.plist of an installed system, or of the running recovery."""

    path = os.path.join(root, place, "System/Library/CoreServices", name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(plain.plist({"ProductBuildVersion": told["build"], "ProductName": "macOS",
                       "ProductVersion": told["version"], "ProductUserVisibleVersion": told["version"]}))


def _system(root, place, one):
    """What tells a macOS on a System volume; a Linux stub has no kernel and, while it is new, no version (m1n1#230)."""
    stub = one.get("stub")
    _version(root, place, one["os"], "SystemVersion-disabled.plist" if stub == "new" else "SystemVersion.plist")
    if stub:
        return
    kernels = os.path.join(root, place, "System/Library/Kernels")
    os.makedirs(kernels, exist_ok=True)
    with open(os.path.join(kernels, f"kernel.release.{one['os']['banner'].rpartition('_')[2].lower()}"), "wb") as file:
        file.write(b"\xcf\xfa\xed\xfe")


def _mount_system(root, state, one):
    if state["environment"] == "macos" and one["uuid"] == state["booted"]:
        os.symlink("..", os.path.join(root, "Volumes", one["system"]["name"]))
        return
    where = points(state)
    place = where[one["system"]["device"]]
    _system(root, place.lstrip("/"), one)
    if state["knobs"]["firmlinks"] and one["data"]["device"] in where:
        data = where[one["data"]["device"]].rpartition("/")[2]
        os.symlink(f"../{data}/Users", os.path.join(store.below(root, place), "Users"))


def mount_all(root, state):
    """Lay out the root for the state's environment."""
    macos = state["environment"] == "macos"
    os.makedirs(os.path.join(root, "Volumes"), exist_ok=True)
    os.makedirs(os.path.join(root, "System/Volumes/iSCPreboot"), exist_ok=True)
    booted = store.group(state, state["booted"])
    if macos:
        _system(root, "", booted)
    else:
        _version(root, "", booted["os"])
    for one in state["groups"]:
        one["data"]["unmounted"] = not macos and not state["knobs"]["recovery_mounts_data"]
    where = points(state)
    for device in _movable(state):
        if device in where:
            _move(_parked(root, device), store.below(root, where[device]))
    for one in state["groups"]:
        _mount_system(root, state, one)
    if macos:
        for name in ("System/Library/Extensions", "System/Library/DriverExtensions"):
            os.makedirs(os.path.join(root, name), exist_ok=True)
        from . import updates
        updates.lay_out(root, state)
        for name in MACOS_FIRMLINKS:
            os.symlink(f"System/Volumes/Data/{name}", os.path.join(root, name))
    else:
        os.makedirs(os.path.join(root, "System/Installation"))
        for name in ("private/var/db", "private/var/root", "private/tmp"):
            os.makedirs(os.path.join(root, name), exist_ok=True)
    _guard(root, state)


def _guard(root, state):
    """Data's var/db takes no new folder in macOS while SIP guards files (facts C: [T] of some names there, darwin §12)."""
    at = points(state).get(store.group(state, state["booted"])["data"]["device"])
    folder = os.path.join(store.below(root, at), "private/var/db") if at else ""
    if state["knobs"]["var_db"] == "refused" and os.path.isdir(folder):
        guarded = state["environment"] == "macos" and not (state["in_force"]["sip0"] or 0) & 2
        os.chmod(folder, 0o555 if guarded else 0o755)


def _link(root, state, one):
    """Where firmlinks resolve, the system's own name leads to the users on Data too (§6.3)."""
    link = os.path.join(root, "Volumes", one["system"]["name"], "Users")
    if state["knobs"]["firmlinks"] and not os.path.lexists(link):
        os.symlink(f"../{one['data']['name']}/Users", link)


def mount_data(root, state, device):
    """Mount the Data volume `device`, which was locked or left out until now."""
    for one in state["groups"]:
        if one["data"]["device"] == device and device not in points(state):
            one["data"].update(locked=False, unmounted=False)
            _move(_parked(root, device), store.below(root, points(state)[device]))
            _link(root, state, one)


def set_preboot(root, state, told, on):
    """Mount or unmount a Preboot; `told` is its part of the state."""
    if told["mounted"] == on:
        return
    if on:
        told["mounted"] = True
        _move(_parked(root, told["device"]), store.below(root, points(state)[told["device"]]))
    else:
        _move(store.below(root, points(state)[told["device"]]), _parked(root, told["device"]))
        told["mounted"] = False


def write_owners(folder, owners):
    """The list of a group's owners in its folder on Preboot (§1.2)."""
    os.makedirs(os.path.join(folder, "var/db"), exist_ok=True)
    with open(os.path.join(folder, "var/db/AdminUserRecoveryInfo.plist"), "w", encoding="utf-8") as file:
        file.write(plain.plist({one["name"]: {"GeneratedUID": one["uuid"], "RealName": one["full_name"]}
                                for one in owners}))
