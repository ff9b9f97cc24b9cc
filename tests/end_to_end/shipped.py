"""The plans that ship beside apply and revert, there and back on both kinds of Mac; `make plans-table` prints what came of it.

Each Mac is compared field by field: the policy's fields and boot-args, before and after.
"""

import json
import pathlib
import shutil
import sys
import tempfile

if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import driver
from helpers import flags

# KEXT stands for an extension of others that the Mac has, OBJECT for a file to be booted.
SHIPPED = {"boot-args": ["add=debug=0x144 -v"], "sip": ["without=fs debug nvram", "words=-arm64e_preview_abi"], "dtrace": [],
           "research-guests": [], "kernel-debug": ["words=debug=0x144 wdt=-1 -v"], "kexts": ["ids=KEXT"], "boot-object": ["file=OBJECT"]}
# Where csrutil does not know the command yet, the plan is refused.
SINCE_15 = {"research-guests"}
RECORDED = ("m1-12.1", "m1-12.6", "m2pro-14.0", "m2pro-15.3", "m4-26.3", "m4-27.0")
SIMULATED = ("m1-12.6", "m2pro-14.0", "m2-15", "m4-26", "m5-26.6", "m4-27")


class Recorded:
    """A Mac that was written out from the reference's transcripts."""

    def __init__(self, mac):
        self.mac = mac

    kext = "org.example.driver.VirtualKeyboard"

    def object(self):
        """The staged collection, as the Mac names it."""
        return "/" + str(self.mac.collection_path().relative_to(self.mac.root))

    def prepare(self, name):
        """Only with the filter off do words reach the kernel."""
        if name == "boot-args":
            self.mac.set_policy(mode="permissive", sip0=0x7F, sip2=True, sip3=True)
            self.mac.set_boot_args("-x mine=1")

    def state(self):
        """All that is compared."""
        return flags(self.mac), self.mac.boot_args() or ""

    def run(self, *words):
        """Carry a command out, with nobody there."""
        return driver.unattended(self.mac, *words)

    def restart(self, into):
        """Restart cleanly."""
        assert self.mac.restart(into) == into


class Simulated:
    """A Mac of `rehearse --mac`, kept in a folder."""

    def __init__(self, machine, folder):
        self.machine, self.folder = machine, folder

    kext = "org.example.driver.Gadget"

    def object(self):
        """The staged collection, as the Mac names it."""
        path = next(self.folder.glob("Volumes/*/Users/Shared/vmq-recovery/VirtualMachine.kc"))
        return "/" + str(path.relative_to(self.folder))

    def _rehearse(self, *words):
        seen = driver.run(None, "rehearse", "--keep", self.folder, *words)
        assert seen.code == 0, seen.text

    def prepare(self, name):
        """The Mac is laid out in its folder."""
        more = ["--with", "already-permissive", "--with", "boot-args-set"] if name == "boot-args" else []
        self._rehearse("--mac", self.machine, *more)

    def state(self):
        """All that is compared."""
        seen = driver.run(None, "--root", self.folder, "status", "--json")
        told = next(json.loads(line) for line in seen.out.splitlines() if '"type":"status"' in line)
        return told["policy"], told["boot_args"]

    def run(self, *words):
        """Carry a command out, with nobody there."""
        return driver.run(None, "--root", self.folder, *words, "--yes", "--user", "ada", password="rehearsal")

    def restart(self, into):
        """Restart cleanly."""
        self._rehearse("restart", "macos" if into == "macos" else "recovery")


def given(name, *more, side=Recorded):
    """`run NAME` with its parameters; a side that is a Mac knows its files."""
    words = ["run", name]
    for one in [*SHIPPED[name], *more]:
        told = one.replace("KEXT", side.kext)
        words += ["--set", told.replace("OBJECT", side.object()) if "OBJECT" in told else told]
    return words


def through(side, *words):
    """Run a command, and again after each restart that it asks for; the last answer."""
    for _ in range(4):
        seen = side.run(*words, "--detailed-exitcode")
        if seen.code != 8:
            return seen
        side.restart("macos")
    raise AssertionError(seen.text)


def back(side):
    """Roll the newest run back, and again in recovery where it has to go on there; the last answer."""
    seen = side.run("rollback")
    if "Utilities > Terminal, and type:" in " ".join(seen.text.split()):
        side.restart("paired-recovery")
        seen = side.run("rollback")
    return seen


def as_it_should_be(machine, name):
    """What there_and_back has to answer."""
    major = int(machine.split("-")[1].split(".")[0])
    return "refused" if name in SINCE_15 and major < 15 else "there and back, equal"


def there_and_back(side, name):
    """What came of it, in words."""
    side.prepare(name)
    before = side.state()
    seen = through(side, *given(name, side=side))
    if seen.code == 3:
        return "refused" if side.state() == before else "refused, and changed"
    if seen.code != 0:
        return f"exit {seen.code}"
    if side.state() == before:
        return "changed nothing"
    seen = back(side)
    if seen.code != 0:
        return f"rollback exit {seen.code}"
    return "there and back, equal" if side.state() == before else "there and back, not equal"


def _print_row(kind, machine, make):
    cells = [there_and_back(make(name), name) for name in SHIPPED]
    print(f"| {kind} | {machine} | {' | '.join(cells)} |", flush=True)
    return cells == [as_it_should_be(machine, name) for name in SHIPPED]


def main():
    """Print the table; 1 if a cell is not as it should be."""
    from recorded_macs.builder import Mac
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vmq-plans"))
    print("| kind | Mac |", " | ".join(SHIPPED), "|")
    print("| --- | --- |", " | ".join("---" for _ in SHIPPED), "|")
    fine = [_print_row("recorded", machine, lambda name, machine=machine: Recorded(Mac.build(folder / f"r-{machine}-{name}", machine)))
            for machine in RECORDED]
    fine += [_print_row("simulated", machine, lambda name, machine=machine: Simulated(machine, folder / f"s-{machine}-{name}"))
             for machine in SIMULATED]
    shutil.rmtree(folder)
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
