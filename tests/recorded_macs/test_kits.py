"""Kits, `kmutil create` and what else of macOS a recorded Mac plays: guests, quota, enrolment, updates (issue 5)."""

import plistlib
import signal
import subprocess
import sys

import pytest

from end_to_end import invariants
from recorded_macs import calls, kexts, kits
from recorded_macs.builder import may_change
from recorded_macs.calls import ENVIRONMENT, LIST, OUT, below, create, entries, mac_path, run, start, words
from recorded_macs.collection import identity_of
from support.patience import seconds, wait_for

MACHINES = ("m1-12.1", "m2pro-14.0", "m4-26.3")


USUAL = {"environment": "macos", "staged": None}


class TestKits:
    """What lies on the Data volume, §7.1."""

    @pytest.mark.parametrize("machine", MACHINES)
    def test_good(self, build, machine):
        """Version, kernels for three chips, dSYMs, kexts, two lists, a receipt; the banner is the system's xnu."""
        mac = build(machine, kit="good")
        told, chip, kit = mac.group()["os"], mac.state()["chip"], mac.kit_path()
        assert kit == mac.root / f"System/Volumes/Data/Library/Developer/KDKs/KDK_{told['version']}_{told['build']}.kdk"
        assert (mac.root / "Library/Developer/KDKs" / kit.name).samefile(kit)
        version = plistlib.loads((kit / kits.VERSION).read_bytes())
        assert (version["ProductVersion"], version["ProductBuildVersion"]) == (told["version"], told["build"])
        names = {one.name for one in (kit / kits.KERNELS).iterdir()}
        assert len(names) == 12 and f"kernel.kasan.{chip['soc'].lower()}" in names
        assert (kit / kits.KERNELS / (mac.kit_kernel().name + ".dSYM")).is_dir()
        data = mac.kit_kernel().read_bytes()
        assert data[:8] == bytes.fromhex("cffaedfe0c000001") and data[12] == 2
        assert identity_of(data)[0] == told["development"]
        lists = list((kit / kits.COLLECTIONS).glob("kernelcache.release.*.manifest.plist"))
        assert len(lists) == 2
        ids = plistlib.loads(lists[0].read_bytes())["requiredIdentifiers"]
        assert set(ids) <= {row[0] for row in kexts.IN_KIT}

    def test_chip_of_macos_12(self, build):
        """macOS 12 calls the M1 T8101, and so does its kit."""
        assert build("m1-12.1", kit="good").kit_kernel().name == "kernel.development.t8101"

    def test_none(self, build):
        """No kit: not even the folder; kit_path says where it belongs."""
        mac = build()
        assert not mac.kit_path().parent.exists() and mac.kit_path().name == "KDK_14.0_23A344.kdk"

    def test_wrong_ones(self, build):
        """Each is wrong in one way only."""
        mac = build(kit=["near", "gutted"])
        near, gutted = mac.kit_path(), mac.kit_path(1)
        assert near.name == "KDK_14.0_23A345.kdk" and gutted.name == "KDK_14.0_23A344.kdk"
        assert "10002.1.14~" in identity_of(mac.kit_kernel().read_bytes())[0]
        listed = mac.receipt().read_text("utf-8").splitlines()
        assert len([one for one in listed if not (gutted / one).exists()]) == 2
        assert all((near / one).exists() for one in mac.receipt("23A345").read_text("utf-8").splitlines())
        assert mac.kit_kernel(1).exists()
        mac.destroy()
        mac = build(kit="without-chip")
        assert not mac.kit_kernel().exists() and (mac.kit_kernel().parent / "kernel.release.t6020").exists()
        assert all((mac.kit_path() / one).exists() for one in mac.receipt().read_text("utf-8").splitlines())
        mac.destroy()
        mac = build(kit="no-version")
        assert mac.kit_kernel().exists() and not (mac.kit_path() / kits.VERSION).exists()
        mac.destroy()
        mac = build(kit="no-receipt")
        assert mac.kit_kernel().exists() and not mac.receipt().exists()

    @pytest.mark.parametrize("kind", ["goood", ["good", "gutted"]])
    def test_unknown_and_doubled(self, build, kind):
        """A slip in a test is not a Mac without a kit."""
        with pytest.raises(ValueError, match="no such kit"):
            build(kit=kind)

    def test_in_recovery(self, build):
        """There the kit lies on the Data volume, and kmutil's own place is empty."""
        mac = build(kit="good")
        mac.restart("paired-recovery")
        assert mac.kit_path().is_relative_to(mac.root / "Volumes/Data") and mac.kit_kernel().exists()
        assert not (mac.root / "Library").exists()


