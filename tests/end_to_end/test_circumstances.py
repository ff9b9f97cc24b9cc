"""Circumstances of the Mac: where it runs, what is installed, what others have set, what the tools do in this world."""

import hashlib

import driver
import pytest
from conftest import MACHINES
from helpers import FULL, WORDS, act_kinds, flags, has_words, policy_is_raised, without_syncs
from person import Person
from recorded_macs import calls


def sum_of(path):
    """SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def refused(mac, *more, says=()):
    """Apply stops with exit 3, before any act, and says why and what to do."""
    before = mac.state()["groups"], mac.state()["nvram"]
    seen = driver.unattended(mac, "apply", *more)
    assert seen.code == 3, seen.text
    assert [argv for argv in mac.acts() if argv[0] != "diskutil"] == []
    assert (mac.state()["groups"], mac.state()["nvram"]) == before
    squeezed = " ".join(seen.text.split())
    for word in says:
        assert word in squeezed, word
    return seen


def applied(mac, *more, code=0):
    """Apply succeeds."""
    seen = driver.unattended(mac, "apply", *more)
    assert seen.code == code, seen.text
    return seen


@pytest.mark.parametrize("machine", MACHINES)
def test_unpaired_recovery(build, machine):
    """The wrong one true recoveryOS: told before any prompt."""
    refused(build(machine, "unpaired-recovery"), says=["pair"])


@pytest.mark.parametrize("machine", MACHINES)
def test_ordinary_recovery(build, machine):
    """Not the one true recoveryOS."""
    refused(build(machine, "ordinary-recovery"), says=["hold the power button"])


@pytest.mark.parametrize("machine", MACHINES)
def test_macos_before_recovery(build, machine):
    """Phase one cannot run in macOS: it says where."""
    mac = build(machine, "macos")
    seen = driver.unattended(mac, "apply")
    assert seen.code == 3, seen.text
    assert mac.acts() == [] and flags(mac) == FULL
    assert "power button" in " ".join(seen.text.split())


def test_no_network_is_no_matter(build):
    """Only the way back may need it."""
    mac = build(online=False)
    applied(mac)
    assert policy_is_raised(mac)


def test_data_locked(build):
    """It says that it is, and how to unlock."""
    mac = build("m4-26.3", locked=True)
    refused(mac, says=["diskutil apfs unlockVolume"])


@pytest.mark.parametrize(("name", "data_name"), [
    ("Macintosh HD", "Data"), ("Macintosh HD", "Macintosh HD - Data"), ("Mac of Émile", "Mac of Émile - Data"),
    ("макОС №1", "Данные"), ("a'b\"c$(x)", "d;e&f|g"), ("  two  blanks", "Data  Data"), ("100%s", "%d %n"),
    ("Lange " * 8 + "Name", "x" * 60),
])
def test_names(build, name, data_name):
    """Whatever the volumes are called."""
    mac = build(name=name, data_name=data_name)
    applied(mac)
    assert policy_is_raised(mac)
    assert ["kmutil", "configure-boot", "--volume", f"/Volumes/{name}", "--custom-boot-object",
            f"/Volumes/{data_name}/private/var/db/vmq-recovery/object/{sum_of(mac.collection_path())}.kc"] in mac.acts()
    mac.restart("macos")
    applied(mac)


@pytest.mark.parametrize("firmlinks", [True, False])
def test_firmlinks_do_not_matter(build, firmlinks):
    """Whether /Volumes/<name>/Users resolves in recovery is known for no release."""
    applied(build(firmlinks=firmlinks))


@pytest.mark.parametrize("second", ["Second", "Macintosh HD 2", "Macintosh", "HD"])
def test_several_systems(build, second):
    """The menus are answered by name; the other group's policy stays as it is."""
    mac = build(several=second)
    before = flags(mac, 1)
    applied(mac, "--volume", "Macintosh HD")
    assert policy_is_raised(mac)
    assert flags(mac, 1) == before


@pytest.mark.parametrize("by", ["name", "uuid", "lower-uuid"])
def test_volume_option(build, by):
    """--volume takes the name or the group's UUID in any case of letters."""
    mac = build(several="Second")
    group = mac.group()
    word = {"name": group["name"], "uuid": group["uuid"], "lower-uuid": group["uuid"].lower()}[by]
    applied(mac, "--volume", word)
    assert policy_is_raised(mac)


def test_the_default_volume_is_the_target(build):
    """Without --volume and with nobody to ask, the default boot volume is meant."""
    mac = build(several="Second")
    applied(mac)
    assert policy_is_raised(mac)


