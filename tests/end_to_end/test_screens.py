"""What stands on the screen, at three sizes, as kept text: steps, keys, Apple's prompts, and last the next command."""

import driver
import pytest
import screens
from tmux import Tmux

SIZES = [(80, 24), (40, 10), (200, 50)]
KEYS = "[y/n/c/w/p/d/u/l/q/?]>"
PASSWORD = " pass word with blanks "


@pytest.fixture(name="screen")
def _screen(tmp_path):
    """Opens screens; ends what runs on them."""
    opened = []

    def screen(mac, *arguments, **more):
        one = screens.Screen(mac, *arguments, folder=tmp_path / f"screen{len(opened)}", **more)
        opened.append(one)
        return one

    yield screen
    for one in opened:
        one.child.close(force=True)


def begins(one, name):
    """Say yes at the first screen of step, and wait for its first step."""
    one.shows("name>")
    one.types(name)
    stands_at(one, "copy")


def answers(one, prompt, kept, typed):
    """At that prompt the screen is like the kept one; then this is typed."""
    one.shows(prompt)
    one.like(kept)
    one.types(typed)


def stands_at(one, step):
    """Wait for the prompt of a step, and until it takes keys."""
    one.shows(f"{step} {KEYS}")
    one.takes_keys()


@pytest.mark.parametrize("size", SIZES)
def test_step(screen, mac, size):
    """The introduction, each looking key, a step done, taken back, and the stop with what to type next."""
    one = screen(mac, "step", size=size)
    one.shows("name>")
    one.like("step-name")
    begins(one, "Macintosh HD")
    one.like("step-first")
    one.types("y")
    stands_at(one, "sip")
    one.like("step-introduction")
    for key, name in (("w", "why"), ("p", "command"), ("d", "difference"), ("?", "help"), ("x", "unknown"),
                      ("n", "refused")):
        one.types(key)
        stands_at(one, "sip")
        one.like(f"step-{name}")
    one.types("y")
    one.shows("[y/n]:")
    one.like("step-tool-asks")
    one.types("y")
    one.shows("user:")
    one.types("mykola")
    one.shows("Password       :")
    one.types(PASSWORD)
    stands_at(one, "kernel")
    one.like("step-next")
    assert "pass word" not in one.history()
    one.types("q")
    assert one.finish() == 6
    one.like("step-stopped")
    text = " ".join(one.text().split())
    assert "resume" in text and "rollback" in text


@pytest.mark.parametrize("size", SIZES)
def test_console(screen, mac, size):
    """A table, an error, a refusal."""
    one = screen(mac, "console", size=size)
    one.shows(">")
    one.takes_keys()
    for line in ("policy()", "nvram.get \"boot-args\"", "nothing.here", "act {}"):
        one.types(line)
        one.shows("\n>")
        one.takes_keys()
    one.like("console")


@pytest.mark.parametrize("size", SIZES)
def test_help(screen, mac, size):
    """Everything on one screen; where the window is too small for that, its first page."""
    one = screen(mac, "help", size=size)
    if size == (40, 10):
        one.shows("space: more, b: back, q: quit")
    else:
        one.finish()
    one.like("help")


@pytest.mark.parametrize("size", SIZES)
def test_the_last_screen_of_an_apply(screen, mac, size):
    """It holds the result and the next command, whole, at any size."""
    one = screen(mac, "apply", "--yes", "--user", "mykola", "--password-fd", 9, size=size,
                 password=mac.group()["owners"][0]["password"])
    assert one.finish() == 0
    one.like("apply-finished")
    assert "This part is finished and read back." in one.history()
    assert "/System/Volumes/Data/vmq-recovery apply" in one.text().replace("\n", "")


@pytest.mark.parametrize("size", SIZES)
def test_declined(screen, mac, size):
    """n at the name."""
    one = screen(mac, "apply", size=size)
    answers(one, "name>", "apply-name", "n")
    assert one.finish() == 4
    one.like("apply-declined")


