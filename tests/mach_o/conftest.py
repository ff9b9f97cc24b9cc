"""The macOS program as it was built, opened once with lief for all tests of this folder."""

import os
from pathlib import Path

import lief
import pytest

PROGRAM = Path(os.environ.get("VMQ_MACOS_PROGRAM", "build/macos/vmq-recovery"))


@pytest.fixture(scope="session")
def program():
    """Path of the program."""
    assert PROGRAM.is_file(), f"{PROGRAM} is missing: make macos"
    return PROGRAM


@pytest.fixture(scope="session")
def image(program):
    """Its bytes."""
    return program.read_bytes()


@pytest.fixture(scope="session")
def fat(program):
    """What lief found in the file: one or more programs."""
    return lief.MachO.parse(str(program))


@pytest.fixture(scope="session")
def macho(fat):
    """The one program in it. (lief frees it with `fat`, which the session keeps.)"""
    assert fat.size == 1, "one architecture, no fat file"
    return fat.at(0)
