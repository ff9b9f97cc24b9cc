"""The Lua prompt, on a terminal and without one: looks at a recorded Mac, acts on nothing."""

import driver


def ask(one, line, wanted):
    """Type a line, wait for what must come."""
    one.child.expect(r"> $")
    one.child.sendline(line)
    one.child.expect(wanted)


def test_on_a_terminal(mac, session):
    """Probes work, tables are readable, acts are refused with the way to do it properly."""
    one = session(mac, "console")
    ask(one, "policy().mode", '"full"')
    ask(one, "policy()", r"boot_args_filter = ")
    ask(one, 'nvram.get "boot-args"', '""')
    ask(one, "status()", r"environment")
    ask(one, "group == policy().group or group", r"\r\n(true|\")")
    ask(one, 'act { "/usr/bin/csrutil", "disable" }', "only looks: put the command into a plan")
    ask(one, "os", "nil")
    ask(one, "{ a = 1,", ">> ")
    one.child.sendline("b = 2 }")
    one.child.expect("{ a = 1, b = 2 }")
    ask(one, 'error "oops"', "console:1: oops")
    ask(one, "help()", "Tab completes")
    one.child.expect(r"> $")
    one.child.send("\x04")
    assert one.finish() == 0, one.log
    assert mac.acts() == [] and one.terminal_as_before()


def test_completion_and_history(mac, session):
    """Tab completes names and fields; the arrow key brings a line back."""
    one = session(mac, "console")
    one.child.expect("> $")
    one.child.send("nvram.ge\t")
    one.child.sendline(' "boot-args"')
    one.child.expect('""')
    ask(one, "40 + 2", "42")
    one.child.expect("> $")
    one.child.send("\x1b[A")
    one.child.sendline(" + 1")
    one.child.expect("43")
    one.child.expect("> $")
    one.child.send("boot_args.\t")
    one.child.expect("drop.*merge")
    one.child.send("\x15\x04")
    assert one.finish() == 0, one.log
    assert one.terminal_as_before()


def test_ctrl_c(mac, session):
    """It ends the console without a trace of anything begun."""
    one = session(mac, "console")
    one.child.expect("> $")
    one.child.send("half\x03")
    assert one.finish() == 0, one.log
    assert mac.acts() == [] and one.terminal_as_before()


def test_without_a_terminal(mac):
    """Lines from a pipe, the end of input ends it; nothing but what was asked for is printed twice."""
    seen = driver.run(mac, "console", stdin='1 + 1\npolicy().mode\nrun {}\nfor i = 1, 2 do\nend\n')
    assert seen.code == 0, seen.text
    assert "\n2\n" in seen.text.replace("> ", "") and '"full"' in seen.text
    assert "only looks" in seen.text and mac.acts() == []


def test_nothing_is_left(mac):
    """It takes no lock and writes no journal."""
    before = sorted(path.name for path in mac.data().rglob("*"))
    assert driver.run(mac, "console", stdin="policy()\n").code == 0
    assert sorted(path.name for path in mac.data().rglob("*")) == before
