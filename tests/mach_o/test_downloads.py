"""What the build says when it cannot fetch something, and that it never uses half of it.

Nothing is fetched here: the network is replaced by a port that nobody listens on.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

RECIPES = Path("runner/build").absolute()
NOWHERE = "http://127.0.0.1:9"
OFFLINE = {**os.environ, "http_proxy": NOWHERE, "https_proxy": NOWHERE, "HTTPS_PROXY": NOWHERE,
           "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1", "PIP_FIND_LINKS": ""}


def run(folder, *command, **environment):
    return subprocess.run(["/bin/sh", *command], cwd=folder, env={**OFFLINE, **environment}, check=False,
                          capture_output=True, text=True)


def test_source_without_network_names_package_and_command(tmp_path):
    result = run(tmp_path, RECIPES / "source.sh", "lua5.4", "build/sources/lua5.4")
    assert result.returncode == 1
    assert "'lua5.4'" in result.stderr and "apt-get source lua5.4" in result.stderr
    assert not (tmp_path / "build/sources/lua5.4").exists()


def test_toolchain_without_network_names_package_and_command(tmp_path):
    result = run(tmp_path, RECIPES / "venv.sh", "build/zig", RECIPES / "requirements.txt")
    assert result.returncode == 1
    assert "ziglang==" in result.stderr and "pip install" in result.stderr
    assert not (tmp_path / "build/zig/.done").exists()


def test_half_a_download_is_thrown_away(tmp_path):
    half = tmp_path / "build/sources/lua5.4.part"
    half.mkdir(parents=True)
    (half / "lua5.4_5.4.4.orig.tar.gz").write_bytes(b"half")
    run(tmp_path, RECIPES / "source.sh", "lua5.4", "build/sources/lua5.4")
    assert not list(half.iterdir())


@pytest.mark.parametrize("script", ["source.sh lua5.4 build/x", "deps.sh build"])
def test_unsupported_host_is_told_what_is_supported(tmp_path, script):
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "awk", "dirname", "xargs"):
        (tools / name).symlink_to(shutil.which(name))
    name, *words = script.split()
    result = run(tmp_path, RECIPES / name, *words, PATH=str(tools))
    assert result.returncode == 1
    assert "Debian 12" in result.stderr
