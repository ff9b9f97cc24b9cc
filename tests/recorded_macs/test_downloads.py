"""How a kit gets onto a recorded Mac: curl, hdiutil, installer, pkgutil, and the public list of kits (issue 5)."""

import hashlib
import json
import os
import re
import signal
import subprocess

import pytest

from recorded_macs import calls, kits
from recorded_macs.builder import Mac
from recorded_macs.calls import DMG, ENVIRONMENT, FETCH, POINT, attach, below, create, fetch, fetch_list, run, start
from support.patience import seconds, wait_for


USUAL = {"environment": "macos", "staged": None}


class TestPackages:
    """hdiutil, installer, pkgutil."""

    def test_the_whole_way(self, build):
        """Attached, signed by Apple, installed with a receipt, detached; then there is a kit that create takes."""
        mac = build()
        below(mac, DMG).write_bytes(mac.dmg_bytes())
        seen = attach(mac)
        assert seen.returncode == 0 and seen.stdout.startswith("/dev/disk4 ") and POINT in seen.stdout
        signed = run(mac, "usr/sbin/pkgutil", "--check-signature", f"{POINT}/KernelDebugKit.pkg")
        assert signed.returncode == 0
        assert signed.stdout.startswith('Package "KernelDebugKit.pkg":\n   Status: signed Apple Software\n'
                                        "   Certificate Chain:\n")
        seen = calls.install(mac)
        assert (seen.returncode, seen.stdout) == (0, (
            "installer: Package name is Kernel Debug Kit\ninstaller: Installing at base path /\n"
            "installer: The install was successful.\n"))
        seen = run(mac, "usr/bin/hdiutil", "detach", POINT)
        assert (seen.returncode, seen.stdout) == (0, '"disk4" ejected.\n')
        assert list(below(mac, POINT).iterdir()) == []
        assert create(mac).returncode == 0

    def test_receipts(self, build):
        """Every path and folder, relative to the kit; without a receipt the words and status of the transcript."""
        mac = build(kit="gutted")
        seen = run(mac, "usr/sbin/pkgutil", "--files", "com.apple.pkg.KDK.23A344")
        paths = seen.stdout.splitlines()
        assert seen.returncode == 0 and "System/Library/Extensions" in paths
        missing = [one for one in paths if not (mac.kit_path() / one).exists()]
        assert sorted(missing) == sorted(kits.GUTTED)
        seen = run(mac, "usr/sbin/pkgutil", "--files", "com.apple.pkg.KDK.23A345")
        assert (seen.returncode, seen.stdout, seen.stderr) == (
            1, "", "No receipt for 'com.apple.pkg.KDK.23A345' found at '/'.\n")

    @pytest.mark.parametrize(("signed", "status", "text"), [
        (False, 1, "   Status: no signature\n"),
        ("developer", 0, "   Status: signed by a developer certificate issued by Apple for distribution\n"),
    ])
    def test_other_signatures(self, build, signed, status, text):
        """Not signed, and signed by somebody who is not Apple."""
        mac = build()
        mac.publish(signed=signed)
        below(mac, DMG).write_bytes(mac.dmg_bytes())
        attach(mac)
        seen = run(mac, "usr/sbin/pkgutil", "--check-signature", f"{POINT}/KernelDebugKit.pkg")
        assert seen.returncode == status and text in seen.stdout

    def test_no_image(self, build):
        """Text, half an image, a missing folder, nothing attached."""
        mac = build()
        for content in (b"this is no image" * 100, mac.dmg_bytes()[:100_000]):
            below(mac, DMG).write_bytes(content)
            seen = attach(mac)
            assert (seen.returncode, seen.stderr) == (1, "hdiutil: attach failed - image not recognized\n")
        seen = run(mac, "usr/bin/hdiutil", "attach", "-mountpoint", "/nowhere", DMG)
        assert (seen.returncode, seen.stderr) == (1, "hdiutil: attach failed - No such file or directory\n")
        seen = run(mac, "usr/bin/hdiutil", "detach", POINT)
        assert (seen.returncode, seen.stderr) == (1, "hdiutil: detach failed - No such file or directory\n")

    def test_installing_needs_root(self, open_folder, open_starter):
        """And a package. An ordinary user is refused."""
        mac = Mac.build(open_folder / "mac", "m2pro-14.0", "macos", starter=open_starter)
        assert run(mac, "usr/sbin/installer", "-pkg", "/nowhere.pkg", "-target", "/").returncode == 1
        below(mac, DMG).write_bytes(mac.dmg_bytes())
        attach(mac)
        command = [str(mac.root / "usr/sbin/installer"), "-pkg", f"{POINT}/KernelDebugKit.pkg", "-target", "/"]
        if os.getuid() == 0:
            subprocess.run(["chmod", "-R", "a+rwX", str(mac.folder)], check=True)
            command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
        seen = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
        assert (seen.returncode, mac.kit_path().exists()) == (1, False) and "Must be run as root" in seen.stderr

    def test_stopped_half_way(self, build):
        """Half a kit and no receipt."""
        mac = build()
        below(mac, DMG).write_bytes(mac.dmg_bytes())
        attach(mac)
        mac.fault("installer", "die-halfway")
        assert calls.install(mac).returncode == -9
        assert mac.kit_path().exists() and not mac.receipt().exists()

    def test_a_restart_detaches(self, build):
        """No image outlives one."""
        mac = build()
        below(mac, DMG).write_bytes(mac.dmg_bytes())
        attach(mac)
        mac.restart("macos")
        assert list(below(mac, POINT).iterdir()) == [] and attach(mac).returncode == 0


