"""The three recorded machines and what differs between them.

What they are stands in their records (tests/samples/records); here is how their tools behave, which no record tells.
"""

import copy
import hashlib

from . import records

# Wordings that differ between sources are spread over the machines on purpose: nothing can depend on one.
KNOBS = {
    "bputil_prompts": "authorized",     # §1.3 item 3: authorized | administrator | username
    "bputil_confirms": False,           # §1.3 item 7: whether a y/n comes first is unknown
    "bputil_success": "",               # §1.3 item 6: no transcript of the success wording
    "approves_kexts": True,             # facts D.3: does a user approve what the policy allows, while macOS runs
    "bputil_keeps": False,              # §1.4: a mutating call rebuilds the policy (True plays the opposite)
    "csrutil_prompts": "enter-password",  # §2.2: enter-password | authorized | enter-username
    "csrutil_sip3": True,               # §2.3: csrutil disable opens the boot-args filter too
    "csrutil_debug": 4,                 # darwin §10: what `--without debug` opens, 4 or 4|8
    "csrutil_keeps_guests": False,      # darwin §10: does a later csrutil leave bit 12 alone; unknown, both are played
    "csrutil_manifest": True,           # facts A.5: False is the 27 beta that could not write a policy
    "refusal": "token",                 # facts A.1, A.5: token | rejected | user-not-found | owner
    "csrutil_enable_online": True,      # guess: raising to full security needs the same online check as bputil -f
    "wrong_password": "fails",          # §2.2, §3.1: fails | asks-again
    "online": True,                     # §1.6 Code=102
    "newest": True,                     # §1.6: is the installed build still signed
    "reduced": True,                    # is `bputil -g` granted
    "nvram_plain": "kept",              # §4.3 in recovery: kept | denied | lost | ignored
    "nvram_guid": "kept",
    "nvram_missing_prefix": True,       # §4.1: newer systems leave out the leading "nvram: "
    "osenvironment_in_macos": None,     # §6.4: an error, or another word
    "preboot_read_only": False,
    "preboot_full": False,
    "recovery_mounts_data": True,       # facts C: on 26.5.1 Data was not mounted in one true recovery
    "var_db": "free",                   # darwin §12: free | refused: may a folder be made there in macOS while SIP is on; unknown
    "firmlinks": True,                  # §6.3: do they resolve below /Volumes/<name> in recovery
    "kmutil_question": "two-lines",     # §3.1 | one-line: facts A.3
    "kmutil_in_macos": "configure-boot can only be run in Recovery Mode",
    "kmutil_unpaired": "pairing",       # §1.6 | properties: facts A.3, not the default startup disk
    "kmutil_from_full": "goes",         # §3.1 | refuses: darwin §10, one report
    "kmutil_stores": "plain",           # darwin §4: image4.FORMS; what a Mach-O becomes inside is not known
    "kmutil_seconds": 0,
    "kmutil_clears": True,              # does configure-boot without an object bring the stock kernel back
    "filevault": False,
    "unlock_limit": None,               # darwin §9: so many refused passwords, then "unlocking disabled"
    "update_needs_sip": False,          # facts A.10, one report: with SIP off an updated macOS does not start
    "guest": False,                     # facts A.3: this Mac is a virtual one
    "osinstall": "free",                # darwin §3: free | asked: do tools in recovery look for Apple's variable
    "variant_extension": "obeys",       # §3.3: obeys | always: does create heed --no-variant-extension
    "create_overwrites": True,          # guess: an output that is there already is refused on some
    "inspect_tabs": True,               # §3.3: tabs between the columns, or two blanks
    "published": True,                  # §7.4: is this build's kit in the public list
    "resume_of_whole": "done",          # guess: done | 416: what curl says when there is nothing left to fetch
    "download_seconds": 0,
}


def digest(seed):
    """A hash of the right length that is the same on every run."""
    return hashlib.sha384(seed.encode()).hexdigest().upper()


def new_uuid(seed):
    """A UUID that is the same on every run."""
    whole = hashlib.sha256(seed.encode()).hexdigest().upper()
    return "-".join((whole[:8], whole[8:12], "4" + whole[13:16], "A" + whole[17:20], whole[20:32]))


def full_policy(seed, stng):
    """A policy with every relaxation absent (§1.5 transcripts A and B)."""
    return {
        "mode": "full", "coih": None, "sip0": None, "sip1": False, "sip2": False, "sip3": False,
        "smb2": False, "smb3": False, "smb4": False, "auxp": None, "auxi": None, "auxr": None,
        "lpnh": digest(seed + "lpnh"), "rpnh": digest(seed + "rpnh"), "ronh": digest(seed + "ronh"),
        "nsih": digest(seed + "nsih"), "spih": digest(seed + "spih"), "stng": stng,
    }


