-- `rollback [RUN]`: undoes the open run or the newest that stands, in reverse, towards the baseline it recorded.

local complain = require "screen.complain"
local exit_code = require "base.exit_code"
local find = require "command.find"
local journals = require "run.journals"
local lifecycle = require "run.lifecycle"
local operation = require "command.operation"
local way_back = require "command.way_back"
local what_next = require "command.what_next"

local rollback = {}

local WORDS = { undone = "is undone already", ["changed nothing"] = "changed nothing", open = "is open" }

-- Why the latest run cannot be undone, as a sentence or lines, and the exit code; nil when it can.
local function refusal(latest, found, target)
  if found.no_way_back then
    local open = not latest.closed and " It is not finished: `vmq-recovery resume` continues it." or ""
    return found.no_way_back .. open, latest.closed and exit_code.OK or exit_code.STOPPED
  end
  if not latest.closed then return nil end
  if #latest.acted == 0 then return "Nothing to roll back: the last run changed nothing.", exit_code.OK end
  if latest.closed.result ~= "undone" then return nil end
  local sentence = "Nothing to roll back: the last run is undone already."
  if not (target and latest.failed) then return sentence, exit_code.OK end
  return { sentence, table.unpack(what_next.of(latest, target)) }, exit_code.OK
end

-- Why not this run, and the exit code; nil when it is the one whose turn it is. Each run's way back leads to what was recorded before
-- it, and what came later may rest on what it changed.
local function not_its_turn(number, latest, here)
  if number == latest.number then return nil end
  local asked, why = journals.read(here, number)
  if not asked or not asked.start then return why or ("There is no run %d."):format(number), exit_code.PRECONDITION end
  local state = journals.standing_of(asked)
  if state ~= "stands" then return ("Nothing to roll back: run %d %s."):format(number, WORDS[state]), exit_code.OK end
  return ("Run %d (%s) cannot be undone while run %d (%s) stands, which came after it and may rest on it. "
    .. "First: `vmq-recovery rollback`"):format(number, asked.start.plan, latest.number, latest.start.plan), exit_code.PRECONDITION
end

local function resolve_newest(latest, target)
  local found, why = find.of_run(latest)
  if not found then return nil, why, exit_code.STOPPED end
  local sentence, code = refusal(latest, found, target)
  if sentence then return nil, sentence, code end
  return way_back.of(found, latest)
end

--- The operation of a rollback.
-- @param number integer or nil: the run; without it the newest that stands
function rollback.operation(number)
  return operation.new { command = "rollback", resolve = function(latest, directory, here, target)
    if not latest then return nil, "There is no run in " .. directory .. "." end
    local sentence, code
    if number then sentence, code = not_its_turn(number, latest, here) end
    if sentence then return nil, sentence, code end
    return resolve_newest(latest, target)
  end }
end

function rollback.run(args, options)
  local number = args[1] and journals.number(args[1])
  if args[1] and not number then return complain.usage("rollback takes the number of a run, 1 to 9999, not " .. args[1]) end
  return lifecycle.run(rollback.operation(number), options)
end

return rollback
