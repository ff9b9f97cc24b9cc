"""A tool on a terminal whose every question is answered rightly, for the tests of the fakes. It must not judge."""

import pexpect

from support.patience import seconds

from . import calls

CSRUTIL, KMUTIL = "usr/bin/csrutil", "usr/bin/kmutil"
FIELDS = ("mode", "coih", "sip0", "sip1", "sip2", "sip3", "smb2", "smb3", "smb4", "auxp", "auxi", "auxr")
QUESTIONS = (pexpect.EOF, r"\[y/n\]: $|\(enter y or n\) ?$", r"(?i)(?:password|passphrase)[^\n]*: *$",
             r"(?i)user[^\n]*: ?$", r"Pick a macOS installation[^\n]*: $")


def talk(mac, path, *arguments):
    """Run a tool on a terminal of its own."""
    child = pexpect.spawn(str(mac.root / path), list(arguments), env=calls.ENVIRONMENT, encoding="utf-8", timeout=seconds(10))
    child.delaybeforesend = None
    return child


def answers(child, mac, *, name=None, password=None, yes="y", pick="1"):
    """Answer to the end; exit status and everything that was said, with plain line ends."""
    owner, said = mac.group()["owners"][0], ""
    while True:
        kind = child.expect(list(QUESTIONS))
        said += child.before + (child.after if kind else "")
        if kind == 0:
            child.close()
            return child.exitstatus, said.replace("\r\n", "\n")
        if kind == 2:
            child.waitnoecho(timeout=seconds(5))
        child.sendline((yes, password or owner["password"], name or owner["name"], pick)[kind - 1])


def configure(mac, volume="/Volumes/Macintosh HD", **more):
    """kmutil configure-boot with the staged collection, all questions answered."""
    path = "/" + str(mac.collection_path().relative_to(mac.root))
    return answers(talk(mac, KMUTIL, "configure-boot", "-v", volume, "-c", path), mac, **more)
