"""report: one page of a run, valid HTML or text, whatever stands in it; it changes nothing and names nobody when asked."""

import html.parser
import json
import os
import re
import shutil
import subprocess

import driver
import pytest
from claims import changed_record
from helpers import HOSTILE, OLDER_JOURNAL, UNPRINTABLE

from support.patience import seconds

TAGS = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "table", "thead", "tbody", "tr", "th", "td", "p", "pre"}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
EVIL = "</pre><script>alert('1')</script>&amp;<img src=x onerror=\"x\">\x1b]0;evil\x07no\u202e\u009b\ufdd0\n"


class _Page(html.parser.HTMLParser):
    """What a page holds: its tags with their attributes, and its text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.text = set(), set(), ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Note a tag."""
        self.tags.add(tag)
        self.attributes |= {(tag, name) for name, _ in attrs}

    def handle_data(self, data):
        """Note text."""
        self.text += data + " "


def checked(page):
    """A page that a validator takes without a word, made of our own tags, which loads nothing; what it says."""
    seen = subprocess.run(["tidy", "-quiet", "-errors", "-utf8"], input=page.encode(), capture_output=True, check=False)
    assert (seen.returncode, seen.stdout + seen.stderr) == (0, b""), seen.stderr.decode()
    parsed = _Page(page)
    assert parsed.tags == TAGS & parsed.tags, parsed.tags - TAGS
    assert {name for _, name in parsed.attributes} <= {"lang", "charset", "name", "http-equiv", "content", "scope", "class"}
    assert not UNPRINTABLE.search(page) and "url(" not in page and "@import" not in page
    return " ".join(parsed.text.split())


def reported(mac, *words, code=0):
    """The page, and its text."""
    seen = driver.run(mac, "report", *words)
    assert (seen.code, seen.err) == (code, ""), seen.text
    return checked(seen.out)


def test_a_page_of_a_run(applied_mac):
    """Everything is on it: before and now, commands, the tool's words, what was read back, the next line. Nothing is changed."""
    mac = applied_mac
    before = (mac.root / "recorded-mac.json").read_bytes()
    told = reported(mac)
    for words in ("security Full Permissive", "boot-args (empty)", "/usr/bin/csrutil disable", "Allow booting unsigned operating systems",
                  "Done, read back (exit status 0)", "SIP: on before, then off (7f)", "It continues in macOS. There, type:",
                  mac.group()["uuid"], mac.policy()["coih"][:12]):
        assert words in told, words
    text = driver.run(mac, "report", "--text").out
    for line in text.splitlines():
        assert len(line) <= 80 or line.startswith("    "), line
    assert [word for word in text.split() if word != "|" and word.removesuffix(":") not in told] == []
    assert mac.acts() == [] and (mac.root / "recorded-mac.json").read_bytes() == before


def test_into_a_file(applied_mac, tmp_path):
    """HTML, or text where its name says so; one that is there stays as it is; what cannot be written is said."""
    page, text = tmp_path / "run.html", tmp_path / "run.txt"
    assert "Read it before you send it" in driver.run(applied_mac, "report", "--output", page).out
    assert "custom" in checked(page.read_text())
    assert driver.run(applied_mac, "report", "1", "--output", text).code == 0
    assert text.read_text().lstrip().startswith("vmq-recovery: run 1, apply")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for taken in (text, tmp_path / "link", tmp_path / "no" / "folder"):
        seen = driver.run(applied_mac, "report", "--output", taken)
        assert seen.code == 2 and str(taken) in seen.err, seen.text
    assert text.read_text().lstrip().startswith("vmq-recovery") and not (tmp_path / "nowhere").exists()


def test_on_a_terminal(applied_mac, session):
    """Text, by pages."""
    one = session(applied_mac, "report", size=(24, 80))
    one.child.expect("Before and after")
    one.child.expect("%")
    one.child.send("q")
    assert one.finish() == 0
    assert "<" + "p>" not in one.log


