"""unstage: what stage and build left is taken away again, and nothing else."""

import json

import driver
import pytest
from claims import changed_record
from conftest import MACHINES
from helpers import said
from invariants import check_events
from kit_helpers import PLACE, below, built, image, run, spoil_collection, spoil_manifest, spoil_program
from person import Person

FILES = ("vmq-recovery", f"{PLACE}/VirtualMachine.kc", f"{PLACE}/manifest.json")


def there(mac):
    """Which of the staged files are there."""
    return [name for name in FILES if below(mac, name).exists()]


@pytest.fixture(name="staged")
def _staged(build, models):
    """A Mac in macOS on which a collection was built and staged."""
    def prepare(mac):
        run(mac, "build", "-q")
        run(mac, "stage", "-q")
    return build(like=models("staged", prepare, "m2pro-14.0", "macos", kit="good", staged=None))


@pytest.mark.parametrize("machine", MACHINES)
def test_all_of_it(build, machine):
    """Listed, asked for, gone, on every Mac; journals and kit stay; a second time there is nothing to do; stage puts it back."""
    mac = build(machine, "macos", kit="good", staged=None)
    run(mac, "build", "-q")
    run(mac, "stage", "-q")
    journals = sorted(one.name for one in mac.journal().rglob("*.journal"))
    seen = said(run(mac, "unstage", "--yes"))
    for name in (*FILES[1:], "build/VirtualMachine.kc"):
        assert name.rpartition("/")[2] in seen, name
    assert there(mac) == [] and not built(mac).exists() and "sudo rm -r" in seen
    assert [one for one in journals if one not in [two.name for two in mac.journal().rglob("*.journal")]] == []
    assert "Nothing to do" in said(run(mac, "unstage", "--yes"))
    run(mac, "build", "-q")
    run(mac, "stage", "-q")
    assert len(there(mac)) == 3


def test_the_question(staged, session):
    """The files stand before it; no is no, the end of input is no, and the volume's name is yes."""
    seen = driver.run(staged, "unstage", stdin="")
    assert seen.code == 4 and len(there(staged)) == 3, seen.text
    one = session(staged, "unstage")
    one.child.expect("volume's name> ")
    for name in FILES:
        assert name in one.log.replace("\r\n", ""), name
    one.child.send("n\r")
    assert one.finish() == 4 and len(there(staged)) == 3
    one = session(staged, "unstage")
    assert Person(one, staged).answer_all() == 0, one.log
    assert there(staged) == []


@pytest.mark.parametrize("spoil", [spoil_collection, spoil_program, spoil_manifest])
def test_changed_by_hand(staged, spoil):
    """A changed file stays and is named, before and after; the others go."""
    spoil(staged)
    seen = said(run(staged, "unstage", "--yes"))
    [left] = there(staged)
    assert seen.count(f"{left.rpartition('/')[2]} was changed since it was put there") == 2, seen


def test_links(staged):
    """A link in a file's place stays, and so does what it points to; a link in the folder's place is refused."""
    collection = below(staged, FILES[1])
    other = collection.with_name("other.kc")
    collection.rename(other)
    collection.symlink_to(other)
    assert "VirtualMachine.kc is a link" in said(run(staged, "unstage", "--yes"))
    assert collection.is_symlink() and other.exists() and there(staged) == [FILES[1]]
    place = below(staged, PLACE)
    place.rename(place.with_name("aside"))
    place.symlink_to(place.with_name("aside"))
    assert "is a link" in said(run(staged, "unstage", "--yes", code=3))
    assert other.with_name("other.kc").exists()


def test_refused(build):
    """While a custom kernel stands, or a run is open; afterwards it works."""
    mac = build("m2pro-14.0", "macos", kit="good", staged=None)
    run(mac, "build", "-q")
    run(mac, "stage", "-q")
    mac.restart("paired-recovery")
    assert driver.unattended(mac, "apply").code == 0
    mac.restart("macos")
    mac.forget()
    seen = run(mac, "unstage", "--yes", code=3)
    assert "A custom kernel is installed" in said(seen) and "revert" in seen.text and len(there(mac)) == 3
    mac.restart("paired-recovery")
    assert driver.unattended(mac, "revert").code == 0
    mac.restart("macos")
    [copy] = [one for one in mac.journal().rglob("*.kc") if one != built(mac)]
    run(mac, "unstage", "--yes")
    assert there(mac) == [] and not copy.exists() and not built(mac).exists()
    assert {one.suffix for one in mac.journal().rglob("*") if one.is_file()} <= {".journal", ".transcript"}


