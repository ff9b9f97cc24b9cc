"""Fixtures of the end-to-end tests: a recorded Mac whose every call is checked when the test is over."""

import os
import subprocess

import driver
import invariants
import pytest

from recorded_macs.builder import Mac

MACHINES = ("m1-12.1", "m2pro-14.0", "m4-26.3")


def pytest_sessionstart():
    """Say at once what is missing, not in every test."""
    if not os.access(driver.PROGRAM, os.X_OK):
        pytest.exit(f"{driver.PROGRAM} is not there: build it, or name another in VMQ_PROGRAM", returncode=3)


@pytest.fixture(name="build")
def _build(tmp_path):
    """Builds Macs and holds every call to the invariants at the end."""
    built = []

    def build(*arguments, targets=None, folder=tmp_path, **more):
        mac = Mac.build(folder / f"mac{len(built)}", *arguments, **more)
        built.append((mac, targets))
        return mac

    yield build
    for mac, _ in built:
        driver.end_hanging(mac)
    for mac, targets in built:
        invariants.check(mac, targets)


@pytest.fixture(name="mac")
def _mac(build):
    """The machine of the seed: M2 Pro, 14.0, paired recovery, collection staged."""
    return build()


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
