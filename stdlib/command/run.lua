-- `run FILE`: a user's plan with everything that apply has.
-- Must not hold logic: see jobs and work.

return function(args, options, stand_in)
  local jobs = require "command.operations"
  local loaded, message = jobs.load_file(args[1])
  if not loaded then
    require("lib_terminal").write(2, message .. "\n")
    return require("base.exit_code").USAGE
  end
  local job = jobs.file(args[1], loaded)
  job.name = loaded.name
  return require("run.lifecycle").run(job, options, stand_in)
end
