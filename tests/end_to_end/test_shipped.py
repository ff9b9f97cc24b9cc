"""The plans that ship beside apply and revert, on recorded Macs: done, read back, rolled back, and what they refuse."""

import driver
import pytest
import shipped
from conftest import MACHINES
from helpers import FULL, flags
from recorded_macs import collection
from shipped import SHIPPED, Recorded, Simulated, as_it_should_be, given, there_and_back


def prepared(build, name, *arguments, **more):
    """A Mac on which this plan has something to do."""
    mac = build(*arguments, **more)
    Recorded(mac).prepare(name)
    return mac


def through(mac, *words):
    """Runs a command, and again after each restart that it asks for; the last answer."""
    return shipped.through(Recorded(mac), *words)


def test_the_list():
    """Each plan inside, in one line or two; each has a page with its parameters."""
    seen = driver.run(None, "plans")
    assert seen.code == 0, seen.text
    for name in ("apply", "revert", *SHIPPED):
        assert f"\n{name} " in "\n" + seen.out, seen.out
        page = driver.run(None, "help", "plans", name)
        assert page.code == 0 and page.out.startswith(name + ": "), page.text
        head, rest = page.out.split("\n\n", 1)
        assert " ".join(head.split()).removeprefix(name + ": ") not in " ".join(rest.split()), page.text
        assert driver.run(None, "check", name).code == 0
    for name, pairs in SHIPPED.items():
        for pair in pairs:
            assert f"\n  {pair.split('=')[0]} " in driver.run(None, "help", "plans", name).out


def test_a_plan_that_is_none():
    """Refused, with the nearest one."""
    seen = driver.run(None, "help", "plans", "bot-args")
    assert seen.code == 2 and "boot-args" in seen.err


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", SHIPPED)
def test_there_and_back(build, name, machine):
    """Done and read back after the restart; rolled back, every field of the policy and boot-args are as before."""
    assert there_and_back(Recorded(build(machine)), name) == as_it_should_be(machine, name)


@driver.needs_own_tools
@pytest.mark.parametrize("machine", ["m1-12.6", "m4-27"])
@pytest.mark.parametrize("name", SHIPPED)
def test_there_and_back_simulated(tmp_path, name, machine):
    """The same on the other kind of Mac."""
    assert there_and_back(Simulated(machine, tmp_path / "kept"), name) == as_it_should_be(machine, name)


@pytest.mark.parametrize("name", SHIPPED)
def test_events(build, name):
    """A program that reads along is told each step, its command and its way back, and how it ended."""
    mac = prepared(build, name, "m2pro-15.3")
    seen = driver.unattended(mac, *given(name, side=Recorded(mac)), "--json")
    assert seen.code == 0, seen.text
    acts = [argv for argv in mac.acts() if argv[0] != "nvram"]
    told = [one["argv"] for one in seen.of("step", event="intent") if "/usr/bin/" in one["argv"][0]]
    assert [[argv[0].rpartition("/")[2], *argv[1:]] for argv in told] == acts
    assert seen.of("end")[0]["exit"] == 0 and seen.of("preflight") and not seen.of("preflight", verdict="bad")
    planned = seen.of("plan")[0]["steps"]
    assert all(step["undo"] for step in planned if step["verdict"] == "todo" and step.get("argv")), planned


def test_boot_args_in_force(build):
    """Foreign words stay, one with the same key goes, and the kernel was given them."""
    mac = prepared(build, "boot-args")
    mac.set_boot_args("-x debug=1  mine=%41")
    assert through(mac, *given("boot-args", "remove=-x")).code == 0
    assert mac.boot_args() == "debug=0x144  mine=%41 -v"
    assert driver.unattended(mac, "rollback").code == 0
    assert mac.boot_args() == "-x debug=1  mine=%41"


@pytest.mark.parametrize(("words", "code", "told"), [
    (["add=a\tb"], 2, "which has a blank"),
    (["add=" + "a" * 1024], 2, "has 1024 bytes; at most 1023"),
    (["add=" + "a" * 1023], 3, "the kernel takes"),
    (["other=1"], 2, "has no parameter other; it has add, listed, remove"),
    (["add=-v", "remove=-v"], 3, "-v is to be added and removed"),
    (["listed=perhaps"], 2, "perhaps, which is not one of no, yes"),
    ([], 3, "no word to add or to remove"),
])
def test_bad_input(build, words, code, told):
    """Told with the value and the bound; nothing is started."""
    mac = prepared(build, "boot-args")
    mac.set_boot_args("mine=1")
    pairs = [part for one in words for part in ("--set", one)]
    for command in ("run", "plan", "step"):
        seen = driver.unattended(mac, command, "boot-args", *pairs)
        assert seen.code == code, seen.text
        assert told in " ".join(seen.text.split()), seen.text
    assert mac.acts() == []


