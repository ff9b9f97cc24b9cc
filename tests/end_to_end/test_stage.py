"""stage, and apply in recovery with what was staged."""

import json
import os
import stat

import driver
import pytest
from conftest import MACHINES
from helpers import FULL, flags, has_words, policy_is_raised, said
from invariants import check_events
from kit_helpers import PLACE, below, built, run, spoil_collection, spoil_manifest, spoil_program


def manifest(mac):
    """The staged manifest."""
    return json.loads(below(mac, f"{PLACE}/manifest.json").read_text())


@pytest.fixture(name="macos")
def _macos(build, models):
    """A Mac on which the collection is built and nothing is staged."""
    return build(like=models("built", lambda mac: run(mac, "build", "-q"), "m2pro-14.0", "macos", kit="good", staged=None))


@pytest.mark.parametrize("machine", MACHINES)
def test_the_whole_way(build, machine):
    """Build, stage, recovery, apply, restart, apply, verify."""
    mac = build(machine, "macos", kit="good", staged=None)
    run(mac, "build")
    run(mac, "stage")
    mac.restart("paired-recovery")
    seen = driver.unattended(mac, "apply")
    assert seen.code == 0 and "checksum matches" in said(seen), seen.text
    assert policy_is_raised(mac)
    for _ in range(2):
        mac.restart("macos")
        assert driver.unattended(mac, "apply").code == 0
    assert has_words(mac)
    assert "Everything is in force" in said(run(mac, "verify"))


def test_what_is_staged(macos):
    """Three files, owned by root, nobody else may write; the manifest tells sizes and sums."""
    seen = said(run(macos, "stage"))
    for name, mode in ((f"{PLACE}/VirtualMachine.kc", 0o644), (f"{PLACE}/manifest.json", 0o644), ("vmq-recovery", 0o755)):
        about = below(macos, name).stat()
        assert (stat.S_IMODE(about.st_mode), about.st_uid) == (mode, os.getuid() and about.st_uid), name
    written = manifest(macos)
    assert below(macos, "vmq-recovery").read_bytes() == driver.program_file().read_bytes()
    assert below(macos, f"{PLACE}/VirtualMachine.kc").read_bytes() == built(macos).read_bytes()
    assert (written["build"], written["chip"]) == ("23A344", "t6020")
    assert written["collection"]["size"] == built(macos).stat().st_size and len(written["program"]["sha256"]) == 64
    for line in ("/Volumes/*/vmq-recovery apply", "In full: /Volumes/Data/vmq-recovery apply", "hold the power button",
                 "Unplug other disks", "diskutil apfs unlockVolume Data", "Copy it to /tmp"):
        assert line in seen, line


def test_json_and_dry_run(macos):
    """The stream is valid; a dry run writes nothing."""
    run(macos, "-n", "stage")
    assert not below(macos, "vmq-recovery").exists()
    check_events(run(macos, "--json", "stage"), "stage")


def test_a_folder_of_somebody_else(macos):
    """/Users/Shared is everybody's: a folder that others can write, or a link, is refused; what lies there stays."""
    place = below(macos, PLACE)
    place.chmod(0o777)
    assert "can be written by others" in said(run(macos, "stage", code=3))
    assert stat.S_IMODE(place.stat().st_mode) == 0o777 and not below(macos, "vmq-recovery").exists()
    place.chmod(0o755)
    place.rename(place.with_name("aside"))
    place.symlink_to(place.with_name("aside"))
    below(macos, f"{PLACE}/VirtualMachine.kc").write_bytes(b"old")
    assert "is a link" in said(run(macos, "stage", code=3))
    assert below(macos, f"{PLACE}/VirtualMachine.kc").read_bytes() == b"old"


def test_names_with_blanks_and_accents(macos):
    """--kc with any name."""
    odd = below(macos, "Users/Shared/für Ada & Co.kc")
    odd.write_bytes(built(macos).read_bytes())
    run(macos, "stage", "--kc", "/Users/Shared/für Ada & Co.kc")
    assert below(macos, f"{PLACE}/VirtualMachine.kc").read_bytes() == odd.read_bytes()