def test_hostile_words(build):
    """A volume's name and a tool's words are text and no more, in both forms."""
    mac = build(name=HOSTILE + "<b>&\"'")
    mac.fault("csrutil", "fail", match=["disable"], text=EVIL, times=None)
    assert driver.unattended(mac, "apply").code == 1
    told = reported(mac)
    assert "alert('1')" in told and "<b>&\"'" in told and "To try again, after the fix above, type:" in told
    assert not UNPRINTABLE.search(driver.run(mac, "report", "--text").out)


def test_a_run_that_failed_and_one_before(applied_mac):
    """The newest says that it was undone; an older one says that it is not the newest, and what its records tell."""
    mac = applied_mac
    assert driver.unattended(mac, "rollback").code == 0
    told = reported(mac)
    assert "undone: the Mac was read back as it was" in told and "Way back of step kernel" in told
    assert "Boot policy and boot-args: no difference from before this run." in told
    mac.fault("csrutil", "fail", match=["disable"], times=None)
    assert driver.unattended(mac, "apply").code == 1
    assert "csrutil" in reported(mac, "2") and "This is not the newest run" in reported(mac, "1")


def test_what_1_0_0_left(applied_mac):
    """An older program's journal is told; one of a format to come, and a spoiled one, are named."""
    [journal] = sorted(applied_mac.folder.rglob("0001.journal"))
    journal.write_bytes(OLDER_JOURNAL.read_bytes())
    told = reported(applied_mac)
    assert "It continues in macOS" in told and "boot-args (empty)" in told and "took 1 s" in told
    first, *rest = OLDER_JOURNAL.read_bytes().splitlines(keepends=True)
    for spoiled, words in ((changed_record(first, format=99) + b"".join(rest), "format 99"), (first + b"x\n" + rest[0], "0001.journal")):
        journal.write_bytes(spoiled)
        seen = driver.run(applied_mac, "report")
        assert (seen.code, seen.out) == (3, "") and words in seen.err, seen.text


def test_no_run(mac, tmp_path):
    """No journal, a run that is not there, a file without a record, no number, no --json: each is said, and no page is begun."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "0001.journal").touch()
    place = ["--journal", tmp_path / "empty"]
    for words, code, said in (([], 0, "There is no run in"), (["7"], 3, "0007.journal"), (["1", *place], 0, "before its first record"),
                              (place, 0, "There is no run in"), (["x"], 2, "the number of a run"), (["--json"], 2, "log --json")):
        seen = driver.run(mac, "report", *words) if "--json" not in words else driver.finish(driver.start(mac, "report", "--json"))
        assert (seen.code, said in seen.err) == (code, True), seen.text
        assert "--json" in words or seen.out == ""
    seen = driver.run(mac, "log", "1", *place)
    assert seen.code == 0 and "before its first record" in seen.text


@pytest.mark.parametrize("form", [[], ["--text"]])
def test_anonymous(build, form):
    """No name of a volume or an owner, no UUID, no hash; the same name is always the same stand-in, and Apple's names stay."""
    mac = build(name="Zebra")
    assert driver.unattended(mac, "apply").code == 0
    whole = driver.run(mac, "report", *form).out
    coih, group, owner = mac.policy()["coih"], mac.group()["uuid"], mac.group()["owners"][0]["name"]
    told = driver.run(mac, "report", "--anonymous", *form).out
    for word in ("Zebra", group, coih[:12], owner):
        assert word in whole and word.lower() not in told.lower().replace(str(mac.root).lower(), ""), word
    assert "Volume 1, build" in told and re.search(r"(user|Username): ?owner\d", told) and "/Volumes/Volume 1" in told


