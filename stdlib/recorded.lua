-- Finds the run that resume, rollback, log and status are about.
-- Must not change a journal.

local exit_code = require "exit_code"
local runs = require "runs"
local work = require "work"

local recorded = {}

local function say(session, result, message, code)
  session.view.start(nil)
  return work.stop(session, result, code, message)
end

--- Says one sentence and ends.
-- @return exit code
function recorded.nothing(options, command, message, code, stand_in)
  local session, failed = work.open(options, command, stand_in)
  if not session then return failed end
  return say(session, code == exit_code.OK and "done" or "precondition", message, code)
end

--- The latest run in the journal of the target.
-- @return run, or nil and an exit code (the reason is printed)
function recorded.find(options, command, stand_in)
  local session, failed = work.open(options, command, stand_in)
  if not session then return nil, failed end
  local directory, why = require("session").journal_directory(session)
  if not directory then
    return nil, say(session, "precondition", "The journal cannot be found: " .. why, exit_code.PRECONDITION)
  end
  local run, message, code = runs.latest(directory)
  if run then return run end
  if code then
    return nil, say(session, "precondition", "The journal cannot be read, so nothing was changed: " .. message, exit_code.PRECONDITION)
  end
  return nil, say(session, "done", "There is no run in " .. directory .. ".", exit_code.OK)
end

return recorded
