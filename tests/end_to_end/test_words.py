"""The lint of words: it refuses what the page on writing gives up, and words that nobody can look up, wherever people read them."""

import shutil
import subprocess
import sys

import driver
import pytest


@pytest.fixture(name="judge")
def _judge(tmp_path):
    """Puts one text into a tree that has nothing else, and returns what the lint says of it."""
    lint = tmp_path / "tests/lint"
    lint.mkdir(parents=True)
    for name in ("words.py", "terms.txt"):
        shutil.copy(driver.TREE / "tests/lint" / name, lint)
    (tmp_path / ".github").mkdir()
    shutil.copy(driver.TREE / ".github/CONTRIBUTING.md", tmp_path / ".github")

    def judge(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        done = subprocess.run([sys.executable, lint / "words.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.stderr == ""
        return done.returncode, [line for line in done.stdout.splitlines() if line.startswith(name)]
    return judge


@pytest.mark.parametrize(("name", "text", "says"), [
    ("stdlib/mac/x.lua", 'return "Mend it now."\n', "write: fix"),
    ("stdlib/mac/x.lua", "return 'nothing here vouches for it'\n", "'vouches'"),
    ("stdlib/mac/x.lua", 'local x = 1\nreturn "the Stock\\n  kernel is back"\n', "x.lua:2: 'Stock kernel'; write: Apple's kernel"),
    ("stdlib/mac/x.lua", "--- What helps against it.\n", "write: Fix:"),
    ("scripts/x.lua", "return [[\nEvery step reads done.\n]]\n", "is already applied"),
    ("README.md", "Everything goes back by itself.\nRun again, it goes on.\n", "README.md:2: 'Run again, it goes on'"),
    ("stdlib/mac/x.lua", 'return "a Zwischenablage of this Mac"\n', "'Zwischenablage' is no English word"),
    ("stdlib/manual/topic/x.lua", "return [[\nA teh paragraph.\n]]\n", "'teh'"),
    ("README.md", "A wrod.\n", "'wrod'"),
])
def test_a_fault(judge, name, text, says):
    """Told with its place, and what to write."""
    code, lines = judge(name, text)
    assert code == 1 and len(lines) == 1 and says in lines[0], lines


@pytest.mark.parametrize(("name", "text"), [
    ("stdlib/mac/x.lua", '-- mend: a comment of ours.\nlocal mend = "mend"\nreturn { vouch = 1 }\n'),
    ("stdlib/sim/tool/x.lua", 'return "Zwischenablage of Apple"\n'),
    ("stdlib/manual/topic/x.lua", "return [[\nType this:\n\n    teh --zzz\n]]\n"),
    ("README.md", "Type `teh`, not --zzz or /usr/bin/teh.\n\n    teh wrod\n\n```\nwrod\n```\n"),
    ("stdlib/mac/x.lua", 'return "Restart once more for them to take effect.", "[Aa]uthorized user of %s"\n'),
])
def test_no_fault(judge, name, text):
    """Names in code, what is typed, and what Apple's tools print."""
    assert judge(name, text) == (0, [])
