"""A person at the terminal: reads what the program and the tools ask and types what it was told to."""

import re

import pexpect

from support.patience import seconds


def broken(words):
    """A pattern for a tool's words, wherever a narrow screen breaks them: what follows stands behind a bar."""
    return "(?:\r?\n[│|] )?".join(re.escape(letter) for letter in words)


NAME = r"volume's name> $"
YES_NO = f"{broken('[y/n]: ')}$|{broken('(enter y or n)')} ?$"
USER = r"(?i)(?:authorized user|username|user name)[^\n]*: ?$"
PASSWORD = r"(?i)(?:password|passphrase)[^\n]*: ?$"
AGAIN = r"again> $"
KINDS = ("end", "name", "yes-no", "password", "user", "again")
EOF_KEY = "\x04"


class Person:
    """Answers until the program ends. `ends_at` is (kind, n): from the n-th question of that kind on Ctrl-D is typed."""

    def __init__(self, session, mac, *, owner=0, wrong_passwords=0, ends_at=None, volume=None, answers=None):
        self.session, self.child, self.mac = session, session.child, mac
        told = mac.group()["owners"][owner]
        self.name, self.password = told["name"], told["password"]
        self.wrong, self.ends_at = wrong_passwords, ends_at
        self.volume = volume or mac.group()["name"]
        self.answers = answers or {}
        self.seen = []

    def _type(self, text):
        self.child.sendline(text)

    def _password(self):
        assert self.child.waitnoecho(timeout=seconds(10)), "the password would have been shown"
        if self.wrong:
            self.wrong -= 1
            self._type("certainly wrong")
        else:
            self._type(self.password)

    def step(self):
        """Wait for one question, answer it; its kind, or "end"."""
        kind = KINDS[self.child.expect([pexpect.EOF, NAME, YES_NO, PASSWORD, USER, AGAIN])]
        if kind == "end":
            return kind
        self.seen.append(kind)
        if self.ends_at and self.ends_at[0] == kind and self.seen.count(kind) >= self.ends_at[1]:
            self.child.send(EOF_KEY)
        elif kind in self.answers:
            self._type(self.answers[kind])
        elif kind == "password":
            self._password()
        else:
            self._type({"name": self.volume, "yes-no": "y", "user": self.name, "again": "again"}[kind])
        return kind

    def until(self, wanted, count=1):
        """Answer everything up to, not including, the answer to the count-th question of that kind."""
        while True:
            kind = KINDS[self.child.expect([pexpect.EOF, NAME, YES_NO, PASSWORD, USER, AGAIN])]
            assert kind != "end", f"no {wanted} was asked\n{self.session.log}"
            self.seen.append(kind)
            if kind == wanted and self.seen.count(kind) == count:
                return
            if kind == "password":
                self._password()
            else:
                self._type({"name": self.volume, "yes-no": "y", "user": self.name, "again": "again"}[kind])

    def answer_all(self):
        """Answer to the end; the exit status."""
        while self.step() != "end":
            pass
        self.child.close()
        return int((self.session.folder / "code").read_text())
