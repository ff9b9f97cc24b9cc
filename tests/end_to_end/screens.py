"""The program on a real screen: tmux holds it, its text is compared with a kept one. It must not judge exit codes.

VMQ_UPDATE_SCREENS=1 writes the kept screens anew; read them before they are committed.
"""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import time
import uuid

import driver

KEPT = pathlib.Path(__file__).parent / "screens"

# What differs from run to run, replaced letter by letter so that line ends stay where they are.
VARYING = [(re.compile(r"\b[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\b"), "U"),
           (re.compile(r"\b[0-9a-f]{16}(?=…)"), "h"),
           (re.compile(r"\d+(?:\.\d)? (?:GiB|MiB|KiB)"), "n"), (re.compile(r"/tmp/[^ ]+"), "t")]


def steady(text):
    """The text without what differs from run to run, and without blanks at the ends of lines."""
    for pattern, letter in VARYING:
        text = pattern.sub(lambda match, letter=letter: re.sub(r"[^-\s]", letter, match.group()), text)
    return "\n".join(line.rstrip() for line in text.rstrip().split("\n")) + "\n"


class Screen:
    """A terminal of that size in which the program runs; closed with `close`."""

    def __init__(self, mac, *arguments, folder, size=(80, 24), environment=None, password=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.size = size
        self.server = ["tmux", "-L", "vmq-" + uuid.uuid4().hex[:12], "-f", "/dev/null"]
        told = {**driver.ENVIRONMENT, **(environment or {})}
        # It prints its own path: from the Mac's Data volume that is the same everywhere.
        program = mac.data() / "vmq-recovery"
        shutil.copy(driver.PROGRAM, program)
        command = driver.as_root([str(program), *driver.command_line(mac, arguments)[1:]])
        words = shlex.join(["env", "-i", "TERM=screen", *[f"{name}={value}" for name, value in told.items()], *command])
        if password is not None:
            (self.folder / "password").write_text(password + "\n", encoding="utf-8")
            words += f" 9<{shlex.quote(str(self.folder / 'password'))}"
        script = f"{words}; echo $? > {shlex.quote(str(self.folder / 'code'))}; sleep 60"
        self._tmux("new-session", "-d", "-x", str(size[0]), "-y", str(size[1]), "sh", "-c", script)

    def _tmux(self, *words):
        done = subprocess.run([*self.server, *words], env={**driver.ENVIRONMENT, "TERM": "xterm"}, capture_output=True,
                              timeout=20, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def text(self):
        """What stands on the screen."""
        return self._tmux("capture-pane", "-p")

    def history(self):
        """Everything that has stood on it, wrapped lines joined."""
        return self._tmux("capture-pane", "-p", "-J", "-S", "-5000")

    def shows(self, words, seconds=20):
        """Wait for words at the end of what is on the screen, or anywhere on it when they are a list."""
        until = time.monotonic() + seconds
        while True:
            text = self.text().rstrip()
            if all(one in text for one in words) if isinstance(words, list) else text.endswith(words):
                return text
            assert time.monotonic() < until, f"{words!r} never came:\n{text}"
            time.sleep(0.05)

    def types(self, text="", key="Enter"):
        """Type text and a key."""
        if text:
            self._tmux("send-keys", "-l", text)
        if key:
            time.sleep(0.15)
            self._tmux("send-keys", key)

    def resize(self, columns, rows):
        """Another size of the window."""
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def ended(self):
        """Wait for the end of the program; its exit status."""
        until = time.monotonic() + 30
        while not (self.folder / "code").exists() or not (self.folder / "code").read_text().strip():
            assert time.monotonic() < until, self.text()
            time.sleep(0.05)
        time.sleep(0.1)
        return int((self.folder / "code").read_text())

    def like(self, name):
        """Hold the screen against the kept one."""
        path = KEPT / f"{name}-{self.size[0]}x{self.size[1]}.txt"
        text = steady(self.text())
        if os.environ.get("VMQ_UPDATE_SCREENS"):
            KEPT.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text("utf-8"), f"{path.name} differs:\n{text}"

    def close(self):
        """End the terminal, and what runs in it."""
        subprocess.run([*self.server, "kill-server"], capture_output=True, check=False, timeout=20)