def test_a_volume_that_is_not_paired(build):
    """The other system's recovery is another one: refused, nothing changed."""
    refused(build(several="Second"), "--volume", "Second", says=["Second"])


def test_a_volume_that_is_not_there(mac):
    """Refused, with how to find the names there are."""
    seen = driver.unattended(mac, "apply", "--volume", "Nowhere")
    assert seen.code == 3, seen.text
    assert mac.acts() == [] and "Nowhere" in seen.text
    assert "Macintosh HD" in seen.text or "listVolumeGroups" in seen.text


def test_two_volumes_of_one_name(build):
    """A name that fits two is no answer: nothing is guessed."""
    mac = build(several="Macintosh HD")
    seen = driver.unattended(mac, "apply", "--volume", "Macintosh HD")
    assert seen.code == 3, seen.text
    assert mac.acts() == []


@pytest.mark.parametrize("machine", MACHINES)
def test_another_owner(build, machine):
    """Several owners: the one given is used."""
    mac = build(machine, owners=[{"name": "first", "password": "one", "full_name": "First One", "uuid": "X"},
                                 {"name": "second", "password": "t w o", "full_name": "Second Two", "uuid": "Y"}])
    seen = driver.unattended(mac, "apply", owner=1)
    assert seen.code == 0, seen.text
    assert {one["typed"] for one in mac.typed() if one["echo"]} <= {"y", "second"}


@pytest.mark.parametrize("machine", MACHINES)
def test_a_user_who_owns_nothing(build, machine):
    """Not an owner: refused before anything; nothing is changed."""
    mac = build(machine)
    seen = driver.run(mac, "apply", "--yes", "--user", "guest", password="x")
    assert seen.code == 3, seen.text
    assert flags(mac) == FULL and mac.acts() == []


@pytest.mark.parametrize("machine", MACHINES)
def test_a_wrong_password_always(build, machine):
    """Three times at most, then it ends; nothing is changed."""
    mac = build(machine)
    seen = driver.unattended(mac, "apply", password="wrong")
    assert seen.code == 1, seen.text
    assert flags(mac) == FULL
    assert len([one for one in mac.typed() if not one["echo"]]) <= 3
    assert mac.calls("kmutil") == []


def test_a_mac_that_was_permissive_before(mac):
    """SIP was off already: the first step is skipped."""
    mac.set_policy(mode="permissive", sip0=0x7F, sip2=True, sip3=True)
    applied(mac)
    assert act_kinds(mac)[0] == "kmutil configure-boot"
    assert policy_is_raised(mac)


@pytest.mark.parametrize("word", ["replace", "n"])
def test_another_custom_kernel_is_there(mac, session, word):
    """A kernel of others is told of, and replaced by ours where the volume is named and the word is typed."""
    mac.set_policy(mode="permissive", sip0=0x7F, sip2=True, sip3=True)
    theirs = mac.install_custom_kernel(b"\xcf\xfa\xed\xfe" + b"somebody else's")
    person = Person(session(mac, "apply", "--volume", "Macintosh HD"), mac)
    person.child.expect("replace> ")
    person.child.sendline(word)
    assert person.answer_all() == (0 if word == "replace" else 4)
    assert theirs[:8] in person.session.log
    assert (mac.policy()["coih"] != theirs and policy_is_raised(mac)) == (word == "replace")


def test_our_kernel_is_there_already(mac):
    """The stored object holds our file's bytes: nothing to do."""
    mac.set_policy(mode="permissive", sip0=0x7F, sip2=True, sip3=True)
    mac.install_custom_kernel()
    applied(mac)
    assert "kmutil configure-boot" not in act_kinds(mac)


def test_boot_args_are_there_already(mac):
    """Nothing to write; the values of others stay."""
    mac.set_boot_args(f"-v {WORDS}")
    applied(mac)
    assert "nvram =" not in act_kinds(mac) and mac.boot_args() == f"-v {WORDS}"


def test_everything_is_there_already(mac):
    """No act at all."""
    mac.set_policy(mode="permissive", sip0=0x7F, sip2=True, sip3=True)
    mac.install_custom_kernel()
    mac.set_boot_args(WORDS)
    applied(mac)
    assert mac.acts() == []


def test_preboot_read_only(build):
    """Told before anything."""
    refused(build(preboot_read_only=True), says=["Preboot"])


