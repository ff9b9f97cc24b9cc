"""`kmutil create` as in reference §3.2 and §3.3: options, what it needs, the file set it writes. It asks nothing."""

import os
import time

from .. import kexts, kits

WITH_VALUE = {
    "-V": "variant", "--variant-suffix": "variant", "-a": "arch", "--arch": "arch", "-n": "new", "--new": "new",
    "-B": "output", "--boot-path": "output", "-k": "kernel", "--kernel": "kernel", "-r": "repository",
    "--repository": "repository", "-b": "id", "--bundle-identifier": "id", "--build": "build", "-s": "strip",
    "--strip": "strip", "-R": "root", "--volume-root": "root", "--sdk": "sdk", "--kdk": "kdk", "-f": "filter",
    "--filter": "filter", "-F": "filter", "--filter-all": "filter", "-p": "bundle", "--bundle-path": "bundle",
    "--optional-identifier": "optional", "--elide-identifier": "elided", "-m": "manifest", "--manifest": "manifest",
    "-S": "system", "--system-path": "system", "-A": "aux", "--aux-path": "aux",
}
BARE = {"-z": "no-authorization", "-v": "verbose", "-x": "explicit-only", "-Z": "no-authentication",
        "-M": "allow-missing-collections", "-u": "update-all"}
BARE.update({f"--{name}": name for name in (
    *BARE.values(), "authentication", "no-variant-extension", "compress", "img4-encode", "split-ro-rx-tags", "force",
    "allow-missing-kdk", "include-volume-kexts", "emit-macho-with-ext")})
SEVERAL = ("repository", "id")


def _error(tool, code, text):
    """The form of §3.3; the code is the exit status too."""
    tool.fail(f'Error: Error Domain=KMErrorDomain Code={code} "{text}" UserInfo={{NSLocalizedDescription={text}}}', code)


def _options(tool, words):
    told, rest = {"repository": [], "id": []}, list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if name in BARE and not equals:
            told[BARE[name]] = True
            continue
        if name not in WITH_VALUE:
            tool.fail(f"Error: Unknown option '{word}'\nUsage: kmutil create ...", 64)
        if not equals and (not rest or rest[0].startswith("-")):
            tool.fail(f"Error: Missing value for '{word}'", 64)
        kind, value = WITH_VALUE[name], value if equals else rest.pop(0)
        if kind in SEVERAL:
            told[kind].append(value)
        else:
            told[kind] = value
    for kind, option in (("new", "--new <new>"), ("output", "--boot-path <boot-path>"), ("kernel", "--kernel <kernel>")):
        if kind not in told:
            tool.fail(f"Error: Missing expected argument '{option}'", 64)
    return told


def _need_kit(tool, build):
    """§3.3: looked for in SystemVersion.plist; neither --kdk nor --allow-missing-kdk helps."""
    place = tool.below("/" + kits.PLACE)
    names = os.listdir(place) if os.path.isdir(place) else []
    if not any(name.endswith(".kdk") and kits.build_of(os.path.join(place, name)) == build for name in names):
        tool.fail("DeveloperTools Error: Could not find a SDK or KDK installed that matches system's build version "
                  + build, 71)


def _ids(tool, repository):
    """The ids a repository has: those of the system's own folders, and those of the Info.plists in it."""
    place = tool.below(repository)
    if not os.path.isdir(place):
        _error(tool, 71, f"Could not find repository at {repository}")  # guess: no transcript
    # /Volumes/Macintosh HD/System/Library/Extensions is the same folder
    found = kexts.below(repository) | kexts.below(os.path.realpath(place).removeprefix(os.path.realpath(tool.root)))
    for folder, _, names in os.walk(place):
        if "Info.plist" in names:
            with open(os.path.join(folder, "Info.plist"), encoding="utf-8") as file:
                rest = file.read().partition("<key>CFBundleIdentifier</key>")[2]
            found.add(rest.partition("<string>")[2].partition("</string>")[0])
    return found


