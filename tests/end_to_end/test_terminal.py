"""The terminal itself: a password typed once, colour, interrupts in two stages, signals, and that its settings come back."""

import os
import re
import shutil
import signal
import subprocess

import driver
import pytest
from conftest import MACHINES
from helpers import FULL, everywhere, flags, policy_is_raised, tool_waits
from person import Person

from support import processes
from support.patience import seconds, wait_for

ONCE = "press Tab at the password prompt"


class Keeper(Person):
    """Presses Tab at the password prompts, and types these passwords, one at each."""

    def __init__(self, *arguments, passwords=None, **more):
        super().__init__(*arguments, **more)
        self.passwords = passwords or [self.password]
        self.typed = 0

    def _password(self):
        # A prompt that the program answers by itself is gone before anything could be typed.
        if self.typed == len(self.passwords):
            return
        keep(self.session)
        self.child.send(self.passwords[self.typed] + "\r")
        self.typed += 1


def keep(session):
    """Press Tab, alone, at a prompt for a password that the program has recognized."""
    session.takes_keys()
    session.sees_question()
    session.types_alone("\t")


def hidden(mac):
    """What the tools read without an echo."""
    return [one["typed"] for one in mac.typed() if not one["echo"]]


@pytest.mark.parametrize("machine", MACHINES)
def test_a_password_typed_once(build, session, machine):
    """Offered before the first prompt; the program types it at the second; nowhere is it seen or kept."""
    mac = build(machine, csrutil_sip3=False)
    one = session(mac, "apply")
    person = Keeper(one, mac)
    assert person.answer_all() == 0, one.log
    assert policy_is_raised(mac)
    assert ONCE in " ".join(one.log.split()) and one.log.count("To type the password once") == 1
    assert len(hidden(mac)) >= 2 and set(hidden(mac)) == {person.password}
    assert one.log.count("(kept for this run)\r\n") == len(hidden(mac))
    assert person.password not in one.log and everywhere(mac, person.password) == []
    assert one.terminal_as_before()


def test_a_wrong_one_is_dropped(mac, session):
    """What was refused is not typed again: the person is asked once more."""
    one = session(mac, "apply")
    right = mac.group()["owners"][0]["password"]
    person = Keeper(one, mac, passwords=["certainly wrong", right])
    assert person.answer_all() == 0, one.log
    assert hidden(mac).count("certainly wrong") == 1 and hidden(mac).count(right) >= 2
    assert policy_is_raised(mac) and one.terminal_as_before()
    assert "certainly wrong" not in one.log and everywhere(mac, "certainly wrong") == []


def test_it_is_off_by_default(mac, session):
    """Without Tab each prompt is the person's."""
    one = session(mac, "apply")
    person = Person(one, mac)
    assert person.answer_all() == 0, one.log
    assert person.seen.count("password") == len(hidden(mac))


def test_it_is_not_offered_unattended(mac):
    """Nor where the password is given."""
    assert ONCE not in " ".join(driver.unattended(mac, "apply").text.split())


@pytest.mark.skipif("VMQ_PROGRAM" in os.environ, reason="the debugger would look at the emulator")
def test_a_core_image_does_not_hold_it(mac, session):
    """While the next tool works the kept password lies only in a page that no core image gets; the tools get none of it."""
    secret = mac.group()["owners"][0]["password"]
    mac.fault("kmutil", "wait", match=["configure-boot"])
    one = session(mac, "apply")
    person = Keeper(one, mac)
    person.until("password", 1)
    person._password()
    tool_waits(mac)
    program = one.program()
    held = _pages_with(program, secret)
    assert held, "it is kept at all"
    assert all("dd" in flags_of for flags_of in held), "a page that a core image gets holds it"
    for pid in (program, *processes.children(program)):
        for name in ("cmdline", "environ"):
            with open(f"/proc/{pid}/{name}", "rb") as file:
                assert secret.encode() not in file.read()
    if shutil.which("gcore"):
        image = mac.folder.parent / "core"
        subprocess.run(["gcore", "-o", str(image), str(program)], capture_output=True, timeout=seconds(40), check=True)
        assert secret.encode() not in image.with_name(f"core.{program}").read_bytes()
    mac.release()
    assert person.answer_all() == 0, one.log


