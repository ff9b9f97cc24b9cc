"""The plan boot-object on recorded Macs: what is given to kmutil, earlier objects put back, a system without macOS, bad input."""

import hashlib
import re

import driver
import pytest
import shipped
from helpers import FULL, flags
from person import Person

RAW = ["--set", "raw=yes", "--set", "entry_point=2048", "--set", "address=0"]
FIRST, SECOND = bytes(range(256)) * 40, b"another loader " * 700


def put(mac, data, name="m1n1.bin", index=0):
    """A file of root's on Data; its path as the Mac names it."""
    path = mac.data(index) / "private/var/root" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return "/" + str(path.relative_to(mac.root))


def run(mac, path, *more, **options):
    """`run boot-object` with that file."""
    return driver.unattended(mac, "run", "boot-object", "--set", f"file={path}", *more, **options)


def dense(seen):
    """What was said, without its line ends."""
    return " ".join(seen.text.split())


def registered(mac, index=0):
    """The stored object that the policy names, whole."""
    found = list((mac.preboot(index) / "boot").glob(f"*/System/Library/Caches/*/kernelcache.custom.{mac.policy(index)['coih']}"))
    return found[0].read_bytes() if found else b""


@pytest.mark.parametrize("machine", ["m1-12.1", "m2pro-14.0", "m4-26.3"])
def test_a_raw_object(build, machine):
    """bputil first, kmutil last, with the options and by the copy; there and back."""
    mac = build(machine, staged=None)
    path = put(mac, FIRST)
    seen = run(mac, path, *RAW)
    assert seen.code == 0 and "the boot object is registered, read back" in dense(seen), seen.text
    copy = f"/object/{hashlib.sha256(FIRST).hexdigest()}.kc"
    acts = [argv for argv in mac.acts() if argv[0] in ("bputil", "kmutil")]
    assert [acts[0][:2], acts[1][:4]] == [["bputil", "-nc"], ["kmutil", "configure-boot", "--volume", "/Volumes/Macintosh HD"]]
    assert acts[1][4] == "--custom-boot-object" and acts[1][5].endswith(copy)
    assert acts[1][6:] == ["--raw", "--entry-point", "2048", "--lowest-virtual-address", "0"]
    assert FIRST in registered(mac)
    assert "Nothing to do" in run(mac, path, *RAW).text
    assert driver.unattended(mac, "rollback").code == 0
    assert flags(mac) == FULL and not list((mac.journal() / "object").glob("*.kc"))


def test_an_earlier_object_of_ours(build):
    """It is given to kmutil once more, by its copy and with its own options, though its file is gone. A new hash is told."""
    mac = build()
    assert run(mac, put(mac, FIRST), *RAW).code == 0
    (mac.data() / "private/var/root/m1n1.bin").unlink()
    path = put(mac, SECOND, "second.bin")
    words = ["--set", "raw=yes", "--set", "entry_point=4", "--set", "address=4"]
    told = dense(driver.run(mac, "run", "boot-object", "--set", f"file={path}", *words, "-n"))
    assert "the object of now is ours: rollback registers" in told and "cannot be put back by this program" not in told, told
    assert run(mac, path, *words).code == 0
    assert SECOND in registered(mac)
    mac.forget()
    seen = driver.unattended(mac, "rollback")
    assert seen.code == 9 and re.search(r"kernel: custom \w+… before, custom \w+… now", dense(seen)), seen.text
    assert [argv[6:] for argv in mac.acts() if argv[0] == "kmutil"] == [["--raw", "--entry-point", "2048", "--lowest-virtual-address", "0"]]
    assert FIRST in registered(mac) and [argv for argv in mac.acts() if argv[0] == "bputil"] == []
    assert driver.unattended(mac, "revert").code == 0
    assert flags(mac) == FULL


def test_an_earlier_object_where_kmutil_fails(build):
    """bputil has dropped it already: the policy is made anew as it was, and the object registered once more."""
    mac = build()
    assert run(mac, put(mac, FIRST), *RAW).code == 0
    mac.set_policy(sip2=False)
    mac.fault("kmutil", "fail", match=["configure-boot"], text="Error: no\n", status=71)
    mac.forget()
    seen = run(mac, put(mac, SECOND, "second.bin"), *RAW)
    acts = [argv[:2] for argv in mac.acts() if argv[0] in ("bputil", "kmutil")]
    assert acts == [["bputil", "-nc"], ["kmutil", "configure-boot"], ["bputil", "-n"], ["kmutil", "configure-boot"]], seen.text
    assert seen.code == 5 and "once more, all else of the policy as recorded" in dense(seen), seen.text
    assert FIRST in registered(mac) and mac.policy()["sip2"] is False