def test_preboot_full(build):
    """If only kmutil finds out: its words, everything undone and read back."""
    mac = build(preboot_full=True)
    seen = driver.unattended(mac, "apply")
    assert seen.code == 1, seen.text
    assert flags(mac) == FULL and "No space left on device" in seen.text


def test_csrutil_that_leaves_the_filter_on(build):
    """Then bputil is needed, which drops SIP: that is noticed by read-back and mended, in order."""
    mac = build(csrutil_sip3=False)
    # csrutil edits in place, so the filter that bputil opened stays open
    applied(mac)
    assert policy_is_raised(mac)
    assert without_syncs(act_kinds(mac)) == ["csrutil disable", "bputil -a", "csrutil disable",
                                             "kmutil configure-boot", "nvram ="]


def test_bputil_that_keeps_the_rest(build):
    """The other plausible world: nothing has to be repeated."""
    mac = build(csrutil_sip3=False, bputil_keeps=True)
    applied(mac)
    assert policy_is_raised(mac)
    assert without_syncs(act_kinds(mac)) == ["csrutil disable", "bputil -a", "kmutil configure-boot", "nvram ="]


@pytest.mark.parametrize(("prompts", "confirms"), [("authorized", True), ("administrator", False), ("username", True)])
def test_every_wording_of_bputil(build, prompts, confirms):
    """Which it asks is not known; all are answered."""
    mac = build(csrutil_sip3=False, bputil_prompts=prompts, bputil_confirms=confirms)
    applied(mac)
    assert policy_is_raised(mac)


def test_recovery_has_not_mounted_data(build):
    """Said with the line that mounts it, and nothing is started; once it is mounted, apply goes."""
    mac = build(recovery_mounts_data=False)
    seen = refused(mac, says=("is not mounted", "diskutil mount"))
    assert "unlock" not in seen.text and seen.text.count("diskutil mount") == 3, seen.text
    for command in ("log", "report", "rollback", "resume"):
        seen = driver.unattended(mac, command) if command in ("rollback", "resume") else driver.run(mac, command)
        assert seen.code == 3 and "Fix: diskutil mount " in seen.text and "unlock" not in seen.text, seen.text
    assert calls.run(mac, "usr/sbin/diskutil", "mount", mac.group()["data"]["device"]).returncode == 0
    applied(mac)
    assert policy_is_raised(mac)


@pytest.mark.parametrize(("prompts", "wrong"), [("enter-password", "fails"), ("authorized", "asks-again"),
                                                ("enter-username", "asks-again")])
def test_every_wording_of_csrutil(build, prompts, wrong):
    """The three forms seen."""
    mac = build(csrutil_prompts=prompts, wrong_password=wrong)
    applied(mac)
    assert policy_is_raised(mac)


@pytest.mark.parametrize(("plain", "guid"), [("denied", "kept"), ("denied", "denied"), ("kept", "denied"),
                                             ("lost", "lost"), ("ignored", "ignored")])
def test_boot_args_in_recovery(build, plain, guid):
    """Denied, accepted and ignored, or lost at the restart: in the end macOS has them, or it is said."""
    mac = build(nvram_plain=plain, nvram_guid=guid)
    applied(mac)
    for _ in range(3):
        mac.restart("macos")
        applied(mac)
        if WORDS in mac.state()["running"]["boot_args"]:
            break
    assert (mac.state()["running"]["config"], mac.state()["running"]["hv_support"]) == ("development", 1)
    assert has_words(mac)


def test_unclean_restart(mac):
    """A cut of power right after apply loses nothing, as it was synced."""
    applied(mac)
    mac.restart("macos", clean=False)
    applied(mac)
    assert mac.state()["running"]["hv_support"] == 1


def test_restart_before_the_filter_is_open(build):
    """Somebody raised security again before the restart: macOS says where it has to be done again."""
    mac = build()
    applied(mac)
    mac.set_policy(**FULL)
    mac.restart("macos")
    mac.forget()
    seen = driver.unattended(mac, "apply", "--detailed-exitcode")
    assert seen.code == 8, seen.text
    assert "hold the power button" in " ".join(seen.text.split())
    assert without_syncs(act_kinds(mac)) == []


COLLECTIONS = ("other-chip", "other-release", "other-build", "release-kernel", "no-banner", "no-kernel", "not-a-file-set",
               "intel", "truncated-commands", "truncated-kernel", "truncated-kext", "empty", "text", "img4")


@pytest.mark.parametrize(("machine", "wrong"), [
    *(("m2pro-14.0", one) for one in COLLECTIONS), *(("m1-12.1", one) for one in COLLECTIONS[:4]),
    *(("m4-26.3", one) for one in COLLECTIONS[:4])])
