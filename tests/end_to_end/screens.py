"""The program on a screen: pyte renders what it writes, and the text is compared with a kept one. It must not judge exit codes.

VMQ_UPDATE_SCREENS=1 writes the kept screens anew; read them before they are committed.
"""

import os
import pathlib
import re
import time
import unicodedata

import driver
import pexpect
import pyte

from support.patience import LOOK, seconds

KEPT = pathlib.Path(__file__).parent / "screens"

# What differs from run to run, replaced letter by letter so that line ends stay where they are.
VARYING = [(re.compile(r"\b[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\b"), "U"),
           (re.compile(r"\b[0-9a-f]{16}(?=…)"), "h"), (re.compile(r"\b[0-9a-f]{64}\b"), "h"),
           (re.compile(r"\d+(?:\.\d)? (?:GiB|MiB|KiB)"), "n"), (re.compile(r"/tmp/[^ ]+"), "t"),
           (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?Z?"), "d")]
# The same where its length differs, too, and a line ends soon behind it.
LOOSE = [(re.compile(r"took\s+(?:under\s+)?[\d.]+ s"), "took n s"), (re.compile(r"^( *)[\d.]+ s\)"), r"\1n s)"),
         (re.compile(r"process \d+"), "process n"),
         (re.compile(r"\d+ s after the first"), "n s after the first")]
SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def steady(text):
    """The text without what differs from run to run, and without blanks at the ends of lines; accents in one form."""
    for pattern, letter in VARYING:
        text = pattern.sub(lambda match, letter=letter: re.sub(r"[^-\s]", letter, match.group()), text)
    for pattern, words in LOOSE:
        text = pattern.sub(words, text)
    return unicodedata.normalize("NFC", "\n".join(line.rstrip() for line in text.rstrip().split("\n")) + "\n")


def hold_against_kept(text, name, size):
    """Compare what a screen shows with the kept text."""
    path = KEPT / f"{name}-{size[0]}x{size[1]}.txt"
    if os.environ.get("VMQ_UPDATE_SCREENS"):
        path.write_text(steady(text), encoding="utf-8")
    assert steady(text) == steady(path.read_text("utf-8")), f"{path.name} differs:\n{text}"


def program_of(mac):
    """A copy of the program that prints the same path of its own everywhere: on the Mac's Data volume, or without one from here."""
    return driver.copied(mac.data()) if mac else os.path.relpath(driver.PROGRAM)


class Screen(driver.Session):
    """The program on a terminal of that size (columns, rows)."""

    def __init__(self, mac, *arguments, folder, size=(80, 24), password=None, program=None):
        self.size, self.before = size, None
        self.screen = pyte.Screen(*size)
        self.stream = pyte.Stream(self.screen)
        file = None
        if password is not None:
            file = pathlib.Path(folder).with_suffix(".password")
            file.write_text(password + "\n", encoding="utf-8")
        super().__init__(mac, *arguments, folder=folder, size=(size[1], size[0]), term="screen", password_file=file,
                         program=program or program_of(mac))

    def write(self, text):
        """pexpect hands over what it reads."""
        super().write(text)
        self.stream.feed(text)

    def text(self, lines=None):
        """What stands on the screen, or on its first lines."""
        return "\n".join(line.rstrip() for line in self.screen.display[:lines])

    def history(self):
        """Everything that was ever written, on one line."""
        return " ".join(SEQUENCE.sub("", self.log).split())

    def shows(self, words):
        """Wait for words at the cursor, on a screen other than the one at which something was typed."""
        until = time.monotonic() + seconds(20)
        while not self.text(self.screen.cursor.y + 1).rstrip().endswith(words) or self.text() == self.before:
            assert time.monotonic() < until, f"{words!r} never came:\n{self.text()}"
            try:
                self.child.read_nonblocking(4096, timeout=LOOK)
            except pexpect.TIMEOUT:
                continue

    def types(self, text):
        """Type text and Enter."""
        self.before = self.text()
        self.child.send(text + "\r")

    def resize(self, columns, rows):
        """Another size of the window."""
        self.screen.resize(rows, columns)
        self.child.setwinsize(rows, columns)

    def like(self, name):
        """Hold the screen against the kept one."""
        hold_against_kept(self.text(), name, self.size)