WITHOUT = {"fs": 0x2, "nvram": 0x40, "dtrace": 0x20}


@pytest.mark.parametrize("machine", MACHINES[1:])
def test_parts_are_joined(build, machine):
    """What is open already stays open, unless only the named parts are wanted; the way back is exact."""
    mac = build(machine)
    mac.set_policy(mode="permissive", sip0=0x2)
    before = flags(mac)
    assert driver.unattended(mac, "run", "dtrace").code == 0
    assert mac.policy()["sip0"] == WITHOUT["fs"] | WITHOUT["dtrace"]
    assert driver.unattended(mac, "rollback").code == 0
    assert flags(mac) == before
    assert driver.unattended(mac, "run", "sip", "--set", "without=nvram", "--set", "exact=yes").code == 0
    assert mac.policy()["sip0"] == WITHOUT["nvram"]
    assert driver.unattended(mac, "rollback").code == 0
    assert flags(mac) == before


def test_guests_on_top_of_parts(build):
    """What is open stays open, and the way back takes the one bit."""
    mac = build("m4-26.3")
    assert through(mac, "run", "sip").code == 0
    assert mac.restart("paired-recovery") == "paired-recovery"
    before = flags(mac)
    assert through(mac, "run", "research-guests").code == 0
    assert mac.policy()["sip0"] == 0x107F
    assert mac.restart("paired-recovery") == "paired-recovery"
    assert driver.unattended(mac, "rollback").code == 0
    assert flags(mac) == before


@pytest.mark.parametrize("machine", ["m2pro-15.3", "m4-26.3"])
@pytest.mark.slow
def test_words_for_guests(build, machine):
    """On top of what is open, the words are set, in recovery or in macOS, and out again on the way back."""
    mac = build(machine)
    mac.set_boot_args("mine=1")
    assert through(mac, "run", "sip").code == 0
    assert mac.restart("paired-recovery") == "paired-recovery"
    before = flags(mac)
    seen = through(mac, "run", "research-guests", "--set", "words=amfi_get_out_of_my_way=1 -v")
    assert seen.code == 0 and mac.boot_args() == "mine=1 amfi_get_out_of_my_way=1 -v", seen.text
    assert mac.state()["running"]["boot_args"] == mac.boot_args() and mac.policy()["sip0"] == 0x107F
    seen = shipped.back(Recorded(mac))
    assert seen.code == 0 and (flags(mac), mac.boot_args()) == (before, "mine=1"), seen.text
    assert mac.restart("macos") == "macos"
    assert driver.unattended(mac, "revert").code == 0
    assert (flags(mac), mac.boot_args()) == (FULL, "mine=1")


@pytest.mark.parametrize(("sip0", "words", "code", "told"), [
    (None, "-v", 3, "only while the part nvram of SIP is open. First: `{program} run sip --set without=nvram`"),
    (0x2, "-v", 3, "only while the part nvram of SIP is open"),
    (0x42, "a" * 1020, 3, "the kernel takes 1023"),
    (0x42, "a" * 1024, 2, "has 1024 bytes; at most 1023"),
    (0x42, "-v\ta", 2, "which has a blank"),
])
def test_bad_words_for_guests(build, sip0, words, code, told):
    """Where they would not be written, or not reach the kernel, and where there is no room: refused, nothing is started."""
    mac = build("m4-26.3")
    mac.set_boot_args("mine=1")
    if sip0:
        mac.set_policy(mode="permissive", sip0=sip0, sip3=bool(sip0 & 0x40))
    before = flags(mac)
    seen = driver.unattended(mac, "run", "research-guests", "--set", f"words={words}")
    assert seen.code == code and told.format(program=driver.program_file()) in " ".join(seen.text.split()), seen.text
    assert mac.acts() == [] and (flags(mac), mac.boot_args()) == (before, "mine=1")


def test_a_custom_kernel_stays(build):
    """csrutil leaves it, and so does the way back."""
    mac = build()
    mac.set_policy(mode="permissive", sip0=0x2)
    mac.install_custom_kernel()
    before = flags(mac)
    assert driver.unattended(mac, "run", "dtrace").code == 0
    assert flags(mac) == {**before, "sip0": 0x22, "sip2": True}
    assert driver.unattended(mac, "rollback").code == 0
    assert flags(mac) == before


