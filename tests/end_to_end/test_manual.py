"""The manual inside the program: its pages on a terminal and for man(1), its examples, its schema, and completion in real shells."""

import json
import os
import re
import subprocess

import driver
import jsonschema
import pexpect
import pytest
from conftest import MACHINES

from support.patience import seconds

TOPICS = ("walk", "changes", "recovery", "automation", "writing", "events", "errors", "files", "options")
COMMANDS = [line.split('"')[1] for line in (driver.TREE / "stdlib/cli/table.lua").read_text("utf-8").splitlines()
            if re.match(r'  \{ name = "[a-z-]+", group', line)]
PROMPT = r"-- \d+% -- space: more, b: back, q: quit "


def told(*words):
    """What help says, on standard output alone."""
    seen = driver.run(None, "help", *words)
    assert (seen.code, seen.err) == (0, ""), seen.text
    return seen.out


def test_one_screen():
    """24 lines of 80 columns hold everything, and the shell's next line."""
    lines = told().splitlines()
    assert len(lines) <= 23 and max(map(len, lines)) <= 80
    assert set(COMMANDS) <= set(" ".join(lines).split())


@pytest.mark.parametrize("topic", TOPICS)
def test_topics(topic):
    """Each topic has a page of 80 columns, and `help` names it."""
    page = told(topic)
    assert page.startswith(f"{topic}: ") and max(map(len, page.splitlines())) <= 80
    assert topic in told().split()


@pytest.mark.parametrize(("typed", "near"), [("plnas", "plan"), ("recovry", "recovery"), ("evnts", "events"), ("revrt", None), ("x", None)])
def test_unknown_topic(typed, near):
    """One line; the nearest within two letters, never revert."""
    seen = driver.run(None, "help", typed)
    assert (seen.code, seen.out) == (2, "") and len(seen.err.splitlines()) == 1
    assert (f"; the nearest is {near}" in seen.err) if near else ("nearest" not in seen.err and "vmq-recovery help`" in seen.err)


def test_a_page_is_turned_on_a_terminal(session, tmp_path):
    """By the program itself; q leaves, and nothing else was started."""
    reader = session(None, "help", "writing")
    reader.child.expect(PROMPT)
    assert reader.log.startswith("writing: ") and "Functions" not in reader.log
    reader.takes_keys()
    reader.types_alone(" ")
    reader.child.expect(PROMPT)
    reader.takes_keys()
    reader.child.send("q")
    assert reader.finish() == 0 and reader.terminal_as_before()
    assert list(tmp_path.rglob("*less*")) == []


def test_a_short_page_asks_nothing(session):
    """What fits is only shown."""
    reader = session(None, "help", "resume", size=(40, 80))
    assert reader.finish() == 0
    assert "space: more" not in reader.log and "resume" in reader.log


@pytest.fixture(scope="module", name="man")
def _man(tmp_path_factory):
    """The folder that `make man` makes."""
    folder = tmp_path_factory.mktemp("pages")
    subprocess.run(["sh", driver.TREE / "runner/build/man.sh", driver.PROGRAM, folder], check=True)
    assert {one.name for one in (folder / "completions").iterdir()} == {"vmq-recovery.bash", "_vmq-recovery", "vmq-recovery.fish"}
    return folder / "man"


def test_man_pages(man):
    """One for the program, each command and each topic; mandoc finds nothing to complain about."""
    expected = {"vmq-recovery.1"} | {f"vmq-recovery-{name}.1" for name in COMMANDS}
    expected |= {f"vmq-recovery-{name}.7" for name in TOPICS if name != "options"}
    assert {one.name for one in man.iterdir()} == expected
    lint = subprocess.run(["mandoc", "-T", "lint", *sorted(man.iterdir())], capture_output=True, text=True, check=False)
    assert (lint.returncode, lint.stdout + lint.stderr) == (0, "")


def test_man_pages_say_what_help_says(man):
    """The same words, whoever lays them out."""
    for name in ("apply.1", "recovery.7", "events.7"):
        shown = subprocess.run(["mandoc", "-T", "utf8", "-O", "width=200", man / f"vmq-recovery-{name}"], capture_output=True,
                               text=True, check=True).stdout
        words = set(re.findall(r"[A-Za-z]{4,}", re.sub(r".\x08", "", shown)))
        assert set(re.findall(r"[A-Za-z]{4,}", told(name.split(".")[0]))) <= words | {"usage", "OPTIONS"}


