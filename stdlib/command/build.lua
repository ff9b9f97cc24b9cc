-- `build`: the development kernel collection from the matching kit.
-- Must not hold logic: see job.build and work.

return function(_, options, stand_in)
  return require("work").run(require("job.build")(), options, stand_in)
end
