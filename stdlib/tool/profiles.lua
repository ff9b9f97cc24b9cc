-- Asks whether this Mac is managed, since its managers will see a lowered policy (peers-and-users §2.13).
-- Must not read any profile.

local probe = require "tool.probe"

local profiles = {}

--- @return true | false, or nil, message
function profiles.enrolled()
  local out, message = probe.output { "/usr/bin/profiles", "status", "-type", "enrollment" }
  if not out then return nil, message end
  local mdm, dep = out:match("MDM enrollment: (%a+)"), out:match("Enrolled via DEP: (%a+)")
  if not mdm and not dep then return nil, "profiles printed something unknown" end
  return mdm == "Yes" or dep == "Yes"
end

return profiles
