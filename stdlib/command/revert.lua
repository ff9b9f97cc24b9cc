-- `revert`: stock kernel and full security, or the best rung that can be had.
-- Must not hold logic: see jobs and work.

return function(_, options, stand_in)
  return require("run.lifecycle").run(require("command.operations").revert(), options, stand_in)
end
