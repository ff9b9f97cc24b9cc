"""Kernel Debug Kits as they lie on a Data volume (reference §7.1): their files, their receipts, what is wrong with them.

It must not know any tool. A kit is told by a dict: version, build, soc, the two banners, kind, and who signed it.
"""

import os

from . import kexts, plain

PLACE = "Library/Developer/KDKs"
KERNELS = "System/Library/Kernels"
EXTENSIONS = "System/Library/Extensions"
COLLECTIONS = "System/Library/KernelCollections"
VERSION = "System/Library/CoreServices/SystemVersion.plist"
RECEIPTS = "private/var/db/receipts"
KINDS = ("good", "gutted", "no-receipt", "near", "without-chip", "no-version")
VARIANTS = ("release", "development", "kasan")
# §7.2: no kit is for one chip only; the virtual Mac's kernel is always there
OTHER_CHIPS = ("T6000", "VMAPPLE")
DSYM = 0xA
# What an update of macOS takes away (§7.5).
GUTTED = (f"{EXTENSIONS}/apfs.kext/Contents/MacOS/apfs", f"{EXTENSIONS}/IOPCIFamily.kext/Contents/Info.plist")


def near_build(build):
    """Another build of the same version: its last sign differs."""
    last = build[-1]
    return build[:-1] + (str((int(last) + 1) % 10) if last.isdigit() else chr(ord(last) - 1 if last > "a" else 98))


def other_xnu(banner):
    """The banner of another build's kernel."""
    import re  # here and below: a tool that only looks at a kit loads neither this nor the maker of kernels
    return re.sub(r"(\d+)~", lambda found: f"{int(found[1]) + 1}~", banner)


def describe(state, kind="good", version=None, build=None, signed=True):
    """The dict of a kit for this Mac's system; of another build's where `build` or `kind` says so."""
    told = state["groups"][0]["os"]
    banners = {"banner": told["banner"], "development": told["development"]}
    build = build or (near_build(told["build"]) if kind == "near" else told["build"])
    if build != told["build"]:
        banners = {name: other_xnu(text) for name, text in banners.items()}
    return {"version": version or told["version"], "build": build, "soc": state["chip"]["soc"], **banners,
            "kind": kind, "signed": signed}


def folder_name(told):
    """§7.1."""
    return f"KDK_{told['version']}_{told['build']}.kdk"


def receipt_name(build):
    """The package's identifier."""
    return f"com.apple.pkg.KDK.{build}"


def kernel_name(variant, soc):
    """A kernel's file name: the chip as the kernel's banner calls it, in small letters (§7.3)."""
    return f"kernel.{variant}.{soc.lower()}"


def banner(told, variant, soc):
    """What that kernel of the kit says of itself."""
    text = told["banner"] if variant == "release" else told["development"]
    if variant == "kasan":
        text = text.replace("xnu_development-", "xnu-").replace("xnu-", "xnu_kasan-").replace("DEVELOPMENT_", "KASAN_")
    return text.rpartition("_")[0] + "_" + soc


def kernels(told):
    """File name to banner of every kernel in the kit."""
    found = {}
    for soc in (told["soc"], *OTHER_CHIPS):
        for variant in VARIANTS:
            if told["kind"] == "without-chip" and (variant, soc) == ("development", told["soc"]):
                continue
            found[kernel_name(variant, soc)] = banner(told, variant, soc)
    return found


def _kernel_files(told):
    from . import collection
    for name, text in kernels(told).items():
        yield f"{KERNELS}/{name}", collection.kernel(text)
        if ".development." in name:
            place = f"{KERNELS}/{name}.dSYM/Contents"
            yield f"{place}/Info.plist", plain.plist({"CFBundleIdentifier": f"com.apple.xcode.dsym.{name}"}).encode()
            yield f"{place}/Resources/DWARF/{name}", collection.kernel(text, filetype=DSYM)


def _kext_files():
    from . import collection
    for name, version, path in kexts.IN_KIT:
        place = EXTENSIONS + path[len(kexts.SYSTEM):] + "/Contents"
        program = path.rpartition("/")[2].partition(".")[0]
        told = {"CFBundleExecutable": program, "CFBundleIdentifier": name, "CFBundleVersion": version}
        yield f"{place}/Info.plist", plain.plist(told).encode()
        yield f"{place}/MacOS/{program}", collection.kext(name)


def _lists():
    """§3.2, DVM: which kexts the release collection of a model holds. Two models, two lists."""
    ids = [row[0] for row in kexts.IN_KIT]
    for model, chosen in (("mac14g", ids), ("mac14j", ids[:-1])):
        name = f"kernelcache.release.{model}.manifest.plist"
        yield f"{COLLECTIONS}/{name}", plain.plist({"requiredIdentifiers": chosen}).encode()


def files(told):
    """Path inside the kit to bytes, as a package brings them."""
    version = {"ProductBuildVersion": told["build"], "ProductName": "macOS", "ProductVersion": told["version"]}
    return dict([(VERSION, plain.plist(version).encode()), *_kernel_files(told), *_kext_files(), *_lists()])


def listing(paths):
    """Every path and every folder above it, as a receipt tells them."""
    found = set(paths)
    for path in paths:
        parts = path.split("/")
        found |= {"/".join(parts[:count]) for count in range(1, len(parts))}
    return sorted(found)


def _write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def receipt(data, build):
    """Where on the Data volume the receipt is kept."""
    return os.path.join(data, RECEIPTS, receipt_name(build) + ".bom")


def install(data, told, halfway=lambda: None):
    """Put a kit below the Data volume `data`, then its receipt. `halfway` is called in between."""
    folder = os.path.join(data, PLACE, folder_name(told))
    all_files = files(told)
    for index, (path, content) in enumerate(all_files.items()):
        if index == len(all_files) // 2:
            halfway()
        _write(os.path.join(folder, path), content)
    _write(receipt(data, told["build"]), "".join(path + "\n" for path in listing(all_files)).encode())
    return folder


def gut(folder):
    """Take away what an update of macOS takes away."""
    for path in GUTTED:
        if os.path.exists(os.path.join(folder, path)):
            os.unlink(os.path.join(folder, path))


def put(data, told):
    """A kit of that kind, as a person finds it on the Mac."""
    folder = install(data, told)
    if told["kind"] == "gutted":
        gut(folder)
    elif told["kind"] == "no-receipt":
        os.unlink(receipt(data, told["build"]))
    elif told["kind"] == "no-version":
        os.unlink(os.path.join(folder, VERSION))
    return folder


def build_of(folder):
    """ProductBuildVersion of a kit, or None; this is what kmutil looks for (§3.3)."""
    try:
        with open(os.path.join(folder, VERSION), encoding="utf-8") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError):
        return None
    return text.partition("<key>ProductBuildVersion</key>")[2].partition("<string>")[2].partition("</string>")[0]
