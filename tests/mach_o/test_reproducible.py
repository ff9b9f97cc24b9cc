"""The same source gives the same bytes, wherever it is built.

The second build uses twice only what was downloaded, and, but with DEEP=1, the libraries.
"""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from support import processes

PROGRAM = "build/macos/vmq-recovery"
SOURCE = f"build/dist/vmq-recovery-{os.environ.get('VERSION', '1.0.0')}-source.tar.gz"


def make(folder):
    """Builds the macOS program in folder; returns the names of what was made."""
    # Without what an outer make told its children.
    environment = processes.environment_without("MAKE", "MFLAGS", "ZIG_")
    result = subprocess.run(["make", "-C", folder, f"-j{os.cpu_count()}", "DEPS=no", "macos"], check=False,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    assert result.returncode == 0, result.stdout
    return [line.split()[1] for line in result.stdout.splitlines() if line.startswith("  making ")]


def take_libraries(place):
    """All of one time, so that make takes none for out of date."""
    for part in ("include", "lib"):
        shutil.copytree(f"build/macos/{part}", place / part)
    now = time.time()
    for path in place.rglob("*"):
        os.utime(path, (now, now))


@pytest.fixture(scope="module", name="other")
def _other(tmp_path_factory):
    """The source archive that `make dist` packed, unpacked elsewhere, without git, where the program has been built."""
    other = tmp_path_factory.mktemp("build") / "another-folder-of-another-length"
    (other / "build").mkdir(parents=True)
    subprocess.run(["tar", "-C", other, "--strip-components=1", "-xf", SOURCE], check=True)
    shutil.copytree("build/sources", other / "build/sources")
    (other / "build/zig").symlink_to(Path("build/zig").absolute())
    if os.environ.get("DEEP") != "1":
        take_libraries(other / "build/macos")
    make(other)
    yield other
    shutil.rmtree(other)


pytestmark = pytest.mark.timeout(600)


def test_two_builds_in_different_folders_are_identical(other, image):
    assert (other / PROGRAM).read_bytes() == image


def test_second_run_does_nothing(other):
    assert make(other) == []


def test_a_changed_script_rebuilds_what_holds_it(other):
    (other / "stdlib/base/text.lua").touch()
    assert make(other) == ["build/macos/embedded.o", PROGRAM]


def test_a_changed_header_rebuilds_what_reads_it(other):
    (other / "runner/lua/embed.h").touch()
    assert {"build/macos/lua/embed.o", "build/macos/lua/state.o", PROGRAM} <= set(make(other))


def test_a_changed_recipe_rebuilds_the_libraries(other):
    (other / "runner/build/static_lib.sh").touch()
    assert set(make(other)) == {f"build/macos/lib/lib{name}.a" for name in ("lua", "tinfo", "edit")} | {PROGRAM}
