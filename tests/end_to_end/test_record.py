"""record and rehearse --like, seen from outside: a Mac is only looked at, and what was seen can be rehearsed elsewhere."""

import os
import re

import driver
import pytest
from conftest import ENVIRONMENTS, MACHINES
from helpers import HOSTILE, UNPRINTABLE

from recorded_macs import records


def record(mac, path, *words, **more):
    """Record a Mac into a file; its text."""
    seen = driver.run(mac, "record", "--output", path, *words, **more)
    assert seen.code == 0, seen.text
    return path.read_text("utf-8")


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_it_only_looks(build, tmp_path, machine, environment):
    """In every environment: no acts, no question, the Mac's files untouched; the record is small and whole."""
    mac = build(machine, environment)
    before = (mac.root / "recorded-mac.json").read_bytes()
    text = record(mac, tmp_path / "record.txt")
    assert mac.acts() == [] and mac.typed() == []
    assert (mac.root / "recorded-mac.json").read_bytes() == before
    assert not mac.journal().exists()
    assert len(text) < 1_000_000
    told = records.read(text)
    assert told["environment"] == ("macos" if environment == "macos" else "recovery")
    assert [fact[1:] for fact in told["facts"] if fact[0] == "target"] == [[mac.group()["uuid"]]]


def test_never_over_a_file(mac, tmp_path):
    """What is there stays, a link to nowhere too."""
    path = tmp_path / "there"
    path.write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for one in (path, tmp_path / "link"):
        seen = driver.run(mac, "record", "--output", one)
        assert seen.code == 2 and "there already" in seen.err, seen.text
    assert path.read_text() == "mine"


def test_its_own_name(mac, tmp_path):
    """In macOS without --output: in this folder, by the date; with --json one event tells it."""
    mac.restart("macos")
    seen = driver.run(mac, "record", "--json", cwd=tmp_path)
    assert seen.code == 0, seen.text
    (name,) = [one for one in os.listdir(tmp_path) if one.startswith("vmq-recovery-") and one.endswith(".txt")]
    (told,) = seen.of("mac-record")
    assert told["path"] == str(tmp_path / name) and told["bytes"] == (tmp_path / name).stat().st_size


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("environment", ["paired-recovery", "macos"])
def test_it_can_be_rehearsed(build, scratch, tmp_path, machine, environment):
    """apply, both variants said, with the Mac's own names; nothing is left behind and nothing is done to the Mac."""
    mac = build(machine, environment)
    record(mac, tmp_path / "record.txt")
    mac.forget()
    seen = driver.rehearse(scratch, "--like", tmp_path / "record.txt", "--yes", "-v")
    assert seen.code == 0, seen.text
    told = " ".join(seen.text.split())
    group = mac.group()
    for word in (group["name"], group["uuid"], group["os"]["build"], group["owners"][0]["name"], "--variant 2"):
        assert word in told, word
    assert group["owners"][0]["password"].strip() not in told
    assert os.listdir(scratch) == [] and mac.calls() == []


@pytest.mark.parametrize("machine", MACHINES)
def test_anonymous(build, scratch, tmp_path, machine):
    """No name, no UUID, no chip number, no hash of the Mac; and what is left can be rehearsed."""
    mac = build(machine, several="Second One", name="Lena's Mac", data_name="Lena's Mac - Data")
    mac.set_boot_args(f"-v keep={mac.group()['uuid']} who=/Users/{mac.group()['owners'][0]['name']}/x")
    text = record(mac, tmp_path / "record.txt", "--anonymous").lower()
    for group in mac.state()["groups"]:
        policy = group["policy"]
        secrets = [group["uuid"], group["kuid"], group["name"], group["system"]["uuid"], group["data"]["name"],
                   *(one for name in ("lpnh", "rpnh", "ronh", "nsih", "spih") if (one := policy[name]))]
        secrets += [one[key] for one in group["owners"] for key in ("name", "full_name", "password")]
        ecid = int(mac.state()["chip"]["ecid"], 16)
        for secret in [*secrets, f"{ecid:x}", str(ecid), mac.state()["container"]["uuid"]]:
            assert not re.search(rf"\b{re.escape(secret.lower())}\b", text), secret
    seen = driver.rehearse(scratch, "--like", tmp_path / "record.txt", "--yes")
    assert seen.code == 0 and "Volume 1" in seen.text and "owner1" in seen.text, seen.text


