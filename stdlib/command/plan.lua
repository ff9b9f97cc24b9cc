-- `plan [apply|revert|NAME|FILE]`: what would run, each step's verdict now and its way back.
-- Must not change anything, and takes no lock.

local complain = require "screen.complain"
local ending = require "run.ending"
local exit_code = require "base.exit_code"
local find = require "command.find"
local lifecycle = require "run.lifecycle"
local overview = require "screen.overview"

local plan = {}

-- Is a change of the policy left to do? Only that can take away what cannot be put back.
local function changes_policy(rows)
  for _, row in ipairs(rows) do
    if row.verdict ~= "done" and row.step.part == "policy" then return true end
  end
  return false
end

local function show(view, case, rows, steps, open)
  local group, notes = case.target.group, {}
  view.emit { type = "plan", steps = steps }
  if open then
    notes[1] = { lines = { ("Run %d (%s) is open: `vmq-recovery resume` continues it."):format(open.number, open.start.plan) } }
  end
  notes[#notes + 1] = overview.policy(case.target)
  if case.target.policy and changes_policy(rows) then notes[#notes + 1] = overview.unrestorable(case.target) end
  notes[#notes + 1] = { title = ("Plan %s for %s"):format(case.plan_name, group.name or group.group), lines = overview.plan_lines(steps) }
  view.paged(function() overview.tell(view.emit, notes) end)
end

-- macOS and its recovery both have this tool.
local A_MACS_TOOL = "/usr/sbin/diskutil"

-- A plan can be written on another computer: it is shown for a simulated Mac there. Never on a Mac, nor for one that is named by --root.
local function is_for_a_simulated_mac(args, options)
  return args[1] ~= nil and not options.root and not require("lib_file").stat(A_MACS_TOOL)
end

-- A plan that is wrong is told of before a Mac is simulated for it.
local function show_simulated(operation, args, options)
  local loaded, why = operation.load()
  if not loaded then return complain.usage(why) end
  local line = "This computer is no Mac: the plan is shown for a simulated one."
  require("lib_terminal").write(options.json and 2 or 1, line .. "\n")
  return require("command.rehearse").run({ "plan", args[1] }, options)
end

function plan.run(args, options)
  local operation, message = find.named(args[1])
  if not operation then return complain.usage(message) end
  if is_for_a_simulated_mac(args, options) then return show_simulated(operation, args, options) end
  return lifecycle.look(options, "plan", function(invocation, target)
    invocation.view.start(nil)
    local case, rows, open = lifecycle.survey(invocation, target, operation)
    show(invocation.view, case, rows, overview.steps(rows, case.context), open)
    local changes = overview.first_todo(rows)
    return ending.new(changes and "changes" or "done",
      changes and options.detailed_exitcode and exit_code.CHANGES or exit_code.OK)
  end)
end

return plan
