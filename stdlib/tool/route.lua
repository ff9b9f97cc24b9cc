-- Tells whether there is a route to the Internet. Facts: reference §6.4 (the tool is there in recovery, too).
-- Must not fetch anything: whether a server answers is not known here.

local probe = require "tool.probe"

local route = {}

--- @return true, false when there is no default route, or nil, message
function route.default()
  local answer, message = probe.run { "/sbin/route", "-n", "get", "default" }
  if not answer then return nil, message end
  if answer.exit == 0 and answer.stdout:find("\n[ \t]*interface: %S") then return true end
  if (answer.stderr .. answer.stdout):find("not in table", 1, true) then return false end
  return nil, "route does not say whether there is a way to the Internet"
end

return route
