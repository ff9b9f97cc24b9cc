-- The files of a new simulated Mac: what lies on each volume before anything happens to it.
-- It must not touch the disk; `sim.scratch` writes them. Kits that are installed are `sim.kit_files`.

local collection = require "sim.collection"
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

--- Preboot's list of owners, below a group's folder.
contents.OWNERS = "/var/db/AdminUserRecoveryInfo.plist"

local EARLIER = { short = "grace", full = "Grace Sample", uuid = "C7A9E1F2-44D0-4B8E-8D15-6E0B7F3A9C21", rights = true }

--- The bytes of that list. Keyed by short name, as asahi-installer reads it (its stub.py uses GeneratedUID and
-- RealName); a stale list names somebody of an earlier installation.
function contents.owners(state)
  local people = {}
  for _, person in ipairs(state.circumstances["stale-owners"] and { EARLIER } or state.owners) do
    if person.rights then people[person.short] = { GeneratedUID = person.uuid, RealName = person.full } end
  end
  return xml.plist(people)
end

-- A Linux stub looks like a system without a macOS (field: asahi-stub-is-the-target): no kernel, and its version file
-- under another name, or one that names some macOS.
local function add_system(state, group, files)
  local top = place.storage(place.volume(state, group.uuid, "System"))
  local disabled = group.linux == "disabled"
  files[top .. (disabled and VERSION:gsub("%.plist", "-disabled.plist") or VERSION)] = system_version(group)
  if group.linux then return end
  files[("%s/System/Library/Kernels/kernel.release.%s"):format(top, state.mac.soc:lower())] = collection.kernel {
    soc = state.mac.soc, darwin = group.darwin, xnu = group.xnu, date = group.date, flavour = "release",
  }
end

local function add_preboot(state, group, files)
  local preboot = place.storage(place.preboot_volume(state, group)) .. "/" .. group.uuid
  files[preboot .. contents.OWNERS] = contents.owners(state)
  local kernels = preboot .. "/boot/" .. group.policy.nsih .. "/System/Library/Caches/com.apple.kernelcaches/"
  files[kernels .. "kernelcache"] = "Apple's kernel collection of " .. group.build .. "\n"
  for _, object in ipairs(group.objects[group.policy.nsih] or {}) do
    files[kernels .. "kernelcache.custom." .. object.coih] = "foreign object\n"
  end
end

local function add_data(state, group, files)
  local home = place.storage(place.volume(state, group.uuid, "Data"))
  if group.linux then
    files[home .. "/.keep"] = ""
    return
  end
  for _, person in ipairs(state.owners) do files[home .. "/Users/" .. person.short .. "/.zsh_history"] = "" end
  if not state.circumstances["var-db-refused"] then files[home .. "/private/var/db/.AppleSetupDone"] = "" end
  for _, folder in ipairs { "/private/tmp", "/private/etc", "/Library", "/Applications" } do
    files[home .. folder .. "/.keep"] = ""
  end
end

-- As other tools keep collections: the payload's part of an Image4 alone, or a whole one ("im4p", "img4").
local function wrapped(bytes, how)
  if not how then return bytes end
  local image4 = require "sim.image4"
  local before, after = image4.payload(#bytes, "krnl")
  local part = before .. bytes .. after
  if how == "im4p" then return part end
  local head, tail = image4.whole(#part, image4.manifest("krnl", require("lib_file").sha384(part)))
  return head .. part .. tail
end

local function add_collection(state, files)
  if not state.collection then return end
  local data = place.storage(place.volume(state, state.groups[1].uuid, "Data"))
  files[data .. layout.COLLECTION] = wrapped(collection.make(state.collection), state.collection.wrapped)
end

--- Where the notice of a staged update lies, below the root.
contents.NOTICE = layout.UPDATE .. "/Update.plist"

--- The notice of a staged update, if there is one: path below the root → bytes.
function contents.update(state)
  if not state.update then return {} end
  return {
    [contents.NOTICE] = xml.plist {
      ["update-asset-attributes"] = { Build = state.update.build, OSVersion = state.update.version },
    },
  }
end

--- The files that a system of its present version has, but for its users': path below the root → bytes.
function contents.system(state, group)
  local files = { [place.DISKS .. "base" .. VERSION] = system_version(place.booted(state)) }
  add_system(state, group, files)
  add_preboot(state, group, files)
  return files
end

--- Every file a new Mac has, but for kits: path below the root → bytes.
function contents.files(state)
  local files = contents.update(state)
  files[place.DISKS .. "base" .. VERSION] = system_version(place.booted(state))
  for _, group in ipairs(state.groups) do
    add_system(state, group, files)
    add_preboot(state, group, files)
    add_data(state, group, files)
  end
  add_collection(state, files)
  return files
end

return contents
