-- `check NAME|FILE`: loads and validates a plan, and calls its functions once in front of a simulated Mac.
-- Must not run any of its steps, nor start anything on this Mac.

local check_calls = require "command.check_calls"
local complain = require "screen.complain"
local ending = require "run.ending"
local exit_code = require "base.exit_code"
local find = require "command.find"
local inside = require "command.inside"
local plans = require "run.plans"
local started = require "base.started"
local text = require "base.text"

local check = {}

-- @return the plan and what was not tried of it; or nil and what is wrong
local function examine(name, options)
  local operation, why = find.named(name)
  if not operation then return nil, why end
  local loaded, message = operation.load()
  if not loaded then return nil, message end
  local fault, not_tried = check_calls.run(operation, loaded, options)
  if fault then return nil, fault end
  return loaded, not_tried
end

function check.run(args, options)
  local loaded, more = examine(args[1], options)
  if not loaded then return complain.plan(more, ending.is_interrupted() and ending.INTERRUPTED) end
  if options.quiet then return exit_code.OK end
  local lines = plans.readers(loaded)
  table.move(more, 1, #more, #lines + 1, lines)
  table.insert(lines, 1, ("%s: plan %s is well-formed: %d step%s."):format(args[1], loaded.name, #loaded.steps,
    #loaded.steps == 1 and "" or "s"))
  if inside.is_file(args[1]) then lines[#lines + 1] = "Next: " .. started.line_of_no_mac("rehearse " .. text.quote(args[1])) end
  for _, line in ipairs(lines) do require("lib_terminal").write(1, text.printable(line) .. "\n") end
  return exit_code.OK
end

return check
