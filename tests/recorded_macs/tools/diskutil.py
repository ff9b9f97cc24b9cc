"""diskutil as in reference §6.3: where the volumes of a group are, in plist and in text; unlock, mount, unmount."""

import os

from .. import mounts, plain
from .. import state as store


def _volumes(state):
    """Every volume of the container with what `info` tells of it."""
    container = state["container"]
    for one in state["groups"]:
        for role in ("system", "data"):
            yield {**one[role], "role": role.title(), "group": one["uuid"], "locked": one[role].get("locked", False)}
    for role in ("preboot", "recovery"):
        yield {**container[role], "role": role.title(), "name": role.title(), "group": None, "locked": False}


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


def _info(tool, state, volume):
    point = mounts.points(state).get(volume["device"], "")
    group = {"APFSVolumeGroupID": volume["group"]} if volume["group"] else {}
    fixed = volume["role"] == "System" or (volume["role"] == "Preboot" and state["knobs"]["preboot_read_only"])
    usage = os.statvfs(tool.root)
    free, size = usage.f_bavail * usage.f_frsize, usage.f_blocks * usage.f_frsize
    return {
        **group, "APFSContainerFree": free, "APFSContainerReference": state["container"]["reference"],
        "APFSContainerSize": size, "BooterDeviceIdentifier": state["container"]["preboot"]["device"],
        "Bootable": True, "Content": "41504653-0000-11AA-AA11-00306543ECAC",
        "DeviceIdentifier": volume["device"], "DeviceNode": f"/dev/{volume['device']}", "DiskUUID": volume["uuid"],
        "FileVault": volume["locked"] or state["knobs"]["filevault"], "Encryption": True,
        "FilesystemName": "APFS", "FilesystemType": "apfs", "FreeSpace": 0 if state["knobs"]["preboot_full"]
        and volume["role"] == "Preboot" else free, "Internal": True, "Locked": volume["locked"],
        "MountPoint": point, "ParentWholeDisk": state["container"]["reference"],
        "RecoveryDeviceIdentifier": state["container"]["recovery"]["device"],
        "VolumeName": volume["name"], "VolumeUUID": volume["uuid"], "Writable": not fixed,
        "WritableMedia": True, "WritableVolume": bool(point) and not fixed,
    }


def _info_text(told):
    rows = (("Device Identifier", told["DeviceIdentifier"]), ("Device Node", told["DeviceNode"]),
            ("Volume Name", told["VolumeName"]), ("Mounted", "Yes" if told["MountPoint"] else "No"),
            ("Mount Point", told["MountPoint"]), ("File System Personality", "APFS"),
            ("Volume UUID", told["VolumeUUID"]), ("Disk / Partition UUID", told["VolumeUUID"]),
            ("Volume Read-Only", "No" if told["WritableVolume"] else "Yes"),
            ("APFS Container", told["APFSContainerReference"]),
            ("APFS Volume Group", told.get("APFSVolumeGroupID", "")), ("FileVault", "No"),
            ("Locked", "Yes" if told["Locked"] else "No"))
    return "".join(f"   {label + ':':<26}{value}\n" for label, value in rows if value != "")


def _list_groups(state):
    groups = [{"APFSVolumeGroupUUID": one["uuid"],
               "Volumes": [{"DeviceIdentifier": one[role]["device"], "DiskUUID": one[role]["uuid"],
                            "Name": one[role]["name"], "Role": role.title()} for role in ("data", "system")]}
              for one in state["groups"]]
    return {"Containers": [{"APFSContainerUUID": state["container"]["uuid"],
                            "ContainerReference": state["container"]["reference"], "VolumeGroups": groups}]}


def _list_groups_text(state):
    text = "+-- Container disk3 " + state["container"]["uuid"] + "\n"
    for one in state["groups"]:
        text += f"|\n+-> Volume Group {one['uuid']}\n|   =================================\n"
        for role in ("data", "system"):
            text += (f"|   APFS Volume Disk (Role):   {one[role]['device']} ({role.title()})\n"
                     f"|   Name:                      {one[role]['name']}\n"
                     f"|   Volume UUID:               {one[role]['uuid']}\n|\n")
    return text


def _apfs_list(state):
    volumes = [{"APFSVolumeUUID": one["uuid"], "CapacityInUse": 1 << 30, "CapacityQuota": 0, "CapacityReserve": 0,
                "CryptoMigrationOn": False, "DeviceIdentifier": one["device"], "Encryption": True,
                "FileVault": one["locked"] or state["knobs"]["filevault"], "Locked": one["locked"],
                "Name": one["name"], "Roles": [one["role"]]} for one in _volumes(state)]
    container = state["container"]
    return {"Containers": [{
        "APFSContainerUUID": container["uuid"], "CapacityCeiling": 1 << 38, "CapacityFree": 1 << 37,
        "ContainerReference": container["reference"], "DesignatedPhysicalStore": container["store"], "Fusion": False,
        "PhysicalStores": [{"DeviceIdentifier": container["store"], "DiskUUID": container["uuid"], "Size": 1 << 38}],
        "Volumes": volumes}]}


def _list(state):
    where = mounts.points(state)
    volumes = [{"DeviceIdentifier": one["device"], "DiskUUID": one["uuid"], "MountPoint": where.get(one["device"], ""),
                "OSInternal": one["role"] in ("Preboot", "Recovery"), "Size": 1 << 38, "VolumeName": one["name"],
                "VolumeUUID": one["uuid"]} for one in _volumes(state)]
    reference = state["container"]["reference"]
    names = [one["DeviceIdentifier"] for one in volumes]
    return {"AllDisks": ["disk0", state["container"]["store"], reference, *names],
            "AllDisksAndPartitions": [{"APFSPhysicalStores": [{"DeviceIdentifier": state["container"]["store"]}],
                                       "APFSVolumes": volumes, "Content": "EF57347C-0000-11AA-AA11-00306543ECAC",
                                       "DeviceIdentifier": reference, "OSInternal": False, "Partitions": [],
                                       "Size": 1 << 38}],
            "VolumesFromDisks": [one["VolumeName"] for one in volumes], "WholeDisks": ["disk0", reference]}


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
    if typed != volume["passphrase"]:
        tool.fail(f"Error unlocking APFS Volume: The given APFS Volume passphrase is incorrect ({volume['device']})")
    with tool.changing() as now:
        mounts.unlock(tool.root, now, volume["device"])
    tool.out(f"Unlocking any cryptographic user on APFS Volume {volume['device']}\n"
             "Unlocked and mounted APFS Volume\n")


def _mount(tool, state, word, on):
    volume = _find(state, word) or _missing(tool, word)
    if volume["role"] == "Preboot":
        with tool.changing() as now:
            mounts.set_preboot(tool.root, now, on)
            if on:
                now["knobs"]["preboot_read_only"] = now["knobs"]["preboot_read_only"] == "always" and "always"
    elif volume["locked"]:
        tool.fail(f"Volume on {volume['device']} failed to mount because it is locked")
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
    elif rest[:1] in (["mount"], ["unmount"]) and len(rest) == 2:
        _mount(tool, state, rest[1], rest[0] == "mount")
    else:
        tool.fail(f"diskutil: did not recognize verb \"{' '.join(words)}\"; type \"diskutil\" for a list")


