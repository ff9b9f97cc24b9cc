"""Checks the workflows of .github/: by actionlint where it is installed, else only as YAML with the keys that every job needs.

It must not pass for actionlint: which of the two looked is said. Debian 12 and pip have no actionlint that works without a download.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import yaml

FOLDER = Path(".github/workflows")


def faults_of_step(step):
    """Yields what is wrong with a step: it does one thing, and a shell can read its lines."""
    if ("run" in step) == ("uses" in step):
        yield "a step has either `run` or `uses`"
    elif "run" in step:
        read = subprocess.run(["bash", "-n"], input=step["run"], capture_output=True, text=True, check=False)
        yield from read.stderr.splitlines()
    elif "@" not in step["uses"]:
        yield f"{step['uses']} names no version"


def faults_of_job(job, jobs):
    if "runs-on" not in job or not job.get("steps"):
        yield "a job needs `runs-on` and `steps`"
    needs = job.get("needs", [])
    for name in [needs] if isinstance(needs, str) else needs:
        if name not in jobs:
            yield f"there is no job {name}"
    for step in job.get("steps", []):
        yield from faults_of_step(step)


def faults(text):
    """Returns what is wrong with a workflow, as far as its YAML tells."""
    try:
        workflow = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        return [str(problem)]
    jobs = workflow.get("jobs") or {}
    # YAML takes the bare word `on` for true.
    found = [] if jobs and True in workflow else ["a workflow needs `on` and `jobs`"]
    return found + [f"{name}: {fault}" for name, job in jobs.items() for fault in faults_of_job(job, jobs)]


def main():
    files = sorted(FOLDER.glob("*.yml"))
    if not files:
        print(f"no workflow in {FOLDER}")
        return 1
    if shutil.which("actionlint"):
        print("workflows: looked at by actionlint")
        return subprocess.run(["actionlint", *files], check=False).returncode
    found = [f"{file}: {fault}" for file in files for fault in faults(file.read_text())]
    print("\n".join(found or ["workflows: good YAML; actionlint is not installed and has not looked at them"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
