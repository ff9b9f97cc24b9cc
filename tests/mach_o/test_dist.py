"""The archive that a Mac's owner downloads."""

import hashlib
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

VERSION = os.environ.get("VERSION", "1.0.0")
NAME = f"vmq-recovery-{VERSION}-macos-arm64"


@pytest.fixture(scope="module", name="archive")
def _archive():
    """What `make dist` made, by name inside the archive's one folder."""
    with tarfile.open(f"build/dist/{NAME}.tar.gz") as tar:
        members = [member for member in tar if member.isfile()]
        assert all(member.name.startswith(f"{NAME}/") for member in members)
        return {member.name.split("/", 1)[1]: (member, tar.extractfile(member).read()) for member in members}


def test_holds_program_words_and_licences(archive):
    assert set(archive) >= {"vmq-recovery", "README.md", "LICENSE", "THIRD-PARTY-NOTICES", "SHA256SUMS"}
    assert archive["vmq-recovery"][0].mode == 0o755


def test_program_is_the_one_that_was_checked(archive, image):
    assert archive["vmq-recovery"][1] == image


def test_checksums_are_right(archive):
    sums = dict(reversed(line.split()) for line in archive["SHA256SUMS"][1].decode().splitlines())
    assert sums == {name: hashlib.sha256(data).hexdigest() for name, (_, data) in archive.items()
                    if name != "SHA256SUMS"}


@pytest.mark.parametrize("words", ["Lua.org, PUC-Rio", "Regents of the University of California", "Thomas E. Dickey",
                                   "David Heiko Kolf"])
def test_notices_name_every_third_party(archive, words):
    assert words in archive["THIRD-PARTY-NOTICES"][1].decode()


def test_packing_twice_gives_the_same_bytes(tmp_path):
    files = [Path("build/dist", NAME, name) for name in ("vmq-recovery", "LICENSE", "THIRD-PARTY-NOTICES", "README.md")]
    subprocess.run(["sh", "runner/build/dist.sh", NAME, tmp_path, *files], check=True, stdout=subprocess.DEVNULL)
    assert (tmp_path / f"{NAME}.tar.gz").read_bytes() == Path(f"build/dist/{NAME}.tar.gz").read_bytes()