def _pages_with(pid, text):
    """The kernel's flags (smaps) of every mapping of the process that holds the text."""
    found, where, held = [], None, False
    with open(f"/proc/{pid}/smaps", encoding="utf-8", errors="replace") as maps, open(f"/proc/{pid}/mem", "rb") as memory:
        for line in maps:
            words = line.split()
            if "-" in words[0] and ":" not in words[0]:
                where = [int(one, 16) for one in words[0].split("-")]
                held = _holds(memory, where, text.encode()) if "r" in words[1] else False
            elif words[0] == "VmFlags:" and held:
                found.append(words[1:])
    return found


def _holds(memory, where, text):
    try:
        memory.seek(where[0])
        return text in memory.read(where[1] - where[0])
    except (OSError, ValueError, OverflowError):
        return False


# --- colour -----------------------------------------------------------------------------------------

def on_a_terminal(mac, tmp_path, *arguments, **environment):
    """What `doctor` writes to a terminal with that environment."""
    words = [f"{name}={value}" for name, value in environment.items()]
    command = driver.as_root(["env", *words, *driver.command_line(mac, ["doctor", *arguments])])
    line = subprocess.list2cmdline(command)
    return subprocess.run(["script", "-qec", line, "/dev/null"], env={**driver.ENVIRONMENT, "TERM": "xterm"},
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds(30), check=False, cwd=tmp_path).stdout


