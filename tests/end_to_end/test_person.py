"""A person at the terminal: every question of every machine, wrong answers, end of input, interrupts, the terminal after it."""

import os
import re
import signal

import driver
import pytest
from conftest import MACHINES
from helpers import FULL, WORDS, flags, policy_is_raised, tool_hangs, tool_waits
from person import Person

from support import processes
from support.patience import seconds, wait_for


@pytest.mark.parametrize("machine", MACHINES)
def test_answering_everything(build, session, machine):
    """The volume's name, the tools' questions, the passwords: done, and the terminal is as it was."""
    mac = build(machine)
    one = session(mac, "apply")
    person = Person(one, mac)
    assert person.answer_all() == 0, one.log
    assert policy_is_raised(mac)
    assert one.terminal_as_before()
    assert person.seen[0] == "name" and person.seen.count("password") == 2
    assert person.password not in one.log


@pytest.mark.parametrize("machine", MACHINES)
def test_revert_by_hand(build, session, machine):
    """The way back, answered by a person."""
    mac = build(machine)
    mac.set_policy(mode="permissive", sip0=0x7F, sip2=True, sip3=True)
    mac.install_custom_kernel()
    one = session(mac, "revert")
    assert Person(one, mac).answer_all() == 0, one.log
    assert flags(mac) == FULL
    assert one.terminal_as_before()


def test_rollback_by_hand(build, session):
    """It shows what it will make of the Mac and what is typed, and at `d` its own commands, before its question."""
    mac = build("m2pro-14.0")
    assert driver.unattended(mac, "apply").code == 0
    one = session(mac, "rollback")
    one.child.expect("volume's name> $")
    shown = one.log
    assert re.search(r"now +after", shown) and re.search(r"SIP +off \(7f\) +on", shown), shown
    assert re.search(r"kernel +custom \S+ +Apple's", shown) and "You will type 2 or 3 answers" in shown, shown
    assert re.search(r"Way back: +\S+ apply\s+Type", shown), shown
    one.child.sendline("d")
    while one.child.expect(["q: quit", "volume's name> $"]) == 0:
        one.child.send(" ")
    told = one.log[len(shown):]
    assert re.search(r"now +after.*Way back: +\S+ apply\s+Type", told, re.DOTALL), told
    assert "bputil --full-security" in told and "csrutil disable" not in told and "(done)" not in told, told
    one.child.sendline(mac.group()["name"])
    assert Person(one, mac).answer_all() == 0, one.log
    assert flags(mac) == FULL and one.terminal_as_before()


def test_with_credentials_but_without_yes(mac, session):
    """--user and --password-fd answer names and passwords; yes and no stay the person's."""
    path = mac.folder / "password"
    path.write_text(mac.group()["owners"][0]["password"] + "\n", encoding="utf-8")
    one = session(mac, "apply", "--user", "mykola", "--password-fd", "9", password_file=path)
    person = Person(one, mac)
    assert person.answer_all() == 0, one.log
    assert person.seen.count("name") == 1 and "yes-no" in person.seen
    assert policy_is_raised(mac)


def test_a_wrong_volume_name_is_no_yes(mac, session):
    """Other words are asked again and then declined; nothing is started."""
    one = session(mac, "apply")
    assert Person(one, mac, answers={"name": "Macintosh"}).answer_all() == 4, one.log
    assert mac.acts() == []


@pytest.mark.parametrize("typed", ["n", "no", "", "y", "yes"])
def test_only_the_name_is_a_yes(mac, session, typed):
    """Neither Enter alone nor y will do."""
    one = session(mac, "apply")
    assert Person(one, mac, answers={"name": typed}).answer_all() == 4, one.log
    assert mac.acts() == []


def test_a_name_with_blanks_and_accents(build, session):
    """It is typed as it is shown."""
    mac = build(name="Disque Été  № 5", data_name="Données & Co")
    one = session(mac, "apply")
    assert Person(one, mac, volume="Disque Été  № 5").answer_all() == 0, one.log
    assert policy_is_raised(mac)


def test_end_of_input_at_the_name(mac, session):
    """Ctrl-D at the first question: declined, nothing changed."""
    one = session(mac, "apply")
    assert Person(one, mac, ends_at=("name", 1)).answer_all() == 4, one.log
    assert mac.acts() == [] and one.terminal_as_before()


# The csrutil of m1-12.1 asks for no name.
@pytest.mark.parametrize(("machine", "kind"), [(machine, kind) for machine in MACHINES for kind in
                                               ("yes-no", "user", "password") if (machine, kind) != ("m1-12.1", "user")])
def test_end_of_input_at_the_first_tool(build, session, machine, kind):
    """Ctrl-D at a question of the first tool is never a yes: the policy is as it was, the terminal too."""
    mac = build(machine)
    one = session(mac, "apply")
    assert Person(one, mac, ends_at=(kind, 1)).answer_all() == 1, one.log
    assert flags(mac) == FULL
    assert one.terminal_as_before()


