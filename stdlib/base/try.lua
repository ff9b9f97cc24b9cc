-- Ends what is under way with a result, from however deep: thrown here, caught in one place.
-- Must not swallow anything else: what was not thrown here is a bug in the program and goes on up with its trace.

-- A foreign error gets its trace while the stack is still there, once. One that is no text is somebody's own to catch.
local function keep_trace(problem)
  if type(problem) ~= "string" or problem:find("\nstack traceback:\n", 1, true) then return problem end
  return require("lib_state").traceback(problem)
end

-- Makes throw and catch that know nothing but each other.
local function new()
  local try, Thrown = {}, {}

  --- Throws a value to the try.catch around it.
  function try.throw(value)
    error(setmetatable({ value = value }, Thrown), 0)
  end

  --- Calls f(...).
  -- @param f function
  -- @return what it returned, or the one value that was thrown
  function try.catch(f, ...)
    local results = table.pack(xpcall(f, keep_trace, ...))
    if results[1] then return table.unpack(results, 2, results.n) end
    if getmetatable(results[2]) == Thrown then return results[2].value end
    error(results[2], 0)
  end

  return try
end

local try = new()

--- A pair of its own for one part of the program: what its throw throws, only its catch takes, and it takes nothing else.
try.new = new

return try
