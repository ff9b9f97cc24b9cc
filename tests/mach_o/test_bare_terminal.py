"""Terminals as recovery may have them: no terminfo files, any TERM, no locale.

The static arm64 Linux build is made of the same source and libraries as the macOS program. It runs here in
an empty root, under qemu-user, on a terminal: nothing but what is compiled in can help it.
"""

import os
import shutil
import stat
from pathlib import Path

import pexpect
import pytest

from support.patience import seconds

EMULATOR = shutil.which("qemu-aarch64-static") or "qemu-aarch64-static"
BUILT = Path("build/linux-arm64")
TERMS = ["xterm-256color", "nsterm", "vt100", "dumb", "no-such-terminal", "", None]
ENTER_ROOT = ["chroot"] if os.getuid() == 0 else ["unshare", "--map-root-user", "chroot"]


@pytest.fixture(scope="module", name="root")
def _root(tmp_path_factory):
    """An empty root folder with the programs and the emulator, nothing else."""
    root = tmp_path_factory.mktemp("root")
    for program in (Path(EMULATOR), BUILT / "vmq-recovery", BUILT / "prompt"):
        shutil.copy(program, root)
    assert sorted(path.name for path in root.iterdir()) == ["prompt", "qemu-aarch64-static", "vmq-recovery"]
    return root


def start(root, term, *words):
    """Starts a program in the empty root with no environment but TERM."""
    chroot = [shutil.which(ENTER_ROOT[0]), *ENTER_ROOT[1:]]
    return pexpect.spawn(chroot[0], [*chroot[1:], str(root), "/qemu-aarch64-static", *words],
                         timeout=seconds(20), env={} if term is None else {"TERM": term}, dimensions=(24, 80), encoding="utf-8")


def ended(child):
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus


def test_needs_nothing_at_run_time(root):
    binary = (root / "vmq-recovery").read_bytes()
    assert b"/ld-musl" not in binary and b"/ld-linux" not in binary
    assert (root / "vmq-recovery").stat().st_mode & stat.S_IXUSR


@pytest.mark.parametrize("term", TERMS)
def test_prompt_edits_a_line(root, term):
    child = start(root, term, "/prompt")
    child.expect("name> ")
    child.send("Macintosz")
    child.send("\x7fh HD")  # delete, then go on
    child.send("\x01My \x05!")  # start of the line, end of the line
    child.send("\r")
    child.expect(r"answer=\[(.*)\]")
    assert child.match.group(1) == "My Macintosh HD!"
    assert ended(child) == 0


@pytest.mark.parametrize("term", ["xterm-256color", None])
def test_prompt_takes_names_with_accents(root, term):
    child = start(root, term, "/prompt")
    child.expect("name> ")
    child.send("Größe\r")
    child.expect(r"answer=\[(.*)\]")
    assert child.match.group(1) == "Größe"
    assert ended(child) == 0


@pytest.mark.parametrize("term", TERMS)
def test_program_speaks_in_an_empty_root(root, term):
    child = start(root, term, "/vmq-recovery", "help")
    child.expect("apply")
    assert ended(child) == 0


def test_program_says_what_is_missing_in_an_empty_root(root):
    child = start(root, None, "/vmq-recovery", "doctor")
    output = child.read()
    child.close()
    assert child.exitstatus == 3, output
    assert "cannot open /dev/null" in output and "13 checks were not made" in output, output
