-- What to type next about a run, by where its journal stands: for the commands that tell of one.
-- Must not look at the Mac: the run's records and the target say it.

local again = require "run.again"
local outcome = require "screen.outcome"
local place = require "plan.place"
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

--- The lines about a run that is open; a table { command = … } is one to be typed.
-- @param run see engine.run_state
-- @param target see mac.target.look
function what_next.of_open(run, target)
  local function here(rest) return outcome.here({ target = target }, rest) end
  if run.direction == "back" then return { "It was going back. To continue:", here "rollback" } end
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
  if run.closed.result ~= "done" and run.closed.result ~= "lower" then return { "Nothing of this run is left to undo or continue." } end
  return { "Nothing is left to do in this run. To see the Mac as it is now:", here "status" }
end

return what_next
