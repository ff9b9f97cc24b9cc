-- `doctor`: every precondition of apply, with the cure in words.
-- Must not change anything.

local exit_code = require "base.exit_code"
local preflight = require "preflight.run"
local work = require "run.lifecycle"

return function(_, options, stand_in)
  local session, code = work.open(options, "doctor", stand_in)
  if not session then return code end
  session.view.start(nil)
  local kind = session.environment == "macos" and "apply-macos" or "apply"
  local fine = preflight.run(session, kind, { where = kind == "apply" and "paired-recovery" or "any" })
  if fine then return work.stop(session, "done", exit_code.OK, "Everything that apply needs here is right.") end
  return work.stop(session, "precondition", exit_code.PRECONDITION, "Mend what reads bad or unknown, then run doctor again.")
end
