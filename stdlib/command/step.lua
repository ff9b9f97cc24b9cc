-- `step [apply|revert|NAME|FILE]`: the same engine, one step at a time.

local complain = require "screen.complain"
local find = require "command.find"
local lifecycle = require "run.lifecycle"
local operation = require "command.operation"

local step = {}

function step.run(args, options)
  local found, message = find.named(args[1])
  if not found then return complain.usage(message) end
  return lifecycle.run(operation.with(found, { command = "step", gate = require("run.stepper").gate }), options)
end

return step
