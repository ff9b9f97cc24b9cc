"""diskutil as in reference §6.3: where the volumes of a group are, in plist and in text; unlock, mount, unmount."""

import os

from .. import mounts, plain, refusals
from .. import state as store


def _containers(state):
    """Every container with its volumes, the neighbours' first as they lie on the disk (darwin §6)."""
    for one in state["neighbours"]:
        yield one, [{**volume, "group": None, "locked": False} for volume in one["volumes"]]
    own = [one["container"] for one in state["groups"] if "container" in one]
    for container in (state["container"], *own):
        volumes = [{**one[role], "role": role.title(), "group": one["uuid"], "locked": one[role].get("locked", False)}
                   for one in state["groups"] if mounts.container(state, one) is container
                   for role in ("system", "data")]
        volumes += [{**container[role], "role": role.title(), "name": role.title(), "group": None, "locked": False}
                    for role in ("preboot", "recovery")]
        yield container, volumes


def _volumes(state):
    """Every volume with what `info` tells of it."""
    for container, volumes in _containers(state):
        for one in volumes:
            yield {**one, "container": container}


def _find(state, word):
    """By mount point, device, UUID or name. A group's UUID names its Data volume, since they are equal (§3.1)."""
    word = word.removeprefix("/dev/")
    where = mounts.points(state)
    for volume in _volumes(state):
        if word in (volume["device"], volume["name"]) or word.upper() == volume["uuid"]:
            return volume
        if where.get(volume["device"]) == (word.rstrip("/") or "/"):
            return volume
    return None


def _missing(tool, word):
    tool.fail(f"Could not find disk: {word}")


def _seal(state, volume):
    """darwin §6: macOS 26 says Broken of sound systems. guess: what older ones say of a changed one."""
    if store.group(state, volume["group"]).get("seal") == "broken" or store.release(state) >= (26,):
        return "Broken"
    return "Yes"


def _info(tool, state, volume):
    point, container = mounts.points(state).get(volume["device"], ""), volume["container"]
    fixed = volume["role"] == "System" or (volume["role"] == "Preboot" and state["knobs"]["preboot_read_only"])
    usage = os.statvfs(tool.root)
    free, size = usage.f_bavail * usage.f_frsize, usage.f_blocks * usage.f_frsize
    told = {
        "APFSContainerFree": free, "APFSContainerReference": container["reference"], "APFSContainerSize": size,
        "Bootable": True, "Content": "41504653-0000-11AA-AA11-00306543ECAC",
        "DeviceIdentifier": volume["device"], "DeviceNode": f"/dev/{volume['device']}", "DiskUUID": volume["uuid"],
        "FileVault": volume["locked"] or state["knobs"]["filevault"], "Encryption": True,
        "FilesystemName": "APFS", "FilesystemType": "apfs", "FreeSpace": 0 if state["knobs"]["preboot_full"]
        and volume["role"] == "Preboot" else free, "GlobalPermissionsEnabled": True, "Internal": True,
        "Locked": volume["locked"], "MountPoint": point, "ParentWholeDisk": container["reference"],
        "VolumeName": volume["name"], "VolumeUUID": volume["uuid"], "Writable": not fixed,
        "WritableMedia": True, "WritableVolume": bool(point) and not fixed,
    }
    if "preboot" in container:
        told.update(BooterDeviceIdentifier=container["preboot"]["device"],
                    RecoveryDeviceIdentifier=container["recovery"]["device"])
    if volume["group"]:
        told["APFSVolumeGroupID"] = volume["group"]
    if volume["role"] == "System":
        told["Sealed"] = _seal(state, volume)
    told.update(state["told"].get(volume["device"], {}))
    return {name: value for name, value in told.items() if value is not None}


def _info_text(told):
    rows = (("Device Identifier", told["DeviceIdentifier"]), ("Device Node", told["DeviceNode"]),
            ("Volume Name", told["VolumeName"]), ("Mounted", "Yes" if told["MountPoint"] else "No"),
            ("Mount Point", told["MountPoint"]), ("File System Personality", "APFS"),
            ("Volume UUID", told["VolumeUUID"]), ("Disk / Partition UUID", told["VolumeUUID"]),
            ("Volume Read-Only", "No" if told["WritableVolume"] else "Yes"),
            ("APFS Container", told["APFSContainerReference"]),
            ("APFS Volume Group", told.get("APFSVolumeGroupID", "")), ("FileVault", "No"),
            ("Sealed", told.get("Sealed", "")), ("Locked", "Yes" if told["Locked"] else "No"))
    return "".join(f"   {label + ':':<26}{value}\n" for label, value in rows if value != "")


