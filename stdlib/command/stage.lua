-- `stage`: program, collection and manifest onto the Data volume.
-- Must not hold logic: see job.stage and work.

return function(_, options, stand_in)
  return require("run.lifecycle").run(require("command.stage_operation")(), options, stand_in)
end
