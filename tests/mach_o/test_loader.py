"""The macOS program runs: its very bytes, under the loader, do what the native build does. This is no proof about a Mac."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.patience import seconds

EMULATOR = shutil.which("qemu-aarch64-static") or "qemu-aarch64-static"
LOADER = Path("build/loader/loader").absolute()
EMULATED, NATIVE = ("build/loader/emulated", "build/loader/loader", "build/loader/vmq-recovery"), ("build/vmq-recovery",)
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/root", "LANG": "C.UTF-8", "TMPDIR": os.environ["TMPDIR"]}
pytestmark = pytest.mark.timeout(300)


def run(*words, **more):
    return subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                          timeout=seconds(240), env=ENVIRONMENT, **more)


def test_every_import_is_there(program):
    listed = run(EMULATOR, LOADER, "--list", program)
    assert (listed.returncode, listed.stdout) == (0, ""), listed.stderr


def test_another_file_is_refused(tmp_path):
    for data, complaint in ((b"\x7fELF", "cut short"), (bytes(100), "not an arm64 macOS program")):
        (tmp_path / "file").write_bytes(data)
        refused = run(EMULATOR, LOADER, tmp_path / "file")
        assert refused.returncode == 126 and complaint in refused.stderr


def test_a_missing_import_is_named_when_it_is_called(tmp_path, image):
    renamed = image.replace(b"\0_geteuid\0", b"\0_getXuid\0").replace(b"_geteuid\0", b"_getXuid\0")
    (tmp_path / "file").write_bytes(renamed)
    assert run(EMULATOR, LOADER, "--list", tmp_path / "file").stdout == "_getXuid\n"
    called = run(EMULATOR, LOADER, tmp_path / "file", "doctor")
    assert called.returncode == 126 and "called _getXuid, which is not here" in called.stderr


@pytest.fixture(scope="module", name="probes")
def _probes():
    return "build/loader/probe", "build/loader/probe-macos"


def test_both_systems_answer_a_program_alike(probes, tmp_path):
    told = []
    for words in ([probes[0]], [EMULATOR, LOADER, Path(probes[1]).absolute()]):
        folder = tmp_path / str(len(told))
        folder.mkdir()
        done = run(*words, folder)
        assert (done.returncode, done.stderr) == (0, "")
        told.append(done.stdout.splitlines())
    assert told[0] == told[1]
    assert len(told[0]) > 40


@pytest.fixture(name="builds")
def _builds(tmp_path):
    """Runs the macOS program and the native one. Both have a path of the same length, so that lines break alike; in what they
    print it is the same path."""
    def both(*words):
        done = []
        for name, files in (("macos", EMULATED), ("linux", NATIVE)):
            (tmp_path / name).mkdir()
            copies = [shutil.copy(file, tmp_path / name) for file in files]
            one = run(copies[0], *words)
            done.append((one.returncode, *(text.replace(f"/{name}/", "/…/") for text in (one.stdout, one.stderr))))
        return done
    return both


@pytest.mark.parametrize("words", [("--version",), ("help",), ("help", "errors"), ("source",), ("rehearse", "--list"),
                                   ("check", "apply"), ("no-such-command",)], ids=" ".join)
def test_it_says_what_the_native_build_says(builds, words):
    ours, native = builds(*words)
    assert ours == native


def told(text):
    """What a rehearsal says, less what is never twice the same: scratch folders, times, free room, random identifiers."""
    for pattern in (r"\S*vmq-\w+[-.]\w+", r"\(took\s+[\d.]+ s\)", r"\d{4}-\d\d-\d\d[T ]\d\d[:-]\d\d[:-]\d\dZ?",
                    r"[\d.,]+ GiB free", r"\b[0-9A-Fa-f]{8,}\b"):
        text = re.sub(pattern, "…", text)
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("what", ["life", *(["apply", "revert", "step"] if os.environ.get("DEEP") else [])])
def test_a_rehearsal_goes_as_with_the_native_build(builds, what):
    ours, native = builds("rehearse", what, "--yes")
    assert (ours[0], native[0]) == (0, 0), ours[2]
    assert list(map(told, ours[1:])) == list(map(told, native[1:]))