@pytest.fixture(name="raised")
def _raised(applied_mac, tmp_path):
    """Records of a Mac after apply: made in recovery, and in macOS, where the development kernel runs."""
    record(applied_mac, tmp_path / "recovery.txt")
    applied_mac.restart("macos")
    assert driver.unattended(applied_mac, "apply").code == 0
    applied_mac.restart("macos")
    record(applied_mac, tmp_path / "macos.txt")
    return [tmp_path / "recovery.txt", tmp_path / "macos.txt"]


@pytest.mark.slow
def test_after_apply(raised, scratch):
    """The way back begins at once, the life with verify; rollback and apply say what a record does not hold."""
    for path in raised:
        def rehearse(what, code, *words, path=path):
            seen = driver.rehearse(scratch, what, "--like", path, "--yes")
            told = " ".join(seen.text.split())
            assert seen.code == code and "A record holds neither that kernel nor the journals" in told, seen.text
            for word in words:
                assert word in told, word
            return told
        assert "First, unseen" not in rehearse("revert", 0, "Done: full security and Apple's kernel, read back.")
        told = rehearse("life", 0, "This Mac is raised already", "Everything is in force", "That was the whole life of a raised Mac.")
        assert "get Apple's kit" not in told and "csrutil disable" not in told
        rehearse("rollback", 3, "there is nothing to roll back. `rehearse revert` goes back from it.")
        rehearse("apply", 3, "is not ours, and once replaced it cannot be put back")
    assert os.listdir(scratch) == []


def test_this_one(mac, scratch):
    """--like this looks at the Mac and rehearses it in one go."""
    seen = rehearse_in_front_of(mac, scratch, "revert", "--like", "this", "--yes", "-v")
    assert seen.code == 0, seen.text
    assert mac.group()["uuid"] in seen.text and mac.acts() == []
    assert os.listdir(scratch) == []


def rehearse_in_front_of(mac, scratch, *words):
    """Rehearse with this Mac behind --root."""
    return driver.run(mac, "rehearse", *words, environment={"TMPDIR": str(scratch)})


def test_this_is_no_mac(scratch):
    """On Linux, in a word."""
    seen = driver.rehearse(scratch, "--like", "this", "--yes")
    assert seen.code == 2 and "cannot be rehearsed" in seen.err, seen.text
    seen = driver.run(None, "record")
    assert seen.code == 3 and "no Apple silicon Mac" in " ".join(seen.text.split()), seen.text


@pytest.mark.slow
def test_without_root_the_policy_is_unknown(open_mac, scratch, open_folder):
    """A normal user's record says so, and both policies can be rehearsed."""
    mac = open_mac("m2pro-14.0", "macos")
    path = open_folder / "record.txt"
    open_folder.chmod(0o777)
    seen = driver.run(mac, "record", "--output", path, user=driver.NOBODY, program=driver.copied(open_folder))
    assert seen.code == 0 and "policy is unknown" in " ".join(seen.text.split()), seen.text
    for variant, now in ((1, "Full Security"), (2, "Permissive")):
        seen = driver.rehearse(scratch, "--like", path, "--yes", "-v", "--variant", variant)
        assert now in next(line for line in seen.out.splitlines() if line.startswith("ok       policy")), seen.text


