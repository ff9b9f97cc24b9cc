"""The small tools: sysctl, uname, sw_vers, profiles, ps (§6.4, §8.2)."""

import time

from .. import state as store


def _running(state):
    """What runs now: in recovery the stock kernel of the paired system's release."""
    told = store.group(state, state["booted"])["os"]
    if state["environment"] == "macos":
        return told, state["running"]
    return told, {"banner": told["banner"], "config": "release", "boot_args": "", "hv_support": 1}


def _values(state):
    told, running = _running(state)
    chip = state["chip"]
    values = {
        "kern.ostype": "Darwin", "kern.osrelease": told["darwin"], "kern.osversion": told["build"],
        "kern.osproductversion": told["version"], "kern.version": running["banner"],
        "kern.osbuildconfig": running["config"], "kern.development": int(running["config"] != "release"),
        "kern.boottime": f"{{ sec = {state['started']}, usec = 271828 }} {time.ctime(state['started'])}",
        "kern.bootargs": running["boot_args"], "kern.hv_support": running["hv_support"], "kern.hv_disable": 0,
        "kern.hv_vmm_present": int(state["knobs"]["guest"]), "hw.model": chip["model"], "hw.target": chip["target"] + "AP",
        "hw.optional.arm64": 1, "hw.cputype": 0x100000C, "hw.cpusubtype": 2, "hw.machine": "arm64",
        "kern.bootsessionuuid": f"6F1B2C3D-0000-4000-8000-{state['starts']:012X}",
        "machdep.cpu.brand_string": chip["name"], "kern.secure_kernel": 1, "hw.memsize": 17179869184,
    }
    if state["environment"] != "macos":
        values["hw.osenvironment"] = "recoveryos"
    elif state["knobs"]["osenvironment_in_macos"]:
        values["hw.osenvironment"] = state["knobs"]["osenvironment_in_macos"]
    return values


def sysctl(tool):
    """`sysctl [-n] name…`. hw.osenvironment without a value is EINVAL, an unknown name is an unknown oid."""
    values, bare, status = _values(tool.state()), False, 0
    for word in tool.arguments:
        if word == "-n":
            bare = True
        elif word in values:
            tool.out(f"{values[word]}\n" if bare else f"{word}: {values[word]}\n")
        elif word == "hw.osenvironment":
            tool.err(f"sysctl: {word}: Invalid argument\n")
            status = 1
        else:
            tool.err(f"sysctl: unknown oid '{word}'\n")
            status = 1
    tool.finish(status)


def uname(tool):
    """-a, -m, -n, -p, -r, -s, -v in uname's own order."""
    told, running = _running(tool.state())
    letters = "".join(word[1:] for word in tool.arguments) or "s"
    if "a" in letters:
        letters = "snrvm"
    parts = {"s": "Darwin", "n": "mac.local", "r": told["darwin"], "v": running["banner"], "m": "arm64", "p": "arm"}
    tool.out(" ".join(parts[letter] for letter in "snrvmp" if letter in letters) + "\n")


def sw_vers(tool):
    """In recovery: the recovery's version, here that of the paired system (§6.4)."""
    told, _ = _running(tool.state())
    rows = {"productName": "macOS", "productVersion": told["version"], "buildVersion": told["build"]}
    if not tool.arguments:
        for name, value in rows.items():
            tool.out(f"{name[0].upper() + name[1:] + ':':<16}{value}\n")
        return
    name = tool.arguments[0].lstrip("-")
    if name not in rows:
        tool.fail("Usage: sw_vers [--help|--productName|--productVersion|--productVersionExtra|--buildVersion]")
    tool.out(rows[name] + "\n")


def profiles(tool):
    """Whether somebody manages this Mac."""
    enrolled = "Yes (User Approved)" if tool.state()["enrolled"] else "No"
    tool.out(f"Enrolled via DEP: No\nMDM enrollment: {enrolled}\n")


def pmset(tool):
    """`pmset -g batt`. guess: the layout; only the source's name in quotes and the percentage stand for something."""
    if tool.arguments != ["-g", "batt"]:
        tool.fail("Usage: pmset <options>")
    told = tool.state()["power"]
    mains = told["source"] == "AC"
    tool.out(f"Now drawing from '{told['source']} Power'\n")
    if told["battery"]:
        tool.out(f" -InternalBattery-0 (id=4653155)\t{told['percent']}%; {'charged' if mains else 'discharging'}; "
                 f"{'0:00' if mains else '5:12'} remaining present: true\n")


