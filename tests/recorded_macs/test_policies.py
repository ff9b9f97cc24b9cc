"""What the commands of claims A.1 to A.3 write into a policy: sealed volume, custom SIP words, bit 12, approved kexts."""

import json
import os

import pytest

from recorded_macs import calls, sip
from recorded_macs.talking import CSRUTIL, FIELDS, answers, talk

RAISED = {"mode": "permissive", "coih": "C" * 96, "sip0": 0x7F, "sip1": True, "sip2": True, "sip3": True, "smb2": True,
          "smb3": True, "smb4": True, "auxp": "A" * 96, "auxi": "1" * 96, "auxr": "2" * 96}


USUAL = {"machine": "m1-12.6"}


def fields(mac):
    """What tells two policies apart."""
    told = mac.policy()
    return {name: told[name] for name in FIELDS}


def csrutil(mac, *words):
    """Run it to its end; every question is answered rightly. Exit status and what was said."""
    return answers(talk(mac, CSRUTIL, *words), mac)


class TestSip:
    """csrutil's parts, §2.3, facts D.1, darwin §10."""

    @pytest.mark.parametrize(("parts", "word", "sip2", "sip3"), [
        (("fs", "debug", "nvram"), 0x46, True, True), (("kext",), 1, False, False), (("dtrace",), 0x20, True, False),
        (("basesystem", "nvram"), 0x140, False, True)])
    def test_without(self, build, parts, word, sip2, sip3):
        """The whole word is written anew, what a part opens beside it too; the kernel and the other fields stay."""
        mac = build("m2pro-14.0", csrutil_prompts="enter-password")
        mac.set_policy(**RAISED)
        status, said = csrutil(mac, "enable", *[one for part in parts for one in ("--without", part)])
        assert status == 0 and said.startswith("csrutil: Requesting an unsupported configuration. This is likely to break")
        assert 'Allow booting unsigned operating systems and any kernel extensions for OS "Macintosh HD"? [y/n]: ' in said
        assert fields(mac) == {**RAISED, "sip0": word, "sip2": sip2, "sip3": sip3}

    def test_a_second_part_closes_the_first(self, build):
        """Each call writes the whole configuration."""
        mac = build("m4-27.0")
        csrutil(mac, "enable", "--without", "nvram")
        csrutil(mac, "enable", "--without", "dtrace")
        assert (mac.policy()["sip0"], mac.policy()["sip3"], mac.policy()["mode"]) == (0x20, False, "permissive")

    def test_debug_opens_one_bit_or_two(self, build):
        """Which is not known."""
        mac = build("m4-27.0", csrutil_debug=sip.TASK_AND_DEBUGGER)
        csrutil(mac, "enable", "--without", "debug")
        assert mac.policy()["sip0"] == 0xC

    def test_with_on_12(self, build):
        """yabai's line for macOS 12: three parts stay closed."""
        mac = build()
        assert csrutil(mac, "disable", "--with", "kext", "--with", "dtrace", "--with", "basesystem")[0] == 0
        assert (mac.policy()["sip0"], mac.policy()["sip2"], mac.policy()["sip3"]) == (0x5E, True, True)

    def test_without_debug_on_12(self, build):
        """Broken there."""
        mac = build()
        csrutil(mac, "enable", "--without", "fs", "--without", "debug", "--without", "nvram")
        assert mac.policy()["sip0"] == 0x42

    def test_status_of_yabais_word(self, build):
        """46 is a custom configuration, row by row."""
        mac = build("m4-27.0")
        mac.set_policy(mode="permissive", sip0=0x46, sip2=True, sip3=True)
        rows = calls.run(mac, CSRUTIL, "status").stdout.split("Configuration:\n")[1].split("\n\n")[0]
        assert rows == "\n".join(f"\t{name}: {word}" for name, word in (
            ("Apple Internal", "disabled"), ("Kext Signing", "enabled"), ("Filesystem Protections", "disabled"),
            ("Debugging Restrictions", "disabled"), ("DTrace Restrictions", "enabled"),
            ("NVRAM Protections", "disabled"), ("BaseSystem Verification", "enabled"),
            ("Boot-arg Restrictions", "disabled"), ("Kernel Integrity Protections", "disabled"),
            ("Authenticated Root Requirement", "enabled")))

    def test_an_unknown_part(self, build):
        """Usage."""
        mac = build("m4-27.0")
        assert calls.run(mac, CSRUTIL, "enable", "--without", "everything").returncode == 1


