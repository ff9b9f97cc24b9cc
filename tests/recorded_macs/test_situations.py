"""What stands around the target: stub, twins, guests, neighbours, odd groups, power, planted folders, prompts."""

import os
import plistlib

import pytest

from recorded_macs import calls, situations
from recorded_macs.talking import CSRUTIL, answers, configure, talk
from support.patience import seconds, wait_for

DISKUTIL, BPUTIL = "usr/sbin/diskutil", "usr/bin/bputil"


USUAL = {"machine": "m1-12.6"}


def told(mac, *words):
    """A property list of diskutil."""
    return plistlib.loads(calls.run(mac, DISKUTIL, *words).stdout.encode())


class TestStub:
    """A finished Asahi stub beside macOS (field/asahi-stub-is-the-target)."""

    @pytest.mark.parametrize(("kind", "name"), [("new", "SystemVersion-disabled.plist"), ("old", "SystemVersion.plist")])
    def test_what_lies_on_it(self, build, kind, name):
        """No kernel, and a version only where it is old; macOS beside it has both."""
        mac = build("m2pro-15.3", stub=kind)
        services = "System/Library/CoreServices"
        assert os.listdir(mac.root / "Volumes/Asahi Linux" / services) == [name]
        assert not (mac.root / "Volumes/Asahi Linux/System/Library/Kernels").exists()
        assert os.listdir(mac.root / "Volumes/Macintosh HD" / services) == ["SystemVersion.plist"]
        assert os.listdir(mac.root / "Volumes/Macintosh HD/System/Library/Kernels") == ["kernel.release.t6020"]

    def test_it_is_the_default_and_paired(self, build):
        """boot-volume's third field; its own recovery runs; its own container and Preboot; the same owner."""
        mac = build("m2pro-15.3", stub="new")
        uuid = mac.group(1)["uuid"]
        assert calls.run(mac, "usr/sbin/nvram", "boot-volume").stdout.strip().rpartition(":")[2] == uuid
        seen = calls.run(mac, BPUTIL, "-d", "-v", uuid).stdout
        assert "OS Pairing Status                             : Paired\n" in seen
        assert "OS Type                                       : one true recoveryOS\n" in seen
        assert "Security Mode:               Permissive (smb0 && smb1): 1\n" in seen
        assert "Kernel CTRR Status:          Disabled   (sip2): 1\n" in seen
        assert "OS Pairing Status                             : Not Paired\n" in calls.run(
            mac, BPUTIL, "-d", "-v", mac.group(0)["uuid"]).stdout
        info = told(mac, "info", "-plist", "/Volumes/Asahi Linux")
        assert (info["APFSContainerReference"], info["BooterDeviceIdentifier"]) == ("disk4", "disk4s2")
        assert told(mac, "info", "-plist", "disk4s2")["MountPoint"] == "/Volumes/Preboot 1"
        assert situations.owners_listed(mac.preboot(1)) == situations.owners_listed(mac.preboot(0)) == ["lena", "mykola"]

    def test_kmutil_puts_a_macos_kernel_there(self, build):
        """Nothing but the program keeps it from that; the stub's old object stays beside it."""
        mac = build("m2pro-15.3", stub="new")
        before = mac.policy(1)["coih"]
        assert configure(mac, "/Volumes/Asahi Linux")[0] == 0
        after = mac.policy(1)
        assert after["coih"] != before
        assert list((mac.root / "Volumes/Preboot 1").glob(f"*/boot/*/**/kernelcache.custom.{after['coih']}"))

    def test_full_security_does_not_start_it(self, build):
        """There is no macOS on it."""
        mac = build("m2pro-15.3", stub="new")
        assert mac.restart("macos") == "ordinary-recovery"


