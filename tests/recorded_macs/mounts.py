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


def points(state):
    """Device to mount point, for the volumes mounted now."""
    macos, found = state["environment"] == "macos", {}
    if state["container"]["preboot"]["mounted"]:
        found[state["container"]["preboot"]["device"]] = "/System/Volumes/Preboot" if macos else "/Volumes/Preboot"
    for one in state["groups"]:
        booted = macos and one["uuid"] == state["booted"]
        found[one["system"]["device"]] = "/" if booted else _free(found, one["system"]["name"])
        if not one["data"]["locked"]:
            found[one["data"]["device"]] = "/System/Volumes/Data" if booted else _free(found, one["data"]["name"])
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
    return [one["data"]["device"] for one in state["groups"]] + [state["container"]["preboot"]["device"]]


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


def _version(root, place, told):
    """SystemVersion.plist of an installed system, or of the running recovery."""

    path = os.path.join(root, place, "System/Library/CoreServices/SystemVersion.plist")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(plain.plist({"ProductBuildVersion": told["build"], "ProductName": "macOS",
                       "ProductVersion": told["version"], "ProductUserVisibleVersion": told["version"]}))


def _mount_system(root, state, one):
    if state["environment"] == "macos" and one["uuid"] == state["booted"]:
        os.symlink("..", os.path.join(root, "Volumes", one["system"]["name"]))
        return
    where = points(state)
    place = where[one["system"]["device"]]
    _version(root, place.lstrip("/"), one["os"])
    if state["knobs"]["firmlinks"] and not one["data"]["locked"]:
        data = where[one["data"]["device"]].rpartition("/")[2]
        os.symlink(f"../{data}/Users", os.path.join(store.below(root, place), "Users"))


def mount_all(root, state):
    """Lay out the root for the state's environment."""
    macos = state["environment"] == "macos"
    os.makedirs(os.path.join(root, "Volumes"), exist_ok=True)
    os.makedirs(os.path.join(root, "System/Volumes/iSCPreboot"), exist_ok=True)
    told = store.group(state, state["booted"])["os"]
    _version(root, "", told)
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


def unlock(root, state, device):
    """The Data volume `device` has been unlocked: mount it."""
    for one in state["groups"]:
        if one["data"]["device"] == device:
            one["data"]["locked"] = False
            _move(_parked(root, device), store.below(root, points(state)[device]))
            link = os.path.join(root, "Volumes", one["system"]["name"], "Users")
            if state["knobs"]["firmlinks"] and not os.path.lexists(link):
                os.symlink(f"../{one['data']['name']}/Users", link)


def set_preboot(root, state, on):
    """Mount or unmount Preboot."""
    told = state["container"]["preboot"]
    if told["mounted"] == on:
        return
    if on:
        told["mounted"] = True
        _move(_parked(root, told["device"]), store.below(root, points(state)[told["device"]]))
    else:
        _move(store.below(root, points(state)[told["device"]]), _parked(root, told["device"]))
        told["mounted"] = False