class TestGuests:
    """`allow-research-guests` is bit 12 of sip0, from macOS 15 on."""

    def test_it_stacks_on_what_is_there(self, build):
        """1000 is SIP on and guests, 107f off and guests; disable takes only that bit."""
        mac = build("m4-27.0")
        csrutil(mac, "allow-research-guests", "enable")
        assert mac.policy()["sip0"] == 0x1000
        assert calls.run(mac, CSRUTIL, "status").stdout == "System Integrity Protection status: enabled.\n"
        mac.set_policy(sip0=0x107F)
        assert "(sip0): 107f\n" in calls.run(mac, "usr/bin/bputil", "-d").stdout
        csrutil(mac, "allow-research-guests", "disable")
        assert mac.policy()["sip0"] == 0x7F

    @pytest.mark.parametrize(("keeps", "words", "after"), [
        (True, ["disable"], 0x107F), (False, ["disable"], 0x7F), (True, ["enable", "--without", "fs"], 0x1002),
        (False, ["enable", "--without", "fs"], 2), (True, ["clear"], 0x1000), (False, ["clear"], None)])
    def test_a_later_csrutil(self, build, keeps, words, after):
        """Whether it clears the bit is not known."""
        mac = build("m4-27.0", csrutil_keeps_guests=keeps)
        mac.set_policy(mode="permissive", sip0=0x1000)
        csrutil(mac, *words)
        assert mac.policy()["sip0"] == after

    def test_before_15(self, build):
        """An unknown word."""
        assert calls.run(build("m2pro-14.0"), CSRUTIL, "allow-research-guests", "status").returncode == 1

    def test_status_asks_in_macos(self, build):
        """§2.2: the menu comes in macOS too; end of input stops it."""
        mac = build("m4-27.0", "macos", several="Second")
        seen = calls.run(mac, CSRUTIL, "allow-research-guests", "status")
        assert (seen.returncode, "Pick a macOS installation (1..2): " in seen.stdout) == (1, True)


class TestSeal:
    """The signed system volume, sip1."""

    def test_disable_and_status(self, build):
        """csrutil writes it and keeps the rest; the status follows at once in recovery, in macOS after a restart."""
        mac = build("m4-27.0")
        status = ("authenticated-root", "status")
        assert calls.run(mac, CSRUTIL, *status).stdout == "Authenticated Root status: enabled\n"
        mac.set_policy(mode="permissive", sip0=0x7F)
        csrutil(mac, "authenticated-root", "disable")
        assert (mac.policy()["sip1"], mac.policy()["sip0"], mac.policy()["mode"]) == (True, 0x7F, "permissive")
        assert calls.run(mac, CSRUTIL, *status).stdout == "Authenticated Root status: disabled\n"
        csrutil(mac, "authenticated-root", "enable")
        assert (mac.policy()["sip1"], mac.policy()["sip0"]) == (False, 0x7F)
        mac.restart("macos")
        mac.set_policy(sip1=True)
        assert calls.run(mac, CSRUTIL, *status).stdout == "Authenticated Root status: enabled\n"

    def test_status_with_two_systems(self, build):
        """darwin §6: it shows a menu, also in macOS."""
        mac = build("m4-27.0", "macos", several="Second")
        seen = calls.run(mac, CSRUTIL, "authenticated-root", "status")
        assert (seen.returncode, seen.stdout.count("Pick a macOS installation (1..2): ")) == (1, 1)

    @pytest.mark.parametrize(("filevault", "after"), [(False, True), (True, False)])
    def test_filevault(self, build, filevault, after):
        """§1.1: neither tool writes it while FileVault is on."""
        mac = build("m1-12.6", filevault=filevault)
        assert (csrutil(mac, "authenticated-root", "disable")[0] == 0) is after
        assert mac.policy()["sip1"] is after
        status = answers(talk(mac, "usr/bin/bputil", "-nkcas", "-v", mac.group()["uuid"]), mac)[0]
        assert (status == 0, mac.policy()["sip1"], mac.policy()["smb2"]) == (after, after, after)

    def test_a_broken_seal(self, build):
        """facts A.5: enable and clear are refused, disable is not."""
        mac = build()
        mac.set_policy(mode="permissive", sip0=0x7F, sip1=True)
        mac.break_seal()
        for command, status in (("enable", 1), ("clear", 1)):
            before = mac.policy()
            seen = csrutil(mac, command)
            assert (seen[0], seen[1].splitlines()[-1]) == (
                status, "csrutil: failed to set system integrity configuration in boot policy")
            assert mac.policy() == before
        mac.set_policy(sip0=0x46)
        assert csrutil(mac, "disable")[0] == 0

    @pytest.mark.parametrize(("sip1", "where"), [(True, "macos"), (False, "ordinary-recovery")])
    def test_a_changed_system_starts_only_while_the_seal_is_off(self, build, sip1, where):
        """`rootvp not authenticated after mounting`: recovery comes up instead (facts C)."""
        mac = build()
        mac.break_seal()
        mac.set_policy(sip1=sip1, mode="permissive")
        assert mac.restart("macos") == where