class TestNames:
    """Twins and names that were made to deceive."""

    def test_two_systems_of_one_name(self, build):
        """csrutil's menu cannot tell them apart; the mount points can."""
        mac = build("m4-27.0", several="Macintosh HD")
        seen = calls.run(mac, CSRUTIL, "status").stdout
        assert seen.startswith("This computer has several macOS installations.\n1: Macintosh HD\n2: Macintosh HD\n")
        points = [told(mac, "info", "-plist", mac.group(at)["system"]["device"])["MountPoint"] for at in (0, 1)]
        assert points == ["/Volumes/Macintosh HD", "/Volumes/Macintosh HD 1"]
        assert told(mac, "info", "-plist", mac.group(1)["uuid"])["MountPoint"] == "/Volumes/Macintosh HD - Data 1"

    def test_bputils_menu_has_uuids(self, build):
        """facts A.1: csrutil's wording, but UUIDs."""
        mac = build("m4-27.0", several="Second")
        seen = calls.run(mac, BPUTIL, "-d")
        assert (seen.returncode, seen.stdout) == (1, (
            f"This computer has several macOS installations:\n1: {mac.group(0)['uuid']}\n2: {mac.group(1)['uuid']}\n"
            "Pick a macOS installation (1..2): "))
        _, said = answers(talk(mac, BPUTIL, "-d"), mac, pick="2")
        assert f"(vuid): {mac.group(1)['uuid']}\n" in said

    @pytest.mark.parametrize("name", ["a\x1b[2Jb", "c\x9bd", "e\u202ef", "g\nh"])
    def test_hostile_names(self, build, name):
        """A volume may be called like that: diskutil, the mount point and csrutil's question say it as it is."""
        mac = build("m1-12.6", name=name)
        seen = calls.run(mac, DISKUTIL, "info", "-plist", mac.group()["system"]["device"]).stdout
        assert f"<string>/Volumes/{name}</string>" in seen and f"<string>{name}</string>" in seen
        assert (mac.root / "Volumes" / name / "System").is_dir()
        status, said = answers(talk(mac, CSRUTIL, "disable"), mac)
        assert status == 0 and f'for OS "{name}"? [y/n]: ' in said


class TestDisks:
    """darwin §6: what else is on the disk, and what diskutil says that is not whole."""

    def test_neighbours(self, build):
        """iSCPreboot has a Preboot's role in another container, and three volumes are called Recovery."""
        mac = build("m4-27.0", neighbours=True)
        containers = told(mac, "apfs", "list", "-plist")["Containers"]
        volumes = [(one["ContainerReference"], volume["Name"], volume["Roles"][0], volume["DeviceIdentifier"])
                   for one in containers for volume in one["Volumes"]]
        assert [one for one in volumes if one[2] == "Preboot"] == [
            ("disk1", "iSCPreboot", "Preboot", "disk1s1"), ("disk3", "Preboot", "Preboot", "disk3s2")]
        assert [one[3] for one in volumes if one[1] == "Recovery"] == ["disk1s4", "disk2s1", "disk3s3"]
        assert told(mac, "info", "-plist", "iSCPreboot")["MountPoint"] == "/System/Volumes/iSCPreboot"
        assert told(mac, "info", "-plist", "Recovery")["DeviceIdentifier"] == "disk1s4", "by name the wrong one comes first"
        groups = told(mac, "apfs", "listVolumeGroups", "-plist")["Containers"]
        assert [len(one["VolumeGroups"]) for one in groups] == [0, 0, 1]

    @pytest.mark.parametrize(("kind", "volumes"), [("no-device", 1), ("no-volumes", 0)])
    def test_a_group_that_is_not_whole(self, build, kind, volumes):
        """A System volume without a device, and a group without any volume."""
        mac = build()
        mac.add_ghost(kind)
        groups = told(mac, "apfs", "listVolumeGroups", "-plist")["Containers"][0]["VolumeGroups"]
        assert len(groups) == 2 and len(groups[1]["Volumes"]) == volumes
        assert not any("DeviceIdentifier" in one for one in groups[1]["Volumes"])

    def test_nul_in_a_mount_point(self, build):
        """The bytes of the answer."""
        mac = build()
        mac.tell("system", MountPoint="/Volumes/Mac\0intosh HD")
        seen = calls.run(mac, DISKUTIL, "info", "-plist", mac.group()["system"]["device"]).stdout
        assert "<key>MountPoint</key>\n\t<string>/Volumes/Mac\0intosh HD</string>" in seen

    def test_ownership(self, build):
        """GlobalPermissionsEnabled is true, false where a volume ignores owners, or not told."""
        mac = build()
        device = mac.group()["data"]["device"]
        assert told(mac, "info", "-plist", device)["GlobalPermissionsEnabled"] is True
        mac.tell("data", GlobalPermissionsEnabled=False)
        assert told(mac, "info", "-plist", device)["GlobalPermissionsEnabled"] is False
        mac.tell("data", GlobalPermissionsEnabled=None)
        assert "GlobalPermissionsEnabled" not in told(mac, "info", "-plist", device)

    @pytest.mark.parametrize(("machine", "changed", "says"), [
        ("m1-12.6", False, "Yes"), ("m1-12.6", True, "Broken"), ("m4-27.0", False, "Broken")])
    def test_sealed(self, build, machine, changed, says):
        """26 and later say Broken of a sound system; csrutil tells the truth, the seal is required."""
        mac = build(machine)
        if changed:
            mac.break_seal()
        assert told(mac, "info", "-plist", mac.group()["system"]["device"])["Sealed"] == says
        assert f"   Sealed:                   {says}\n" in calls.run(
            mac, DISKUTIL, "info", mac.group()["system"]["device"]).stdout
        assert calls.run(mac, CSRUTIL, "authenticated-root", "status").stdout == "Authenticated Root status: enabled\n"

    def test_preboot_comes_and_goes(self, build):
        """It may be unmounted between two commands; its content stays."""
        mac = build()
        assert calls.run(mac, DISKUTIL, "unmount", "disk3s2").returncode == 0
        assert told(mac, "info", "-plist", "disk3s2")["MountPoint"] == "" and mac.preboot().is_dir()
        assert calls.run(mac, DISKUTIL, "mount", "disk3s2").returncode == 0
        assert told(mac, "info", "-plist", "disk3s2")["MountPoint"] == "/Volumes/Preboot"

    def test_recovery_leaves_data_out(self, build):
        """facts C, 26.5.1: it can be mounted, is left out again at the next start of recovery, and macOS mounts it."""
        mac = build("m4-26.3", recovery_mounts_data=False)
        device = mac.group()["data"]["device"]
        assert told(mac, "info", "-plist", device)["MountPoint"] == "" and mac.collection_path().exists()
        assert calls.run(mac, DISKUTIL, "mount", device).returncode == 0
        assert told(mac, "info", "-plist", device)["MountPoint"] == "/Volumes/Macintosh HD - Data"
        assert (mac.root / "Volumes/Macintosh HD/Users/Shared").is_dir()
        mac.restart("paired-recovery")
        assert told(mac, "info", "-plist", device)["MountPoint"] == ""
        mac.restart("macos")
        assert told(mac, "info", "-plist", device)["MountPoint"] == "/System/Volumes/Data"

    @pytest.mark.parametrize(("password", "point"), [(None, "/Volumes/Preboot"), ("wrong", "")])
    def test_csrutil_leaves_preboot_mounted(self, build, password, point):
        """facts C: once somebody has signed, whether it was mounted before or not."""
        mac = build()
        calls.run(mac, DISKUTIL, "unmount", "disk3s2")
        answers(talk(mac, CSRUTIL, "disable"), mac, password=password)
        assert told(mac, "info", "-plist", "disk3s2")["MountPoint"] == point


