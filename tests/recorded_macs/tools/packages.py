"""hdiutil, installer and pkgutil, as far as a kit's way onto the disk goes. They know no package but a kit's."""

import os

from .. import plain

STATUSES = {True: "signed Apple Software", "developer": "signed by a developer certificate issued by Apple for distribution"}
CHAINS = {True: ("Software Update", "Apple Software Update Certification Authority", "Apple Root CA"),
          "developer": ("Developer ID Installer: Somebody Else (A1B2C3D4E5)",
                        "Developer ID Certification Authority", "Apple Root CA")}


def _values(tool, words, names):
    """Options that take a value, those that take none, and the rest."""
    told, rest, words = {}, [], list(words)
    while words:
        word = words.pop(0)
        if word in names and words:
            told[word] = words.pop(0)
        elif word.startswith("-"):
            told[word] = True
        else:
            rest.append(word)
    return told, rest


# -- hdiutil -----------------------------------------------------------------------------------------------------


def _no_attach(tool, why):
    tool.fail(f"hdiutil: attach failed - {why}")


def _attach(tool, words):
    from .. import downloads
    options, rest = _values(tool, words, ("-mountpoint",))
    if len(rest) != 1 or "-mountpoint" not in options:
        tool.fail("hdiutil: attach: Wrong number of arguments.")
    point, path = options["-mountpoint"], tool.below(rest[0])
    if not os.path.isfile(path) or not os.path.isdir(tool.below(point)):
        _no_attach(tool, "No such file or directory")
    with open(path, "rb") as file:
        package = downloads.package_of(file.read())
    if package is None:
        _no_attach(tool, "image not recognized")
    with tool.changing() as state:
        if any(one["file"] == rest[0] for one in state["images"]):
            _no_attach(tool, "Resource busy")  # guess: it is attached already
        used = [one["device"] for one in state["images"]]
        device = next(f"disk{number}" for number in range(4, 99) if f"disk{number}" not in used)
        state["images"].append({"device": device, "point": point, "file": rest[0]})
        if not tool.has_fault("lie"):
            with open(os.path.join(tool.below(point), downloads.PACKAGE), "wb") as file:
                file.write(package)
    tool.out(f"/dev/{device:<16}\tGUID_partition_scheme          \t\n"
             f"/dev/{device + 's1':<16}\tApple_HFS                      \t{point}\n")


def _detach(tool, words):
    from .. import downloads
    _, rest = _values(tool, words, ())
    wanted = rest[0] if rest else ""
    with tool.changing() as state:
        found = next((one for one in state["images"] if wanted.removeprefix("/dev/") == one["device"]
                      or os.path.realpath(tool.below(wanted)) == os.path.realpath(tool.below(one["point"]))), None)
        if not found:
            tool.fail("hdiutil: detach failed - No such file or directory")
        state["images"].remove(found)
        package = os.path.join(tool.below(found["point"]), downloads.PACKAGE)
        if not tool.has_fault("lie") and os.path.exists(package):
            os.unlink(package)
    tool.out(f'"{found["device"]}" ejected.\n')


def hdiutil(tool):
    """`attach` and `detach`."""
    verb, words = tool.arguments[:1], tool.arguments[1:]
    if verb == ["attach"]:
        _attach(tool, words)
    elif verb in (["detach"], ["eject"]):
        _detach(tool, words)
    else:
        tool.fail(f"hdiutil: verb not recognized: {' '.join(verb)}")


# -- installer ---------------------------------------------------------------------------------------------------


def _package(tool, path):
    """The kit a package holds, or None."""
    try:
        with open(tool.below(path), encoding="utf-8") as file:
            told = plain.read(file.read())
    except (OSError, UnicodeDecodeError, SyntaxError, NameError, ValueError):
        return None
    return told if isinstance(told, dict) and "kind" in told else None


def installer(tool):
    """`installer -pkg FILE -target /`: the kit's folder, then its receipt."""
    options, _ = _values(tool, tool.arguments, ("-pkg", "-target"))
    if "-pkg" not in options or "-target" not in options:
        tool.fail("installer: Error - no package or target specified.")
    told = _package(tool, options["-pkg"])
    if not told:
        tool.fail(f"installer: Error the package path specified was invalid: '{options['-pkg']}'.")
    if os.getuid() != 0:
        tool.fail("installer: Must be run as root to install this package.")
    if options["-target"] != "/" or tool.state()["environment"] != "macos":
        tool.fail("installer: Error - the package cannot be installed on that volume.")  # guess
    from .. import kits
    tool.out("installer: Package name is Kernel Debug Kit\ninstaller: Installing at base path /\n")
    tool.die_of_signals()
    if not tool.has_fault("lie"):
        kits.install(tool.root, told, tool.halfway)
    tool.out("installer: The install was successful.\n")


# -- pkgutil -----------------------------------------------------------------------------------------------------


def _files(tool, name):
    from .. import kits
    try:
        with open(tool.below(f"/{kits.RECEIPTS}/{name}.bom"), encoding="utf-8") as file:
            tool.out(file.read())
    except OSError:
        tool.fail(f"No receipt for '{name}' found at '/'.")


def _signature(tool, path):
    told = _package(tool, path)
    if not told:
        tool.fail(f"Could not open package: {path}")  # guess
    tool.out(f'Package "{path.rpartition("/")[2]}":\n')
    if told["signed"] not in STATUSES:
        tool.out("   Status: no signature\n")
        tool.finish(1)
    tool.out(f"   Status: {STATUSES[told['signed']]}\n   Certificate Chain:\n")
    line = "-" * 72
    for number, name in enumerate(CHAINS[told["signed"]], 1):
        print_hash = f"{number:02X} " * 15 + f"{number:02X}"
        tool.out(f"    {number}. {name}\n       Expires: 2029-04-14 21:28:23 +0000\n       SHA256 Fingerprint:\n"
                 f"           {print_hash}\n           {print_hash}\n")
        tool.out(f"       {line}\n" if number < 3 else "\n")


def _forget(tool, name):
    """pkgutil(1): discard all receipt data about the package, but do not touch the installed files."""
    from .. import kits
    path = tool.below(f"/{kits.RECEIPTS}/{name}.bom")
    with tool.changing():
        if not os.path.exists(path):
            tool.fail(f"No receipt for '{name}' found at '/'.")
        if not tool.has_fault("lie"):
            os.unlink(path)
    tool.out(f"Forgot package '{name}' on '/'.\n")


def pkgutil(tool):
    """`--files ID`, `--forget ID` and `--check-signature PATH`."""
    words = tool.arguments
    if len(words) == 2 and words[0] == "--forget":
        return _forget(tool, words[1])
    if len(words) == 2 and words[0] == "--files":
        return _files(tool, words[1])
    if len(words) == 2 and words[0] == "--check-signature":
        return _signature(tool, words[1])
    return tool.fail("Usage: pkgutil [OPTIONS] [COMMANDS] ...", 64)
