"""Each record of tests/samples/records is played twice: by the simulator, and by a recorded Mac. A sample; all with DEEP=1."""

import os
import pathlib

import driver
import pytest

from recorded_macs import records

NAMES = sorted(path.stem for path in records.SAMPLES.glob("*.txt"))
SHARE = NAMES if os.environ.get("DEEP") else ["m1-12.1", "m2pro-15.3-two-systems", "m2pro-15.3-linux-stub"]
# What `apply` ends with, where not with 0: the default system is a stub without a macOS.
ENDS = {"m2pro-15.3-linux-stub": 3}


def test_there_is_one_of_each():
    """M1/12, M2 Pro/14, M2/15 with two systems, M4/26, M4/27, a virtual Mac, a stub; each names its sources and its guesses."""
    for start in ("m1-12.", "m2pro-14.", "m2pro-15.3-two", "m4-26.", "m4-27.", "virtual-", "m2pro-15.3-linux-stub"):
        assert any(name.startswith(start) for name in NAMES), start
    for name in NAMES:
        about = " ".join(records.sample(name)["about"])
        assert "source" in about and "guess: " in about, name


@pytest.mark.parametrize("name", SHARE)
@pytest.mark.slow
def test_the_simulator_plays_it(scratch, name):
    """apply, and where it succeeds revert; both variants of what the record leaves open are played to an end."""
    path = records.SAMPLES / f"{name}.txt"
    for words in (["apply"], ["apply", "--variant", "2"], ["revert"]):
        seen = driver.rehearse(scratch, *words, "--like", path, "--yes", "-v")
        assert "traceback" not in seen.text
        assert seen.code == ENDS.get(name, 0), seen.text
        assert words == ["revert"] or records.target(records.sample(name)) in seen.text
    assert os.listdir(scratch) == []


@pytest.mark.parametrize("name", SHARE)
def test_a_recorded_mac_plays_it(build, name):
    """The same end."""
    mac = build(record=records.sample(name))
    seen = driver.unattended(mac, "apply")
    assert seen.code == ENDS.get(name, 0), seen.text


@pytest.mark.parametrize("name", SHARE)
def test_both_are_the_recorded_mac(build, tmp_path, name):
    """Recorded again, a Mac made from a record says of itself what the record says."""
    told = records.sample(name)
    mac = build(None, "macos" if told["environment"] == "macos" else "paired-recovery", staged=None, record=told)
    path = pathlib.Path(tmp_path) / "again.txt"
    assert driver.run(mac, "record", "--output", path).code == 0
    again = records.read(path.read_text("utf-8"))
    assert records.chip(again) == records.chip(told)
    assert records.system(again) == records.system(told)
    assert records.variables(again) == records.variables(told)
    for one, other in zip(records.groups(again), records.groups(told), strict=True):
        policies = [records.rows(records.printed(each, "/usr/bin/bputil", "-d", "-v", other["uuid"])) for each in (again, told)]
        assert {**policies[0], "vuid": ""} == {**policies[1], "vuid": ""}
        for role in ("system", "data"):
            for key in ("VolumeName", "DeviceIdentifier", "MountPoint"):
                assert one[role].get(key) == other[role].get(key), (role, key)
