"""Fixtures of the end-to-end tests: a recorded Mac whose every call is checked when the test is over."""

import os
import pathlib
import shutil
import subprocess
import tempfile

import driver
import invariants
import pytest

from recorded_macs.builder import Mac

MACHINES = ("m1-12.1", "m2pro-14.0", "m4-26.3")
ENVIRONMENTS = ("paired-recovery", "unpaired-recovery", "ordinary-recovery", "macos")


def pytest_sessionstart():
    """Say at once what is missing, not in every test."""
    if not os.access(driver.PROGRAM, os.X_OK):
        pytest.exit(f"{driver.PROGRAM} is not there: build it, or name another in VMQ_PROGRAM", returncode=3)


@pytest.fixture(name="build")
def _build(tmp_path):
    """Builds Macs and holds every call to the invariants at the end."""
    built = []

    def build(*arguments, targets=None, folder=tmp_path, like=None, **more):
        place = folder / f"mac{len(built)}"
        mac = like.copy(place) if like else Mac.build(place, *arguments, **more)
        built.append((mac, targets))
        return mac

    yield build
    for mac, _ in built:
        driver.end_tools(mac)
    for mac, targets in built:
        invariants.check(mac, targets)


@pytest.fixture(name="mac")
def _mac(build):
    """The machine of the seed: M2 Pro, 14.0, paired recovery, collection staged."""
    return build()


@pytest.fixture(scope="session", name="models")
def _models():
    """Name to Mac: what takes long to make is made once by each worker, and copied for each test."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="models"))
    made = {}

    def model(name, prepare, *arguments, **more):
        if name not in made:
            mac = made[name] = Mac.build(folder / name, *arguments, **more)
            prepare(mac)
            invariants.check(mac)
            mac.forget()
        return made[name]

    yield model
    shutil.rmtree(folder)


@pytest.fixture(name="applied_mac")
def _applied_mac(build, models):
    """The machine of the seed, after `apply` in recovery; nothing of that in the log."""
    def prepare(mac):
        assert driver.unattended(mac, "apply").code == 0
    return build(like=models("applied", prepare))


@pytest.fixture(name="open_mac")
def _open_mac(open_folder, open_starter, build):
    """Builds Macs that an ordinary user can look at."""
    def open_mac(*arguments, **more):
        mac = build(*arguments, folder=open_folder, starter=open_starter, **more)
        subprocess.run(["chmod", "-R", "a+rwX", str(mac.folder)], check=True)
        return mac
    return open_mac


@pytest.fixture(name="session")
def _session(tmp_path):
    """Starts the program on a terminal; kills what a failed test left."""
    started = []

    def session(mac, *arguments, **more):
        one = driver.Session(mac, *arguments, folder=tmp_path / f"session{len(started)}", **more)
        started.append(one)
        return one

    yield session
    for one in started:
        one.child.close(force=True)


@pytest.fixture(name="scratch")
def _scratch(tmp_path):
    """An own place for scratch folders."""
    place = tmp_path / "scratch"
    place.mkdir()
    return place
