-- Performs one step's act: durable intent, command through the door, read back, verdict.
-- Must not believe an exit status: what the step's check (or a rung's) reads afterwards decides.

local answer = require "plan.answer"
local equal = require "base.equal"
local ladder = require "engine.ladder"
local steps = require "engine.step"

local act = {}

-- The person left while the tool was running: what it did is not known here, so its intent stays open.
local function abandoned(step, command)
  steps.finish("stopped", { kind = "left", step = step.name,
    reason = "you left while " .. command.argv[1] .. " was running; it may be half done" })
end

-- What came of a command, with what it means.
local function outcome_of(self, step, command)
  local outcome, why, code = self.ports.act(command, step)
  self.ports.forget()
  if self.ports.stop() > 1 then abandoned(step, command) end
  outcome = outcome or { refused = true, output = why or "", forbidden = code == "refused" }
  outcome.meaning = self.ports.explain(command, outcome)
  outcome.failed = outcome.exit ~= 0 and not outcome.dry_run
  outcome.tries = math.max(1, outcome.tries or 1)
  return outcome
end

-- The command before failed, and no other is started: what it left is read back.
local function close_intent(self, step)
  local open = self.run.open_intent
  if not open or self.failed ~= step then return end
  if open.type == "undo-intent" then
    steps.record(self, { type = "undo-outcome", step = open.step, verdict = "refused" })
    return
  end
  local verdict, seen = steps.read(self, step)
  if verdict ~= "unknown" then steps.record(self, { type = "outcome", step = open.step, verdict = verdict, seen = seen }) end
end

local function stop_at(self, step, kind, reason)
  close_intent(self, step)
  steps.finish("stopped", { kind = kind, reason = reason, step = step.name })
end

-- Ends the run where no further password may be tried.
local function heed_limit(self, step, command)
  if not self.ports.may_start then return end
  local allowed, kind, reason = self.ports.may_start(command)
  if not allowed then stop_at(self, step, kind, reason) end
end

-- Ends the run at a question that nobody answered, where it was said that nobody would.
local function heed_unanswered(self, step, meaning)
  if self.ports.no_input and meaning.kind == "question" then
    stop_at(self, step, "asked", "a tool asked a question, and --no-input says that nobody answers")
  end
end

local function told_of_questions(self, step, command)
  if self.ports.asks then return self.ports.asks(command, step) end
  return nil, command.prompts
end

-- Writes the intent and starts the command.
local function start(self, step, command, fields)
  steps.heed_stop(self, step)
  heed_limit(self, step, command)
  fields.step, fields.sha256 = step.name, command.sha256
  local written, message = self.ports.intent(command.argv, fields)
  if not written then steps.cannot_record(message) end
  self.run:apply(fields)
  self.acted = true
  local asks, prompts = told_of_questions(self, step, command)
  steps.report(self, step, "intent", { argv = command.argv, prompts = prompts, asks = asks })
  steps.report(self, step, "started", { argv = command.argv, slow = command.slow, usually = command.usually })
  local outcome = outcome_of(self, step, command)
  self.failed = outcome.failed and step or nil
  steps.report(self, step, "ended", { argv = command.argv, exit = outcome.exit, signal = outcome.signal,
    seconds = outcome.seconds, timed_out = outcome.timed_out, interrupted = outcome.interrupted, dry_run = outcome.dry_run,
    message = outcome.refused and outcome.output or nil })
  return outcome
end