# pwn0rz/xnu-build#4: the extension is named in lines that do not hold the code
LINKING = "Could not use '{0}' because: Failed to bind '_tb_x' in '{0}' (at offset 0x740 in __DATA_CONST, __auth_got) as " \
          "could not find a kext which exports this symbol"
LINK_ERROR = """\
One or more binaries has an error which prevented linking.  See other errors.
Error Domain=KMErrorDomain Code=31 "Error occurred while building a collection:
    1: One or more binaries has an error which prevented linking.  See other errors.
    2: {1}
{0} specific:
    1: Failed to bind '_tb_x' in '{0}'
" UserInfo={{NSLocalizedDescription=Error occurred while building a collection:
    1: One or more binaries has an error which prevented linking.  See other errors.
}}
"""


def _link(tool, state, ids):
    """Two failures that name extensions, in the words of the reports."""
    if state["dependency"] and state["dependency"][0] in ids:
        name, needed = state["dependency"]
        text = f"Unable to resolve dependencies: '{name}' names a dependency on '{needed}', which was not found."
        tool.fail(f'Error Domain=KMErrorDomain Code=71 "{text}" UserInfo={{NSLocalizedDescription={text}}}', 71)
    if state["unlinkable"] in ids:
        name = state["unlinkable"]
        tool.fail(LINK_ERROR.format(name, LINKING.format(name)), 31)


def _need_kexts(tool, options):
    there = set()
    for repository in options["repository"]:
        there |= _ids(tool, repository)
    for name in options["id"]:
        if name not in there:
            # §3.3: an error, whose text is not known; guess
            _error(tool, 71, f"Could not find kext with bundle identifier {name} in any of the repositories")
    for name in options["id"]:
        if "SEPHiber" in name:
            _error(tool, 31, f"Failed to link: could not resolve dependencies of '{name}'")  # guess at the words


def _kernel(tool, path):
    from .. import collection
    try:
        with open(tool.below(path), "rb") as file:
            banner, identity = collection.identity_of(file.read())
    except OSError:
        banner, identity = None, None
    if identity is None:
        _error(tool, 71, f"Could not find: kernel mach-o at {path}")
    return banner, identity


def _output(tool, state, options):
    """§3.3: the variant becomes an extension unless told otherwise; whether it can be told is not certain."""
    path = options["output"]
    plain = "no-variant-extension" in options and state["knobs"]["variant_extension"] == "obeys"
    if "variant" in options and not plain:
        path += "." + options["variant"]
    if os.path.exists(tool.below(path)) and not state["knobs"]["create_overwrites"]:
        _error(tool, 71, f"Could not write {path}: File exists")  # guess
    return path


def _write(tool, state, path, data):
    if tool.has_fault("lie"):
        return
    try:
        with open(tool.below(path), "wb") as file:
            file.write(data[:len(data) // 2])
            file.flush()
            if tool.has_fault("half-file"):
                _error(tool, 71, f"Could not write {path}: No space left on device")
            time.sleep(state["knobs"]["kmutil_seconds"])
            tool.halfway()
            file.write(data[len(data) // 2:])
    except OSError as error:
        _error(tool, 71, f"Could not write {path}: {error.strerror}")


def create(tool, state, words):
    """Play it. It says nothing when all went well, and nothing on the way."""
    from .. import collection
    options = _options(tool, words)
    if options["new"] != "boot":
        _error(tool, 31, "Cannot build pageableKC/auxKC without baseKC")
    booted = next(one["os"]["build"] for one in state["groups"] if one["uuid"] == state["booted"])
    _need_kit(tool, options.get("build", booted))
    banner, identity = _kernel(tool, options["kernel"])
    _need_kexts(tool, options)
    _link(tool, state, options["id"])
    path = _output(tool, state, options)
    tool.die_of_signals()
    entries = ("com.apple.kernel", *dict.fromkeys(options["id"]))
    _write(tool, state, path, collection.collection(banner, entries=entries, identity=identity, seed=options["kernel"]))