def refused(mac, plan, words, code, told):
    """The plan is refused with these words, before anything is started; and so it is where it is only looked at."""
    pairs = [part for one in words for part in ("--set", one)]
    for command in ("run", "plan"):
        seen = driver.unattended(mac, command, plan, *pairs)
        assert seen.code == code, seen.text
        assert told.format(program=driver.program_file()) in " ".join(seen.text.split()), seen.text
    assert mac.acts() == []


@pytest.mark.parametrize(("policy", "kernel", "words", "code", "told"), [
    ({}, False, ["without=fs everything"], 2, "everything, which is not one of kext, fs, debug, dtrace, nvram, basesystem"),
    ({}, False, ["exact=yes"], 3, "needs the parts"),
    ({}, False, ["without=fs", "words=-v"], 3, "only while the part nvram is open"),
    ({}, False, ["words=" + "a" * 1024], 2, "at most 1023"),
    ({"mode": "permissive", "sip0": 0x7F}, True, ["without=fs", "exact=yes"], 3, "a custom kernel is registered"),
    ({"mode": "permissive", "sip0": 0x1000}, False, [], 3, "research guests are allowed"),
    ({"mode": "permissive", "sip0": 0x100}, False, [], 3, "would close a part"),
])
def test_bad_parts(build, policy, kernel, words, code, told):
    """Unknown parts, and what would take back what another has opened: refused before anything."""
    mac = build("m4-26.3")
    mac.set_policy(**policy)
    if kernel:
        mac.install_custom_kernel()
    refused(mac, "sip", words, code, told)


@pytest.mark.parametrize(("words", "staged", "code", "told"), [
    (["words=a\tb"], "good", 2, "which has a blank"),
    (["words=" + "a" * 1024], "good", 2, "has 1024 bytes; at most 1023"),
    (["words=" + "a" * 1010], "good", 3, "the kernel takes 1023"),
    (["words=kcsuffix=release"], "good", 3, "kcsuffix=release is among the words"),
    (["variant=debug"], "good", 2, "debug, which is not one of development, kasan"),
    (["variant=kasan"], "good", 3, "it holds a development kernel, and a kasan kernel was asked for"),
    ([], "release-kernel", 3, "it holds a release kernel, and a development kernel was asked for"),
    ([], "truncated-kernel", 3, "cut off"),
])
def test_bad_kernel(build, words, staged, code, told):
    """Words, kind and collection are looked at first; nothing is started."""
    mac = build("m4-26.3", staged=staged)
    pairs = [part for one in words for part in ("--set", one)]
    seen = driver.unattended(mac, "run", "kernel-debug", *pairs)
    assert seen.code == code, seen.text
    assert told in " ".join(seen.text.split()), seen.text
    assert mac.acts() == []


@pytest.mark.parametrize("machine", ["m1-12.1", "m4-26.3"])
def test_a_kernel_of_another_kind(build, machine):
    """The file that --kc names is installed by its copy, and macOS runs it with these words; foreign ones stay."""
    mac = build(machine, staged=None)
    mac.set_boot_args("mine=1")
    (mac.data() / "private/var/root/k.kc").write_bytes(collection.variants(mac.group()["os"])["kasan"])
    path = "/" + str((mac.data() / "private/var/root/k.kc").relative_to(mac.root))
    seen = through(mac, "run", "kernel-debug", "--kc", path, "--set", "variant=kasan", "--set", "words=debug=0x144 -v")
    assert seen.code == 0 and "the kasan kernel runs" in seen.text, seen.text
    assert mac.boot_args() == "mine=1 kcsuffix=kasan debug=0x144 -v"
    assert not any(path in argv for argv in mac.calls("kmutil"))
    assert driver.unattended(mac, "revert").code == 0
    assert (flags(mac), mac.boot_args()) == (FULL, "mine=1")


def test_kexts_wait(build):
    """Until they are approved and macOS has started again; a clean restart alone does not help."""
    mac = build(approves_kexts=False)
    words = [*given("kexts"), "--detailed-exitcode"]
    assert driver.unattended(mac, *words).code == 8
    for _ in range(2):
        assert mac.restart("macos") == "macos"
        seen = driver.unattended(mac, *words)
        assert seen.code == 8 and "approve them in System Settings" in " ".join(seen.text.split()), seen.text
    with mac.change() as state:
        state["knobs"]["approves_kexts"] = True
    assert mac.restart("macos") == "macos"
    seen = driver.unattended(mac, *words)
    assert seen.code == 0 and f"loaded, read back: {Recorded.kext}" in " ".join(seen.text.split()), seen.text
    seen = shipped.back(Recorded(mac))
    assert seen.code == 0 and flags(mac) == FULL, seen.text


