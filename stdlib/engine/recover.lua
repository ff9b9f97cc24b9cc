-- Answers what a crash left open: an intent in the journal without an outcome.
-- Must not guess: what is neither done nor as recorded before goes to a person.

local act = require "engine.act"
local core = require "engine.step"
local value = require "base.equal"

local settle = {}

local function close_intent(self, step, verdict, seen)
  return core.record(self, { type = "outcome", step = step.name, verdict = verdict, seen = seen, recovered = true })
end

-- A ladder's rung may have been reached although the step (the top rung) does not read done.
local function rung_reached(self, step, open, seen)
  local rungs = step.ladder and core.ask_plan(step, "ladder", self.c, open.before)
  local rung = act.checked(self, step, "ladder", rungs or {})[open.rung]
  if not rung or not rung.check() then return nil end
  local move = act.reached(self, step, rung, open.rung, seen, {})
  return move == "done" and "settled" or move
end

--- Settles the open intent of a forward run, if there is one. The three questions: does the check say done? Is the state
-- the one recorded before? Neither?
-- @return nil when the run can go on, or a final result
function settle.forward(self)
  local open = self.run.open
  local step = open and self.plan.index[open.step]
  if not step then return nil end
  local verdict, seen = core.read(self, step)
  if verdict == "done" and open.part == open.parts then
    local failed = close_intent(self, step, "done", seen)
    if failed then return failed end
    core.tell(self, step, "done", { verdict = "done", seen = seen, recovered = true })
    return nil
  end
  -- Commands that belong together are safe to repeat: done half-way through them means once more from the first. So is
  -- what settles at a restart: it cannot read done before, and its command is made for what is there now. And a step may
  -- say that it can be repeated from wherever it was cut off (a download, a build).
  local unsettled = step.settles == "clean-restart" or step.repeatable or value.same(seen, open.before)
  if verdict == "done" or verdict == "todo" and unsettled then
    core.tell(self, step, "again", { reason = "crash" })
    return close_intent(self, step, "todo", seen)
  end
  local reached = verdict == "todo" and rung_reached(self, step, open, seen)
  if reached then return reached ~= "settled" and reached or nil end
  return core.final("person", { step = step, before = open.before, now = seen, crash = true })
end

return settle
