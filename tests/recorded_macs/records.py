"""A Mac's record (format 1) read for the tests, from the description of the format alone. It must not start anything.

What it says becomes the state of a recorded Mac; how tools behave, which no record tells, comes from the nearest machine.
"""

import hashlib
import pathlib
import plistlib
import re

ESCAPE = re.compile(rb"\\(\\|x[0-9A-F]{2})")
HEADER = ("program", "date", "environment", "user", "names")


def _plain(written):
    """The bytes that a line's text stands for."""
    return ESCAPE.sub(lambda found: b"\\" if found[1] == b"\\" else bytes([int(found[1][1:], 16)]), written)


def _words(written):
    return [("" if word == b"\\e" else _plain(word).decode("utf-8", "surrogateescape")) for word in written.split(b" ")]


def _take_output(command, kind, rest):
    stream = "stdout" if kind.startswith(b"out") else "stderr"
    command[stream] += _plain(rest) + (b"" if kind.endswith(b"-") else b"\n")


def _take(told, kind, rest):
    if kind == b"run":
        told["commands"].append({"argv": _words(rest), "stdout": b"", "stderr": b"", "exit": None})
    elif kind == b"fact":
        told["facts"].append(_words(rest))
    elif kind == b"about":
        told["about"].append(_plain(rest).decode())
    elif kind.rstrip(b"-") in (b"out", b"err"):
        _take_output(told["commands"][-1], kind, rest)
    elif kind == b"exit":
        told["commands"][-1]["exit"] = int(rest)
    elif kind not in (b"signal", b"timeout", b"missing", b"cut"):
        raise ValueError(f"no such line: {kind!r}")


def read(text):
    """What a record says: its header's fields, about, commands (argv, exit, stdout, stderr as bytes) and facts."""
    body, _, last = text.encode().rstrip(b"\n").rpartition(b"\n")
    body += b"\n"
    lines = body.splitlines()
    if last.split() != [b"end", b"%d" % len(lines), hashlib.sha256(body).hexdigest().encode()]:
        raise ValueError("the last line does not fit")
    if lines[0] != b"mac-record 1":
        raise ValueError("not a record of format 1")
    told = {"about": [], "commands": [], "facts": []}
    for name, line in zip(HEADER, lines[1:6], strict=True):
        told[name] = line.decode().removeprefix(name + " ")
    for line in lines[6:]:
        kind, _, rest = line.partition(b" ")
        _take(told, kind, rest)
    return told


SAMPLES = pathlib.Path(__file__).resolve().parent.parent / "samples/records"


def sample(name):
    """One of the records in tests/samples/records."""
    return read((SAMPLES / f"{name}.txt").read_text("utf-8"))


def printed(told, *argv):
    """What a command of the record printed, or "" where it failed."""
    for one in told["commands"]:
        if one["argv"] == list(argv) and one["exit"] == 0:
            return one["stdout"].decode("utf-8", "surrogateescape")
    return ""


def facts(told, name):
    """The words of all facts of that name."""
    return [words[1:] for words in told["facts"] if words[0] == name]


def rows(text):
    """Tag to value of the rows below "Local policy:", and ronh from above it; "absent" is None."""
    found = dict(re.findall(r"\((ronh)\): (\S+)", text))
    found.update(re.findall(r"\(([\w& ]+)\): (.*)", text.partition("\nLocal policy:")[2]))
    return {tag: None if value == "absent" else value for tag, value in found.items()}


def _policy(row):
    mode = "permissive" if row.get("smb0 && smb1") else "reduced" if row.get("smb0") else "full"
    told = {name: row.get(name) for name in ("coih", "auxp", "auxi", "auxr", "lpnh", "rpnh", "ronh", "nsih", "spih")}
    told.update({name: row.get(name) == "1" for name in ("sip1", "sip2", "sip3", "smb2", "smb3", "smb4")})
    told.update(mode=mode, sip0=int(row["sip0"], 16) if row.get("sip0") else None, stng=int(row.get("stng") or 0))
    return {name: value for name, value in told.items() if value is not None or name in ("coih", "sip0", "auxp", "auxi", "auxr")}


def _bputil(told, uuid):
    return printed(told, "/usr/bin/bputil", "-d", "-v", uuid)


def target(told):
    """The group that the record is about."""
    return facts(told, "target")[0][0]


def chip(told):
    """What the record says of the machine."""
    row = rows(_bputil(told, target(told)))
    return {"name": printed(told, "/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string").strip(),
            "soc": printed(told, "/usr/bin/uname", "-v").strip().rpartition("_ARM64_")[2], "chip_id": int(row["CHIP"], 16),
            "board_id": int(row["BORD"], 16), "model": printed(told, "/usr/sbin/sysctl", "-n", "hw.model").strip(),
            "ecid": row["ECID"]}