def _groups(state, container):
    """The volume groups of a container as `listVolumeGroups` tells them, with what was planted among them."""
    for one in state["groups"]:
        if mounts.container(state, one) is container:
            yield {"APFSVolumeGroupUUID": one["uuid"],
                   "Volumes": [{"DeviceIdentifier": one[role]["device"], "DiskUUID": one[role]["uuid"],
                                "Name": one[role]["name"], "Role": role.title()} for role in ("data", "system")]}
    if container is state["container"]:
        yield from state["ghosts"]


def _list_groups(state):
    return {"Containers": [{"APFSContainerUUID": one["uuid"], "ContainerReference": one["reference"],
                            "VolumeGroups": list(_groups(state, one))} for one, _ in _containers(state)]}


def _list_groups_text(state):
    text = ""
    for container, _ in _containers(state):
        text += f"+-- Container {container['reference']} {container['uuid']}\n"
        for one in _groups(state, container):
            text += f"|\n+-> Volume Group {one['APFSVolumeGroupUUID']}\n|   =================================\n"
            for volume in one["Volumes"]:
                text += (f"|   APFS Volume Disk (Role):   {volume.get('DeviceIdentifier', '')} ({volume['Role']})\n"
                         f"|   Name:                      {volume['Name']}\n"
                         f"|   Volume UUID:               {volume.get('DiskUUID', '')}\n|\n")
    return text


def _apfs_list(state):
    return {"Containers": [{
        "APFSContainerUUID": container["uuid"], "CapacityCeiling": 1 << 38, "CapacityFree": 1 << 37,
        "ContainerReference": container["reference"], "DesignatedPhysicalStore": container["store"], "Fusion": False,
        "PhysicalStores": [{"DeviceIdentifier": container["store"], "DiskUUID": container["uuid"], "Size": 1 << 38}],
        "Volumes": [{"APFSVolumeUUID": one["uuid"], "CapacityInUse": 1 << 30, "CapacityQuota": 0, "CapacityReserve": 0,
                     "CryptoMigrationOn": False, "DeviceIdentifier": one["device"], "Encryption": True,
                     "FileVault": one["locked"] or state["knobs"]["filevault"], "Locked": one["locked"],
                     "Name": one["name"], "Roles": [one["role"]]} for one in volumes]}
        for container, volumes in _containers(state)]}


def _list(state):
    where, disks, names, titles = mounts.points(state), [], [], []
    for container, members in _containers(state):
        volumes = [{"DeviceIdentifier": one["device"], "DiskUUID": one["uuid"],
                    "MountPoint": where.get(one["device"], ""), "OSInternal": one["role"] in ("Preboot", "Recovery"),
                    "Size": 1 << 38, "VolumeName": one["name"], "VolumeUUID": one["uuid"]} for one in members]
        disks.append({"APFSPhysicalStores": [{"DeviceIdentifier": container["store"]}], "APFSVolumes": volumes,
                      "Content": "EF57347C-0000-11AA-AA11-00306543ECAC", "DeviceIdentifier": container["reference"],
                      "OSInternal": False, "Partitions": [], "Size": 1 << 38})
        names += [container["store"], container["reference"], *[one["DeviceIdentifier"] for one in volumes]]
        titles += [one["VolumeName"] for one in volumes]
    return {"AllDisks": ["disk0", *names], "AllDisksAndPartitions": disks, "VolumesFromDisks": titles,
            "WholeDisks": ["disk0", *[one["DeviceIdentifier"] for one in disks]]}


def _users(tool, state, word, as_plist):
    volume = _find(state, word) or _missing(tool, word)
    group = store.group(state, volume["group"] or state["default"])
    if as_plist:
        users = [{"APFSCryptoUserUUID": one["uuid"], "APFSCryptoUserType": "LocalOpenDirectory", "VolumeOwner": True}
                 for one in group["owners"]]
        tool.out(plain.plist({"Users": users}))
        return
    tool.out(f"Cryptographic users for {volume['device']} ({len(group['owners'])} found)\n|\n")
    for one in group["owners"]:
        tool.out(f"+-- {one['uuid']}\n    Type: Local Open Directory User\n    Volume Owner: Yes\n")


