#!/usr/bin/env python3
"""Holds every `require`, `#include` and `import` against the table of rooms: who may use whom.

It must not judge what a module does, only whom it uses. Each room of stdlib/ and of runner/ uses what its row names; no module
uses itself through others, lazy requires included; and inside a room no chain is longer than four modules. Of the tests in Python
none uses another test, and the recorded Macs use nothing but themselves and support/, as they are a witness of their own.
"""

import ast
import re
import sys
from pathlib import Path

LONGEST_CHAIN = 4

# Room: the rooms it may use, and the runner's own parts (lib_*) it may use.
LUA_ROOMS = {
    "base": ("", "terminal file embed state"),  # state: try keeps the trace of what it does not catch
    "tool": ("base", "probe"),
    "mac": ("base tool", "file system"),
    "kernel": ("base tool mac", "file"),
    "plan": ("base tool mac kernel", "state"),
    "engine": ("base plan", ""),
    "preflight": ("base tool mac kernel plan", "file system"),
    "screen": ("base mac plan", "terminal system"),
    "run": ("base tool mac kernel plan engine preflight screen",
            "file system state embed terminal journal lock secret door lineedit signals"),
    "sim": ("base", "file terminal system"),
    "command": ("base tool mac kernel plan engine preflight screen run", "file system terminal embed"),
    "manual": ("base plan", "embed"),
    "cli": ("base screen manual command", "terminal embed"),
}
C_ROOMS = {
    "base": "",
    "terminal": "base",
    "child": "base terminal",
    "door": "base child",
    "lua": "base terminal child door",
}
# One module may use what its room may not: the reason stands behind it.
ALSO = {
    ("manual.topic.errors", "screen"),  # the catalogue of failures, which is told in both places
    ("screen.errors", "tool"),  # the tools' error tables, nothing else of theirs
    ("command.rehearse", "sim"),  # the commands that play a Mac
    ("command.check_calls", "sim"),
    ("command.rehearse_life", "sim"),
    ("command.rehearse_like", "sim"),
    ("command.rehearse_folder", "sim"),
}

# Programs are started in one place, behind the allowlist: nobody else may call what starts them.
STARTERS = {
    "spawn_child": {"child/spawn", "child/probe", "door/door"},
    "probe_run": {"child/probe", "door/door"},
    "relay_run": {"child/relay", "child/relay_loop", "door/door"},
    "execve": {"child/spawn"}, "fork": {"child/spawn"}, "vfork": {"child/spawn"}, "posix_spawn": set(), "popen": set(), "system": set(),
}

REQUIRE = re.compile(r"require\s*\(?\s*[\"']([\w.]+)[\"']")
INCLUDE = re.compile(r'#include "([\w./]+)"')


def lua_modules():
    """Returns {module: set of modules and parts it uses}."""
    used = {}
    for path in sorted(Path("stdlib").rglob("*.lua")):
        module = ".".join(path.with_suffix("").parts[1:])
        text = path.read_text()
        names = set(REQUIRE.findall(text))
        used[module] = {name for name in names if name != "dkjson"}
    return used


def c_modules():
    """Returns {"room/name": set of the same that it includes}; header and source are one."""
    used = {}
    for path in sorted(Path("runner").rglob("*.[ch]")):
        name = str(path.relative_to("runner").with_suffix(""))
        names = {include[:-2] for include in INCLUDE.findall(path.read_text())}
        used.setdefault(name, set()).update(names - {name})
    return {name: uses for name, uses in used.items() if "/" in name}


