"""Adds a plan the way .github/CONTRIBUTING.md says, in a copy of the tree: its two files must be all that it takes."""

import re
import shutil
import subprocess
from pathlib import Path

import driver
import pytest

from support import processes

TREE = Path(__file__).resolve().parent.parent.parent
PAGE = TREE / ".github/CONTRIBUTING.md"
# What is named in a paragraph goes into the block of code that comes next.
FILE = re.compile(r"`([\w/]+\.lua)`(?:(?!```).)*?```lua\n(.*?)```", re.DOTALL)
COMMANDS = re.compile(r"```sh\n(.*?)```", re.DOTALL)
# A make of our own, not a part of the one that runs the tests. Everything that is needed is there.
ALONE = processes.environment_without("MAKE", "MFLAGS", "JUNIT") | {"DEPS": "no"}


def files_on_the_page():
    """Returns {path: text} of the files that the section tells to write."""
    section = PAGE.read_text().partition("## Adding a plan\n")[2].partition("\n## ")[0]
    return dict(FILE.findall(section)), COMMANDS.search(section)[1].splitlines()


def run(command, tree):
    done = subprocess.run(command, cwd=tree, env=ALONE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False, shell=isinstance(command, str))
    assert done.returncode == 0, f"{command}\n{done.stdout}"
    return done.stdout


def copy(tree):
    """The tree without what was built."""
    tree.mkdir()
    for name in ("Makefile", "runner", "stdlib", "scripts"):
        (shutil.copytree if (TREE / name).is_dir() else shutil.copy2)(TREE / name, tree / name)
    (tree / "tests/lint").mkdir(parents=True)
    for name in ("layers.py", "docs.py"):
        shutil.copy2(TREE / "tests/lint" / name, tree / "tests/lint")


def add_the_plan(tree):
    """Writes the page's files and types its commands. Returns what the last of them said."""
    files, commands = files_on_the_page()
    assert set(files) == {"scripts/greeting.lua", "stdlib/command/greeting.lua"}
    for name, text in files.items():
        assert not (tree / name).exists()
        (tree / name).write_text(text)
    return [run(command, tree) for command in commands][-1]


def complaints(tree):
    """What the lints of rooms and of doc comments say about the two files; what they say of others is not our business here."""
    said = [subprocess.run(["python3", f"tests/lint/{lint}"], cwd=tree, stdout=subprocess.PIPE, text=True, check=False).stdout
            for lint in ("layers.py", "docs.py")]
    assert "Lua modules" in said[0]
    return [line for line in "".join(said).splitlines() if "greeting" in line]


def check_an_edit_without_a_build(tree):
    """`make dev` once; then the plan says what it was edited to say, and the ordinary program what it was built with."""
    run(["make", "dev"], tree)
    record = tree / "stdlib/command/greeting.lua"
    record.write_text(record.read_text().replace("Done: NVRAM holds", "Finished: NVRAM has"))
    for program, words in (("build/dev/vmq-recovery", "Finished: NVRAM has"), ("build/vmq-recovery", "Done: NVRAM holds")):
        assert f"{words} the greeting hello." in run([program, "rehearse", "greeting", "--yes"], tree)


@pytest.mark.timeout(300)
@pytest.mark.slow
def test_a_plan_is_two_files(tmp_path, mac):
    """It is built, rehearsed and run on a recorded Mac; the lints have no complaint."""
    tree = tmp_path / "tree"
    copy(tree)
    assert "Done: NVRAM holds the greeting hello." in add_the_plan(tree)
    assert complaints(tree) == []
    seen = driver.unattended(mac, "run", "greeting", program=tree / "build/vmq-recovery")
    assert (seen.code, "Done: NVRAM holds the greeting hello." in seen.out) == (0, True), seen.text
    assert mac.state()["nvram"]["greeting"] == "hello"
    check_an_edit_without_a_build(tree)
