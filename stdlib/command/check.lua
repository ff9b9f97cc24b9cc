-- `check NAME|FILE`: loads and validates a plan.
-- Must not run any of its steps.

local complain = require "screen.complain"
local ending = require "run.ending"
local exit_code = require "base.exit_code"
local find = require "command.find"
local plans = require "run.plans"
local text = require "base.text"

local check = {}

local function load(name)
  local found, why = find.named(name)
  if not found then return nil, why end
  return found.load()
end

function check.run(args, options)
  local loaded, message = load(args[1])
  if not loaded then return complain.plan(message, ending.is_interrupted() and ending.INTERRUPTED) end
  if options.quiet then return exit_code.OK end
  local lines = plans.readers(loaded)
  table.insert(lines, 1, ("%s: plan %s is well-formed: %d steps."):format(args[1], loaded.name, #loaded.steps))
  for _, line in ipairs(lines) do require("lib_terminal").write(1, text.printable(line) .. "\n") end
  return exit_code.OK
end

return check
