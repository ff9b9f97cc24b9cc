-- Builds the command that installs a package. Facts: installer(8); the kit as OpenCore-Legacy-Patcher installs it.
-- Must not be believed: whether the kit is complete is read from its files.

local installer = {}

--- Command: install a package on the running system's volume.
function installer.install(package)
  return { argv = { "/usr/sbin/installer", "-pkg", package, "-target", "/" }, tool = "installer", slow = true, seconds = 3600 }
end

--- What installer's failures mean.
installer.errors = {
  { pattern = "[Aa]uthentication", kind = "root", cause = "installing needs root",
    cure = "put sudo before the command", unaffected = "nothing was installed" },
  { pattern = "[Nn]ot enough", kind = "room", cause = "the disk is full",
    cure = "free some gigabytes, then run this again", unaffected = "what was installed before" },
}

return installer
