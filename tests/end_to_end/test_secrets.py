"""The password is the user's and Apple's: after a full run it is in no argv, environment, journal, log or file."""

import os
import subprocess

import driver
import pytest
from conftest import MACHINES
from helpers import everywhere, tool_waits
from person import Person

from support import processes

SECRET = "xK7-vanilla?Fjord%20'\"\\$(x)"


@pytest.fixture(name="secretive", params=MACHINES)
def _secretive(build, request):
    """A machine whose owner has that password."""
    owner = {"name": "maria", "password": SECRET, "full_name": "Maria", "uuid": "X"}
    return build(request.param, owners=[owner], csrutil_sip3=False)


@pytest.mark.parametrize("more", [["--json"], ["-v"]])
def test_unattended(secretive, more):
    """With --password-fd, in every view."""
    mac = secretive
    seen = driver.unattended(mac, "apply", *more)
    assert seen.code == 0, seen.text
    assert [one["typed"] for one in mac.typed() if not one["echo"]], "the password was typed at all"
    assert {one["typed"] for one in mac.typed() if not one["echo"]} == {SECRET}
    assert not [one for one in mac.typed() if one["echo"] and SECRET in one["typed"]]
    assert SECRET not in seen.text
    assert everywhere(mac, SECRET) == []
    assert SECRET not in "".join(driver.run(mac, *words).text for words in (["log", "--json"], ["log"], ["report"]))


def test_by_hand(secretive, session):
    """Typed by a person: relayed, never recorded."""
    mac = secretive
    one = session(mac, "apply")
    assert Person(one, mac).answer_all() == 0, one.log
    assert SECRET not in one.log
    assert everywhere(mac, SECRET) == []


def test_when_it_is_wrong(secretive):
    """Three times refused: still nowhere."""
    wrong = SECRET + "-wrong"
    seen = driver.unattended(secretive, "apply", password=wrong)
    assert seen.code == 1, seen.text
    assert wrong not in seen.text and everywhere(secretive, wrong) == []


def test_memory_of_the_running_program(mac):
    """While kmutil works the program's command line and environment do not hold it, nor do the children's."""
    secret = mac.group()["owners"][0]["password"]
    mac.fault("kmutil", "wait", match=["configure-boot"])
    process = driver.start_unattended(mac, "apply")
    try:
        tool_waits(mac)
        for pid in [process.pid, *processes.children(process.pid)]:
            for name in ("cmdline", "environ"):
                with open(f"/proc/{pid}/{name}", "rb") as file:
                    assert secret.encode() not in file.read()
        with open(f"/proc/{process.pid}/limits", encoding="ascii") as file:
            core = next(line for line in file if line.startswith("Max core file size"))
        assert core.split()[4] == "0", "no core image could hold it"
    finally:
        mac.release()
        assert driver.finish(process).code == 0


def test_blanks_are_kept(build):
    """Leading and trailing blanks belong to a password."""
    mac = build("m2pro-14.0")
    assert mac.group()["owners"][0]["password"].startswith(" ")
    assert driver.unattended(mac, "apply").code == 0


@pytest.mark.parametrize("data", [b"", b"\n", b"x" * 5000 + b"\n", b"a\0b\n"])
def test_passwords_that_are_none(mac, data):
    """Empty or endless: refused before anything."""
    read, write = os.pipe()
    os.write(write, data)
    os.close(write)
    os.set_inheritable(read, True)
    process = subprocess.Popen(driver.as_root(driver.command_line(mac, ["apply", "--yes", "--user", "mykola",
                                                                        "--password-fd", read])),
                               env={**driver.ENVIRONMENT, "TERM": "dumb"}, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=[read], start_new_session=True)
    os.close(read)
    seen = driver.finish(process)
    assert seen.code == 2, seen.text
    assert mac.acts() == []


def test_a_descriptor_that_is_not_open(mac):
    """Said so; nothing is started."""
    seen = driver.run(mac, "apply", "--yes", "--user", "mykola", "--password-fd", "77")
    assert seen.code == 2, seen.text
    assert mac.acts() == []


def test_a_password_is_not_typed_where_it_would_be_shown(mac):
    """A prompt with echo on gets no password, whatever it says."""
    mac.fault("csrutil", "question", match=["disable"], text="Enter password for user mykola:", times=None)
    seen = driver.unattended(mac, "apply")
    assert seen.code == 1, seen.text
    assert not [one for one in mac.typed() if one["echo"] and "password" in one["prompt"]]
