-- `doctor`: every precondition of apply, with the cure in words.
-- Must not change anything.

local boot_args = require "mac.boot_args"
local ending = require "run.ending"
local exit_code = require "base.exit_code"
local lifecycle = require "run.lifecycle"
local preflight = require "preflight.run"

local doctor = {}

function doctor.run(_, options)
  return lifecycle.look(options, "doctor", function(invocation, target)
    invocation.view.start(nil)
    local names, place = require("command.apply").preconditions(target)
    local asked = { options = options, where = place, uid = invocation.uid, words = boot_args.raising(options.quota, options.boot_arg),
      journal = lifecycle.journal(target, options) }
    if preflight.run(names, target, asked, nil, invocation.view.emit) then
      return ending.new("done", exit_code.OK, "Everything that apply needs here is right.")
    end
    return ending.new("precondition", exit_code.PRECONDITION, "Mend what reads bad or unknown, then run doctor again.")
  end)
end

return doctor
