-- `apply`: brings the Mac to the raised limit; run again, it goes on.
-- Must not hold logic: see jobs and work.

return function(_, options, stand_in)
  return require("run.lifecycle").run(require("command.operations").apply(), options, stand_in)
end
