-- `rollback`: undoes the open or last run, in reverse, towards the baseline it recorded.
-- Must not touch what that run did not do.

local exit_code = require "exit_code"

return function(_, options, stand_in)
  local recorded = require "recorded"
  local run, code = recorded.find(options, "rollback", stand_in)
  if not run then return code end
  if #run.acted == 0 and run.closed then
    return recorded.nothing(options, "rollback", "Nothing to roll back: the last run changed nothing.", exit_code.OK, stand_in)
  end
  if run.closed and run.direction == "back" and run.closed.result == "undone" then
    return recorded.nothing(options, "rollback", "Nothing to roll back: the last run is undone already.", exit_code.OK, stand_in)
  end
  local job = require("jobs").of_run(run)
  job.command, job.rollback = "rollback", true
  function job.preflight() return "rollback", "any" end
  return require("work").run(job, options, stand_in)
end
