-- How a command ends: a result for the event stream, an exit code, and lines for the person.
-- Must not print: run.lifecycle does, once, at the end.

local exit_code = require "base.exit_code"
local try = require "base.try"

local ending = {}

--- @param result string of the "end" event
-- @param code see base.exit_code
-- @param ... lines for the person; a table { command = … } is a line to be typed
function ending.new(result, code, ...)
  return { result = result, code = code, lines = { ... } }
end

--- Ends the command here, from however deep; caught by run.lifecycle. Arguments as ending.new.
function ending.stop(result, code, ...)
  try.throw(ending.new(result, code, ...))
end

--- A precondition is bad or unknown: nothing was changed. @param ... lines
function ending.refuse(...)
  ending.stop("precondition", exit_code.PRECONDITION, ...)
end

--- The command line cannot be carried out. @param message string
function ending.usage(message)
  ending.stop("usage", exit_code.USAGE, message)
end

return ending
