-- Tells that a command line cannot be carried out.
-- Must not be used once an event stream has begun: a run ends through run.lifecycle.

local exit_code = require "base.exit_code"
local started = require "base.started"
local text = require "base.text"

local complain = {}

--- One line on standard error. @return the exit code for usage
function complain.usage(message)
  require("lib_terminal").write(2, "vmq-recovery: " .. text.printable(started.said(message)) .. "\n")
  return exit_code.USAGE
end

--- A plan's mistake, as "FILE:LINE: reason" alone, for editors; or that its own code was interrupted.
-- @param stopped string or nil: the sentence that is said in its place
-- @return the exit code
function complain.plan(message, stopped)
  if stopped then
    require("lib_terminal").write(2, "vmq-recovery: " .. stopped .. "\n")
    return exit_code.DECLINED
  end
  require("lib_terminal").write(2, text.printable(message) .. "\n")
  return exit_code.USAGE
end

return complain