@pytest.mark.parametrize("name", ["other-chip", "other-release", "release-kernel", "truncated-kext", "text"])
def test_a_collection_that_does_not_fit(macos, name):
    """Refused before anything is written."""
    from recorded_macs import collection
    below(macos, "Users/Shared/x.kc").write_bytes(collection.variants(macos.group()["os"])[name])
    run(macos, "stage", "--kc", "/Users/Shared/x.kc", code=3)
    assert not below(macos, "vmq-recovery").exists()


def test_another_build_of_the_same_kernel_version(macos):
    """The kit's kernel is another one: refused though the version numbers are alike."""
    from recorded_macs import collection
    other = macos.group()["os"]["development"].replace("Aug 17", "Aug 18")
    below(macos, "Users/Shared/x.kc").write_bytes(collection.collection(other))
    assert "the kit's of this build is" in said(run(macos, "stage", "--kc", "/Users/Shared/x.kc", code=3))


def test_a_kernel_of_ones_own_making(macos):
    """Not the kit's, by --inexact: the same sum, installed, read back, and gone back from."""
    from recorded_macs import collection
    own = macos.group()["os"]["development"].replace("Aug 17", "Aug 18")
    below(macos, "Users/Shared/x.kc").write_bytes(collection.collection(own))
    run(macos, "stage", "--kc", "/Users/Shared/x.kc", "--inexact")
    macos.restart("paired-recovery")
    seen = driver.unattended(macos, "apply")
    assert seen.code == 0 and "checksum matches" in said(seen) and policy_is_raised(macos), seen.text
    assert driver.unattended(macos, "rollback").code == 0 and flags(macos) == FULL


@pytest.mark.parametrize("environment", ["macos", "paired-recovery"])
def test_candidates_are_listed_not_guessed(build, environment):
    """The first description's place, in two homes: both named, none taken."""
    mac = build("m2pro-14.0", environment, staged="good")
    whole = mac.collection_path().read_bytes()
    mac.collection_path().unlink()
    for user in ("mykola", "lena"):
        below(mac, f"Users/{user}/VirtualMachine.kc").write_bytes(whole)
    seen = run(mac, "stage", code=3) if environment == "macos" else driver.unattended(mac, "apply")
    assert seen.code == 3 and mac.acts() == []
    assert "mykola/VirtualMachine.kc" in said(seen) and "lena/VirtualMachine.kc" in said(seen)


def rewrite_manifest(mac):
    """For another build."""
    told_there = {**manifest(mac), "build": "23B74"}
    below(mac, f"{PLACE}/manifest.json").write_text(json.dumps(told_there))


@pytest.mark.parametrize(("spoil", "words"), [
    (spoil_collection, "its checksum file says"), (spoil_program, "is not the one its checksum file names"),
    (spoil_manifest, "not a checksum file of this program"), (rewrite_manifest, "it was built for macOS build 23B74")])
def test_what_does_not_match_is_refused(macos, spoil, words):
    """In recovery, before anything."""
    run(macos, "stage")
    macos.restart("paired-recovery")
    spoil(macos)
    macos.forget()
    seen = driver.unattended(macos, "apply")
    assert seen.code == 3 and words in said(seen), seen.text
    assert macos.acts() == []


def test_a_manifest_others_can_write_does_not_vouch(macos):
    """Said; the inspection alone counts then."""
    run(macos, "stage")
    macos.restart("paired-recovery")
    below(macos, f"{PLACE}/manifest.json").chmod(0o666)
    assert "its checksum file cannot be trusted" in said(driver.run(macos, "doctor"))


def test_staged_again(macos):
    """Nothing to do; after a change everything is right again."""
    run(macos, "stage")
    assert "Nothing to do" in run(macos, "stage").text
    spoil_program(macos)
    run(macos, "stage")
    assert below(macos, "vmq-recovery").stat().st_size > 1000


def test_not_in_recovery(build):
    """build and stage are for macOS; they say so."""
    mac = build("m2pro-14.0", "paired-recovery", kit="good")
    for command in ("build", "stage"):
        run(mac, command, code=3)
    assert mac.acts() == []


@driver.needs_root
def test_not_root(open_mac, open_folder):
    """sudo, in words."""
    mac = open_mac("m2pro-14.0", "macos", kit="good", staged=None)
    seen = driver.run(mac, "stage", user=driver.NOBODY, program=driver.copied(open_folder))
    assert seen.code == 3 and "sudo" in said(seen), seen.text
