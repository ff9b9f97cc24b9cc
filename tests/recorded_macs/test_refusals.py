"""Names and passwords that are not taken, and places where the tools refuse, in the words of the reports."""

import pytest

from recorded_macs import calls, refusals, situations
from recorded_macs.talking import CSRUTIL, KMUTIL, answers, configure, talk

DISKUTIL, BPUTIL = "usr/sbin/diskutil", "usr/bin/bputil"
ENVIRONMENT = {"__OSINSTALL_ENVIRONMENT": "1"}


USUAL = {"machine": "m1-12.6"}


class TestRefusals:
    """Names and passwords that are not taken, in the words of facts A.1 and A.5."""

    @pytest.mark.parametrize(("how", "inner"), [("rejected", "Authentication failure"), ("user-not-found", "User not found")])
    @pytest.mark.parametrize(("path", "words"), [(CSRUTIL, ["disable"]), (BPUTIL, ["--full-security"])])
    def test_local_authentication(self, build, path, words, how, inner):
        """One line, exit 1, nothing changed, counted once."""
        mac = build("m2pro-14.0", refusal=how)
        before = mac.policy()
        status, said = answers(talk(mac, path, *words), mac, password="wrong")
        assert (status, said.splitlines()[-1]) == (1, (
            f"{path.rpartition('/')[2]}: failed to set credential: Error Domain=com.apple.LocalAuthentication Code=-1 "
            '"Password rejected (3)" UserInfo={NSDebugDescription=Password rejected (3), NSLocalizedDescription='
            "Authentication failure., NSUnderlyingError=0x6000 {Error Domain=com.apple.LocalAuthentication Code=-1 "
            f'"{inner}" UserInfo={{NSDebugDescription={inner}, NSLocalizedDescription=Authentication failure.}}}}}}'))
        assert (mac.policy(), mac.refused()) == (before, 1)

    def test_it_is_the_line_of_the_report(self):
        """Word for word but for the pointer's number (asahi-installer#401)."""
        assert refusals.rejected("bputil", "User not found").startswith(
            'bputil: failed to set credential: Error Domain=com.apple.LocalAuthentication Code=-1 "Password rejected (3)"')

    def test_owner_authentication(self, build):
        """The form of bless, from bputil."""
        mac = build("m2pro-14.0", refusal="owner")
        status, said = answers(talk(mac, BPUTIL, "-f"), mac, password="wrong")
        assert status == 1 and said.splitlines()[-1].startswith(
            'Error Domain=BYErrorDomain Code=103 "Owner authentication is required" UserInfo={BYErrorHint=')

    def test_kmutil(self, build):
        """Its own words, and its own exit status."""
        mac = build()
        assert configure(mac, password="wrong")[0] == 71 and mac.refused() == 1
        status, said = configure(mac, name="nobody")
        assert status == 71 and "not a valid admin user for the volume at /Volumes/Preboot/" in said
        assert mac.refused() == 1, "an unknown name is no password"

    def test_every_tool_counts_and_a_restart_forgets(self, build):
        """Refused ones per Mac and boot; from a limit on diskutil unlocks no more, even with the right one."""
        mac = build("m1-12.6", locked=True, unlock_limit=3)
        for path, words in ((CSRUTIL, ["disable"]), (BPUTIL, ["-n", "-v", mac.group()["uuid"]]),
                            (DISKUTIL, ["apfs", "unlockVolume", "disk3s5"])):
            assert answers(talk(mac, path, *words), mac, password="wrong")[0] == 1
        assert mac.refused() == 3
        status, said = answers(talk(mac, DISKUTIL, "apfs", "unlockVolume", "disk3s5"), mac)
        assert (status, said.partition("\n")[2]) == (1, (
            "Unlocking any cryptographic user on APFS Volume disk3s5\n"
            "Too many recent unlock attempts; unlocking disabled\n"))
        mac.restart("paired-recovery")
        assert mac.refused() == 0
        assert answers(talk(mac, DISKUTIL, "apfs", "unlockVolume", "disk3s5"), mac)[0] == 0

    def test_stale_owners(self, build):
        """The list is of an older installation: no password is right until macOS has written it anew."""
        mac = build("m1-12.6")
        mac.stale_owners()
        assert situations.owners_listed(mac.preboot()) == ["gone"]
        status, said = answers(talk(mac, CSRUTIL, "disable"), mac)
        assert status == 1 and "\ncsrutil: no admin users authorized for recovery\nAuthorized user: " in said
        status, said = answers(talk(mac, BPUTIL, "-n", "-v", mac.group()["uuid"]), mac)
        assert status == 1 and '"User not found"' in said.splitlines()[-1]
        status, said = configure(mac)
        assert status == 71 and "not a valid admin user for the volume" in said
        assert calls.run(mac, DISKUTIL, "apfs", "updatePreboot", "/").returncode == 1, "in macOS only"
        mac.restart("macos")
        assert calls.run(mac, DISKUTIL, "apfs", "updatePreboot", "/").returncode == 0
        assert situations.owners_listed(mac.preboot()) == ["maria"]
        mac.restart("paired-recovery")
        assert answers(talk(mac, CSRUTIL, "disable"), mac)[0] == 0


