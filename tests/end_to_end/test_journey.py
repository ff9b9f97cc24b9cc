"""What stands on the screen at the end of each command of the journey, at three sizes, as kept text: one Mac, many shots."""

import driver
import pexpect
import pytest
import screens
from person import Person

SIZES = [(80, 24), (40, 10), (200, 50)]
KEYS = r"\[y/n/c/w/p/d/u/l/q/\?\]> "

LOOKING = {"doctor": 0, "plan": 0, "status": 0, "verify": 3, "plans": 0, "help apply": 0}
IN_MACOS = {"doctor": 3, "kdk list": 0, "kdk fetch -n": 0, "build": 0, "stage": 0, "verify": 3, "unstage -n": 0}


@pytest.fixture(name="shot")
def _shot(tmp_path):
    """Runs a command on a screen and keeps what stands there at its end; of long output, its first page."""
    taken = []

    def shot(mac, name, *arguments, size, code=0, **more):
        one = screens.Screen(mac, *arguments, folder=tmp_path / f"shot{len(taken)}", size=size, **more)
        taken.append(one)
        paged = one.child.expect(["q: quit ", pexpect.EOF]) == 0
        one.like(name)
        if paged:
            one.takes_keys()
            one.child.send("q")
        assert one.finish() == code, one.log

    yield shot
    for one in taken:
        one.child.close(force=True)


def stop_after_sip(mac):
    """A person goes through two steps and stops."""
    one = driver.Session(mac, "step", folder=mac.folder.parent / "stopped", program=screens.program_of(mac))
    person = Person(one, mac)
    person.step()
    for key in ("y", "y"):
        one.child.expect(KEYS)
        one.takes_keys()
        one.child.send(key + "\r")
    person.until("password")
    person._password()
    one.child.expect("kernel " + KEYS)
    one.takes_keys()
    one.child.send("q\r")
    assert one.finish() == 6, one.log


@pytest.mark.parametrize("size", SIZES)
def test_looking(shot, mac, size):
    """Everything that only looks, in recovery, before anything was done."""
    for words, code in LOOKING.items():
        shot(mac, "look-" + words.replace(" ", "-"), *words.split(), size=size, code=code)
    shot(None, "rehearse-list", "rehearse", "--list", size=size)


@pytest.mark.parametrize("size", SIZES)
def test_stopped_and_gone_on_with(shot, build, models, size):
    """A run that was stopped, gone on with, told of, taken back; and one that a revert takes the place of."""
    mac, other = (build(like=models("stopped", stop_after_sip)) for _ in range(2))
    given = {"size": size, "password": mac.group()["owners"][0]["password"]}
    yes = ("--yes", "--user", "mykola", "--password-fd", 9)
    shot(mac, "stopped-status", "status", size=size)
    shot(mac, "resume", "resume", *yes, **given)
    shot(mac, "log", "log", size=size)
    shot(mac, "report", "report", size=size)
    shot(mac, "rollback", "rollback", *yes, **given)
    shot(other, "revert", "revert", *yes, **given)


@pytest.mark.parametrize("size", SIZES)
def test_in_macos(shot, build, size):
    """The way from the kit to what recovery finds."""
    mac = build("m2pro-14.0", "macos", kit="good", staged=None)
    for words, code in IN_MACOS.items():
        shot(mac, "macos-" + words.replace(" ", "-").replace("--", "-"), *words.split(), size=size, code=code)