def test_kexts_keep_mdm(build):
    """smb3 is carried over, and the way back has it, too; what was approved is forgotten, and that is told before."""
    mac = build("m4-26.3")
    mac.set_policy(mode="reduced", smb3=True)
    before = flags(mac)
    seen = driver.run(mac, "plan", *given("kexts")[1:])
    assert "allowed once more, approve them again" in " ".join(seen.text.split()), seen.text
    assert through(mac, *given("kexts")).code == 0
    assert [argv[1] for argv in mac.acts() if argv[0] == "bputil"] == ["-km"] and mac.policy()["auxp"]
    assert mac.restart("paired-recovery") == "paired-recovery"
    assert driver.unattended(mac, "rollback").code == 0
    assert flags(mac) == before and mac.policy()["auxp"] is None


@pytest.mark.parametrize(("policy", "kernel", "words", "code", "told"), [
    ({}, False, ["ids=driver"], 3, "driver is no bundle identifier"),
    ({}, False, ["ids=org.example/x"], 3, "org.example/x is no bundle identifier"),
    ({}, False, ["ids=org.\u00a0example"], 3, "is no bundle identifier"),
    ({}, False, ["ids=org.a" + " org.a" * 170], 2, "at most 1000 are allowed"),
    ({}, False, ["id=org.a"], 2, "has no parameter id; it has ids"),
    ({"mode": "permissive", "sip0": 0x7F}, False, [], 3, "SIP is off (7f), and the policy is made anew"),
    ({"mode": "permissive", "sip1": True}, False, [], 3, "the sealed system volume is off"),
    ({}, True, [], 3, "a custom kernel is registered, and the policy is made anew, without that. First: `{program} revert`"),
])
def test_bad_kexts(build, policy, kernel, words, code, told):
    """What is no bundle identifier, and what a policy made anew would drop: refused, nothing is started."""
    mac = build("m4-26.3")
    mac.set_policy(**policy)
    if kernel:
        mac.install_custom_kernel()
    refused(mac, "kexts", words, code, told)


def test_kexts_after_another_run(build):
    """The run that has to be undone first is named."""
    mac = build()
    assert driver.unattended(mac, "run", "dtrace").code == 0
    assert through(mac, "run", "dtrace").code == 0
    assert mac.restart("paired-recovery") == "paired-recovery"
    acts = mac.acts()
    seen = driver.unattended(mac, *given("kexts"))
    assert seen.code == 3 and f"First: `{driver.program_file()} rollback` (of run 1, dtrace)" in " ".join(seen.text.split()), seen.text
    assert mac.acts() == acts
    assert driver.unattended(mac, "rollback").code == 0
    assert through(mac, *given("kexts")).code == 0


def test_the_filter_is_on(build):
    """Words that would not reach the kernel are refused, unless they are said to be of Apple's list."""
    mac = build()
    seen = driver.unattended(mac, *given("boot-args"))
    assert seen.code == 3 and "boot-args filter is on" in " ".join(seen.text.split()), seen.text
    assert mac.acts() == []
    assert driver.unattended(mac, *given("boot-args", "listed=yes")).code == 0


def test_macos_protects_them(build):
    """With SIP on, macOS does not let them be written: refused before anything."""
    mac = build("m4-26.3", "macos")
    seen = driver.unattended(mac, *given("boot-args", "listed=yes"))
    assert seen.code == 3 and "protects the boot arguments" in " ".join(seen.text.split()), seen.text
    assert mac.acts() == []


def test_other_words_than_the_open_run(build):
    """A run that is open goes on as it was begun."""
    mac = prepared(build, "boot-args")
    assert driver.unattended(mac, *given("boot-args"), "--detailed-exitcode").code == 8
    seen = driver.unattended(mac, "run", "boot-args", "--set", "add=other")
    assert seen.code == 6 and "was begun with add=" in " ".join(seen.text.split()), seen.text


