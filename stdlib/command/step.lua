-- `step [apply|revert|FILE]`: the same engine as apply, one step at a time.
-- Must not hold logic: see jobs, stepper and work.

return function(args, options, stand_in)
  local job = require("command.operations").named(args[1])
  job.command, job.gate = "step", require("run.stepper").gate
  return require("run.lifecycle").run(job, options, stand_in)
end
