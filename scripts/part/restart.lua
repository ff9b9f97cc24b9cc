-- What steps share that wait until the Mac has restarted into macOS.

local part = {}

function part.check(c)
  return c.environment == "macos" and "done" or "todo", { environment = c.environment }
end

function part.describe(seen) return seen.environment == "macos" and "macOS runs" or "recovery runs" end

--- The step of a plan that changed the boot policy; `needs` is the plan's own.
part.step = { why = "The new policy takes effect when macOS starts.", where = "any", check = part.check, describe = part.describe }

return part
