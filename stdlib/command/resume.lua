-- `resume`: goes on with the open run, forward or back, whichever way it was going.

local exit_code = require "base.exit_code"
local find = require "command.find"
local lifecycle = require "run.lifecycle"
local operation = require "command.operation"

local resume = {}

local function resolve(latest, directory)
  if not latest then return nil, "There is no run in " .. directory .. "." end
  if latest.closed then return nil, "Nothing to resume: the last run is finished." end
  local found, why = find.of_run(latest)
  return found, why, exit_code.STOPPED
end

function resume.operation() return operation.new { command = "resume", resolve = resolve } end

function resume.run(_, options) return lifecycle.run(resume.operation(), options) end

return resume
