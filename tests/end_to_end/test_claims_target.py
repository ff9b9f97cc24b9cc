"""Claims about the right Mac, the right file and nobody else's hand (part B); see test_claims.py for what a mark means."""

import contextlib
import os

import driver
import pytest
from helpers import FULL, flags, policy_is_raised, records, said, tool_waits
from person import Person

from support.patience import wait_for

ORPHANS = ("orphan-daemon", "orphan-goes-on", "orphan-detached")


# -- B.1 the right Mac -----------------------------------------------------------------------------------------------------

def test_a_stub_is_no_target(build):
    """It holds no macOS: exit 3, nothing changed."""
    mac = build("m2pro-15.3", stub="new")
    seen = driver.unattended(mac, "apply", "--kc", "/Volumes/Data/Users/Shared/vmq-recovery/VirtualMachine.kc")
    assert seen.code == 3 and "holds no macOS" in said(seen), seen.text
    assert mac.acts() == []


def test_an_old_stub_is_no_target_unasked(build):
    """It names a macOS, has no kernel, and the collection fits it."""
    mac = build("m2pro-15.3", stub="old")
    mac.stage_for(1)
    seen = driver.unattended(mac, "apply", "--kc", "/Volumes/Data/Users/Shared/vmq-recovery/VirtualMachine.kc")
    assert seen.code == 3 and mac.acts() == [], seen.text


def test_a_collection_of_another_group(build):
    """It lies on the second system's Data: --volume and a typed word are wanted."""
    mac = build(several="Second")
    path = "/Volumes/Second - Data/Users/Shared/vmq-recovery/VirtualMachine.kc"
    seen = driver.unattended(mac, "apply", "--kc", path)
    assert seen.code == 3 and "Second" in said(seen) and mac.acts() == [], seen.text


@pytest.mark.parametrize("word", ["take", "n"])
def test_a_collection_of_another_group_by_word(build, session, word):
    """With the target named, a person is asked for a word of its own."""
    mac = build(several="Second")
    mac.stage_for(0)
    path = "/Volumes/Second - Data/Users/Shared/vmq-recovery/VirtualMachine.kc"
    other = mac.data(1) / "Users/Shared/vmq-recovery/VirtualMachine.kc"
    other.parent.mkdir(parents=True, exist_ok=True)
    other.write_bytes(mac.collection_path().read_bytes())
    person = Person(session(mac, "apply", "--volume", "Macintosh HD", "--kc", path), mac)
    person.child.expect("take> ")
    person.child.sendline(word)
    if word == "take":
        person.until("name")
        person.child.sendline("n")
    assert person.answer_all() == 4 and mac.acts() == [], person.session.log


def test_a_journal_of_another_group_and_revert(build):
    """It goes on without it, and leaves that run as it is."""
    mac = build(several="Second")
    assert driver.unattended(mac, "apply").code == 0
    folder = "/Volumes/Data/private/var/db/vmq-recovery"
    before = records(mac)
    seen = driver.unattended(mac, "revert", "--volume", "Second", "--journal", folder)
    assert "another system" in said(seen) and policy_is_raised(mac), seen.text
    assert records(mac) == before


def test_a_custom_object_that_is_not_ours(mac):
    """It cannot be put back: named, and --yes is not enough."""
    coih = mac.install_custom_kernel(b"m1n1 and a kernel")
    seen = driver.unattended(mac, "apply")
    assert seen.code == 3 and coih[:8] in said(seen) and mac.policy()["coih"] == coih, seen.text


def test_a_journal_of_another_group(build):
    """`rollback --volume B` with A's journal."""
    mac = build(several="Second")
    assert driver.unattended(mac, "apply").code == 0
    mac.forget()
    folder = "/Volumes/Data/private/var/db/vmq-recovery"
    seen = driver.unattended(mac, "rollback", "--volume", "Second", "--journal", folder)
    assert seen.code == 3 and mac.acts() == [] and policy_is_raised(mac), seen.text
    assert "Macintosh HD" in said(seen) or mac.group()["uuid"] in said(seen), seen.text


