-- Asks whether this Mac is managed, since its managers will see a lowered policy (peers-and-users §2.13).
-- Must not read any profile.

local probe = require "tool.probe"

local profiles = {}

-- @return whether any line of that label says Yes, and whether all there are say No
local function answers(out, label)
  local yes, no = false, nil
  for rest in out:gmatch(label .. ":([^\r\n]*)") do
    local word = rest:match("^ (%w+)")
    yes, no = yes or word == "Yes", no ~= false and word == "No"
  end
  return yes, no
end

--- @return true when one of the two lines says so, false when both say No; or nil, message
function profiles.enrolled()
  local out, message = probe.output { "/usr/bin/profiles", "status", "-type", "enrollment" }
  if not out then return nil, message end
  local mdm, no_mdm = answers(out, "MDM enrollment")
  local dep, no_dep = answers(out, "Enrolled via DEP")
  if mdm or dep then return true end
  if no_mdm and no_dep then return false end
  return nil, "profiles printed something unknown"
end

return profiles
