-- Where everything of a simulated Mac lies below its scratch root, worked out from the state alone.
-- It must not touch files; `sim.scratch` and `sim.files` do what is said here.

local place = require "sim.place"
local xml = require "sim.xml"

local layout = {}

layout.DISKS = "/.disks/" -- each volume's files, whether it is mounted or not
layout.UPDATE = layout.DISKS .. "update" -- the volume of staged updates; recovery does not mount it
layout.STATE = "/simulated-mac.json"
layout.COLLECTION = "/Users/Shared/vmq-recovery/VirtualMachine.kc"

--- The folder that holds a volume's files, below the root.
function layout.storage(volume) return layout.DISKS .. volume.device end

-- Recovery's own writable folders are a ramdisk: every start has new ones (reference §6.3).
local function ramdisk(state) return layout.DISKS .. "ramdisk-" .. state.boots end

local function common(state, links)
  for _, volume in ipairs(state.volumes) do
    if volume.mount and volume.mount ~= "/" then links[volume.mount] = layout.storage(volume) end
  end
  links["/var"], links["/tmp"], links["/etc"] = "/private/var", "/private/tmp", "/private/etc"
end

local function in_recovery(state, links)
  links["/private"] = ramdisk(state) .. "/private"
  links["/System/Installation"] = layout.DISKS .. "base/System/Installation"
  links["/System/Library"] = layout.DISKS .. "base/System/Library"
  links["/System/Volumes/iSCPreboot"] = layout.DISKS .. "iSCPreboot"
end

-- The firmlinks of macOS: these folders of Data are reached from the top as well.
local function in_macos(state, links)
  local data = layout.storage(place.volume(state, state.default, "Data"))
  local system = place.volume(state, state.default, "System")
  for _, folder in ipairs { "/private", "/Users", "/Library", "/Applications" } do links[folder] = data .. folder end
  links["/System/Library"] = layout.storage(system) .. "/System/Library"
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

--- Folders that must be there in the present environment.
function layout.folders(state)
  local folders = { "/Volumes", "/System/Volumes", "/usr/bin", "/usr/sbin", "/bin", layout.UPDATE,
    layout.DISKS .. "base/System/Installation", layout.DISKS .. "iSCPreboot" }
  for _, name in ipairs { "Extensions", "DriverExtensions" } do
    local system = place.volume(state, state.default, "System")
    folders[#folders + 1] = layout.storage(system) .. "/System/Library/" .. name
  end
  if not place.in_recovery(state) then return folders end
  for _, name in ipairs { "var/db", "var/root", "var/tmp", "tmp", "etc" } do
    folders[#folders + 1] = ramdisk(state) .. "/private/" .. name
  end
  return folders
end

local function system_version(group)
  return xml.plist {
    ProductBuildVersion = group.build, ProductName = "macOS", ProductUserVisibleVersion = group.version,
    ProductVersion = group.version, ProductCopyright = "1983-2026 Apple Inc.",
  }
end

-- Keyed by short name, as asahi-installer reads it (its stub.py uses GeneratedUID and RealName).
local function owners(state)
  local people = {}
  for _, person in ipairs(state.owners) do
    if person.rights then people[person.short] = { GeneratedUID = person.uuid, RealName = person.full } end
  end
  return xml.plist(people)
end

local VERSION = "/System/Library/CoreServices/SystemVersion.plist"

local function add_group(state, group, files)
  local system, data = place.volume(state, group.uuid, "System"), place.volume(state, group.uuid, "Data")
  local preboot = layout.storage(place.volume(state, nil, "Preboot")) .. "/" .. group.uuid
  files[layout.storage(system) .. VERSION] = system_version(group)
  files[preboot .. "/var/db/AdminUserRecoveryInfo.plist"] = owners(state)
  local kernels = preboot .. "/boot/" .. group.policy.nsih .. "/System/Library/Caches/com.apple.kernelcaches/"
  files[kernels .. "kernelcache"] = "stock kernel collection of " .. group.build .. "\n"
  for _, object in ipairs(group.objects[group.policy.nsih] or {}) do
    files[kernels .. "kernelcache.custom." .. object.coih] = "foreign object\n"
  end
  local home = layout.storage(data)
  for _, person in ipairs(state.owners) do files[home .. "/Users/" .. person.short .. "/.zsh_history"] = "" end
  files[home .. "/private/var/db/.AppleSetupDone"] = ""
  files[home .. "/private/tmp/.keep"], files[home .. "/Library/.keep"] = "", ""
  files[home .. "/Applications/.keep"], files[home .. "/private/etc/.keep"] = "", ""
end

-- Kits that are installed, on the Data volume of the first system.
local function add_kits(state, files)
  if #state.kits == 0 then return end
  local kit = require "sim.kit"
  local data = layout.storage(place.volume(state, state.default, "Data"))
  for _, about in ipairs(state.kits) do
    local folder = ("%s%s/%s/"):format(data, kit.FOLDER, kit.name(about))
    for path, bytes in pairs(kit.files(about)) do files[folder .. path] = bytes end
  end
end

--- Adds the notice of a staged update, if there is one.
function layout.add_update(state, files)
  if not state.update then return end
  files[layout.UPDATE .. "/Update.plist"] = xml.plist {
    ["update-asset-attributes"] = { Build = state.update.build, OSVersion = state.update.version },
  }
end

--- Every file a new Mac has: path below the root → bytes.
function layout.files(state)
  local files = { [layout.DISKS .. "base" .. VERSION] = system_version(place.booted(state)) }
  for _, group in ipairs(state.groups) do add_group(state, group, files) end
  add_kits(state, files)
  layout.add_update(state, files)
  if state.collection then
    local data = layout.storage(place.volume(state, state.default, "Data"))
    files[data .. layout.COLLECTION] = require("sim.collection").make(state.collection)
  end
  return files
end

return layout