def system(told):
    """What the record says of the system that runs."""
    version = dict(re.findall(r"(\w+):\s*(\S+)", printed(told, "/usr/bin/sw_vers")))
    return {"version": version["ProductVersion"], "build": version["BuildVersion"],
            "darwin": printed(told, "/usr/bin/uname", "-r").strip(), "love": rows(_bputil(told, target(told)))["love"],
            "banner": printed(told, "/usr/bin/uname", "-v").strip()}


def _volume(told, device):
    text = printed(told, "/usr/sbin/diskutil", "info", "-plist", device)
    return plistlib.loads(text.encode()) if text else {}


def groups(told):
    """The volume groups: UUID, and for System, Data and Preboot what diskutil says of each."""
    listed = plistlib.loads(printed(told, "/usr/sbin/diskutil", "apfs", "listVolumeGroups", "-plist").encode())
    for container in listed["Containers"]:
        for one in container["VolumeGroups"]:
            volumes = {(volume.get("Role") or volume["Roles"][0]): _volume(told, volume["DeviceIdentifier"])
                       for volume in one["Volumes"]}
            booter = volumes["System"].get("BooterDeviceIdentifier")
            yield {"uuid": one["APFSVolumeGroupUUID"], "system": volumes["System"], "data": volumes["Data"],
                   "preboot": _volume(told, booter) if booter else {}}


def variables(told):
    """The variables of NVRAM that were asked for and are there."""
    found = {}
    for one in told["commands"]:
        if one["argv"][0] == "/usr/sbin/nvram" and one["exit"] == 0:
            found.update(plistlib.loads(one["stdout"]))
    return {name: value for name, value in found.items() if isinstance(value, str)}


def _development(banner, like):
    """The banner of the development kernel that belongs to a release kernel, in the manner of another one."""
    mark = "xnu_development-" if "xnu_development-" in like else "xnu-"
    return banner.replace("root:xnu-", "root:" + mark).replace("/RELEASE_", "/DEVELOPMENT_")


def _reference(seen):
    """The container that a volume lies in."""
    return re.match(r"disk\d+", seen["DeviceIdentifier"])[0]


def _own_container(seen):
    """A container beside the main one, with what every container of a system has."""
    reference = _reference(seen["system"])
    return {"uuid": seen["preboot"]["VolumeUUID"], "reference": reference, "store": "disk0s5",
            "preboot": {"uuid": seen["preboot"]["VolumeUUID"], "device": seen["preboot"]["DeviceIdentifier"], "mounted": True},
            "recovery": {"uuid": seen["preboot"]["VolumeUUID"], "device": f"{reference}s9"}}


def _fill_group(told, group, seen):
    group["uuid"], group["name"] = seen["uuid"], seen["system"]["VolumeName"]
    row = rows(_bputil(told, seen["uuid"]))
    group["policy"].update(_policy(row))
    group["kuid"] = row.get("kuid") or group["kuid"]
    group["os"] = {**group["os"], "love": row.get("love") or group["os"]["love"]}
    for role in ("system", "data"):
        group[role].update(uuid=seen[role]["VolumeUUID"], device=seen[role]["DeviceIdentifier"], name=seen[role]["VolumeName"])
    # §6.3: the volume group's UUID equals the Data volume's
    group["data"]["uuid"] = seen["uuid"]
    words = [words[1:] for words in facts(told, "system") if words[0] == seen["uuid"]]
    if words and words[0][2:] != ["yes", "yes"]:
        group["stub"] = "old" if words[0][2] == "yes" else "new"
    if words and words[0][0]:
        group["os"] = {**group["os"], "version": words[0][0], "build": words[0][1]}


def fill(state, told):
    """Give a fresh state (machines.new_state) what the record says: names, devices, systems, policies, variables."""
    state["chip"].update(chip(told))
    there = list(groups(told))
    state["container"]["reference"] = _reference(there[0]["system"])
    for group, seen in zip(state["groups"], there, strict=True):
        group["os"] = {**group["os"], **system(told)}
        group["os"]["development"] = _development(group["os"]["banner"], group["os"]["development"])
        _fill_group(told, group, seen)
        if _reference(seen["system"]) != state["container"]["reference"]:
            group["container"] = _own_container(seen)
        elif seen["preboot"]:
            state["container"]["preboot"].update(device=seen["preboot"]["DeviceIdentifier"], uuid=seen["preboot"]["VolumeUUID"])
    state["default"] = state["booted"] = target(told)
    state["nvram"] = variables(told)
    state["container"]["uuid"] = state["nvram"].get("boot-volume", "::").split(":")[1] or state["container"]["uuid"]


def owners(told):
    """Short and full names of the target's owners."""
    found = [words[1:] for words in facts(told, "owner") if words[0] == target(told)]
    return found or [words[1:] for words in facts(told, "owner")]