def names_imported(tree):
    """Yields each import as the names it may mean, the longest first: a module, or something in one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            package = f"{node.module}." if node.module else ""
            yield from ([package + one.name, *filter(None, [node.module])] for one in node.names)
        elif isinstance(node, ast.Import):
            yield from ([one.name] for one in node.names)


def imported(path):
    """Yields the files of tests/ that a Python file imports: of its own folder, or named from tests/ or the folder above on."""
    for names in names_imported(ast.parse(path.read_text("utf-8"))):
        places = [folder / f"{name.replace('.', '/')}.py" for name in names for folder in (path.parent, path.parent.parent, Path("tests"))]
        yield from [place for place in places if place.exists()][:1]


def python_modules():
    """Returns {"folder/name": set of the same that it imports} of the tests in Python."""
    used = {}
    for path in sorted(Path("tests").rglob("*.py")):
        names = {str(file.relative_to("tests").with_suffix("")) for file in imported(path)}
        name = str(path.relative_to("tests").with_suffix(""))
        used[name] = names - {name}
    return used


def room_of(module, separator):
    return module.split(separator)[0]


def lua_faults(used):
    """Yields a complaint for each wrong arrow between rooms of stdlib/."""
    for module, names in used.items():
        room = room_of(module, ".")
        if room not in LUA_ROOMS:
            yield f"stdlib/{module.replace('.', '/')}.lua: lies in no room; the rooms are {' '.join(LUA_ROOMS)}"
            continue
        rooms, parts = LUA_ROOMS[room]
        for name in sorted(names):
            if name.startswith("lib_"):
                right = name[4:] in parts.split()
            else:
                other = room_of(name, ".")
                right = other == room or other in rooms.split() or (module, other) in ALSO
            if not right:
                yield f"{module} uses {name}: {room}/ may use {rooms or 'no other room'} and of C {parts or 'nothing'}"


def c_faults(used):
    """Yields a complaint for each wrong arrow between rooms of runner/."""
    for module, names in used.items():
        room = room_of(module, "/")
        for name in sorted(names):
            other = room_of(name, "/")
            if other != room and other not in C_ROOMS.get(room, "").split():
                yield f"runner/{module} includes {name}: {room}/ may use {C_ROOMS.get(room) or 'no other room'}"


def is_test(module):
    name = Path(module).name
    return name.startswith("test_") or name.endswith("_test")


def python_faults(used):
    """Yields a complaint for each test that another uses, and for what a recorded Mac takes from elsewhere."""
    for module, names in used.items():
        for name in sorted(names):
            if is_test(name):
                yield f"tests/{module} imports {name}: what two tests share stands in a file of its own"
            elif room_of(module, "/") == "recorded_macs" and not is_test(module) and room_of(name, "/") not in {"recorded_macs", "support"}:
                yield f"tests/{module} imports {name}: recorded_macs/ may use support"


def circles(used):
    """Yields each circle once, as "a -> b -> a"."""
    done = set()

    def walk(module, path):
        if module in path:
            yield " -> ".join([*path[path.index(module):], module])
            return
        if module in done:
            return
        for name in sorted(used.get(module, ())):
            yield from walk(name, [*path, module])
        done.add(module)

    for module in sorted(used):
        yield from walk(module, [])


def chains(used, separator):
    """Yields each module that begins a chain of more than LONGEST_CHAIN inside its own room."""
    lengths = {}

    def longest(module):
        if module not in lengths:
            lengths[module] = [module]  # while a circle is walked
            inner = [longest(name) for name in sorted(used.get(module, ()))
                     if room_of(name, separator) == room_of(module, separator) and name in used]
            lengths[module] = [module, *max(inner, key=len, default=[])]
        return lengths[module]

    for module in sorted(used):
        if len(longest(module)) > LONGEST_CHAIN:
            yield " -> ".join(longest(module))


def starters():
    """Yields each place but the known ones where a program could be started past the allowlist."""
    for path in sorted(Path("runner").rglob("*.[ch]")):
        module, text = str(path.relative_to("runner").with_suffix("")), path.read_text()
        for name, places in STARTERS.items():
            if re.search(rf"\b{name}\s*\(", text) and module not in places:
                yield f"runner/{module} calls {name}: a program may be started in {', '.join(sorted(places)) or 'no part'}"


def main():
    lua, c, python = lua_modules(), c_modules(), python_modules()
    faults = [*lua_faults(lua), *c_faults(c), *python_faults(python), *starters()]
    faults += [f"a circle: {circle}" for used in (lua, c, python) for circle in circles(used)]
    faults += [f"a chain of more than {LONGEST_CHAIN}: {chain}" for used, mark in ((lua, "."), (c, "/")) for chain in chains(used, mark)]
    print("\n".join(faults), end="\n" if faults else "")
    print(f"{len(lua)} Lua modules, {len(c)} parts in C, {len(python)} files of tests in Python, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
