-- The operation that takes back a run of another one: its checks, and what its first screen says.

local again = require "run.again"
local operation = require "command.operation"
local overview = require "screen.overview"
local place = require "plan.place"

local way_back = {}

local PRECONDITIONS = { "root", "program", "platform", "tools", "volume", "policy", "environment", "journal" }

-- The kernel that is left where the policy does not become what it was before: another custom one is in none that is made anew.
local function after(case)
  for _, row in ipairs(case.way_back) do
    if row.step.part == "policy" and not row.exact then return { kernel = "Apple's" } end
  end
end

-- What is not as plain as the table makes it look.
local function add_warning(rows, row, environment)
  if not place.fits(row.step.where, environment) then
    rows[#rows + 1] = { "Look at this", ("step %s can be undone only in %s"):format(row.step.name, place.words(row.step.where)) }
  elseif not row.leaves or row.step.part and not row.exact then
    rows[#rows + 1] = { "Look at this", ("step %s: %s"):format(row.step.name, row.leaves and "leaves " .. row.leaves or row.step.why) }
  end
end

local function summary(case, run)
  local rows = { { "Undoes", ("run %d (%s)"):format(run.number, run.start.plan) } }
  if #case.way_back == 0 then rows[2] = { "Look at this", "nothing of this run is left; only its journal is closed" } end
  for _, row in ipairs(case.way_back) do add_warning(rows, row, case.target.environment) end
  rows[#rows + 1] = again.row(case.target, run)
  return rows
end

--- The operation that takes a run back.
-- @param found the run's own operation
-- @param run see engine.run_state
function way_back.of(found, run)
  local changes = { back = true, supersedes = false, after = after,
    summary = function(case) return summary(case, run) end,
    overview = function(case, steps) return overview.of_going_back(case, steps, again.row(case.target, run)[2]) end }
  if not found.file then changes.preflight = function() return PRECONDITIONS, "any" end end
  return operation.with(found, changes)
end

return way_back
