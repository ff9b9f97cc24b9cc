-- What to type next about a run, by where its journal stands: for the commands that tell of one.
-- Must not look at the Mac, but for how many passwords it has refused: the run's records and the target say the rest.

local again = require "run.again"
local errors = require "screen.errors"
local outcome = require "screen.outcome"
local place = require "plan.place"
local refusals = require "run.refusals"
local run_state = require "engine.run_state"

local what_next = {}

-- A run of `step` goes on step by step where it is called so again.
local function step_lines(run, here)
  if run.start.command ~= "step" then return {} end
  return { "One step at a time:", here(again.words(run.start)) }
end

local function join(...)
  local all = {}
  for _, list in ipairs { ... } do table.move(list, 1, #list, #all + 1, all) end
  return all
end

-- Where the next part has to be begun: "macos" | "recovery".
local function place_of(waits_for) return (waits_for == "macos" or waits_for == "any") and "macos" or "recovery" end

-- What made a run go back: its kind, and its lines. Of a command that did not end by itself nothing more is known.
local function failure_of(run, target)
  local failed, lines = run.failed, {}
  if not failed then return nil, lines end
  local meaning = failed.exit and failed.path
    and errors.explain(failed.path:match "[^/]*$", { exit = failed.exit, output = failed.words }) or {}
  lines[1] = ("Step %s failed%s."):format(failed.step, meaning.cause and ": " .. meaning.cause or "")
  local unknown = meaning.kind == "unknown" and failed.words
  lines[2] = unknown and "Fix: read what Apple's tool said: " .. unknown or meaning.cure and ("Fix: %s."):format(meaning.cure)
  local refused = meaning.kind == "credentials" and refusals.of(target.root)
  if refused and refused:is_spent() then
    lines[#lines + 1] = refused:words() .. ". Before a restart no more are tried unattended; at a terminal you may type again."
  end
  return meaning.kind, lines
end

local function of_undone(run, target)
  local kind, lines = failure_of(run, target)
  if not run.failed then return { "Nothing of this run is left to undo or continue." } end
  outcome.add_try_again(lines, { target = target, again = again.words(run.start) }, { failed = run.failed.step, failed_by = kind })
  return lines
end

--- The lines about a run that is open; a table { command = … } is one to be typed.
-- @param run see engine.run_state
-- @param target see mac.target.look
function what_next.of_open(run, target)
  local function here(rest) return outcome.here({ target = target }, rest) end
  if run.direction == "back" then
    return join(select(2, failure_of(run, target)), { "It was going back. To continue:", here "rollback" })
  end
  local there = run.waits_for and place_of(run.waits_for)
  if not there or there == "macos" and target.environment == "macos" then
    return join({ "To continue:", here "resume" }, step_lines(run, here), { "Or to go back:", here "rollback" })
  end
  return outcome.arrive_when_kept(target, there, "resume")
    or { ("It continues in %s. There, type:"):format(place.words(run.waits_for)), outcome.type_this(target, there, "resume") }
end

--- The lines about the newest run, open or closed.
function what_next.of(run, target)
  if run_state.is_open(run) then return what_next.of_open(run, target) end
  local function here(rest) return outcome.here({ target = target }, rest) end
  if run.closed.result == "incomplete" then return { "To try again:", here "rollback", outcome.BY_HAND } end
  if run.closed.result ~= "done" and run.closed.result ~= "lower" then return of_undone(run, target) end
  return { "Nothing is left to do in this run. To see the Mac as it is now:", here "status" }
end

return what_next
