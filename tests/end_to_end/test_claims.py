"""Claims about state and words (part A): nothing is said that was not compared.

Each test states the right outcome of one example. What fails today carries `wrong("A.1: …")`; whoever mends it takes
that mark away, since a mark on a test that passes is a failure.
"""

import os

import driver
import pytest
from claims import AS_BEFORE, PARTIAL, SEAL_OFF
from helpers import flags, has_words, policy_is_raised, said, written
from person import NAME, Person


def words_of(mac):
    """The stored boot-args."""
    return (mac.boot_args() or "").split()


# -- A.1 one comparison ----------------------------------------------------------------------------------------------

def test_a_lost_word_goes_back_in(mac):
    """nvram drops a foreign word once, while ours are written."""
    mac.set_boot_args("-v theirs=1")
    mac.fault("nvram", "lose-word", text="theirs=1")
    seen = driver.unattended(mac, "apply")
    assert "theirs=1" in words_of(mac), seen.text
    assert seen.code == 0 and has_words(mac), seen.text


def test_a_word_that_stays_lost_is_said(mac):
    """nvram drops it at every write: both values are shown, and the run does not end as if all were well."""
    mac.set_boot_args("-v theirs=1")
    mac.fault("nvram", "lose-word", text="theirs=1", times=None)
    seen = driver.unattended(mac, "apply")
    assert AS_BEFORE not in said(seen), seen.text
    assert seen.code == 5 and "-v theirs=1" in said(seen), seen.text


def test_a_policy_written_by_somebody_else_is_noticed(mac, session):
    """While csrutil asks, somebody writes the same policy anew; then n is answered: it was not left unchanged."""
    person = Person(session(mac, "apply"), mac)
    person.until("yes-no")
    mac.set_policy(lpnh="F" * 96)
    person.child.sendline("n")
    assert person.answer_all() != 0
    text = " ".join(person.session.log.split()).lower()
    assert "nothing was changed" not in text and AS_BEFORE not in text, text
    assert "nonce" in text or "somebody else" in text or "written" in text, text


def test_dropped_kext_approvals_are_named(build):
    """A policy made anew has lost the approved kexts: exit 9, and they are to be approved again."""
    mac = build(kmutil_clears=False)
    mac.set_policy(**{**SEAL_OFF, "sip1": False, "smb2": True}, auxp="A" * 96, auxi="B" * 96, auxr="C" * 96)
    assert driver.unattended(mac, "apply").code == 0
    seen = driver.unattended(mac, "rollback")
    if mac.policy()["auxp"] is None:
        assert seen.code == 9 and "approve" in said(seen), seen.text
    else:
        assert seen.code == 0, seen.text


# -- A.2 a rung says what it reaches -----------------------------------------------------------------------------------

def test_a_custom_sip_word_in_the_plan(mac):
    """The line that puts it back is named, and nothing that cannot be reached."""
    mac.set_policy(**PARTIAL)
    seen = driver.run(mac, "plan")
    assert "permissive security as before" not in said(seen), seen.text
    assert "46" in said(seen) and "csrutil enable --without" in said(seen), seen.text


def test_a_custom_sip_word_is_put_back(mac):
    """csrutil enable --without writes 46 again: exact, since it reads back equal."""
    mac.set_policy(**PARTIAL)
    before = flags(mac)
    assert driver.unattended(mac, "apply").code == 0
    seen = driver.unattended(mac, "rollback")
    assert (seen.code, flags(mac)) == (0, before), seen.text


def test_a_custom_sip_word_that_cannot_be_written(build):
    """This csrutil opens one bit more: never weaker than before, and the difference is named."""
    mac = build(csrutil_debug=0xC)
    mac.set_policy(**PARTIAL)
    assert driver.unattended(mac, "apply").code == 0
    seen = driver.unattended(mac, "rollback")
    assert seen.code == 9 and "46" in said(seen), seen.text
    assert (mac.policy()["sip0"] or 0) & ~0x46 == 0, seen.text


@pytest.mark.parametrize("filevault", [False, True])
def test_the_way_back_with_the_seal_off(build, filevault):
    """kmutil cannot forget the kernel: with FileVault off the rebuild carries sip1, with it on that is told."""
    mac = build(kmutil_clears=False, filevault=filevault)
    mac.set_policy(**SEAL_OFF)
    before = flags(mac)
    assert driver.unattended(mac, "apply").code == 0
    seen = driver.unattended(mac, "rollback")
    if filevault:
        assert seen.code == 9 and "other relaxations stay" not in said(seen), seen.text
        assert "sealed" in said(seen).lower(), seen.text
    else:
        assert (seen.code, flags(mac)) == (0, before), seen.text


