"""Calls of a Mac's tools as the program makes them, for the tests of the fakes. It must not judge what comes out."""

import os
import struct
import subprocess

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/var/root", "TERM": "dumb", "LANG": "C"}
GUID = "40A0DDD2-77F8-4392-B4A3-1E7304206516"
OUT = "/Users/Shared/vmq-recovery/made.kc"
LIST = "https://dortania.github.io/KdkSupportPkg/manifest.json"
DMG = "/Users/Shared/kit.dmg"
POINT = "/private/tmp/kit"
FETCH = ("-q", "--fail", "--location", "--proto", "=https", "--proto-redir", "=https", "--connect-timeout", "30",
         "--speed-limit", "1", "--speed-time", "60")


def run(mac, path, *arguments, before=(), text=True, environment=None):
    """Run a tool with no terminal and nothing on standard input."""
    return subprocess.run([*before, str(mac.root / path), *arguments], env={**ENVIRONMENT, **(environment or {})},
                          capture_output=True, text=text, stdin=subprocess.DEVNULL, check=False, start_new_session=True)


def start(mac, path, *arguments):
    """Start a tool in a session of its own."""
    return subprocess.Popen([str(mac.root / path), *arguments], env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)


def below(mac, path):
    """A path the Mac knows, below its root."""
    return mac.root / path.lstrip("/")


def mac_path(mac, path):
    """A path below the Data volume as the Mac names it."""
    return "/" + str(path.relative_to(mac.data()))


def words(mac, kernel=None, out=OUT, ids=None, more=("--no-variant-extension",)):
    """The arguments of the program's `kmutil create`."""
    folder = mac_path(mac, mac.kit_path())
    told = ["create", "--arch", "arm64e", "-z", "--variant-suffix", "development", "--new", "boot", "--boot-path", out,
            "--kernel", kernel or mac_path(mac, mac.kit_kernel()),
            "--repository", f"{folder}/System/Library/Extensions", "--repository", "/System/Library/Extensions",
            "--repository", "/System/Library/DriverExtensions", "--explicit-only", *more]
    for name in ids or ("com.apple.kpi.bsd", "com.apple.filesystems.apfs", "com.apple.AppleUserHIDDrivers"):
        told += ["-b", name]
    return told


def create(mac, *arguments, **more):
    """Run it."""
    return run(mac, "usr/bin/kmutil", *words(mac, *arguments, **more))


def fetch(mac, address, path=DMG, more=("--progress-bar", "--continue-at", "-")):
    """curl as the program calls it for an image."""
    return run(mac, "usr/bin/curl", *FETCH, *more, "--output", path, "--", address)


def fetch_list(mac, path="/private/tmp/list"):
    """curl as the program calls it for the list."""
    return fetch(mac, LIST, path, ("--silent", "--show-error"))


def attach(mac, path=DMG):
    """hdiutil attach as the program calls it."""
    below(mac, POINT).mkdir(exist_ok=True)
    return run(mac, "usr/bin/hdiutil", "attach", "-readonly", "-nobrowse", "-mountpoint", POINT, path)


def entries(data):
    """Name to file offset of a file set's entries."""
    found, at = {}, 32
    for _ in range(struct.unpack_from("<I", data, 16)[0]):
        command, size = struct.unpack_from("<II", data, at)
        if command == 0x80000035:
            offset, name = struct.unpack_from("<Q", data, at + 16)[0], struct.unpack_from("<I", data, at + 24)[0]
            found[data[at + name:data.index(b"\0", at + name)].decode()] = offset
        at += size
    return found


def install(mac):
    """installer as the program calls it, as root."""
    return run(mac, "usr/sbin/installer", "-pkg", f"{POINT}/KernelDebugKit.pkg", "-target", "/",
               before=() if os.getuid() == 0 else ("/usr/bin/unshare", "--map-root-user"))


def size(mac, path):
    """A file's size, 0 where there is none."""
    return below(mac, path).stat().st_size if below(mac, path).exists() else 0
