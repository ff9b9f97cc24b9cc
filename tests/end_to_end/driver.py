"""Starts the program in front of a recorded Mac, with or without a person. It must not judge what comes out."""

import json
import os
import pathlib
import signal
import subprocess

import pexpect
import pytest
import schema

from support import place, processes
from support import program as tested
from support.patience import seconds, wait_for

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM, program_file, copied = tested.PROGRAM, tested.file, tested.copied

# An ordinary user.
NOBODY = 65534
needs_root = pytest.mark.skipif(os.getuid() != 0, reason="needs root to stop being it")

# A rehearsal's tools are links to the program, which the system cannot start without its emulator; our own loader can.
needs_own_tools = pytest.mark.skipif(tested.EMULATED and not tested.LOADED, reason="an emulator cannot play a rehearsal's tools")

# What a child of the program must not see.
MARK = "environment-of-the-caller"
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/root", "LANG": "C.UTF-8", "VMQ_MARK": MARK, "DYLD_X": MARK,
               "LD_LIBRARY_PATH": "", "SECRET_OF_THE_CALLER": MARK, "TMPDIR": os.environ["TMPDIR"]}


class Result:
    """What one run of the program left."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def text(self):
        """Everything that was said, wherever."""
        return self.out + self.err

    @property
    def events(self):
        """Standard output as one JSON object a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    def of(self, kind, **wanted):
        """Events of one type whose fields have the given values."""
        return [one for one in self.events
                if one["type"] == kind and all(one.get(name) == value for name, value in wanted.items())]


def as_root(command):
    """Under --root the program still asks to be root; an ordinary user becomes it in a name space of his own."""
    return command if os.getuid() == 0 else ["unshare", "--map-root-user", *command]


def command_line(mac, arguments, program=PROGRAM):
    """The program's whole command line."""
    root = ["--root", str(mac.root)] if mac else []
    return [str(program), *root, *map(str, arguments)]


def as_nobody(folder):
    """A folder below this one that an ordinary user can write in, and what `start` is given to run a copy of the program as him."""
    scratch = folder / "scratch"
    scratch.mkdir()
    scratch.chmod(0o777)
    return scratch, {"environment": {"TMPDIR": str(scratch)}, "user": NOBODY, "program": copied(folder)}


def _become(user):
    def change():
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    return change


def start(mac, *arguments, stdin=None, stdout=subprocess.PIPE, password=None, environment=None, user=None,
          program=PROGRAM, **more):
    """Start without a terminal, in a session of its own; returns the process."""
    pass_fds = []
    if password is not None:
        read, write = os.pipe()
        os.write(write, password.encode() + b"\n")
        os.close(write)
        os.set_inheritable(read, True)
        pass_fds = [read]
        arguments = [*arguments, "--password-fd", read]
    command = command_line(mac, arguments, program)
    process = subprocess.Popen(
        command if user is not None else as_root(command), env={**ENVIRONMENT, "TERM": "dumb", **(environment or {})},
        stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL, stdout=stdout,
        stderr=subprocess.PIPE, pass_fds=pass_fds, start_new_session=True,
        preexec_fn=_become(user) if user is not None else None, **more)
    for one in pass_fds:
        os.close(one)
    return process


def finish(process, stdin=None, timeout=45):
    """Wait for a started program, that many seconds times VMQ_PATIENCE."""
    try:
        out, err = process.communicate(stdin.encode() if stdin is not None else None, timeout=seconds(timeout))
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"no end after {seconds(timeout):g} s\n{out.decode()}\n{err.decode()}") from None
    result = Result(process.returncode, (out or b"").decode("utf-8", "replace"), err.decode("utf-8", "replace"))
    if "--json" in process.args:
        schema.check(PROGRAM, result.out)
    return result


def end_hanging(mac):
    """End the tools that were told to hang, once nobody waits for them any more."""
    hanging = {one["id"] for one in mac.records("hanging")}
    for pid in {one["pid"] for one in mac.records("start") if one["id"] in hanging}:
        if any(pid == one for one, _ in processes.naming(mac.folder)):
            os.kill(pid, signal.SIGKILL)
            wait_for(lambda pid=pid: processes.has_ended(pid))


def end_tools(mac):
    """At the end of a test: what was told to stand still goes on to its end, what was told to hang is ended."""
    mac.release()
    end_hanging(mac)
    if mac.records("orphan"):
        place.still_working(mac.folder)


def run(mac, *arguments, stdin=None, timeout=45, **more):
    """Run the program without a terminal."""
    return finish(start(mac, *arguments, stdin=stdin, **more), stdin, timeout)


def rehearse(scratch, *words, **more):
    """Rehearse with scratch folders in a place of the test's own."""
    return run(None, "rehearse", *words, environment={"TMPDIR": str(scratch)}, **more)


def unattended(mac, *arguments, owner=0, password=None, **more):
    """Run with --yes and an owner's credentials."""
    told = mac.group()["owners"][owner]
    return run(mac, *arguments, "--yes", "--user", told["name"], password=password or told["password"], **more)


def start_unattended(mac, *arguments):
    """Start with --yes and the first owner's credentials."""
    told = mac.group()["owners"][0]
    return start(mac, *arguments, "--yes", "--user", told["name"], password=told["password"])


SESSION = """
folder=$1; shift
stty -a > "$folder/before"
trap : INT
if [ -n "$REDIRECT" ]; then exec 9<"$REDIRECT"; fi
unset REDIRECT
"$@"
echo $? > "$folder/code"
stty -a > "$folder/after"
"""


class Session:
    """The program on a terminal, started from a shell that looks at the terminal before and after.

    `password_file` is opened as descriptor 9, for --password-fd.
    """

    def __init__(self, mac, *arguments, folder, size=(24, 80), term="xterm", password_file=None,
                 program=PROGRAM):
        self.mac, self.folder = mac, pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        command = ["/bin/sh", "-c", SESSION, "sh", str(self.folder), *command_line(mac, arguments, program)]
        command = as_root(command)
        environment = {**ENVIRONMENT, "TERM": term, "REDIRECT": str(password_file or "")}
        self.child = pexpect.spawn(command[0], command[1:], env=environment, dimensions=size,
                                   encoding="utf-8", codec_errors="replace", timeout=seconds(20))
        self.child.delaybeforesend = None
        self.log = ""
        self.child.logfile_read = self

    def write(self, text):
        """pexpect hands over what it reads."""
        self.log += text

    def flush(self):
        """Nothing is buffered."""

    def program(self):
        """Process id of the program itself, the shell's child."""
        return processes.children(self.child.pid)[-1]

    def takes_keys(self):
        """Wait until the program reads single keys: it prints its prompt a moment before the terminal gives them."""
        assert self.child.waitnoecho(timeout=seconds(10))

    def sees_question(self):
        """Wait until the program takes an unfinished line for a question: it has slept and looked again."""
        before = processes.sleeps(self.program())
        wait_for(lambda: processes.sleeps(self.program()) >= before + 3)

    def types_alone(self, key):
        """Type a key and wait until it is read, so that nothing comes with it; where single keys are read."""
        before = processes.bytes_read(self.program())
        self.child.send(key)
        wait_for(lambda: processes.bytes_read(self.program()) > before)

    def finish(self):
        """Read to the end; the exit status of the program."""
        self.child.expect(pexpect.EOF)
        self.child.close()
        return int((self.folder / "code").read_text())

    def terminal_as_before(self):
        """Are the terminal's settings those found at the start?"""
        return (self.folder / "before").read_text() == (self.folder / "after").read_text()
