"""trial, seen from outside: what looking answers, and --with-changes, which changes a Mac for a while and takes it back."""

import json
import re
import signal

import driver
import pexpect
import pytest
import shipped
from conftest import MACHINES
from helpers import FULL, flags, said
from person import Person

from recorded_macs import records
from support.patience import wait_for

pytestmark = pytest.mark.timeout(180)

ITEMS = ("full", "no", "password", "reduced", "order", "sip", "guests", "kernel", "words")
SECONDS = 120
ASKED = r"Do this\? \[y/n\] $"


@pytest.mark.parametrize("environment", ["paired-recovery", "macos"])
def test_looking(build, tmp_path, environment):
    """Every question is answered by looking; the answers stand in a record that can be rehearsed."""
    mac = build("m4-26.3", environment)
    path = tmp_path / "trial.txt"
    seen = driver.run(mac, "trial", "--yes", "--output", path)
    assert seen.code == 0 and mac.acts() == [] and mac.typed() == [], seen.text
    answers = dict(words for words in records.facts(records.read(path.read_text("utf-8")), "trial"))
    assert len(answers) == 10 and all(answers.values()), answers
    assert answers["policy-json"] == "-j answers; the policy can be read"
    assert answers["csrutil-status"] == "exit 0: System Integrity Protection status: enabled."
    for name, answer in answers.items():
        assert f"{name}" in seen.text and answer.split()[0] in seen.text


def test_each_is_asked(mac, session, tmp_path):
    """Each question by itself: what is left out is not looked at; without an answer nothing is written."""
    path = tmp_path / "trial.txt"
    one = session(mac, "trial", "--output", path)
    for number in range(10):
        one.child.expect("Look\\? \\[y/n\\] $")
        one.child.sendline("y" if number == 0 else "n")
    assert one.finish() == 0
    assert [words[0] for words in records.facts(records.read(path.read_text("utf-8")), "trial")] == ["quota"]
    seen = driver.run(mac, "trial", "--output", tmp_path / "other.txt")
    assert seen.code == 4 and not (tmp_path / "other.txt").exists(), seen.text



# ---- items that change something --------------------------------------------------------------------------------------


def changing(mac, path, *words, ready="ready\n"):
    """trial --with-changes, with nobody there but who says that all is ready."""
    owner = mac.group()["owners"][0]
    return driver.run(mac, "trial", "--with-changes", "--yes", "--user", owner["name"], "--output", path, *words,
                      password=owner["password"], stdin=ready, timeout=SECONDS)


def told(path):
    """Of a record: how each item ended, and by item what the tools said."""
    read = records.read(path.read_text("utf-8"))
    said_by = {}
    for name, line in records.facts(read, "said"):
        said_by.setdefault(name, []).append(line)
    return {name: how for name, how in records.facts(read, "trial") if name in ITEMS}, said_by


def is_safe(mac, path):
    """No password of anybody's in the record."""
    text = path.read_text("utf-8")
    return not any(one["password"].strip() in text for group in mac.state()["groups"] for one in group["owners"])


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.slow
def test_all_of_them(build, tmp_path, machine):
    """There and back, over two restarts; policy and boot-args as before, each transcript in the record, no secret in it."""
    mac = build(machine)
    mac.set_boot_args("mine=%41")
    seen = changing(mac, tmp_path / "one.txt", "--detailed-exitcode")
    assert seen.code == 2 and "detailed-exitcode" in seen.err, seen.text
    seen = changing(mac, tmp_path / "one.txt")
    assert seen.code == 0, seen.text
    how, lines = told(tmp_path / "one.txt")
    left_out = {"password"} | ({"guests"} if machine != "m4-26.3" else set())
    assert how == {name: "open" if name == "words" else "undone" for name in ITEMS if name not in left_out}
    for name, command in (("full", "bputil --full-security"), ("no", "csrutil disable"), ("order", "bputil --disable-boot"),
                          ("sip", "csrutil enable"), ("kernel", "kmutil configure-boot"), ("words", "nvram")):
        assert any(command in line for line in lines[name]), (name, lines[name])
    assert "aborted" in lines["no"] and any(line.startswith("= exit status") for line in lines["reduced"])
    assert "trial --with-changes" in said(seen).split("Item words is not finished.")[1]
    for number in range(4):
        assert mac.restart("macos") == "macos"
        seen = changing(mac, tmp_path / f"more{number}.txt", ready="")
        assert seen.code == 0, seen.text
        how, lines = told(tmp_path / f"more{number}.txt")
        if how["words"] == "undone":
            break
    assert how == {"words": "undone"} and any("vmq_trial=1" in line for line in lines["words"])
    assert flags(mac) == FULL and mac.boot_args() == "mine=%41"
    assert all(is_safe(mac, one) for one in tmp_path.glob("*.txt"))
    assert not any(argv[-1] in ("-c", "-z") or {"-r", "-s"} & set(argv) and "bputil" in argv[0] for argv in mac.acts())