def test_schema():
    """A JSON Schema by the rules of JSON Schema, the same text each time, with every event of the contract."""
    text = told("events", "--schema")
    assert text == told("events", "--schema")
    schema = json.loads(text, object_pairs_hook=_without_doubles)
    jsonschema.Draft202012Validator.check_schema(schema)
    kinds = [one["properties"]["type"]["const"] for one in schema["oneOf"]]
    assert {"start", "preflight", "plan", "step", "output", "prompt", "undo", "phase", "status", "kit", "collection", "record",
            "end"} <= set(kinds)
    assert len(set(kinds)) == len(kinds)
    validator = jsonschema.Draft202012Validator(schema)
    good = {"type": "end", "time": "2026-01-01T00:00:00Z", "result": "done", "exit": 0}
    assert validator.is_valid(good) and validator.is_valid({**good, "field of tomorrow": 1})
    assert not validator.is_valid({**good, "exit": "0"}) and not validator.is_valid({"type": "end", "exit": 0})
    assert driver.run(None, "help", "apply", "--schema").code == 2


def _without_doubles(pairs):
    assert len(dict(pairs)) == len(pairs), f"a name stands twice in {[name for name, _ in pairs]}"
    return dict(pairs)


def examples():
    """The plans on the manual's page: file name to text."""
    found, name, page = {}, None, told("writing").splitlines()
    for line in page:
        heading = re.match(r"Example: .* \((\S+\.lua)\)$", line)
        if heading:
            name = heading[1]
            found[name] = []
        elif line and not line.startswith(" "):
            name = None
        elif name:
            found[name].append(line.removeprefix("  "))
    return {name: "\n".join(lines) + "\n" for name, lines in found.items()}


POLICY = ("mode", "coih", "sip0", "sip1", "sip2", "sip3", "smb2", "smb3", "smb4", "auxp", "auxi", "auxr")
EXAMPLES = ("verbose.lua", "kexts.lua", "greeting.lua")


def test_there_are_three_examples():
    """And the tests below run each of them."""
    assert tuple(examples()) == EXAMPLES


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_well_formed_and_rehearsed(tmp_path, name):
    """`check`, and `rehearse` to its end, on a Mac whose recovery takes plain names and on one that does not."""
    path = tmp_path / name
    path.write_text(examples()[name], encoding="utf-8")
    assert driver.run(None, "check", path).code == 0
    for machine in ("m2pro-14.0", "m4-26"):
        seen = driver.run(None, "rehearse", path, "--mac", machine, "--yes")
        assert seen.code == 0, seen.text


def state_of(mac):
    """What comes back: the policy but for hashes that are new at each write, boot-args, where absent and empty are one, and the word."""
    return [mac.policy()[name] for name in POLICY], mac.boot_args() or "", mac.state()["nvram"].get("greeting")


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_runs_and_is_undone(build, tmp_path, name, machine):
    """On the recorded Macs: done, told done by `plan`, undone by `rollback`."""
    mac = build(machine)
    path = tmp_path / name
    path.write_text(examples()[name], encoding="utf-8")
    before = state_of(mac)
    seen = driver.unattended(mac, "run", path)
    if (name, machine) == ("verbose.lua", "m4-26.3"):
        assert seen.code == 1 and state_of(mac) == before, "its recovery refuses boot-args"
        return
    assert seen.code == 0, seen.text
    if name == "kexts.lua":
        assert mac.policy()["smb2"]
    if name == "verbose.lua":
        assert "-v" in mac.boot_args().split()
    assert driver.run(mac, "plan", path, "--detailed-exitcode").code == 0
    assert driver.unattended(mac, "rollback").code == 0
    assert state_of(mac) == before


def completed(shell, folder):
    """The file of a completion script."""
    seen = driver.run(None, "completion", shell)
    assert (seen.code, seen.err) == (0, "")
    path = folder / ("_vmq-recovery" if shell == "zsh" else f"completion.{shell}")
    path.write_text(seen.out, encoding="utf-8")
    return path


