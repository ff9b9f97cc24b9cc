"""The way back: the ladder to full security, what a rung leaves, and what is refused."""

import driver
import pytest
from conftest import MACHINES
from helpers import FULL, WORDS, act_kinds, flags, has_words, without_syncs


def raised(mac):
    """A Mac that somebody has raised; no journal tells of it."""
    mac.set_policy(mode="permissive", sip0=0x7F, sip2=True, sip3=True)
    mac.install_custom_kernel()
    return mac


@pytest.mark.parametrize("machine", MACHINES)
def test_to_full_security(build, machine):
    """Full, SIP on, no custom kernel."""
    mac = raised(build(machine))
    seen = driver.unattended(mac, "revert")
    assert seen.code == 0, seen.text
    assert flags(mac) == FULL
    assert "ull" in seen.text


@pytest.mark.parametrize("machine", MACHINES)
def test_nothing_to_revert(build, machine):
    """A stock Mac: nothing is started, exit 0."""
    mac = build(machine)
    seen = driver.unattended(mac, "revert")
    assert seen.code == 0, seen.text
    assert mac.acts() == []


@pytest.mark.parametrize(("knobs", "mode", "why"), [
    ({"online": False}, "reduced", "Internet"),
    ({"newest": False}, "reduced", "eligible"),
    ({"online": False, "reduced": False}, "permissive", "Internet"),
])
def test_down_the_ladder(build, knobs, mode, why):
    """Refused rungs are told with the reason; the best that reads back wins; exit 9."""
    mac = raised(build(**knobs))
    seen = driver.unattended(mac, "revert")
    assert seen.code == 9, seen.text
    assert (mac.policy()["mode"], mac.policy()["coih"]) == (mode, None)
    squeezed = " ".join(seen.text.split())
    assert why in squeezed and mode in squeezed.lower()


def test_no_rung_holds(build):
    """All refused: the words for Startup Security Utility, and no success."""
    mac = raised(build(online=False, reduced=False, kmutil_clears=False))
    mac.fault("bputil", "fail", match=["-n"], times=None)
    mac.fault("bputil", "fail", match=["--permissive-security"], times=None)
    seen = driver.unattended(mac, "revert")
    assert seen.code == 5, seen.text
    assert "Startup Security Utility" in " ".join(seen.text.split())
    assert mac.policy()["mode"] == "permissive"


def test_full_security_later(build):
    """Reduced while offline; when the network is there, revert again reaches full."""
    mac = raised(build(online=False))
    assert driver.unattended(mac, "revert").code == 9
    with mac.change() as state:
        state["knobs"]["online"] = True
    seen = driver.unattended(mac, "revert")
    assert seen.code == 0, seen.text
    assert flags(mac) == FULL


@pytest.mark.parametrize("machine", MACHINES)
def test_from_macos(build, machine):
    """bputil -f is allowed in macOS: the policy reads full there too; the boot-args lose our words."""
    mac = build(machine)
    mac.set_boot_args("-v " + WORDS)
    raised(mac)
    mac.restart("macos")
    seen = driver.unattended(mac, "revert")
    assert seen.code == 0, seen.text
    assert flags(mac) == FULL
    assert not has_words(mac) and "-v" in mac.boot_args()


def test_from_macos_offline(build):
    """Reduced cannot be set there (§1.1): it says where to go; nothing is called done."""
    mac = raised(build(online=False))
    mac.restart("macos")
    seen = driver.unattended(mac, "revert")
    assert seen.code == 6, seen.text
    assert "recovery" in seen.text.lower()
    assert mac.policy()["coih"] is not None


def test_unpaired_recovery(build):
    """Full needs no pairing (§1.1)."""
    mac = raised(build(environment="unpaired-recovery"))
    seen = driver.unattended(mac, "revert")
    assert seen.code == 0, seen.text
    assert flags(mac) == FULL


def test_without_journal_only_our_words_go(mac):
    """Others' boot-args stay byte for byte."""
    mac.set_boot_args("a=\"b c\"  kcsuffix=development -v hypervisor=0x1 x=☃ hv_apple_isa_vm_quota=0x20")
    raised(mac)
    seen = driver.unattended(mac, "revert")
    assert seen.code == 0, seen.text
    assert " ".join(mac.boot_args().split()) == "a=\"b c\" -v x=☃"


def test_with_the_journal_the_baseline_comes_back(mac):
    """What stood there before apply stands there again, even one of our own names."""
    mac.set_boot_args("-v kcsuffix=release")
    assert driver.unattended(mac, "apply").code == 0
    seen = driver.unattended(mac, "revert")
    assert seen.code == 0, seen.text
    assert mac.boot_args() == "-v kcsuffix=release"


def test_what_others_added_meanwhile_stays(mac):
    """Undo edits the present state; it does not paste an old one over."""
    mac.set_boot_args("-v")
    assert driver.unattended(mac, "apply").code == 0
    mac.set_boot_args(mac.boot_args() + " added=later")
    seen = driver.unattended(mac, "revert")
    assert seen.code == 0, seen.text
    assert mac.boot_args() == "-v added=later"


def test_offline_at_the_first_full(build):
    """A failed full-security call is harmless, and asked once."""
    mac = raised(build(online=False))
    assert driver.unattended(mac, "revert").code == 9
    kinds = without_syncs(act_kinds(mac))
    assert kinds.count("bputil -f") <= 1 and kinds.count("bputil -g") == 1


@pytest.mark.parametrize("how", ["lie", "act-then-fail", "die", "die-after"])
def test_a_full_security_that_lies(mac, how):
    """Read back, never trusted."""
    raised(mac)
    mac.fault("bputil", how, match=["--full-security"])
    mac.fault("bputil", how, match=["-f"])
    seen = driver.unattended(mac, "revert")
    if how in ("act-then-fail", "die-after"):
        assert (seen.code, flags(mac)) == (0, FULL), seen.text
    else:
        assert (seen.code, mac.policy()["mode"], mac.policy()["coih"]) == (9, "reduced", None), seen.text


def test_the_other_system_is_not_touched(build):
    """Several systems: only the target's policy."""
    mac = build(several="Second")
    raised(mac)
    mac.set_policy(index=1, mode="permissive", sip0=0x7F, sip2=True, sip3=True)
    before = flags(mac, 1)
    seen = driver.unattended(mac, "revert", "--volume", "Macintosh HD")
    assert seen.code == 0, seen.text
    assert flags(mac) == FULL and flags(mac, 1) == before


def test_wrong_password(mac):
    """Three times, then it ends; the policy is as it was, and no rung is called refused for its own sake."""
    raised(mac)
    before = flags(mac)
    seen = driver.unattended(mac, "revert", password="wrong")
    assert seen.code == 5, seen.text
    assert flags(mac) == before
    assert len([one for one in mac.typed() if not one["echo"]]) <= 9


def test_data_locked(build):
    """revert needs nothing from the Data volume."""
    mac = raised(build("m4-26.3", locked=True))
    seen = driver.unattended(mac, "revert")
    assert seen.code == 0, seen.text
    assert flags(mac) == FULL


def test_dry_run(mac):
    """Nothing is started, the ladder is told."""
    raised(mac)
    before = flags(mac)
    seen = driver.unattended(mac, "revert", "-n")
    assert seen.code == 0, seen.text
    assert flags(mac) == before and mac.acts() == []
    assert "bputil" in seen.text
