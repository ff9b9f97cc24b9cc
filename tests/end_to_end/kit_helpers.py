"""What the tests of building, fetching and staging share: a Mac in macOS, its places, its commands. It must not judge."""

import driver

OWN = "private/var/db/vmq-recovery"
PLACE = "Users/Shared/vmq-recovery"
LIST = "https://dortania.github.io/KdkSupportPkg/manifest.json"


def below(mac, path):
    """A path of the Data volume, below the root."""
    return mac.data() / path.lstrip("/")


def built(mac):
    """Where build puts the collection."""
    return below(mac, f"{OWN}/build/VirtualMachine.kc")


def left_in_work(mac):
    """What the last build left in its work folder."""
    folder = below(mac, f"{OWN}/build/new")
    return sorted(one.name for one in folder.iterdir()) if folder.exists() else []


def image(mac):
    """Where fetch puts the image of this build."""
    told = mac.group()["os"]
    return below(mac, f"{OWN}/kits/Kernel_Debug_Kit_{told['version']}_build_{told['build']}.dmg")


def part(mac):
    """The part file of a download."""
    return image(mac).with_name(image(mac).name + ".part")


def run(mac, *words, code=0, **more):
    """Run a command that must end with this code."""
    seen = driver.run(mac, *words, **more)
    assert seen.code == code, seen.text
    assert "traceback" not in seen.text
    return seen


def spoil_collection(mac):
    """One byte of it."""
    path = below(mac, f"{PLACE}/VirtualMachine.kc")
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def spoil_program(mac):
    """Another program under its name."""
    below(mac, "vmq-recovery").write_bytes(b"#!/bin/sh\n")


def spoil_manifest(mac):
    """Half of it."""
    path = below(mac, f"{PLACE}/manifest.json")
    path.write_bytes(path.read_bytes()[:100])
