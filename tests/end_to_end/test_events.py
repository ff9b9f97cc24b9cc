"""The event stream of --json: first line, last line, types and fields, in every kind of end."""

import driver
import invariants
import pytest
from conftest import MACHINES
from helpers import WORDS


def stream(mac, command, *more, unattended=True):
    """Run with --json and hold the stream to the contract."""
    call = driver.unattended if unattended else driver.run
    seen = call(mac, command, *more, "--json")
    invariants.check_events(seen, command)
    return seen


@pytest.mark.parametrize("machine", MACHINES)
def test_apply(build, machine):
    """The story of the first phase: preflight, plan, steps with their acts, prompts, output, phase."""
    mac = build(machine)
    seen = stream(mac, "apply")
    assert seen.code == 0, seen.err
    kinds = [one["type"] for one in seen.events]
    assert kinds.index("preflight") < kinds.index("plan") < kinds.index("step") < kinds.index("phase")
    assert [one["event"] for one in seen.of("step", name="copy")] == ["intent", "started", "ended"] * 2 + ["done"]
    for name in ("sip", "kernel"):
        told = [one["event"] for one in seen.of("step", name=name)]
        assert told == ["intent", "started", "ended", "done"], told
    assert [one["event"] for one in seen.of("step", name="boot-args-filter")] == ["skipped"]
    started = [one["argv"] for one in seen.of("step", event="started")]
    assert [one[0] for one in started[:2]] == ["make-folder", "copy"]
    assert [[one[0].rsplit("/", 1)[1], *one[1:]] for one in started[2:]] == mac.acts()
    assert {one["kind"] for one in seen.of("prompt", step="kernel")} >= {"password"}
    assert "going to change bootpolicy to permissive" in "".join(one["text"] for one in seen.of("output", step="kernel"))
    assert "next" in seen.of("phase")[0]


def test_nothing_but_json_on_standard_output(mac):
    """What is for people goes to standard error."""
    seen = stream(mac, "apply")
    assert "Turning off System Integrity Protection" in seen.err or seen.of("output")
    assert all(line.startswith("{") for line in seen.out.splitlines())


@pytest.mark.parametrize("command", ["status", "doctor", "plan", "log"])
def test_commands_that_look(mac, command):
    """The same objects, no acts."""
    seen = driver.run(mac, command, "--json")
    assert seen.events[0]["type"] == "start" and seen.events[-1]["type"] == "end"
    assert seen.events[-1]["exit"] == seen.code
    assert mac.acts() == []


def test_status(mac):
    """Environment, group, policy, kernel, boot_args, journal."""
    mac.set_boot_args("-v " + WORDS)
    seen = stream(mac, "status", unattended=False)
    told = seen.of("status")[0]
    assert told["environment"] == "paired-recovery"
    assert told["group"] == mac.group()["uuid"] and told["boot_args"] == "-v " + WORDS
    assert told["policy"]["mode"] == "full"


def test_plan_is_the_plan_of_apply(mac):
    """plan --json and apply --json print the same objects."""
    before = stream(mac, "plan", "apply", unattended=False).of("plan")[0]
    during = stream(mac, "apply").of("plan")[0]
    assert [one["name"] for one in before["steps"]] == [one["name"] for one in during["steps"]]
    for one in before["steps"]:
        assert {"name", "why", "where", "verdict"} <= set(one)
    assert [one["name"] for one in before["steps"][:2]] == ["copy", "sip"]
    assert before["steps"][1]["argv"] == ["/usr/bin/csrutil", "disable"]
    assert before["steps"][0]["undo"] and before["steps"][1]["undo"]


@pytest.mark.parametrize(("arrange", "code"), [
    (lambda mac: mac.set_policy(mode="full"), 0),
    (lambda mac: mac.remove_tool("kmutil"), 3),
    (lambda mac: mac.fault("kmutil", "fail", match=["configure-boot"], times=None), 1),
    (lambda mac: mac.fault("csrutil", "interrupt-program", match=["disable"]), 6),
    (lambda mac: mac.collection_path().unlink(), 3),
])
def test_every_end_has_its_last_line(mac, arrange, code):
    """Whatever the end: the last line says it, with the exit code."""
    arrange(mac)
    seen = stream(mac, "apply")
    assert seen.code == code, seen.err
    if code == 1:
        assert seen.of("undo"), "what was undone is told"
        assert seen.of("step", name="kernel", event="failed")


def test_declined(mac):
    """Nobody to type the name: declined, in JSON too."""
    owner = mac.group()["owners"][0]
    seen = driver.run(mac, "apply", "--json", "--user", owner["name"], password=owner["password"])
    assert seen.code == 4, seen.text
    assert seen.events[-1]["exit"] == seen.code and mac.acts() == []


def test_revert_and_rollback(build):
    """Their streams, too."""
    mac = build(online=False)
    assert stream(mac, "apply").code == 0
    seen = stream(mac, "revert")
    assert seen.code == 9
    mac = build()
    assert stream(mac, "apply").code == 0
    assert stream(mac, "rollback").code == 0


def test_phase_two(mac):
    """In macOS."""
    assert stream(mac, "apply").code == 0
    mac.restart("macos")
    seen = stream(mac, "apply")
    assert seen.code == 0
    assert seen.of("step", name="booted")[-1]["event"] in ("done", "skipped")


def test_plan_detailed_exit_code(mac):
    """10 if there are changes, 0 if not."""
    assert stream(mac, "plan", "apply", "--detailed-exitcode", unattended=False).code == 10
    assert stream(mac, "plan", "apply", unattended=False).code == 0
    assert stream(mac, "plan", "revert", "--detailed-exitcode", unattended=False).code == 0
    mac.set_policy(mode="permissive", sip0=0x7F, sip2=True, sip3=True)
    assert stream(mac, "plan", "revert", "--detailed-exitcode", unattended=False).code == 10


def test_odd_text_is_valid_json(build):
    """Names, boot-args and tool output that are no plain text."""
    mac = build(name="a\"b\\c", data_name="é☃")
    mac.set_boot_args('x="\\" y=é \x7f')
    mac.fault("csrutil", "garbage", match=["disable"])
    seen = driver.unattended(mac, "apply", "--json")
    invariants.check_events(seen, "apply")
    assert "\ufffd" not in seen.out.replace("\\ufffd", ""), "not UTF-8"
