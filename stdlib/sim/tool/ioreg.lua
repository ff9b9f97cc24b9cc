-- ioreg: the parts of the device tree that name the machine (reference §6.6, §8.1), as a property list.
-- It must not change the state.

local place = require "sim.place"
local xml = require "sim.xml"

local ioreg = {}

local function bytes(text) return { data = text .. "\0" } end

local function entry(name, properties, children)
  properties.IORegistryEntryName = name
  properties.IOObjectClass = "IOService"
  if children then properties.IORegistryEntryChildren = { list = children } end
  return properties
end

local function product(state)
  local quota = state.mac.device_tree_quota
  return entry("product", {
    ["product-name"] = bytes(state.mac.marketing), ["product-soc-name"] = bytes(state.mac.marketing),
    ["apple-isa-vm-quota"] = quota and { data = string.pack("<I4", quota) } or nil,
  })
end

local function chosen(state)
  return entry("chosen", {
    ["boot-uuid"] = bytes(state.default), ["associated-volume-group"] = bytes(state.default),
    ["apfs-preboot-uuid"] = bytes(place.preboot_volume(state, place.booted(state)).uuid),
    ["boot-objects-path"] = bytes("/" .. state.default .. "/boot/" .. place.booted(state).policy.nsih),
    ["chip-id"] = { data = string.pack("<I4", state.mac.chip) },
    ["board-id"] = { data = string.pack("<I4", state.mac.board) },
  })
end

local function tree(state)
  return entry("device-tree", {
    model = bytes(state.mac.model), compatible = bytes(state.mac.model), ["target-type"] = bytes(state.mac.soc),
  }, { chosen(state), product(state) })
end

local function has(p, letter)
  for _, word in ipairs(p.args) do
    if word:match("^%-%a+$") and word:find(letter, 1, true) then return true end
  end
  return false
end

local function named(p)
  for index, word in ipairs(p.args) do
    if word:match("^%-%a*n$") then return p.args[index + 1] end
  end
end

--- Plays `ioreg -a [-l] [-r] [-p IODeviceTree] [-n NAME]`; see `sim.tools.play`.
function ioreg.ioreg(p)
  if not has(p, "a") then p.fail(1, "ioreg: only -a is simulated\n") end
  local root, name = tree(p.state), named(p)
  if not name then
    p.out(xml.plist(entry("Root", {}, { root })))
    return 0
  end
  for _, child in ipairs(root.IORegistryEntryChildren.list) do
    if child.IORegistryEntryName == name then p.out(xml.plist { list = { child } }) end
  end
end

return ioreg
