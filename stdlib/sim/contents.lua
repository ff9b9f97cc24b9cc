-- The files of a new simulated Mac: what lies on each volume before anything happens to it.
-- It must not touch the disk; `sim.scratch` writes them. Kits that are installed are `sim.kit_files`.

local layout = require "sim.layout"
local place = require "sim.place"
local xml = require "sim.xml"

local contents = {}

local VERSION = "/System/Library/CoreServices/SystemVersion.plist"

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

local function add_system(state, group, files)
  files[layout.storage(place.volume(state, group.uuid, "System")) .. VERSION] = system_version(group)
end

local function add_preboot(state, group, files)
  local preboot = layout.storage(place.volume(state, nil, "Preboot")) .. "/" .. group.uuid
  files[preboot .. "/var/db/AdminUserRecoveryInfo.plist"] = owners(state)
  local kernels = preboot .. "/boot/" .. group.policy.nsih .. "/System/Library/Caches/com.apple.kernelcaches/"
  files[kernels .. "kernelcache"] = "stock kernel collection of " .. group.build .. "\n"
  for _, object in ipairs(group.objects[group.policy.nsih] or {}) do
    files[kernels .. "kernelcache.custom." .. object.coih] = "foreign object\n"
  end
end

local function add_data(state, group, files)
  local home = layout.storage(place.volume(state, group.uuid, "Data"))
  for _, person in ipairs(state.owners) do files[home .. "/Users/" .. person.short .. "/.zsh_history"] = "" end
  files[home .. "/private/var/db/.AppleSetupDone"] = ""
  for _, folder in ipairs { "/private/tmp", "/private/etc", "/Library", "/Applications" } do
    files[home .. folder .. "/.keep"] = ""
  end
end

local function add_collection(state, files)
  if not state.collection then return end
  local data = layout.storage(place.volume(state, state.default, "Data"))
  files[data .. layout.COLLECTION] = require("sim.collection").make(state.collection)
end

--- The notice of a staged update, if there is one: path below the root → bytes.
function contents.update(state)
  if not state.update then return {} end
  return {
    [layout.UPDATE .. "/Update.plist"] = xml.plist {
      ["update-asset-attributes"] = { Build = state.update.build, OSVersion = state.update.version },
    },
  }
end

--- Every file a new Mac has, but for kits: path below the root → bytes.
function contents.files(state)
  local files = contents.update(state)
  files[layout.DISKS .. "base" .. VERSION] = system_version(place.booted(state))
  for _, group in ipairs(state.groups) do
    add_system(state, group, files)
    add_preboot(state, group, files)
    add_data(state, group, files)
  end
  add_collection(state, files)
  return files
end

return contents
