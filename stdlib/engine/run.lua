-- Takes a plan from where the Mac is to where the plan wants it: check, intent, act, read back; and back again.
-- Must not do any input or output of its own: journal, door, clock and screen are ports, so that tests can be them.
--
-- Ports:
--   emit(event)                tells the views
--   record(fields)             → true | nil, message; durable when it returns
--   intent(argv, fields)       → true | nil, message; durable when it returns
--   act(command, step)         → outcome { exit, signal, output, dry_run, interrupted, timed_out, tries = passwords asked
--                                for, refused_credentials } | nil, message
--   explain(command, outcome)  → { kind, cause, cure, unaffected, words }
--   stop()                     → 0, or more when the person asked to stop
--   forget()                   what was probed is stale
--   attempts                   how often wrong credentials are tried
--   dry_run                    true when the door starts nothing: later places are skipped over
--   gate(step, seen, about)    optional: asked before each step that would act (step-through). Answers "do", "all" (and
--                              ask no more), "skip", "undo" (the last step) or "stop". about is { may_skip, why_not, last }
-- The context c is handed to every function of the plan: its parameters, the target, and c.environment, c.baseline
-- (recorded before the first act), c.before and c.tried (of the step that is checked).

local act = require "engine.act"
local core = require "engine.step"
local ladder = require "engine.ladder"
local run_state = require "engine.run_state"
local settle = require "engine.recover"
local undo = require "engine.undo"
local value = require "base.equal"

local engine = {}

-- After each act: every step the act is declared to drop, and the latest this many steps done. Before a run calls itself
-- finished: all. So the checks grow with the steps, not with their square.
local RECHECKED = 16

-- Where a waiting step's run goes on: where the step after it belongs.
local function next_place(self, step)
  local following = self.plan.steps[step.number + 1]
  return following and following.where or "any"
end

local function later(self, step)
  core.tell(self, step, "skipped", { verdict = "todo", reason = "it comes later, in " .. ladder.place(step.where) })
  return "done"
end

