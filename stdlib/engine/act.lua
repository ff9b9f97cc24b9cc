-- Performs one step's act: durable intent, command through the door, read back, verdict.
-- Must not believe an exit status: what the step's check (or a rung's) reads afterwards decides.

local core = require "engine.step"
local ladder = require "engine.ladder"
local run_state = require "engine.run_state"
local value = require "base.equal"

local act = {}

-- The person left while the tool was running: what it did is not known here, so its intent stays open.
local function left_now(step, command)
  return core.final("stopped", { kind = "left", step = step.name,
    reason = "you left while " .. command.argv[1] .. " was running; it may be half done" })
end

-- Writes the intent and starts the command.
-- @return outcome, or nil and the final result
local function start(self, step, command, fields)
  local stop = core.stop_asked(self, step)
  if stop then return nil, stop end
  fields.step = step.name
  local written, message = self.ports.intent(command.argv, fields)
  if not written then return nil, core.cannot_record(message) end
  run_state.apply(self.run, fields)
  self.acted = true
  core.tell(self, step, "intent", { argv = command.argv, prompts = command.prompts })
  core.tell(self, step, "started", { argv = command.argv, slow = command.slow })
  local outcome, why = self.ports.act(command, step)
  self.ports.forget()
  if self.ports.stop() > 1 then return nil, left_now(step, command) end
  outcome = outcome or { refused = true, output = why or "" }
  outcome.meaning = self.ports.explain(command, outcome)
  outcome.failed = outcome.exit ~= 0 and not outcome.dry_run
  outcome.tries = math.max(1, outcome.tries or 1)
  core.tell(self, step, "ended", { argv = command.argv, exit = outcome.exit, signal = outcome.signal,
    timed_out = outcome.timed_out, interrupted = outcome.interrupted, dry_run = outcome.dry_run,
    message = outcome.refused and outcome.output or nil })
  return outcome
end

