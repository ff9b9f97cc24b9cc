-- `rollback`: undoes the open or last run, in reverse, towards the baseline it recorded.

local exit_code = require "base.exit_code"
local find = require "command.find"
local lifecycle = require "run.lifecycle"
local operation = require "command.operation"

local rollback = {}

local PRECONDITIONS = { "root", "platform", "tools", "volume", "policy", "environment", "journal" }

-- Why the latest run cannot be undone, and the exit code; nil when it can.
local function refusal(latest, found)
  if found.no_way_back then
    local open = not latest.closed and " It is not finished: `vmq-recovery resume` continues it." or ""
    return found.no_way_back .. open, latest.closed and exit_code.OK or exit_code.STOPPED
  end
  if not latest.closed then return nil end
  if #latest.acted == 0 then return "Nothing to roll back: the last run changed nothing.", exit_code.OK end
  if latest.closed.result == "undone" then return "Nothing to roll back: the last run is undone already.", exit_code.OK end
end

local function resolve(latest, directory)
  if not latest then return nil, "There is no run in " .. directory .. "." end
  local found, why = find.of_run(latest)
  if not found then return nil, why, exit_code.STOPPED end
  local sentence, code = refusal(latest, found)
  if sentence then return nil, sentence, code end
  local changes = { back = true, supersedes = false }
  if not found.file then changes.preflight = function() return PRECONDITIONS, "any" end end
  return operation.with(found, changes)
end

function rollback.operation() return operation.new { command = "rollback", resolve = resolve } end

function rollback.run(_, options) return lifecycle.run(rollback.operation(), options) end

return rollback
