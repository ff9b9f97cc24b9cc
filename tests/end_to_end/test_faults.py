"""Tools that fail, lie, die, hang, flood or ask something unknown: the verdict comes from read-back, never from trust."""

import driver
import pytest
from helpers import FULL, act_kinds, flags, has_words, policy_is_raised, tool_waits
from shipped import SHIPPED

ACTS = {"csrutil": ["disable"], "kmutil": ["configure-boot"]}
BEFORE_ACTING = ("fail", "lie", "die", "garbage", "text")
AFTER_ACTING = ("act-then-fail", "die-after", "flood")


def consistent(mac, seen, code):
    """It ended with that code, and the code is true: 0 means raised, 1 and 3 mean as before, 11 says what to do."""
    assert seen.code == code, seen.text
    if code == 0:
        assert policy_is_raised(mac), seen.text
    elif code in (1, 3):
        assert flags(mac) == FULL and not has_words(mac), seen.text
    else:
        assert "rollback" in seen.text and "revert" in seen.text


@pytest.mark.parametrize("tool", ACTS)
@pytest.mark.parametrize("how", AFTER_ACTING)
def test_acted_whatever_it_says(mac, tool, how):
    """The policy reads as wanted, so the step is done: exit status and noise are only evidence."""
    mac.fault(tool, how, match=ACTS[tool])
    seen = driver.unattended(mac, "apply")
    assert seen.code == 0, seen.text
    assert policy_is_raised(mac) and has_words(mac)


@pytest.mark.parametrize("tool", ACTS)
@pytest.mark.parametrize("how", BEFORE_ACTING)
def test_did_nothing_whatever_it_says(mac, tool, how):
    """Once, it did nothing: the step is not done, and what was done before is undone."""
    mac.fault(tool, how, match=ACTS[tool], text="Everything went very well." if how == "text" else "")
    seen = driver.unattended(mac, "apply")
    consistent(mac, seen, 1)


@pytest.mark.parametrize("tool", ACTS)
@pytest.mark.parametrize("how", BEFORE_ACTING)
def test_never_does_anything(mac, tool, how):
    """For ever: failed, everything undone and read back."""
    mac.fault(tool, how, match=ACTS[tool], times=None)
    seen = driver.unattended(mac, "apply")
    assert seen.code == 1, seen.text
    assert flags(mac) == FULL
    announced = seen.out.find("Going back: 1 step.\n")  # what copy prepared is no step of the Mac's
    assert (announced >= 0) == (tool != "csrutil"), seen.out
    assert announced < seen.out.index(f"\nStep {'sip' if tool == 'csrutil' else 'kernel'} failed. ")
    assert seen.out.endswith(f"To try again, after the fix above, type:\n  {driver.program_file()} apply\n"), seen.out
    assert "mistyped" not in seen.text and "wrong password" not in seen.text.lower()


def test_kmutil_never_works_offline(build):
    """Then full security cannot be had again: the undo is incomplete and the manual way is printed."""
    mac = build(online=False)
    mac.fault("kmutil", "fail", match=["--custom-boot-object"], times=None)
    seen = driver.unattended(mac, "apply")
    assert seen.code == 5, seen.text
    assert mac.policy()["coih"] is None
    assert "Startup Security Utility" in " ".join(seen.text.split())


@pytest.mark.parametrize("how", ["fail", "lie", "die-after"])
def test_nvram_write(mac, how):
    """A write of the boot-args that goes wrong in recovery is put off to macOS or done; never a false success."""
    mac.fault("nvram", how, match=["40A0DDD2-77F8-4392-B4A3-1E7304206516:boot-args=kcsuffix=development hypervisor=0x1 "
                                   "hv_apple_isa_vm_quota=0xFF"], times=None)
    seen = driver.unattended(mac, "apply")
    assert seen.code == 0, seen.text
    assert policy_is_raised(mac)
    mac.mend()
    for _ in range(2):
        mac.restart("macos")
        seen = driver.unattended(mac, "apply")
        assert seen.code == 0, seen.text
    assert mac.state()["running"]["hv_support"] == 1