def in_bash(script, line, folder):
    """What bash offers at the end of a line, by its own programmable completion."""
    words = line.split(" ")
    text = f"""source {script}; COMP_WORDS=({' '.join(repr(one) for one in words)}); COMP_CWORD={len(words) - 1}
    COMP_LINE={line!r}; COMP_POINT=${{#COMP_LINE}}; _vmq_recovery; printf '%s\\n' "${{COMPREPLY[@]}}" """
    return subprocess.run(["bash", "--norc", "-c", text], cwd=folder, capture_output=True, text=True, check=True).stdout.split("\n")[:-1]


def in_fish(script, line, folder):
    """What fish offers."""
    done = subprocess.run(["fish", "--no-config", "-c", f"source {script}; complete -C {line!r}"], cwd=folder,
                          capture_output=True, text=True, check=True, env={**os.environ, "HOME": str(folder)})
    assert done.stderr == ""
    return [one.split("\t")[0] for one in done.stdout.splitlines()]


def in_zsh(script, line, folder):
    """What zsh offers: it lists the choices at a Tab, in a real terminal."""
    shell = pexpect.spawn("zsh", ["-f", "-i"], cwd=str(folder), encoding="utf-8", timeout=seconds(20), dimensions=(200, 200),
                          env={**os.environ, "TERM": "dumb", "PS1": "ready> ", "HOME": str(folder), "ZDOTDIR": str(folder)})
    shell.expect("ready> ")
    shell.sendline(f"fpath=({script.parent} $fpath); autoload -Uz compinit; compinit -u -d {folder}/dump; LISTMAX=1000;"
                   " unsetopt auto_menu menu_complete always_last_prompt; print -r -- s''et")
    shell.expect("\r\nset\r\n")
    shell.expect("ready> ")
    shell.send(line + "\t\t")
    shell.send("\x15print -r -- e''nd\r")
    shell.expect("\r\nend\r\n")
    shell.close(force=True)
    return re.sub(r"\x1b\[[?0-9;]*[A-Za-z]|\x07", "", shell.before).split("\x15")[0].split()


SHELLS = {"bash": in_bash, "zsh": in_zsh, "fish": in_fish}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(("line", "offered", "not_offered"), [
    ("vmq-recovery ", ["apply", "revert", "rehearse", "completion"], ["life", "quota"]),
    ("vmq-recovery re", ["resume", "rehearse", "revert"], ["apply", "rollback"]),
    ("vmq-recovery apply --", ["--quota", "--kc", "--json"], ["--fault", "--inexact"]),
    ("vmq-recovery --root /r kdk ", ["list", "check", "fetch", "install"], ["apply"]),
    ("vmq-recovery help ", ["plans", "recovery", "apply"], ["life"]),
    ("vmq-recovery rehearse ", ["apply", "revert", "step", "life"], ["kdk"]),
    ("vmq-recovery --color ", ["auto", "always", "never"], ["apply"]),
    ("vmq-recovery kc col", ["collection.kc"], ["apply"]),
    ("vmq-recovery completion ", ["bash", "zsh", "fish"], ["apply"]),
])
def test_completion_in_a_real_shell(tmp_path, shell, line, offered, not_offered):
    """Commands, options of this command alone, values, topics and files."""
    (tmp_path / "collection.kc").touch()
    script = completed(shell, tmp_path)
    got = SHELLS[shell](script, line, tmp_path)
    assert [one for one in offered if one not in got] == [], got
    assert [one for one in not_offered if one in got] == [], got


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_by_the_path_of_the_program(tmp_path, shell):
    """As it is started in recovery."""
    got = SHELLS[shell](completed(shell, tmp_path), f"{driver.program_file()} rehea", tmp_path)
    assert any("rehearse" in one for one in got), got


def test_completion_of_an_unknown_shell():
    """One line."""
    seen = driver.run(None, "completion", "tcsh")
    assert (seen.code, seen.out) == (2, "")
    assert seen.err == "vmq-recovery: completion takes bash, zsh or fish, not tcsh\n"