# On the second machine the way back asks yes or no as well, and Ctrl-D answers that too.
@pytest.mark.parametrize(("machine", "code"), [("m1-12.1", 1), ("m2pro-14.0", 5), ("m4-26.3", 1)])
def test_end_of_input_at_the_second_tool(build, session, machine, code):
    """Ctrl-D at kmutil's question: what csrutil did is taken back, or said to be still there. No custom kernel."""
    mac = build(machine)
    one = session(mac, "apply")
    assert Person(one, mac, ends_at=("yes-no", 2)).answer_all() == code, one.log
    assert mac.policy()["coih"] is None
    assert (flags(mac) == FULL) == (code == 1)
    assert one.terminal_as_before()


def test_no_to_the_first_tool(mac, session):
    """n at csrutil's own question: nothing changed, and nobody is called a liar."""
    one = session(mac, "apply")
    assert Person(one, mac, answers={"yes-no": "n"}).answer_all() == 1, one.log
    assert flags(mac) == FULL
    assert "mistyped" not in one.log and "wrong password" not in one.log.lower()


@pytest.mark.parametrize("machine", ["m1-12.1", "m2pro-14.0", "m4-26.3"])
def test_one_wrong_password_is_forgiven(build, session, machine):
    """Whether the tool asks again itself or fails: the second, right one does it."""
    mac = build(machine)
    one = session(mac, "apply")
    assert Person(one, mac, wrong_passwords=1).answer_all() == 0, one.log
    assert policy_is_raised(mac)


@pytest.mark.parametrize("machine", ["m2pro-14.0", "m4-26.3"])
def test_three_wrong_passwords_are_the_end(build, session, machine):
    """The tool is started three times at most; nothing has changed."""
    mac = build(machine)
    one = session(mac, "apply")
    assert Person(one, mac, wrong_passwords=99).answer_all() == 1, one.log
    assert flags(mac) == FULL
    assert mac.calls("csrutil").count(["csrutil", "disable"]) == 3
    assert one.terminal_as_before()


def test_the_screen_shows_what_the_tool_shows(mac, session):
    """The person sees the tool's own words, once, and the name typed, not the password."""
    one = session(mac, "apply")
    assert Person(one, mac).answer_all() == 0
    assert one.log.count("Turning off System Integrity Protection requires modifying system security.") == 1
    assert one.log.count("installing boot object... done.") == 1
    assert re.search(r"Authorized user: mykola", one.log)


def test_what_the_tool_says_stands_behind_a_bar(mac, session):
    """On the screen each of its lines, a broken one too; in the transcript none."""
    one = session(mac, "apply")
    assert Person(one, mac).answer_all() == 0
    lines = re.sub(r"\x1b\[\d*m|\r", "", one.log).split("\n")
    assert any(line.startswith("      csrutil asks: y, then an owner's user name (") for line in lines)
    assert "│ Turning off System Integrity Protection requires modifying system security." in lines
    at = lines.index("│ Allow booting unsigned operating systems and any kernel extensions for OS \"Mac")
    assert lines[at + 1].startswith("│ intosh HD\"? [y/n]: y") and len(lines[at]) == 80
    assert "│ installing boot object... done." in lines
    kept = "".join(path.read_text("utf-8", "replace") for path in mac.root.rglob("*.transcript"))
    assert "\nTurning off System" in kept and "│" not in kept and "for OS \"Macintosh HD\"? [y/n]: " in kept


@pytest.mark.parametrize(("machine", "kind"), [("m1-12.1", "yes-no"), ("m2pro-14.0", "user"), ("m4-26.3", "user"), ("m4-26.3", "yes-no")])
def test_a_password_typed_at_the_wrong_prompt_is_kept_nowhere(build, session, machine, kind):
    """The terminal echoes it, but neither journal nor transcript nor report holds it; what the tool asked they do."""
    mac = build(machine)
    one = session(mac, "apply")
    Person(one, mac, answers={kind: "hunter2 is it"}).answer_all()
    assert "hunter2" in one.log
    kept = "".join(path.read_text("utf-8", "replace") for path in mac.journal().rglob("*") if path.suffix in {".journal", ".transcript"})
    report = driver.run(mac, "report", "--text").text
    for text in (kept, report):
        assert "(not kept)" in text and "hunter2" not in text


def test_an_owners_name_is_kept(mac, session):
    """It is no secret, and tells who answered."""
    one = session(mac, "apply")
    assert Person(one, mac).answer_all() == 0
    kept = "".join(path.read_text("utf-8", "replace") for path in mac.root.rglob("*.transcript"))
    assert "\nAuthorized user: mykola\n" in kept and "[y/n]: y\n" in kept and "(not kept)" not in kept


def test_interrupt_while_a_tool_runs(mac, session):
    """First stage: the command in hand is finished, then it stops; resume goes on to the end."""
    mac.fault("kmutil", "wait", match=["configure-boot"])
    one = session(mac, "apply")
    person = Person(one, mac)
    person.until("yes-no", 1)
    one.child.sendline("y")
    person.until("password", 1)
    person._password()
    tool_waits(mac)
    os.kill(one.program(), signal.SIGINT)
    one.child.expect("Ctrl-C again leaves now")
    mac.release()
    assert person.answer_all() == 6, one.log
    assert one.terminal_as_before()
    assert mac.boot_args() is None, "nothing was started after the interrupt"
    said = " ".join(one.log.split())
    assert "The Mac now: security Permissive, SIP off (7f), boot-args filter off, kernel custom" in said
    assert "To go on with apply: /" in said
    assert "Or to go back to how it was before this run (security Full, SIP on, boot-args filter on, kernel Apple's," in said