# -- A.3 the sealed volume ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("words", [["status"], ["doctor"], ["plan"], ["plan", "revert"]])
def test_the_seal_is_told(mac, words):
    """That it is off, wherever the policy is told."""
    mac.set_policy(**SEAL_OFF)
    seen = driver.run(mac, *words)
    assert "sealed" in said(seen).lower(), seen.text


def test_revert_warns_of_a_changed_system(mac, session):
    """Before the typed word: it may not start."""
    mac.set_policy(**SEAL_OFF, coih="C" * 96)
    mac.break_seal()
    child = session(mac, "revert").child
    child.expect(NAME)
    text = " ".join(child.before.split()).lower()
    assert "seal" in text and "start" in text, text


def test_diskutils_broken_seal_is_not_believed(build):
    """macOS 26 says Sealed: Broken of a sound system."""
    seen = driver.run(build("m4-26.3"), "doctor")
    assert "broken" not in said(seen).lower(), seen.text


# -- A.4 undo of a user's plan -----------------------------------------------------------------------------------------

PLAN = """return plan "mine" {{
  summary = "Sets two words.",
  step "a" {{ why = "A.", where = "any",
    check = function() local v = nvram.get "mine" return v == "1" and "done" or "todo", {{ value = v }} end,
    run = function() return nvram.set("mine", "1") end,
    undo = function(c, b) {undo} end }},
  step "b" {{ why = "Never reads done.", where = "any",
    check = function() return "todo", {{ value = nvram.get "zz" }} end,
    run = function() return nvram.set("zz", "1") end,
    undo = function(c, b) return {{{{ nvram.set("zz", b.value or ""), leaves = "old zz" }}}} end }},
}}
"""


BAD_UNDO = {"nothing": 'nvram.set("mine", "0")', "one command": 'return nvram.set("mine", "0")', "an empty list": "return {}"}


@pytest.mark.parametrize("name", BAD_UNDO)
def test_an_undo_that_undoes_nothing(tmp_path, mac, name):
    """A mistake in the plan, told with file and line before the first act."""
    seen = driver.unattended(mac, "run", written(tmp_path, PLAN.format(undo=BAD_UNDO[name])))
    assert (seen.code, mac.acts()) == (2, []), seen.text
    assert "mine.lua:3" in said(seen) and AS_BEFORE not in said(seen), seen.text


def test_an_exact_rung_is_compared(tmp_path, mac):
    """It says exact and writes junk."""
    path = written(tmp_path, PLAN.format(undo='return {{ nvram.set("mine", "junk"), leaves = "old mine", exact = true }}'))
    seen = driver.unattended(mac, "run", path)
    assert AS_BEFORE not in said(seen) and seen.code == 5, seen.text


def test_check_finds_a_bad_undo(tmp_path, mac):
    """It starts nothing on this Mac, and says what is wrong."""
    seen = driver.run(mac, "check", written(tmp_path, PLAN.format(undo=BAD_UNDO["nothing"])))
    assert (seen.code, mac.calls()) == (2, []), seen.text


# -- A.5 closing advice --------------------------------------------------------------------------------------------------

NEWEST_ADVICE = "Apple signs only the newest macOS for Full Security. That is normal. Update macOS now, then type:"


def test_the_advice_after_a_newer_macos(build):
    """Normal; update, then revert."""
    mac = build(newest=False)
    mac.set_policy(**{**SEAL_OFF, "sip1": False})
    mac.install_custom_kernel()
    seen = driver.unattended(mac, "revert")
    assert seen.code == 9 and "when online" not in said(seen), seen.text
    assert NEWEST_ADVICE in said(seen), seen.text


def test_the_advice_after_a_newer_macos_on_a_simulated_mac():
    """The same in that Mac's words."""
    seen = driver.run(None, "rehearse", "revert", "--with", "newer-macos", "--yes")
    assert NEWEST_ADVICE in said(seen), seen.text


@pytest.mark.parametrize("how", ["rejected", "user-not-found"])
def test_the_advice_after_a_refused_password(build, how):
    """It names the password, or the name, and not the network."""
    mac = build(refusal=how)
    mac.set_policy(**{**SEAL_OFF, "sip1": False})
    mac.install_custom_kernel()
    seen = driver.unattended(mac, "revert", password="wrong")
    assert seen.code == 5 and "online" not in said(seen), seen.text
    assert "password" in said(seen) and (how == "rejected" or "owners" in said(seen)), seen.text