def test_two_runs(build):
    """The older run waits until the newer is undone; log shows both, and then rollback is the older one's."""
    mac = build()
    stock = flags(mac), mac.boot_args() or ""
    assert driver.unattended(mac, "run", "dtrace").code == 0
    assert through(mac, "run", "dtrace").code == 0
    assert mac.restart("paired-recovery") == "paired-recovery"
    between = flags(mac)
    assert driver.unattended(mac, *given("sip")).code == 0
    assert through(mac, "run", "sip").code == 0
    assert mac.restart("paired-recovery") == "paired-recovery"
    both = flags(mac), mac.boot_args()
    seen = driver.unattended(mac, "rollback", "1")
    assert seen.code == 3 and "Run 1 (dtrace) cannot be undone while run 2 (sip) stands" in " ".join(seen.text.split()), seen.text
    assert (flags(mac), mac.boot_args()) == both
    told = driver.run(mac, "log").text
    assert "run 2 (sip): stands" in told and "run 1 (dtrace): stands" in told, told
    assert driver.unattended(mac, "rollback", "7").code == 3
    assert driver.unattended(mac, "rollback", "x").code == 2
    assert driver.unattended(mac, "rollback", "2").code == 0
    assert flags(mac) == between
    assert "run 2 (sip): undone" in driver.run(mac, "log").text
    assert "is undone already" in driver.unattended(mac, "rollback", "2").text
    assert "run 1 (dtrace): " in driver.run(mac, "status").text
    assert driver.unattended(mac, "rollback", "1").code == 0
    assert (flags(mac), mac.boot_args() or "") == stock
    assert "Nothing to roll back" in driver.unattended(mac, "rollback").text


def test_an_older_way_back_that_failed(build):
    """It is tried again where it is asked for again, although a newer run is on record."""
    mac = build()
    mac.set_policy(mode="permissive", sip0=0x2)
    before = flags(mac)
    for name in ("dtrace", "sip"):
        assert driver.unattended(mac, "run", name, *(["--set", "without=nvram"] if name == "sip" else [])).code == 0
        assert through(mac, "run", name).code == 0
        assert mac.restart("paired-recovery") == "paired-recovery"
    assert driver.unattended(mac, "rollback").code == 0
    mac.fault("csrutil", "fail", match=["enable"], times=None)
    mac.fault("bputil", "fail", match=["-n"], times=None)
    mac.fault("kmutil", "fail", times=None)
    assert driver.unattended(mac, "rollback").code == 9
    assert flags(mac) != before
    with mac.change() as state:
        state["faults"] = []
    assert driver.unattended(mac, "rollback").code == 0
    assert flags(mac) == before


def test_revert_ends_all(build):
    """Whatever runs stand: full security, and boot-args as before the first of them."""
    mac = build()
    mac.set_boot_args("mine=1")
    assert driver.unattended(mac, "run", "dtrace").code == 0
    assert through(mac, "run", "dtrace").code == 0
    assert mac.restart("paired-recovery") == "paired-recovery"
    assert through(mac, *given("sip")).code == 0
    assert mac.restart("paired-recovery") == "paired-recovery"
    assert driver.unattended(mac, "revert").code == 0
    assert (flags(mac), mac.boot_args()) == (FULL, "mine=1")
    seen = driver.unattended(mac, "rollback")
    assert "no way back from it" in " ".join(seen.text.split()), seen.text


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.slow
def test_an_older_run_waits(build, name):
    """A newer run stands: the older one's way back is refused until that is undone, and then leads to the state before both."""
    mac = prepared(build, name, "m2pro-15.3")
    before = flags(mac), mac.boot_args() or ""
    assert through(mac, *given(name, side=Recorded(mac))).code == 0
    assert mac.restart("paired-recovery") == "paired-recovery"
    assert driver.unattended(mac, "run", "boot-args", "--set", "add=newer=1", "--set", "listed=yes").code == 0
    seen = driver.unattended(mac, "rollback", "1")
    told = f"Run 1 ({name}) cannot be undone while run 2 (boot-args) stands"
    assert seen.code == 3 and told in " ".join(seen.text.split()), seen.text
    assert driver.unattended(mac, "rollback").code == 0
    assert shipped.back(Recorded(mac)).code == 0
    assert (flags(mac), mac.boot_args() or "") == before


@pytest.mark.parametrize("name", SHIPPED)
def test_revert_ends_each(build, name):
    """Full security, and boot-args as they were."""
    mac = prepared(build, name, "m2pro-15.3")
    words = mac.boot_args() or ""
    assert through(mac, *given(name, side=Recorded(mac))).code == 0
    assert driver.unattended(mac, "revert").code == 0
    assert (flags(mac), mac.boot_args() or "") == (FULL, words)


def test_revert_ends_it(build):
    """revert takes the words out that the plan put in, and puts back what it took away."""
    mac = prepared(build, "boot-args")
    before = mac.boot_args()
    assert through(mac, *given("boot-args", "remove=-x")).code == 0
    seen = driver.unattended(mac, "revert")
    assert seen.code == 0, seen.text
    assert mac.boot_args() == before and flags(mac)["mode"] == "full"
