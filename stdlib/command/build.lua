-- `build`: the development kernel collection from the matching kit.
-- Must not hold logic: see job.build and work.

return function(_, options, stand_in)
  return require("run.lifecycle").run(require("command.build_operation")(), options, stand_in)
end
