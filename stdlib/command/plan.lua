-- `plan [apply|revert|NAME|FILE]`: what would run, each step's verdict now and its way back.
-- Must not change anything, and takes no lock.

local complain = require "screen.complain"
local ending = require "run.ending"
local exit_code = require "base.exit_code"
local find = require "command.find"
local lifecycle = require "run.lifecycle"
local overview = require "screen.overview"

local plan = {}

local function has_changes(steps)
  for _, step in ipairs(steps) do
    if step.verdict ~= "done" then return true end
  end
  return false
end

local function show(view, case, steps, open)
  local group = case.target.group
  view.emit { type = "plan", steps = steps }
  if open then
    view.emit { type = "note", lines = { ("Run %d (%s) is open: `vmq-recovery resume` goes on with it."):format(open.number,
      open.start.plan) } }
  end
  view.emit { type = "note", title = "Policy now", lines = overview.policy(case.target).lines }
  if group and case.target.policy then
    view.emit { type = "note", title = "What cannot be put back", lines = overview.unrestorable(case.target).lines }
  end
  view.emit { type = "note", title = ("Plan %s for %s"):format(case.plan_name, group.name or group.group),
    lines = overview.plan_lines(steps) }
end

function plan.run(args, options)
  local operation, message = find.named(args[1])
  if not operation then return complain.usage(message) end
  return lifecycle.look(options, "plan", function(invocation, target)
    invocation.view.start(nil)
    local case, steps, open = lifecycle.survey(invocation, target, operation)
    show(invocation.view, case, steps, open)
    local changes = has_changes(steps)
    return ending.new(changes and "changes" or "done",
      changes and options.detailed_exitcode and exit_code.CHANGES or exit_code.OK)
  end)
end

return plan