class TestInspect:
    """kmutil inspect -V, §3.3."""

    @pytest.mark.parametrize(("machine", "between"), [("m2pro-14.0", "\t"), ("m4-26.3", "  ")])
    def test_columns(self, build, machine, between):
        """Id, version, path; the ones that matter are among them."""
        mac = build(machine)
        seen = run(mac, "usr/bin/kmutil", "inspect", "-V", "release", "--no-header")
        rows = [line.split(between) for line in seen.stdout.splitlines()]
        assert len(rows) >= 12 and {len(row) for row in rows} == {3}
        paths = {row[0]: row[2] for row in rows}
        assert "com.apple.driver.SEPHibernation" in paths and "com.apple.driver.AppleSEPManager" in paths
        assert {path.rpartition("/")[0] for path in paths.values()} > {kexts.DRIVERS, kexts.THIRD_PARTY}
        headed = run(mac, "usr/bin/kmutil", "inspect", "-V", "release").stdout
        assert headed == "Extension Information:\n" + seen.stdout


class TestCreate:
    """kmutil create, §3.2 and §3.3."""

    @pytest.mark.parametrize("machine", MACHINES)
    def test_a_file_set(self, build, machine):
        """The kit's kernel with banner and LC_UUID, an entry a given id, nothing said, under one of the two names."""
        mac = build(machine, kit="good")
        seen = create(mac)
        assert (seen.returncode, seen.stdout, seen.stderr) == (0, "", "")
        name = OUT + ".development" if machine == "m1-12.1" else OUT
        data = below(mac, name).read_bytes()
        assert data[12] == 0xC
        told = entries(data)
        assert set(told) == {"com.apple.kernel", "com.apple.kpi.bsd", "com.apple.filesystems.apfs",
                             "com.apple.AppleUserHIDDrivers"}
        start_of_kernel = told["com.apple.kernel"]
        kernel = data[start_of_kernel:start_of_kernel + 4 * 4096]
        assert identity_of(kernel) == identity_of(mac.kit_kernel().read_bytes())
        assert identity_of(kernel)[0] == mac.group()["os"]["development"]

    def test_it_starts(self, build):
        """What it makes is what configure-boot takes: the Mac runs the development kernel with it."""
        mac = build(kit="good")
        create(mac)
        mac.install_custom_kernel(below(mac, OUT).read_bytes())
        assert mac.restart("macos") == "macos" and mac.state()["running"]["config"] == "development"

    def test_extension(self, build):
        """Without --no-variant-extension the variant becomes one."""
        mac = build(kit="good")
        assert create(mac, more=()).returncode == 0
        assert below(mac, OUT + ".development").exists() and not below(mac, OUT).exists()

    def test_repositories(self, build):
        """Whatever the system's folders are called, and third-party kexts from theirs."""
        mac = build(kit="good")
        ids = [row[0] for row in kexts.TABLE if "SEPHiber" not in row[0]]
        more = ["--repository", "/Volumes/Macintosh HD/System/Library/Extensions", "-r", "/Library/Extensions"]
        assert create(mac, ids=ids, more=more).returncode == 0
        assert len(entries(below(mac, OUT + ".development").read_bytes())) == len(ids) + 1

    def test_short_forms(self, build):
        """The M4 recipe of §3.2, and DVM's from the kit alone."""
        mac = build("m4-26.3", kit="good")
        kernel = mac_path(mac, mac.kit_kernel())
        seen = run(mac, "usr/bin/kmutil", "create", "-a", "arm64e", "-n", "boot", "-B", OUT, "-V", "development", "-k",
                   kernel, "-r", "/System/Library/Extensions", "-x", "-b", "com.apple.kpi.bsd")
        assert seen.returncode == 0 and below(mac, OUT + ".development").exists()
        lists = sorted((mac.kit_path() / kits.COLLECTIONS).iterdir())
        ids = plistlib.loads(lists[0].read_bytes())["requiredIdentifiers"]
        told = [word for name in ids for word in ("-b", name)]
        seen = run(mac, "usr/bin/kmutil", "create", "-s", "none", "-z", "--build=25D2128", "-n", "boot", "-B", OUT,
                   "-k", kernel, "-r", mac_path(mac, mac.kit_path() / kits.EXTENSIONS), "-x", *told)
        assert seen.returncode == 0 and len(entries(below(mac, OUT).read_bytes())) == len(ids) + 1

    @pytest.mark.parametrize("kind", ["near", "no-version", None])
    def test_needs_the_kit_of_the_build(self, build, kind):
        """§3.3's words; --build asks for another; --allow-missing-kdk does not help."""
        mac = build(kit=kind)
        text = ("DeveloperTools Error: Could not find a SDK or KDK installed that matches system's build version "
                "23A344\n")
        for more in ((), ("--allow-missing-kdk",), ("--kdk", mac_path(mac, mac.kit_path()))):
            seen = create(mac, more=more)
            assert (seen.returncode, seen.stderr) == (71, text)
        assert create(mac, more=("--build", "23A345")).returncode == (0 if kind == "near" else 71)

    @pytest.mark.parametrize(("told", "status", "text"), [
        ({"ids": ["com.apple.nowhere"]}, 71, "com.apple.nowhere"),
        ({"ids": ["org.example.driver.VirtualKeyboard"]}, 71, "VirtualKeyboard"),
        ({"ids": ["com.apple.driver.SEPHibernation"]}, 31, "Error Domain=KMErrorDomain Code=31"),
        ({"kernel": "/nowhere"}, 71, "kernel mach-o at /nowhere"),
        ({"kernel": "/System/Library/CoreServices/SystemVersion.plist"}, 71, "kernel mach-o"),
        ({"out": "/nowhere/made.kc"}, 71, "No such file or directory"),
        ({"more": ["--repository", "/nowhere"]}, 71, "/nowhere"),
        ({"more": ["--whatever"]}, 64, "Unknown option '--whatever'"),
    ])
    def test_errors(self, build, told, status, text):
        """The status is the code; nothing is written."""
        mac = build(kit="good")
        seen = create(mac, **told)
        assert seen.returncode == status and text in seen.stderr
        assert not below(mac, OUT).exists()

    def test_needs_the_kernel_of_the_chip(self, build):
        """A kit may be whole and have none."""
        assert create(build(kit="without-chip")).returncode == 71

    @pytest.mark.parametrize(("machine", "status"), [("m2pro-14.0", 0), ("m4-26.3", 71)])
    def test_an_output_that_is_there(self, build, machine, status):
        """Overwritten here, refused there."""
        mac = build(machine, kit="good")
        below(mac, OUT).write_text("old", encoding="utf-8")
        assert create(mac).returncode == status
        assert (below(mac, OUT).read_bytes() == b"old") is (status != 0)

    @pytest.mark.parametrize(("how", "status", "share"), [
        ("half-file", 71, 0.5), ("die-halfway", -9, 0.5), ("die-after", -9, 1), ("act-then-fail", 1, 1),
        ("lie", 0, None), ("fail", 1, None), ("die", -9, None),
    ])
    def test_faults(self, build, how, status, share):
        """Half a file, a whole one, or none."""
        mac = build(kit="good")
        create(mac, out="/Users/Shared/whole.kc")
        whole = below(mac, "/Users/Shared/whole.kc").stat().st_size
        mac.fault("kmutil", how, match=["create"])
        assert create(mac).returncode == status
        path = below(mac, OUT)
        assert (path.stat().st_size / whole if path.exists() else None) == share

    def test_stopped_in_the_middle(self, build):
        """Slow, and ended by a signal: half a file, no traceback."""
        mac = build(kit="good", kmutil_seconds=60)
        child = start(mac, "usr/bin/kmutil", *words(mac))
        wait_for(lambda: calls.size(mac, OUT))
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=seconds(10))
        assert (child.returncode, err) == (-2, b"") and below(mac, OUT).stat().st_size > 1000


