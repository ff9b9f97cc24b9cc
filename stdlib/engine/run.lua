-- Takes a plan from where the Mac is to where the plan wants it: check, intent, act, read back; and back again.
-- Must not do any input or output of its own: journal, door, clock and screen are ports, so that tests can be them.
--
-- Ports (made by run.ports):
--   emit(event)                tells the views
--   record(fields)             → true | nil, message; durable when it returns
--   intent(argv, fields)       → true | nil, message; durable when it returns
--   act(command, step)         → outcome { exit, signal, output, dry_run, interrupted, timed_out, seconds, tries = passwords asked
--                                for, refused_credentials } | nil, message
--   explain(command, outcome)  → { kind, cause, cure, unaffected, words }; it also remembers a password that was typed for the run, and
--                              forgets one that was refused
--   asks(command, step)        optional → what its tool asks and what to type, in words, and the questions; or nil
--   may_start(command)         optional → true; or nil, the kind of stop and a reason: no further password may be refused
--   going_back(ways, steps)    optional: a step failed, and this is about to be undone (see undo.ways)
--   accept(sentence)           optional → true when the person lets a step stay that cannot be undone here
--   no_input                   true when a question that nobody answers stops the run, instead of taking it back
--   stop()                     → 0, or more when the person asked to stop
--   forget()                   what was probed is stale
--   compare()                  compares the Mac now with the state before the run → array of differences (see mac.state.compare),
--                              and whether anybody has written the policy meanwhile (true | false | nil)
--   attempts                   how often wrong credentials are tried
--   rung_attempts              optional: the same at a rung, where giving up costs a lower one
--   dry_run                    true when the door starts nothing: later places are skipped over
--   gate(step, seen, choices)  optional: asked before each step that would act (step-through). Answers "do", "all" (and
--                              ask no more), "skip", "undo" (the last step) or "stop". choices: { may_skip, why_not, last }
-- The context c is handed to every function of the plan: its parameters, the target, and c.environment, c.baseline
-- (recorded before the first act), c.before and c.tried (of the step that is checked), and for undo c.left (what was read back after the
-- step's act).

local act = require "engine.act"
local answer = require "plan.answer"
local equal = require "base.equal"
local place = require "plan.place"
local recover = require "engine.recover"
local steps = require "engine.step"
local undo = require "engine.undo"

local engine = {}

-- After each act: every step the act is declared to drop, and the latest this many steps done. Before a run calls itself
-- finished: all. So the checks grow with the steps, not with their square.
local RECHECKED = 16

-- Where a waiting step's run goes on: where the step after it belongs.
local function next_place(self, step)
  local following = self.plan.steps[step.number + 1]
  return following and following.where or "any"
end

-- A dry run passes over what comes later.
local function pass_over(self, step)
  steps.report(self, step, "skipped", { verdict = "todo", reason = "it comes later, in " .. place.words(step.where) })
end

local function forget_done(self, undone)
  for _, step in ipairs(undone) do
    self.checked[step.name] = nil
    self.run:step(step.name).done = false
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
    if step and not self.run:step(step.name).undone then return step end
  end
end

local function leave_out(self, step, seen)
  steps.record(self, { type = "skipped", step = step.name })
  steps.report(self, step, "skipped", { verdict = "todo", seen = seen, reason = "you left it out" })
end

-- Takes the last step back. @return its number, or nil when no way back worked
local function undo_last(self, last)
  undo.last(self, last)
  if not self.run:step(last.name).undone then return nil end
  forget_done(self, { last })
  return last.number
end

-- Asks what to do with a step that would act. @return true to do it; or false, and the number of a step to go back to if any
local function pass_gate(self, step, seen)
  if not self.ports.gate or self.free then return true end
  local needer, last = needed_by(self, step), last_acted(self)
  local word = self.ports.gate(step, seen, { may_skip = needer == nil, why_not = needer, last = last and last.name })
  if word == "do" or word == "all" then
    self.free = word == "all"
    return true
  end
  if word == "skip" and not needer then
    leave_out(self, step, seen)
    return false
  end
  if word == "undo" and last then return false, undo_last(self, last) or step.number end
  steps.finish("stopped", { kind = "asked", reason = "you asked to stop", step = step.name })
end

-- A step that reads "todo". @return nil, or the number of a step to go back to
local function do_step(self, step, seen)
  local waits = not step.run and not step.ladder
  if waits or not place.fits(step.where, self.environment) then
    if self.ports.dry_run then return pass_over(self, step) end
    steps.end_phase(self, step, waits and next_place(self, step) or step.where, { waiting = waits })
  end
  local wrong = answer.way_back_fault(step, self.c, seen)
  if wrong then steps.mistaken(self, step, wrong) end
  local go, back = pass_gate(self, step, seen)
  if not go then return back end
  local perform = step.ladder and act.climb or act.run
  perform(self, step, seen)
end

-- A dry run passes over what it may not look at, too.
local function is_withheld(self, seen) return self.ports.dry_run and type(seen) == "table" and seen.withheld end

local function already_done(self, step, seen)
  if not self.run:step(step.name).acted then
    steps.report(self, step, "skipped", { verdict = "done", seen = seen, reason = "already so" })
  end
  steps.mark_done(self, step, seen)
end

-- Looks at a step, and does what is to be done. @return nil, or the number of a step to go back to
local function advance(self, step)
  local verdict, seen = steps.read(self, step)
  local state = self.run:step(step.name)
  if verdict == "unknown" and is_withheld(self, seen) then
    return steps.report(self, step, "skipped", { verdict = "unknown", reason = seen.error })
  end
  if verdict == "unknown" then
    steps.undecided(step, state.before, seen, { untouched = #self.run.acted == 0 })
  end
  if verdict == "done" then return already_done(self, step, seen) end
  if state.deferred or state.skipped then return nil end
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
  for index = #self.latest, #self.latest - RECHECKED, -1 do add(self.latest[index]) end
  return list
end

-- Looks again at steps that were done. @return nil when all hold, else the earliest step found undone
local function recheck(self, list)
  local undone, earliest = {}, nil
  for _, step in ipairs(list) do
    local verdict, seen = steps.read(self, step)
    if verdict == "unknown" then steps.undecided(step, self.run:step(step.name).seen, seen) end
    if verdict == "todo" then
      undone[#undone + 1] = step
      if not earliest or step.number < earliest.number then earliest = step end
    end
  end
  if earliest then forget_done(self, undone) end
  return earliest
end

local function finish_undone(step, reason)
  steps.finish("stopped", { kind = "undone", reason = reason, step = step.name })
end

-- A step found undone is run again, at most once. @return its number
local function step_back(self, undone, by)
  local state = self.run:step(undone.name)
  state.repeats = (state.repeats or 0) + 1
  if state.repeats > 1 then
    finish_undone(undone, ("step %s was undone twice, the second time after step %s"):format(undone.name, by))
  end
  steps.report(self, undone, "again", { reason = "undone", by = by })
  return undone.number
end

-- @return the next step's number
local function after(self, step)
  if not self.acted or self.ports.dry_run then return step.number + 1 end
  self.acted = false
  local undone = recheck(self, suspects(self, step))
  return undone and step_back(self, undone, step.name) or step.number + 1
end

local function walk(self)
  local number = 1
  while number <= #self.plan.steps do
    local step = self.plan.steps[number]
    steps.heed_stop(self, step)
    number = advance(self, step) or after(self, step)
  end
end

-- Everything once more before the run calls itself finished, if some steps were out of sight.
local function last_look(self)
  if #self.latest <= RECHECKED or self.ports.dry_run or #self.run.acted == 0 then return end
  self.ports.forget()
  local undone = recheck(self, self.latest)
  if undone then finish_undone(undone, "step " .. undone.name .. " was undone by a later one") end
end

local function forward(self)
  recover.close_open_intent(self)
  walk(self)
  last_look(self)
  steps.finish(self.lower and "lower" or "done", self.lower)
end

local function back(self, reason)
  local final = steps.ending_of(self, undo.run, reason)
  final.went_back = reason
  return final
end

-- Tells what is about to be undone. A plan that is wrong is not asked for it a second time.
local function announce_back(self, failed)
  if self.ports.going_back and not failed.mistake then self.ports.going_back(undo.ways(self)) end
end

-- @param failed the result of the way forward
local function back_after(self, failed)
  announce_back(self, failed)
  local final = back(self, "failed")
  final.failed, final.mistake, final.failed_by = failed.step.name, failed.mistake, failed.kind
  return final
end

-- Results after which nothing is left to resume.
local CLOSES = { done = true, lower = true, undone = true, ["undone-lower"] = true, none = true, incomplete = true }

-- Did any step change anything that was read back, or was the policy written while it acted? An act without an outcome may have. What
-- only prepares, in a folder of this program's own, changes nothing of the Mac, as the journal does not.
local function has_changed(self)
  for _, name in ipairs(self.run.acted) do
    local state, step = self.run:step(name), self.plan.index[name]
    local is_open = self.run.open_intent and self.run.open_intent.step == name
    local differs = is_open or state.written or not equal.same(state.seen, state.before)
    if differs and not (step and step.prepares) then return true end
  end
  return false
end

-- The steps that only prepare and have left what they made; nil: none.
local function prepared_of(self)
  local names = {}
  for _, name in ipairs(self.run.acted) do
    local state, step = self.run:step(name), self.plan.index[name]
    if step and step.prepares and not equal.same(state.seen, state.before) then names[#names + 1] = name end
  end
  return names[1] and names
end

local function close(self, final)
  final.acted, final.changed, final.prepared = #self.run.acted, has_changed(self), prepared_of(self)
  local over = CLOSES[final.result] or not final.changed and final.result ~= "phase" and final.result ~= "undecided"
  if not over or not self.run.start then return final end
  local failed = steps.ending_of(self, steps.record, { type = "close", result = final.result })
  if failed then failed.acted, failed.changed = final.acted, final.changed end
  return failed or final
end

--- Goes on with a run (a new one, or one rebuilt from its journal) until it is finished, or a phase, or cannot.
-- A step that fails takes the whole run back. A run that was on its way back goes on back.
-- @param plan from plan.load
-- @param ports see above
-- @param run from run_state, with its start record
-- @param context c
-- @return final: { result, acted = number of steps acted in, changed = whether any of them changed something,
--   prepared = names of the steps that only prepared, … }. result is one of
--   done; lower (a ladder's step below the top: leaves, refused); phase (next, step, pending, waits_for); stopped (kind, reason,
--   step = name); undecided (step, before, now, and both as before_text, now_text); none, elsewhere (refused; next = "macos", reason,
--   where a step has to be undone there first); mistake (reason), when
--   the plan itself is wrong; and after a failure or a way back (went_back, failed = the step whose failure caused it,
--   failed_by = the kind of that failure): undone,
--   undone-lower, incomplete, elsewhere; mistake = what is wrong with the plan, where that is why it failed.
function engine.run(plan, ports, run, context)
  local self = steps.new(plan, ports, run, context)
  if run.direction == "back" and not run.closed then return close(self, back(self, run.undo_reason)) end
  local final = steps.ending_of(self, forward)
  if final.result ~= "failed" then return close(self, final) end
  return close(self, back_after(self, final))
end

--- Takes a run back to its recorded baseline, whether it is open or closed.
-- @return final, as engine.run
function engine.rollback(plan, ports, run, context)
  local self = steps.new(plan, ports, run, context)
  return close(self, back(self, "asked"))
end

--- What engine.rollback would do now, without starting anything: see undo.ways.
function engine.way_back(plan, run, context) return undo.ways(steps.new(plan, {}, run, context)) end

--- Goes through every step's verdict now, without starting anything and keeping none.
-- @return iterator over number, { step, verdict, seen }; where the plan is wrong { step, verdict = "unknown", mistake = a sentence }
function engine.verdicts(plan, run, context)
  local self, number = steps.new(plan, {}, run, context), 0
  return function()
    number = number + 1
    local step = plan.steps[number]
    if not step then return nil end
    local verdict, seen = steps.look(self, step)
    if not verdict then return number, { step = step, verdict = "unknown", mistake = seen } end
    return number, { step = step, verdict = verdict, seen = seen }
  end
end

--- Every step's verdict now, without starting anything.
-- @return array of { step, verdict, seen, mistake }, see engine.verdicts
function engine.survey(plan, run, context)
  local rows = {}
  for number, row in engine.verdicts(plan, run, context) do rows[number] = row end
  return rows
end

return engine