-- A step's commands in order, up to the first that fails.
local function start_all(self, step, commands, before, attempt)
  local outcome, final
  for part, command in ipairs(commands) do
    outcome, final = start(self, step, command,
      { type = "intent", part = part, parts = #commands, attempt = attempt, before = before })
    if not outcome or outcome.failed then return outcome, final end
  end
  return outcome
end

-- The plan is wrong. With nothing done yet that is all; otherwise the step has failed.
local function mistake(self, step, message)
  if #self.run.acted == 0 then return core.final("mistake", { reason = message }) end
  core.tell(self, step, "failed", { cause = message, unchanged = true })
  return core.final("failed", { step = step, unchanged = true })
end

-- What a step wants to run. @return array of commands, nil when it waits; or nil and a final result
local function commands_of(self, step, seen)
  local answer, message = core.ask_plan(step, "run", self.c, seen)
  if message then return nil, mistake(self, step, message) end
  if answer == nil then return nil end
  local list = answer.argv and { answer } or answer
  local wrong = core.misformed(step, "run", list)
  if wrong then return nil, mistake(self, step, wrong) end
  return list
end

local function defer(self, step, outcome)
  local failed = core.record(self, { type = "deferred", step = step.name, reason = outcome.meaning.words })
  if failed then return failed end
  core.tell(self, step, "skipped", { verdict = "todo", deferred = true, reason = step.defers,
    words = outcome.failed and outcome.meaning.words or nil })
  return "done"
end

local function fail(self, step, outcome, verdict, seen, unchanged)
  core.tell(self, step, "failed", { verdict = verdict, seen = seen, exit = outcome.exit, signal = outcome.signal,
    cause = outcome.meaning.cause, cure = outcome.meaning.cure, words = outcome.meaning.words,
    unaffected = unchanged and outcome.meaning.unaffected or nil, unchanged = unchanged,
    timed_out = outcome.timed_out, claimed_success = outcome.meaning.kind == "claimed" })
  return core.final("failed", { step = step, unchanged = unchanged })
end

-- A verdict of "todo" after the act: try again, put off, stop or fail.
local function judge_todo(self, step, outcome, seen, before, tried)
  local unchanged = value.same(seen, before)
  local stop = core.stop_asked(self, step)
  if stop then return stop end
  if unchanged and outcome.meaning.kind == "credentials" and outcome.failed and tried < self.ports.attempts then
    core.tell(self, step, "again", { reason = "credentials", attempt = tried + 1, words = outcome.meaning.words })
    return "again"
  end
  if unchanged and step.defers then return defer(self, step, outcome) end
  return fail(self, step, outcome, "todo", seen, unchanged)
end

-- Reads back after an act. @return "done", "again", or a final result
local function judge(self, step, outcome, before, tried)
  local verdict, seen = core.read_back(self, step)
  local waits = verdict == "todo" and step.settles == "clean-restart" and not outcome.failed
  local failed = core.record(self, { type = "outcome", step = step.name, verdict = waits and "pending" or verdict,
    seen = seen, exit = outcome.exit, words = outcome.failed and outcome.meaning.words or nil })
  if failed then return failed end
  if verdict == "unknown" then return core.final("person", { step = step, before = before, now = seen }) end
  if waits then return core.end_phase(self, step, step.where, true) end
  if verdict == "todo" then return judge_todo(self, step, outcome, seen, before, tried) end
  core.mark_done(self, step, seen)
  core.tell(self, step, "done", { verdict = "done", seen = seen, exit = outcome.exit,
    words = outcome.failed and outcome.meaning.words or nil })
  return "done"
end

--- Performs a step that has `run`.
-- @param seen what its check saw
-- @return "done" or a final result
function act.run(self, step, seen)
  local tried = 0
  repeat
    local commands, wrong = commands_of(self, step, seen)
    if wrong then return wrong end
    if not commands then return core.end_phase(self, step, step.where) end
    local outcome, final = start_all(self, step, commands, seen, tried + 1)
    if not outcome then return final end
    if outcome.dry_run then return "done" end
    tried = tried + outcome.tries
    local move = judge(self, step, outcome, seen, tried)
    if move ~= "again" then return move end
  until false
end

--- Rungs as a ladder needs them: with a test of their own (the step reads "todo", where the plan gives none), and without
-- those whose commands are no commands.
function act.checked(self, step, field, rungs)
  local sound = {}
  for _, rung in ipairs(rungs or {}) do
    local wrong = type(rung) ~= "table" and "no rung" or core.misformed(step, field, rung)
    if wrong then
      self.ports.emit { type = "undo", step = step.name, rung = #sound + 1, leaves = "a rung", verdict = "refused", reason = wrong }
    else
      rung.check = rung.check or function()
        local verdict, seen = core.read(self, step)
        if verdict == "unknown" then return nil, seen end
        return verdict == (field == "ladder" and "done" or "todo"), seen
      end
      sound[#sound + 1] = rung
    end
  end
  return sound
end

--- What a ladder needs to run its commands in this session.
-- @param kind "intent" | "undo-intent"
function act.climber(self, step, kind)
  local climber = { environment = self.c.environment, attempts = self.ports.attempts }
  function climber.act(command, about)
    about.type = kind
    return start(self, step, command, about)
  end
  function climber.again(attempt, words)
    core.tell(self, step, "again", { reason = "credentials", attempt = attempt, words = words })
  end
  function climber.refused(rung, number, why)
    self.ports.emit { type = "undo", step = step.name, rung = number, leaves = rung.leaves, verdict = "refused",
      reason = why.cause, words = why.words, cure = why.cure }
  end
  return climber
end

--- A rung of a step's own ladder was read back as reached.
-- @return "done" or a final result
function act.reached(self, step, rung, number, seen, refused)
  local failed = core.record(self, { type = "outcome", step = step.name, verdict = rung.exact and "done" or "lower",
    seen = seen, rung = number, leaves = rung.leaves })
  if failed then return failed end
  self.ports.emit { type = "undo", step = step.name, rung = number, leaves = rung.leaves,
    verdict = rung.exact and "done" or "lower" }
  if rung.exact then
    core.mark_done(self, step, seen)
    core.tell(self, step, "done", { verdict = "done", seen = seen })
  else
    self.lower = { leaves = rung.leaves, refused = refused }
  end
  return "done"
end

--- Performs a step whose act is a ladder (revert's policy).
-- @return "done" or a final result
function act.climb(self, step, seen)
  local rungs, message = core.ask_plan(step, "ladder", self.c, seen)
  if message then return mistake(self, step, message) end
  local climbed = ladder.climb(act.checked(self, step, "ladder", rungs), act.climber(self, step, "intent"), seen)
  if climbed.result == "halt" then return climbed.final end
  if climbed.result == "won" then
    if climbed.dry_run then return "done" end
    return act.reached(self, step, climbed.rung, climbed.number, climbed.seen, climbed.refused)
  end
  local verdict, now = core.read(self, step)
  local failed = self.run.open and core.record(self, { type = "outcome", step = step.name, verdict = verdict, seen = now })
  if failed then return failed end
  if climbed.result == "unknown" or verdict == "unknown" then
    return core.final("person", { step = step, before = seen, now = now })
  end
  return core.stop_asked(self, step) or core.final(climbed.result, { step = step, refused = climbed.refused })
end

return act
