"""The place where plans are measured: a recorded Mac's root with one more tool, counter.c.

It must not be used for tests: nothing here is checked but exit statuses.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import measure

sys.path.insert(0, "tests")
from recorded_macs.builder import Mac

PROGRAM = "build/vmq-recovery"
TOOL = "/usr/local/bin/counter"

PLAN = """local steps = {{ summary = "A benchmark.",
  tools = {{ {{ path = "{tool}", reads = {{ {{ "get", "<word>" }} }} }} }} }}
for n = 1, {steps} do
  local name = tostring(n)
  steps[n] = step("s" .. name) {{
    why = "To be measured.", where = "any",
    check = function(c) {check} end,
    run = function() return command({{ "{tool}", {words} }}, {{ {about} }}) end,
    undo = function() return "what it made is thrown away" end,
  }}
end
return plan "bench" (steps)
"""
LOOK = f'local seen = probe {{ "{TOOL}", "get", name }}; return seen == "yes\\n" and "done" or "todo", {{ seen = seen }}'
TRUST = 'return c.tried and "done" or "todo", {}'


class Stage:
    """One root, made anew for each run of a plan."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.state, self.journal = self.folder / "state", self.folder / "journal"
        self.mac = Mac.build(self.folder / "mac")
        self.tool = Path(f"{self.mac.root}{TOOL}")
        self.tool.parent.mkdir(parents=True)
        subprocess.run(["gcc", "-O2", "-static", f'-DSTATE="{self.state}"', "-o", self.tool, "tests/bench/counter.c"],
                       check=True)

    def clear(self):
        """No step is done, and there is no journal."""
        for place in (self.state, self.journal):
            shutil.rmtree(place, ignore_errors=True)
        self.state.mkdir()

    def plan(self, steps, check=LOOK, words='"set", name', about=""):
        """Writes a plan of that many steps; returns its path."""
        path = self.folder / "plan.lua"
        path.write_text(PLAN.format(tool=TOOL, steps=steps, check=check, words=words, about=about))
        return path

    def run(self, plan, *options, **more):
        """Runs the plan from the start; returns the measured run."""
        self.clear()
        return self.start(*options, "run", plan, **more)

    def start(self, *words, **more):
        """Starts the program on what is there; returns the measured run."""
        secret, typed = os.pipe()
        os.write(typed, b"no secret\n")
        os.close(typed)
        try:
            return measure.checked([PROGRAM, "--root", self.mac.root, "--journal", self.journal, "--yes", "--user", "ada",
                                    "--password-fd", str(secret), *words], pass_fds=[secret], **more)
        finally:
            os.close(secret)
