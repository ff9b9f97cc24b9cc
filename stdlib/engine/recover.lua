-- Answers what a crash left open: an intent in the journal without an outcome.
-- Must not guess: what is neither done nor as recorded before is left undecided, for a person.

local act = require "engine.act"
local equal = require "base.equal"
local steps = require "engine.step"

local recover = {}

local function close_intent(self, step, verdict, seen)
  steps.record(self, { type = "outcome", step = step.name, verdict = verdict, seen = seen, recovered = true })
end

-- A ladder's rung may have been reached although the step (the top rung) does not read done.
local function is_rung_reached(self, step, open, seen)
  local rungs = step.ladder and act.rungs(self, step, "ladder", self.c, open.before) or {}
  local rung = rungs[open.rung]
  if not rung or not rung.check() then return false end
  act.reached(self, step, rung, open.rung, seen, {})
  return true
end

--- Closes the open intent of a forward run, if there is one. The three questions: does the check say done? Is the state
-- the one recorded before? Neither? In the last case it ends the run.
function recover.close_open_intent(self)
  local open = self.run.open_intent
  local step = open and self.plan.index[open.step]
  if not step then return end
  local verdict, seen = steps.read(self, step)
  if verdict == "done" and open.part == open.parts then
    close_intent(self, step, "done", seen)
    steps.report(self, step, "done", { verdict = "done", seen = seen, recovered = true })
    return
  end
  -- Commands that belong together are safe to repeat: done half-way through them means once more from the first. So is
  -- what settles at a restart: it cannot read done before, and its command is made for what is there now. And a step may
  -- say that it can be repeated from wherever it was cut off (a download, a build).
  local repeatable = step.settles == "clean-restart" or step.repeatable or equal.same(seen, open.before)
  if verdict == "done" or verdict == "todo" and repeatable then
    steps.report(self, step, "again", { reason = "crash" })
    return close_intent(self, step, "todo", seen)
  end
  if verdict == "todo" and is_rung_reached(self, step, open, seen) then return end
  steps.undecided(step, open.before, seen, { crash = true })
end

return recover
