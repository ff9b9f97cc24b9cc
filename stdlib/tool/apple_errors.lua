-- What Apple's error domains mean, whichever tool prints them: LocalAuthentication, BYErrorDomain, KMErrorDomain,
-- com.apple.bootpolicy, iokit. Looked through before a tool's own table (facts-2026-11 A.1, A.3, A.5, G).
-- Must not hold words that mean one thing in one tool and another in another.

local UPDATE_PREBOOT = "in macOS: sudo diskutil apfs updatePreboot / ; then start recovery again"
local OUTSIDE = "the tool was run outside recovery"
local ENTER = "shut down fully, hold the power button until \"Loading startup options\" appears, then let go, choose Options, open Terminal"
local NEWEST = "Apple signs only the newest macOS for Full Security now"
local UPDATE_FIRST = "revert to Reduced Security, update macOS, then set Full Security"
local AS_IT_WAS = "the policy stays exactly as it was"

return {
  { pattern = "User not found", kind = "credentials",
    cause = "this name is not a user of this system, or its list of owners is out of date",
    cure = "give a short name of an owner of this volume (owners are shown before the run). If it is one: " .. UPDATE_PREBOOT,
    unaffected = "nothing was changed" },
  { pattern = "Password rejected", kind = "credentials" },
  { pattern = "[Ff]ailed to set credential", kind = "credentials" },
  { pattern = "com%.apple%.LocalAuthentication", kind = "credentials" },
  { pattern = "[Aa]uthentication fail", kind = "credentials" },
  { pattern = "Too many recent unlock attempts", kind = "wait", cause = "this Mac has counted too many refused attempts and waits",
    cure = "do not try again now: restart, wait some minutes, and try once, with care", unaffected = "nothing was changed" },
  { pattern = "Owner authentication is required", kind = "owner", cause = "no owner of this volume has signed",
    cure = UPDATE_PREBOOT, unaffected = "nothing was changed" },
  { pattern = "[Nn]o admin users authorized for recovery", kind = "owner", cause = "no owner of this volume may sign in recovery",
    cure = UPDATE_PREBOOT, unaffected = "nothing was changed" },
  { pattern = "not connected to the Internet", kind = "network",
    cause = "Full Security asks Apple's server, and this Mac is not online",
    cure = "join Wi-Fi with the menu bar, or `ipconfig set en0 DHCP` on Ethernet, then run this again",
    unaffected = AS_IT_WAS },
  -- guess: that the policy tools say it in these words, which are the signing server's where it signs a build no more
  { pattern = "isn't eligible for the requested build", kind = "newer-macos", cause = NEWEST, cure = UPDATE_FIRST, unaffected = AS_IT_WAS },
  { pattern = "Code=3194", kind = "newer-macos", cause = NEWEST, cure = UPDATE_FIRST, unaffected = AS_IT_WAS },
  { pattern = "Manifest verification failed", kind = "refused",
    cause = "the macOS that is installed was not accepted; what was typed is not at fault",
    cure = "update macOS, or wait for the next beta, then run this again", unaffected = "the old policy stays in force" },
  { pattern = "failed to set system integrity configuration in boot policy", kind = "seal",
    cause = "the sealed system volume was changed; SIP cannot be put back fully before macOS is installed again",
    cure = "leave SIP as it is, or install macOS again over this system (files stay)", unaffected = "the old policy stays in force" },
  { pattern = "OS environment does not allow", kind = "place",
    cause = "this recovery was not reached from a Mac that was off, by holding the power button",
    cure = "shut down fully, wait, hold the power button until \"Loading startup options\" appears, then let go; if it says so again: "
      .. "csrutil clear, then recovery once more", unaffected = "nothing was changed" },
  { pattern = "must be run from macOS Recovery", kind = "place", cause = OUTSIDE, cure = ENTER, unaffected = "nothing was changed" },
  { pattern = "can only be run in Recovery Mode", kind = "place", cause = OUTSIDE, cure = ENTER, unaffected = "nothing was changed" },
  { pattern = "You must move to Reduced Security", kind = "mode", cause = "this kmutil takes no custom kernel from Full Security",
    cure = "run apply again: it turns SIP off first, which lowers the policy", unaffected = "nothing was changed" },
  { pattern = "Invalid Mach%-O boot properties", kind = "target",
    cause = "seen where the target is not the startup disk; otherwise the file is not a kernel collection that kmutil can read",
    cure = "choose the target in Startup Disk, shut down, and start its own recovery", unaffected = "no policy was changed" },
}
