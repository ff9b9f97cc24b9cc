"""Lay out a Mac below a folder, break it, restart it, and tell what was done to it. It must not run the program."""

import json
import os
import pathlib
import re
import shutil
import sys

from support.patience import PATIENCE

from . import collection, downloads, kits, machines, mounts, policy, situations, updates
from . import state as store
from .tools import PLACES

SCRIPT = """\
#!{python} -IS
import sys
sys.path.insert(0, {package!r})
from recorded_macs import host
host.main({name!r}, __file__, {patience})
"""

# What starts the tools, and where that finds this package. Most of what a tool costs is its interpreter's start, and a system's own
# starts faster than one that somebody has built.
SYSTEMS = "/usr/bin/python3"
HERE = (SYSTEMS if os.access(SYSTEMS, os.X_OK) else os.path.realpath(sys.executable), str(pathlib.Path(__file__).resolve().parent.parent))

STAGED = "Users/Shared/vmq-recovery"
KERNELCACHES = "System/Library/Caches/com.apple.kernelcaches"


class Mac(situations.Situations):
    """A Mac in `folder`: its root is folder/root, the log of every call folder/calls.jsonl."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.root = self.folder / "root"

    @classmethod
    def build(cls, folder, machine="m2pro-14.0", environment="paired-recovery", staged="good", kit=None, **more):
        """Make a new Mac. `staged` names the kernel collection copied to its Data volume (None: none at all).

        `kit` is one of kits.KINDS, or a list of them: what is installed in the first system's macOS. `stub` ("new", or
        "old" where it says a version) adds an Asahi stub, which is then the default system; `neighbours` the other
        containers of the disk. `starter` is for a Mac whose tools another user starts, as HERE.
        """
        mac = cls(folder)
        locked, stub, neighbours = (more.pop(name, None) for name in ("locked", "stub", "neighbours"))
        starter = more.pop("starter", HERE)
        record = more.pop("record", None)
        state = (machines.from_record(record, environment, **more) if record
                 else machines.new_state(machine, environment, **more))
        if stub:
            state["groups"].append(situations.stub_group(state, "Asahi Linux", stub, state["groups"][0]))
            state["default"] = state["booted"] = state["groups"][1]["uuid"]
        if neighbours:
            state["neighbours"] = situations.neighbours(machine)
        mac.root.mkdir(parents=True)
        mac._install_tools(*starter)
        for one in state["groups"]:
            mac._fill_volumes(state, one, staged)
        for kind in [kit] if isinstance(kit, str) else kit or []:
            mac._install_kit(state, kind)
        downloads.store(mac.folder, downloads.first(state))
        state["groups"][0]["data"]["locked"] = bool(locked)
        if environment == "macos":
            _boot(mac.root, state)
        mounts.mount_all(str(mac.root), state)
        state["nvram"]["boot-volume"] = state["nvram"].get("boot-volume") or "EF57347C-0000-AA11-AA11-00306543ECAC:" \
            f"{state['container']['uuid']}:{state['default']}"
        state["flash"] = dict(state["nvram"])
        store.save(str(mac.root), state)
        mac.set_pause(0.2)
        return mac

    def _install_tools(self, python, tests):
        for name, place in PLACES.items():
            path = self.root / place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(SCRIPT.format(python=python, package=tests, name=name, patience=PATIENCE), encoding="utf-8")
            path.chmod(0o755)

    def _fill_volumes(self, state, group, staged):
        data = self.folder / "parked" / group["data"]["device"]
        for place in (STAGED, "private/var/db", "private/var/root", "private/tmp", "Library/Preferences",
                      "Library/Extensions"):
            (data / place).mkdir(parents=True)
        for one in group["owners"]:
            (data / "Users" / one["name"]).mkdir()
        if staged and not group.get("stub"):
            (data / STAGED / "VirtualMachine.kc").write_bytes(self._collection(group, staged))
        preboot = self.folder / "parked" / mounts.container(state, group)["preboot"]["device"] / group["uuid"]
        (preboot / "boot" / group["policy"]["nsih"] / KERNELCACHES).mkdir(parents=True)
        mounts.write_owners(str(preboot), group["owners"])

    def _install_kit(self, state, kind):
        told = kits.describe(state, kind)
        if kind not in kits.KINDS or kits.folder_name(told) in state["kits"]:
            raise ValueError(f"no such kit, or a second one of its build: {kind}")
        kits.put(self.folder / "parked" / state["groups"][0]["data"]["device"], told)
        state["kits"].append(kits.folder_name(told))

    @staticmethod
    def _collection(group, name):
        if name == "good":
            return collection.collection(group["os"]["development"])
        return collection.variants(group["os"])[name]

    def copy(self, folder):
        """The same Mac in another folder. All its links are relative."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Mac(folder)

    # -- looking -------------------------------------------------------------------------------------------------

    def state(self):
        """The whole state, as the tools see it."""
        return store.load(str(self.root))

    def group(self, index=0):
        """A volume group's part of the state."""
        return self.state()["groups"][index]

    def policy(self, index=0):
        """A volume group's policy."""
        return self.group(index)["policy"]

    def boot_args(self):
        """The stored boot-args, or None."""
        return self.state()["nvram"].get("boot-args")

    def data(self, index=0):
        """The Data volume's folder below the root, or where it is parked while locked."""
        state = self.state()
        device = state["groups"][index]["data"]["device"]
        point = mounts.points(state).get(device)
        return self.root / point.lstrip("/") if point else self.folder / "parked" / device

    def journal(self):
        """Where the contract wants the journal (cli.md, Products and paths)."""
        return self.data() / "private/var/db/vmq-recovery"

    def collection_path(self):
        """The staged kernel collection below the root."""
        return self.data() / STAGED / "VirtualMachine.kc"

    def stage_for(self, index, name="good"):
        """The collection that is staged on the first system's Data is one for another system."""
        self.collection_path().write_bytes(self._collection(self.group(index), name))

    def preboot(self, index=0):
        """A volume group's folder on the Preboot volume, mounted or not."""
        state = self.state()
        device = mounts.container(state, state["groups"][index])["preboot"]["device"]
        point = mounts.points(state).get(device)
        place = self.root / point.lstrip("/") if point else self.folder / "parked" / device
        return place / state["groups"][index]["uuid"]

    def kit_path(self, index=0):
        """The folder of the index-th kit of `build`; behind the last one, where a kit of this system's build belongs."""
        state = self.state()
        name = [*state["kits"], kits.folder_name(kits.describe(state))][index]
        return self.data() / kits.PLACE / name

    def kit_kernel(self, index=0):
        """This chip's development kernel in that kit."""
        return self.kit_path(index) / kits.KERNELS / kits.kernel_name("development", self.state()["chip"]["soc"])

    def receipt(self, build=None):
        """The file that is a kit's receipt; this system's build without another."""
        return pathlib.Path(kits.receipt(self.data(), build or self.group()["os"]["build"]))

    def manifest(self):
        """The public list of kits, as whoever downloads it reads it."""
        return json.loads(downloads.manifest(self.folder))

    def _published(self, build):
        build = build or self.group()["os"]["build"]
        return next(one for one in downloads.published(self.folder) if downloads.entry(one)["build"] == build)

    def dmg_address(self, build=None):
        """Where the list says the image of that build (this system's) is."""
        return downloads.entry(self._published(build))["url"]

    def dmg_bytes(self, build=None):
        """The image of that build (this system's), as it is delivered."""
        return downloads.image(self._published(build)["kit"])

    def records(self, event=None):
        """The call log, all of it or one kind of record."""
        path = self.folder / "calls.jsonl"
        if not path.exists():
            return []
        # A tool may be writing its last line just now: what has no end yet is no record.
        told = [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]]
        return [one for one in told if event in (None, one["event"])]

    def calls(self, tool=None):
        """argv of every start, in order, of one tool or all."""
        return [one["argv"] for one in self.records("start") if tool in (None, one["tool"])]

    def acts(self):
        """argv of every start that could change the Mac, in order."""
        return [argv for argv in self.calls() if may_change(argv)]

    def typed(self):
        """What was typed at the tools' prompts."""
        path = self.folder / "typed.jsonl"
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []

    # -- changing ------------------------------------------------------------------------------------------------

    def change(self):
        """Context manager: the state, stored again afterwards."""
        return store.Changing(str(self.root))

    def fault(self, tool, how, *, match=(), times=1, skip=0, text="", status=0):
        """Break `tool` when all words of `match` are among its arguments; times=None means for ever."""
        with self.change() as state:
            state["faults"].append({"tool": tool, "how": how, "match": list(match), "times": times, "skip": skip,
                                    "text": text, "status": status})

    def orphan(self, tool, how, *, seconds=0.5, kills=True, match=(), skip=0):
        """`tool` outlives the program: it is one of orphans.KINDS and does its work `seconds` later (None: at `go`).

        It ends the program itself just before its work, or the test does (`kills` False; the record is "orphan").
        """
        with self.change() as state:
            state["faults"].append({"tool": tool, "how": how, "match": list(match), "times": 1, "skip": skip, "text": "",
                                    "status": 0, "seconds": seconds, "kills": kills})

    def set_pause(self, pause):
        """Seconds between two readings that must be equal, before a run goes on after one that was cut off (None: as on a Mac)."""
        folder = self.root / "private/var/run/vmq-recovery"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if pause is None:
            (folder / "pause").unlink(missing_ok=True)
        else:
            (folder / "pause").write_text(f"{pause}\n", encoding="utf-8")

    def release(self):
        """Let every tool go on that waits for it."""
        (self.folder / "go").touch()

    def mend(self):
        """Forget every fault and let waiting tools go."""
        with self.change() as state:
            state["faults"] = []
        self.release()

    def remove_tool(self, name):
        """Take a tool away."""
        (self.root / PLACES[name] / name).unlink()

    def forget(self):
        """Empty the call log."""
        (self.folder / "calls.jsonl").unlink(missing_ok=True)

    def set_boot_args(self, value):
        """Somebody else's boot-args are there already; bytes where they are no UTF-8."""
        value = os.fsdecode(value)
        with self.change() as state:
            state["nvram"]["boot-args"] = state["flash"]["boot-args"] = value

    def set_policy(self, index=0, **fields):
        """Somebody else has changed a policy."""
        with self.change() as state:
            state["groups"][index]["policy"].update(fields)

    def publish(self, version=None, build=None, *, kind="good", signed=True, there=True, says=None):
        """Put a kit into the public list, in place of one of that build; this system's without another.

        `signed`: True, False or "developer". `there`: False leaves the address empty. `says` overrides what the list
        tells (sha256sum, url, build…); the image stays that of `build`.
        """
        told = kits.describe(self.state(), kind, version, build, signed)
        new = {"kit": told, "date": "2023-09-26T17:00:00", "fields": says or {}, "there": there}
        listed = downloads.entry(new)["build"]
        rest = [one for one in downloads.published(self.folder) if downloads.entry(one)["build"] != listed]
        downloads.store(self.folder, [*rest, new])

    def set_manifest(self, text):
        """Another text stands where the public list was (None: the list again)."""
        path = self.folder / "manifest.json"
        if text is None:
            path.unlink(missing_ok=True)
        else:
            path.write_text(text, encoding="utf-8")

    def stage_update(self, version, build):
        """An update of macOS waits for the next restart."""
        with self.change() as state:
            state["staged_update"] = {"Build": build, "OSVersion": version}
            if state["environment"] == "macos":
                updates.lay_out(str(self.root), state)

    def finish_update(self, version=None, build=None):
        """The staged update, or the one named, has been installed; the Mac is about to be restarted.

        With a custom kernel in the policy `restart("macos")` then ends in recovery, until that is reverted.
        Returns None, or what macOS says where it takes no update: then nothing has changed.
        """
        data, preboot = self.data(), self.preboot()
        with self.change() as state:
            staged = state["staged_update"] or {}
            told = state["groups"][0]["os"]
            version = version or staged.get("OSVersion", told["version"])
            refused = updates.refusal(state, version)
            if not refused:
                updates.finish(state, preboot, data, version, build or staged.get("Build", kits.near_build(told["build"])))
        return refused

    def run_guests(self, count):
        """That many virtual machines run, until a restart."""
        with self.change() as state:
            state["guests"] = count

    def set_quota(self, count):
        """The device tree has a quota of guests (None: it has none, as on older Macs)."""
        with self.change() as state:
            state["quota"] = count

    def enrol(self):
        """Somebody manages this Mac."""
        with self.change() as state:
            state["enrolled"] = True

    def install_custom_kernel(self, data=None, index=0):
        """A custom kernel is there already, with its object in Preboot. Returns its hash."""
        coih = "C0" * 48
        state = self.state()
        group = state["groups"][index]
        folder = self.preboot(index) / "boot" / group["policy"]["nsih"]
        whole = b"\x30\x84IMG4" + (data or self._collection(group, "good")) + b"IM4M"
        (folder / KERNELCACHES / f"kernelcache.custom.{coih}").write_bytes(whole)
        self.set_policy(index, mode="permissive", coih=coih)
        return coih

    def restart(self, environment="macos", clean=True):
        """Shut down and start into `environment`; an unclean stop loses what no `nvram -s` has stored.

        Returns where it ended: recovery instead of macOS where an update has left a custom kernel behind (§5).
        """
        root = str(self.root)
        with self.change() as state:
            if clean:
                state["flash"] = {name: value for name, value in state["nvram"].items() if name not in state["lost"]}
            state["nvram"], state["lost"] = dict(state["flash"]), []
            if state["environment"] == "macos" and state["knobs"]["approves_kexts"]:
                policy.approve_kexts(state, store.group(state, state["booted"])["policy"])
            for one in state["images"]:
                (self.root / one["point"].lstrip("/") / downloads.PACKAGE).unlink(missing_ok=True)
            state["images"], state["guests"], state["refused"], state["entered"] = [], 0, 0, "power"
            state["started"] += 100
            state["starts"] += 1
            mounts.park_all(root, state)
            group = store.group(state, state["default"])
            stored = _custom_kernel(state, group, self.folder)
            if environment == "macos" and updates.cannot_start(state, group, stored):
                environment = "ordinary-recovery"
            state["environment"] = environment
            state["booted"] = state["default"]
            if environment == "macos":
                _boot(self.root, state, self.folder)
            mounts.mount_all(root, state)
        return environment

    def destroy(self):
        """Remove it all."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _custom_kernel(state, group, folder):
    """The banner of the stored custom object of this policy, or None (reference §3.1, §5)."""
    told = group["policy"]
    if not told["coih"] or folder is None:
        return None
    place = (folder / "parked" / mounts.container(state, group)["preboot"]["device"] / group["uuid"] / "boot" / told["nsih"]
             / KERNELCACHES / f"kernelcache.custom.{told['coih']}")
    if not place.exists():
        return None
    found = re.search(rb"Darwin Kernel Version [ -~]+", place.read_bytes())
    return found[0].decode() if found else None


def _boot(_root, state, folder=None):
    """What iBoot and the kernel make of policy and boot-args (§4.2, §8.1)."""
    group = store.group(state, state["default"])
    told = group["policy"]
    banner = _custom_kernel(state, group, folder) or group["os"]["banner"]
    # The kernel's own name for its configuration; kasan ones are development kernels, too (§7.2).
    config = next((word.lower() for word in ("DEVELOPMENT", "KASAN") if f"/{word}_" in banner), "release")
    args = state["nvram"].get("boot-args", "")
    if not told["sip3"]:
        args = ""  # iBoot drops what it does not know while the filter is on
    # §8.1: the development kernel switches the whole hypervisor off without hypervisor=1
    hypervisor = config == "release" or "hypervisor=0x1" in args.split() or "hypervisor=1" in args.split()
    state["in_force"] = dict(told)
    state["running"] = {"banner": banner, "config": config, "boot_args": args,
                        "hv_support": int(hypervisor), "approved": bool(told["smb2"] and told["auxp"])}


def may_change(argv):
    """Could this call change the Mac?"""
    tool, words = argv[0], argv[1:]
    if tool == "csrutil":
        return "status" not in words
    if tool == "bputil":
        return not (set(words) & {"-d", "-e", "--display-policy", "--display-all-policies"}
                    or any(w.startswith("-") and not w.startswith("--") and set("de") & set(w[1:]) for w in words))
    if tool == "kmutil":
        return words[:1] not in (["inspect"], ["showloaded"])
    if tool == "nvram":
        return any("=" in word or word in ("-d", "-r", "-c", "-s", "-f", "-z") for word in words)
    if tool == "diskutil":
        return any(word.lower() in ("unlockvolume", "mount", "unmount") for word in words)
    return tool in ("curl", "hdiutil", "installer")