def _unlock(tool, state, words):
    word = next((one for one in words if not one.startswith("-")), None)
    volume = _find(state, word or "") or _missing(tool, word)
    if not volume["locked"]:
        tool.fail(f"Error unlocking APFS Volume: APFS Volume {volume['device']} is not locked")
    typed = tool.ask_hidden("Passphrase:", terminal_only=False)
    # facts C: the first line comes before the unlocking, whatever becomes of it
    first = f"Unlocking any cryptographic user on APFS Volume {volume['device']}\n"
    if refusals.barred(state):
        tool.out(first)
        tool.fail("Too many recent unlock attempts; unlocking disabled")
    if typed != volume["passphrase"]:
        refusals.count(tool)
        tool.fail(f"Error unlocking APFS Volume: The given APFS Volume passphrase is incorrect ({volume['device']})")
    with tool.changing() as now:
        mounts.mount_data(tool.root, now, volume["device"])
    tool.out(first + "Unlocked and mounted APFS Volume\n")


def _update_preboot(tool, state, word):
    """facts A.5, B.1: in macOS it writes the list of owners anew. guess: every word it says."""
    if state["environment"] != "macos" or word != "/":
        tool.fail(f"Error updating Preboot for {word}: not the running system")
    with tool.changing() as now:
        group = store.group(now, now["booted"])
        group["stale_owners"] = False
        place = mounts.points(now)[mounts.container(now, group)["preboot"]["device"]]
        mounts.write_owners(tool.below(f"{place}/{group['uuid']}"), group["owners"])
    tool.out("Started APFS operation\nUpdateOfPreboot: Done\nFinished APFS operation\n")


def _mount(tool, state, word, on):
    volume = _find(state, word) or _missing(tool, word)
    if any(one["device"] == volume["device"] for one in mounts.preboots(state)):
        with tool.changing() as now:
            told = next(one for one in mounts.preboots(now) if one["device"] == volume["device"])
            mounts.set_preboot(tool.root, now, told, on)
            if on:
                now["knobs"]["preboot_read_only"] = now["knobs"]["preboot_read_only"] == "always" and "always"
    elif volume["locked"]:
        tool.fail(f"Volume on {volume['device']} failed to mount because it is locked")
    elif on:
        with tool.changing() as now:
            mounts.mount_data(tool.root, now, volume["device"])
    tool.out(f"Volume {volume['name']} on {volume['device']} {'mounted' if on else 'unmounted'}\n")


def diskutil(tool):
    """Play it."""
    state, words = tool.state(), tool.arguments
    as_plist = "-plist" in words
    rest = [word for word in words if word != "-plist"]
    lists = {("list",): _list, ("apfs", "list"): _apfs_list, ("apfs", "listvolumegroups"): _list_groups}
    told = lists.get(tuple(word.lower() for word in rest))
    if told and (as_plist or told is not _list_groups):
        tool.out(plain.plist(told(state)) if as_plist else "/dev/disk3 (synthesized):\n")
    elif told:
        tool.out(_list_groups_text(state))
    elif rest[:1] == ["info"] and len(rest) == 2:
        volume = _find(state, rest[1]) or _missing(tool, rest[1])
        seen = _info(tool, state, volume)
        tool.out(plain.plist(seen) if as_plist else _info_text(seen))
    elif rest[:1] == ["apfs"] and rest[1:2] and rest[1].lower() in ("listusers", "listcryptousers") and len(rest) == 3:
        _users(tool, state, rest[2], as_plist)
    elif rest[:1] == ["apfs"] and rest[1:2] and rest[1].lower() in ("unlockvolume", "unlock"):
        _unlock(tool, state, rest[2:])
    elif rest[:1] == ["apfs"] and rest[1:2] and rest[1].lower() == "updatepreboot" and len(rest) == 3:
        _update_preboot(tool, state, rest[2])
    elif rest[:1] in (["mount"], ["unmount"]) and len(rest) == 2:
        _mount(tool, state, rest[1], rest[0] == "mount")
    else:
        tool.fail(f"diskutil: did not recognize verb \"{' '.join(words)}\"; type \"diskutil\" for a list")


