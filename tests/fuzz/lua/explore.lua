-- Searches for an input that breaks a promise: inputs that took a new way through the code are kept and changed further.
-- Must not depend on the clock but for when it ends: a seed makes the same inputs in the same order.

local guard = require "tests.fuzz.lua.guard"
local mutate = require "tests.fuzz.lua.mutate"
local random = require "tests.unit.lua.support.random"

local explore = {}

local MOST_INPUTS, MOST_FINDS, LONGEST = 500, 5, 1 << 18

-- Two finds are one when they say the same but for numbers and what stands in quotation marks.
local function kind_of(problem)
  return problem:match("^[^\n]*"):gsub("%d+", "N"):gsub("%b\"\"", "Q"):sub(1, 120)
end

-- Leaves out pieces as long as the same goes wrong.
local function shortened(target, input, kind)
  local size, tries = #input // 2, 0
  while size >= 1 and tries < 2000 do
    local at, shorter = 1, false
    while at <= #input and tries < 2000 do
      tries = tries + 1
      local candidate = input:sub(1, at - 1) .. input:sub(at + size)
      local problem = guard.run(target, candidate)
      if problem and kind_of(problem) == kind then input, shorter = candidate, true else at = at + size end
    end
    if not shorter then size = size // 2 end
  end
  return input
end

local function note(target, result, known, input, problem)
  local kind = kind_of(problem)
  if known[kind] then return end
  known[kind] = true
  local short = problem:find("^it hangs") and input or shortened(target, input, kind)
  result.finds[#result.finds + 1] = { input = short, problem = guard.run(target, short) or problem }
end

--- Explores one target.
-- @param target { name, check, words = array|nil }
-- @param inputs array: where to begin
-- @param limits { seed = integer, seconds = number|nil, rounds = integer|nil }
-- @return { rounds, kept = array of inputs that took a new way, finds = array of { input, problem } }
function explore.run(target, inputs, limits)
  local r, seen, known = random.new(limits.seed), {}, {}
  local pool = { inputs = {}, words = mutate.words(inputs) }
  table.move(target.words or {}, 1, #(target.words or {}), #pool.words + 1, pool.words)
  local result = { rounds = 0, kept = {}, finds = {} }
  for index, input in ipairs(inputs) do
    pool.inputs[index] = input
    local problem = guard.run(target, input, seen)
    if problem then note(target, result, known, input, problem) end
  end
  local stop = os.clock() + (limits.seconds or math.huge)
  while result.rounds < (limits.rounds or math.huge) and os.clock() < stop and #result.finds < MOST_FINDS do
    result.rounds = result.rounds + 1
    local input = mutate.input(r, r.pick(pool.inputs), pool):sub(1, LONGEST)
    local problem, fresh = guard.run(target, input, seen)
    if problem then
      note(target, result, known, input, problem)
    elseif fresh then
      result.kept[#result.kept + 1] = input
      if #pool.inputs < MOST_INPUTS then pool.inputs[#pool.inputs + 1] = input
      else pool.inputs[r.int(1, MOST_INPUTS)] = input end
    end
  end
  return result
end

return explore