def test_two_systems_of_one_name(build):
    """csrutil's menu cannot tell which is which: said before anything."""
    mac = build(several="Macintosh HD")
    seen = driver.run(mac, "doctor")
    assert "csrutil" in said(seen) and mac.group(1)["uuid"] in said(seen), seen.text


@pytest.mark.parametrize("command", ["doctor", "status"])
def test_inside_a_guest(build, command):
    """The limit counted is the host's."""
    seen = driver.run(build("m2pro-14.0", "macos", guest=True), command)
    assert "virtual" in said(seen) and "host" in said(seen), seen.text


@pytest.mark.parametrize("kind", ["no-device", "no-volumes"])
def test_a_group_that_is_not_whole(build, kind):
    """Another group than the target: the target is found."""
    mac = build()
    mac.add_ghost(kind)
    seen = driver.run(mac, "doctor")
    assert seen.code == 0, seen.text


@pytest.mark.parametrize("command", ["doctor", "apply"])
def test_a_target_without_a_device(build, command):
    """A clear error that names it."""
    mac = build()
    mac.add_ghost("no-device")
    seen = driver.unattended(mac, command, "--volume", "Ghost")
    assert seen.code == 3 and "Ghost" in said(seen) and mac.acts() == [], seen.text


@pytest.mark.parametrize("volume", ["system", "data", "preboot"])
@pytest.mark.parametrize("command", ["doctor", "apply"])
def test_nul_in_a_mount_point(build, volume, command):
    """A clear error that names the volume."""
    mac = build()
    mac.tell(volume, MountPoint="/Volumes/Mac\0intosh HD")
    seen = driver.unattended(mac, command)
    assert seen.code == 3 and "not mounted" in said(seen) and mac.acts() == [], seen.text


def test_neighbours_on_the_disk(build):
    """iSCPreboot and three volumes called Recovery: the target's own Preboot is taken."""
    mac = build(neighbours=True)
    seen = driver.unattended(mac, "apply")
    assert seen.code == 0 and policy_is_raised(mac), seen.text


@pytest.mark.parametrize("machine", ["m1-12.6", "m2pro-15.3", "m4-27.0"])
def test_other_machines(build, session, machine):
    """macOS 12 with kmutil's question on one line, 15.3, and 27: a person answers, and it is raised."""
    mac = build(machine)
    assert Person(session(mac, "apply"), mac).answer_all() == 0
    assert policy_is_raised(mac)


# -- B.2 the bytes that were shown ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("at", ["name", "yes-no", "password"])
def test_the_collection_is_swapped(mac, session, at):
    """At every prompt: what was shown is installed, or nothing."""
    person = Person(session(mac, "apply"), mac)
    shown = mac.collection_path().read_bytes()
    person.until(at, 2 if at == "password" else 1)
    other = shown.replace(b"vmq", b"qmv") if b"vmq" in shown else shown[:-8] + b"swapped!"
    mac.collection_path().write_bytes(other)
    person.child.sendline({"name": "Macintosh HD", "yes-no": "y", "password": person.password}[at])
    code = person.answer_all()
    stored = [one.read_bytes() for one in mac.preboot().rglob("kernelcache.custom.*")]
    assert not any(other in one for one in stored), person.session.log
    assert code != 0 or any(shown in one for one in stored), person.session.log


@pytest.mark.parametrize("what", ["file", "folder", "ownership"])
def test_a_source_that_others_can_write(mac, what):
    """A person is asked; --yes is refused."""
    if what == "file":
        mac.collection_path().chmod(0o666)
    elif what == "folder":
        mac.collection_path().parent.chmod(0o777)
    else:
        mac.tell("data", GlobalPermissionsEnabled=False)
    seen = driver.unattended(mac, "apply")
    assert seen.code == 3 and mac.acts() == [], seen.text


def test_stage_refuses_a_planted_folder(build):
    """/Users/Shared/vmq-recovery was made by somebody else."""
    mac = build("m2pro-14.0", "macos", staged=None)
    mac.plant("Users/Shared/vmq-recovery", 0o777)
    source = mac.data() / "private/var/root/made.kc"
    source.write_bytes(mac._collection(mac.group(), "good"))
    seen = driver.run(mac, "stage", "--kc", "/private/var/root/made.kc", "--yes")
    assert seen.code == 3 and "vmq-recovery" in said(seen), seen.text
    assert not mac.collection_path().exists()


