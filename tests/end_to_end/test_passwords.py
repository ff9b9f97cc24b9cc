"""Refused passwords are counted over tools, rungs and runs; and --no-input: nobody is asked. See claims C.5."""

import driver
import pexpect
import pytest
from claims import SEAL_OFF
from helpers import FULL, flags, policy_is_raised, said
from person import PASSWORD, Person

from support.patience import seconds

LOWERED = {**SEAL_OFF, "sip1": False}


@pytest.fixture(name="lowered")
def _lowered(build):
    """A Mac with a custom kernel, whose tools end after a refused password."""
    mac = build(refusal="rejected")
    mac.set_policy(**LOWERED)
    mac.install_custom_kernel()
    return mac


def count_file(mac):
    """Where the count is kept: below the Mac's root, for one boot."""
    return mac.root / "private/var/run/vmq-recovery/refused-passwords"


def refuse(mac, times, command="revert"):
    """So many unattended runs with a wrong password."""
    for _ in range(times):
        driver.unattended(mac, command, password="wrong")


# -- unattended ----------------------------------------------------------------------------------------------------------

def test_the_fourth_run_starts_nothing(lowered):
    """Not even with the right password, and it says why."""
    refuse(lowered, 3)
    acts = lowered.acts()
    seen = driver.unattended(lowered, "revert")
    assert (seen.code, lowered.acts(), lowered.refused()) == (3, acts, 3), seen.text
    assert "3 passwords or user names were refused since this Mac was started" in said(seen), seen.text


def test_over_all_tools(build):
    """Two by csrutil, one by bputil: apply and revert count together."""
    mac = build(refusal="rejected")
    refuse(mac, 2, "apply")
    mac.set_policy(**LOWERED)
    mac.install_custom_kernel()
    refuse(mac, 1)
    assert mac.refused() == 3 and {argv[0] for argv in mac.acts()} == {"csrutil", "bputil"}
    assert driver.unattended(mac, "revert").code == 3


@pytest.mark.parametrize("machine", ["m1-12.1", "m4-27.0"])
def test_by_the_tools_of_other_releases(build, machine):
    """A tool that asks again by itself, and one that ends."""
    mac = build(machine)
    refuse(mac, 5, "apply")
    assert mac.refused() == 3 and flags(mac) == FULL
    assert driver.unattended(mac, "apply").code == 3


def test_a_restart_begins_anew(lowered):
    """The count is of one boot; that of another is no limit."""
    refuse(lowered, 3)
    before = count_file(lowered).read_text("utf-8")
    lowered.restart("paired-recovery")
    count_file(lowered).parent.mkdir(parents=True, exist_ok=True)
    count_file(lowered).write_text(before, encoding="utf-8")
    assert driver.unattended(lowered, "revert").code == 0
    assert flags(lowered) == FULL


@pytest.mark.parametrize("text", ["", "nonsense", "6F1B2C3D -1\n", "x 1 2\n"])
def test_a_count_that_cannot_be_understood(lowered, text):
    """It counts as the limit."""
    count_file(lowered).parent.mkdir(parents=True, exist_ok=True)
    count_file(lowered).write_text(text, encoding="utf-8")
    seen = driver.unattended(lowered, "revert")
    assert (seen.code, lowered.acts()) == (3, []), seen.text


def test_what_is_accepted_does_not_count(mac):
    """A whole apply asks two or three times."""
    assert driver.unattended(mac, "apply").code == 0
    assert not count_file(mac).exists()


@pytest.mark.slow
def test_looking_is_not_limited(lowered):
    """doctor, plan and a dry run start no tool that asks."""
    refuse(lowered, 3)
    assert driver.run(lowered, "doctor").code != 70
    assert driver.run(lowered, "plan", "revert").code == 0
    assert driver.unattended(lowered, "revert", "-n").code == 0


