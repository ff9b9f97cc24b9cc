"""verify and status in macOS: what is in force, and what else to know there."""

import driver
import pytest
from helpers import WORDS, flags, has_words, said
from invariants import check_events
from kit_helpers import below, run


def put_in_force(mac):
    """Everything from build to the last restart."""
    run(mac, "build")
    run(mac, "stage")
    mac.restart("paired-recovery")
    assert driver.unattended(mac, "apply").code == 0
    mac.restart("macos")
    assert driver.unattended(mac, "apply").code == 0


@pytest.fixture(name="raised")
def _raised(build, models):
    """A Mac on which everything is in force."""
    return build(like=models("in force", put_in_force, "m2pro-14.0", "macos", kit="good", staged=None))


def verdicts(seen):
    """Check to verdict."""
    return {one["check"]: one["verdict"] for one in seen.of("preflight")}


def test_everything_in_force(raised):
    """Exit 0, nothing changed, every check ok."""
    before = flags(raised)
    seen = run(raised, "--json", "verify")
    check_events(seen, "verify")
    assert set(verdicts(seen).values()) == {"ok"}
    assert raised.acts() == [] and flags(raised) == before


def test_a_mac_that_is_not_raised(build):
    """Each check says what is missing; exit 3."""
    mac = build("m2pro-14.0", "macos")
    seen = run(mac, "--json", "verify", code=3)
    told_there = verdicts(seen)
    assert [name for name in ("policy", "kernel", "boot-args", "quota") if told_there[name] != "bad"] == []
    assert mac.acts() == []


def test_in_recovery(build):
    """Only macOS can tell."""
    assert "restart into macOS" in said(run(build("m2pro-14.0"), "verify", code=3))


def test_quota_and_guests(raised):
    """The base quota of the device tree, the one in force, the guests that run."""
    raised.set_quota(2)
    raised.run_guests(3)
    seen = said(run(raised, "verify"))
    assert "up to 255 macOS guests; without it 2" in seen and "3 virtual machines run now" in seen
    status = run(raised, "--json", "status").of("status")[0]
    assert (status["base_quota"], status["guests"], status["quota"]) == (2, 3, 255)


def test_an_update_that_waits(raised):
    """status and verify say: revert first. It does not make the phase wrong."""
    raised.stage_update("14.1", "23B74")
    assert "revert first" in said(run(raised, "status"))
    seen = run(raised, "--json", "verify")
    assert verdicts(seen)["update"] == "bad"
    assert run(raised, "--json", "status").of("status")[0]["update"] == {"version": "14.1", "build": "23B74"}


def test_no_warning_without_a_custom_kernel(build):
    """A Mac with Apple's kernel may update."""
    mac = build("m2pro-14.0", "macos")
    mac.stage_update("14.1", "23B74")
    assert "revert first" not in said(run(mac, "status"))


def test_enrolment(raised):
    """Whoever manages it sees a lowered policy."""
    raised.enrol()
    assert "managed" in said(run(raised, "verify"))
    assert run(raised, "--json", "status").of("status")[0]["enrolled"] is True


def test_a_collection_of_another_build(raised):
    """After an update the staged collection no longer matches."""
    path = below(raised, "Users/Shared/vmq-recovery/manifest.json")
    path.write_text(path.read_text().replace('"build":"23A344"', '"build":"23A339"'))
    assert "no longer matches" in said(run(raised, "status"))
    assert verdicts(run(raised, "--json", "verify", code=3))["collection"] == "bad"


def test_lost_boot_args_are_set_again(raised):
    """An unclean restart lost them: verify notices, apply sets them and asks for a clean restart, then all is well."""
    with raised.change() as state:
        for place in ("nvram", "flash"):
            state[place].pop("boot-args")
    raised.restart("macos", clean=False)
    assert verdicts(run(raised, "--json", "verify", code=3))["boot-args"] == "bad"
    assert driver.unattended(raised, "apply", "--detailed-exitcode").code == 8
    assert raised.boot_args() == WORDS
    raised.restart("macos")
    assert driver.unattended(raised, "apply").code == 0
    run(raised, "verify")


def test_the_words_of_the_last_apply(build):
    """With --quota the recorded quota is what must be in force."""
    mac = build("m2pro-14.0")
    assert driver.unattended(mac, "apply", "--quota", "12").code == 0
    mac.restart("macos")
    assert driver.unattended(mac, "apply").code == 0
    assert "up to 12 macOS guests" in said(run(mac, "verify"))


@pytest.mark.parametrize("tool", ["ps", "ioreg", "profiles", "sysctl"])
@pytest.mark.parametrize("how", ["fail", "garbage", "half", "die"])
def test_a_broken_tool(raised, tool, how):
    """What cannot be read is unknown or bad, never a crash, and never ok for what counts."""
    raised.fault(tool, how, times=None)
    seen = driver.run(raised, "verify")
    assert seen.code == (3 if tool == "sysctl" else 0), seen.text
    assert "traceback" not in seen.text
    assert driver.run(raised, "status").code == 0


def test_revert_from_macos_before_an_update(raised):
    """Where the tools allow it; then nothing is left that an update could stumble over."""
    raised.stage_update("14.1", "23B74")
    seen = driver.unattended(raised, "revert")
    assert seen.code == 0, seen.text
    assert not has_words(raised) and raised.policy()["coih"] is None
