"""Each fake tool against what the reference's transcripts say it prints, asks and does."""

import json
import os
import plistlib
import re
import subprocess

import pytest

from recorded_macs.calls import ENVIRONMENT, GUID, run
from recorded_macs.collection import collection
from recorded_macs.talking import answers, talk
from support.patience import seconds

SAMPLES = os.path.join(os.path.dirname(__file__), "..", "samples")


def finish(child):
    """Read to the end; exit status and the rest of the output."""
    rest = child.read()
    child.close()
    return child.exitstatus, rest


def sample(name):
    """A transcript from tests/samples."""
    with open(os.path.join(SAMPLES, name), encoding="utf-8") as file:
        return file.read()


def shape(text):
    """A policy text with the values that differ between machines left out."""
    text = re.sub(r"[0-9A-F]{96}", "HASH", text)
    text = re.sub(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", "UUID", text)
    return re.sub(r"(\((?:ECID|BORD|CHIP|love|stng)\)): .*", r"\1: VALUE", text)


def password(child, prompt, typed):
    """Wait for a password prompt with echo off, then type."""
    child.expect_exact(prompt)
    assert child.waitnoecho(timeout=seconds(5))
    child.sendline(typed)


class TestBputil:
    """bputil, §1."""

    def test_layout_on_12_is_kolides(self, build):
        """Row for row what an M1 with 12.1 printed."""
        mac = build("m1-12.1", "macos")
        seen = run(mac, "usr/bin/bputil", "-d", "-v", mac.group()["uuid"])
        assert (seen.returncode, shape(seen.stdout)) == (0, shape(sample("kolide-12.1/bputil-d.txt")))
        assert seen.stderr == sample("kolide-12.1/bputil.stderr.txt")

    def test_layout_on_14_is_nists(self, build):
        """Row for row what an M1 Max with 14.4 printed."""
        mac = build("m2pro-14.0", "macos")
        seen = run(mac, "usr/bin/bputil", "-d")
        assert shape(seen.stdout) == shape(sample("nist-14.4/bputil-d.txt"))

    @pytest.mark.parametrize(("name", "fields"), [
        ("krlog-26/bputil-d-v.txt", {"mode": "permissive", "coih": "A" * 96}),
        ("azahi-26.6/bputil-d-v.txt", {"mode": "permissive", "coih": "A" * 96, "sip2": True}),
    ])
    def test_layout_in_recovery_on_26(self, build, name, fields):
        """The blocks two benches saw in one true recoveryOS."""
        mac = build("m4-26.3")
        mac.set_policy(**fields)
        seen = run(mac, "usr/bin/bputil", "-d", "-v", mac.group()["uuid"])
        assert shape(seen.stdout) == shape(sample(name))

    def test_json(self, build):
        """-j is unknown on 12, a bare object on 14, an object after a line on 26."""
        old = build("m1-12.1")
        assert run(old, "usr/bin/bputil", "-d", "-j", "-v", old.group()["uuid"]).returncode == 1
        old.destroy()
        middle = build("m2pro-14.0")
        assert "sip0_exists" not in json.loads(run(middle, "usr/bin/bputil", "-d", "-j").stdout)[middle.group()["uuid"]]
        middle.destroy()
        new = build("m4-26.3")
        first, _, rest = run(new, "usr/bin/bputil", "-dj", "-v", new.group()["uuid"]).stdout.partition("\n")
        assert first == f"Operating on Volume Group UUID {new.group()['uuid']}"
        told = json.loads(rest)[new.group()["uuid"]]
        fixture = json.loads(sample("pomme-26.6.2/bputil-dj-full.txt").partition("\n")[2])
        assert set(told) == set(next(iter(fixture.values())))

    @pytest.mark.parametrize(("letters", "after"), [
        ("-a", {"mode": "permissive", "coih": None, "sip0": None, "sip2": False, "sip3": True}),
        ("-n", {"mode": "permissive", "coih": None, "sip0": None, "sip2": False, "sip3": False}),
        ("-nca", {"mode": "permissive", "coih": None, "sip0": None, "sip2": True, "sip3": True}),
        ("-f", {"mode": "full", "coih": None, "sip0": None, "sip2": False, "sip3": False}),
        ("-g", {"mode": "reduced", "coih": None, "sip0": None, "sip2": False, "sip3": False}),
    ])
    def test_a_change_rebuilds_the_policy(self, build, letters, after):
        """§10: only what the call asked for is in the new policy."""
        mac = build("m1-12.1")
        mac.set_policy(mode="permissive", coih="B" * 96, sip0=0x7F, sip2=True, sip3=True)
        nonce = mac.policy()["lpnh"]
        child = talk(mac, "usr/bin/bputil", letters, "-v", mac.group()["uuid"])
        child.expect_exact("Username: ")
        child.sendline("maria")
        password(child, "Password: ", "correct horse battery")
        assert finish(child)[0] == 0
        policy = mac.policy()
        assert {name: policy[name] for name in after} == after
        assert policy["lpnh"] != nonce

    def test_refusals(self, build):
        """pairing (17) in an unpaired recovery, Code=102 offline; nothing is changed."""
        mac = build("m4-26.3", "unpaired-recovery", online=False)
        before = mac.policy()
        words = ("-u", "rin", "-p", "Tr0ub4dor&3", "-v", mac.group()["uuid"])
        assert 'Code=17 "pairing (17)"' in run(mac, "usr/bin/bputil", "-a", *words).stderr
        assert "Code=102" in run(mac, "usr/bin/bputil", "-f", *words).stderr
        assert mac.policy() == before

    def test_a_missing_group(self, build):
        """§1.5: what is printed where a group has no policy."""
        seen = run(build(), "usr/bin/bputil", "-d", "-v", "5EADF322-3C85-4DF8-8516-0B556700CD5E")
        assert seen.returncode == 1
        assert seen.stderr.endswith("".join(sample("kolide-12.1/bputil-e-failed-second.txt").splitlines(True)[-2:]))


class TestCsrutil:
    """csrutil, §2."""

    def test_disable_dialogue(self, build):
        """Char for char the transcript; echo is off for the password; the policy of §2.3."""
        mac = build("m1-12.1")
        child = talk(mac, "usr/bin/csrutil", "disable")
        child.expect_exact('for OS "Macintosh HD"? [y/n]: ')
        first = child.before + child.after
        child.sendline("y")
        child.expect_exact("Enter password for user maria:")
        between = child.before + child.after
        assert child.waitnoecho(timeout=seconds(5))
        child.sendline("correct horse battery")
        status, rest = finish(child)
        text = (first + between + rest).replace("\r\n", "\n")
        assert (status, text) == (0, sample("s28265119556-12/csrutil-disable.txt"))
        policy = mac.policy()
        assert (policy["mode"], policy["sip0"], policy["sip1"], policy["sip2"], policy["sip3"]) == (
            "permissive", 0x7F, False, True, True)

    def test_status_forms(self, build):
        """The three forms of §2.2."""
        mac = build("m4-26.3")
        assert run(mac, "usr/bin/csrutil", "status").stdout == sample("s30840096530-13/csrutil-status-enabled.txt")
        mac.set_policy(sip0=0x7F, sip2=True, sip3=True)
        assert run(mac, "usr/bin/csrutil", "status").stdout == sample("s30840096530-13/csrutil-status-disabled.txt")
        mac.set_policy(sip0=0x40, sip2=False, sip3=True)
        assert run(mac, "usr/bin/csrutil", "status").stdout == sample("s30840096530-13/csrutil-status-custom.txt")

    def test_menu(self, build):
        """Several systems: end of input stops after the menu, a number on a pipe is taken."""
        mac = build("m4-26.3", several="Second")
        mac.set_policy(index=1, mode="permissive", sip0=0x7F)
        seen = run(mac, "usr/bin/csrutil", "status")
        assert (seen.returncode, seen.stdout) == (1, sample("s52397283462-15/csrutil-menu.txt") + "\n")
        chosen = subprocess.run([str(mac.root / "usr/bin/csrutil"), "status"], env=ENVIRONMENT, input="2\n",
                                capture_output=True, text=True, check=False)
        assert "status: disabled." in chosen.stdout

    def test_enable_y_drops_the_custom_kernel_and_n_keeps_it(self, build):
        """§2.3, ADOCS: answer y uninstalls, answer n keeps."""
        for answer, mode, coih in (("n", "permissive", "B" * 96), ("y", "full", None)):
            mac = build("m1-12.1")
            mac.set_policy(mode="permissive", coih="B" * 96, sip0=0x7F)
            child = talk(mac, "usr/bin/csrutil", "enable")
            child.expect_exact("[y/n]: ")
            child.sendline(answer)
            password(child, "user maria:", "correct horse battery")
            assert finish(child)[0] == 0
            assert (mac.policy()["mode"], mac.policy()["coih"], mac.policy()["sip0"]) == (mode, coih, None)
            mac.destroy()

    def test_no_and_macos(self, build):
        """`aborted`, and the refusal outside Recovery."""
        mac = build("m2pro-14.0", "macos")
        assert "needs to be executed from Recovery OS." in run(mac, "usr/bin/csrutil", "disable").stderr
        mac.restart("paired-recovery")
        child = talk(mac, "usr/bin/csrutil", "disable")
        child.expect_exact("[y/n]: ")
        child.sendline("n")
        status, rest = finish(child)
        assert status == 1 and "aborted" in rest
        assert mac.policy()["mode"] == "full"

    def test_wrong_password(self, build):
        """One machine asks three times, another fails at once; nothing changes."""
        mac = build("m1-12.1")
        child = talk(mac, "usr/bin/csrutil", "disable")
        child.expect_exact("[y/n]: ")
        child.sendline("y")
        for _ in range(3):
            password(child, "user maria:", "wrong")
        status, rest = finish(child)
        assert status == 1 and "Failed to authenticate." in rest
        assert mac.policy()["mode"] == "full"

    def test_typing_ahead_of_the_password_is_dropped(self, build):
        """getpass(3) flushes what was typed before the prompt."""
        mac = build("m1-12.1")
        child = talk(mac, "usr/bin/csrutil", "disable")
        child.expect_exact("[y/n]: ")
        child.send("y\ncorrect horse battery\n")
        child.expect_exact("user maria:")
        assert child.waitnoecho(timeout=seconds(5))
        child.sendline("correct horse battery")
        assert finish(child)[0] == 0
        assert [one["typed"] for one in mac.typed()] == ["y", "correct horse battery"]


class TestKmutil:
    """kmutil, §3."""

    def configure(self, mac, data_name):
        """Start configure-boot as the program would."""
        return talk(mac, "usr/bin/kmutil", "configure-boot", "--volume", "/Volumes/Macintosh HD",
                    "--custom-boot-object", f"/Volumes/{data_name}/Users/Shared/vmq-recovery/VirtualMachine.kc")

    def test_configure_boot(self, build):
        """The dialogue; permissive, a new hash, the flags kept; the object's bytes in Preboot."""
        mac = build("m2pro-14.0")
        mac.set_policy(mode="permissive", sip0=0x7F, sip2=True, sip3=True)
        child = self.configure(mac, "Data")
        child.expect_exact("Permissive Security.\r\nAre you sure you want to do this? (enter y or n)")
        child.sendline("y")
        child.expect_exact("Username: ")
        child.sendline("mykola")
        password(child, "Password: ", " pass word with blanks ")
        assert finish(child)[0] == 0
        policy = mac.policy()
        assert re.fullmatch("[0-9A-F]{96}", policy["coih"])
        assert (policy["mode"], policy["sip0"], policy["sip3"]) == ("permissive", 0x7F, True)
        stored = list(mac.root.glob(f"Volumes/Preboot/*/boot/{policy['nsih']}/**/kernelcache.custom.{policy['coih']}"))
        assert len(stored) == 1 and mac.collection_path().read_bytes() in stored[0].read_bytes()

    @pytest.mark.parametrize("raw", [True, False])
    def test_raw_object(self, build, raw):
        """§3.1: with --raw, entry point and lowest address what is no Mach-O file is taken, and without refused."""
        mac = build("m4-26.3")
        (mac.data() / "m1n1.bin").write_bytes(b"a loader")
        path = "/" + str((mac.data() / "m1n1.bin").relative_to(mac.root))
        more = ["--raw", "--entry-point", "2048", "--lowest-virtual-address", "0"] if raw else []
        code, said = answers(talk(mac, "usr/bin/kmutil", "configure-boot", "-v", "/Volumes/Macintosh HD", "-c", path, *more), mac)
        assert (code, "found raw boot object" in said) == (0 if raw else 71, raw), said
        stored = [one.read_bytes() for one in mac.root.glob("Volumes/Preboot/*/boot/**/kernelcache.custom.*")]
        assert [b"a loader" in one for one in stored] == [True] * raw and bool(mac.policy()["coih"]) == raw

    def test_password_comes_from_the_terminal_only(self, build):
        """With no controlling terminal it cannot be answered (§0.1 item 6)."""
        mac = build("m2pro-14.0")
        seen = subprocess.run([str(mac.root / "usr/bin/kmutil"), "configure-boot", "-v", "/Volumes/Macintosh HD", "-c",
                               "/Volumes/Data/Users/Shared/vmq-recovery/VirtualMachine.kc"], env=ENVIRONMENT, text=True,
                              input="y\nmykola\n pass word with blanks \n", capture_output=True, check=False,
                              start_new_session=True)
        assert (seen.returncode, mac.policy()["coih"]) == (71, None)

    def test_errors(self, build):
        """Code 71 is the exit status; wrong name, wrong password, pairing, the Data volume given as -v."""
        mac = build("m4-26.3", "unpaired-recovery")
        for name, typed, text in (("nobody", "x", "not a valid admin user for the volume at /Volumes/Preboot/"),
                                  ("rin", "x", "Unable to set credentials, possibly wrong name or password"),
                                  ("rin", "Tr0ub4dor&3", "code pairing (17)")):
            child = self.configure(mac, "Macintosh HD - Data")
            child.expect_exact("(enter y or n)")
            child.sendline("y")
            child.expect_exact("Username: ")
            child.sendline(name)
            password(child, "Password: ", typed)
            status, rest = finish(child)
            assert status == 71 and text in rest
        trap = run(mac, "usr/bin/kmutil", "configure-boot", "-v", "/Volumes/Macintosh HD - Data", "-c", "/x")
        assert trap.returncode == 71

    @pytest.mark.parametrize("clears", [True, False])
    def test_no_object(self, build, clears):
        """One author's way back to the stock kernel, and the world in which it does not work."""
        mac = build("m1-12.1", kmutil_clears=clears)
        mac.set_policy(mode="permissive", coih="B" * 96, sip0=0x7F)
        child = talk(mac, "usr/bin/kmutil", "configure-boot", "--volume", "/Volumes/Macintosh HD")
        if clears:
            child.expect_exact("(enter y or n)")
            child.sendline("y")
            child.expect_exact("Username: ")
            child.sendline("maria")
            password(child, "Password: ", "correct horse battery")
        assert (finish(child)[0] == 0) is clears
        policy = mac.policy()
        assert (policy["mode"], policy["coih"] is None, policy["sip0"]) == ("permissive", clears, 0x7F)

    def test_macos(self, build):
        """Only in Recovery."""
        seen = run(build("m4-26.3", "macos"), "usr/bin/kmutil", "configure-boot", "-v", "/", "-c", "/x")
        assert seen.returncode == 1 and "can only be run in Recovery Mode" in seen.stderr


class TestNvram:
    """nvram, §4."""

    def test_one_variable_two_names(self, build):
        """Set by GUID, read by either name, each printed as asked."""
        mac = build("m2pro-14.0")
        assert run(mac, "usr/sbin/nvram", f"{GUID}:boot-args=-v café=1").returncode == 0
        assert run(mac, "usr/sbin/nvram", "boot-args").stdout == "boot-args\t-v café=1\n"
        assert run(mac, "usr/sbin/nvram", f"{GUID}:boot-args").stdout == f"{GUID}:boot-args\t-v café=1\n"
        told = plistlib.loads(run(mac, "usr/sbin/nvram", "-x", "boot-args").stdout.encode())
        assert told == {"boot-args": "-v café=1"}

    @pytest.mark.parametrize(("machine", "name"), [("m1-12.1", "nvram-missing"), ("m4-26.3", "nvram-missing-newer")])
    def test_missing(self, build, machine, name):
        """Two wordings, one exit status."""
        seen = run(build(machine), "usr/sbin/nvram", "boot-args")
        assert (seen.returncode, seen.stderr) == (1, sample(f"nvramc-26.5.2/{name}.stderr.txt"))

    def test_denied(self, build):
        """Recovery of 26 and macOS with SIP on refuse; -d says nothing; too long is no space."""
        mac = build("m4-26.3")
        seen = run(mac, "usr/sbin/nvram", "boot-args=-v")
        assert (seen.returncode, seen.stderr) == (1, sample("nvramc-26.5.2/nvram-denied.stderr.txt"))
        assert run(mac, "usr/sbin/nvram", "-d", "boot-args").returncode == 0
        mac.set_policy(sip0=0x7F, mode="permissive")
        mac.restart("macos")
        assert run(mac, "usr/sbin/nvram", "boot-args=" + "a" * 1024).returncode == 1
        assert run(mac, "usr/sbin/nvram", "boot-args=" + "a" * 1023).returncode == 0

    def test_unclean_restart_loses_what_was_not_synced(self, build):
        """§4.1: writes are buffered; `nvram -s` or a clean restart stores them."""
        mac = build("m1-12.1")
        run(mac, "usr/sbin/nvram", f"{GUID}:boot-args=one")
        run(mac, "usr/sbin/nvram", "-s")
        run(mac, "usr/sbin/nvram", f"{GUID}:boot-args=two")
        mac.restart("paired-recovery", clean=False)
        assert mac.boot_args() == "one"


class TestDiskutil:
    """diskutil, §6.3."""

    def test_group_and_mounts(self, build):
        """Recovery and macOS name different places; the group's UUID names Data."""
        mac = build("m2pro-14.0")
        uuid = mac.group()["uuid"]
        info = plistlib.loads(run(mac, "usr/sbin/diskutil", "info", "-plist", uuid).stdout.encode())
        assert (info["VolumeName"], info["MountPoint"]) == ("Data", "/Volumes/Data")
        assert (mac.root / "Volumes/Data/Users/mykola").is_dir()
        assert (mac.root / "Volumes/Macintosh HD/Users/mykola").is_dir()
        mac.restart("macos")
        info = plistlib.loads(run(mac, "usr/sbin/diskutil", "info", "-plist", uuid).stdout.encode())
        assert info["MountPoint"] == "/System/Volumes/Data"
        assert (mac.root / "Users/mykola").is_dir() and (mac.root / "private/var/db").is_dir()

    def test_locked(self, build):
        """A locked Data volume has no mount point until it is unlocked; a journal in it survives."""
        mac = build("m4-26.3", locked=True)
        assert not (mac.root / "Volumes/Macintosh HD - Data").exists()
        child = talk(mac, "usr/sbin/diskutil", "apfs", "unlockVolume", "Macintosh HD - Data")
        password(child, "Passphrase:", "Tr0ub4dor&3")
        assert finish(child)[0] == 0
        assert (mac.root / "Volumes/Macintosh HD - Data/Users/rin").is_dir()

    def test_unknown(self, build):
        """What it says where there is no such disk."""
        seen = run(build(), "usr/sbin/diskutil", "info", "-plist", "Nowhere")
        assert (seen.returncode, seen.stderr) == (1, sample("azahi-26.6-diskutil/missing.txt"))


class TestMac:
    """The machine as a whole."""

    def test_restart_boots_the_custom_kernel(self, build):
        """coih, boot-args behind an open filter, hypervisor=1 on a development kernel (§8.1)."""
        mac = build("m2pro-14.0")
        mac.install_custom_kernel()
        mac.set_boot_args("kcsuffix=development")
        mac.restart("macos")
        assert run(mac, "usr/sbin/sysctl", "-n", "kern.osbuildconfig", "kern.bootargs", "kern.hv_support").stdout \
            == "development\n\n0\n"
        mac.set_policy(sip3=True)
        mac.set_boot_args("hypervisor=0x1")
        mac.restart("macos")
        assert run(mac, "usr/sbin/sysctl", "-n", "kern.bootargs", "kern.hv_support").stdout == "hypervisor=0x1\n1\n"
        assert run(mac, "usr/bin/uname", "-v").stdout.endswith("/DEVELOPMENT_ARM64_T6020\n")

    def test_files_survive_a_restart(self, build):
        """Journal and collection are the same files in recovery and in macOS."""
        mac = build("m1-12.1")
        mac.journal().mkdir()
        (mac.journal() / "0001.journal").write_text("x", encoding="utf-8")
        mac.restart("macos")
        assert (mac.root / "private/var/db/vmq-recovery/0001.journal").read_text("utf-8") == "x"
        assert (mac.root / "Users/Shared/vmq-recovery/VirtualMachine.kc").exists()
        mac.restart("paired-recovery")
        assert (mac.root / "Volumes/Macintosh HD - Data/private/var/db/vmq-recovery/0001.journal").exists()

    @pytest.mark.parametrize(("how", "status", "changed"), [
        ("fail", 1, False), ("act-then-fail", 1, True), ("lie", 0, False), ("die", -9, False), ("die-after", -9, True),
        ("garbage", 0, False), ("flood", 0, True), ("text", 0, False), ("question", 1, False),
    ])
    def test_faults(self, build, how, status, changed):
        """Every way a tool can go wrong does what it is called."""
        mac = build("m2pro-14.0")
        mac.fault("nvram", how, match=["a=b"], text="gibberish" if how == "text" else "")
        seen = subprocess.run([str(mac.root / "usr/sbin/nvram"), "a=b"], env=ENVIRONMENT, capture_output=True,
                              stdin=subprocess.DEVNULL, check=False)
        assert seen.returncode == status
        assert ("a" in mac.state()["nvram"]) is changed
        assert run(mac, "usr/sbin/nvram", "a=b").returncode == 0, "a fault has one turn unless told otherwise"

    def test_the_log(self, build):
        """Every call is told with what a test wants to know, never with what was typed."""
        mac = build("m1-12.1")
        child = talk(mac, "usr/bin/csrutil", "disable")
        child.expect_exact("[y/n]: ")
        child.sendline("y")
        password(child, "user maria:", "correct horse battery")
        finish(child)
        start = mac.records("start")[0]
        assert start["argv"] == ["csrutil", "disable"] and start["env"] == ENVIRONMENT
        assert (start["stdin"], start["terminal"], start["inherited"]) == ("tty", True, [])
        assert [one["status"] for one in mac.records("end")] == [0]
        assert "correct horse battery" not in (mac.folder / "calls.jsonl").read_text("utf-8")
        assert mac.acts() == [["csrutil", "disable"]]


def test_collection_is_a_file_set():
    """Header, entries and banner are where a reader looks for them."""
    data = collection("Darwin Kernel Version 23.0.0: x; root:xnu_development-10002.1.13~1/DEVELOPMENT_ARM64_T6020")
    assert data[:8] == bytes.fromhex("cffaedfe0c000001") and data[12:16] == b"\x0c\0\0\0"
    assert data.count(b"com.apple.kernel\0") == 1 and data.count(b"DEVELOPMENT_ARM64_T6020\0") == 2
