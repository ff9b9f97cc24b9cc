-- Checks a plan's shape: fields, types, order. Every complaint names file, line, step and reason.
-- Must not run any function of the plan.
--
-- A step's fields (plan.answer asks the functions; c is the run's context, see engine.run):
--   why            a sentence: what it is for
--   where          paired-recovery, recovery, macos or any
--   check(c)       → "done" | "todo" | "unknown", and what was seen: plain data for the journal, or nil. It only looks.
--   run(c, seen)   → a command, or commands in order; nil: nothing to do but wait. A step without it waits, too
--   ladder(c, seen) → rungs in the place of run's commands: the first that reads back wins (rungs are told of at undo)
--   undo(c, before, now) → rungs, the ways back to what was before (a rung: plan.answer)
-- and if they are needed:
--   from           a table of fields, such as several steps or plans share: it has those that it does not give itself
--   needs          names of steps that must be done before
--   resets         names of steps that its command is known to drop
--   covered_by     names of steps before it whose commands may do this one as well: what it asks is counted as perhaps
--   prompts        what its tool will ask, where the command itself does not say. "whether to go on (y or n)", "short name of a volume
--                  owner" and "that user's password" are told as what to type
--   settles        now, or clean-restart: done only when read back after a restart
--   verify(c, seen) → a verdict right after the act, stricter than check
--   expected       a sentence: the state it makes
--   part           policy or boot-args: what check sees is this part of the Mac's state as mac.state knows it, so that the change can be
--                  told as a table before the run
--   after(c, seen) → that state as check would see it, so that its way back can be told before it has run
--   describe(seen) → what was seen, in words; without it keys and values are told
--   waits_for      a sentence: what it waits for when it has nothing to run
--   defers         a sentence: the act may fail here and is left to a later step
--   undo_first     a sentence: while it stands, no step before it is undone, as it could not be undone any more then. Where that fails
--                  outside macOS, the way back goes on there first, or the person types that it may stay
--   no_way_back    a sentence: why there is no undo
--   repeatable     true: its commands can be run again from wherever they were cut off
--   prepares       true: it only makes files of this program's own; a run that stops with nothing else done counts as one that changed
--                  nothing

local keys = require "base.keys"
local param = require "plan.param"
local place = require "plan.place"
local text = require "base.text"
local try = require("base.try").new()

local schema = {}

local SETTLES = { now = true, ["clean-restart"] = true }
local PARTS = { policy = true, ["boot-args"] = true }
-- summary: a sentence, what it does. params: name → param(kind, default, bounds), see plan.param. tools: its own, each { path, reads =
-- argument forms that only look }. refuse(c) → a sentence: why it must not begin on this Mac as it is, and what to do first; nil where
-- it may. It only looks.
local PLAN_FIELDS = { summary = "string", params = "table", tools = "table", refuse = "function" }

local STEP_FIELDS = {
  why = "string", part = "string", where = "string", needs = "table", resets = "table", prompts = "table", covered_by = "table",
  settles = "string", check = "function", run = "function", verify = "function", undo = "function", ladder = "function",
  after = "function", describe = "function",
  from = "table", defers = "string", expected = "string", no_way_back = "string", waits_for = "string", undo_first = "string",
  repeatable = "boolean", prepares = "boolean",
}

local NONE = {} -- what a step without such a list has
local NEEDED = { "why", "where", "check" }
local LISTS = { "needs", "resets", "prompts", "covered_by" }

local function complain(at, form, ...)
  try.throw(at .. ": " .. form:format(...))
end

local function check_fields(at, what, object, fields)
  for field, value in pairs(object) do
    if type(field) == "string" then
      local wanted = fields[field]
      if not wanted then
        complain(at, "%s: unknown field %q%s", what, field, text.suggestion(field, keys.sorted(fields)))
      end
      if type(value) ~= wanted then complain(at, "%s: %s must be a %s, not a %s", what, field, wanted, type(value)) end
    end
  end
end

local function check_words(at, what, field, list)
  local count = 0
  for index, word in ipairs(list or NONE) do
    if type(word) ~= "string" then complain(at, "%s: %s[%d] must be a string", what, field, index) end
    count = index
  end
  for key in pairs(list or NONE) do
    if math.type(key) ~= "integer" or key < 1 or key > count then
      complain(at, "%s: %s must be a list of strings, without %s", what, field, tostring(key))
    end
  end
end

local function check_step(step)
  local at, what = step.at, ("step %q"):format(step.name)
  check_fields(at, what, step.fields, STEP_FIELDS)
  for key in pairs(step.fields) do
    if type(key) ~= "string" then complain(at, "%s: a value without a field name", what) end
  end
  local fields = step.fields
  for _, needed in ipairs(NEEDED) do
    if fields[needed] == nil then complain(at, "%s: %s is missing", what, needed) end
  end
  if not place.is_known(fields.where) then
    complain(at, "%s: where is %q; it may be paired-recovery, recovery, macos or any", what, fields.where)
  end
  if fields.settles and not SETTLES[fields.settles] then
    complain(at, "%s: settles is %q; it may be now or clean-restart", what, fields.settles)
  end
  if fields.part and not PARTS[fields.part] then
    complain(at, "%s: part is %q; it may be policy or boot-args", what, fields.part)
  end
  for _, field in ipairs(LISTS) do check_words(at, what, field, fields[field]) end
  if fields.run and fields.ladder then complain(at, "%s: run and ladder exclude each other", what) end
  if (fields.run or fields.ladder) and not fields.undo and not fields.no_way_back then
    complain(at, "%s: undo is missing (or say why there is none in no_way_back)", what)
  end