class TestPolicy:
    """A policy that is made anew, and its nonce."""

    @pytest.mark.parametrize("words", [["-n"], ["-a"], ["-g"], ["-nca"]])
    def test_approved_kexts_are_dropped(self, build, words):
        """auxp, auxi, auxr, smb4 and all else go with a policy made anew (darwin §10)."""
        mac = build()
        mac.set_policy(**RAISED)
        assert answers(talk(mac, "usr/bin/bputil", *words, "-v", mac.group()["uuid"]), mac)[0] == 0
        assert [mac.policy()[name] for name in ("auxp", "auxi", "auxr", "smb2", "smb3", "smb4", "coih", "sip0", "sip1")] \
            == [None, None, None, False, False, False, None, None, False]

    @pytest.mark.parametrize(("words", "mode", "smb2", "smb3"), [
        (["-k"], "reduced", True, False), (["-m"], "reduced", False, True), (["-nkm"], "permissive", True, True)])
    def test_kexts_and_mdm(self, build, words, mode, smb2, smb3):
        """§1.1: -k and -m imply Reduced, and no more than that."""
        mac = build()
        assert answers(talk(mac, "usr/bin/bputil", *words, "-v", mac.group()["uuid"]), mac)[0] == 0
        assert (mac.policy()["mode"], mac.policy()["smb2"], mac.policy()["smb3"]) == (mode, smb2, smb3)

    @pytest.mark.parametrize("approves", [True, False])
    def test_kexts_are_approved(self, build, approves):
        """facts D.3: allowed in recovery, approved by a user in macOS, loaded from the next start on; told by showloaded."""
        mac = build(approves_kexts=approves)
        assert answers(talk(mac, "usr/bin/bputil", "-k", "-v", mac.group()["uuid"]), mac)[0] == 0
        seen = []
        for _ in range(3):
            assert mac.restart("macos") == "macos"
            told = calls.run(mac, "usr/bin/kmutil", "showloaded", "--list-only")
            assert told.returncode == 0 and told.stderr == "No variant specified, falling back to release\n", told
            assert " com.apple.kpi.bsd (23.0.0) " in told.stdout
            seen.append(" org.example.driver.VirtualKeyboard (1.8.0) " in told.stdout)
        assert seen == [False, approves, approves] and bool(mac.policy()["auxp"]) == approves

    def test_kexts_are_told(self, build):
        """In the text by their hashes; in JSON with a value where there is one."""
        mac = build("m4-27.0")
        mac.set_policy(auxp="A" * 96, smb4=True)
        assert f"User Authorized Kext List Hash          (auxp): {'A' * 96}\n" in calls.run(
            mac, "usr/bin/bputil", "-d").stdout
        told = json.loads(calls.run(mac, "usr/bin/bputil", "-dj").stdout.partition("\n")[2])[mac.group()["uuid"]]
        assert (told["auxp"], told["auxp_exists"], told["auxi_exists"], told["smb4"]) == ("A" * 96, True, False, True)

    def test_the_nonce_changes_at_every_write(self, build):
        """Also at one that writes what is there already: only that tells that somebody wrote."""
        mac = build()
        seen = {mac.policy()["lpnh"]}
        mac.set_policy(mode="permissive", sip0=0x46)
        for words in (("enable", "--without", "fs"), ("enable", "--without", "fs"), ("clear",), ("clear",)):
            csrutil(mac, *words)
            seen.add(mac.policy()["lpnh"])
        assert len(seen) == 5
        calls.run(mac, "usr/bin/bputil", "-d")
        assert mac.policy()["lpnh"] in seen