def test_too_many_attempts_end_the_run(lowered):
    """bputil says so: no other rung is tried, and no other run."""
    lowered.fault("bputil", "fail", match=["-f"], text="bputil: Too many recent unlock attempts; unlocking disabled\n", times=None)
    lowered.fault("bputil", "fail", match=["--full-security"], text="Too many recent unlock attempts\n", times=None)
    seen = driver.unattended(lowered, "revert")
    assert seen.code == 3 and "no more passwords for now" in said(seen), seen.text
    assert len([argv for argv in lowered.acts() if argv[0] == "bputil"]) == 1
    assert driver.unattended(lowered, "revert").code == 3
    assert len([argv for argv in lowered.acts() if argv[0] == "bputil"]) == 1


# -- a person --------------------------------------------------------------------------------------------------------------

def test_a_person_may_go_on(lowered, session):
    """After three they are told the count, and type `again`; the fourth is right."""
    person = Person(session(lowered, "revert"), lowered, wrong_passwords=3)
    assert person.answer_all() == 0, person.session.log
    assert person.seen.count("again") == 1 and "3 passwords or user names were refused" in person.session.log
    assert (flags(lowered), lowered.refused()) == (FULL, 3)


def test_each_further_one_is_asked_about(lowered, session):
    """`again` stands for one more, not for all."""
    person = Person(session(lowered, "revert"), lowered, wrong_passwords=5)
    assert person.answer_all() == 0, person.session.log
    assert person.seen.count("again") == 3 and "5 passwords or user names were refused" in person.session.log


@pytest.mark.parametrize("answer", ["n", "yes"])
def test_a_person_who_stops(lowered, session, answer):
    """Nothing was changed."""
    before = flags(lowered)
    person = Person(session(lowered, "revert"), lowered, wrong_passwords=9, answers={"again": answer})
    assert person.answer_all() == 4, person.session.log
    assert (flags(lowered), lowered.refused()) == (before, 3)
    assert "Nothing was changed" in person.session.log


def part_way(build, session):
    """A Mac whose csrutil took the password and whose kmutil refuses three, and the person who then says no."""
    mac = build(refusal="rejected", kmutil_clears=False)
    person = Person(session(mac, "apply"), mac, answers={"again": "n"})
    person.until("password", 2)
    person.wrong = 3
    person._password()
    return mac, person


def test_a_person_who_stops_part_way(build, session):
    """csrutil took the password, kmutil refuses three: the way back would need another one, and waits for a restart."""
    mac, person = part_way(build, session)
    assert person.answer_all() == 6, person.session.log
    assert "vmq-recovery rollback" in person.session.log and flags(mac) != FULL
    mac.restart("paired-recovery")
    assert driver.unattended(mac, "resume").code == 1 and flags(mac) == FULL


def test_what_is_told_afterwards(build, session):
    """After three refused passwords: log, status and rollback say what happened, why no more is tried, and what to type."""
    mac, person = part_way(build, session)
    assert person.answer_all() == 6 and "bputil asks for the password again." in person.session.log, person.session.log
    for command in ("log", "status"):
        told = said(driver.run(mac, command))
        assert told.endswith(
            "What comes next Step kernel failed: the tool did not accept this user name and password. Fix: use the short name of a "
            "volume owner (recovery's screens show full names) and that user's login password. 3 passwords or user names were "
            "refused since this Mac was started. Before a restart no more are tried unattended; at a terminal you may type again. "
            f"It was going back. To continue: {driver.program_file()} rollback"), told
    seen = driver.unattended(mac, "rollback")
    assert seen.code == 3 and "3 passwords or user names were refused since this Mac was started" in said(seen), seen.text
    assert "fix: restart this Mac, or run this at a terminal" in said(seen), seen.text
    mac.restart("paired-recovery")
    assert driver.unattended(mac, "rollback").code == 0 and flags(mac) == FULL
    told = said(driver.unattended(mac, "rollback"))
    assert "Nothing to roll back: the last run is undone already. Step kernel failed: the tool did not accept" in told, told
    assert told.endswith(f"With the short name of an owner and that user's password, type: {driver.program_file()} apply"), told


