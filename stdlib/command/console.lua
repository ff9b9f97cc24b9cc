-- `console`: a Lua prompt with the library, in front of this Mac. It looks; it does not act.

local ending = require "run.ending"
local exit_code = require "base.exit_code"
local lifecycle = require "run.lifecycle"

local console = {}

function console.run(_, options)
  return lifecycle.look(options, "console", function(invocation, target)
    invocation.view.start(nil)
    require("run.console").run(invocation.view, target, options, "Leave: Ctrl-D.")
    return ending.new("done", exit_code.OK)
  end)
end

return console
