-- `stage`: program, collection and manifest onto the Data volume.
-- Must not hold logic: see job.stage and work.

return function(_, options, stand_in)
  return require("work").run(require("job.stage")(), options, stand_in)
end