@pytest.mark.skipif(not (os.environ.get("DEEP") and CHROMIUM), reason="needs Chromium, and make check-deep")
def test_in_a_browser(applied_mac, tmp_path):
    """Chromium opens it, light and dark: a picture that is not of one colour, and no message about the page."""
    page = tmp_path / "run.html"
    assert driver.run(applied_mac, "report", "--output", page).code == 0
    for more in ([], ["--force-dark-mode", "--enable-features=WebContentsForceDark"]):
        picture = tmp_path / f"run{len(more)}.png"
        seen = subprocess.run([CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=900,1400", "--enable-logging=stderr",
                               f"--user-data-dir={tmp_path / 'profile'}", f"--screenshot={picture}", *more, page.as_uri()],
                              capture_output=True, text=True, timeout=seconds(120), check=True)
        assert "CONSOLE" not in seen.stderr, seen.stderr
        assert picture.stat().st_size > 20000


def rewritten(mac, change):
    """The journal's lines, each with the fields that `change` gives it and the right checksum."""
    path = mac.journal() / "0001.journal"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(changed_record(line, **change(json.loads(line.split(b" ", 3)[3]))) for line in lines))


@pytest.mark.parametrize("odd", [7, "\x1b[2Jzz", [], {"a": {"b": 1}}])
def test_a_state_that_is_none(applied_mac, odd):
    """A journal with right checksums holds anything where a state was: told or left out, and nothing is done."""
    for field in ("sip", "mode", "coih", "kexts", "value", None):
        def change(record, field=field):
            return {name: {**record[name], field: odd} if field else odd for name in ("before", "seen") if name in record}
        rewritten(applied_mac, change)
        for words in (["report", "--text", "--anonymous"], ["log"]):
            seen = driver.run(applied_mac, *words)
            assert seen.code == 0 and not UNPRINTABLE.search(seen.text), (field, words, seen.text)
    assert applied_mac.acts() == []


@pytest.mark.parametrize("command", ["log", "report", "rollback"])
def test_a_number_that_no_run_has(applied_mac, command):
    """Exit 2 for what is no number of a run, 3 where there is no such run; nothing is done."""
    for word in ("0", "-1", "10000", "9" * 400, "1.0", "0x1", "1e0", "1 ", "\x1b[2J", "../1", "nan", "0001.journal"):
        seen = driver.run(applied_mac, command, "--", word)
        assert seen.code == 2 and f"{command} takes the number of a run, 1 to 9999, not" in seen.text, (word, seen.text)
        assert not UNPRINTABLE.search(seen.text)
    assert driver.unattended(applied_mac, command, "9999").code == 3
    assert applied_mac.acts() == []


def test_behind_the_last_run(applied_mac):
    """A folder with run 9999 takes no further run: said, with what helps, and nothing is done."""
    mac = applied_mac
    assert driver.unattended(mac, "rollback").code == 0
    mac.forget()
    shutil.copy(mac.journal() / "0001.journal", mac.journal() / "9999.journal")
    seen = driver.unattended(mac, "apply")
    told = " ".join(seen.text.split())
    assert seen.code == 3 and "holds run 9999, and no further one fits there: move its files away" in told, seen.text
    assert mac.acts() == []


def test_a_way_back_that_would_not_work(applied_mac):
    """A dry run of the rollback says of which step, and why; nothing is done."""
    rewritten(applied_mac, lambda record: {"before": {"value": 7}} if "value" in record.get("before", {}) else {})
    seen = driver.run(applied_mac, "rollback", "-n")
    told = " ".join(seen.text.split())
    assert seen.code == 5 and "Dry run: nothing was started and nothing was changed." in told, seen.text
    assert "Going back would not work for every step: Step boot-args, way back: " in told and applied_mac.acts() == [], seen.text


def test_no_room_for_the_page(applied_mac):
    """What could not be written whole is said; whoever reads no further is left alone."""
    for words in (["report"], ["report", "--text"]):
        with open("/dev/full", "wb") as full:
            seen = driver.finish(driver.start(applied_mac, *words, stdout=full))
        assert seen.code == 3 and "what it says is not whole: " in seen.err and "No space left on device" in seen.err, seen.err
        read, write = os.pipe()
        os.close(read)
        seen = driver.finish(driver.start(applied_mac, *words, stdout=write))
        os.close(write)
        assert seen.code == 0 and "not whole" not in seen.err, seen.err
