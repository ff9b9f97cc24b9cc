"""What an older program left on a Mac is read; a journal of a format to come is named and left as it is."""

import driver
import pytest
from claims import changed_record
from helpers import FULL, OLDER_JOURNAL, WORDS, flags, has_words


@pytest.fixture(name="raised")
def _raised(applied_mac):
    """A Mac as 1.0.0 left it: applied, with only 1.0.0's journal there."""
    mac = applied_mac
    [journal] = sorted(mac.folder.rglob("0001.journal"))
    journal.write_bytes(OLDER_JOURNAL.read_bytes())
    return mac, journal


@pytest.mark.parametrize("command", ["rollback", "revert"])
def test_journal_of_1_0_0(raised, command):
    """Read as it is: status knows the run, and both ways back lead from it."""
    mac, _ = raised
    assert "apply" in driver.unattended(mac, "status").text
    seen = driver.unattended(mac, command)
    assert seen.code == 0, seen.text
    assert flags(mac) == FULL
    assert not has_words(mac, WORDS), seen.text


def test_journal_of_a_format_to_come(raised):
    """Named with the format this program knows; nothing on the Mac is changed."""
    mac, journal = raised
    first, *rest = OLDER_JOURNAL.read_bytes().splitlines(keepends=True)
    journal.write_bytes(changed_record(first, format=99) + b"".join(rest))
    acts = mac.acts()
    seen = driver.unattended(mac, "rollback")
    assert seen.code == 3, seen.text
    assert "format 99" in seen.text
    assert mac.acts() == acts