@driver.needs_own_tools
@pytest.mark.parametrize("machine", ["m1-12.6", "m4-27"])
@pytest.mark.slow
def test_all_of_them_simulated(tmp_path, machine):
    """The same on a Mac that `rehearse` keeps; what was written can be rehearsed."""
    mac = shipped.Simulated(machine, tmp_path / "kept")
    mac.prepare("sip")
    before, ready = mac.state(), "ready\n"
    for number in range(4):
        path = tmp_path / f"{number}.txt"
        seen = driver.run(None, "--root", tmp_path / "kept", "trial", "--with-changes", "--yes", "--user", "ada", "--output", path,
                          password="rehearsal", stdin=ready, timeout=SECONDS)
        assert seen.code == 0, seen.text
        how, _ = told(path)
        if how["words"] == "undone":
            break
        mac.restart("macos")
        ready = ""
    assert mac.state() == before
    assert driver.rehearse(tmp_path, "plan", "--like", path).code == 0


def begin(mac, session, path):
    """A person who has said that all is ready and typed the name, and lets nothing be looked at; before the first item's question."""
    one = session(mac, "trial", "--with-changes", "--output", path)
    person = Person(one, mac)
    one.child.expect("ready> $")
    one.child.sendline("ready")
    one.child.expect("volume's name> $")
    one.child.sendline(person.volume)
    for _ in range(10):
        one.child.expect(r"Look\? \[y/n\] $")
        one.child.sendline("n")
    one.child.expect(ASKED)
    return one, person


def test_a_person_with_one_wrong_password(mac, session, tmp_path):
    """It is asked for once, and never typed for anybody; its answer is written down, itself not."""
    one, person = begin(mac, session, tmp_path / "t.txt")
    for name in ITEMS:
        if name == "guests":
            continue
        if name != "full":
            one.child.expect(ASKED)
        one.child.sendline("y" if name in ("full", "password") else "n")
        if name in ("full", "password"):
            person.wrong = int(name == "password")
            person.until("user", person.seen.count("user") + 1)
            one.child.sendline(person.name)
            one.child.expect("(?i)password[^\n]*: ?$")
            person._password()
    assert one.finish() == 0 and one.terminal_as_before()
    how, lines = told(tmp_path / "t.txt")
    assert how == {"full": "undone", "password": "undone"} and any("exit status 1" in line for line in lines["password"])
    assert "certainly wrong" not in (tmp_path / "t.txt").read_text() and flags(mac) == FULL


@pytest.mark.parametrize("stop", ["ready", "name", "look", "first", "third"])
@pytest.mark.parametrize("how", ["eof", "n", "interrupt"])
def test_a_stop_at_each_question(mac, session, tmp_path, stop, how):
    """Nothing is changed, or all is taken back; a no to one item leaves it out, and no answer ends it all: 4."""
    path = tmp_path / "t.txt"
    one = session(mac, "trial", "--with-changes", "--output", path)
    person = Person(one, mac)
    answers = [("ready", "ready> $", "ready"), ("name", "volume's name> $", person.volume), ("look", r"Look\? \[y/n\] $", "n"),
               *[("look", r"Look\? \[y/n\] $", "n")] * 9, ("first", ASKED, "n"), ("second", ASKED, "n"), ("third", ASKED, "n")]
    for name, prompt, answer in answers:
        one.child.expect(prompt)
        if name == stop:
            break
        one.child.sendline(answer)
    {"eof": one.child.sendeof, "n": lambda: one.child.sendline("n"), "interrupt": one.child.sendintr}[how]()
    if how == "n" and stop in ("look", "first", "third"):
        while one.child.expect([r"(?:Look|Do this)\? \[y/n\] $", pexpect.EOF]) == 0:
            one.child.sendline("n")
    code = one.finish()
    assert code == (0 if how == "n" and stop not in ("ready", "name") else 4), one.log
    assert path.exists() == (stop in ("first", "third") or code == 0), one.log
    assert mac.acts() == [] and flags(mac) == FULL and one.terminal_as_before()


