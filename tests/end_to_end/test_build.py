"""build and kc: the collection from the matching kit, and what is in one."""

import driver
import pytest
from conftest import MACHINES
from invariants import check_events
from helpers import said
from kit_helpers import below, built, left_in_work, run

from support.patience import wait_for


@pytest.fixture(name="macos")
def _macos(build):
    """The machine of the seed, in macOS, with its kit; nothing staged."""
    return build("m2pro-14.0", "macos", kit="good", staged=None)


@pytest.mark.parametrize("machine", MACHINES)
def test_build(build, machine):
    """The kit's own kernel, read back; either output name of kmutil; no work left; the next line to type."""
    mac = build(machine, "macos", kit="good", staged=None)
    seen = run(mac, "build")
    assert "stage" in said(seen)
    assert mac.group()["os"]["development"].encode() in built(mac).read_bytes()
    assert left_in_work(mac) == []


def test_the_command(macos):
    """Exactly the recipe: kernel, three repositories, ids without SEPHibernation and without third parties'."""
    run(macos, "build")
    argv = next(argv for argv in macos.calls("kmutil") if argv[1] == "create")
    assert argv[:12] == ["kmutil", "create", "--arch", "arm64e", "-z", "--variant-suffix", "development",
                         "--no-variant-extension", "--new", "boot", "--boot-path", argv[11]]
    assert argv[argv.index("--kernel") + 1].endswith(f"/{macos.kit_kernel().name}")
    assert [argv[at + 1] for at, word in enumerate(argv) if word == "--repository"] == [
        "/Library/Developer/KDKs/KDK_14.0_23A344.kdk/System/Library/Extensions", "/System/Library/Extensions",
        "/System/Library/DriverExtensions"]
    ids = [argv[at + 1] for at, word in enumerate(argv) if word == "-b"]
    assert len(ids) > 8 and all(one.startswith("com.apple.") and "SEPHiber" not in one for one in ids)
    assert "--build" not in argv


def test_what_is_left_out_is_shown(macos):
    """Never silently."""
    seen = said(run(macos, "build"))
    assert "com.apple.driver.SEPHibernation: known not to link" in seen
    assert "not Apple's: /Library/Extensions" in seen


def test_exclude_and_include(macos):
    """The list is the person's to change; an unknown id is no silence."""
    run(macos, "build", "--exclude", "com.apple.iokit.IOPCIFamily")
    assert "com.apple.iokit.IOPCIFamily" not in macos.calls("kmutil")[-1]
    seen = run(macos, "build", "--include", "com.apple.driver.SEPHibernation", code=1)
    assert "com.apple.driver.SEPHibernation" in macos.calls("kmutil")[-1]
    assert "link" in said(seen)
    assert "no such kernel extension" in said(run(macos, "build", "--exclude", "com.apple.nothing", code=3))


def test_again_is_nothing_to_do(macos):
    """The same inputs: not built twice. Other inputs: built."""
    run(macos, "build")
    macos.forget()
    assert "Nothing to do" in run(macos, "build").text
    assert macos.acts() == []
    run(macos, "build", "--exclude", "com.apple.iokit.IOPCIFamily")
    assert len(macos.acts()) == 1


def test_dry_run_changes_nothing(macos):
    """It says what would run; no tool, no file."""
    seen = run(macos, "-n", "build")
    assert "kmutil create" in said(seen) and "nothing was changed" in said(seen)
    assert macos.acts() == [] and not built(macos).exists()


def test_json(macos):
    """The stream holds the whole command."""
    seen = run(macos, "--json", "build")
    check_events(seen, "build")
    argv = next(one["argv"] for one in seen.of("step", name="create", event="intent") if one["argv"][0] == "/usr/bin/kmutil")
    assert "com.apple.filesystems.apfs" in argv


@pytest.mark.parametrize("how", ["half-file", "fail", "die", "die-halfway", "lie", "act-then-fail"])
def test_a_failed_build(macos, how):
    """No half file, what was built before stays; success is read back whatever the exit status says."""
    run(macos, "build")
    before = built(macos).read_bytes()
    macos.fault("kmutil", how, match=["create"])
    code = 0 if how == "act-then-fail" else 1
    seen = run(macos, "build", "--exclude", "com.apple.iokit.IOPCIFamily", code=code)
    assert left_in_work(macos) == [], seen.text
    assert (built(macos).read_bytes() == before) == (code == 1)


def test_killed_and_run_again(macos):
    """kill -9 in the middle, then the same command: it finishes."""
    macos.fault("kmutil", "kill-program-halfway", match=["create"])
    assert driver.run(macos, "build").code == -9
    macos.mend()
    run(macos, "build")
    assert built(macos).exists() and left_in_work(macos) == []