local function forget_done(self, undone)
  for _, step in ipairs(undone) do
    self.checked[step.name] = nil
    run_state.step(self.run, step.name).done = false
  end
  local kept = {}
  for _, step in ipairs(self.latest) do
    if self.checked[step.name] then kept[#kept + 1] = step end
  end
  self.latest = kept
end

-- The first later step that cannot do without this one, followed through needs.
local function needed_by(self, step)
  local missing = { [step.name] = true }
  for number = step.number + 1, #self.plan.steps do
    for _, name in ipairs(self.plan.steps[number].needs) do
      if missing[name] then return self.plan.steps[number].name end
    end
  end
end

-- The step acted in last that is not undone.
local function last_acted(self)
  for index = #self.run.acted, 1, -1 do
    local step = self.plan.index[self.run.acted[index]]
    if step and not run_state.step(self.run, step.name).undone then return step end
  end
end

local function skip(self, step, seen)
  local failed = core.record(self, { type = "skipped", step = step.name })
  if failed then return failed end
  core.tell(self, step, "skipped", { verdict = "todo", seen = seen, reason = "you left it out" })
  return "done"
end

-- Takes the last step back. @return "back" and its number, or a final result
local function undo_last(self, last)
  local final = undo.last(self, last)
  if final then return final end
  if not run_state.step(self.run, last.name).undone then return "back", nil end
  forget_done(self, { last })
  return "back", last.number
end

-- Asks what to do with a step that would act. @return "do", "done", "back" and a number, or a final result
local function pass_gate(self, step, seen)
  if not self.ports.gate or self.free then return "do" end
  local needer, last = needed_by(self, step), last_acted(self)
  local answer = self.ports.gate(step, seen, { may_skip = needer == nil, why_not = needer, last = last and last.name })
  if answer == "do" or answer == "all" then
    self.free = answer == "all"
    return "do"
  end
  if answer == "skip" and not needer then return skip(self, step, seen) end
  if answer == "undo" and last then return undo_last(self, last) end
  return core.final("stopped", { kind = "asked", reason = "you asked to stop", step = step.name })
end

-- A step that reads "todo". @return "done", "back" and a number, or a final result
local function do_step(self, step, seen)
  local waits = not step.run and not step.ladder
  if waits or not ladder.fits(step.where, self.c.environment) then
    if self.ports.dry_run then return later(self, step) end
    return core.end_phase(self, step, waits and next_place(self, step) or step.where)
  end
  local move, number = pass_gate(self, step, seen)
  if move ~= "do" then return move, number end
  if step.ladder then return act.climb(self, step, seen) end
  return act.run(self, step, seen)
end

-- @return "done" or a final result
local function advance(self, step)
  local verdict, seen = core.read(self, step)
  local state = run_state.step(self.run, step.name)
  if verdict == "unknown" then
    return core.final("person", { step = step, before = state.before, now = seen, untouched = #self.run.acted == 0 })
  end
  if verdict == "done" then
    if not state.acted then core.tell(self, step, "skipped", { verdict = "done", seen = seen, reason = "already so" }) end
    core.mark_done(self, step, seen)
    return "done"
  end
  if state.deferred or state.skipped then return "done" end
  return do_step(self, step, seen)
end

local function suspects(self, step)
  local list, listed = {}, { [step.name] = true }
  local function add(other)
    if other and self.checked[other.name] and not listed[other.name] then
      listed[other.name] = true
      list[#list + 1] = other
    end
  end
  for _, name in ipairs(step.resets) do add(self.plan.index[name]) end
  for index = #self.latest, math.max(1, #self.latest - RECHECKED), -1 do add(self.latest[index]) end
  return list
end

-- Looks again at steps that were done.
-- @return nil when all hold, else the earliest step found undone; or nil and a final result
local function recheck(self, steps)
  local undone, earliest = {}, nil
  for _, step in ipairs(steps) do
    local verdict, seen = core.read(self, step)
    if verdict == "unknown" then
      return nil, core.final("person", { step = step, before = run_state.step(self.run, step.name).seen, now = seen })
    end
    if verdict == "todo" then
      undone[#undone + 1] = step
      if not earliest or step.number < earliest.number then earliest = step end
    end
  end
  if earliest then forget_done(self, undone) end
  return earliest
end

-- A step found undone is run again, at most once. @return its number, or nil and a final result
local function step_back(self, undone, by)
  local state = run_state.step(self.run, undone.name)
  state.repeats = (state.repeats or 0) + 1
  if state.repeats > 1 then
    local reason = ("step %s was undone twice, the second time after step %s"):format(undone.name, by)
    return nil, core.final("stopped", { kind = "undone", reason = reason, step = undone.name })
  end
  core.tell(self, undone, "again", { reason = "undone", by = by })
  return undone.number
end

-- @return the next step's number, or nil and a final result
local function after(self, step)
  if not self.acted or self.ports.dry_run then return step.number + 1 end
  self.acted = false
  local undone, final = recheck(self, suspects(self, step))
  if final then return nil, final end
  if undone then return step_back(self, undone, step.name) end
  return step.number + 1
end

local function walk(self)
  local number = 1
  while number <= #self.plan.steps do
    local step = self.plan.steps[number]
    local stop = core.stop_asked(self, step)
    if stop then return stop end
    local move, to = advance(self, step)
    if move == "back" then
      number = to or number
    elseif move ~= "done" then
      return move
    else
      local final
      number, final = after(self, step)
      if not number then return final end
    end
  end
  return nil
end

-- Everything once more before the run calls itself finished, if some steps were out of sight.
local function last_look(self)
  if #self.latest <= RECHECKED or self.ports.dry_run or #self.run.acted == 0 then return nil end
  self.ports.forget()
  local undone, final = recheck(self, self.latest)
  if undone then
    return core.final("stopped", { kind = "undone", reason = "step " .. undone.name .. " was undone by a later one",
      step = undone.name })
  end
  return final
end

local function forward(self)
  local final = settle.forward(self) or walk(self) or last_look(self)
  if final then return final end
  if self.lower then return core.final("lower", self.lower) end
  return core.final("done")
end

-- Results after which nothing is left to resume.
local CLOSES = { done = true, lower = true, undone = true, ["undone-lower"] = true, none = true, incomplete = true }

-- Did any step change anything that was read back? An act without an outcome may have.
local function has_changed(self)
  for _, name in ipairs(self.run.acted) do
    local state = run_state.step(self.run, name)
    if self.run.open and self.run.open.step == name or not value.same(state.seen, state.before) then return true end
  end
  return false
end

local function close(self, final)
  final.acted, final.changed = #self.run.acted, has_changed(self)
  local over = CLOSES[final.result] or not final.changed and final.result ~= "phase" and final.result ~= "person"
  if not over or not self.run.start then return final end
  local failed = core.record(self, { type = "close", result = final.result })
  if failed then failed.acted, failed.changed = final.acted, final.changed end
  return failed or final
end

--- Goes on with a run (a new one, or one rebuilt from its journal) until it is finished, or a phase, or cannot.
-- A step that fails takes the whole run back. A run that was on its way back goes on back.
-- @param plan from plan.load
-- @param ports see above
-- @param run from run_state, with its start record
-- @param context c
-- @return final: { result, acted = number of steps acted in, changed = whether any of them changed something, … }. result is one of
--   done, lower (ladder step below the top), phase, stopped, person, none, elsewhere, and after a failure or a way back:
--   undone, undone-lower, incomplete; mistake when the plan itself is wrong. final.failed names the step whose failure caused the way back.
function engine.run(plan, ports, run, context)
  local self = core.new(plan, ports, run, context)
  local final
  if run.direction == "back" and not run.closed then
    final = undo.run(self, run.undo_reason)
    final.went_back = run.undo_reason
  else
    final = forward(self)
  end
  if final.result == "failed" then
    local failed = final.step.name
    final = undo.run(self, "failed")
    final.failed, final.went_back = failed, "failed"
  end
  return close(self, final)
end

--- Takes a run back to its recorded baseline, whether it is open or closed.
-- @return final, as engine.run
function engine.rollback(plan, ports, run, context)
  local self = core.new(plan, ports, run, context)
  local final = undo.run(self, "asked")
  final.went_back = "asked"
  return close(self, final)
end

--- Goes through every step's verdict now, without starting anything and keeping none.
-- @return iterator over number, { step, verdict, seen }
function engine.verdicts(plan, run, context)
  local self, number = core.new(plan, {}, run, context), 0
  return function()
    number = number + 1
    local step = plan.steps[number]
    if not step then return nil end
    local verdict, seen = core.read(self, step)
    return number, { step = step, verdict = verdict, seen = seen }
  end
end

--- Every step's verdict now, without starting anything.
-- @return array of { step, verdict, seen }
function engine.survey(plan, run, context)
  local rows = {}
  for number, row in engine.verdicts(plan, run, context) do rows[number] = row end
  return rows
end

return engine
