"""Every file that the program opens may be anything: it says which and why, ends in time, and changes nothing.

A case is a file, the command that opens it, and how that ends. `fine` are the kinds that do no harm there: what only root can
have put there, what root may read all the same, what is written anew.
"""

import os
import pathlib
import re
import shutil
import socket
import tempfile

import driver
import pytest
from helpers import FULL, flags, said, written
from kit_helpers import built, image, part, run

UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
LOCK = "private/var/run/vmq-recovery"
STAGED = "Users/Shared/vmq-recovery"
LIMIT = 20


# -- the kinds: each puts something at a path, where `good` was --------------------------------------------------------

def _link(path, good):
    other = path.with_name(path.name + ".elsewhere")
    other.write_bytes(good)
    path.symlink_to(other.name)


def _socket(path, _):
    short = pathlib.Path(tempfile.mkdtemp()) / "s"
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(short))
    short.rename(path)
    short.parent.rmdir()


def _folder(path, _):
    path.mkdir()
    (path / "x").write_text("x")


def _huge(path, _):
    with open(path, "wb") as file:
        file.truncate(20 << 30)


def _without_rights(path, good):
    path.write_bytes(good)
    path.chmod(0)


def _of_others(path, good):
    path.write_bytes(good)
    path.chmod(0o666)
    if os.getuid() == 0:
        os.chown(path, 501, 20)


def _bytes(data):
    return lambda path, _: path.write_bytes(data)


def _device(path, good):
    """A device where one can be made; a FIFO again where not."""
    try:
        os.mknod(path, 0o20666, os.makedev(1, 5))
    except PermissionError:
        os.mkfifo(path)


KINDS = {
    "fifo": lambda path, _: os.mkfifo(path),
    "device": _device,
    "socket": _socket,
    "folder": _folder,
    "link": _link,
    "dangling": lambda path, _: path.symlink_to("nowhere"),
    "huge": _huge,
    "empty": _bytes(b""),
    "binary": _bytes(bytes(range(256)) * 16 + b"\n"),
    "control": _bytes('{"a\0b":"\x1b[2J\x1b]0;x\x07\x9b\u202e"}\n\x1b[31m\0red\n'.encode()),
    "types": _bytes(b'{"format":{},"collection":{"sha256":5,"size":"x","name":[]},"program":7,"groups":5,"inputs":[],"version":{}}\n'),
    "list": _bytes(b'[1,{"format":"x","build":5,"version":[],"url":{},"fileSize":"x","sha256sum":7}]\n'),
    "deep": _bytes(b"[" * 200000 + b"\n"),
    "without-rights": _without_rights,
    "of-others": _of_others,
}

ROOTS = {"without-rights", "of-others"}
NAMED = {"link", *ROOTS}
BYTES = {"huge", "empty", "binary", "control", "types", "list", "deep"}
ALL = set(KINDS)


# -- the Macs -----------------------------------------------------------------------------------------------------------

def _built(mac):
    run(mac, "build", "-q")


def _staged(mac):
    _built(mac)
    run(mac, "stage", "-q")
    mac.restart("paired-recovery")


def _cut_off(mac):
    mac.fault("kmutil", "kill-program", match=["configure-boot"])
    assert driver.unattended(mac, "apply").code == -9
    mac.mend()


def _applied(mac):
    assert driver.unattended(mac, "apply").code == 0


IN_MACOS = ("m2pro-14.0", "macos")
MACS = {  # name: how it is prepared, how it is built
    "fresh": (lambda mac: None, (), {}),
    "macos": (lambda mac: None, IN_MACOS, {"kit": "good", "published": True}),
    "built": (_built, IN_MACOS, {"kit": "good", "staged": None}),
    "staged": (_staged, IN_MACOS, {"kit": "good", "staged": None}),
    "cut-off": (_cut_off, (), {}),
    "applied": (_applied, (), {}),
}


# -- the files ----------------------------------------------------------------------------------------------------------

def _object(mac):
    return next(mac.preboot().rglob("kernelcache.custom.*"))


def _mine(name):
    """A file of the user's own in his home folder."""
    return lambda mac: mac.data() / "Users" / mac.group()["owners"][0]["name"] / name


