-- `run NAME|FILE`: a plan inside by its name, or a user's own, with everything that apply has.

local complain = require "screen.complain"
local ending = require "run.ending"
local find = require "command.find"
local inside = require "command.inside"
local lifecycle = require "run.lifecycle"
local plan_file = require "command.plan_file"

local run = {}

-- A mistake in the file is told before anything else happens.
local function run_file(path, options)
  local loaded, message = require("run.plans").from_file(path)
  if not loaded then return complain.plan(message, ending.is_interrupted() and ending.INTERRUPTED) end
  return lifecycle.run(plan_file.operation(path, loaded), options)
end

function run.run(args, options)
  if inside.is_file(args[1]) then return run_file(args[1], options) end
  local found, message = find.named(args[1])
  if not found then return complain.usage(message) end
  return lifecycle.run(found, options)
end

return run
