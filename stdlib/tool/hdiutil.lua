-- Builds the commands that mount a disk image in a folder and unmount it again. Facts: hdiutil(1); the kit's image as
-- OpenCore-Legacy-Patcher mounts it (reference §7.5, source OCLP).
-- Must not let an image show up on the desktop or be written to.

local hdiutil = {}

local PATH = "/usr/bin/hdiutil"

--- Command: mount an image, read-only and out of Finder's sight.
-- @param folder string: an empty folder
function hdiutil.attach(image, folder)
  return { argv = { PATH, "attach", "-readonly", "-nobrowse", "-mountpoint", folder, image }, tool = "hdiutil", slow = true,
    seconds = 1800 }
end

--- Command: unmount what is mounted in a folder.
function hdiutil.detach(folder)
  return { argv = { PATH, "detach", folder }, tool = "hdiutil", seconds = 120 }
end

--- What hdiutil's failures mean.
hdiutil.errors = {
  { pattern = "not recognized", kind = "image", cause = "the file is not a disk image, or only a part of one",
    cure = "download it again: `vmq-recovery kdk fetch`", unaffected = "nothing was installed" },
  { pattern = "corrupt", kind = "image", cause = "the disk image is damaged",
    cure = "download it again: `vmq-recovery kdk fetch`", unaffected = "nothing was installed" },
  { pattern = "Resource busy", kind = "busy", cause = "something still uses the mounted image",
    cure = "close what is open in it, then run this again", unaffected = "what was installed stays" },
}

return hdiutil