class TestGuest:
    """A Mac that is a virtual one (field/inside-a-guest)."""

    def test_what_tells_it(self, build):
        """sysctl and the kernel's name."""
        mac = build("m2pro-14.0", "macos", guest=True)
        assert calls.run(mac, "usr/sbin/sysctl", "-n", "kern.hv_vmm_present").stdout == "1\n"
        assert calls.run(mac, "usr/bin/uname", "-v").stdout.endswith("/RELEASE_ARM64_VMAPPLE\n")
        assert "OS Pairing Status                             : Paired\n" in calls.run(mac, BPUTIL, "-d").stdout

    def test_csrutil_works_in_its_macos(self, build):
        """§2.2; on a real Mac it does not."""
        mac = build("m2pro-14.0", "macos", guest=True)
        assert answers(talk(mac, CSRUTIL, "disable"), mac)[0] == 0 and mac.policy()["sip0"] == 0x7F

    @pytest.mark.parametrize(("machine", "where"), [("m2pro-14.0", "ordinary-recovery"), ("m2pro-15.3", "macos")])
    def test_a_custom_kernel_starts_from_14_4_on(self, build, machine, where):
        """facts A.3."""
        mac = build(machine, guest=True)
        mac.install_custom_kernel()
        assert mac.restart("macos") == where


class TestCreate:
    """kmutil create that fails in the words of the reports."""

    def test_link_error(self, build):
        """Many lines, exit 31; the extension stands only in those without the code."""
        mac = build("m2pro-14.0", "macos", kit="good")
        mac.cannot_link("com.apple.filesystems.apfs")
        seen = calls.create(mac)
        first, second, *rest = seen.stderr.splitlines()
        assert (seen.returncode, first) == (
            31, "One or more binaries has an error which prevented linking.  See other errors.")
        assert second == 'Error Domain=KMErrorDomain Code=31 "Error occurred while building a collection:'
        assert rest[1] == ("    2: Could not use 'com.apple.filesystems.apfs' because: Failed to bind '_tb_x' in "
                           "'com.apple.filesystems.apfs' (at offset 0x740 in __DATA_CONST, __auth_got) as could not find "
                           "a kext which exports this symbol")
        assert not calls.below(mac, calls.OUT).exists()

    def test_dependency(self, build):
        """One line, exit 71, two ids."""
        mac = build("m2pro-14.0", "macos", kit="good")
        mac.depends("com.apple.filesystems.apfs", "com.apple.iokit.IOACPIFamily")
        seen = calls.create(mac)
        assert (seen.returncode, seen.stderr) == (71, (
            "Error Domain=KMErrorDomain Code=71 \"Unable to resolve dependencies: 'com.apple.filesystems.apfs' names a "
            "dependency on 'com.apple.iokit.IOACPIFamily', which was not found.\" UserInfo={NSLocalizedDescription=Unable "
            "to resolve dependencies: 'com.apple.filesystems.apfs' names a dependency on "
            "'com.apple.iokit.IOACPIFamily', which was not found.}\n"))