def _plan(path):
    written(path.parent, 'return plan "mine" { summary = "s", step "a" { why = "w", where = "any", no_way_back = "n", '
            'check = function() return "done", {} end } }', path.name)


def _collection(path, mac):
    shutil.copy(mac.collection_path(), path)


def _build_record(mac):
    return next(built(mac).parent.glob("*.json"))


def _on_data(path):
    return lambda mac: mac.data() / path


def _in_root(path):
    return lambda mac: mac.root / path


VERSION = "System/Library/CoreServices/SystemVersion.plist"
CASES = {  # name: (Mac, file, command, exit code, the kinds that do no harm)
    "checksum-file": ("staged", _on_data(f"{STAGED}/manifest.json"), ["doctor"], 3, ROOTS),
    "staged-collection": ("staged", _on_data(f"{STAGED}/VirtualMachine.kc"), ["doctor"], 3, {"without-rights"}),
    "staged-program": ("staged", _on_data("vmq-recovery"), ["doctor"], 3, NAMED),
    "owners": ("fresh", lambda mac: mac.preboot() / "var/db/AdminUserRecoveryInfo.plist", ["doctor"], 3, ROOTS),
    "version": ("fresh", _in_root(f"Volumes/Macintosh HD/{VERSION}"), ["doctor"], 3, NAMED),
    "journal": ("cut-off", lambda mac: mac.journal() / "0001.journal", ["resume"], 3, {"empty", "without-rights"}),
    "told-journal": ("applied", lambda mac: mac.journal() / "0001.journal", ["log"], 3, {"empty", "without-rights"}),
    "transcript": ("applied", lambda mac: mac.journal() / "0001.transcript", ["report"], 3, ALL),
    "journal-folder": ("fresh", lambda mac: mac.journal(), ["doctor"], 3, {"folder"}),
    "lock": ("fresh", _in_root(f"{LOCK}/lock"), ["rollback"], 3, BYTES | ROOTS),
    "lock-folder": ("fresh", _in_root(LOCK), ["rollback"], 3, {"folder"}),
    "refused-passwords": ("fresh", _in_root(f"{LOCK}/refused-passwords"), ["apply"], 3, set()),
    "boot-object": ("applied", _object, ["status"], 3, ALL),
    "update": ("macos", _in_root("System/Volumes/Update/Update.plist"), ["status"], 3, ALL),
    "kit-version": ("macos", lambda mac: mac.kit_path() / VERSION, ["kdk", "check"], 3, NAMED),
    "kit-kernel": ("macos", lambda mac: mac.kit_kernel(), ["build"], 3, NAMED),
    "kit-list": ("macos", _on_data("private/var/root/list.json"), ["kdk", "fetch", "--from", "FILE"], 3, set()),
    "image": ("macos", _on_data("private/var/root/Kernel_Debug_Kit_14.0_build_23A344.dmg"), ["kdk", "install", "FILE", "-n"], 3, ALL - {
        "fifo", "device", "socket", "folder", "dangling"}),
    "stage-folder": ("built", _on_data(STAGED), ["stage"], 3, {"folder"}),
    "staged-before": ("built", _on_data(f"{STAGED}/VirtualMachine.kc"), ["stage", "-n"], 3, ALL),
    "named-collection": ("fresh", _on_data("private/var/root/mine.kc"), ["kc", "FILE"], 3, set()),
    "given-collection": ("fresh", _on_data("private/var/root/mine.kc"), ["apply", "--kc", "FILE"], 3, set()),
    "stage-source": ("built", _on_data("private/var/root/mine.kc"), ["stage", "--kc", "FILE"], 3, set()),
    "build-record": ("built", _build_record, ["build", "-n"], 3, ALL),
    "copy-folder": ("fresh", _on_data("private/var/db/vmq-recovery/object"), ["apply"], 1, {"folder"}),
    "plan": ("fresh", _mine("mine.lua"), ["check", "FILE"], 2, NAMED),
    "record": ("fresh", _mine("record.txt"), ["rehearse", "doctor", "--like", "FILE"], 2, set()),
}


