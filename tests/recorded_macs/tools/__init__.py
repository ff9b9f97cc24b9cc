"""Which module plays which of the Mac's programs."""

PLACES = {
    "csrutil": "usr/bin", "bputil": "usr/bin", "kmutil": "usr/bin", "uname": "usr/bin", "sw_vers": "usr/bin",
    "profiles": "usr/bin", "curl": "usr/bin", "hdiutil": "usr/bin", "nvram": "usr/sbin", "diskutil": "usr/sbin",
    "sysctl": "usr/sbin", "ioreg": "usr/sbin", "installer": "usr/sbin", "pkgutil": "usr/sbin", "ps": "bin",
    "pmset": "usr/bin", "route": "sbin",
}

_MODULES = {name: name for name in ("csrutil", "bputil", "kmutil", "nvram", "diskutil", "ioreg", "curl")}
_MODULES.update(dict.fromkeys(("hdiutil", "installer", "pkgutil"), "packages"))


def find(name):
    """Return the function that plays `name`; only its module is loaded, since every call is a new process."""
    module = _MODULES.get(name, "system")
    return getattr(__import__(f"{__name__}.{module}", fromlist=[name]), name)