class TestSurroundings:
    """Power, network, updates, planted folders."""

    @pytest.mark.parametrize(("how", "said"), [
        (("AC", 100, True), "Now drawing from 'AC Power'\n -InternalBattery-0 (id=4653155)\t100%; charged; "
                            "0:00 remaining present: true\n"),
        (("Battery", 31, True), "Now drawing from 'Battery Power'\n -InternalBattery-0 (id=4653155)\t31%; discharging; "
                                "5:12 remaining present: true\n"),
        (("AC", 100, False), "Now drawing from 'AC Power'\n")])
    def test_power(self, build, how, said):
        """On mains, on its battery, without one."""
        mac = build()
        mac.set_power(*how)
        assert calls.run(mac, "usr/bin/pmset", "-g", "batt").stdout == said

    @pytest.mark.parametrize(("there", "status"), [(True, 0), (False, 1)])
    def test_route(self, build, there, status):
        """Is there a way out; nothing is fetched."""
        mac = build()
        mac.set_route(there)
        seen = calls.run(mac, "sbin/route", "-n", "get", "default")
        assert (seen.returncode, "destination: default\n" in seen.stdout) == (status, there)

    def test_a_newer_macos_is_out(self, build):
        """Full security cannot be had for what is installed; Reduced can, also unpaired (facts A.1)."""
        mac = build("m4-27.0", "unpaired-recovery", newest=False)
        mac.set_policy(mode="permissive", coih="C" * 96)
        uuid = mac.group()["uuid"]
        status, said = answers(talk(mac, BPUTIL, "-f", "-v", uuid), mac)
        assert status == 1 and "This device isn't eligible for the requested build." in said
        status, said = answers(talk(mac, BPUTIL, "-nc", "-v", uuid), mac)
        assert status == 1 and "pairing (17)" in said and "Please enter password for user rin" in said
        assert answers(talk(mac, BPUTIL, "-g", "-v", uuid), mac)[0] == 0
        assert (mac.policy()["mode"], mac.policy()["coih"]) == ("reduced", None)

    def test_a_planted_folder(self, build):
        """Everybody may write there."""
        mac = build()
        mac.plant("Users/Shared/planted", 0o777)
        assert (mac.data() / "Users/Shared/planted").stat().st_mode & 0o777 == 0o777

    def test_var_db_refused(self, build):
        """In macOS, and only while SIP guards files."""
        mac = build(environment="macos", var_db="refused")
        folder = "private/var/db"
        assert (mac.data() / folder).stat().st_mode & 0o777 == 0o555
        mac.restart("paired-recovery")
        assert (mac.data() / folder).stat().st_mode & 0o777 == 0o755
        mac.set_policy(mode="permissive", sip0=0x7F)
        mac.restart("macos")
        assert (mac.data() / folder).stat().st_mode & 0o777 == 0o755

    def test_an_acl(self, build):
        """Somebody else may write there, which the owner and his class of the mode do not tell."""
        mac = build()
        if not mac.plant("Users/Shared/planted", 0o755, acl=501):
            pytest.skip("this file system keeps no ACL")
        assert os.getxattr(mac.data() / "Users/Shared/planted", "system.posix_acl_access")


class TestPrompts:
    """The order of prompt and flush on a terminal."""

    def test_the_first_answer_is_thrown_away(self, build):
        """The prompt stands there, what was typed at it goes, and the tool waits on without another prompt."""
        mac = build()
        mac.fault("csrutil", "drop-answer")
        child = talk(mac, CSRUTIL, "disable")
        child.expect_exact("[y/n]: ")
        child.sendline("y")
        child.expect_exact("user maria:")
        child.waitnoecho(timeout=seconds(5))
        child.sendline("correct horse battery")
        wait_for(lambda: mac.records("dropped"))
        child.sendline("correct horse battery")
        assert answers(child, mac)[0] == 0
        assert [one["typed"] for one in mac.typed()] == ["y", "correct horse battery"]

    def test_flushed_before_the_prompt(self, build):
        """readpassphrase: what was typed ahead is gone before the prompt is printed (the log tells the order)."""
        mac = build()
        child = talk(mac, CSRUTIL, "disable")
        child.expect_exact("[y/n]: ")
        child.send("y\ntoo early\n")
        child.expect_exact("user maria:")
        child.sendline("correct horse battery")
        assert answers(child, mac)[0] == 0
