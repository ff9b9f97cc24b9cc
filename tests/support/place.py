"""One folder for everything that a run of tests makes, so that what is left behind can be seen at the end."""

import contextlib
import fcntl
import os
import pathlib
import shutil
import tempfile
import time

from . import processes
from .patience import wait_for

CANDIDATES = ("/tmp", "/var/tmp")
YOUNG = 60  # seconds in which somebody may not have locked a new folder yet


def is_open(folder):
    """Can an ordinary user enter it, and every folder above?"""
    return all(one.stat().st_mode & 0o001 for one in (folder, *folder.parents))


def _locked(folder):
    """A descriptor that locks the folder until this process ends, or None where another one does."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _sweep(outer, prefix):
    """Take away what earlier runs have kept; the folders of runs that go on are locked."""
    for old in outer.glob(prefix + "*"):
        with contextlib.suppress(OSError):
            if old.stat().st_uid == os.getuid() and time.time() - old.stat().st_mtime > YOUNG and \
                    (descriptor := _locked(old)) is not None:
                shutil.rmtree(old)
                os.close(descriptor)


def make(prefix):
    """A new folder that an ordinary user can reach, also when the tree or TMPDIR lies in somebody's home."""
    usual = pathlib.Path(tempfile.gettempdir()).resolve()
    outer = next(one for one in (usual, *map(pathlib.Path, CANDIDATES)) if is_open(one))
    _sweep(outer, prefix)
    folder = pathlib.Path(tempfile.mkdtemp(prefix=prefix, dir=outer))
    folder.chmod(0o755)
    _locked(folder)
    return folder


def use(folder):
    """From now on temporary files of this process and of its children go there."""
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)


def still_working(folder):
    """What processes do there, once those that were about to end have ended."""
    with contextlib.suppress(AssertionError):
        wait_for(lambda: not processes.naming(folder), 5)
    return [f"process {pid}: {line}" for pid, line in processes.naming(folder)]


def left_behind(folder, own):
    """Complaints: who still works there, what is mounted there, entries but for those that begin as `own`."""
    told = still_working(folder)
    with open("/proc/self/mounts", encoding="utf-8") as file:
        told += [f"mounted: {point}" for point in (line.split()[1] for line in file) if point.startswith(f"{folder}/")]
    return told + [f"file: {one}" for one in sorted(folder.iterdir()) if not one.name.startswith(own)]


def remove(folder):
    """Take it away."""
    shutil.rmtree(folder)
