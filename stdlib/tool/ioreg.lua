-- Reads the base quota of macOS guests from the device tree with ioreg (reference §8.1).
-- Must not assume that it is two: newer Macs may have another, and most tell none.

local plist = require "base.plist"
local probe = require "tool.probe"

local ioreg = {}

-- The kernel wants four bytes and takes no more than this (reference §8.1).
local MOST = 0x7FFFFFFF

local function find(value, key, depth)
  if type(value) ~= "table" or depth > 8 then return nil end
  if value[key] ~= nil then return value[key] end
  for _, inner in pairs(value) do
    local found = find(inner, key, depth + 1)
    if found ~= nil then return found end
  end
end

--- @return the quota as a number, or nil and why not: "none" when the device tree names none
function ioreg.base_quota()
  local out, message = probe.output { "/usr/sbin/ioreg", "-a", "-r", "-n", "product", "-p", "IODeviceTree", "-d", "1" }
  if not out then return nil, message end
  local tree, why = {}, nil
  if out:find("%S") then tree, why = plist.parse(out) end
  if why then return nil, "ioreg: " .. why end
  local quota = find(tree, "apple-isa-vm-quota", 1)
  if quota == nil then return nil, "none" end
  if type(quota) == "string" and #quota == 4 then quota = string.unpack("<I4", quota) end
  if math.type(quota) ~= "integer" or quota < 0 then return nil, "the device tree's quota cannot be read" end
  return math.min(quota, MOST)
end

return ioreg
