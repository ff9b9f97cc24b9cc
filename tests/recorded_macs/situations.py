"""What can stand around a Mac's target: a Linux stub, neighbours on the disk, odd groups, stale owners, planted folders.

Each method changes a Mac that has been built (claims parts A to C). It must not run a tool.
"""

import os
import plistlib

from . import machines, mounts

# darwin §6: what lies before the main container on every disk; "Recovery" is there three times with its own.
NEIGHBOURS = (
    ("disk1", "disk0s1", (("iSCPreboot", "Preboot", "/System/Volumes/iSCPreboot"), ("xART", "xART", ""),
                          ("Hardware", "Hardware", ""), ("Recovery", "Recovery", ""))),
    ("disk2", "disk0s3", (("Recovery", "Recovery", ""), ("Update", "Update", ""))),
)
STUB_OS = {"version": "14.0", "build": "23A344", "darwin": "23.0.0", "love": "23.1.344.0.0,0"}


def stub_group(state, name, kind, like):
    """A finished Asahi stub in a container of its own: a group with four volumes and no macOS (asahi-installer#50)."""
    soc = state["chip"]["soc"]
    one = machines.volume_group(state["machine"] + "stub", name, f"{name} - Data", like["owners"], 0)
    seed = state["machine"] + "stub-container"
    for role, number in (("system", 1), ("data", 5)):
        one[role]["device"] = f"disk4s{number}"
    one["container"] = {
        "uuid": machines.new_uuid(seed), "reference": "disk4", "store": "disk0s5",
        "preboot": {"uuid": machines.new_uuid(seed + "preboot"), "device": "disk4s2", "mounted": True},
        "recovery": {"uuid": machines.new_uuid(seed + "recovery"), "device": "disk4s3"}}
    banner = ("Darwin Kernel Version 23.0.0: Fri Sep 15 14:41:43 PDT 2023; root:xnu-10002.1.13~1/RELEASE_ARM64_" + soc)
    one.update(stub=kind, os={**STUB_OS, "banner": banner, "development": banner.replace("RELEASE", "DEVELOPMENT")})
    one["policy"].update(mode="permissive", sip2=True, coih=machines.digest(seed + "m1n1"))
    return one


def neighbours(machine):
    """The two containers beside the main one."""
    return [{"uuid": machines.new_uuid(machine + reference), "reference": reference, "store": store,
             "volumes": [{"uuid": machines.new_uuid(f"{machine}{reference}{at}"), "device": f"{reference}s{at}",
                          "name": name, "role": role, "point": point} for at, (name, role, point) in enumerate(found, 1)]}
            for reference, store, found in NEIGHBOURS]


class Situations:
    """A part of builder.Mac."""

    def tell(self, volume, **fields):
        """`diskutil info` says that of a device (or of "system", "data", "preboot" of the first group); None: nothing."""
        state = self.state()
        group = state["groups"][0]
        known = {"system": group["system"], "data": group["data"], "preboot": state["container"]["preboot"]}
        device = known[volume]["device"] if volume in known else volume
        with self.change() as state:
            state["told"].setdefault(device, {}).update(fields)

    def add_ghost(self, kind):
        """A volume group that is not whole: "no-device" or "no-volumes"."""
        volumes = [{"DiskUUID": machines.new_uuid("ghost"), "Name": "Ghost", "Role": "System"}]
        with self.change() as state:
            state["ghosts"].append({"APFSVolumeGroupUUID": machines.new_uuid("ghosts"),
                                    "Volumes": volumes if kind == "no-device" else []})

    def stale_owners(self, name="gone", index=0):
        """macOS was installed anew: the list of owners names a user of the old one, and no password is right (#401)."""
        owner = {**self.group(index)["owners"][0], "name": name}
        with self.change() as state:
            state["groups"][index].update(stale_owners=True)
        mounts.write_owners(str(self.preboot(index)), [owner])

    def cannot_link(self, kext):
        """`kmutil create` cannot link that extension (field/kmutil-link-error-many-lines)."""
        with self.change() as state:
            state["unlinkable"] = kext

    def depends(self, kext, needed):
        """That extension needs one which nobody has (field/kmutil-resolve-dependencies)."""
        with self.change() as state:
            state["dependency"] = [kext, needed]

    def break_seal(self, index=0):
        """Somebody has changed the System volume: it starts only while its seal is not enforced."""
        with self.change() as state:
            state["groups"][index]["seal"] = "broken"

    def enter_by_restart(self, cure="shutdown"):
        """Recovery was entered by a restart with the button held; cure "clear": csrutil clear is needed as well."""
        with self.change() as state:
            state["entered"] = "restart" if cure == "shutdown" else "needs-clear"

    def set_power(self, source, percent=100, battery=True):
        """AC or Battery."""
        with self.change() as state:
            state["power"] = {"source": source, "percent": percent, "battery": battery}

    def set_route(self, there):
        """Is there a way to the network?"""
        with self.change() as state:
            state["route"] = there

    def refused(self):
        """How many passwords were refused since this Mac was started."""
        return self.state()["refused"]

    def plant(self, path, mode=0o777, owner=None, acl=None):
        """A folder or file of somebody else lies on the Data volume: its mode, its owner (as root), who else may write.

        `acl` is a user's number: an ACL lets that user write, whatever the mode says; False where the disk knows none.
        """
        place = self.data() / path
        if not place.exists():
            place.mkdir(parents=True)
        place.chmod(mode)
        if owner is not None:
            os.chown(place, owner, owner)
        return grant(place, acl) if acl is not None else True


def grant(path, user):
    """Give `user` an ACL entry that allows writing (POSIX form). False where this file system keeps none."""
    def entry(tag, permissions, number=0xFFFFFFFF):
        return tag.to_bytes(2, "little") + permissions.to_bytes(2, "little") + number.to_bytes(4, "little")
    entries = (entry(1, 7), entry(2, 7, user), entry(4, 5), entry(0x10, 7), entry(0x20, 5))
    try:
        os.setxattr(path, "system.posix_acl_access", (2).to_bytes(4, "little") + b"".join(entries))
    except OSError:
        return False
    return True


def owners_listed(folder):
    """The short names in a group's list of owners."""
    with open(folder / "var/db/AdminUserRecoveryInfo.plist", "rb") as file:
        return sorted(plistlib.load(file))
