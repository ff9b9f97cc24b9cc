"""What every fake tool stands on: its root, its state, its screen, its questions, its faults and the call log.

It must not know any tool's wording. Children of the program get a cleaned environment, so nothing here reads it.
"""

import os
import stat
import sys
import time

from . import plain, tools
from . import state as store

# Numbers instead of the signal module: imports are most of what a call costs.
SIGINT, SIGKILL = 2, 9

# A megabyte of this is what a tool gone mad prints.
NOISE = b"\0\x01\x1b[31m\xff\xfe\x80abc (coih): {}<>:=\n\t%\xc3"


class Finished(BaseException):
    """Ends a tool with an exit status."""

    def __init__(self, status):
        super().__init__(status)
        self.status = status


def _kind(descriptor):
    """What a descriptor is, for the log: tty, null, pipe, file, closed."""
    try:
        seen = os.fstat(descriptor)
    except OSError:
        return "closed"
    if os.isatty(descriptor):
        return "tty"
    if stat.S_ISCHR(seen.st_mode) and os.path.samestat(seen, os.stat("/dev/null")):
        return "null"
    if stat.S_ISFIFO(seen.st_mode):
        return "pipe"
    return "file" if stat.S_ISREG(seen.st_mode) else "other"


def _inherited():
    """Descriptors above 2 that were open when the tool started."""
    names = []
    for name in os.listdir("/proc/self/fd"):
        try:
            if int(name) > 2:
                names.append(os.readlink(f"/proc/self/fd/{name}"))
        except OSError:
            continue
    return [name for name in names if not name.endswith("/fd")]


def _environment():
    """The environment as it was handed over; Python adds to its own at start-up."""
    with open("/proc/self/environ", encoding="utf-8", errors="replace") as file:
        return dict(one.partition("=")[::2] for one in file.read().split("\0") if one)


def _bytes(text):
    """What is printed of a text: bytes that were no UTF-8 come out as they went in."""
    return text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text


def _write(descriptor, data):
    """Write it all; a terminal that has gone (EIO) takes nothing, which a C program does not notice."""
    while data:
        try:
            data = data[os.write(descriptor, data):]
        except OSError as error:
            if error.errno != 5:
                raise
            return


def _has_pending(pid, number):
    """Is a signal on its way to that process?"""
    with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
        masks = [int(line.split()[1], 16) for line in file if line.startswith(("SigPnd", "ShdPnd"))]
    return any(mask >> (number - 1) & 1 for mask in masks)


def _has_terminal():
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


class _Change:
    """Tool.changing: the state, stored again at the end, or not where the tool lies, or by a daemon, later."""

    def __init__(self, tool):
        how = tool.fault["how"] if tool.fault else ""
        self.tool, self.lies, self.orphan = tool, how == "lie", how.startswith("orphan-")
        self.by_daemon = how == "orphan-daemon"
        self.inner = store.Changing(tool.root)

    def __enter__(self):
        if self.orphan:
            from . import orphans
            orphans.begin(self.tool)
        if self.lies or self.by_daemon:
            self.state = store.load(self.tool.root)
        else:
            self.state = self.inner.__enter__()
        self.before = plain.write(self.state)
        return self.state

    def __exit__(self, *why):
        before = plain.read(self.before)
        if self.by_daemon and why[0] is None:
            from . import orphans
            orphans.hand_over(self.tool, before, self.state)
        if self.lies or self.by_daemon:
            return
        self.inner.__exit__(*why)
        if any(before[name] != self.state[name] for name in ("groups", "nvram")):
            self.tool.log("changed", policies={one["uuid"]: one["policy"] for one in self.state["groups"]},
                          nvram=self.state["nvram"])