@driver.needs_own_tools
def test_an_earlier_object_of_the_same_hash(tmp_path):
    """Where kmutil gives the same bytes the same hash, each run is undone exactly."""
    side = shipped.Simulated("m4-26", tmp_path / "kept")
    side.prepare("boot-object")
    folder = next(side.folder.glob("Volumes/*/private/var/root"), None) or next(side.folder.glob("Volumes/*/Users/Shared"))
    states = [side.state()]
    for number, data in enumerate((FIRST, SECOND)):
        (folder / f"{number}.bin").write_bytes(data)
        assert side.run("run", "boot-object", "--set", f"file=/{(folder / f'{number}.bin').relative_to(side.folder)}", *RAW).code == 0
        states.append(side.state())
    for before in (states[1], states[0]):
        seen = side.run("rollback")
        assert seen.code == 0 and side.state() == before, seen.text


def test_an_earlier_object_whose_bytes_are_gone(build):
    """That it cannot be put back is told before; the way back leads to Apple's kernel."""
    mac = build()
    assert run(mac, put(mac, FIRST), *RAW).code == 0
    (mac.data() / "private/var/root/m1n1.bin").write_bytes(SECOND)
    next((mac.journal() / "object").glob("*.kc")).unlink()
    path = put(mac, SECOND, "second.bin")
    seen = run(mac, path, *RAW)
    assert seen.code == 0 and "is replaced and cannot be put back by this program" in dense(seen), seen.text
    seen = driver.unattended(mac, "rollback")
    assert seen.code == 9 and mac.policy()["coih"] is None and mac.policy()["mode"] == "permissive", seen.text


def test_an_object_that_is_not_ours(build):
    """Without a person who names the system and types the word nothing is started; what is lost is told."""
    mac = build()
    mac.install_custom_kernel(b"somebody's")
    mac.set_policy(sip2=True)
    before = flags(mac)
    for more in ([], ["--volume", "Macintosh HD"]):
        seen = run(mac, put(mac, FIRST), *RAW, *more)
        assert seen.code == 3 and "is not ours, and once replaced it cannot be put back" in dense(seen), seen.text
    assert mac.acts() == [] and flags(mac) == before


def test_the_same_object_under_a_policy_that_is_made_anew(build):
    """bputil drops it: the copy is made and it is registered again."""
    mac = build("m2pro-15.3")
    path = put(mac, FIRST)
    assert run(mac, path, *RAW).code == 0
    mac.set_policy(sip2=False)
    next((mac.journal() / "object").glob("*.kc")).unlink()
    seen = run(mac, path, *RAW)
    assert seen.code == 0 and mac.policy()["sip2"] and FIRST in registered(mac), seen.text


def test_a_system_without_macos(build):
    """With --volume a Linux stub is taken; without it is refused. The journal is on its own Data."""
    mac = build("m2pro-15.3", stub="new")
    mac.set_policy(1, coih=None)
    before = flags(mac, 1)
    path = put(mac, FIRST, index=1)
    seen = run(mac, path, *RAW, owner=0)
    assert seen.code == 3 and "holds no macOS" in dense(seen) and mac.acts() == [], seen.text
    named = ["--volume", "Asahi Linux"]
    seen = run(mac, path, *RAW, *named)
    assert seen.code == 0 and FIRST in registered(mac, 1), seen.text
    assert flags(mac)["mode"] == "full"
    seen = driver.unattended(mac, "rollback", *named)
    assert seen.code == 0 and flags(mac, 1) == before, seen.text


def test_a_stub_with_its_own_object(build, session):
    """Somebody else's object is replaced after a typed word, then the name."""
    mac = build("m2pro-15.3", stub="new")
    path = put(mac, FIRST, index=1)
    here = session(mac, "run", "boot-object", "--set", f"file={path}", *RAW, "--volume", "Asahi Linux")
    here.child.expect("replace> $")
    assert mac.acts() == []
    here.child.sendline("replace")
    here.child.expect(r"volume's name> $")
    here.child.sendline("n")
    here.child.expect(driver.pexpect.EOF)
    assert mac.acts() == [] and "once replaced it cannot be put back" in " ".join(here.log.split())