# -- B.3 orphans -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("tool", "match", "how"), [
    *(("kmutil", ["configure-boot"], how) for how in ORPHANS), ("csrutil", ["disable"], "orphan-daemon")])
@pytest.mark.slow
def test_rollback_while_an_orphan_works(mac, tool, match, how):
    """It waits for it, or exits 7 and names it: what is said at the end is still so when the orphan has written."""
    mac.orphan(tool, how, seconds=None, match=match)
    mac.set_pause(None)
    assert driver.unattended(mac, "apply").code == -9
    acts = len(mac.acts())
    process = driver.start_unattended(mac, "rollback")
    # the orphan goes on when the rollback is over, or has done nothing for so long that it must be waiting
    with contextlib.suppress(AssertionError):
        wait_for(lambda: process.poll() is not None or len(mac.acts()) > acts, 4)
    if len(mac.acts()) > acts:
        wait_for(lambda: process.poll() is not None)
    mac.release()
    seen = driver.finish(process)
    one = mac.records("orphan")[0]["id"]
    wait_for(lambda: one in [record["id"] for record in mac.records("changed")])
    if seen.code == 7:
        assert tool in said(seen), seen.text
    else:
        assert (seen.code, flags(mac)) == (0, FULL), seen.text


@pytest.mark.parametrize("how", ["orphan-goes-on", "orphan-detached"])
def test_a_person_stops_waiting(mac, session, how):
    """Ctrl-C: 7, the tool is named, nothing is started; and the same line again goes back once it has ended."""
    mac.orphan("kmutil", how, seconds=None, match=["configure-boot"])
    assert driver.unattended(mac, "apply").code == -9
    acts = len(mac.acts())
    one = session(mac, "rollback")
    one.child.expect("still at work: kmutil")
    one.child.sendintr()
    assert one.finish() == 7 and len(mac.acts()) == acts, one.log
    assert "This command changed nothing" in " ".join(one.log.split()) and one.terminal_as_before(), one.log
    mac.release()
    assert (driver.unattended(mac, "rollback").code, flags(mac)) == (0, FULL)


# -- B.4 lock, then read, then decide --------------------------------------------------------------------------------------

def test_resume_held_up_while_a_rollback_finishes(mac):
    """It stands still while it looks; whoever comes first, the last words of both are true."""
    mac.fault("kmutil", "kill-program", match=["configure-boot"])
    assert driver.unattended(mac, "apply").code == -9
    mac.fault("bputil", "wait", match=["-d"])
    resume = driver.start_unattended(mac, "resume")
    tool_waits(mac)
    rollback = driver.unattended(mac, "rollback")
    after = flags(mac)
    mac.release()
    seen = driver.finish(resume)
    if rollback.code == 7:
        assert seen.code == 0 and policy_is_raised(mac), seen.text
    else:
        assert (rollback.code, after, flags(mac)) == (0, FULL, FULL), seen.text
        assert "finished and read back" not in said(seen), seen.text


# -- B.5 the journal's folder --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("place", ["manifest", "owners", "journal"])
def test_a_fifo(mac, place):
    """Said, and not waited for."""
    path = {"manifest": mac.collection_path().with_name("manifest.json"),
            "owners": mac.preboot() / "var/db/AdminUserRecoveryInfo.plist",
            "journal": mac.journal() / "0001.journal"}[place]
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    seen = driver.run(mac, "doctor", timeout=4)
    assert seen.code != 70 and (seen.code == 3 or place == "journal"), seen.text


@pytest.mark.parametrize("what", ["mode", "link"])
def test_a_journal_folder_of_others(mac, what):
    """Everybody may write there, or it leads elsewhere: not ours."""
    place = mac.journal() if what == "mode" else mac.journal().with_name("elsewhere")
    place.mkdir()
    if what == "mode":
        place.chmod(0o777)
    else:
        mac.journal().symlink_to("elsewhere")
    seen = driver.unattended(mac, "apply")
    assert seen.code == 3 and mac.acts() == [] and "journal" in said(seen), seen.text