def _filled(name, mac, path):
    """What is there before, so that the kinds that keep it are tried with something that does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if name == "plan":
        _plan(path)


def _put(path, kind, good):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    KINDS[kind](path, good)


def _command(words, path, mac):
    given = str(path)[len(str(mac.root)):] if words[0] in ("kdk", "kc", "apply", "stage") else str(path)
    return [given if word == "FILE" else word for word in words]


def _run(mac, words):
    if words[0] in ("apply", "resume", "rollback", "stage", "kdk", "build") and "check" not in words:
        return driver.unattended(mac, *words, timeout=LIMIT)
    return driver.run(None if words[0] == "rehearse" else mac, *words, timeout=LIMIT)


def _faults(mac, seen, name, code):
    """What is wrong with how it ended, in words."""
    wrong = []
    if seen.code != code:
        wrong.append(f"exit {seen.code}")
    if code and name not in said(seen).replace(" ", ""):
        wrong.append("it is not named")
    if mac.acts() and code:
        wrong.append(f"acts: {mac.acts()}")
    if UNPRINTABLE.search(seen.text) or "traceback" in seen.text:
        wrong.append("not fit to be read")
    return wrong


def _share(name):
    """A third of the kinds, others for each file; all with DEEP=1."""
    begin, kinds = list(CASES).index(name), list(KINDS)
    return kinds if os.environ.get("DEEP") else [kind for at, kind in enumerate(kinds) if (at + begin) % 3 == 0]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", CASES)
def test_of_any_kind(build, models, name):
    """Each kind in the file's place."""
    prepared, place, words, code, fine = CASES[name]
    prepare, arguments, more = MACS[prepared]
    model = models(f"hostile-{prepared}", prepare, *arguments, **more)
    wrong = {}
    for kind in _share(name):
        mac = build(like=model)
        path = place(mac)
        _filled(name, mac, path)
        _put(path, kind, path.read_bytes() if path.is_file() else b"something\n")
        try:
            seen = _run(mac, _command(words, path, mac))
        except AssertionError as hanging:
            wrong[kind] = [str(hanging)]
            continue
        faults = _faults(mac, seen, path.name.replace(" ", ""), 0 if kind in fine else code)
        if faults:
            wrong[kind] = [*faults, seen.text]
    assert not wrong, "\n".join(f"{kind}: {'; '.join(told)}" for kind, told in wrong.items())


@pytest.mark.parametrize("kind", ["fifo", "device", "socket", "link", "dangling"])
def test_a_part_file_that_is_none(build, models, kind):
    """curl would write into it for ever, or into another's file: it is taken away, and the image comes."""
    mac = build(like=models("hostile-macos", MACS["macos"][0], *IN_MACOS, **MACS["macos"][2]))
    part(mac).parent.mkdir(parents=True)
    _put(part(mac), kind, b"theirs")
    assert driver.unattended(mac, "kdk", "fetch", timeout=LIMIT).code == 0
    assert image(mac).read_bytes() == mac.dmg_bytes() and not image(mac).is_symlink()
    assert kind != "link" or part(mac).with_name(part(mac).name + ".elsewhere").read_bytes() == b"theirs"


@pytest.mark.parametrize("place", ["journal", "folder"])
@pytest.mark.parametrize("kind", ["fifo", "socket", "link", "huge", "control", "of-others"])
def test_revert_needs_no_journal(build, models, place, kind):
    """Whatever lies in its place, Apple's kernel comes back."""
    mac = build(like=models("hostile-applied", _applied))
    path = mac.journal() / "0001.journal" if place == "journal" else mac.journal()
    _put(path, kind, b"something")
    seen = driver.unattended(mac, "revert", timeout=LIMIT)
    assert (seen.code, flags(mac)) == (0, FULL), seen.text


def test_the_state_of_a_kept_mac(tmp_path):
    """A kept folder whose state is anything: said, by the command and by each simulated tool."""
    assert driver.run(None, "rehearse", "--keep", tmp_path / "kept", "doctor").code == 0
    state = tmp_path / "kept/simulated-mac.json"
    good, wrong = state.read_bytes(), {}
    for kind in KINDS:
        _put(state, kind, good)
        seen = driver.run(None, "--root", tmp_path / "kept", "doctor", timeout=LIMIT)
        if seen.code != (0 if kind in ROOTS else 3) or "traceback" in seen.text:
            wrong[kind] = (seen.code, seen.text[:2000])
    assert wrong == {}