def test_a_tool_that_asks_again_by_itself(build, session):
    """It is left at the limit: no fourth password is asked for."""
    mac = build("m1-12.1")
    refuse(mac, 1, "apply")
    person = Person(session(mac, "apply"), mac, wrong_passwords=9, answers={"again": "n"})
    assert person.answer_all() == 4, person.session.log
    assert mac.refused() == 3 and flags(mac) == FULL


def test_a_person_after_three_unattended(lowered, session):
    """They are told before the first tool."""
    refuse(lowered, 3)
    one = session(lowered, "revert")
    person = Person(one, lowered, answers={"again": "n"})
    assert person.answer_all() == 4 and person.seen[-1] == "again", one.log


@pytest.mark.parametrize("machine", ["m2pro-14.0", "m1-12.1"])
def test_a_refused_descriptor_asks_the_person(build, session, tmp_path, machine):
    """--password-fd was wrong: whoever is at the terminal is asked at the tools' own prompts from then on."""
    mac = build(machine)
    path = tmp_path / "password"
    path.write_text("wrong\n", encoding="utf-8")
    owner = mac.group()["owners"][0]
    one = session(mac, "apply", "--yes", "--user", owner["name"], "--password-fd", 9, password_file=path)
    typed = 0
    while one.child.expect([pexpect.EOF, PASSWORD]):
        if mac.refused() == 1 and one.child.waitnoecho(timeout=seconds(10)):
            one.sees_question()
            one.child.sendline(owner["password"])
            typed += 1
    assert one.finish() == 0, one.log
    assert typed > 0 and mac.refused() == 1 and policy_is_raised(mac)


# -- --no-input ------------------------------------------------------------------------------------------------------------

def test_no_input_asks_no_person(build, session, tmp_path):
    """Though there is one."""
    mac = build(refusal="rejected")
    path = tmp_path / "password"
    path.write_text("wrong\n", encoding="utf-8")
    one = session(mac, "apply", "--no-input", "--yes", "--user", mac.group()["owners"][0]["name"], "--password-fd", 9,
                  password_file=path)
    assert one.finish() == 1, one.log
    assert (mac.refused(), flags(mac)) == (1, FULL)


@pytest.mark.parametrize("command", [["apply"], ["revert"], ["step"], ["step", "revert"]])
def test_no_input_at_the_first_question(lowered, session, command):
    """On a terminal that nobody reads: 4, at once."""
    one = session(lowered, *command, "--no-input", "--volume", "Macintosh HD")
    code = one.finish()
    assert (code, lowered.acts()) == (4, []), one.log


def test_no_input_at_the_volumes_name(mac, session):
    """The question for the volume's name is not even shown."""
    one = session(mac, "apply", "--no-input")
    assert (one.finish(), mac.acts()) == (4, []), one.log


@pytest.mark.slow
def test_no_input_at_a_tools_question(mac, session, tmp_path):
    """Nobody can answer csrutil's new question: nothing has changed, 4."""
    mac.fault("csrutil", "question", match=["disable"], times=None)
    seen = driver.unattended(mac, "apply", "--no-input")
    assert (seen.code, flags(mac)) == (4, FULL), seen.text
    assert "--no-input" in said(seen), seen.text


@pytest.mark.slow
def test_no_input_after_a_change(mac):
    """The same at kmutil: what was done stays, for resume or rollback."""
    mac.fault("kmutil", "question", match=["configure-boot"])
    seen = driver.unattended(mac, "apply", "--no-input")
    assert seen.code == 6 and "resume" in said(seen), seen.text
    assert flags(mac) != FULL
    assert driver.unattended(mac, "rollback").code == 0 and flags(mac) == FULL


@pytest.mark.slow
def test_no_input_on_the_way_to_full_security(lowered):
    """bputil asks something new: no lower rung is tried."""
    lowered.fault("bputil", "question", match=["--full-security"], times=None)
    before = flags(lowered)
    seen = driver.unattended(lowered, "revert", "--no-input")
    assert (seen.code, flags(lowered)) == (4, before), seen.text


def test_no_input_is_told():
    """In help."""
    assert "--no-input" in driver.run(None, "help").text
