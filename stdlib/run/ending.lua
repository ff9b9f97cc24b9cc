-- How a command ends: a result for the event stream, an exit code, and lines for the person.
-- Must not print: run.lifecycle does, once, at the end.

local exit_code = require "base.exit_code"
local try = require "base.try"

local ending = {}

--- What is said where a plan's own code was interrupted before anything was done.
ending.INTERRUPTED = "Stopped in the middle of the plan's own code. Nothing was changed."

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

--- Was the person's wish to stop what ended a plan's own code?
function ending.is_interrupted() return require("lib_signals").stage() > 0 end

--- Ends the command if that is so.
function ending.heed_interrupt()
  if ending.is_interrupted() then ending.stop("declined", exit_code.DECLINED, ending.INTERRUPTED) end
end

--- The plan is wrong; nothing was changed.
-- @param reason "FILE:LINE: what is wrong"
function ending.mistake(reason)
  ending.heed_interrupt()
  ending.stop("mistake", exit_code.USAGE, "The plan is wrong: " .. reason, "Nothing was changed.")
end

return ending
