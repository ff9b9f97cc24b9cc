"""What the Makefile promises to authors: the list of targets, tests found by name, sums that are true, the hook."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from support import processes
from support.patience import seconds

TREE = Path(__file__).resolve().parent.parent.parent
# A make of our own, not a part of the one that runs the tests; and no repository but the one that a test makes.
ALONE = processes.environment_without("GIT_", "MAKE", "MFLAGS", "JUNIT")


def run(*words, folder=TREE, **more):
    return subprocess.run([str(word) for word in words], cwd=folder, env={**ALONE, **more}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def script(path, text):
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_help_lists_every_target_that_has_a_word_of_help():
    makefile = (TREE / "Makefile").read_text()
    documented = re.findall(r"^([^\s:#]+):.*##", makefile, re.MULTILINE)
    listed = [line.split()[0] for line in run("make", "help").stdout.splitlines()]
    assert {"linux-arm64", "check-arm64", "dev", "quick", "test", "format", "hooks"} <= set(listed)
    assert listed == documented


def named(name, tmp_path):
    """Asks for the tests of a name with a make that only writes down what it is told."""
    told = tmp_path / "told"
    result = run(sys.executable, "tests/named.py", name, MAKE=script(tmp_path / "make", f'echo "$@" >> "{told}"\n'))
    return result, told.read_text() if told.exists() else ""


def test_a_name_finds_its_tests_in_every_layer(tmp_path):
    result, told = named("apply", tmp_path)
    assert result.returncode == 0, result.stdout
    assert "check-end-to-end END_TO_END=tests/end_to_end/test_apply.py" in told
    assert "check-crash SCENARIO=apply" in told
    result, told = named("journal", tmp_path)
    assert "check-c C_TESTS=build/asan/unit/door/journal_test\n" in told
    assert "c: build/asan/unit/door/journal_test" in result.stdout


def test_a_name_that_no_test_has_is_an_error_that_names_the_nearest(tmp_path):
    result, told = named("jurnal", tmp_path)
    assert result.returncode == 2
    assert "no test is called 'jurnal'. Did you mean journal" in result.stdout
    assert told == ""


def test_a_failing_layer_fails_the_name(tmp_path):
    result = run(sys.executable, "tests/named.py", "journal", MAKE=script(tmp_path / "make", "exit 1\n"))
    assert result.returncode == 1
    assert "0 of 1 layers passed" in result.stdout


GOOD = '<testsuite name="x" tests="3" failures="0" errors="0" skipped="1"/>'
BUSTED = '<testsuites tests="4" failures="1" errors="0" skip="0"><testsuite tests="4" failures="1" errors="0" skip="0">' \
    '<testcase name="one"><failure>expected 1&#10;and more</failure></testcase></testsuite></testsuites>'
CMOCKA = '<testsuites><testsuite name="a" tests="2" failures="0" errors="0" skipped="0"/>' \
    '<testsuite name="b" tests="5" failures="0" errors="1" skipped="0"/></testsuites>'


def summed(tmp_path, recipe, *layers):
    """Runs layers whose make is a recipe in sh; $layer and $out are there for it."""
    make = script(tmp_path / "make", f'for layer in "$@"; do :; done; layer=${{layer#check-}}; out=build/check/$layer; '
                                     f'mkdir -p $out; echo "the log of $layer"\n{recipe}\n')
    return run(sys.executable, TREE / "tests/summary.py", *layers, folder=tmp_path, MAKE=make)


def test_the_sum_counts_what_each_kind_of_runner_wrote(tmp_path):
    for name, text in (("good", GOOD), ("busted", BUSTED), ("cmocka", CMOCKA)):
        (tmp_path / f"{name}.xml").write_text(text)
    result = summed(tmp_path, "cp $layer.xml $out/", "good", "busted", "cmocka")
    assert result.returncode == 1
    assert result.stdout.splitlines()[-1] == "11 passed, 2 failed, 1 skipped"
    assert re.search(r"^good +2 passed, 0 failed, 1 skipped   \(\d+ s\)$", result.stdout, re.MULTILINE)
    assert "failed: one: expected 1" in result.stdout
    assert "the log of busted" in result.stdout
    assert "the log of good" not in result.stdout
    note = json.loads((tmp_path / "build/check/seconds.json").read_text())
    assert (list(note["seconds"]), note["told"]) == (["good", "busted", "cmocka"], result.stdout.splitlines()[-1])


def test_a_layer_that_says_nothing_or_dies_is_a_failure(tmp_path):
    (tmp_path / "good.xml").write_text(GOOD)
    wrong = {"silent": ":", "dead": "cp good.xml $out/; exit 1", "cut": "head -c 20 good.xml > $out/x.xml"}
    for name, recipe in wrong.items():
        result = summed(tmp_path, recipe, name)
        assert result.returncode == 1, name
        assert re.search(r", 1 failed", result.stdout.splitlines()[-1]), (name, result.stdout)


def test_results_of_an_earlier_run_do_not_count(tmp_path):
    (tmp_path / "good.xml").write_text(GOOD)
    assert summed(tmp_path, "cp good.xml $out/", "x").returncode == 0
    assert summed(tmp_path, ":", "x").returncode == 1


def git(*words, folder):
    done = run("git", "-c", "user.name=a", "-c", "user.email=a@example.org", *words, folder=folder)
    return done.returncode, done.stdout


def origin(folder):
    assert run("sh", TREE / "runner/build/origin.sh", "out", folder=folder).returncode == 0
    return (folder / "out").read_text()


def test_the_origin_is_the_commit_or_what_the_archive_says(tmp_path):
    folder = tmp_path / "tree"
    (folder / "runner").mkdir(parents=True)
    assert origin(folder) == "commit unknown"
    (folder / "ORIGIN").write_text("commit 0123456789ab of 2026-01-01")
    assert origin(folder) == "commit 0123456789ab of 2026-01-01"
    (folder / "runner/a.c").touch()
    for words in (("init", "-q"), ("add", "runner"), ("commit", "-qm", "one", "--date=2020-02-03T00:00")):
        assert git(*words, folder=folder)[0] == 0
    commit = git("rev-parse", "HEAD", folder=folder)[1][:12]
    clean = origin(folder)
    assert re.fullmatch(rf"commit {commit} of \d{{4}}-\d\d-\d\d", clean), clean
    (folder / "runner/new.c").touch()
    assert origin(folder) == clean + ", with changes"


def test_an_origin_that_stays_is_not_written_again(tmp_path):
    assert origin(tmp_path) == "commit unknown"
    os.utime(tmp_path / "out", (1, 1))
    origin(tmp_path)
    assert (tmp_path / "out").stat().st_mtime == 1


def repository(tmp_path):
    """A repository whose `make quick` fails as long as the file bad is there; and a worktree of it."""
    folder = tmp_path / "clone"
    (folder / "tests/support").mkdir(parents=True)
    for name in ("hooks.sh", "pre-commit"):
        shutil.copy2(TREE / "tests/support" / name, folder / "tests/support")
    (folder / "Makefile").write_text("quick:\n\t@test -z \"$$GIT_DIR$$GIT_INDEX_FILE\" && test ! -e bad\n")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "one"), ("worktree", "add", "-q", "../worktree")):
        assert git(*words, folder=folder)[0] == 0
    return folder, tmp_path / "worktree"


def test_the_hook_runs_quick_before_each_commit_in_worktrees_too(tmp_path):
    for place in repository(tmp_path):
        assert run("sh", "tests/support/hooks.sh", folder=place).returncode == 0
        (place / "bad").touch()
        git("add", "-A", folder=place)
        assert git("commit", "-qm", "two", folder=place)[0] != 0
        (place / "bad").unlink()
        assert git("commit", "-qam", "two", "--allow-empty", folder=place) == (0, "")


def test_a_hook_of_somebody_else_stays(tmp_path):
    folder, _ = repository(tmp_path)
    theirs = script(folder / ".git/hooks/pre-commit", "exit 0\n")
    result = run("sh", "tests/support/hooks.sh", folder=folder)
    assert result.returncode == 1
    assert "Add to it: make quick" in result.stdout
    assert theirs.read_text() == "#!/bin/sh\nexit 0\n"


def c_tests(tmp_path, text):
    """Runs a C test program that is a script, with SIGINT ignored as under nohup or behind `&`. Returns the result and the sum."""
    program = script(tmp_path / "some_test", text)
    result = run("sh", "-c", 'trap "" INT; exec "$0" "$@"', sys.executable, "tests/support/c_tests.py", program,
                 JUNIT=str(tmp_path / "junit"))
    counted = "".join(path.read_text() for path in sorted((tmp_path / "junit").glob("*.xml")))
    return result, counted


def test_c_tests_start_with_signals_as_usual_and_one_that_dies_has_failed(tmp_path):
    result, counted = c_tests(tmp_path, "kill -INT $$\nexit 0\n")
    assert result.returncode == 1
    assert "FAILED ended: exit status -2" in result.stdout
    assert 'failures="1"' in counted


def test_what_a_sanitizer_complains_of_at_the_end_is_a_failure(tmp_path):
    result, counted = c_tests(tmp_path, f"echo '{GOOD}' > \"$CMOCKA_XML_FILE\"\necho a leak\nexit 1\n")
    assert result.returncode == 1
    assert "a leak" in result.stdout
    assert counted.count('failures="1"') == 1 and 'failures="0"' in counted


def test_a_good_c_test_passes(tmp_path):
    result, counted = c_tests(tmp_path, f"echo '{GOOD}' > \"$CMOCKA_XML_FILE\"\n")
    assert (result.returncode, result.stdout.startswith("ok ")) == (0, True), result.stdout
    assert counted.strip() == GOOD


WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: 'true'\n"


@pytest.mark.parametrize("wrong, complaint", [
    ("on: [", "parse"), (WORKFLOW.replace("on: push\n", ""), "'on' is a required property"),
    (WORKFLOW.replace("runs-on: x", "runs-on: x\n    needs: b"), "no job b"),
    (WORKFLOW.replace("run: 'true'", "run: 'if'"), "SC1"), (WORKFLOW.replace("run: 'true'", "run: 'cat $a'"), "SC2086"),
    (WORKFLOW.replace("runs-on: x", "runs-in: x"), "runs-in"), (WORKFLOW.replace("run: 'true'", "name: x"), "required"),
    (WORKFLOW.replace("run: 'true'", "uses: x\n        runs: y"), "runs")])
def test_a_wrong_workflow_is_a_fault(tmp_path, wrong, complaint):
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    lint = (sys.executable, TREE / "tests/lint/workflows.py")
    (folder / "w.yml").write_text(WORKFLOW)
    good = run(*lint, folder=tmp_path, PATH="/usr/bin:/bin")
    assert good.returncode == 0 and "actionlint is not installed" in good.stdout, good.stdout
    (folder / "w.yml").write_text(wrong)
    bad = run(*lint, folder=tmp_path, PATH="/usr/bin:/bin")
    assert bad.returncode == 1 and complaint in bad.stdout, bad.stdout


@pytest.mark.skipif("VMQ_PROGRAM" in os.environ, reason="the picture is of the program for this machine")
def test_the_picture_is_not_stale(tmp_path):
    """The README's picture is what stands on the screen now; `make picture` draws it anew."""
    fresh = tmp_path / "screen.svg"
    subprocess.run([sys.executable, TREE / "tests/picture.py", TREE / "build/vmq-recovery", fresh], check=True, timeout=seconds(60))
    assert fresh.read_text("utf-8") == (TREE / ".github/screen.svg").read_text("utf-8")
