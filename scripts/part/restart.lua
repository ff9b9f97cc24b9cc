-- What steps share that wait until the Mac has restarted into macOS.

local part = {}

function part.check(c)
  return c.environment == "macos" and "done" or "todo", { environment = c.environment }
end

function part.describe(seen) return seen.environment == "macos" and "macOS runs" or "recovery runs" end

return part