@pytest.mark.parametrize(("arguments", "environment", "coloured"), [
    ((), {}, True), (("--color", "auto"), {}, True), (("--color", "never"), {}, False), (("--color=always",), {}, True),
    ((), {"NO_COLOR": "1"}, False), (("--color=always",), {"NO_COLOR": "1"}, True), ((), {"TERM": "dumb"}, False),
    ((), {"TERM": "no-such-terminal"}, True), ((), {"TERM": "dumb", "CLICOLOR_FORCE": "1"}, True),
    ((), {"CLICOLOR_FORCE": "0", "TERM": "dumb"}, False), ((), {"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, False),
])
def test_colour_on_a_terminal(mac, tmp_path, arguments, environment, coloured):
    """Options before environment, NO_COLOR before all else in it. The line of what is being looked at is wiped in any case."""
    seen = on_a_terminal(mac, tmp_path, *arguments, **environment)
    assert bool(re.search(rb"\x1b\[[\d;]*m", seen)) == coloured, seen


@pytest.mark.parametrize(("arguments", "environment", "coloured"), [
    ((), {}, False), (("--color=always",), {}, True), ((), {"CLICOLOR_FORCE": "1"}, True),
    (("--color=never",), {"CLICOLOR_FORCE": "1"}, False), ((), {"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False),
])
def test_colour_without_a_terminal(mac, arguments, environment, coloured):
    """A pipe gets none unless it is asked for."""
    assert ("\x1b[" in driver.run(mac, "doctor", *arguments, environment=environment).out) == coloured


def test_colour_is_never_needed(mac):
    """The same words with and without, less the free room, which changes in between."""
    plain, painted = (re.sub(r"[\d.]+ .iB free", "", driver.run(mac, "doctor", "--color", how).out) for how in ("never", "always"))
    assert re.sub(r"\x1b\[\d*m", "", painted) == plain


# --- interrupts and signals ---------------------------------------------------------------------------

@pytest.mark.parametrize("kind", ["yes-no", "user", "password"])
def test_ctrl_c_at_each_prompt(mac, session, kind):
    """It gets a person out of a tool's question; nothing was changed, the terminal is as before."""
    one = session(mac, "apply")
    Person(one, mac).until(kind, 1)
    one.child.send("\x03")
    assert one.finish() == 4, one.log
    assert flags(mac) == FULL and one.terminal_as_before()


def test_ctrl_c_in_the_middle_of_a_password_typed_once(mac, session):
    """What was typed of it is gone."""
    one = session(mac, "apply")
    Person(one, mac).until("password", 1)
    keep(one)
    one.child.send("half-a-secret\x03")
    assert one.finish() == 4, one.log
    assert "half-a-secret" not in one.log and everywhere(mac, "half-a-secret") == []
    assert flags(mac) == FULL and one.terminal_as_before()


def test_ctrl_c_at_a_prompt_of_step(mac, session):
    """It stops, as q does."""
    one = session(mac, "step")
    Person(one, mac).step()
    one.child.expect(r"q/\?\]> ")
    one.takes_keys()
    one.child.send("\x03")
    assert one.finish() == 4, one.log
    assert mac.acts() == [] and one.terminal_as_before()


def at_work(mac, session):
    """A run whose kmutil is at work on a terminal. @return session, person"""
    mac.fault("kmutil", "wait", match=["configure-boot"])
    one = session(mac, "apply")
    person = Person(one, mac)
    person.until("password", 1)
    person._password()
    tool_waits(mac)
    return one, person


def test_the_waiting_line(mac, session):
    """After two seconds of silence it says what is waited for; it is wiped before the tool speaks."""
    one, person = at_work(mac, session)
    one.child.expect(r"kernel: [2-9] s \(usually one to several minutes\)\. Do not switch the Mac off")
    mac.release()
    assert person.answer_all() == 0, one.log
    last = one.log.rindex("(usually one to several minutes). Do not")
    assert "\r\x1b[K" in one.log[last:]
    assert one.terminal_as_before()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_while_a_tool_works(mac, session, number):
    """The tool goes on to its question, which nobody answers any more; the journal stays open, the terminal is as before."""
    one, _ = at_work(mac, session)
    os.kill(one.program(), number)
    one.child.expect("Ctrl-C again leaves now")
    mac.release()
    assert one.finish() == 6, one.log
    assert one.terminal_as_before() and mac.boot_args() is None
    assert "resume" in one.log


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize(("command", "code"), [("apply", 4), ("step", 4), ("console", 0)])
def test_a_signal_at_ones_own_prompt(mac, session, number, command, code):
    """Nothing is changed, the terminal is as before."""
    one = session(mac, command)
    if command == "step":
        Person(one, mac).step()
    one.child.expect("> $")
    if command != "apply":  # which reads a whole line
        one.takes_keys()
    os.kill(one.program(), number)
    assert one.finish() == code, one.log
    assert mac.acts() == [] and one.terminal_as_before()


def test_stopped_and_continued_at_a_question(mac, session):
    """SIGTSTP gives the terminal back, SIGCONT takes it again; SIGWINCH does no harm."""
    one = session(mac, "apply")
    person = Person(one, mac)
    person.until("yes-no", 1)
    program = one.program()
    os.kill(program, signal.SIGTSTP)
    wait_for(lambda: processes.state(program) == "T")
    processes.send(program, signal.SIGCONT)
    for size in ((10, 40), (24, 80)):
        before = processes.sleeps(program)
        one.child.setwinsize(*size)
        wait_for(lambda before=before: processes.sleeps(program) > before)
    one.child.sendline("y")
    assert person.answer_all() == 0, one.log
    assert one.terminal_as_before()


@pytest.mark.parametrize("command", ["step", "console"])
def test_the_window_is_closed(mac, session, command):
    """At the program's own prompt: it ends, and nothing was started."""
    one = session(mac, command)
    one.child.expect("> $")
    program = one.program()
    one.child.close(force=True)
    wait_for(lambda: processes.has_ended(program))
    assert mac.acts() == []


def test_the_window_is_closed_while_a_tool_works(mac, session):
    """The tool is not torn down; nothing else is started; resume goes on."""
    one, _ = at_work(mac, session)
    program = one.program()
    one.child.close(force=True)
    mac.release()
    wait_for(lambda: processes.has_ended(program))
    assert mac.boot_args() is None
    mac.mend()
    assert driver.unattended(mac, "resume").code == 0
    assert policy_is_raised(mac)


@pytest.mark.parametrize("size", [(8, 80), (10, 40)])
def test_a_long_log_is_read_by_pages(mac, session, size):
    """A screenful at a time; space goes on, b goes back, q leaves; the terminal is as it was."""
    driver.unattended(mac, "apply")
    reader = session(mac, "log", size=size)
    reader.child.expect(r"-- \d+% -- space: more, b: back, q: quit ")
    assert "run of apply" in reader.log and "closed" not in reader.log
    reader.takes_keys()
    assert reader.log.count("\n") < size[0]
    for key in (" ", "b", " "):
        reader.types_alone(key)
        reader.child.expect(r"-- \d+% -- space: more, b: back, q: quit ")
        reader.takes_keys()
    assert reader.log.count("run of apply") == 2
    reader.child.send("q")
    assert reader.finish() == 0 and reader.terminal_as_before()
    assert "closed" not in reader.log


def test_a_signal_key_at_the_pager_leaves_the_terminal_as_it_was(mac, session):
    """Ctrl-C only ends the reading."""
    driver.unattended(mac, "apply")
    reader = session(mac, "log", size=(10, 40))
    reader.child.expect("q: quit ")
    reader.takes_keys()
    reader.child.send("\x03")
    assert reader.finish() == 0 and reader.terminal_as_before()
