-- Reads what the Mac draws its power from. Facts: reference §6.4 (the tool is there in recovery, too).
-- Must not take a form it does not know for mains.

local probe = require "tool.probe"

local pmset = {}

--- @return { source = "AC" | "Battery", percent = integer or nil (a Mac without a battery) }, or nil, message
function pmset.power()
  local out, message = probe.output { "/usr/bin/pmset", "-g", "batt" }
  if not out then return nil, message end
  local source = out:match("^Now drawing from '(%a+) Power'")
  if source ~= "AC" and source ~= "Battery" then return nil, "pmset does not say what the Mac draws its power from" end
  local percent = math.tointeger(tonumber(out:match("\t(%d%d?%d?)%%")))
  return { source = source, percent = percent and percent <= 100 and percent or nil }
end

return pmset
