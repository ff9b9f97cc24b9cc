-- Loads a plan: runs its text in a sandbox that can only describe, and checks what it described; and fills its parameters.
-- Must not run any function of a step.

local guarded = require "plan.guarded"
local keys = require "base.keys"
local param = require "plan.param"
local sandbox = require "plan.sandbox"
local schema = require "plan.schema"

local plan = {}

-- Which line of the plan is being read: error() names its caller's position, and that is all that is used of it. Between
-- here and the plan lie pcall, this function and the one that asks.
local function position(chunk)
  local _, message = pcall(error, "", 4)
  return ("%s:%s"):format(chunk, message:match(":(%d+): $") or "?")
end

local Step, Plan = {}, {}

-- A step's own fields, and those of its field `from` that it has not itself.
local function with_shared(fields)
  if type(fields.from) ~= "table" then return fields end
  local all = {}
  for _, source in ipairs { fields.from, fields } do
    for key, value in pairs(source) do all[key] = value end
  end
  all.from = nil
  return all
end

-- The word `step` in a plan's text.
local function step_word(chunk)
  return function(name)
    local at = position(chunk)
    if type(name) ~= "string" or not name:find("^[%w%-_]+$") then
      error(at .. ": a step needs a name of letters, digits and dashes", 0)
    end
    return function(fields)
      if type(fields) ~= "table" then error(at .. ": step " .. name .. " needs { fields }", 0) end
      return { kind = Step, name = name, at = at, fields = with_shared(fields) }
    end
  end
end

local function collect_steps(at, body)
  local fields, steps = {}, {}
  for key, value in pairs(body) do
    if type(key) ~= "number" then fields[key] = value end
  end
  for index = 1, #body do
    local value = body[index]
    if type(value) ~= "table" or value.kind ~= Step then
      error(("%s: entry %d of the plan is not a step"):format(at, index), 0)
    end
    steps[index] = value
  end
  return fields, steps
end

-- The word `plan`.
local function plan_word(chunk)
  return function(name)
    local at = position(chunk)
    if type(name) ~= "string" then error(at .. ": a plan needs a name", 0) end
    return function(body)
      if type(body) ~= "table" then error(at .. ": plan " .. name .. " needs { … }", 0) end
      local fields, steps = collect_steps(at, body)
      return { kind = Plan, name = name, at = at, fields = fields, steps = steps }
    end
  end
end

-- The word `part`: what several plans inside the program share. It runs in an environment of its own.
local function part_word(parts, taken, common)
  local function take(name)
    local chunk = ("scripts/part/%s.lua"):format(name)
    local source = parts(chunk) or error("no part is called " .. tostring(name), 0)
    taken[#taken + 1] = source
    local words = { part = take, param = param.new } -- a part may take others
    return assert(require("lib_state").load(source, "@" .. chunk, setmetatable(words, { __index = common })))()
  end
  return take
end

-- Somebody who copies a plan that is inside the program comes to it.
local function no_part()
  error("part is a word of plans inside the program. `vmq-recovery help writing` has examples of whole plans", 2)
end

local function environment(chunk, parts, taken)
  local words = sandbox.vocabulary(parts ~= nil)
  words = setmetatable({ part = parts and part_word(parts, taken, words) or no_part }, { __index = words })
  words.plan, words.step, words.param = plan_word(chunk), step_word(chunk), param.new
  return words
end

local NONE = {} -- shared by all steps without such a list: nobody adds to one

-- One step as the rest of the program sees it: the schema's fields, flat.
local function flatten(step, number)
  local fields = step.fields
  local flat = { name = step.name, at = step.at, number = number, settles = "now",
    needs = fields.needs or NONE, resets = fields.resets or NONE, prompts = fields.prompts or NONE,
    covered_by = fields.covered_by or NONE }
  for key, value in pairs(fields) do
    if type(value) ~= "table" then flat[key] = value end
  end
  return flat
end

-- What was described goes step by step, so that a long plan is not held twice.
local function finish(described, source_hash)
  local steps, index = {}, {}
  for number, step in ipairs(described.steps) do
    local flat = flatten(step, number)
    steps[number], index[step.name], described.steps[number] = flat, flat, nil
  end
  return { name = described.name, at = described.at, summary = described.fields.summary, params = described.fields.params or {},
    tools = described.fields.tools or {}, refuse = described.fields.refuse, steps = steps, index = index, hash = source_hash }
end

local function message_of(problem, chunk)
  return problem:find("^[^\n]-:%d+: ") and problem or chunk .. ": " .. problem
end

--- Loads a plan from its text.
-- @param source string: Lua
-- @param chunk string: name shown in errors, such as "scripts/apply.lua"
-- @param hash function(text) → string, names this version of the plan in the journal
-- @param parts nil; for a plan that is inside the program function(path) → the text of a part: it knows more of the library (see
--   plan.sandbox) and the word `part`
-- @return plan { name, summary, params, tools, refuse, steps, index, hash, embedded }, or nil and "FILE:LINE: reason"
function plan.load(source, chunk, hash, parts)
  local taken = {}
  local body, problem = require("lib_state").load(source, "@" .. chunk, environment(chunk, parts, taken))
  if not body then return nil, message_of(problem, chunk) end
  local fine, described = guarded.call(nil, body)
  if not fine then return nil, described end
  if type(described) ~= "table" or described.kind ~= Plan then
    return nil, chunk .. ":1: the file does not return plan \"name\" { … }"
  end
  local good, why = schema.check(described)
  if not good then return nil, why end
  local loaded = finish(described, hash(source .. table.concat(taken)))
  loaded.embedded = parts ~= nil or nil
  return loaded
end

--- Fills a plan's parameters.
-- @param loaded plan
-- @param given table: name → value from the command line, the run or the target
-- @return table of values, or nil and a sentence
function plan.fill(loaded, given)
  local values = {}
  for _, name in ipairs(keys.sorted(loaded.params)) do
    local one, raw = loaded.params[name], given[name]
    if raw == nil then raw = one.default end
    if raw == nil then
      return nil, ("plan %s needs %s (%s): give it with --set %s=…"):format(loaded.name, name, one.kind, name)
    end
    local value, why = param.value(one, raw)
    if value == nil then return nil, ("plan %s: %s %s"):format(loaded.name, name, why) end
    values[name] = value
  end
  return values
end

--- What is wrong with a name that is given for a plan's parameter, or nil.
function plan.name_fault(loaded, name)
  if loaded.params[name] then return nil end
  local known = keys.sorted(loaded.params)
  local which = #known > 0 and "; it has " .. table.concat(known, ", ") or "; it has none"
  return ("plan %s has no parameter %s%s"):format(loaded.name, name, which)
end

return plan
