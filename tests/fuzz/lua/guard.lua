-- Holds a parser against what is promised of it for one input: it does not throw, does not hang, and keeps its own promises.
-- Must not trust the parser's own pcall: what it swallows is found out by the hook all the same.

local guard = {}

-- Instructions of the virtual machine, and seconds of this process for what Lua's own C functions do without any.
local STEP, MOST_STEPS, MOST_SECONDS = 100000, 300, 2

--- Runs one check.
-- @param target { check = function(input) → nil, or what is wrong }
-- @param seen set of ways through the code (see below); new ones are added. nil: they are not looked at.
-- @return what is wrong, or nil; and whether a new way through the code was taken
function guard.run(target, input, seen)
  local steps, fresh, last = 0, false, 0
  local function hook(event, line)
    if event == "count" then
      steps = steps + 1
      if steps > MOST_STEPS then error("too many steps", 0) end
      return
    end
    -- A way is a pair of lines run one after the other, whatever their files: near enough to tell inputs apart.
    local way = last << 16 | line
    if not seen[way] then seen[way], fresh = true, true end
    last = line
  end
  local began = os.clock()
  debug.sethook(hook, seen and "l" or "", STEP)
  local fine, problem = xpcall(target.check, debug.traceback, input)
  debug.sethook()
  if steps > MOST_STEPS then return "it hangs: more than " .. MOST_STEPS * STEP .. " steps", fresh end
  if os.clock() - began > MOST_SECONDS then return "it hangs: more than " .. MOST_SECONDS .. " seconds", fresh end
  if not fine then return "it throws: " .. tostring(problem), fresh end
  return problem, fresh
end

return guard