class TestTheRest:
    """ps, ioreg, profiles, updates, and what may change the Mac."""

    def test_guests(self, build):
        """A line each, by its whole path; none in recovery or after a restart."""
        mac = build()
        line = ("/System/Library/Frameworks/Virtualization.framework/Versions/A/XPCServices/com.apple.Virtualization."
                "VirtualMachine.xpc/Contents/MacOS/com.apple.Virtualization.VirtualMachine")
        assert line not in run(mac, "bin/ps", "-axo", "comm=").stdout
        mac.run_guests(3)
        assert run(mac, "bin/ps", "-axo", "comm=").stdout.splitlines().count(line) == 3
        mac.restart("paired-recovery")
        seen = run(mac, "bin/ps", "-axo", "comm=")
        assert seen.returncode == 0 and seen.stdout and line not in seen.stdout

    def test_quota(self, build):
        """Four bytes, little endian, where there is one; no match prints nothing."""
        mac = build()
        call = ("usr/sbin/ioreg", "-a", "-r", "-n", "product", "-p", "IODeviceTree", "-d", "1")
        told = plistlib.loads(run(mac, *call).stdout.encode())
        assert isinstance(told, list) and "apple-isa-vm-quota" not in told[0]
        mac.set_quota(2)
        assert plistlib.loads(run(mac, *call).stdout.encode())[0]["apple-isa-vm-quota"] == b"\x02\0\0\0"
        seen = run(mac, "usr/sbin/ioreg", "-a", "-r", "-n", "nothing", "-p", "IODeviceTree", "-d", "1")
        assert (seen.returncode, seen.stdout) == (0, "")

    def test_enrolment(self, build):
        """As today, and managed."""
        mac = build()
        call = ("usr/bin/profiles", "status", "-type", "enrollment")
        assert run(mac, *call).stdout == "Enrolled via DEP: No\nMDM enrollment: No\n"
        mac.enrol()
        assert run(mac, *call).stdout == "Enrolled via DEP: No\nMDM enrollment: Yes (User Approved)\n"

    def test_staged_update(self, build):
        """An empty folder, then the plist OCLP reads; it outlives a restart."""
        mac = build()
        assert list((mac.root / "System/Volumes/Update").iterdir()) == []
        mac.stage_update("14.1", "23B74")
        mac.restart("macos")
        told = plistlib.loads((mac.root / "System/Volumes/Update/Update.plist").read_bytes())
        assert told["update-asset-attributes"] == {"Build": "23B74", "OSVersion": "14.1"}

    def test_finished_update(self, build):
        """§5: the custom kernel stops the start until the policy is rebuilt; then the new stock kernel runs."""
        mac = build(kit="good")
        mac.install_custom_kernel()
        mac.restart("macos")
        coih, nsih = mac.policy()["coih"], mac.policy()["nsih"]
        mac.stage_update("14.1", "23B74")
        mac.finish_update()
        assert (mac.policy()["coih"], mac.policy()["nsih"] == nsih) == (coih, False)
        assert mac.restart("macos") == "ordinary-recovery"
        assert (mac.preboot() / "boot" / nsih / "System/Library/Caches/com.apple.kernelcaches"
                / f"kernelcache.custom.{coih}").exists()
        mac.set_policy(mode="full", coih=None)
        assert mac.restart("macos") == "macos"
        assert mac.state()["running"]["config"] == "release" and "10002.1.14~" in mac.state()["running"]["banner"]
        assert run(mac, "usr/bin/sw_vers", "--buildVersion").stdout == "23B74\n"
        assert list((mac.root / "System/Volumes/Update").iterdir()) == []
        assert not (mac.kit_path() / kits.GUTTED[0]).exists() and mac.receipt("23A344").exists()

    def test_a_changed_system_takes_no_update(self, build):
        """facts A.10: in the words of the report; nothing changes."""
        mac = build("m2pro-14.0")
        before = mac.state()["groups"][0]["os"]
        mac.break_seal()
        assert mac.finish_update("14.1", "23B74").startswith("A snapshot is currently set to boot that is not the currently")
        assert mac.state()["groups"][0]["os"] == before

    def test_the_next_macos_wants_full_security(self, build):
        """facts A.10: below it the upgrade fails."""
        mac = build("m4-27.0")
        mac.set_policy(mode="reduced")
        assert mac.finish_update("28.0", "27A1") and mac.state()["groups"][0]["os"]["version"] == "27.0"
        mac.set_policy(mode="full")
        assert mac.finish_update("28.0", "27A1") is None and mac.state()["groups"][0]["os"]["version"] == "28.0"

    @pytest.mark.parametrize(("needed", "where"), [(False, "macos"), (True, "ordinary-recovery")])
    def test_an_update_with_sip_off(self, build, needed, where):
        """facts A.10: one report says that it does not start before SIP is on; other Macs do."""
        mac = build("m4-27.0", update_needs_sip=needed)
        mac.set_policy(mode="permissive", sip0=0x7F)
        assert mac.finish_update("27.0.1", "26A440") is None
        assert mac.restart("macos") == where
        mac.set_policy(sip0=None)
        assert mac.restart("macos") == "macos"

    @pytest.mark.parametrize(("argv", "may"), [
        ("curl -q --output x -- https://x", True), ("hdiutil attach x", True), ("hdiutil detach x", True),
        ("installer -pkg x -target /", True), ("kmutil create --new boot", True), ("pkgutil --files x", False),
        ("ps -axo comm=", False), ("ioreg -a", False), ("kmutil inspect -V release", False),
    ])
    def test_may_change(self, argv, may):
        """Which of the new calls can change the Mac."""
        assert may_change(argv.split()) is may

    def test_invariants(self, build):
        """The log tells of every new tool what the invariants ask; who inherits our group or environment is found."""
        mac = build(kit="good")
        every = (("usr/bin/curl", LIST), ("usr/bin/hdiutil", "detach", "x"), ("usr/sbin/installer",),
                 ("usr/sbin/pkgutil", "--files", "x"), ("bin/ps", "-axo", "comm="), ("usr/bin/kmutil", "create"))
        for call in every:
            run(mac, *call)
        assert len(mac.calls()) == len(every)
        invariants.check(mac)
        for more in ({"env": ENVIRONMENT}, {"env": {**ENVIRONMENT, "X": "y"}, "start_new_session": True}):
            mac.forget()
            subprocess.run([str(mac.root / "bin/ps")], capture_output=True, check=False, **more)
            with pytest.raises(AssertionError):
                invariants.check(mac)

    def test_imports(self, build):
        """Every call is a new process: what only reads loads nothing heavy."""
        mac = build(kit="good")
        heavy = {"re", "json", "plistlib", "subprocess", "pathlib", "signal", "uuid", "hashlib", "struct"}
        for path, *arguments in (("usr/sbin/pkgutil", "--files", "x"), ("bin/ps", "-axo", "comm="),
                                 ("usr/bin/kmutil", "inspect", "-V", "release"), ("usr/bin/hdiutil", "detach", "x")):
            seen = subprocess.run([sys.executable, "-X", "importtime", "-IS", str(mac.root / path), *arguments],
                                  env=ENVIRONMENT, capture_output=True, text=True, check=False)
            loaded = {line.rpartition("|")[2].strip() for line in seen.stderr.splitlines()}
            assert "recorded_macs.host" in loaded and not loaded & heavy, f"{path}: {sorted(loaded & heavy)}"