-- A step's commands in order, up to the first that fails.
local function start_all(self, step, commands, before, attempt)
  local outcome
  for part, command in ipairs(commands) do
    outcome = start(self, step, command,
      { type = "intent", part = part, parts = #commands, attempt = attempt, before = before })
    if outcome.failed then return outcome end
  end
  return outcome
end

local function defer(self, step, outcome)
  steps.record(self, { type = "deferred", step = step.name, reason = outcome.meaning.words })
  steps.report(self, step, "skipped", { verdict = "todo", deferred = true, reason = step.defers,
    words = outcome.failed and outcome.meaning.words or nil })
end

-- The door lets no such command through: that is no fault of the Mac's.
local function fail_forbidden(self, step, outcome, verdict, seen, unchanged)
  local reason = ("%s: step %s: run: %s"):format(step.at, step.name, outcome.output)
  steps.report(self, step, "failed", { verdict = verdict, seen = seen, cause = reason, unchanged = unchanged })
  steps.finish("failed", { step = step, unchanged = unchanged, mistake = reason })
end

local function fail(self, step, outcome, verdict, seen, unchanged)
  if outcome.forbidden then fail_forbidden(self, step, outcome, verdict, seen, unchanged) end
  steps.report(self, step, "failed", { verdict = verdict, seen = seen, exit = outcome.exit, signal = outcome.signal,
    cause = outcome.meaning.cause, cure = outcome.meaning.cure, words = outcome.meaning.words,
    unaffected = unchanged and outcome.meaning.unaffected or nil, unchanged = unchanged,
    timed_out = outcome.timed_out, claimed_success = outcome.meaning.kind == "claimed" })
  steps.finish("failed", { step = step, unchanged = unchanged, kind = outcome.meaning.kind })
end

-- A verdict of "todo" after the act: put off, stop or fail. @return true to try again
local function judge_todo(self, step, outcome, seen, before, tried)
  -- The same policy may have been written anew, by somebody else, too.
  local unchanged = equal.same(seen, before) and not self.run:step(step.name).written
  steps.heed_stop(self, step)
  heed_unanswered(self, step, outcome.meaning)
  if unchanged and outcome.meaning.kind == "credentials" and outcome.failed and tried < self.ports.attempts then
    steps.report(self, step, "again", { reason = "credentials", attempt = tried + 1, attempts = self.ports.attempts,
      words = outcome.meaning.words })
    return true
  end
  if not unchanged or not step.defers then fail(self, step, outcome, "todo", seen, unchanged) end
  defer(self, step, outcome)
  return false
end

-- Reads back after an act. @return true to try again, false when the step is done or put off
local function judge(self, step, outcome, before, tried)
  local verdict, seen = steps.read_back(self, step)
  local waits = verdict == "todo" and step.settles == "clean-restart" and not outcome.failed
  local words = outcome.failed and outcome.meaning.words or nil
  steps.record(self, { type = "outcome", step = step.name, verdict = waits and "pending" or verdict, seen = seen,
    exit = outcome.exit, words = words })
  if verdict == "unknown" then steps.undecided(step, before, seen) end
  if waits then steps.end_phase(self, step, step.where, { pending = true }) end
  if verdict == "todo" then return judge_todo(self, step, outcome, seen, before, tried) end
  steps.mark_done(self, step, seen)
  steps.report(self, step, "done", { verdict = "done", seen = seen, exit = outcome.exit, words = words })
  return false
end

--- Performs a step that has `run`.
-- @param self see engine.step
-- @param step with `run`
-- @param seen what its check saw
function act.run(self, step, seen)
  local tried = 0
  repeat
    local commands, wrong = answer.commands(step, self.c, seen)
    if wrong then steps.mistaken(self, step, wrong) end
    if not commands then steps.end_phase(self, step, step.where, { waiting = true }) end
    local outcome = start_all(self, step, commands, seen, tried + 1)
    if outcome.dry_run then return end
    tried = tried + outcome.tries
  until not judge(self, step, outcome, seen, tried)
end

-- The test of a rung that has none of its own: the step reads done (a ladder of its own), or todo (a way back).
local function check_by_step(self, step, field)
  local wanted = field == "ladder" and "done" or "todo"
  return function()
    local verdict, seen = steps.look(self, step)
    if not verdict then return nil, answer.mistaken(seen) end
    if verdict == "unknown" then return nil, seen end
    return verdict == wanted, seen
  end
end

--- Asks the plan for the rungs of a step, each with a test. Those that are no rungs are told and left out.
-- @return array; or nil and what is wrong; or nil, nil and a sentence: nothing of the step's is left to take back
function act.rungs(self, step, field, ...)
  local rungs, faulty, nothing_left = answer.rungs(step, field, ...)
  if not rungs then return nil, faulty, nothing_left end
  for _, fault in ipairs(faulty) do
    self.ports.emit { type = "undo", step = step.name, rung = fault.rung, leaves = "a rung", verdict = "refused",
      reason = fault.reason }
  end
  for _, rung in ipairs(rungs) do rung.check = rung.check or check_by_step(self, step, field) end
  return rungs
end

-- Is everything that a goal names so? What it does not name does not matter to it.
local function holds(goal, now)
  if type(goal) ~= "table" or type(now) ~= "table" then return equal.same(goal, now) end
  for key, wanted in pairs(goal) do
    if not equal.same(wanted, now[key]) then return false end
  end
  return true
end

--- Is this exactly what was wanted? What was read back is compared; that a plan says so does not count.
-- @param rung from act.rungs
-- @param now what the step's check sees
-- @param before what it saw before, for a way back; nil for a step's own ladder
function act.is_exact(rung, now, before)
  if rung.goal ~= nil then return rung.exact == true and holds(rung.goal, now) end
  if before == nil then return rung.exact == true end
  return equal.same(now, before)
end

--- What a ladder needs to run its commands now.
-- @param self see engine.step
-- @param step whose ladder it is
-- @param kind "intent" | "undo-intent"
function act.climber(self, step, kind)
  local climber = { environment = self.environment, attempts = function() return self.ports.rung_attempts or self.ports.attempts end }
  function climber.act(command, fields)
    fields.type = kind
    return start(self, step, command, fields)
  end
  function climber.again(attempt, words)
    steps.report(self, step, "again", { reason = "credentials", attempt = attempt, words = words })
  end
  function climber.refused(rung, number, why)
    self.ports.emit { type = "undo", step = step.name, rung = number, leaves = rung.leaves, verdict = "refused",
      reason = why.cause, words = why.words, cure = why.cure }
    heed_unanswered(self, step, why)
  end
  return climber
end

--- A rung of a step's own ladder was read back as reached.
function act.reached(self, step, rung, number, seen, refused)
  local exact = act.is_exact(rung, seen)
  local verdict = exact and "done" or "lower"
  steps.record(self, { type = "outcome", step = step.name, verdict = verdict, seen = seen, rung = number, leaves = rung.leaves })
  self.ports.emit { type = "undo", step = step.name, rung = number, leaves = rung.leaves, verdict = verdict }
  if exact then
    steps.mark_done(self, step, seen)
    steps.report(self, step, "done", { verdict = "done", seen = seen })
  else
    self.lower = { leaves = rung.leaves, refused = refused }
  end
end

-- No rung was reached. Ends the run.
local function not_reached(self, step, before, climbed)
  local verdict, now = steps.read(self, step)
  if self.run.open_intent then steps.record(self, { type = "outcome", step = step.name, verdict = verdict, seen = now }) end
  if climbed.result == "unknown" or verdict == "unknown" then steps.undecided(step, before, now) end
  steps.heed_stop(self, step)
  steps.finish(climbed.result, { step = step, refused = climbed.refused })
end

--- Performs a step whose act is a ladder (revert's policy).
-- @param self see engine.step
-- @param step with `ladder`
-- @param seen what its check saw
function act.climb(self, step, seen)
  local rungs, wrong = act.rungs(self, step, "ladder", self.c, seen)
  if not rungs then steps.mistaken(self, step, wrong) end
  local climbed = ladder.climb(rungs, act.climber(self, step, "intent"), seen)
  if climbed.result ~= "won" then not_reached(self, step, seen, climbed) end
  if not climbed.dry_run then act.reached(self, step, climbed.rung, climbed.number, climbed.seen, climbed.refused) end
end

return act
