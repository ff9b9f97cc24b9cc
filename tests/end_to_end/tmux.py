"""The program in a real terminal multiplexer, to see that pyte draws what it draws. It must not judge exit codes."""

import shlex
import subprocess
import uuid

import driver
import screens

from support.patience import seconds, wait_for


class Tmux:
    """A window of 80 columns and 24 rows in which the program runs; ended with `close`."""

    def __init__(self, mac, *arguments):
        self.server = ["tmux", "-L", "vmq-" + uuid.uuid4().hex[:12], "-f", "/dev/null"]
        command = driver.as_root(driver.command_line(mac, arguments, screens.program_of(mac)))
        words = [f"{name}={value}" for name, value in driver.ENVIRONMENT.items()]
        self._run("new-session", "-d", "-x", "80", "-y", "24", shlex.join(["env", "-i", "TERM=screen", *words, *command]))

    def _run(self, *words, check=True):
        return subprocess.run([*self.server, *words], env={**driver.ENVIRONMENT, "TERM": "xterm"}, capture_output=True,
                              timeout=seconds(20), check=check).stdout.decode()

    def shows(self, words):
        """Wait for words at the end of the screen; all of it."""
        return wait_for(lambda: (text := self._run("capture-pane", "-p")).rstrip().endswith(words) and text)

    def types(self, text):
        """Type text and Enter."""
        self._run("send-keys", "-l", text)
        self._run("send-keys", "Enter")

    def close(self):
        """End it, and what runs in it."""
        self._run("kill-server", check=False)