def volume_group(machine, name, data_name, owners, index):
    """One installed system: its two volumes, its owners, its policy. `index` is its place in the container."""
    seed = f"{machine}/{index}"
    uuid = new_uuid(seed)
    first = 1 + 5 * index
    return {
        "uuid": uuid, "name": name, "paired": True, "policy": full_policy(seed, 22 + index),
        "system": {"uuid": new_uuid(seed + "system"), "device": f"disk3s{first}", "name": name},
        # §6.3: the volume group's UUID equals the Data volume's
        "data": {"uuid": uuid, "device": f"disk3s{first + 4}", "name": data_name, "locked": False,
                 "passphrase": owners[0]["password"]},
        "kuid": new_uuid(seed + "kek"), "owners": owners,
    }


def owner(name, password, full_name=None):
    """A volume owner (§1.2)."""
    return {"name": name, "password": password, "full_name": full_name or name.title(), "uuid": new_uuid("owner" + name)}


_RECORDS = [records.sample(name) for name in ("m1-12.1", "m2pro-14.0", "m4-26.3")]

M1 = {
    "machine": "m1-12.1",
    "chip": {**records.chip(_RECORDS[0]), "target": "J313", "product": "MacBook Air (M1, 2020)"},
    # Banner as printed by an M1 Air with 12.1: macOS 12 calls this chip T8101, later releases T8103.
    "os": {**records.system(_RECORDS[0]),
           # a macOS 12 development kernel says xnu-, not xnu_development-
           "development": "Darwin Kernel Version 21.2.0: Sun Nov 28 20:29:10 PST 2021; "
                          "root:xnu-8019.61.5~1/DEVELOPMENT_ARM64_T8101"},
    "bputil": 12,
    "knobs": {"bputil_prompts": "username", "firmlinks": False, "wrong_password": "asks-again",
              # §7.4: the list begins with macOS 13
              "variant_extension": "always", "published": False, "resume_of_whole": "416"},
    "data_name": "Macintosh HD - Data",
    "owners": [owner("maria", "correct horse battery")],
}

M2PRO = {
    "machine": "m2pro-14.0",
    "chip": {**records.chip(_RECORDS[1]), "target": "J414s", "product": "MacBook Pro (14-inch, M2 Pro, 2023)"},
    "os": {**records.system(_RECORDS[1]),
           "development": "Darwin Kernel Version 23.0.0: Thu Aug 17 21:23:05 PDT 2023; "
                          "root:xnu_development-10002.1.13~1/DEVELOPMENT_ARM64_T6020"},
    "bputil": 14,
    "knobs": {"bputil_prompts": "authorized", "bputil_confirms": True, "csrutil_prompts": "authorized",
              "bputil_success": "Local policy update completed.\n"},
    "data_name": "Data",
    "owners": [owner("mykola", " pass word with blanks "), owner("lena", "another-one")],
}

M4 = {
    "machine": "m4-26.3",
    "chip": {**records.chip(_RECORDS[2]), "target": "J773g", "product": "Mac mini (M4, 2024)"},
    "os": {**records.system(_RECORDS[2]),
           "development": "Darwin Kernel Version 25.3.0: Wed Jan 28 20:49:24 PST 2026; "
                          "root:xnu_development-12377.81.4~5/DEVELOPMENT_ARM64_T8132"},
    "bputil": 26,
    "knobs": {"bputil_prompts": "administrator", "csrutil_prompts": "enter-username", "nvram_plain": "denied",
              "nvram_guid": "denied", "nvram_missing_prefix": False, "osenvironment_in_macos": "macos",
              # §7.4: nothing after 15.1 in the copy that was seen
              "create_overwrites": False, "inspect_tabs": False, "published": False},
    "data_name": "Macintosh HD - Data",
    "owners": [owner("rin", "Tr0ub4dor&3")],
}

# The same M1 with the last update but one of its macOS. guess: build and kernel stand for "a 12.6", nothing more.
M1_LATER = {
    **M1, "machine": "m1-12.6",
    "os": {"version": "12.6", "build": "21G115", "darwin": "21.6.0", "love": "21.7.115.0.0,0",
           "banner": "Darwin Kernel Version 21.6.0: Mon Aug 22 20:19:52 PDT 2022; "
                     "root:xnu-8020.140.49~2/RELEASE_ARM64_T8101",
           "development": "Darwin Kernel Version 21.6.0: Mon Aug 22 20:19:52 PDT 2022; "
                          "root:xnu-8020.140.49~2/DEVELOPMENT_ARM64_T8101"},
    # facts A.3: seen on 12 with an M1
    "knobs": {**M1["knobs"], "kmutil_question": "one-line", "wrong_password": "fails"},
}

