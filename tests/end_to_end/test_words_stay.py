"""Boot arguments that this recovery does not let be written: they are taken out in macOS first. See claims E.2."""

import driver
import pytest
from helpers import FULL, flags, has_words, policy_is_raised, said
from person import NAME, Person


def raise_all_the_way(mac):
    """Recovery refuses boot-args, so macOS sets them; then recovery again."""
    assert driver.unattended(mac, "apply").code == 0 and not has_words(mac)
    mac.restart("macos")
    assert driver.unattended(mac, "apply").code == 0 and has_words(mac)
    mac.restart("macos")
    assert driver.unattended(mac, "apply").code == 0
    mac.restart("paired-recovery")


@pytest.fixture(name="raised")
def _raised(build):
    """A Mac that was at Full Security before."""
    mac = build("m4-26.3")
    raise_all_the_way(mac)
    return mac


def stops(mac):
    """rollback in recovery: nothing of the policy is taken back, and it says where to go on."""
    seen = driver.unattended(mac, "rollback")
    assert seen.code == 6 and policy_is_raised(mac) and has_words(mac), seen.text
    assert "macOS" in said(seen) and "sudo" in said(seen) and "rollback" in said(seen), seen.text


def test_rollback_stops_before_sip_is_on(raised):
    """In macOS it takes the words out first, and then all the rest: full security can be had there."""
    stops(raised)
    raised.restart("macos")
    seen = driver.unattended(raised, "rollback")
    assert (seen.code, flags(raised)) == (0, FULL) and not has_words(raised), seen.text


@pytest.mark.parametrize("kexts", [False, True])
def test_there_and_back_again(build, kexts):
    """A policy that recovery alone can write: the words go in macOS, the rest in recovery."""
    mac = build("m4-26.3")
    mac.set_policy(mode="reduced", smb2=kexts)
    before = flags(mac)
    raise_all_the_way(mac)
    stops(mac)
    mac.restart("macos")
    seen = driver.unattended(mac, "rollback")
    assert seen.code == 6 and not has_words(mac) and policy_is_raised(mac), seen.text
    mac.restart("paired-recovery")
    seen = driver.unattended(mac, "rollback")
    assert (seen.code, flags(mac)) == (0, before), seen.text


@pytest.mark.parametrize(("word", "code"), [("stay", 9), ("n", 6)])
def test_a_person_lets_them_stay(raised, session, word, code):
    """By a typed word; the difference is named."""
    mac = raised
    one = session(mac, "rollback")
    person = Person(one, mac)
    while True:
        kind = one.child.expect([r"stay> $", NAME, r"\[y/n\] $"])
        one.child.sendline([word, "Macintosh HD", "y"][kind])
        if kind == 0:
            break
    assert person.answer_all() == code, one.log
    assert (flags(mac) == FULL) == (word == "stay") and has_words(mac), one.log


def test_revert_goes_on(raised):
    """And says that they stay."""
    seen = driver.unattended(raised, "revert")
    assert (seen.code, flags(raised)) == (0, FULL), seen.text
    assert has_words(raised) and "stay in NVRAM" in said(seen), seen.text