end

local function index_steps(plan)
  local index = {}
  for position, step in ipairs(plan.steps) do
    if index[step.name] then complain(step.at, "step %q: the name is taken", step.name) end
    index[step.name] = position
  end
  return index
end

-- Follows needs from a step; coming back to it is a circle.
local function check_circle(plan, index, start)
  local visited, path = {}, {}
  local function visit(name)
    path[#path + 1] = name
    for _, needed in ipairs(plan.steps[index[name]].fields.needs or NONE) do
      if needed == start.name then
        complain(start.at, "step %q: circular needs: %s needs %s", start.name, table.concat(path, " needs "), needed)
      end
      if index[needed] and not visited[needed] then
        visited[needed] = true
        visit(needed)
      end
    end
    path[#path] = nil
  end
  visit(start.name)
end

-- Every circle has a step that needs itself or a later one, and a step that does is refused either way: so circles are looked for
-- at the first such step only, and the whole check takes one pass.
local function check_needs(plan, index)
  for position, step in ipairs(plan.steps) do
    local late
    for _, needed in ipairs(step.fields.needs or NONE) do
      if not index[needed] then complain(step.at, "step %q needs %q, which is not in the plan", step.name, needed) end
      if not late and index[needed] >= position then late = needed end
    end
    if late then
      check_circle(plan, index, step)
      complain(step.at, "step %q needs %q, which comes after it", step.name, late)
    end
  end
end

-- Does running `from` again, and whatever that drops in turn, ever drop `goal`?
local function drops(plan, index, from, goal, visited)
  for _, name in ipairs(plan.steps[index[from]].fields.resets or NONE) do
    if name == goal then return true end
    if index[name] and not visited[name] then
      visited[name] = true
      if drops(plan, index, name, goal, visited) then return true end
    end
  end
  return false
end

-- For each position: the latest step that any step before it drops. Where none drops this far, no chain of drops leads here.
local function farthest_drops(plan, index)
  local farthest, latest = {}, 0
  for position, step in ipairs(plan.steps) do
    farthest[position] = latest
    for _, name in ipairs(step.fields.resets or NONE) do latest = math.max(latest, index[name] or 0) end
  end
  return farthest
end

-- A later step may drop an earlier one only if the earlier one can follow again in the same place without dropping it.
local function check_resets(plan, index)
  local farthest = farthest_drops(plan, index)
  for position, step in ipairs(plan.steps) do
    for _, name in ipairs(step.fields.resets or NONE) do
      local other = index[name] and plan.steps[index[name]]
      if not other then complain(step.at, "step %q resets %q, which is not in the plan", step.name, name) end
      if index[name] < position then
        if other.fields.where ~= step.fields.where and other.fields.where ~= "any" then
          complain(step.at, "step %q drops %q, which cannot follow again: it runs in %s", step.name, name,
            other.fields.where)
        end
        local may_circle = farthest[position] >= position
        if not (other.fields.run or other.fields.ladder) or may_circle and drops(plan, index, name, step.name, {}) then
          complain(step.at, "the order undoes itself: step %q drops %q, and running that again drops %q", step.name,
            name, step.name)
        end
      elseif name == step.name then
        complain(step.at, "step %q cannot reset itself", name)
      end
    end
  end
end

local function check_params(plan)
  for name, one in pairs(plan.fields.params or {}) do
    local fault = type(name) ~= "string" and "a parameter needs a name" or param.fault(one)
    if fault then complain(plan.at, "params.%s %s", tostring(name), fault) end
  end
end

local function check_tools(plan)
  for index, tool in ipairs(plan.fields.tools or {}) do
    if type(tool) ~= "table" or type(tool.path) ~= "string" or type(tool.reads) ~= "table" then
      complain(plan.at, "tools[%d] must be { path = \"/…\", reads = { { \"word\", … }, … } }", index)
    end
    for _, form in ipairs(tool.reads) do
      if type(form) ~= "table" then complain(plan.at, "tools[%d]: reads must hold lists of words", index) end
      check_words(plan.at, ("tools[%d]"):format(index), "reads", form)
    end
    if tool.path:sub(1, 1) ~= "/" then complain(plan.at, "tools[%d]: %s is not an absolute path", index, tool.path) end
  end
end

local function check(plan)
  check_fields(plan.at, ("plan %q"):format(plan.name), plan.fields, PLAN_FIELDS)
  if not plan.fields.summary then complain(plan.at, "plan %q: summary is missing", plan.name) end
  if #plan.steps == 0 then complain(plan.at, "plan %q has no steps", plan.name) end
  check_params(plan)
  check_tools(plan)
  for _, step in ipairs(plan.steps) do check_step(step) end
  local index = index_steps(plan)
  check_needs(plan, index)
  check_resets(plan, index)
end

--- Checks a whole plan.
-- @param plan { name, at = "FILE:LINE", fields, steps = { { name, at, fields } } }
-- @return true, or nil and "FILE:LINE: reason"
function schema.check(plan)
  local fault = try.catch(check, plan)
  return not fault or nil, fault
end

return schema