# The M4 with macOS 27.0 (26A428, §3.3). guess: the numbers of its kernel.
M4_27 = {
    **M4, "machine": "m4-27.0",
    "os": {"version": "27.0", "build": "26A428", "darwin": "26.0.0", "love": "26.1.428.0.0,0",
           "banner": "Darwin Kernel Version 26.0.0: Tue Sep  1 20:49:24 PDT 2026; "
                     "root:xnu-13001.1.4~5/RELEASE_ARM64_T8132",
           "development": "Darwin Kernel Version 26.0.0: Tue Sep  1 20:49:24 PDT 2026; "
                          "root:xnu_development-13001.1.4~5/DEVELOPMENT_ARM64_T8132"},
    # §2.2: no user prompt on 27.0.1 with one owner; facts A.1 and A.3: the words of 26 and later
    "knobs": {**M4["knobs"], "csrutil_prompts": "enter-password", "refusal": "rejected",
              "kmutil_in_macos": "configure-boot must be run from macOS Recovery"},
}

# The M2 Pro with macOS 15.3 (field/asahi-stub-is-the-target). guess: the numbers of its kernel.
M2PRO_15 = {
    **M2PRO, "machine": "m2pro-15.3",
    "os": {"version": "15.3", "build": "24D60", "darwin": "24.3.0", "love": "24.4.60.0.0,0",
           "banner": "Darwin Kernel Version 24.3.0: Thu Jan  2 20:24:16 PST 2025; "
                     "root:xnu-11215.81.4~3/RELEASE_ARM64_T6020",
           "development": "Darwin Kernel Version 24.3.0: Thu Jan  2 20:24:16 PST 2025; "
                          "root:xnu_development-11215.81.4~3/DEVELOPMENT_ARM64_T6020"},
}

MACHINES = {one["machine"]: one for one in (M1, M2PRO, M4, M1_LATER, M2PRO_15, M4_27)}


def _make_virtual(chip, groups):
    """A guest's chip and kernels (field/inside-a-guest). guess: its model and numbers."""
    for one in groups:
        one["os"] = {name: text.replace("_" + chip["soc"], "_VMAPPLE") for name, text in one["os"].items()}
    chip.update(name=f"{chip['name']} (Virtual)", soc="VMAPPLE", chip_id=0xFE00, board_id=0x20, model="VirtualMac2,1",
                target="VMA2MACOS", product="Apple Virtual Machine 1")


def nearest(release):
    """The machine whose tools are most like those of a release: the newest that is no newer, or the oldest."""
    def number(version):
        return tuple(int(part) for part in version.split("."))
    older = [name for name, one in MACHINES.items() if number(one["os"]["version"]) <= number(release)]
    return max(older or MACHINES, key=lambda name: number(MACHINES[name]["os"]["version"]) if older else name)


def from_record(told, environment, **knobs):
    """The state of the Mac that a record tells of; passwords are made up, behaviour is that of the nearest machine."""
    people = [owner(short, f"password of {short}", full) for short, full in records.owners(told)]
    seen = list(records.groups(told))
    guest = records.printed(told, "/usr/sbin/sysctl", "-n", "kern.hv_vmm_present").strip() == "1"
    state = new_state(nearest(records.system(told)["version"]), environment, owners=people, guest=guest, **knobs)
    for number in range(1, len(seen)):
        state["groups"].append(volume_group(state["machine"], "", "", copy.deepcopy(people), number))
        state["groups"][-1]["os"] = state["groups"][0]["os"]
    records.fill(state, told)
    return state


def new_state(machine, environment, *, several=None, name="Macintosh HD", data_name=None, owners=None, **knobs):
    """Return the state of a fresh `machine`; `several` names a second system, other words are knobs."""
    unknown = set(knobs) - set(KNOBS)
    if unknown:
        raise KeyError(f"no such knob: {sorted(unknown)}")
    told = copy.deepcopy(MACHINES[machine])
    owners = owners or told["owners"]
    groups = [volume_group(machine, name, data_name or told["data_name"], owners, 0)]
    if several:
        groups.append(volume_group(machine, several, several + " - Data", copy.deepcopy(owners), 1))
    for one in groups:
        one["os"] = told["os"]
    if knobs.get("guest"):
        _make_virtual(told["chip"], groups)
    return {
        "machine": machine, "chip": told["chip"], "bputil": told["bputil"], "groups": groups,
        "environment": environment, "default": groups[0]["uuid"], "booted": groups[0]["uuid"],
        "container": {"uuid": new_uuid(machine + "container"), "reference": "disk3", "store": "disk0s2",
                      "preboot": {"uuid": new_uuid(machine + "preboot"), "device": "disk3s2", "mounted": True},
                      "recovery": {"uuid": new_uuid(machine + "recovery"), "device": "disk3s3"}},
        "started": 1700000000, "nvram": {}, "flash": {}, "lost": [], "in_force": None, "running": None, "writes": 0,
        "knobs": {**KNOBS, **told["knobs"], **knobs}, "faults": [],
        "neighbours": [], "ghosts": [], "told": {}, "power": {"source": "AC", "percent": 100, "battery": True},
        "route": True, "entered": "power", "refused": 0, "starts": 1, "unlinkable": None, "dependency": None,
        "kits": [], "images": [], "guests": 0, "quota": None, "enrolled": False, "staged_update": None,
    }
