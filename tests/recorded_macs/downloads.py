"""The public list of kits and the disk images it names (reference §7.4). Both are made anew at every call.

What is published stands beside the root in published.json: a dict a kit, with what the list says wrong of it.
"""

import os

from . import kits, plain

MANIFEST = "https://dortania.github.io/KdkSupportPkg/manifest.json"
RELEASES = "https://github.com/dortania/KdkSupportPkg/releases/download"
PACKAGE = "KernelDebugKit.pkg"  # its name on the image (OCLP's kdk_handler)
SIZE = 200_000
TRAILER = 512  # what a disk image ends with begins with `koly`
# Kits of other systems that the list has too; the last one's date is not known (§7.4).
OTHERS = (("26.5", "25F71", "2026-05-11T17:00:00"), ("15.1", "24B83", "2024-10-28T17:00:00"),
          ("13.5", "22G74", "9999-01-01T00:00:00"))


def _noise(seed, size):
    import hashlib
    return hashlib.shake_128(seed.encode()).digest(size)


def image(told):
    """The bytes of the disk image with that kit's package."""
    package = plain.write(told).encode()
    body = b"vmqimage" + len(package).to_bytes(8, "little") + package
    return body + _noise(told["build"], SIZE - len(body) - TRAILER) + b"koly".ljust(TRAILER, b"\0")


def package_of(data):
    """The package inside an image, or None where the bytes are no image."""
    if len(data) < TRAILER or data[:8] != b"vmqimage" or data[-TRAILER:-TRAILER + 4] != b"koly":
        return None
    return data[16:16 + int.from_bytes(data[8:16], "little")]


def entry(one):
    """What the list says of a published kit."""
    import hashlib
    told, data = one["kit"], image(one["kit"])
    version, build = told["version"], told["build"]
    return {
        "build": build, "date": one["date"], "fileSize": len(data), "kernel_versions": kits.kernels(told),
        "md5sum": hashlib.md5(data).hexdigest(), "name": f"Kernel Debug Kit {version} build {build}",
        "seen": "2024-07-15T18:25:27Z", "sha256sum": hashlib.sha256(data).hexdigest(),
        "url": f"{RELEASES}/{build}/Kernel_Debug_Kit_{version}_build_{build}.dmg", "version": version, **one["fields"],
    }


def published(folder):
    """Every published kit, newest first."""
    with open(os.path.join(folder, "published.json"), encoding="utf-8") as file:
        return plain.read(file.read())


def _age(one):
    version = [int(part) for part in one["kit"]["version"].split(".")]
    return version, one["kit"]["build"]


def store(folder, told):
    """Replace what is published."""
    told = sorted(told, key=_age, reverse=True)
    with open(os.path.join(folder, "published.json"), "w", encoding="utf-8") as file:
        file.write(plain.write(told, " "))


def first(state):
    """What is published for a new Mac: near misses always, its own build where the knob says so."""
    found = [{"kit": kits.describe(state, version=version, build=build), "date": date, "fields": {}, "there": True}
             for version, build, date in OTHERS]
    for kind in ("near", "good") if state["knobs"]["published"] else ("near",):
        found.append({"kit": kits.describe(state, kind), "date": "2023-09-26T17:00:00", "fields": {}, "there": True})
    return found


def manifest(folder):
    """The list as the address gives it, as text; a test may have put another text in its place."""
    other = os.path.join(folder, "manifest.json")
    if os.path.exists(other):
        with open(other, encoding="utf-8") as file:
            return file.read()
    return plain.write([entry(one) for one in published(folder)], "    ")


def fetch(folder, address):
    """The bytes at that address, or None."""
    if address == MANIFEST:
        return manifest(folder).encode()
    for one in published(folder):
        if one["there"] and entry(one)["url"] == address:
            return image(one["kit"])
    return None