def test_wrong_collections(build, machine, wrong):
    """Another chip, build or kind, no file set, cut off: exit 3 before anything, with both values."""
    mac = build(machine, staged=wrong)
    seen = refused(mac)
    soc = mac.state()["chip"]["soc"].lower()
    if wrong == "other-chip":
        other = "t8103" if soc != "t8103" else "t6000"
        assert soc in seen.text.lower() and other in seen.text.lower()
    if wrong in ("other-build", "other-release"):
        ours = mac.group()["os"]["banner"].partition("xnu-")[2].partition("~")[0]
        theirs = "11417.140.69" if wrong == "other-release" else \
            f"{ours.rpartition('.')[0]}.{int(ours.rpartition('.')[2]) + 1}"
        assert ours in seen.text and theirs in seen.text


def test_no_collection(build):
    """None there: it says where it looked."""
    refused(build(staged=None), says=["Users/Shared/vmq-recovery"])


def test_given_collection_is_not_there(mac):
    """--kc of nothing."""
    refused(mac, "--kc", "/Volumes/Data/nowhere.kc", says=["nowhere.kc"])


def test_collection_that_cannot_be_read(mac):
    """A folder in its place."""
    mac.collection_path().unlink()
    mac.collection_path().mkdir()
    refused(mac)


@pytest.mark.parametrize("tool", ["csrutil", "bputil", "kmutil", "nvram", "diskutil"])
def test_a_missing_tool(mac, tool):
    """It is named; nothing is changed."""
    mac.remove_tool(tool)
    seen = driver.unattended(mac, "apply")
    assert seen.code == 3, seen.text
    assert mac.acts() == [] and tool in seen.text


@pytest.mark.parametrize("tool", ["sw_vers", "ioreg", "profiles", "curl"])
def test_a_missing_reader(mac, tool):
    """Without one that is not needed here, it is done right."""
    mac.remove_tool(tool)
    applied(mac)
    assert policy_is_raised(mac)


@pytest.mark.parametrize("tool", ["sysctl", "uname"])
def test_a_missing_reader_that_is_needed(mac, tool):
    """What it would have told is unknown, and that is refused."""
    mac.remove_tool(tool)
    refused(mac)
    assert flags(mac) == FULL


@driver.needs_root
def test_not_root(open_mac, open_folder):
    """Under --root being root is still asked of the process itself."""
    mac = open_mac()
    seen = driver.run(mac, "apply", "--yes", user=driver.NOBODY, program=driver.copied(open_folder))
    assert seen.code == 3, seen.text
    assert "root" in seen.text and mac.acts() == []


def test_nobody_to_ask_and_no_credentials(mac):
    """It fails before the tool is started."""
    seen = driver.run(mac, "apply", "--yes")
    assert seen.code == 3, seen.text
    assert mac.acts() == []


def test_a_user_without_a_password(mac):
    """Half of the credentials and nobody there."""
    seen = driver.run(mac, "apply", "--yes", "--user", "mykola")
    assert seen.code == 3, seen.text
    assert mac.acts() == []


@pytest.mark.parametrize("answer", ["", "n\n", "y\n", "yes\n", "Macintosh\n", "\n\n\n\n"])
def test_piped_answers(mac, answer):
    """A pipe is no person, and nothing but the name is a yes."""
    owner = mac.group()["owners"][0]
    seen = driver.run(mac, "apply", "--user", owner["name"], password=owner["password"], stdin=answer)
    assert seen.code == 4, seen.text
    assert mac.acts() == []


def test_journal_option(mac, tmp_path):
    """--journal DIR: it is kept there, and found there again."""
    place = tmp_path / "journal here"
    place.mkdir()
    applied(mac, "--journal", place)
    assert list(place.glob("*.journal"))
    assert not mac.journal().exists() or not list(mac.journal().glob("*.journal"))
    seen = driver.run(mac, "log", "--journal", place)
    assert seen.code == 0 and "csrutil" in seen.text


def test_journal_place_and_modes(mac):
    """On the Data volume, the folder 0700, the files 0600, found again after the restart."""
    applied(mac)
    assert mac.journal().stat().st_mode & 0o777 == 0o700
    files = [one for one in mac.journal().iterdir() if one.is_file()]
    assert files and all(one.stat().st_mode & 0o777 == 0o600 for one in files), files
    mac.restart("macos")
    applied(mac)
    assert len(list(mac.journal().glob("*.journal"))) == 1, "the same run went on"