def test_killed_and_run_otherwise(macos):
    """The open run was to make something else: it is closed, and what is asked for now is made."""
    macos.fault("kmutil", "kill-program-halfway", match=["create"])
    assert driver.run(macos, "build").code == -9
    macos.mend()
    run(macos, "build", "--exclude", "com.apple.iokit.IOPCIFamily")
    assert "com.apple.iokit.IOPCIFamily" not in macos.calls("kmutil")[-1]


def test_ctrl_c_stops_it(macos, session):
    """At once, leaving no half file."""
    macos.fault("kmutil", "stall", match=["create"])
    one = session(macos, "build")
    one.child.expect("kmutil create")
    wait_for(lambda: macos.records("hanging"))
    one.child.sendintr()
    assert one.finish() == 6, one.log
    assert "Stopping it" in one.log
    macos.mend()
    run(macos, "build")
    assert left_in_work(macos) == []


@pytest.mark.parametrize(("kit", "words"), [
    (None, "kdk fetch"), ("gutted", "2 of its"), ("no-receipt", "no receipt"), ("near", "no kit of build 23A344"),
    ("without-chip", "no development kernel for t6020"), ("no-version", "no kit of build 23A344")])
def test_a_kit_that_will_not_do(build, kit, words):
    """Said, with the cure; nothing is started."""
    mac = build("m2pro-14.0", "macos", kit=kit, staged=None)
    assert words in said(run(mac, "build", code=3))
    assert mac.acts() == []


def test_inexact(build):
    """A near kit only when told to, and with what may happen."""
    mac = build("m2pro-14.0", "macos", kit="near", staged=None)
    seen = driver.run(mac, "build", "--inexact")
    assert "may not link" in said(seen)
    argv = next(argv for argv in mac.calls("kmutil") if argv[1] == "create")
    assert argv[argv.index("--build") + 1] != "23A344"
    assert seen.code == 0 and "stage --inexact" in said(seen), seen.text
    assert "another build of macOS" in said(run(mac, "stage", code=3))
    run(mac, "stage", "--inexact")


def test_from_the_kit_alone(macos):
    """For another Mac: the kit's own list, its own extensions, its build; several lists are not guessed among."""
    assert "mac14" in said(run(macos, "build", "--from-kit", code=3))
    run(macos, "build", "--from-kit", "--model", "mac14j", "--output", "/Users/Shared/für Ada.kc")
    argv = next(argv for argv in macos.calls("kmutil") if argv[1] == "create")
    assert argv.count("--repository") == 1 and argv[argv.index("--build") + 1] == "23A344"
    assert argv[argv.index("--strip") + 1] == "none"
    assert below(macos, "Users/Shared/für Ada.kc").exists()


def test_another_system_than_the_running_one(build):
    """Its extensions are not those that kmutil names: refused, with the ways that work."""
    mac = build("m2pro-14.0", "macos", kit="good", staged=None, several="Second")
    assert "--from-kit" in said(run(mac, "build", "--volume", "Second", code=3))
    assert mac.acts() == []


def test_another_file_is_not_replaced(macos):
    """--output names somebody's letter: it stays."""
    letter = below(macos, "Users/Shared/letter.txt")
    letter.write_text("dear")
    assert "something else" in said(run(macos, "build", "--output", "/Users/Shared/letter.txt", code=3))
    assert letter.read_text() == "dear"


def test_kc(macos):
    """Everything a person wants to know of a file, and its event."""
    run(macos, "build")
    seen = run(macos, "--json", "kc", "/private/var/db/vmq-recovery/build/VirtualMachine.kc")
    check_events(seen, "kc")
    event = seen.of("collection")[0]
    assert (event["kernel"]["chip"], event["kernel"]["kind"]) == ("t6020", "development")
    assert event["kernel"]["banner"] == macos.group()["os"]["development"] and len(event["kernel"]["uuid"]) == 32
    assert seen.of("preflight", check="collection", verdict="ok")


@pytest.mark.parametrize("name", ["other-chip", "other-release", "other-build", "release-kernel", "no-banner", "no-kernel",
                                  "not-a-file-set", "intel", "truncated-commands", "truncated-kernel", "empty", "text", "img4"])
def test_kc_of_a_wrong_file(macos, name):
    """A clear word, exit 3."""
    from recorded_macs import collection
    below(macos, "Users/Shared/x.kc").write_bytes(collection.variants(macos.group()["os"])[name])
    run(macos, "kc", "/Users/Shared/x.kc", code=3)
