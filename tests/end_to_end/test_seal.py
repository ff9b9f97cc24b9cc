"""A Mac whose sealed system volume is off on purpose: it stays so, or that is said. See claims A.2 and A.3."""

import driver
import pytest
from claims import PARTIAL, SEAL_OFF
from helpers import flags, policy_is_raised, said

CUSTOM = {**PARTIAL, "sip1": True}
KEXTS = {**SEAL_OFF, "smb2": True, "smb3": True}


def kinds(mac):
    """What bputil was asked for."""
    return [argv[1] for argv in mac.acts() if argv[0] == "bputil"]


@pytest.mark.parametrize("policy", [SEAL_OFF, KEXTS], ids=["seal", "kexts"])
@pytest.mark.parametrize("machine", ["m1-12.6", "m2pro-14.0", "m4-26.3"])
def test_apply_and_rollback(build, machine, policy):
    """Through bputil -a where csrutil opens no filter, and a policy made anew on the way back."""
    mac = build(machine, csrutil_sip3=False, kmutil_clears=False)
    mac.set_policy(**{**policy, "sip3": False})
    before = flags(mac)
    assert driver.unattended(mac, "apply").code == 0
    assert policy_is_raised(mac) and mac.policy()["sip1"] and mac.policy()["smb2"] == before["smb2"]
    seen = driver.unattended(mac, "rollback")
    assert (seen.code, flags(mac)) == (0, before), seen.text


def test_apply_where_filevault_bars_it(build):
    """The filter cannot be opened without the seal coming on: nothing is changed."""
    mac = build(csrutil_sip3=False, filevault=True)
    mac.set_policy(**{**SEAL_OFF, "sip3": False})
    before = flags(mac)
    seen = driver.unattended(mac, "apply")
    assert (seen.code, flags(mac)) == (1, before), seen.text


def test_a_custom_word_as_well(build):
    """bputil -ncas, then csrutil enable --without …: exact, as it reads back equal."""
    mac = build(kmutil_clears=False)
    mac.set_policy(**CUSTOM)
    before = flags(mac)
    assert driver.unattended(mac, "apply").code == 0
    seen = driver.unattended(mac, "rollback")
    assert (seen.code, flags(mac)) == (0, before), seen.text


def test_a_custom_word_where_filevault_is_on(build):
    """Everything stays, and the word and the seal are told."""
    mac = build(kmutil_clears=False, filevault=True)
    mac.set_policy(**CUSTOM)
    assert driver.unattended(mac, "apply").code == 0
    seen = driver.unattended(mac, "rollback")
    assert seen.code == 9 and "sealed" in said(seen).lower() and "custom (46)" in said(seen), seen.text
    assert mac.policy()["sip1"] and mac.policy()["coih"], seen.text


@pytest.mark.parametrize(("filevault", "clears", "sip1", "kernel"), [
    (False, True, True, False), (False, False, True, False), (True, True, True, False), (True, False, True, True)])
def test_revert(build, filevault, clears, sip1, kernel):
    """The kernel alone, the same policy made anew, or everything as it is: never a seal that a changed system cannot start under."""
    mac = build(kmutil_clears=clears, filevault=filevault)
    mac.set_policy(**SEAL_OFF)
    mac.install_custom_kernel()
    seen = driver.unattended(mac, "revert")
    assert seen.code == 9 and "seal" in said(seen).lower(), seen.text
    assert (mac.policy()["sip1"], bool(mac.policy()["coih"]), mac.policy()["sip0"]) == (sip1, kernel, 0x7F), seen.text


@pytest.mark.parametrize(("filevault", "words"), [(False, "bputil's -s"), (True, "csrutil authenticated-root disable")])
def test_before_the_consent(build, session, filevault, words):
    """What the way back can do with the seal, and by hand."""
    mac = build(filevault=filevault)
    mac.set_policy(**SEAL_OFF)
    child = session(mac, "apply").child
    child.expect("volume's name>")
    assert words in " ".join(child.before.split())


def test_in_a_rehearsal():
    """The simulated Mac, too: back where it was."""
    seen = driver.run(None, "rehearse", "--with", "sealed-volume-off", "--yes")
    assert seen.code == 0 and "sealed system volume off" in said(seen).lower(), seen.text