class TestCurl:
    """curl, and the public list of §7.4."""

    def test_the_list(self, build):
        """An array, newest first, with the fields of the stored copy; what it says of an image is true."""
        mac = build()
        seen = fetch_list(mac)
        assert (seen.returncode, seen.stdout, seen.stderr) == (0, "", "")
        told = json.loads(below(mac, "/private/tmp/list").read_text("utf-8"))
        assert told == mac.manifest()
        assert {tuple(sorted(one)) for one in told} == {(
            "build", "date", "fileSize", "kernel_versions", "md5sum", "name", "seen", "sha256sum", "url", "version")}
        assert [one["build"] for one in told] == ["25F71", "24B83", "23A345", "23A344", "22G74"]
        own = told[3]
        assert own["url"] == mac.dmg_address() == (
            "https://github.com/dortania/KdkSupportPkg/releases/download/23A344/"
            "Kernel_Debug_Kit_14.0_build_23A344.dmg")
        assert own["kernel_versions"]["kernel.development.t6020"] == mac.group()["os"]["development"]
        data = mac.dmg_bytes()
        assert (own["fileSize"], own["sha256sum"]) == (len(data), hashlib.sha256(data).hexdigest())

    @pytest.mark.parametrize("machine", ["m1-12.1", "m4-26.3"])
    def test_not_published(self, build, machine):
        """12 is too old for the list, 26 too new; mac.publish puts it there."""
        mac = build(machine)
        own = mac.group()["os"]["build"]
        assert own not in [one["build"] for one in mac.manifest()]
        mac.publish()
        assert own in [one["build"] for one in mac.manifest()]
        assert fetch(mac, mac.dmg_address()).returncode == 0

    def test_an_image(self, build):
        """The bytes, with a bar of carriage returns."""
        mac = build()
        child = start(mac, "usr/bin/curl", *FETCH, "--progress-bar", "--output", DMG, "--", mac.dmg_address())
        out, err = child.communicate(timeout=seconds(10))
        assert (child.returncode, out, err.count(b"\r")) == (0, b"", 8)
        assert re.search(rb"\r#{72} 100\.0%\n$", err)
        assert below(mac, DMG).read_bytes() == mac.dmg_bytes()

    def test_going_on(self, build):
        """From the length of what is there; a whole file stays as it is."""
        mac = build()
        below(mac, DMG).write_bytes(mac.dmg_bytes()[:70_001])
        assert fetch(mac, mac.dmg_address()).returncode == 0
        assert below(mac, DMG).read_bytes() == mac.dmg_bytes()
        assert fetch(mac, mac.dmg_address()).returncode == 0
        assert below(mac, DMG).read_bytes() == mac.dmg_bytes()
        below(mac, DMG).write_bytes(b"other")
        fetch(mac, mac.dmg_address(), more=())
        assert below(mac, DMG).read_bytes() == mac.dmg_bytes(), "without --continue-at it begins anew"

    @pytest.mark.parametrize(("how", "status", "text"), [
        ("cut", 18, "curl: (18) transfer closed with 100000 bytes remaining to read\n"),
        ("full", 23, "curl: (23) Failure writing output to destination\n"),
    ])
    def test_half_of_it(self, build, how, status, text):
        """What had come until then stays, and can be gone on from."""
        mac = build()
        mac.fault("curl", how)
        seen = fetch(mac, mac.dmg_address(), more=("--silent", "--show-error", "--continue-at", "-"))
        assert (seen.returncode, seen.stderr) == (status, text)
        assert below(mac, DMG).read_bytes() == mac.dmg_bytes()[:100_000]
        assert fetch(mac, mac.dmg_address()).returncode == 0
        assert below(mac, DMG).read_bytes() == mac.dmg_bytes()

    def test_wrong_bytes(self, build):
        """Of the right length, and an image still: only a checksum tells."""
        mac = build()
        mac.fault("curl", "wrong-bytes")
        assert fetch(mac, mac.dmg_address()).returncode == 0
        seen = below(mac, DMG).read_bytes()
        assert len(seen) == len(mac.dmg_bytes()) and seen != mac.dmg_bytes()
        assert attach(mac).returncode == 0

    @pytest.mark.parametrize(("address", "status", "text"), [
        ("https://github.com/nowhere", 22, "curl: (22) The requested URL returned error: 404\n"),
        ("http://dortania.github.io/KdkSupportPkg/manifest.json", 1, 'curl: (1) Protocol "http" disabled\n'),
    ])
    def test_other_addresses(self, build, address, status, text):
        """Unknown, and not https: no file is made."""
        mac = build()
        seen = fetch(mac, address)
        assert (seen.returncode, seen.stderr) == (status, text) and not below(mac, DMG).exists()

    def test_offline(self, build):
        """The host is named."""
        mac = build(online=False)
        seen = fetch_list(mac)
        assert (seen.returncode, seen.stderr) == (6, "curl: (6) Could not resolve host: dortania.github.io\n")

    def test_what_else_can_be_published(self, build):
        """A wrong checksum, an address with nothing behind it, another kit inside, no list at all."""
        mac = build()
        mac.publish(says={"sha256sum": "0" * 64})
        assert [one["sha256sum"] for one in mac.manifest() if one["build"] == "23A344"] == ["0" * 64]
        mac.publish(there=False)
        assert fetch(mac, mac.dmg_address()).returncode == 22
        mac.publish(build="23A346", says={"build": "23A344"})
        assert b"23A346" in mac.dmg_bytes()[:1000] and "23A346" not in [one["build"] for one in mac.manifest()]
        mac.set_manifest("<html>busy</html>")
        assert fetch_list(mac).returncode == 0
        assert below(mac, "/private/tmp/list").read_text("utf-8") == "<html>busy</html>"

    def test_stalled(self, build):
        """Half of it, then nothing more; the log tells a test when."""
        mac = build()
        mac.fault("curl", "stall")
        child = start(mac, "usr/bin/curl", *FETCH, "--output", DMG, "--", mac.dmg_address())
        wait_for(lambda: mac.records("hanging"))
        child.kill()
        child.communicate(timeout=seconds(10))
        assert below(mac, DMG).stat().st_size == 100_000

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_stopped(self, build, number):
        """It ends at once and leaves what it has."""
        mac = build(download_seconds=60)
        child = start(mac, "usr/bin/curl", *FETCH, "--output", DMG, "--", mac.dmg_address())
        wait_for(lambda: calls.size(mac, DMG))
        child.send_signal(number)
        _, err = child.communicate(timeout=seconds(10))
        assert (child.returncode, err) == (-number, b"")
        assert 0 < below(mac, DMG).stat().st_size < len(mac.dmg_bytes())