class TestBootArgs:
    """nvram, facts part B."""

    @pytest.mark.parametrize(("machine", "most"), [("m1-12.6", 607), ("m2pro-14.0", 1023), ("m4-27.0", 1023)])
    def test_length(self, build, machine, most):
        """608 and 1,024 are too many, by release."""
        mac = build(machine, nvram_guid="kept")
        name = f"{calls.GUID}:boot-args"
        seen = calls.run(mac, "usr/sbin/nvram", f"{name}={'a' * (most + 1)}")
        assert (seen.returncode, seen.stderr) == (
            1, f"Error setting variable - '{name}': (iokit/common) no space for data.\n")
        assert calls.run(mac, "usr/sbin/nvram", f"{name}={'a' * most}").returncode == 0
        assert calls.run(mac, "usr/sbin/nvram", f"{name}={'é' * (most // 2)}").returncode == 0

    def test_percent_is_a_plain_byte(self, build):
        """Verbatim, whether the variable is there or not."""
        mac = build()
        for value in ("a=%41 b=1%", "x=%zz -=2 y+=3"):
            assert calls.run(mac, "usr/sbin/nvram", f"boot-args={value}").returncode == 0
            assert calls.run(mac, "usr/sbin/nvram", "boot-args").stdout == f"boot-args\t{value}\n"

    def test_what_is_no_utf8_cannot_be_written(self, build):
        """facts B.3: two wordings."""
        mac = build()
        seen = calls.run(mac, "usr/sbin/nvram", os.fsdecode(b"boot-args=a=\xe9"))
        assert (seen.returncode, seen.stderr) == (
            1, "Error setting variable - 'boot-args': (iokit/common) invalid argument.\n")
        mac.set_boot_args("-v")
        seen = calls.run(mac, "usr/sbin/nvram", os.fsdecode(b"boot-args=a=\xe9"), text=False)
        assert (seen.returncode, seen.stderr) == (1, b"nvram: Error creating CFTypeRef for value a=\xe9\n")
        assert mac.boot_args() == "-v"

    def test_what_is_no_utf8_is_shown_as_macroman(self, build):
        """Stored by somebody else: nvram shows other bytes than the kernel got."""
        mac = build()
        mac.set_boot_args(b"a=\xe9")
        assert calls.run(mac, "usr/sbin/nvram", "boot-args").stdout == "boot-args\ta=È\n"
        mac.set_policy(sip3=True, mode="permissive")
        mac.restart("macos")
        assert calls.run(mac, "usr/sbin/sysctl", "-n", "kern.bootargs", text=False).stdout == b"a=\xe9\n"

    @pytest.mark.parametrize(("how", "status", "now", "later"), [
        ("kept", 0, "-v", "-v"), ("lost", 0, "-v", None), ("denied", 1, None, None)])
    def test_in_recovery(self, build, how, status, now, later):
        """Kept, refused, or kept until the restart: by release, and not always told."""
        mac = build("m4-27.0", nvram_plain=how)
        assert calls.run(mac, "usr/sbin/nvram", "boot-args=-v").returncode == status
        assert mac.boot_args() == now
        mac.restart("macos")
        assert mac.boot_args() == later

    def test_a_foreign_word_is_lost(self, build):
        """Ours are written, theirs goes; the next write keeps what it is given."""
        mac = build()
        mac.set_boot_args("-v theirs=1")
        mac.fault("nvram", "lose-word", text="theirs=1")
        for stored in ("-v ours=2", "-v theirs=1 ours=2"):
            assert calls.run(mac, "usr/sbin/nvram", "boot-args=-v theirs=1 ours=2").returncode == 0
            assert mac.boot_args() == stored
