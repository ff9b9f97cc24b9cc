-- profiles: whether the Mac is managed.

local place = require "sim.place"

local profiles = {}

--- Plays `profiles status -type enrollment`; recovery has no profiles tool that answers. guess: its words there.
function profiles.profiles(p)
  if place.in_recovery(p.state) then p.fail(1, "profiles: not available in this environment\n") end
  local answer = p.state.managed and "Yes" or "No"
  p.out("Enrolled via DEP: ", answer, "\nMDM enrollment: ", p.state.managed and "Yes (User Approved)" or "No", "\n")
end

return profiles
