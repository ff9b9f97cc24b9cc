-- What every part of the engine works with: steps, verdicts, records and reports to the views; and how a run ends.
-- Must not decide what comes next, and must not do any input or output but through the ports (see engine.run).
--
-- A run ends with a final result: { result = …, … }. Whoever knows that it has come throws it (steps.finish and the functions that
-- say "ends the run"), and engine.run catches it (steps.ending_of). Everything else that is thrown is a bug, and goes on up.

local answer = require "plan.answer"
local try = require("base.try").new()

local steps = {}

-- What stands in a run about a step that it has not come to: looking at a step leaves nothing behind.
local UNTOUCHED = { acted = false }

--- What the functions of the engine share as `self`: one plan, one run, and the ports of one process.
function steps.new(plan, ports, run, context)
  return { plan = plan, ports = ports, run = run, c = context, environment = context.environment, checked = {}, latest = {},
    acted = false }
end

--- Ends the run with a final result.
function steps.finish(result, fields)
  local final = fields or {}
  final.result = result
  try.throw(final)
end

--- Calls go(self, …), which returns nothing, until it returns or ends the run. The one place where final results are caught.
-- @return the final result, or nil when it returned
function steps.ending_of(self, go, ...)
  return try.catch(go, self, ...)
end

--- Ends the run if the person at the terminal asked to stop.
function steps.heed_stop(self, step)
  if self.ports.stop() == 0 then return end
  steps.finish("stopped", { kind = "asked", reason = "you asked to stop", step = step and step.name })
end

--- Ends the run because the journal takes no more.
function steps.cannot_record(message)
  steps.finish("stopped", { kind = "journal", reason = message })
end

local function text_now(step, now)
  local unread = type(now) == "table" and type(now.error) == "string" and now.error
  return unread and "cannot be read: " .. unread or answer.text(step, now)
end

--- Ends the run because a state is not recognised: it is not as before, not as the step makes it, or cannot be read: a person must look.
-- @param step the one that is undecided
-- @param before what was seen before
-- @param now what is seen now
-- @param fields table or nil: more for the final result
function steps.undecided(step, before, now, fields)
  local final = fields or {}
  final.step, final.before, final.now = step, before, now
  final.before_text, final.now_text = answer.text(step, before), text_now(step, now)
  steps.finish("undecided", final)
end

--- Reads one step's verdict.
-- @return "done" | "todo" | "unknown", and what was seen; or nil and what is wrong with the plan
function steps.look(self, step)
  local state = self.run.steps[step.name] or UNTOUCHED
  self.c.before, self.c.tried = state.before, state.acted
  return answer.verdict(step, self.c)
end

--- Ends the run because the plan is wrong. With nothing done yet that is all; otherwise the step has failed.
function steps.mistaken(self, step, reason)
  steps.heed_stop(self, step)
  if #self.run.acted == 0 then steps.finish("mistake", { reason = reason }) end
  steps.report(self, step, "failed", { cause = reason, unchanged = true })
  steps.finish("failed", { step = step, unchanged = true, mistake = reason })
end

--- The same where a mistake ends the run.
-- @return "done" | "todo" | "unknown", and what was seen
function steps.read(self, step)
  local verdict, seen = steps.look(self, step)
  if not verdict then steps.mistaken(self, step, seen) end
  return verdict, seen
end

--- Reads a step's verdict right after its act: `verify`, where a step has it, may only be stricter than `check`.
function steps.read_back(self, step)
  local verdict, seen = steps.read(self, step)
  if verdict ~= "done" then return verdict, seen end
  verdict, seen = answer.stricter_verdict(step, self.c, seen)
  if not verdict then steps.mistaken(self, step, seen) end
  return verdict, seen
end

--- Tells the views of an event about a step; what was seen goes with it in words, too (seen_text).
function steps.report(self, step, event, more)
  local fields = more or {}
  fields.type, fields.name, fields.event = "step", step.name, event
  fields.number, fields.of = step.number, #self.plan.steps
  if fields.seen ~= nil or event == "done" then fields.seen_text = answer.text(step, fields.seen) end
  self.ports.emit(fields)
end

--- Writes a record and adds its meaning to the run; ends the run when it cannot be written.
function steps.record(self, fields)
  local written, message = self.ports.record(fields)
  if not written then steps.cannot_record(message) end
  self.run:apply(fields)
end

--- Remembers a step that is done, so that it is looked at again after later acts.
function steps.mark_done(self, step, seen)
  local state = self.run:step(step.name)
  state.done, state.seen = true, seen
  if not self.checked[step.name] then
    self.checked[step.name] = true
    self.latest[#self.latest + 1] = step
  end
end

--- Ends a phase: writes where the run goes on.
-- @param self see steps.new
-- @param step the one that the phase ends at
-- @param next_place string: a step's `where`
-- @param how { pending = true: its act counts after a restart; waiting = true: the step itself has nothing to run now }
function steps.end_phase(self, step, next_place, how)
  steps.record(self, { type = "phase", next = next_place, step = step.name, pending = how.pending })
  steps.finish("phase", { next = next_place, step = step, pending = how.pending, waits_for = how.waiting and step.waits_for or nil })
end

return steps
