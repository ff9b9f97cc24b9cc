-- `rollback`: undoes the open or last run, in reverse, towards the baseline it recorded.
-- Must not hold logic: see jobs and work.

return function(_, options, stand_in)
  return require("run.lifecycle").run(require("command.operations").rollback(), options, stand_in)
end
