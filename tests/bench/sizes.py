"""The program's size against what one would otherwise carry: the installed sizes of Debian's packages.

It must not install anything: apt's own package lists tell the sizes.
"""

import re
import subprocess
from pathlib import Path

import table

# The shell, libc and the like are on every system; what comes on top of them is counted.
WITHIN = {"required"}
INSTEAD = {"`python3` with `pexpect`": ["python3", "python3-pexpect"], "expect": ["expect"],
           "`lua5.4` with `posix` and `json`": ["lua5.4", "lua-posix", "lua-dkjson"]}
MACOS = "vmq-recovery (macOS arm64)"
MACOS_GOAL = 1_500_000
PROGRAMS = {MACOS: "build/macos/vmq-recovery",
            "vmq-recovery (Linux arm64, static)": "build/linux-arm64/vmq-recovery",
            "vmq-recovery (this machine)": "build/vmq-recovery"}


def apt_cache(*words):
    return subprocess.run(["apt-cache", *words], check=False, stdout=subprocess.PIPE, text=True).stdout


def closure(packages):
    """Returns {package: bytes} of the packages and all they depend on, less what every system has."""
    listed = apt_cache("depends", "--recurse", "--no-recommends", "--no-suggests", "--no-conflicts", "--no-breaks",
                       "--no-replaces", "--no-enhances", *packages)
    names = sorted(set(re.findall(r"^(\w[\w.+-]*)$", listed, re.MULTILINE)))
    sizes = {}
    for record in apt_cache("show", "--no-all-versions", *names).split("\n\n") if names else []:
        fields = dict(re.findall(r"^([\w-]+): (.*)$", record, re.MULTILINE))
        if fields and fields.get("Priority") not in WITHIN:
            sizes[fields["Package"]] = int(fields.get("Installed-Size", 0)) * 1024
    return sizes


def measure_sizes(_):
    table.title("Size, against the installed size of what one would carry instead")
    present = {name: Path(path).stat().st_size for name, path in PROGRAMS.items() if Path(path).exists()}
    ours = next(iter(present.values()))
    for name, size in present.items():
        if name == MACOS:
            table.goal(name, size, MACOS_GOAL, "B")
        else:
            table.row(name, size, "B")
    for name, packages in INSTEAD.items():
        sizes = closure(packages)
        if sizes:
            total = sum(sizes.values())
            table.row(f"instead: {name} ({len(sizes)} packages)", total, "B", f"{total / ours:.1f} × our size")
        else:
            table.line(f"instead: {name}", "unknown (apt-get update)")
