"""Which words a kernel knows is read from its file, and told before anything changes. See claims E.5."""

import driver
import pytest
from helpers import said

from recorded_macs.collection import collection

DEAD = "does not hold the word hv_apple_isa_vm_quota"


@pytest.fixture(name="wordless")
def _wordless(mac):
    """A development kernel of this very build, without the quota's words."""
    mac.collection_path().write_bytes(collection(mac.group()["os"]["development"], words=False))
    return mac


def test_a_kernel_without_the_word(wordless, session):
    """Said by doctor, and on the first screen before the question."""
    assert DEAD in said(driver.run(wordless, "doctor"))
    child = session(wordless, "apply").child
    child.expect("volume's name>")
    assert DEAD in " ".join(child.before.split()) and wordless.acts() == []


def test_a_kernel_with_it(mac):
    """Nothing is said."""
    assert DEAD not in said(driver.run(mac, "doctor"))


@pytest.mark.parametrize("words", [False, True])
def test_kc_lists_them(mac, words):
    """Known to this kernel: not that they work."""
    mac.collection_path().write_bytes(collection(mac.group()["os"]["development"], words=words))
    seen = driver.run(mac, "kc", "/Volumes/Data/Users/Shared/vmq-recovery/VirtualMachine.kc")
    wanted = "hv_apple_isa_vm_quota, apple-isa-vm-quota, hypervisor" if words else "none of the quota's"
    assert seen.code == 0 and wanted in said(seen), seen.text