# -- A.6 doctor ----------------------------------------------------------------------------------------------------------

def test_doctor_in_macos_with_nothing_staged(build):
    """The collection is missing, which can be seen now."""
    seen = driver.run(build("m2pro-14.0", "macos", staged=None), "doctor")
    assert seen.code == 3 and "collection" in said(seen), seen.text


def test_doctor_in_macos_with_all_ready(build):
    """Owners, Data, collection and Preboot are looked at; next is recovery, with the line to type."""
    seen = driver.run(build("m2pro-14.0", "macos"), "doctor")
    assert seen.code == 0 and "next: recovery" in said(seen), seen.text
    assert all(f" {name} " in said(seen) for name in ("owners", "data", "collection", "preboot")), seen.text


def test_doctor_on_an_empty_battery(build):
    """pmset tells."""
    mac = build("m2pro-14.0", "macos")
    mac.set_power("Battery", 4)
    seen = driver.run(mac, "doctor")
    assert "power" in said(seen) and "4%" in said(seen).replace(" %", "%"), seen.text


def test_doctor_without_a_network(build):
    """Full security needs one; nothing is fetched to find out."""
    mac = build("m2pro-14.0", "macos")
    mac.set_route(False)
    seen = driver.run(mac, "doctor")
    assert "network" in said(seen), seen.text
    assert not [argv for argv in mac.calls() if argv[0] in ("curl", "ping")]


# -- A.7 the first cause -------------------------------------------------------------------------------------------------

def test_on_linux():
    """One sentence; a short path of the program, since it is said and takes its room."""
    seen = driver.run(None, "doctor", program=os.path.relpath(driver.PROGRAM))
    assert seen.code == 3 and seen.text.count("bad") <= 1, seen.text
    assert len(seen.text.splitlines()) <= 6, seen.text


@driver.needs_root
def test_as_a_normal_user(open_mac, open_folder):
    """Be root first; the rest is not checked."""
    seen = driver.run(open_mac(), "doctor", user=driver.NOBODY, program=driver.copied(open_folder))
    rows = [line.split()[:2] for line in seen.text.splitlines() if line.startswith(("bad ", "unknown "))]
    assert (seen.code, [row for row in rows if row[0] == "bad"]) == (3, [["bad", "root"]]), seen.text
    assert rows == [["bad", "root"]], seen.text


# -- E.4 what people do by hand beside it ------------------------------------------------------------------------------------

def test_reduced_security_by_mouse_afterwards(applied_mac):
    """Startup Security Utility has turned SIP and the seal on and forgotten the kernel: told as it is, and apply begins anew."""
    mac = applied_mac
    mac.set_policy(mode="reduced", coih=None, sip0=None, sip1=False, sip2=False, sip3=False, lpnh="E" * 96)
    seen = driver.run(mac, "status")
    assert "Reduced" in said(seen) and "Permissive" not in said(seen), seen.text
    mac.restart("macos")
    seen = driver.unattended(mac, "apply")
    assert seen.code == 0 and "shut down fully" in said(seen) and "let go" in said(seen), seen.text
    mac.restart("paired-recovery")
    assert driver.unattended(mac, "apply").code == 0 and policy_is_raised(mac)


def test_csrutil_without_a_network(build):
    """csrutil asks Apple's server, too, where it makes Full Security: the cause is the network, not csrutil."""
    mac = build()
    mac.set_policy(**PARTIAL)
    mac.fault("csrutil", "fail", match=["enable"], text="csrutil: failed to modify system integrity configuration: "
              "Can't continue because you are not connected to the Internet", times=None, status=1)
    assert driver.unattended(mac, "apply").code == 0
    seen = driver.unattended(mac, "rollback")
    assert seen.code == 9 and "not online" in said(seen), seen.text


def test_all_lines_of_an_unknown_message(mac):
    """In whatever language, and no control byte in the quote."""
    mac.fault("csrutil", "fail", match=["disable"], status=1,
              text="csrutil: „Macintosh HD“ konnte nicht geändert werden {\n  Grund = \x1b[31m7\n}\nMehr: nichts.")
    seen = driver.unattended(mac, "apply")
    assert seen.code == 1, seen.text
    assert "the tool said: csrutil: „Macintosh HD“ konnte nicht geändert werden { Grund = ?[31m7 } Mehr: nichts." in said(seen), seen.text
