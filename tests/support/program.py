"""The program that is tested: VMQ_PROGRAM, which may be a command that runs it by an emulator, or what make builds.

It must not start anything.
"""

import os
import pathlib
import shutil

NATIVE = pathlib.Path(__file__).resolve().parent.parent.parent / "build" / "vmq-recovery"
PROGRAM = os.environ.get("VMQ_PROGRAM") or str(NATIVE)
EMULATED = "VMQ_PROGRAM" in os.environ
LOADED = pathlib.Path(PROGRAM).with_name("loader").is_file()  # by our own loader, which starts what the program starts, too


def file():
    """The program itself, where PROGRAM is a command that runs it by an emulator."""
    beside = pathlib.Path(PROGRAM).with_name("vmq-recovery")
    return beside if beside.is_file() else pathlib.Path(PROGRAM)


def copied(folder):
    """A copy of PROGRAM in a folder; what an emulator is to run lies beside it. Returns its path."""
    for one in {pathlib.Path(PROGRAM), file(), pathlib.Path(PROGRAM).with_name("loader")}:
        if one.is_file():
            shutil.copy2(one, folder)
    return folder / pathlib.Path(PROGRAM).name
