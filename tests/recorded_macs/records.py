"""A Mac's record (format 1) read for the tests, from the description of the format alone. It must not start anything."""

import hashlib
import re

ESCAPE = re.compile(rb"\\(\\|x[0-9A-F]{2})")
HEADER = ("program", "date", "environment", "user", "names")


def _plain(written):
    """The bytes that a line's text stands for."""
    return ESCAPE.sub(lambda found: b"\\" if found[1] == b"\\" else bytes([int(found[1][1:], 16)]), written)


def _words(written):
    return [("" if word == b"\\e" else _plain(word).decode("utf-8", "surrogateescape")) for word in written.split(b" ")]


def _take_output(command, kind, rest):
    stream = "stdout" if kind.startswith(b"out") else "stderr"
    command[stream] += _plain(rest) + (b"" if kind.endswith(b"-") else b"\n")


def _take(told, kind, rest):
    if kind == b"run":
        told["commands"].append({"argv": _words(rest), "stdout": b"", "stderr": b"", "exit": None})
    elif kind == b"fact":
        told["facts"].append(_words(rest))
    elif kind == b"about":
        told["about"].append(_plain(rest).decode())
    elif kind.rstrip(b"-") in (b"out", b"err"):
        _take_output(told["commands"][-1], kind, rest)
    elif kind == b"exit":
        told["commands"][-1]["exit"] = int(rest)
    elif kind not in (b"signal", b"timeout", b"missing", b"cut"):
        raise ValueError(f"no such line: {kind!r}")


def read(text):
    """What a record says: its header's fields, about, commands (argv, exit, stdout, stderr as bytes) and facts."""
    body, _, last = text.encode().rstrip(b"\n").rpartition(b"\n")
    body += b"\n"
    lines = body.splitlines()
    if last.split() != [b"end", b"%d" % len(lines), hashlib.sha256(body).hexdigest().encode()]:
        raise ValueError("the last line does not fit")
    if lines[0] != b"mac-record 1":
        raise ValueError("not a record of format 1")
    told = {"about": [], "commands": [], "facts": []}
    for name, line in zip(HEADER, lines[1:6], strict=True):
        told[name] = line.decode().removeprefix(name + " ")
    for line in lines[6:]:
        kind, _, rest = line.partition(b" ")
        _take(told, kind, rest)
    return told