class Tool:
    """One running fake tool. `path` is where it was started from: <root>/usr/bin/<name> and the like (tools.PLACES).

    `patience` stretches how long it stands still at most.
    """

    def __init__(self, name, path, arguments, patience):
        self.name, self.arguments = name, arguments
        self.path = os.path.abspath(path)
        self.root = self.path.removesuffix(f"/{tools.PLACES[name]}/{name}")
        self.interactive = os.isatty(1)
        self.waiting = []          # §3.1: output is fully buffered when it is a pipe
        self.fault, self.patience = None, patience
        self.id = f"{os.getpid()}-{time.monotonic_ns()}"

    # -- the log -------------------------------------------------------------------------------------------------

    def _append(self, name, record):
        line = plain.write(record).encode() + b"\n"
        # two below the root's parent: tools may run at the same time, so one write each
        file = os.open(os.path.join(os.path.dirname(self.root), name), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, line)
        finally:
            os.close(file)

    def log(self, event, **more):
        """Add one record to calls.jsonl; never what a person typed."""
        self._append("calls.jsonl", {"event": event, "id": self.id, "tool": self.name, **more})

    def _log_start(self):
        self.log("start", argv=[self.name, *self.arguments], path=sys.argv[0], env=_environment(), uid=os.getuid(),
                 pid=os.getpid(), ppid=os.getppid(), group=os.getpgrp(), session=os.getsid(0),
                 terminal=_has_terminal(), stdin=_kind(0), stdout=_kind(1), stderr=_kind(2), inherited=_inherited(),
                 directory=os.getcwd())

    # -- the screen ----------------------------------------------------------------------------------------------

    def out(self, text):
        """Write to standard output: at once on a terminal, at the end (or every 8 KiB) elsewhere."""
        self.waiting.append(_bytes(text))
        if self.interactive or sum(map(len, self.waiting)) > 8192:
            self.flush()

    def flush(self):
        """Write what is waiting."""
        data, self.waiting = b"".join(self.waiting), []
        _write(1, data)

    def err(self, text):
        """Write to standard error, which is never buffered."""
        _write(2, _bytes(text))

    def finish(self, status=0):
        """End with that exit status."""
        raise Finished(status)

    def fail(self, text, status=1):
        """Say why on standard error and end."""
        newline = b"\n" if isinstance(text, bytes) else "\n"
        self.err(text if text.endswith(newline) else text + newline)
        raise Finished(status)

    # -- questions -----------------------------------------------------------------------------------------------

    def _typed(self, prompt, text, echo):
        """Secrecy tests need what was typed; it has a file of its own."""
        self._append("typed.jsonl", {"id": self.id, "tool": self.name, "prompt": prompt, "typed": text, "echo": echo})

    def ask(self, prompt):
        """Ask with echo on standard input. None at end of input."""
        self.log("prompt", text=prompt, echo=True)
        self.out(prompt)
        line = b""
        while not line.endswith(b"\n"):
            got = os.read(0, 1)
            if not got:
                break
            line += got
        if not line.endswith(b"\n"):
            self.log("end-of-input", text=prompt)
            return None
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        self._typed(prompt, text, True)
        return text

    def ask_hidden(self, prompt, terminal_only):
        """Ask for a password on /dev/tty with echo off, dropping what was typed ahead, as getpass(3) does.

        Without a controlling terminal: None if `terminal_only` (kmutil), else standard input (csrutil's getpass).
        """
        self.log("prompt", text=prompt, echo=False)
        self.flush()
        try:
            file = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
        except OSError:
            if terminal_only:
                return None
            return self._read_hidden(0, 2, prompt)
        try:
            return self._read_hidden(file, file, prompt)
        finally:
            os.close(file)

    def _drop_answer(self, source):
        """Throw away what is typed at the prompt, once, and wait on without a word (claims D.1)."""
        import select
        import termios
        select.select([source], [], [], 20)
        termios.tcflush(source, termios.TCIFLUSH)
        self.fault = None
        self.log("dropped")

    def _read_hidden(self, source, target, prompt):
        import termios
        before = None
        if os.isatty(source):
            before = termios.tcgetattr(source)
            silent = before[:]
            silent[3] &= ~termios.ECHO
            silent[3] |= termios.ECHONL
            termios.tcsetattr(source, termios.TCSAFLUSH, silent)
        os.write(target, prompt.encode())
        line = b""
        if before and self.has_fault("drop-answer"):
            self._drop_answer(source)
        try:
            while not line.endswith((b"\n", b"\r")):
                got = os.read(source, 1)
                if not got:
                    self.log("end-of-input", text=prompt)
                    return None
                line += got
        finally:
            if before:
                termios.tcsetattr(source, termios.TCSAFLUSH, before)
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        self._typed(prompt, text, False)
        return text

    def knows_recovery(self):
        """Was Apple's variable for recovery handed down (darwin §3)?"""
        return "__OSINSTALL_ENVIRONMENT" in _environment()

    # -- the state -----------------------------------------------------------------------------------------------

    def state(self):
        """The Mac as it is now."""
        return store.load(self.root)

    def changing(self):
        """Context manager: change the Mac, unless this tool has been told to lie. What changed goes into the log."""
        return _Change(self)

    def below(self, path):
        """A path the Mac knows, below the root."""
        return store.below(self.root, path)

    # -- faults --------------------------------------------------------------------------------------------------

    def has_fault(self, how):
        """Has this call been told to go wrong in that way? For what only one tool can do wrong."""
        return bool(self.fault) and self.fault["how"] == how

    def die_of_signals(self):
        """End at SIGINT as a C program does: at once, in the middle of its work, without a word."""
        import _signal  # the built-in half of signal, which is all this needs
        _signal.signal(SIGINT, _signal.SIG_DFL)

    def halfway(self):
        """The tool is in the middle of its work, with half of its files written: a fault may stop it right here."""
        how = self.fault["how"] if self.fault else ""
        if how == "stall":
            self._hang()
        elif how == "die-halfway":
            os.kill(os.getpid(), SIGKILL)
        elif how == "kill-program-halfway":
            self._kill_program()
        elif how == "interrupt-program-halfway":
            self._interrupt_program()

    def _take_fault(self):
        """The first fault that fits these arguments and still has turns left."""
        if not self.state()["faults"]:
            return None
        with store.Changing(self.root) as state:
            for fault in state["faults"]:
                if fault["tool"] != self.name or not set(fault["match"]) <= set(self.arguments):
                    continue
                if fault["skip"] > 0:
                    fault["skip"] -= 1
                    continue
                if fault["times"] == 0:
                    continue
                if fault["times"] is not None:
                    fault["times"] -= 1
                return fault
        return None

    def _fault_before(self):
        how = self.fault["how"]
        if how == "fail":
            self.fail(self.fault["text"] or f"{self.name}: internal error", self.fault["status"] or 1)
        elif how == "die":
            os.kill(os.getpid(), SIGKILL)
        elif how == "hang":
            self._hang()
        elif how == "garbage":
            self.out((NOISE * ((1 << 20) // len(NOISE) + 1))[:1 << 20])
            self.finish(0)
        elif how == "text":
            self.out(self.fault["text"])
            self.finish(self.fault["status"])
        elif how == "flood":
            self.out(("." * 1023 + "\n") * 1024)
        elif how == "question":
            answer = self.ask(self.fault["text"] or "Proceed in lunar mode? [l/s/q]: ")
            if answer is None or answer.strip() != "l":
                self.fail(f"{self.name}: no lunar mode")
        elif how == "kill-program":
            self._kill_program()
        elif how == "interrupt-program":
            self._interrupt_program()
        elif how == "wait":
            self._wait()
        elif how == "nothing":
            self.finish(0)

    def _fault_after(self, status):
        how = self.fault["how"]
        if how == "act-then-fail":
            self.err(self.fault["text"] or f"{self.name}: something went wrong at the very end\n")
            return 1
        if how == "die-after":
            os.kill(os.getpid(), SIGKILL)
        elif how == "hang-after":
            self._hang()
        elif how == "kill-program-after":
            self._kill_program()
        elif how == "interrupt-program-after":
            self._interrupt_program()
        return status

    def _interrupt_program(self):
        """As `kill -INT` does; goes on when the program has taken it."""
        program = os.getppid()
        os.kill(program, SIGINT)
        while _has_pending(program, SIGINT):
            time.sleep(0.01)

    def _kill_program(self):
        """kill -9, and no tool that goes on: whoever waits for the program's end finds this one in the log."""
        self.flush()
        self.log("hanging")
        os.kill(os.getppid(), SIGKILL)
        self._stand_still()

    def _hang(self):
        """Say and do nothing more, but never outlive a test for long."""
        self.flush()
        self.log("hanging")
        self._stand_still()

    def _stand_still(self):
        time.sleep(120 * self.patience)
        self.finish(1)

    def _wait(self):
        """Stand still until the test creates `go` beside the root."""
        self.log("waiting")
        until = time.monotonic() + 60 * self.patience
        while not os.path.exists(os.path.join(os.path.dirname(self.root), "go")) and time.monotonic() < until:
            time.sleep(0.02)

    def _cut(self):
        """Print only the first half of what would have been said."""
        data = b"".join(self.waiting)
        self.waiting = [data[:len(data) // 2]]

    # -- life ----------------------------------------------------------------------------------------------------

    def run(self, play):
        """Play the tool and return its exit status."""
        self._log_start()
        self.fault = self._take_fault()
        if self.fault and self.fault["how"] == "half":
            self.interactive = False
        status = 0
        try:
            if self.fault:
                self._fault_before()
            play(self)
        except Finished as finished:
            status = finished.status
        except BrokenPipeError:
            status = 1
        try:
            if self.fault and self.fault["how"] == "half":
                self._cut()
            self.flush()
            if self.fault:
                status = self._fault_after(status)
        except (BrokenPipeError, Finished):
            status = 1
        self.log("end", status=status)
        return status


def main(name, path, patience):
    """Entry of the small script that stands below the root."""
    tool = Tool(name, path, sys.argv[1:], patience)
    # Without Python's own way out, which costs a tenth of a call: nothing is buffered, and nothing is to be cleaned up.
    os._exit(tool.run(tools.find(name)))
