"""What is wiped is wiped in the code that ships: no compiler has left the call out.

It looks at the objects of all three builds, before they are linked and stripped: calls are relocations there.
"""

import re
import subprocess
from pathlib import Path

import pytest

from support import processes

BUILDS = {"native": "all", "macos": "macos", "linux-arm64": "linux-arm64"}
# The module that wipes, and how many places in it do. `memset_s` and `explicit_bzero` are the systems' own.
WIPES = {
    "base/secret_zero": (r"_?(__)?(memset_s|explicit_bzero)(_chk)?", 1),
    "child/secret": ("_?secret_zero", 1),
    "child/relay_loop": ("_?secret_zero", 1),
    "child/relay_person": ("_?secret_zero", 2),
    "terminal/terminal": ("_?secret_zero", 1),
    "lua/lib_terminal": ("_?secret_zero", 1),
}


@pytest.fixture(scope="module", name="folder", params=BUILDS)
def _folder(request):
    """The folder of a build's objects, which are made if they are not there."""
    environment = processes.environment_without("MAKE", "MFLAGS", "ZIG_")
    subprocess.run(["make", "DEPS=no", BUILDS[request.param]], check=True, stdout=subprocess.DEVNULL, env=environment)
    return Path("build") / request.param


def calls(path, pattern):
    """Number of calls and jumps to such a function in an object file."""
    lines = subprocess.run(["llvm-objdump-19", "--reloc", "--disassemble", path], check=True, capture_output=True,
                           text=True).stdout.splitlines()
    named = re.compile(rf"R_\w+\s+{pattern}(-0x4|-4)?$|ARM64_RELOC_BRANCH26\s+{pattern}$")
    return sum(bool(named.search(line.strip())) for line in lines)


@pytest.mark.parametrize("module", WIPES)
def test_the_wipe_is_in_the_object_code(folder, module):
    pattern, least = WIPES[module]
    assert calls(folder / f"{module}.o", pattern) >= least


def test_nothing_else_is_taken_for_one(folder):
    assert calls(folder / "base/words.o", "_?secret_zero") == 0


def test_every_module_that_wipes_is_looked_at():
    users = {str(path.relative_to("runner").with_suffix("")) for path in Path("runner").rglob("*.c")
             if "secret_zero(" in path.read_text()}
    assert users == set(WIPES)
