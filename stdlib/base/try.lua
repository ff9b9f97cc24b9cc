-- Ends what is under way with a result, from however deep: thrown here, caught in one place.
-- Must not swallow anything else: what was not thrown here is a bug in the program and goes on up with its trace.

local try = {}

-- The mark of what was thrown by try.throw.
local Thrown = {}

--- Throws a value to the try.catch around it.
function try.throw(value)
  error(setmetatable({ value = value }, Thrown), 0)
end

local function is_thrown(problem) return getmetatable(problem) == Thrown end

-- A foreign error gets its trace while the stack is still there.
local function keep_trace(problem)
  return is_thrown(problem) and problem or require("lib_state").traceback(problem)
end

--- Calls f(...).
-- @param f function
-- @return what it returned, or the one value that was thrown
function try.catch(f, ...)
  local results = table.pack(xpcall(f, keep_trace, ...))
  if results[1] then return table.unpack(results, 2, results.n) end
  if is_thrown(results[2]) then return results[2].value end
  error(results[2], 0)
end

return try
