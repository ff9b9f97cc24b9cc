-- `doctor`: every precondition of what is left of apply, as far as it can be seen from here, with the cure in words.
-- Must not change anything, and must not call right what apply would refuse in the next place.

local apply = require "command.apply"
local boot_args = require "mac.boot_args"
local ending = require "run.ending"
local exit_code = require "base.exit_code"
local invocation_module = require "run.invocation"
local lifecycle = require "run.lifecycle"
local outcome = require "screen.outcome"
local overview = require "screen.overview"
local places = require "plan.place"
local preflight = require "preflight.run"
local status = require "run.status"

local doctor = {}

-- Shown besides, and stop nothing.
local BESIDES, IN_MACOS = { "power", "network" }, { "in force/update", "in force/management" }

-- Each step's verdict now; nil where that cannot be asked.
local function rows_of(invocation, target, journal)
  if not target.group or not target.group.system.mount or not target.policy then return nil end
  local _, rows = lifecycle.survey(invocation, target, apply.operation(), journal)
  return rows
end

local function all_names(target, names)
  local all = { table.unpack(names) }
  for _, list in ipairs { BESIDES, target.booted == "macos" and IN_MACOS or {} } do table.move(list, 1, #list, #all + 1, all) end
  return all
end

-- What to do now that everything here is right.
local function next_thing(target, rows, recovery)
  if rows and not overview.first_todo(rows) then return "Nothing is left to do: apply is already applied." end
  if not recovery then return "Everything that apply needs here is right.", outcome.type_this(target, target.booted, "apply") end
  return "Everything that can be checked from here is right; next: recovery. To get there, " .. places.to_recovery() .. ", and type:",
    table.unpack(outcome.in_recovery(target, "apply"))
end

-- The checks, which a person reads page by page. @return true where all are right, and what was not checked
local function check(view, names, target, asked, known)
  local fine, left
  view.paged(function()
    local all_right, _, _, not_made = preflight.run(names, target, asked, known, view.emit, view.meanwhile)
    fine, left = all_right, not_made
  end)
  return fine, left
end

local function look(invocation, target, options)
  invocation.view.meanwhile "Looking at the steps of apply"
  local journal = lifecycle.journal(target, options)
  local rows = rows_of(invocation, target, journal)
  local names, place, recovery = apply.preconditions(target, rows)
  local asked = { options = options, where = place, uid = invocation.uid, words = boot_args.raising(options.quota, options.boot_arg),
    journal = journal }
  local known = { facts = target.booted == "macos" and status.facts(target) or nil }
  local fine, left = check(invocation.view, all_names(target, names), target, asked, known)
  if fine then return ending.new("done", exit_code.OK, next_thing(target, rows, recovery)) end
  return ending.new("precondition", exit_code.PRECONDITION,
    preflight.not_checked(left) or "Fix what is bad or unknown above, then run doctor again.")
end

function doctor.run(_, options)
  return lifecycle.look(options, "doctor", function(invocation, target)
    invocation.view.start(nil)
    invocation_module.say_program(invocation, target)
    return look(invocation, target, options)
  end)
end

return doctor