def test_bytes_shown_are_the_bytes_installed(build, session):
    """The file is another one from the first question of a tool on: what was shown is registered."""
    mac = build("m2pro-14.0", staged=None)
    path = put(mac, FIRST)
    person = Person(session(mac, "run", "boot-object", "--set", f"file={path}", *RAW), mac)
    person.until("user")
    put(mac, SECOND)
    person.child.sendline(person.name)
    assert person.answer_all() == 0, person.session.log
    assert FIRST in registered(mac) and SECOND not in registered(mac)


MACHO = b"\xcf\xfa\xed\xfe\x0c\x00\x00\x01" + bytes(4000)


@pytest.mark.parametrize(("data", "words", "code", "told"), [
    (FIRST, [], 3, "is no 64-bit Mach-O file for arm64; for another: --set raw=yes"),
    (b"\xcf\xfa\xed\xfe\x07\x00\x00\x01" + bytes(99), [], 3, "is no 64-bit Mach-O file for arm64"),
    (MACHO, ["entry_point=4"], 3, "entry_point and address are only for --set raw=yes"),
    (FIRST, ["raw=yes", "entry_point=10240"], 3, "entry_point is 10240; the file's 10240 bytes lie from 0 to 10239"),
    (FIRST, ["raw=yes", "entry_point=4", "address=8"], 3, "entry_point is 4; the file's 10240 bytes lie from 8 to 10247"),
    (FIRST, ["raw=yes", "entry_point=-1"], 2, "is -1; it may be 0 to"),
    (FIRST, ["raw=yes", "entry_point=zero"], 2, "is not a integer: zero"),
    (FIRST, ["raw=perhaps"], 2, "perhaps, which is not one of no, yes"),
    (b"\x30\x84\x00\x00\x10\x00\x16\x04IMG4" + bytes(50), ["raw=yes"], 3, "is wrapped as IMG4, and kmutil would wrap it once more"),
    (b"", ["raw=yes"], 3, "a file with 1 byte to 2.0 GiB is wanted"),
    (None, [], 3, "No such file"),
])
def test_bad_objects(build, data, words, code, told):
    """Refused with the value and the bound; nothing is started."""
    mac = build("m4-26.3")
    path = put(mac, data) if data is not None else "/Volumes/Macintosh HD - Data/private/var/root/none"
    seen = run(mac, path, *(part for one in words for part in ("--set", one)))
    assert seen.code == code and told in dense(seen), seen.text
    assert mac.acts() == [] and flags(mac) == FULL


def test_no_file(build):
    """It has no default, and a path is whole."""
    mac = build()
    seen = driver.unattended(mac, "run", "boot-object")
    assert seen.code == 2 and "needs file (path): give it with --set file=" in dense(seen), seen.text
    seen = run(mac, "m1n1.bin")
    assert seen.code == 2 and "file is not a path: m1n1.bin" in dense(seen), seen.text
    assert mac.acts() == []


@pytest.mark.parametrize(("policy", "told"), [
    ({"mode": "permissive", "sip0": 0x42, "sip3": True},
     "SIP is custom (42), and the policy is made anew, without that. First: `{program} revert`"),
    ({"mode": "permissive", "sip1": True}, "the sealed system volume is off, and the policy is made anew"),
])
def test_what_a_new_policy_would_drop(build, policy, told):
    """SIP parts and an open seal: refused. Where the policy needs no change they stay."""
    mac = build("m4-26.3")
    mac.set_policy(**policy)
    path = put(mac, FIRST)
    seen = run(mac, path, *RAW)
    assert seen.code == 3 and told.format(program=driver.program_file()) in dense(seen) and mac.acts() == [], seen.text
    mac.set_policy(sip2=True)
    before = flags(mac)
    assert run(mac, path, *RAW).code == 0
    assert {**flags(mac), "coih": None} == {**before, "coih": None} and mac.policy()["coih"]
    assert driver.unattended(mac, "rollback").code == 0
    assert flags(mac) == before
