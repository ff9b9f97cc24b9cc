-- `check FILE`: loads and validates a plan.
-- Must not run any of its steps.

return function(args, options)
  local loaded, message = require("command.operations").load_file(args[1])
  local terminal, exit_code = require "lib_terminal", require "base.exit_code"
  if not loaded then
    terminal.write(2, message .. "\n")
    return exit_code.USAGE
  end
  if not options.quiet then
    terminal.write(1, ("%s: plan %s is well-formed: %d steps.\n"):format(args[1], loaded.name, #loaded.steps))
    for _, line in ipairs(require("command.operations").readers(loaded)) do terminal.write(1, line .. "\n") end
  end
  return exit_code.OK
end