# The first half of "nothing stored" reads as that; what nvram says of a value is cut off only when there is one.
@pytest.mark.parametrize(("tool", "how", "code"), [
    *((tool, how, 3) for tool in ("bputil", "diskutil") for how in ("fail", "garbage", "half", "text", "die")),
    *(("nvram", how, 3) for how in ("fail", "garbage", "text", "die")), ("nvram", "half", 11),
    ("csrutil", "text", 1), ("kmutil", "garbage", 1),
])
def test_every_answer_broken(mac, tool, how, code):
    """A tool that never says or does anything right: never a success that is none, never a crash of the program."""
    mac.fault(tool, how, times=None, text="status: fine, mode: full, enabled, Paired\n" if how == "text" else "")
    seen = driver.unattended(mac, "apply")
    assert "traceback" not in seen.text.lower()
    mac.mend()
    consistent(mac, seen, code)


@pytest.mark.parametrize(("how", "skip", "code"), [("garbage", 2, 3), ("half", 3, 11), ("die", 4, 11), ("half", 5, 11),
                                                   ("garbage", 6, 11)])
def test_policy_unreadable_in_the_middle(mac, how, skip, code):
    """bputil -d breaks at some point and stays broken: nothing goes on from unknown; later apply mends."""
    mac.fault("bputil", how, match=["-d"], skip=skip, times=None)
    seen = driver.unattended(mac, "apply")
    consistent(mac, seen, code)
    mac.mend()
    again = driver.unattended(mac, "apply")
    consistent(mac, again, 0)


def test_one_unreadable_answer(mac):
    """Once garbage: no wrong verdict is built on it."""
    mac.fault("bputil", "garbage", match=["-d"], skip=3)
    seen = driver.unattended(mac, "apply")
    consistent(mac, seen, 3)


@pytest.mark.parametrize("tool", ["csrutil", "kmutil"])
@pytest.mark.slow
def test_unknown_question(mac, tool):
    """A question nobody knows is not answered when nobody is there; nothing is changed by it."""
    mac.fault(tool, "question", match=ACTS[tool], times=None)
    seen = driver.unattended(mac, "apply")
    assert seen.code == 1, seen.text
    assert flags(mac) == FULL
    assert "lunar mode" in seen.text
    assert not [one for one in mac.typed() if "lunar" in one["prompt"]], "nothing was typed at it"


def test_unknown_question_with_echo_off_gets_no_password(mac):
    """Words that look like a password prompt get the password only where the terminal does not echo."""
    mac.fault("csrutil", "question", match=["disable"], text="Password for the moon: ", times=None)
    seen = driver.unattended(mac, "apply")
    assert seen.code == 1, seen.text
    for one in mac.typed():
        if one["echo"]:
            assert mac.group()["owners"][0]["password"] not in one["typed"]


@pytest.mark.slow
def test_a_reader_that_hangs(mac):
    """A probe has a time limit; what cannot be read is unknown, and unknown is not ok."""
    mac.fault("nvram", "hang", match=["boot-args"], times=None)
    seen = driver.unattended(mac, "apply")
    assert seen.code == 3, seen.text
    assert mac.acts() == []


def test_a_megabyte_is_no_matter(mac):
    """A flood before the answer: recorded with a cap, and done."""
    mac.fault("kmutil", "flood", match=["configure-boot"])
    seen = driver.unattended(mac, "apply", "--json")
    assert seen.code == 0, seen.err[-2000:]
    assert policy_is_raised(mac)


@pytest.mark.parametrize(("field", "value"), [("sip0", None), ("sip3", False), ("coih", None), ("mode", "full")])
def test_undone_behind_its_back(mac, field, value):
    """Somebody undoes a step while the next one runs: noticed, run again, at most once more."""
    mac.fault("kmutil", "wait", match=["configure-boot"])
    process = driver.start_unattended(mac, "apply")
    tool_waits(mac)
    mac.set_policy(**{field: value})
    mac.release()
    seen = driver.finish(process)
    consistent(mac, seen, 0)
    if field in ("sip0", "sip3"):
        assert act_kinds(mac).count("csrutil disable") + act_kinds(mac).count("bputil -a") >= 2


@pytest.mark.parametrize("plan", [*SHIPPED, "apply", "revert"])
def test_without_a_system(build, plan):
    """Where diskutil tells of none, the checks say so, whatever the plan would ask of one: nothing is started."""
    mac = build()
    mac.fault("diskutil", "fail", times=None)
    for words in (("run", plan), ("run", "-n", plan), ("step", plan), ("plan", plan)):
        seen = driver.unattended(mac, *words)
        assert seen.code == 3 and "diskutil" in seen.text, (words, seen.text)
    assert mac.acts() == []
