"""macOS may let nobody make a folder below /private/var/db while SIP is on: what prepares then takes root's home."""

import os
import shutil

import driver
import pytest
from helpers import policy_is_raised, said
from kit_helpers import below, run

SECOND = "private/var/root/vmq-recovery"
MODES_COUNT = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"]


@pytest.fixture(name="refusing")
def _refusing(build, monkeypatch):
    """A Mac in macOS whose var/db takes nothing new; root is stopped by a folder's mode here as SIP stops it there."""
    if shutil.which("setpriv") is None:
        pytest.skip("needs setpriv to let a mode count for root")
    monkeypatch.setattr(driver, "as_root", lambda command: [*MODES_COUNT, *command])
    return build("m2pro-14.0", "macos", kit="good", staged=None, var_db="refused")


@driver.needs_root
def test_the_whole_way_from_the_second_place(refusing, monkeypatch):
    """Said once; collection, journals and apply's copy lie there; unstage finds what was left."""
    mac = refusing
    seen = run(mac, "build")
    assert f"/{SECOND} was made instead" in said(seen) and "/private/var/db/vmq-recovery: Permission denied" in said(seen)
    assert not mac.journal().exists() and below(mac, SECOND).stat().st_mode & 0o777 == 0o700
    assert "made instead" not in said(run(mac, "stage"))
    assert {"build", "stage"} <= set(os.listdir(below(mac, SECOND)))
    monkeypatch.undo()
    mac.restart("paired-recovery")
    assert driver.unattended(mac, "apply").code == 0 and policy_is_raised(mac)
    assert below(mac, f"{SECOND}/0001.journal").exists() and not mac.journal().exists()
    assert driver.unattended(mac, "rollback").code == 0
    mac.restart("macos")
    assert driver.run(mac, "unstage", "--yes").code == 0
    assert not below(mac, f"{SECOND}/build/VirtualMachine.kc").exists()


@driver.needs_root
def test_nothing_is_made_by_who_only_looks(refusing):
    """-n, plan and doctor leave no trace."""
    for words in (["-n", "build"], ["plan"], ["doctor"]):
        driver.run(refusing, *words)
        assert not below(refusing, SECOND).exists(), words


@driver.needs_root
def test_rehearsed(open_folder):
    """`--with var-db-refused`: the whole life goes its way from the second place; root, whom no mode stops, is told."""
    scratch, more = driver.as_nobody(open_folder)
    seen = driver.run(None, "rehearse", "life", "--with", "var-db-refused", "--yes", timeout=90, **more)
    assert seen.code == 0 and said(seen).count(f"/{SECOND} was made instead") == 1, seen.text
    seen = driver.run(None, "rehearse", "--with", "var-db-refused", "--keep", scratch / "mac", **more)
    assert seen.code == 0, seen.text
    seen = driver.rehearse(scratch, "--with", "var-db-refused", "--yes")
    assert seen.code == 2 and "which does not stop root: rehearse it as an ordinary user" in said(seen), seen.text
    assert os.listdir(scratch) == ["mac"]