class TestPlaces:
    """Where csrutil and kmutil refuse, in the words of the reports."""

    def test_recovery_entered_by_a_restart(self, build):
        """Two lines, exit 1, nothing asked; a full shutdown mends it."""
        mac = build()
        mac.enter_by_restart()
        seen = calls.run(mac, CSRUTIL, "disable")
        assert (seen.returncode, seen.stdout, seen.stderr) == (1, "", (
            "csrutil: The OS environment does not allow changing security configuration options.\n"
            "Ensure that the system was booted into Recovery OS via the standard user action.\n"))
        mac.restart("paired-recovery")
        assert answers(talk(mac, CSRUTIL, "disable"), mac)[0] == 0

    def test_where_clear_is_needed_too(self, build):
        """The other report: `csrutil clear` works, and only then a new start of recovery helps."""
        mac = build()
        mac.enter_by_restart(cure="clear")
        assert calls.run(mac, CSRUTIL, "disable").returncode == 1
        assert answers(talk(mac, CSRUTIL, "clear"), mac)[0] == 0
        assert calls.run(mac, CSRUTIL, "disable").returncode == 1
        mac.restart("paired-recovery")
        assert answers(talk(mac, CSRUTIL, "disable"), mac)[0] == 0

    @pytest.mark.parametrize("command", ["disable", "enable"])
    def test_manifest(self, build, command):
        """The 27 beta: neither is written."""
        mac = build("m4-27.0", csrutil_manifest=False)
        mac.set_policy(mode="permissive", sip0=0x46)
        before = mac.policy()
        status, said = answers(talk(mac, CSRUTIL, command), mac)
        assert (status, said.splitlines()[-1], mac.policy()) == (1, (
            'csrutil: Failed to update security configuration for "Macintosh HD": Manifest verification failed'), before)

    def test_users_are_asked_for_from_15_4_on(self, build):
        """facts A.5: the question, the name, the password."""
        mac = build("m4-26.3", csrutil_prompts="authorized")
        _, said = answers(talk(mac, CSRUTIL, "disable"), mac)
        assert said.splitlines()[1:5] == [
            'Allow booting unsigned operating systems and any kernel extensions for OS "Macintosh HD"? [y/n]: y', "",
            "Authorized user: rin", "Password       : "]

    @pytest.mark.parametrize(("machine", "owners", "name"), [
        ("m1-12.6", 1, None), ("m2pro-14.0", 2, "Authorized user: "), ("m4-26.3", 1, "Enter a username of an authorized user:"),
        ("m4-27.0", 1, None)])
    def test_which_macs_ask_for_a_user(self, build, machine, owners, name):
        """One owner: from 15.4 on (facts A.5), but not on 27.0.1 (§2.2); several: always."""
        mac = build(machine)
        assert len(mac.group()["owners"]) == owners
        asked = answers(talk(mac, CSRUTIL, "disable"), mac)[1].splitlines()[3]
        short = mac.group()["owners"][0]["name"]
        assert asked == (f"{name}{short}" if name else f"Enter password for user {short}:")

    def test_not_the_startup_disk(self, build):
        """field/kmutil-macho-boot-properties: before any name is asked for, exit 71."""
        mac = build("m1-12.6", "unpaired-recovery", kmutil_unpaired="properties")
        status, said = configure(mac)
        assert (status, said) == (71, (
            "By setting a custom boot object, you will be putting your system into Permissive Security.\n\n"
            "Are you sure you want to do this? (enter y or n) y\n"
            "found valid Mach-O binary, deriving Mach-O boot properties...\n"
            'Error Domain=KMErrorDomain Code=71 "Fileset Error: Invalid Mach-O boot properties" '
            "UserInfo={NSLocalizedDescription=Fileset Error: Invalid Mach-O boot properties}\n"))

    @pytest.mark.parametrize(("mode", "status"), [("full", 71), ("reduced", 0), ("permissive", 0)])
    def test_kmutil_from_full_security(self, build, mode, status):
        """darwin §10: one report says that it refuses."""
        mac = build("m1-12.6", kmutil_from_full="refuses")
        mac.set_policy(mode=mode)
        seen = configure(mac)
        assert seen[0] == status
        assert ("You must move to Reduced Security (using Startup Security Utility) before installing custom boot objects."
                in seen[1]) is (status == 71)

    def test_kmutil_in_macos(self, build):
        """The words of 26.5.1 and later."""
        seen = calls.run(build("m4-27.0", "macos"), KMUTIL, "configure-boot", "-v", "/", "-c", "/x")
        assert (seen.returncode, seen.stderr) == (1, "Error: configure-boot must be run from macOS Recovery\n")

    @pytest.mark.parametrize(("osinstall", "environment", "refused"), [
        ("free", {}, False), ("free", ENVIRONMENT, False), ("asked", {}, True), ("asked", ENVIRONMENT, False)])
    def test_apples_variable(self, build, osinstall, environment, refused):
        """darwin §3: whether the tools look at it is not known, so both are played."""
        seen = calls.run(build("m1-12.6", osinstall=osinstall), CSRUTIL, "disable", environment=environment)
        assert ("This tool needs to be executed from Recovery OS." in seen.stderr) is refused

    @pytest.mark.parametrize(("path", "words", "says"), [
        (KMUTIL, ["configure-boot", "-v", "/Volumes/Macintosh HD"], "can only be run in Recovery Mode"),
        (BPUTIL, ["-n", "-u", "maria", "-p", "correct horse battery"], "AP boot mode (11)")])
    def test_apples_variable_in_the_other_tools(self, build, path, words, says):
        """Without it they take recovery for something else; with it they go on."""
        mac = build("m1-12.6", osinstall="asked")
        assert says in calls.run(mac, path, *words).stderr
        assert says not in calls.run(mac, path, *words, environment=ENVIRONMENT).stderr
