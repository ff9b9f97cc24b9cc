"""Checks the workflows of .github/: by actionlint where it is installed; else by GitHub's schema, and the lines in them by shellcheck.

It must not pass for actionlint: which of them looked is said. Debian 12 and pip have no actionlint that works without a download.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from ruamel.yaml import YAML

FOLDER = Path(".github/workflows")
SCHEMA = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
# As the runner starts it; ${{ … }} is filled in before the shell sees a line.
SHELLCHECK = ["shellcheck", "--shell=bash", "--format=gcc", "-"]
EXPRESSION = "${{"


def lines_of(jobs):
    """Yields (job, lines) of each step that a shell runs."""
    for name, job in jobs.items():
        for step in job.get("steps", []):
            if "run" in step and EXPRESSION not in step["run"]:
                yield name, step["run"]


def faults_of_lines(jobs):
    for name, lines in lines_of(jobs):
        read = subprocess.run(SHELLCHECK, input=lines, capture_output=True, text=True, check=False)
        yield from (f"{name}: {fault}" for fault in (read.stdout + read.stderr).splitlines())


def faults_of_needs(jobs):
    for name, job in jobs.items():
        needs = job.get("needs", [])
        for other in [needs] if isinstance(needs, str) else needs:
            if other not in jobs:
                yield f"{name}: there is no job {other}"


def faults(file):
    """Returns what is wrong with a workflow."""
    read = subprocess.run([*SCHEMA, file], capture_output=True, text=True, check=False)
    if read.returncode != 0:
        return (read.stdout + read.stderr).splitlines()
    jobs = YAML(typ="safe").load(file)["jobs"]
    return [f"{file}: {fault}" for fault in (*faults_of_needs(jobs), *faults_of_lines(jobs))]


def main():
    files = sorted(FOLDER.glob("*.yml"))
    if not files:
        print(f"no workflow in {FOLDER}")
        return 1
    if shutil.which("actionlint"):
        print("workflows: looked at by actionlint")
        return subprocess.run(["actionlint", *files], check=False).returncode
    found = [fault for file in files for fault in faults(file)]
    print("\n".join(found or ["workflows: fit GitHub's schema, and shellcheck likes their lines; actionlint is not installed"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
