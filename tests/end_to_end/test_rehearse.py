"""rehearse, seen from outside: it runs everywhere, leaves nothing behind, and breaks tools when told."""

import concurrent.futures
import os

import driver
import pytest


@pytest.fixture(name="scratch")
def _scratch(tmp_path):
    """An own place for scratch folders."""
    place = tmp_path / "scratch"
    place.mkdir()
    return place


def rehearse(scratch, *words, **more):
    """Rehearse with scratch folders in a place of the test's own."""
    return driver.run(None, "rehearse", *words, environment={"TMPDIR": str(scratch)}, **more)


def names(scratch):
    """The Macs that --list shows, by first word of a line."""
    seen = rehearse(scratch, "--list")
    assert seen.code == 0, seen.text
    return seen


def test_list(scratch):
    """At least the five machines, the circumstances and the faults."""
    told = names(scratch).out
    for word in ("M1", "M2 Pro", "M4", "M5", "offline", "unpaired"):
        assert word.lower() in told.lower(), word


def test_apply(scratch):
    """Apply, restart, second phase, verification; then how to rehearse the revert. Nothing is left behind."""
    seen = rehearse(scratch, "--yes")
    assert seen.code == 0, seen.text
    for word in ("csrutil disable", "kmutil configure-boot", "restart", "development", "rehearse revert"):
        assert word in " ".join(seen.text.split()), word
    assert os.listdir(scratch) == []


def test_revert(scratch):
    """The way back."""
    seen = rehearse(scratch, "revert", "--yes")
    assert seen.code == 0, seen.text
    assert os.listdir(scratch) == []


def test_unknown_mac(scratch):
    """Wrong use, with the names there are."""
    seen = rehearse(scratch, "--mac", "g4-cube", "--yes")
    assert seen.code == 2, seen.text
    assert os.listdir(scratch) == []


@pytest.mark.parametrize("fault", ["csrutil:nothing-like-this", "nothing:fails", "csrutil"])
def test_unknown_fault(scratch, fault):
    """Wrong use."""
    assert rehearse(scratch, "--fault", fault, "--yes").code == 2


def test_nobody_there(scratch):
    """Without --yes and without a person: no yes is made up."""
    seen = rehearse(scratch)
    assert seen.code in (3, 4), seen.text
    assert os.listdir(scratch) == []


def test_json(scratch):
    """Its stream is as valid as any."""
    seen = rehearse(scratch, "--yes", "--json")
    assert seen.code == 0, seen.text
    assert seen.events[0]["type"] == "start" and seen.events[-1]["type"] == "end"


def test_not_root(scratch):
    """A rehearsal needs no rights."""
    if os.getuid() != 0:
        pytest.skip("is not root anyway")
    for folder in [scratch, *scratch.parents]:
        os.chmod(folder, os.stat(folder).st_mode | 0o005)
    scratch.chmod(0o777)
    process = driver.start(None, "rehearse", "--yes", environment={"TMPDIR": str(scratch)}, user=65534)
    seen = driver.finish(process)
    assert seen.code == 0, seen.text


def listed(scratch, title):
    """First words of the indented lines below a title of --list."""
    found, inside = [], False
    for line in names(scratch).out.splitlines():
        if line and not line.startswith(" "):
            inside = line.startswith(title)
        elif inside and line.startswith("  ") and not line.startswith("   "):
            found.append(line.split()[0])
    assert found, title
    return found


def all_of(scratch, words):
    """Rehearse with each set of words, several at a time; the results in order."""
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda more: rehearse(scratch, *more, "--yes"), words))


DOCUMENTED = {0, 1, 3, 4, 5, 6, 8, 9, 11}


def test_every_mac_there_and_back(scratch):
    """Each of the listed Macs: apply, and the way back."""
    macs = listed(scratch, "Macs")
    assert len(macs) >= 5
    words = [[way, "--mac", mac] for mac in macs for way in ("apply", "revert")]
    for more, seen in zip(words, all_of(scratch, words), strict=True):
        assert seen.code == 0, (more, seen.text)
    assert os.listdir(scratch) == []


def test_the_whole_life(scratch):
    """Kit, build, stage, recovery, apply, restart, verify, update warning, revert: on each of the listed Macs."""
    words = [["life", "--mac", mac] for mac in listed(scratch, "Macs")]
    for more, seen in zip(words, all_of(scratch, words), strict=True):
        assert seen.code == 0, (more, seen.text)
        told = " ".join(seen.text.split())
        for word in ("/usr/bin/curl", "kmutil create", "manifest", "csrutil disable", "Everything is in force", "revert first",
                     "full security and the stock kernel, read back"):
            assert word in told, (more, word)
    assert os.listdir(scratch) == []


@pytest.mark.parametrize(("fault", "code"), [("curl:cut", 1), ("curl:wrong-bytes", 1), ("kmutil:half-file", 1),
                                             ("hdiutil:fail-before", 1), ("installer:lie", 1)])
def test_a_broken_life(scratch, fault, code):
    """It ends where the tool breaks, with the code of that end, and leaves nothing behind."""
    seen = rehearse(scratch, "life", "--fault", fault, "--yes")
    assert seen.code == code, seen.text
    assert "csrutil disable" not in seen.text
    assert os.listdir(scratch) == []


def test_every_circumstance(scratch):
    """An end that the contract knows, never a bug; nothing left behind."""
    words = [["--with", one] for one in listed(scratch, "Circumstances")]
    assert len(words) >= 15
    for more, seen in zip(words, all_of(scratch, words), strict=True):
        assert seen.code in DOCUMENTED, (more, seen.text)
        assert "traceback" not in seen.text
    assert os.listdir(scratch) == []


@pytest.mark.parametrize("tool", ["csrutil", "kmutil", "nvram"])
def test_every_fault(scratch, tool):
    """The same with broken tools."""
    others = ("cut", "wrong-bytes", "half-file")  # of curl and of kmutil create
    words = [["--fault", f"{tool}:{how}"] for how in listed(scratch, "Faults")
             if not how.startswith("hang") and how not in others]
    for more, seen in zip(words, all_of(scratch, words), strict=True):
        assert seen.code in DOCUMENTED, (more, seen.text)
        assert "traceback" not in seen.text
    assert os.listdir(scratch) == []