def test_ctrl_c_in_the_middle(mac, session, tmp_path):
    """The item that was at work stays open; rollback knows it, and so does the next trial."""
    one, person = begin(mac, session, tmp_path / "t.txt")
    one.child.sendline("y")
    person.until("password")
    person._password()
    for name in ITEMS[1:5]:
        one.child.expect(ASKED)
        one.child.sendline("y" if name == "order" else "n")
    person.until("password", 2)
    person._password()
    person.until("user", 3)
    one.child.sendintr()
    one.child.expect("Item order is not finished. To take it back:")
    assert one.finish() == 6 and flags(mac)["mode"] == "permissive", one.log
    how, lines = told(tmp_path / "t.txt")
    assert how["order"] == "open" and any("csrutil disable" in line for line in lines["order"])
    assert "run 2 (trial)" in driver.run(mac, "status").text
    copy = tmp_path / "again.txt"
    seen = changing(mac, copy, ready="")
    assert seen.code == 0 and told(copy)[0] == {"order": "undone"} and flags(mac) == FULL, seen.text


@pytest.mark.parametrize("command", ["resume", "rollback"])
@pytest.mark.slow
def test_a_killed_trial(mac, tmp_path, command):
    """What was begun is an open run as any other; after resume it stands, and rollback takes it back."""
    mac.fault("bputil", "wait", match=["--disable-boot-args-restriction"])
    owner = mac.group()["owners"][0]
    process = driver.start(mac, "trial", "--with-changes", "--yes", "--user", owner["name"], "--output", tmp_path / "t.txt",
                           password=owner["password"], stdin="")
    process.stdin.write(b"ready\n")
    process.stdin.close()
    wait_for(lambda: mac.records("waiting"), 60)
    process.send_signal(signal.SIGKILL)
    process.stdin = None
    process.communicate()
    driver.end_tools(mac)
    assert not (tmp_path / "t.txt").exists()
    assert driver.unattended(mac, command).code == 0
    if command == "resume":
        assert flags(mac)["mode"] == "permissive"
        assert driver.unattended(mac, "rollback").code == 0
    assert flags(mac) == FULL


@pytest.mark.parametrize(("spoil", "words"), [
    (lambda mac: mac.restart("macos"), "macOS is running"),
    (lambda mac: mac.set_policy(mode="permissive", sip0=0x7F), "begin at Full Security"),
    (lambda mac: mac.set_power("Battery", 7), "plug in the power supply"),
    (lambda mac: mac.set_route(False), "no route to the Internet"),
])
def test_what_it_wants(mac, tmp_path, spoil, words):
    """Refused before anything: 3."""
    spoil(mac)
    seen = changing(mac, tmp_path / "t.txt")
    assert seen.code == 3 and words in said(seen), seen.text
    assert mac.acts() == [] and not (tmp_path / "t.txt").exists()


def test_newer_macos(build, tmp_path):
    """Where Apple grants no Full Security, nothing is lowered."""
    mac = build()
    with mac.change() as state:
        state["knobs"]["newest"] = False
    seen = changing(mac, tmp_path / "t.txt")
    assert seen.code == 0 and "Full Security was not granted, so nothing else is done" in said(seen), seen.text
    assert told(tmp_path / "t.txt")[0] == {"full": "undone"} and flags(mac) == FULL


def test_usage(mac, tmp_path):
    """No dry run; its plan is nobody's to run or to list."""
    assert driver.run(mac, "trial", "--with-changes", "-n", "--output", tmp_path / "t.txt").code == 2
    for words in (["run", "trial"], ["plan", "trial"], ["step", "trial"]):
        seen = driver.run(mac, *words)
        assert seen.code == 2 and "no plan is called trial" in said(seen), seen.text
    assert "trial" not in driver.run(None, "plans").out
    seen = driver.run(mac, "trial", "--with-changes", "--no-input", "--output", tmp_path / "t.txt")
    assert seen.code == 4 and mac.acts() == [], seen.text


@pytest.mark.slow
def test_events(mac, tmp_path):
    """One stream: a first line, a last one, and in between those of the runs."""
    seen = changing(mac, tmp_path / "t.txt", "--json")
    assert seen.code == 0, seen.text
    kinds = [json.loads(line)["type"] for line in seen.out.splitlines()]
    assert (kinds[0], kinds[-1], kinds.count("start"), kinds.count("end")) == ("start", "end", 1, 1)
    assert kinds.count("mac-record") == 1 and "output" in kinds and "undo" in kinds


@pytest.mark.slow
def test_anonymous(build, tmp_path):
    """What the tools said names nobody."""
    mac = build("m4-26.3", name="Lena's Mac", data_name="Lena's Mac - Data")
    seen = changing(mac, tmp_path / "t.txt", "--anonymous")
    assert seen.code == 0, seen.text
    lines = [line.lower() for each in told(tmp_path / "t.txt")[1].values() for line in each]
    text = (tmp_path / "t.txt").read_text().lower()
    assert "lena" not in text and mac.group()["uuid"].lower() not in text and any("volume 1" in line for line in lines)
    for owner in mac.group()["owners"]:
        assert not any(re.search(rf"\b{owner['name'].lower()}\b", line) for line in lines)
