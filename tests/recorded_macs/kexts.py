"""The kernel extensions every recorded Mac has, one row each. It must stay without imports: tools read it at start-up."""

SYSTEM = "/System/Library/Extensions"
DRIVERS = "/System/Library/DriverExtensions"
THIRD_PARTY = "/Library/Extensions"

# bundle id, version, path; §3.3 shows the columns, §3.2 that SEPHibernation is among them
TABLE = (
    ("com.apple.kpi.bsd", "23.0.0", f"{SYSTEM}/System.kext/PlugIns/BSDKernel.kext"),
    ("com.apple.kpi.iokit", "23.0.0", f"{SYSTEM}/System.kext/PlugIns/IOKit.kext"),
    ("com.apple.kpi.libkern", "23.0.0", f"{SYSTEM}/System.kext/PlugIns/Libkern.kext"),
    ("com.apple.kpi.mach", "23.0.0", f"{SYSTEM}/System.kext/PlugIns/Mach.kext"),
    ("com.apple.kpi.private", "23.0.0", f"{SYSTEM}/System.kext/PlugIns/Private.kext"),
    ("com.apple.iokit.IOPCIFamily", "2.9", f"{SYSTEM}/IOPCIFamily.kext"),
    ("com.apple.driver.AppleARMPlatform", "1.0.2", f"{SYSTEM}/AppleARMPlatform.kext"),
    # its name only begins like that of the one that cannot be linked
    ("com.apple.driver.AppleSEPManager", "1.0.1", f"{SYSTEM}/AppleSEPManager.kext"),
    ("com.apple.driver.SEPHibernation", "1", f"{SYSTEM}/SEPHibernation.kext"),
    ("com.apple.filesystems.apfs", "2142.1.2", f"{SYSTEM}/apfs.kext"),
    ("com.apple.security.AppleImage4", "5.0.0", f"{SYSTEM}/AppleImage4.kext"),
    ("com.apple.iokit.IOHIDFamily", "2.0.0", f"{SYSTEM}/IOHIDFamily.kext"),
    ("com.apple.AppleUserHIDDrivers", "1", f"{DRIVERS}/AppleUserHIDDrivers.dext"),
    # peers §2.6: third-party ones are swept in
    ("org.example.driver.VirtualKeyboard", "1.8.0", f"{THIRD_PARTY}/VirtualKeyboard.kext"),
)

# What a kit brings itself; the rest is only in the system's own folders.
IN_KIT = tuple(row for row in TABLE if row[2].startswith(SYSTEM) and row[0] not in (
    "com.apple.driver.SEPHibernation", "com.apple.iokit.IOHIDFamily"))


def below(repository):
    """The ids whose kext lies below that folder."""
    place = repository.rstrip("/") + "/"
    return {name for name, _, path in TABLE if path.startswith(place)}
