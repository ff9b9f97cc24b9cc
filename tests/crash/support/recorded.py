"""A recorded Mac whose journal cannot be written at some point. It must not judge anything but the promise of the door."""

import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from crash.support import simulated
from recorded_macs.builder import Mac
from support.patience import seconds

STOPPED, PRECONDITION = 6, 3


def _run(mac, command, before=()):
    owner = mac.group()["owners"][0]
    read_end, write_end = os.pipe()
    os.write(write_end, owner["password"].encode() + b"\n")
    os.close(write_end)
    try:
        return subprocess.run(
            [*before, simulated.program(), "--root", str(mac.root), command, "--yes", "--user", owner["name"], "--password-fd",
             str(read_end)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", pass_fds=[read_end], timeout=seconds(90), check=False, start_new_session=True)
    finally:
        os.close(read_end)


def _build(command, folder):
    """A Mac on which `command` has everything to do."""
    mac = Mac.build(folder)
    if command != "apply":
        assert _run(mac, "apply").returncode == 0
        mac.forget()
    return mac


def _numbers(mac):
    return sorted(mac.journal().glob("*.journal"))


def _next_journal(mac, command):
    """The file that this command will write, as the kernel names it (the volume is mounted by a link)."""
    number = len(_numbers(mac)) + (command != "rollback")
    return mac.journal().parent.resolve() / "vmq-recovery" / f"{number:04d}.journal"


def _intents(path):
    """argv of every whole intent in a journal file that is of a tool: what the door does to files by itself starts none."""
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")[:-1]
    records = [json.loads(line.split(b" ", 3)[3]) for line in lines]
    argvs = [one["argv"] for one in records if one["type"] in ("intent", "undo-intent")]
    return [[argv[0].rpartition("/")[2], *argv[1:]] for argv in argvs if argv[0].startswith("/")]


def count(command, folder, strace):
    """How often the journal is written and synced in a run that nobody disturbs."""
    place = pathlib.Path(tempfile.mkdtemp(prefix="count", dir=folder))
    mac = _build(command, place / "mac")
    path = _next_journal(mac, command)
    result = _run(mac, command, [*strace(place / "log", "trace=write,fsync"), "-P", str(path)])
    assert result.returncode == 0, result.stdout
    calls = collections.Counter(re.findall(r"^(\w+)\(", (place / "log").read_text(errors="replace"), re.MULTILINE))
    assert calls["write"] >= 5 and calls["fsync"] >= calls["write"], calls
    shutil.rmtree(place)
    return calls


def _judge_stop(mac, path, before, result):
    """It stopped before the act it could not record, and says so by its exit status."""
    acts, intents = mac.acts(), _intents(path)[before:]
    if acts != intents[:len(acts)] or len(intents) > len(acts) + 1:
        return f"acts {acts} but intents {intents}"
    expected = STOPPED if before or acts else PRECONDITION
    if result.returncode != expected:
        return f"exit {result.returncode}, not {expected}:\n{result.stdout[-800:]}"
    return None


def _judge_end(mac, command):
    """With a journal that works again, the same command reaches its end."""
    result = _run(mac, command)
    policy = mac.policy()
    wanted = "permissive" if command == "apply" else "full"
    if result.returncode != 0 or policy["mode"] != wanted or bool(policy["coih"]) != (command == "apply"):
        return f"again: exit {result.returncode}, {policy['mode']}\n{result.stdout[-800:]}"
    return None


def fail(command, where, folder, strace):
    """One failing call. Returns None or what is wrong."""
    call, n, error = where
    place = pathlib.Path(tempfile.mkdtemp(prefix="fail", dir=folder))
    try:
        mac = _build(command, place / "mac")
        path = _next_journal(mac, command)
        before = len(_intents(path))
        result = _run(mac, command, [*strace(place / "log", f"trace={call}", f"inject={call}:error={error}:when={n}"),
                                     "-P", str(path)])
        if "(INJECTED)" not in (place / "log").read_text(errors="replace"):
            return "the injection did not happen"
        return _judge_stop(mac, path, before, result) or _judge_end(mac, command)
    finally:
        shutil.rmtree(place, ignore_errors=True)
