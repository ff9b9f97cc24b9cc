-- `resume`: goes on with the open run, forward or back, whichever way it was going.
-- Must not hold logic: see jobs and work.

return function(_, options, stand_in)
  return require("run.lifecycle").run(require("command.operations").resume(), options, stand_in)
end