def test_records_that_came_by_mail(mac, scratch, tmp_path):
    """Line ends of Windows, a byte order mark, no last line end, blank lines behind: read as the record that was sent."""
    text = record(mac, tmp_path / "record.txt")
    windows = text.replace("\n", "\r\n")
    for name, one in enumerate((windows, "\ufeff" + windows, text.rstrip("\n"), windows + "\r\n\r\n")):
        path = tmp_path / f"{name}.txt"
        path.write_bytes(one.encode())
        seen = driver.rehearse(scratch, "status", "--like", path)
        assert seen.code == 0 and "A Mac like the recorded one" in seen.text, seen.text
    path.write_bytes(text.encode("utf-16"))
    seen = driver.rehearse(scratch, "status", "--like", path)
    assert seen.code == 2 and f"{path}: line 1: this is UTF-16 text" in seen.err and "save it as UTF-8" in seen.err, seen.text


@pytest.mark.parametrize(("spoil", "words"), [
    (lambda text: text[:2000], "the record is cut off here"),
    (lambda text: text.replace("mac-record 1", "mac-record 7", 1), "line 1: this record is of format 7"),
    (lambda text: text.replace("Apple M2 Pro", "Apple M9 Pro"), "the record was changed after it was written"),
    (lambda text: text.replace("run /usr/bin/uname -v", "run /usr/bin/touch /tmp/x"), "line 7: no record holds this command"),
    (lambda text: text.replace("names kept", "names \x1b[31m"), "line 6: it holds control characters"),
    (lambda text: "\x7fELF" + text, "line 1: this is no Mac record"),
    (lambda text: text.replace("names kept\n", "names kept\n" + "about a\n" * 100_000), "at most 40000 lines"),
    (lambda text: text.replace("names kept\n", "names kept\n" + "about a\n" * 1_000_000), "bytes are too many for a record"),
])
def test_bad_records(mac, scratch, tmp_path, spoil, words):
    """Which line, and why; nothing is played."""
    path = tmp_path / "bad.txt"
    path.write_text(spoil(record(mac, tmp_path / "record.txt")), "utf-8")
    seen = driver.rehearse(scratch, "--like", path, "--yes")
    assert seen.code == 2 and words in seen.err and seen.out == "", seen.text
    assert os.listdir(scratch) == []


def test_what_is_no_record(scratch, tmp_path):
    """A link, a folder, a FIFO that nobody writes into, a device, something huge: told at once, nothing is played."""
    (tmp_path / "link").symlink_to(records.SAMPLES / "m4-26.3.txt")
    os.mkfifo(tmp_path / "fifo")
    with open(tmp_path / "huge", "wb") as huge:
        huge.truncate(5 << 30)
    for path, words in ((tmp_path / "link", "a link; name the file"), (tmp_path, "not a file"), (tmp_path / "fifo", "not a file"),
                        ("/dev/zero", "not a file"), (tmp_path / "huge", "too many for a record"), (tmp_path / "none", "No such file")):
        seen = driver.rehearse(scratch, "--like", path, "--yes", timeout=20)
        assert seen.code == 2 and words in seen.err and seen.out == "", seen.text
    assert os.listdir(scratch) == []


def test_a_strange_name_for_a_record(mac, scratch, tmp_path):
    """Blanks, quotes, percent signs, a line end, an emoji: the file is written, read, and told so that it can be typed."""
    path = tmp_path / "it's 100% \U0001f600\n\"so\".txt"
    seen = driver.run(mac, "record", "--output", path)
    assert seen.code == 0 and path.exists() and "it'\\''s 100% \U0001f600" in seen.text, seen.text
    assert driver.rehearse(scratch, "status", "--like", path).code == 0


def test_a_record_cannot_steer_a_terminal(build, scratch, tmp_path):
    """A rehearsed tool prints what the record calls its volume; that may come from anybody."""
    mac = build(name=HOSTILE, data_name="Data")
    record(mac, tmp_path / "record.txt")
    seen = driver.rehearse(scratch, "apply", "--like", tmp_path / "record.txt", "--yes")
    assert seen.code == 0 and not UNPRINTABLE.search(seen.text.replace("\r", "")), seen.text
