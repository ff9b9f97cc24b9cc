"""A simulated Mac in a folder with the real program in front of it. It must not know where the program is killed."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess

from support import place
from support import program as tested
from support.patience import seconds

TREE = pathlib.Path(__file__).resolve().parent.parent.parent.parent
LUA = str(TREE / "build" / "tests" / "lua")
HELPER = "tests/crash/support/scratch_mac.lua"
FOREIGN = "-v  debug=0x14e wdt=-1 note=\"50%25 off\" tag='u&<x>' amfi=%zz trailing=a=b"
WORDS = "kcsuffix=development hypervisor=0x1 hv_apple_isa_vm_quota=0xFF"
FLAGS = ("mode", "coih", "sip0", "sip1", "sip2", "sip3", "smb2", "smb3")
PHASE = 8


_kept = {}


def keep_program(folder):
    """Test a copy of the program, and play the tools with a copy: those in build/ may be made anew meanwhile."""
    (folder / "tools").mkdir(parents=True)
    _kept.update(program=tested.copied(folder), tools=shutil.copy2(tested.NATIVE, folder / "tools"))


def program():
    """The program that is tested."""
    return str(_kept.get("program", tested.PROGRAM))


class Mac:
    """The Mac below `folder`."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def run(self, *words, before=(), typed=None):
        """Start the program with the owner's credentials and --yes, or with `typed` as all there is to read instead.

        `before` are words in front of it.
        """
        given = {"stdin": subprocess.DEVNULL} if typed is None else {"input": typed}
        with self._command(words, typed is None) as (command, read):
            return subprocess.run(
                [*before, *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", pass_fds=[read],
                timeout=seconds(60), check=False, start_new_session=True, **given)

    def start(self, *words):
        """The same with --yes, left running; what it says goes nowhere."""
        with self._command(words, True) as (command, read):
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                    pass_fds=[read], start_new_session=True)

    @contextlib.contextmanager
    def _command(self, words, agrees):
        """The command line, and the descriptor with the password in it."""
        more = ([] if "rollback" in words else ["--detailed-exitcode"]) + (["--yes"] if agrees else [])
        read, write = os.pipe()
        os.write(write, b"rehearsal\n")
        os.close(write)
        try:
            yield [program(), "--root", str(self.folder), *words, "--user", "ada", "--password-fd", str(read), *more], read
        finally:
            os.close(read)

    def settle(self):
        """Have somebody look at the Mac: work that is due is done then."""
        subprocess.run([str(self.folder / "usr/sbin/sysctl"), "-n", "hw.model"], check=True, stdout=subprocess.DEVNULL)

    def set_pause(self, pause):
        """Seconds between two readings that must be equal, before a run goes on after one that was cut off."""
        place = self.folder / "private/var/run/vmq-recovery"
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        (place / "pause").write_text(f"{pause}\n", encoding="utf-8")

    def restart(self, into="macos"):
        """A clean restart."""
        subprocess.run([LUA, HELPER, "restart", str(self.folder), into, "clean"], cwd=TREE, check=True)

    def state(self):
        """The whole state."""
        return json.loads((self.folder / "simulated-mac.json").read_text("utf-8"))

    def policy(self):
        """What makes two policies the same."""
        policy = self.state()["groups"][0]["policy"]
        return {name: policy.get(name) or None for name in FLAGS}

    def boot_args(self):
        """The stored boot-args."""
        return next((one["value"] for one in self.state()["nvram"] if one["name"] == "boot-args"), "")


def nothing_is_left(folder):
    """Yields (name, None or which process is still there)."""
    yield "no process is left", "; ".join(place.still_working(folder)) or None


def make(folder, *more):
    """A new Mac with boot-args of others, in paired recovery."""
    folder.mkdir(parents=True)
    tools = str(_kept.get("tools", tested.NATIVE))
    subprocess.run([LUA, HELPER, "make", str(folder), tools, "m2pro-14.0", "boot-args-set", *more], cwd=TREE, check=True)
    mac = Mac(folder)
    mac.set_pause(0.1)
    return mac


def copy(mac, folder):
    """The same Mac somewhere else. The links to its volumes are relative."""
    shutil.copytree(mac.folder, folder, symlinks=True)
    return Mac(folder)


def stages(folder):
    """Macs to start from: untouched, restarted after the first phase, applied and back in recovery."""
    fresh = make(folder / "fresh")
    second = copy(fresh, folder / "second")
    assert second.run("apply").returncode == PHASE
    second.restart()
    applied = copy(second, folder / "applied")
    assert applied.run("apply").returncode == 0
    applied.restart("paired-recovery")
    return {"fresh": fresh, "second": second, "applied": applied}


OLD = dict.fromkeys(FLAGS) | {"mode": "full"}


def _is_old(mac):
    if mac.policy() != OLD:
        return f"not the old policy: {mac.policy()}"
    return None if mac.boot_args() == FOREIGN else f"not the old boot-args: {mac.boot_args()}"


def _is_new(mac):
    policy, running = mac.policy(), mac.state()["running"]
    if (policy["mode"], policy["sip0"], policy["sip3"]) != ("permissive", 0x7F, True) or not policy["coih"]:
        return f"not the new policy: {policy}"
    if mac.boot_args() != f"{FOREIGN} {WORDS}":
        return f"not the merged boot-args: {mac.boot_args()}"
    return None if running["development"] and running["quota"] == 255 else f"not booted as wanted: {running}"


def _go_on(mac, first, command):
    """Start it again until it is finished. Returns the last result."""
    word = first
    for _ in range(5):
        result = mac.run(word)
        if "There is no run" in result.stdout or "Nothing to resume" in result.stdout:
            if word == command:
                return result
            word = command
        elif result.returncode == PHASE:
            mac.restart()
            word = "resume"
        else:
            return result
    return result


def reached(mac, command, how):
    """Is the Mac where such a finish leads? Returns None or what is wrong."""
    goes_back = command in ("revert", "rollback") or how == "rollback"
    return _is_old(mac) if goes_back else _is_new(mac)


def finish(mac, command, how):
    """After a death: resume, or roll back. Returns None or what is wrong."""
    if command == "apply" and how == "rollback":
        result = mac.run("rollback")
    else:
        result = _go_on(mac, "resume" if how == "resume" else command, command)
    wrong = reached(mac, command, how)
    if result.returncode != 0 or wrong:
        return f"exit {result.returncode}, {wrong}\n{result.stdout[-1500:]}"
    return None
