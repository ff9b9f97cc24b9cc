-- `resume`: goes on with the open run, forward or back, whichever way it was going.
-- Must not start a new run.

local exit_code = require "exit_code"

return function(_, options, stand_in)
  local recorded = require "recorded"
  local run, code = recorded.find(options, "resume", stand_in)
  if not run then return code end
  if run.closed then
    return recorded.nothing(options, "resume", "Nothing to resume: the last run is finished.", exit_code.OK, stand_in)
  end
  local job = require("jobs").of_run(run)
  job.command = "resume"
  return require("work").run(job, options, stand_in)
end
