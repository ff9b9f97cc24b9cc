"""Writes tests/samples/records: what `record` says of Macs that were written out from the reference's transcripts.

Usage, from the tree: python3 tests/recorded_macs/write_records.py [NAME...]. Each record names its sources and what in it is a guess.
"""

import hashlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from recorded_macs.builder import Mac  # noqa: E402

SAMPLES = pathlib.Path("tests/samples")
GUESSED = "guess: names, UUIDs, devices and hashes are made up at their real lengths; owners are made up"
PRINTED = "sources: diskutil §6.3 and darwin §6; nvram §4.1; sysctl §6.4 and §8.2; uname §7.3; pmset from public samples (claims A.6)"

# Name: machine, environment, more for the builder, the group's true transcript, what is said of it.
RECORDS = {
    "m1-12.1": ("m1-12.1", "macos", {}, "kolide-12.1/bputil-d.txt", [
        "M1, macOS 12.1. bputil -d is a true transcript (KOLIDE, §1.5 A), its vuid row included; there is no -j on 12 (§1.1).",
        "source: chip, board and ECID from the same transcript; kernel banner as printed by an M1 Air with 12.1 (§7.3)."]),
    "m1-12.6": ("m1-12.6", "paired-recovery", {}, None, [
        "M1, macOS 12.6. bputil -d laid out as in the transcript of 12.1 (§1.5 A).",
        "guess: build 21G115 and the kernel's numbers; the hashes."]),
    "m2pro-14.0": ("m2pro-14.0", "paired-recovery", {}, None, [
        "M2 Pro, macOS 14.0: the machine on which the method was found (SEED).",
        "source: build 23A344 and the kernel's banner from SEED; bputil's layout as in the transcript of 14.4 (§1.5 B).",
        "guess: ECID and board; with -v the first line is that of 14.4 without it (§1.5)."]),
    "m2pro-15.3-two-systems": ("m2pro-15.3", "paired-recovery", {"several": "Büro Mac"}, None, [
        "M2 Pro, macOS 15.3, and a second system in the same container.",
        "source: build 24D60 from the report on the Linux stub; two groups share one Preboot (darwin §6).",
        "guess: the kernel's numbers; that the second system is of the same build; the policy's text is that of 14."]),
    "m4-26.3": ("m4-26.3", "paired-recovery", {}, None, [
        "M4, macOS 26.3.1 (M4DEV §8.4).",
        "source: layout of bputil -d -v from AZAHI (§1.5 C), of -d -j from POMME; \"nvram:\" is missing before errors (§4.1).",
        "guess: ECID, board, love and the kernel's numbers."]),
    "m4-27.0": ("m4-27.0", "macos", {}, None, [
        "M4, macOS 27.0, build 26A428 (§3.3).",
        "source: layout of bputil as on 26 (facts C names no change).",
        "guess: the kernel's numbers, ECID, love."]),
    "virtual-26.3": ("m4-26.3", "macos", {"guest": True}, None, [
        "A virtual Mac, macOS 26.3.1 (POMME's are of 26.6.2).",
        "source: in a guest macOS itself says Paired (§1.5); kern.hv_vmm_present is 1 (§8.2); the chip is VMAPPLE (field report).",
        "guess: model, chip and board numbers, the kernel's numbers."]),
    "m2pro-15.3-linux-stub": ("m2pro-15.3", "paired-recovery", {"stub": "new"}, None, [
        "M2 Pro, macOS 15.3, with a finished Asahi stub, which is the default system (field report, asahi-installer#50).",
        "source: the stub's container, its volumes and its missing SystemVersion.plist from the report; permissive, CTRR off, a raw "
        "object in coih.",
        "guess: which macOS the stub was made from; the kernel's numbers."]),
}


def _signed(lines):
    body = "".join(line + "\n" for line in lines)
    return body + f"end {len(lines)} {hashlib.sha256(body.encode()).hexdigest()}\n"


def _recorded(mac, folder):
    """The lines of its record, less the last."""
    path = folder / "record.txt"
    subprocess.run([os.environ.get("VMQ_PROGRAM", "build/vmq-recovery"), "--root", mac.root, "record", "--output", path, "--quiet"],
                   check=True, stdout=subprocess.DEVNULL)
    return path.read_text("utf-8").splitlines()[:-1]


def _with_transcript(lines, uuid, name):
    """The same with what bputil -d printed in truth, of the group that it was asked about there."""
    printed = (SAMPLES / name).read_text("utf-8")
    other = re.search(r"group ([0-9A-F-]{36}):", printed)[1]
    lines = [line.replace(uuid, other) for line in lines]
    at = lines.index(f"run /usr/bin/bputil -d -v {other}") + 2
    end = next(number for number in range(at, len(lines)) if not lines[number].startswith("out"))
    return lines[:at] + ["out " + line for line in printed.splitlines()] + lines[end:]


def write(name):
    """One record, as text."""
    machine, environment, more, transcript, about = RECORDS[name]
    with tempfile.TemporaryDirectory() as folder:
        mac = Mac.build(pathlib.Path(folder) / "mac", machine, environment, staged=None, **more)
        lines = _recorded(mac, pathlib.Path(folder))
        uuid = mac.group()["uuid"]
    if transcript:
        lines = _with_transcript(lines, uuid, transcript)
    lines = [re.sub("^date .*", "date 2026-11-26T00:00:00Z", line) for line in lines]
    return _signed([*lines[:6], *["about " + words for words in (*about, PRINTED, GUESSED)], *lines[6:]])


def main():
    folder = SAMPLES / "records"
    folder.mkdir(exist_ok=True)
    for name in sys.argv[1:] or RECORDS:
        (folder / f"{name}.txt").write_text(write(name), "utf-8")


if __name__ == "__main__":
    main()
