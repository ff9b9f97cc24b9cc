-- Where everything of a simulated Mac lies below its scratch root, worked out from the state alone.
-- It must not touch files; `sim.mount` and `sim.scratch` do what is said here.

local place = require "sim.place"

local layout = {}

layout.UPDATE = place.DISKS .. "update" -- the volume of staged updates; recovery does not mount it
layout.COLLECTION = "/Users/Shared/vmq-recovery/VirtualMachine.kc"

-- Recovery's own writable folders are a ramdisk: every start has new ones (reference §6.3).
local function ramdisk(state) return place.DISKS .. "ramdisk-" .. state.boots end

local function common(state, links)
  for _, volume in ipairs(state.volumes) do
    if volume.mount and volume.mount ~= "/" then links[volume.mount] = place.storage(volume) end
  end
  links["/var"], links["/tmp"], links["/etc"] = "/private/var", "/private/tmp", "/private/etc"
end

local function in_recovery(state, links)
  links["/private"] = ramdisk(state) .. "/private"
  links["/System/Installation"] = place.DISKS .. "base/System/Installation"
  links["/System/Library"] = place.DISKS .. "base/System/Library"
  links["/System/Volumes/iSCPreboot"] = place.DISKS .. "iSCPreboot"
end

-- The firmlinks of macOS: these folders of Data are reached from the top as well.
local function in_macos(state, links)
  local data = place.storage(place.volume(state, state.default, "Data"))
  local system = place.volume(state, state.default, "System")
  for _, folder in ipairs { "/private", "/Users", "/Library", "/Applications" } do links[folder] = data .. folder end
  links["/System/Library"] = place.storage(system) .. "/System/Library"
  links["/Volumes/" .. system.name] = "/"
  links["/System/Volumes/Update"] = layout.UPDATE
end

--- The links below the root that make up what is mounted: path → target, both as the Mac's own paths from "/".
function layout.links(state)
  local links = {}
  common(state, links)
  if place.in_recovery(state) then in_recovery(state, links) else in_macos(state, links) end
  return links
end

local FILES = 0x2 -- csr's bit of the file system (reference §2.3)

--- Does SIP guard the files of the macOS that runs? Recovery's own SIP does not (facts-2026-11 C).
function layout.guards_files(state)
  return not place.in_recovery(state) and (state.running.sip0 or 0) & FILES == 0
end

--- Folders that must be there in the present environment.
function layout.folders(state)
  local folders = { "/Volumes", "/System/Volumes", "/usr/bin", "/usr/sbin", "/bin", "/sbin", layout.UPDATE,
    place.DISKS .. "base/System/Installation", place.DISKS .. "iSCPreboot" }
  for _, name in ipairs { "Extensions", "DriverExtensions" } do
    local system = place.volume(state, state.default, "System")
    folders[#folders + 1] = place.storage(system) .. "/System/Library/" .. name
  end
  if not place.in_recovery(state) then return folders end
  for _, name in ipairs { "var/db", "var/root", "var/tmp", "tmp", "etc" } do
    folders[#folders + 1] = ramdisk(state) .. "/private/" .. name
  end
  return folders
end

return layout
