"""kdk: kits on this Mac and in the public list, fetched and installed."""

import hashlib

import driver
import pytest
from conftest import MACHINES
from invariants import check_events
from helpers import said
from kit_helpers import LIST, image, part, run


@pytest.fixture(name="macos")
def _macos(build):
    """The machine of the seed, in macOS, without a kit."""
    return build("m2pro-14.0", "macos", staged=None)


def test_list(build):
    """Version, build, chips, whole or not, fitting or not; the network is not asked."""
    mac = build("m2pro-14.0", "macos", kit=["good", "near"], staged=None)
    seen = run(mac, "--json", "kdk", "list")
    check_events(seen, "kdk")
    kits = seen.of("kit")
    assert [(one["fits"], one["state"]) for one in kits].count((True, "complete")) == 1
    assert [one["fits"] for one in kits].count(False) == 1 and "t6020" in kits[0]["chips"]
    assert mac.calls("curl") == []


def test_list_online(macos):
    """The public list as well, from its one address."""
    seen = run(macos, "--json", "kdk", "list", "--online")
    assert [one["build"] for one in seen.of("kit")] == [one["build"] for one in macos.manifest()]
    assert [argv[-1] for argv in macos.calls("curl")] == [LIST]


@pytest.mark.parametrize(("kit", "code", "words"), [
    ("good", 0, "exactly this macOS's build"), ("gutted", 3, "macOS updates remove them"), ("no-receipt", 3, "no receipt"),
    ("without-chip", 3, "no development kernel"), (None, 3, "installed: none")])
def test_check(build, kit, code, words):
    """Exit 0 only for a whole kit of this build with this chip's kernel."""
    mac = build("m2pro-14.0", "macos", kit=kit, staged=None)
    assert words in said(run(mac, "kdk", "check", code=code))
    assert mac.acts() == []


def test_check_of_a_near_one(build):
    """Named by hand: it is near, and that is not enough."""
    mac = build("m2pro-14.0", "macos", kit="near", staged=None)
    path = f"/Library/Developer/KDKs/{mac.kit_path().name}"
    assert "only a kit of exactly this build fits" in said(run(mac, "kdk", "check", path, code=3))


@pytest.mark.parametrize("machine", MACHINES)
def test_fetch_install_build(build, machine):
    """The whole way to a kit; each command names the next."""
    mac = build(machine, "macos", staged=None, published=True)
    assert "kdk install" in said(run(mac, "kdk", "fetch", "--yes"))
    assert hashlib.sha256(image(mac).read_bytes()).hexdigest() == hashlib.sha256(mac.dmg_bytes()).hexdigest()
    assert not part(mac).exists()
    assert "build" in said(run(mac, "kdk", "install"))
    run(mac, "kdk", "check")
    run(mac, "build")


def test_shown_first(macos):
    """Address, size, checksum and licence before the question; end of input is no yes."""
    seen = run(macos, "kdk", "fetch", code=4)
    for word in (macos.dmg_address(), "SHA-256: " + hashlib.sha256(macos.dmg_bytes()).hexdigest(), "Apple developer account"):
        assert word in said(seen), word
    assert not part(macos).exists() and len(macos.calls("curl")) == 1


def test_dry_run(macos):
    """The list is asked for, nothing else happens."""
    run(macos, "-n", "kdk", "fetch")
    assert macos.acts() == [] or all(argv[-1] == LIST for argv in macos.acts())
    assert not part(macos).exists()


def test_broken_off_and_gone_on_with(macos):
    """Half a file is kept, never used, and finished the next time."""
    macos.fault("curl", "cut", match=["--output"])
    assert "kept" in said(run(macos, "kdk", "fetch", "--yes", code=1))
    assert 0 < part(macos).stat().st_size < len(macos.dmg_bytes()) and not image(macos).exists()
    run(macos, "kdk", "install", code=3)
    run(macos, "kdk", "fetch", "--yes")
    assert image(macos).read_bytes() == macos.dmg_bytes()


def test_wrong_bytes(macos):
    """The checksum is not the list's: nothing is kept."""
    macos.fault("curl", "wrong-bytes", match=["--output"])
    seen = said(run(macos, "kdk", "fetch", "--yes", code=1))
    assert "checksum was wrong" in seen and "Nothing of the download is kept" in seen
    assert not part(macos).exists() and not image(macos).exists()


def test_killed_and_run_again(macos):
    """kill -9 during the download: the same command finishes it."""
    macos.fault("curl", "kill-program-halfway", match=["--output"])
    assert driver.run(macos, "kdk", "fetch", "--yes").code == -9
    macos.mend()
    run(macos, "kdk", "fetch", "--yes")
    assert image(macos).exists()


def test_offline(build):
    """Said, with what helps; nothing changed."""
    mac = build("m2pro-14.0", "macos", staged=None, online=False)
    assert "check the network" in said(run(mac, "kdk", "fetch", "--yes", code=3))


def test_not_published(build):
    """The way through Apple's site; the nearest is named, not taken."""
    mac = build("m2pro-14.0", "macos", staged=None, published=False)
    seen = said(run(mac, "kdk", "fetch", "--yes", code=3))
    assert "developer.apple.com" in seen and "may not link" in seen
    assert len(mac.calls("curl")) == 1


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "not json", '[{"build":"23A344"}]', "[" * 100000,
                                  '[{"build":"23A344","version":"14.0","url":"http://x/y","fileSize":1,"sha256sum":"' + "a" * 64 + '"}]'])
def test_a_strange_list(macos, text):
    """Refused whole, or entry by entry."""
    macos.set_manifest(text)
    run(macos, "kdk", "fetch", "--yes", code=3)
    assert not part(macos).exists()


@pytest.mark.parametrize("signed", [False, "developer"])
def test_a_package_that_apple_did_not_sign(macos, signed):
    """Not installed, and unmounted again."""
    macos.publish(signed=signed)
    run(macos, "kdk", "fetch", "--yes")
    run(macos, "kdk", "install", code=1)
    assert macos.calls("installer") == []
    assert [argv[1] for argv in macos.calls("hdiutil")] == ["attach", "detach"]


@pytest.mark.parametrize("how", ["lie", "fail", "die", "act-then-fail"])
def test_a_broken_installer(macos, how):
    """The kit's files decide; the image is unmounted in any case."""
    run(macos, "kdk", "fetch", "--yes")
    macos.fault("installer", how)
    run(macos, "kdk", "install", code=0 if how == "act-then-fail" else 1)
    assert macos.calls("hdiutil")[-1][1] == "detach"


def test_install_needs_the_build(macos):
    """An image whose name tells no build, or another one."""
    run(macos, "kdk", "fetch", "--yes")
    other = image(macos).with_name("Kernel_Debug_Kit_14.1_build_23B74.dmg")
    image(macos).rename(other)
    assert "23B74" in said(run(macos, "kdk", "install", code=3))
    plain = other.rename(other.with_name("kit.dmg"))
    path = f"/private/var/db/vmq-recovery/kits/{plain.name}"
    assert "--build" in said(run(macos, "kdk", "install", path, code=3))
    run(macos, "kdk", "install", path, "--build", "23A344")


@pytest.mark.parametrize("words", [("kdk",), ("kdk", "fitch"), ("kdk", "list", "more"), ("kdk", "fetch", "x"), ("kc",)])
def test_wrong_use(macos, words):
    """Exit 2, nothing done."""
    run(macos, *words, code=2)
    assert macos.calls("curl") == []
