"""The archive that a Mac's owner downloads."""

import hashlib
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

VERSION = os.environ.get("VERSION", "1.0.0")
NAME = f"vmq-recovery-{VERSION}-macos-arm64"
SOURCE = f"vmq-recovery-{VERSION}-source"


@pytest.fixture(scope="module", name="archive")
def _archive():
    """What `make dist` made, by name inside the archive's one folder."""
    with tarfile.open(f"build/dist/{NAME}.tar.gz") as tar:
        members = [member for member in tar if member.isfile()]
        assert all(member.name.startswith(f"{NAME}/") for member in members)
        return {member.name.split("/", 1)[1]: (member, tar.extractfile(member).read()) for member in members}


def test_holds_program_words_and_licences(archive):
    assert set(archive) >= {"vmq-recovery", "README.md", "LICENSE", "THIRD-PARTY-NOTICES", "PROVENANCE", "install.sh",
                            "SHA256SUMS"}
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


def pack(*words):
    subprocess.run(["sh", *words], check=True, stdout=subprocess.DEVNULL)


def test_packing_twice_gives_the_same_bytes(tmp_path):
    folder = Path("build/dist", NAME)
    files = [f"{path.parent.relative_to(folder)}/={path}" for path in sorted(folder.rglob("*")) if path.is_file()]
    pack("runner/build/dist.sh", NAME, tmp_path, *(file for file in files if "SHA256SUMS" not in file))
    assert (tmp_path / f"{NAME}.tar.gz").read_bytes() == Path(f"build/dist/{NAME}.tar.gz").read_bytes()


def test_source_archive_packed_twice_is_the_same(tmp_path):
    for folder in ("one", "two"):
        pack("runner/build/tree.sh", tmp_path / folder, SOURCE, "build/ORIGIN")
    assert (tmp_path / f"one/{SOURCE}.tar.gz").read_bytes() == (tmp_path / f"two/{SOURCE}.tar.gz").read_bytes()


def test_source_archive_holds_the_tree_and_what_it_is():
    with tarfile.open(f"build/dist/{SOURCE}.tar.gz") as tar:
        names = {name.split("/", 1)[1] for name in tar.getnames() if "/" in name}
        assert tar.extractfile(f"{SOURCE}/ORIGIN").read() == Path("build/ORIGIN").read_bytes()
    assert {"Makefile", "README.md", "runner/main.c", ".github/CONTRIBUTING.md", "tests/mach_o/test_dist.py"} <= names
    assert not [name for name in names if name.startswith("build/") or name.endswith(".pyc")]


def test_libraries_lie_where_a_mac_looks_for_them():
    with tarfile.open(f"build/dist/vmq-recovery-{VERSION}-libraries.tar.gz") as tar:
        names = {name.split("/", 1)[1] for name in tar.getnames() if "/" in name}
    wanted = {"lua5.4/src/lua.h", "libedit/src/histedit.h", "ncurses/configure", "dkjson.lua"}
    assert {f"build/sources/{name}" for name in wanted} <= names


def test_provenance_names_every_input_with_its_hash(archive):
    text = archive["PROVENANCE"][1].decode()
    for path in (f"build/dist/{SOURCE}.tar.gz", "/usr/share/lua/5.4/dkjson.lua", "/usr/bin/tic"):
        assert hashlib.sha256(Path(path).read_bytes()).hexdigest() in text, path
    for name in ("lua5.4", "libedit", "ncurses"):
        assert f"{name} {Path('build/sources', name, '.debian-version').read_text().strip()}" in text
    assert text.count(".orig.tar.gz\n") == 3 and text.count(".debian.tar.xz\n") == 3
    assert Path("build/ORIGIN").read_text() in text.splitlines()[0]


def test_formula_is_ruby_and_names_this_very_archive():
    formula = "build/dist/vmq-recovery.rb"
    checked = subprocess.run(["ruby", "-c", formula], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout) == (0, "Syntax OK\n"), checked.stderr
    text = Path(formula).read_text()
    assert f'sha256 "{hashlib.sha256(Path(f"build/dist/{NAME}.tar.gz").read_bytes()).hexdigest()}"' in text
    assert f"/v{VERSION}/{NAME}.tar.gz" in text


def test_formula_takes_the_homepage_it_is_given():
    archive = f"build/dist/{NAME}.tar.gz"
    told = subprocess.run(["sh", "runner/build/formula.sh", "9.8.7", "https://example.net/x", archive], check=True,
                          capture_output=True, text=True).stdout
    assert 'homepage "https://example.net/x"' in told and 'url "https://example.net/x/releases/download/v9.8.7/' in told


@pytest.fixture(name="unpacked")
def _unpacked(tmp_path):
    """The archive as its owner unpacks it."""
    subprocess.run(["tar", "-C", tmp_path, "-xf", f"build/dist/{NAME}.tar.gz"], check=True)
    return tmp_path / NAME


def put_in_place(unpacked, prefix, **environment):
    return subprocess.run(["/bin/sh", unpacked / "install.sh", prefix], cwd="/", capture_output=True, text=True, check=False,
                          env={**os.environ, **environment})


def bin_without(folder, *names):
    """A folder of all that install.sh needs, but for some tools."""
    folder.mkdir()
    for name in {"sh", "dirname", "basename", "install", "shasum", "sha256sum", "perl"} - set(names):
        (folder / name).symlink_to(shutil.which(name))
    return str(folder)


@pytest.mark.parametrize("missing", ["sha256sum", "shasum"])
def test_it_is_put_in_place_without_an_installer(unpacked, tmp_path, image, missing):
    seen = put_in_place(unpacked, tmp_path / "a prefix", PATH=bin_without(tmp_path / "tools", missing))
    assert seen.returncode == 0, seen.stderr
    placed = tmp_path / "a prefix/bin/vmq-recovery"
    assert placed.read_bytes() == image and placed.stat().st_mode & 0o777 == 0o755


def test_a_file_that_changed_on_its_way_is_not_installed(unpacked, tmp_path):
    with (unpacked / "vmq-recovery").open("ab") as program:
        program.write(b"x")
    seen = put_in_place(unpacked, tmp_path / "prefix")
    assert seen.returncode == 1 and "not as it was packed" in seen.stderr
    assert not (tmp_path / "prefix").exists()
