-- Puts what a check saw into a few words.
-- Must not judge it.

local policy = require "mac.policy"

local describe = {}

local function plain(seen)
  local keys, parts = {}, {}
  for key in pairs(seen) do keys[#keys + 1] = tostring(key) end
  table.sort(keys)
  for index, key in ipairs(keys) do parts[index] = ("%s: %s"):format(key:gsub("_", " "), tostring(seen[key])) end
  return #parts > 0 and table.concat(parts, ", ") or "nothing"
end

--- @param seen table or nil: the second value of a step's check
function describe.seen(seen)
  if type(seen) ~= "table" then return seen == nil and "nothing could be read" or tostring(seen) end
  if seen.mode and seen.boot_args_filter and seen.sip and seen.coih then return policy.describe(seen) end
  if seen.in_force then
    return ("%s kernel, hypervisor %s, boot-args in force \"%s\""):format(seen.kernel,
      seen.hypervisor == "1" and "on" or "off", seen.in_force)
  end
  if seen.value and next(seen, next(seen)) == nil then
    return seen.value == "" and "boot-args are empty" or ("boot-args \"%s\""):format(seen.value)
  end
  return plain(seen)
end

return describe