@pytest.mark.parametrize("size", SIZES)
def test_wide_and_combining_names(screen, build, size):
    """A volume and an owner in Japanese, one with combining accents: every line ends before the edge."""
    owner = {"name": "ren", "password": "Tr0ub4dor", "full_name": "日本 太郎 Jose\u0301", "uuid": "X"}
    mac = build(name="マッキントッシュ ディスク", data_name="データ", owners=[owner])
    one = screen(mac, "step", size=size)
    answers(one, "name>", "wide-names-first", mac.group()["uuid"][:8])
    stands_at(one, "copy")
    one.like("wide-names")
    one.types("q")
    assert one.finish() == 4


@pytest.mark.parametrize("size", SIZES)
def test_revert(screen, applied_mac, size):
    """Its first screen, each of bputil's questions, and the end."""
    one = screen(applied_mac, "revert", size=size)
    answers(one, "name>", "revert-name", "Macintosh HD")
    answers(one, "n]:", "revert-asks", "y")
    answers(one, "user:", "revert-user", "mykola")
    answers(one, "Password       :", "revert-password", PASSWORD)
    assert one.finish() == 0
    one.like("revert-finished")


@pytest.mark.parametrize("size", SIZES)
def test_fetch(screen, build, size):
    """What is downloaded from where, the question, and the end."""
    one = screen(build("m2pro-14.0", "macos", staged=None), "kdk", "fetch", size=size)
    answers(one, "[y/n]", "kdk-fetch-question", "y")
    assert one.finish() == 0
    one.like("kdk-fetch-finished")


@pytest.mark.parametrize("size", SIZES)
def test_unstage(screen, build, models, size):
    """The files that go, the question, and what is left."""
    def prepare(mac):
        for command in ("build", "stage"):
            assert driver.run(mac, command, "-q").code == 0
    one = screen(build(like=models("staged", prepare, "m2pro-14.0", "macos", kit="good", staged=None)), "unstage", size=size)
    answers(one, "name>", "unstage-name", "Macintosh HD")
    assert one.finish() == 0
    one.like("unstage-finished")


@pytest.mark.parametrize("size", SIZES)
def test_record(screen, mac, monkeypatch, tmp_path, size):
    """What is read and written, and what to do with it."""
    monkeypatch.chdir(tmp_path)
    one = screen(mac, "record", "--output", "mac.txt", size=size)
    assert one.finish() == 0
    one.like("record")


@pytest.mark.parametrize("size", SIZES)
def test_trial(screen, mac, monkeypatch, tmp_path, size):
    """The first question, one that is left out, and the end."""
    monkeypatch.chdir(tmp_path)
    one = screen(mac, "trial", "--output", "mac.txt", size=size)
    for number in range(10):
        one.shows("[y/n]")
        if number < 2:
            one.like(f"trial-{number + 1}")
        one.types("n" if number == 1 else "y")
    assert one.finish() == 0
    one.like("trial-finished")


def test_a_window_that_changes_its_size(screen, mac):
    """Narrower and wider at a prompt of step and at a tool's: the keys still work."""
    one = screen(mac, "step")
    begins(one, "Macintosh HD")
    one.types("y")
    stands_at(one, "sip")
    one.resize(50, 12)
    one.types("w")
    stands_at(one, "sip")
    one.resize(120, 40)
    one.types("y")
    one.shows("[y/n]:")
    one.resize(60, 20)
    one.types("n")
    assert one.finish() == 1, one.log


def test_in_tmux(mac):
    """A real terminal shows what the kept screen holds."""
    one = Tmux(mac, "step")
    try:
        screens.hold_against_kept(one.shows("name>"), "step-name", (80, 24))
        one.types("Macintosh HD")
        screens.hold_against_kept(one.shows(f"copy {KEYS}"), "step-first", (80, 24))
    finally:
        one.close()
