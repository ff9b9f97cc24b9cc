"""A person who goes through `step`: types the keys of a list at its prompts and answers the tools' questions between."""

import pexpect
from person import NAME, PASSWORD, USER, YES_NO, Person

KEYS = r"([\w-]+) \[y/n/c/w/p/d/u/l/q/\?\]> "
KINDS = ("end", "key", "name", "yes-no", "password", "user")


class Walker(Person):
    """`keys` are typed in turn, one at each prompt of step; at the end of the list it stops there."""

    def __init__(self, session, mac, keys, **more):
        super().__init__(session, mac, **more)
        self.keys = list(keys)
        self.steps = []

    def step(self):
        """Wait for one question, answer it; its kind."""
        kind = KINDS[self.child.expect([pexpect.EOF, KEYS, NAME, YES_NO, PASSWORD, USER])]
        if kind == "end":
            return kind
        self.seen.append(kind)
        if kind == "key":
            self.steps.append(self.child.match.group(1))
            if not self.keys:
                return "asked"
            self._type(self.keys.pop(0))
        elif kind == "password":
            self._password()
        else:
            self._type({"name": self.volume, "yes-no": "y", "user": self.name}[kind])
        return kind

    def walk(self):
        """Go on until the keys are used up and a prompt of step stands there, or to the end; its kind."""
        while True:
            kind = self.step()
            if kind in ("asked", "end"):
                return kind

    def finish(self):
        """Walk to the end; the exit status."""
        assert self.walk() == "end", self.session.log
        self.child.close()
        return int((self.session.folder / "code").read_text())


class Owner:
    """The made-up owner of a rehearsal, in the place of a recorded Mac."""

    def __init__(self, name="ada", password="rehearsal"):
        self.told = {"name": "Macintosh HD", "owners": [{"name": name, "password": password}]}

    def group(self):
        """As a recorded Mac tells its volume group."""
        return self.told