def route(tool):
    """`route -n get default`: is there a way out. guess: the layout."""
    if tool.arguments != ["-n", "get", "default"]:
        tool.fail("usage: route [-dnqtv] command [[modifiers] args]", 64)
    if not tool.state()["route"]:
        tool.fail("route: writing to routing socket: not in table")
    tool.out("   route to: default\ndestination: default\n       mask: default\n    gateway: 192.168.1.1\n"
             "  interface: en0\n      flags: <UP,GATEWAY,DONE,STATIC,PRCLONING,GLOBAL>\n")


GUEST = ("/System/Library/Frameworks/Virtualization.framework/Versions/A/XPCServices/"
         "com.apple.Virtualization.VirtualMachine.xpc/Contents/MacOS/com.apple.Virtualization.VirtualMachine")
PROCESSES = ("/sbin/launchd", "/usr/libexec/logd", "/usr/libexec/UserEventAgent")
PROCESSES_OF_MACOS = ("/System/Library/CoreServices/loginwindow.app/Contents/MacOS/loginwindow",
                      "/System/Library/CoreServices/Finder.app/Contents/MacOS/Finder",
                      # runs without any guest, so only the whole path tells a guest
                      "/System/Library/Frameworks/Virtualization.framework/Versions/A/XPCServices/"
                      "com.apple.Virtualization.EventTap.xpc/Contents/MacOS/com.apple.Virtualization.EventTap", "-zsh")


# What `ps -o` is asked for here; lstart as BSD prints it.
FIELDS = {"pid": "{pid}", "ppid": "{ppid}", "lstart": "{lstart}", "comm": "{path}", "ucomm": "{name}", "user": "root",
          "command": "{path}{words}", "args": "{path}{words}"}


def _started(stat):
    """When a process started, in ctime's form."""
    import os
    with open("/proc/stat", encoding="ascii") as file:
        boot = next(int(line.split()[1]) for line in file if line.startswith("btime"))
    return time.ctime(boot + int(stat[19]) / os.sysconf("SC_CLK_TCK"))


def _tools(tool):
    """Every tool of this Mac that runs now, itself left out: an interpreter with the tool's path behind its options."""
    import os
    for name in os.listdir("/proc"):
        try:
            if not name.isdigit() or int(name) == os.getpid():
                continue
            with open(f"/proc/{name}/cmdline", encoding="utf-8", errors="replace") as file:
                words = file.read().split("\0")[:-1]
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                stat = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        if len(words) > 2 and words[1] == "-IS" and words[2].startswith(tool.root + "/") and stat[0] != "Z":
            yield {"pid": int(name), "ppid": int(stat[1]), "path": words[2].removeprefix(tool.root),
                   "words": "".join(f" {word}" for word in words[3:]), "lstart": _started(stat)}


def ps(tool):
    """`ps -axo comm=` and other columns: one process a line, a guest each as its own; in recovery there are none."""
    wanted = "".join(tool.arguments)
    columns = [name.removesuffix("=") for name in wanted[4:].split(",")]
    if wanted[:4].lower() != "-axo" or not wanted.endswith("=") or not set(columns) <= set(FIELDS):
        tool.fail("ps: illegal argument\nusage: ps [-AaCcEefhjlMmrSTvwXx] [-O fmt | -o fmt] [-G gid[,gid...]]")
    state = tool.state()
    shown = [*PROCESSES]
    if state["environment"] == "macos":
        shown += [*PROCESSES_OF_MACOS, *[GUEST] * state["guests"]]
    rows = [{"pid": 1 + 7 * at, "ppid": int(at > 0), "path": path, "words": "", "lstart": "Mon Sep 25 08:00:00 2023"}
            for at, path in enumerate([*shown, "/bin/ps"])]
    for row in [*rows, *_tools(tool)]:
        told = {**row, "name": row["path"].rpartition("/")[2]}
        tool.out(" ".join(FIELDS[name].format(**told) for name in columns) + "\n")