def test_an_open_run(staged):
    """Said with both ways on; and a journal that cannot be read is no reason to take anything away."""
    folder = staged.journal()
    start = json.dumps({"type": "start", "format": 1, "plan": "apply", "group": staged.group()["uuid"], "baseline": {}, "params": {}})
    (folder / "0001.journal").write_bytes(changed_record(b"1 2 00000000 {}\n", **json.loads(start)))
    seen = run(staged, "unstage", "--yes", code=3)
    assert "Run 1 (apply) is not finished" in said(seen) and "resume" in seen.text and "rollback" in seen.text
    (folder / "0001.journal").unlink()
    (folder / "stage" / "0001.journal").write_bytes(b"1 2 00000000 {}\n{}\n")
    assert "cannot be read" in said(run(staged, "unstage", "--yes", code=3))
    assert len(there(staged)) == 3


def test_kits(build):
    """A downloaded image goes with --kits only."""
    mac = build("m2pro-14.0", "macos", staged=None)
    run(mac, "kdk", "fetch", "--yes", "-q")
    assert image(mac).exists()
    assert "with --kits" in said(run(mac, "unstage", "--yes")) and image(mac).exists()
    run(mac, "unstage", "--yes", "--kits")
    assert not image(mac).exists()


def test_kits_that_we_installed(build):
    """An installed kit goes with --kits, and macOS's receipt of it; one that was there before stays and is named."""
    mac = build("m2pro-14.0", "macos", staged=None)
    run(mac, "kdk", "fetch", "--yes", "-q")
    run(mac, "kdk", "install", "--yes", "-q")
    [kit] = below(mac, "Library/Developer/KDKs").iterdir()
    assert kit.name in said(run(mac, "unstage", "--yes")) and kit.exists()
    seen = run(mac, "unstage", "--yes", "--kits")
    assert kit.name in said(seen) and "--forget" in seen.text and not kit.exists()
    assert "Nothing to do" in said(run(mac, "unstage", "--yes", "--kits"))
    run(mac, "kdk", "fetch", "--yes", "-q")
    run(mac, "kdk", "install", "--yes", "-q")
    assert kit.exists()


def test_a_kit_of_others(staged):
    """A kit that was there before any run of ours stays, with --kits too."""
    run(staged, "unstage", "--yes", "--kits")
    [kit] = below(staged, "Library/Developer/KDKs").iterdir()
    assert any(kit.rglob("kernel.development.*"))


def test_json_and_dry_run(staged):
    """A dry run takes nothing away; the stream is valid."""
    run(staged, "-n", "unstage")
    assert len(there(staged)) == 3
    check_events(run(staged, "--json", "--yes", "unstage"), "unstage")


@pytest.mark.slow
def test_interrupted_anywhere(staged, build):
    """Cut off after each record of its journal, before and after the act that it tells of: run again, it takes the rest away."""
    whole = build(like=staged)
    run(whole, "unstage", "--yes")
    [journal] = (whole.journal() / "unstage").glob("*.journal")
    lines = journal.read_bytes().splitlines(keepends=True)
    removed = [json.loads(line.split(b" ", 3)[3]).get("argv", [None, None])[1] for line in lines]
    for count in range(1, len(lines)):
        for done in (removed[:count - 1], removed[:count]):
            mac = build(like=staged)
            place = mac.journal() / "unstage"
            place.mkdir(mode=0o700)
            (place / journal.name).write_bytes(b"".join(lines[:count]))
            for path in filter(None, done):
                below(mac, path.removeprefix("/System/Volumes/Data")).unlink()
            run(mac, "unstage", "--yes")
            assert there(mac) == [] and not built(mac).exists(), (count, done)
