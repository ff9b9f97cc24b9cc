-- Takes back what one run did, last step first, towards the state recorded before it.
-- Must not paste an old state over what others changed since: each step's undo edits what is there now.

local act = require "engine.act"
local core = require "engine.step"
local ladder = require "engine.ladder"
local run_state = require "engine.run_state"
local value = require "base.equal"

local undo = {}

local function record(self, step, fields)
  fields.type, fields.step = "undo-outcome", step.name
  return core.record(self, fields)
end

local function emit(self, step, fields)
  fields.type, fields.step = "undo", step.name
  self.ports.emit(fields)
end

local function already_back(self, step)
  local failed = record(self, step, { verdict = "undone", leaves = "as before" })
  if failed then return failed end
  emit(self, step, { rung = 0, verdict = "done", leaves = "as before" })
  return nil
end

local function reached(self, step, before, climbed, summary)
  local _, now = core.read(self, step)
  local exact = climbed.rung.exact or value.same(now, before)
  local failed = record(self, step, { verdict = exact and "undone" or "lower", rung = climbed.number,
    leaves = climbed.rung.leaves })
  if failed then return failed end
  emit(self, step, { rung = climbed.number, leaves = climbed.rung.leaves, verdict = exact and "done" or "lower" })
  if not exact then
    summary.lower[#summary.lower + 1] = { step = step.name, leaves = climbed.rung.leaves, refused = climbed.refused }
  end
  return nil
end

local function not_reached(self, step, climbed, summary)
  local failed = record(self, step, { verdict = "refused" })
  if failed then return failed end
  emit(self, step, { verdict = "failed", reason = "no way back worked here" })
  local list = climbed.result == "elsewhere" and summary.elsewhere or summary.stuck
  list[#list + 1] = { step = step.name, refused = climbed.refused }
  return nil
end

local function climb(self, step, before, now, rungs, summary)
  summary.touched = true
  local climbed = ladder.climb(rungs, act.climber(self, step, "undo-intent"), before)
  if climbed.result == "halt" then return climbed.final end
  if climbed.dry_run then return nil end
  if climbed.result == "unknown" then
    return core.final("person", { step = step, before = before, now = climbed.seen or now })
  end
  if climbed.result == "won" then return reached(self, step, before, climbed, summary) end
  return core.stop_asked(self, step) or not_reached(self, step, climbed, summary)
end

-- @return nil, or a final result that ends the undoing here
local function undo_step(self, step, summary)
  local state = run_state.step(self.run, step.name)
  local stop = core.stop_asked(self, step)
  if stop then return stop end
  local verdict, now = core.read(self, step)
  if verdict == "unknown" then return core.final("person", { step = step, before = state.before, now = now }) end
  if value.same(now, state.before) then return already_back(self, step) end
  if not step.undo then
    summary.stuck[#summary.stuck + 1] = { step = step.name, refused = { { why = step.no_way_back } } }
    return nil
  end
  local rungs, message = core.ask_plan(step, "undo", self.c, state.before, now)
  if message then
    summary.stuck[#summary.stuck + 1] = { step = step.name, refused = { { why = message } } }
    return nil
  end
  if not rungs or #rungs == 0 then return already_back(self, step) end
  return climb(self, step, state.before, now, act.checked(self, step, "undo", rungs), summary)
end

local function result_of(summary)
  if #summary.stuck > 0 then return "incomplete" end
  if #summary.elsewhere > 0 then return "elsewhere" end
  return #summary.lower > 0 and "undone-lower" or "undone"
end

--- Undoes one step, towards the state that was there before it, in a run that goes on forward.
-- @return nil (whether it is undone stands in the run's state), or a final result
function undo.last(self, step)
  local baseline = self.c.baseline
  self.c.baseline = nil
  local final = undo_step(self, step, { lower = {}, stuck = {}, elsewhere = {} })
  self.c.baseline = baseline
  return final
end

--- Undoes every step that this run acted in, in reverse.
-- @param reason "failed" (the run's own way back) or "asked" (rollback)
-- @return a final result: "undone" | "undone-lower" | "incomplete" | "elsewhere" | "stopped" | "person"
function undo.run(self, reason)
  if self.run.direction ~= "back" or self.run.closed then
    local failed = core.record(self, { type = "undo-start", reason = reason })
    if failed then return failed end
  end
  local summary = { lower = {}, stuck = {}, elsewhere = {} }
  for index = #self.run.acted, 1, -1 do
    local step = self.plan.index[self.run.acted[index]]
    local final = step and undo_step(self, step, summary)
    if final then return final end
  end
  return core.final(result_of(summary), summary)
end

return undo