def test_two_interrupts_leave_now(mac, session):
    """Second stage: a hanging tool is left behind, the terminal restored, what may be lost is said."""
    mac.fault("csrutil", "hang", match=["disable"])
    one = session(mac, "apply")
    Person(one, mac).step()
    tool_hangs(mac)
    program = one.program()
    os.kill(program, signal.SIGINT)
    one.child.expect("Ctrl-C again leaves now")
    os.kill(program, signal.SIGINT)
    assert one.finish() == 6, one.log
    assert one.terminal_as_before()
    assert "resume" in one.log and "rollback" in one.log


def test_ctrl_c_typed_at_a_hanging_tool(mac, session):
    """Typed twice, it gets a person out of a tool that says nothing."""
    mac.fault("csrutil", "hang", match=["disable"])
    one = session(mac, "apply")
    Person(one, mac).step()
    tool_hangs(mac)
    one.child.send("\x03")
    one.child.expect("Ctrl-C again leaves now")
    one.child.send("\x03")
    assert one.finish() == 6, one.log
    assert flags(mac) == FULL and one.terminal_as_before()


def test_ctrl_c_at_the_name(mac, session):
    """At the program's own question: nothing has happened yet."""
    one = session(mac, "apply")
    one.child.expect("volume's name> $")
    one.child.send("\x03")
    assert one.finish() == 4, one.log
    assert mac.acts() == [] and one.terminal_as_before()


def test_the_terminal_goes_away(mac, session):
    """The window is closed while a tool asks: no yes is made up, and the Mac can be brought on by resume."""
    one = session(mac, "apply")
    person = Person(one, mac)
    person.until("yes-no", 1)
    program = one.program()
    one.child.close(force=True)
    wait_for(lambda: processes.has_ended(program))
    assert flags(mac) == FULL


@pytest.mark.parametrize("size", [(24, 80), (10, 40), (50, 200)])
def test_sizes(mac, session, size):
    """Small and large screens: the job is done, and a tool's terminal has the person's size."""
    one = session(mac, "apply", size=size)
    assert Person(one, mac).answer_all() == 0, one.log


@pytest.mark.parametrize("term", ["dumb", "vmq-unknown", ""])
def test_terminals(mac, session, term):
    """No terminfo is needed; a dumb terminal gets no escape sequences."""
    one = session(mac, "apply", term=term)
    assert Person(one, mac).answer_all() == 0, one.log
    if term == "dumb":
        assert "\x1b[" not in one.log


def test_several_systems_ask_which(build, session):
    """More than one volume group: a menu; the other one's policy is not touched."""
    mac = build(several="Second")
    before = flags(mac, 1)
    one = session(mac, "apply")
    one.child.expect(r"\[1-2\] $")
    one.child.sendline("1")
    one.child.expect("Type Macintosh HD to start[^>]*volume's name> $")
    one.child.sendline("Macintosh HD")
    one.child.expect(r"Pick a macOS installation \(1\.\.2\): $")
    one.child.sendline("1")
    assert Person(one, mac).answer_all() == 0, one.log
    assert policy_is_raised(mac) and flags(mac, 1) == before


def test_locked_data_is_unlocked_on_request(build, session):
    """It says how, offers to do it, and goes on when the passphrase was right."""
    mac = build("m4-26.3", locked=True)
    one = session(mac, "apply")
    one.child.expect(r"(?i)unlock[^\n]*\[y/n\] ?$")
    one.child.sendline("y")
    one.child.expect("Passphrase:")
    assert one.child.waitnoecho(timeout=seconds(5))
    one.child.sendline("Tr0ub4dor&3")
    assert Person(one, mac).answer_all() == 0, one.log
    assert policy_is_raised(mac)
    assert [argv[:3] for argv in mac.acts()][0] == ["diskutil", "apfs", "unlockVolume"]


def test_stopped_and_continued(mac, session):
    """SIGTSTP and SIGCONT in the middle of a question do not spoil the terminal or the run."""
    one = session(mac, "apply")
    person = Person(one, mac)
    person.until("yes-no", 1)
    program = one.program()
    os.kill(program, signal.SIGSTOP)
    wait_for(lambda: processes.state(program) == "T")
    os.kill(program, signal.SIGCONT)
    one.child.sendline("y")
    assert person.answer_all() == 0, one.log
    assert one.terminal_as_before()


def test_boot_args_are_told(mac, session):
    """What is written is on the screen before it is written."""
    one = session(mac, "apply")
    one.child.expect("Type Macintosh HD to start[^>]*volume's name> $")
    assert WORDS in " ".join(one.log.split())
    assert mac.acts() == []
    one.child.send("\x04")
    assert one.finish() == 4
