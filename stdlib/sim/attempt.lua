-- Work on the files of a simulated Mac that may fail half-way: one failure ends it, and is told to whoever asked for it.
-- It must not hide a fault of the program: what was not thrown here goes on up.

local try = require("base.try").new()

local attempt = {}

--- Returns `ok` where it is true; ends the work around it with `message` otherwise.
function attempt.must(ok, message)
  if not ok then try.throw(message) end
  return ok
end

--- Does the work. Returns true, or nil, message, "scratch".
function attempt.guarded(work)
  local message = try.catch(function() work() end)
  if message then return nil, message, "scratch" end
  return true
end

return attempt
