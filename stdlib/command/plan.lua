-- `plan [apply|revert|FILE]`: what would run, each step's verdict now and its way back.
-- Must not change anything, and takes no lock.

local engine = require "engine.run"
local exit_code = require "base.exit_code"
local jobs = require "command.operations"
local overview = require "screen.overview"
local plan_module = require "plan.load"
local run_state = require "engine.run_state"
local runs = require "run.journals"
local session_module = require "run.session"
local work = require "run.lifecycle"

local function latest_run(session)
  local directory = session_module.journal_directory(session)
  return directory and runs.latest(directory) or nil
end

local function has_changes(steps)
  for _, step in ipairs(steps) do
    if step.verdict ~= "done" then return true end
  end
  return false
end

local function given_params(session)
  local given = session_module.context(session)
  for _, pair in ipairs(session.options.set or {}) do
    local name, value = pair:match("^([^=]+)=(.*)$")
    if name then given[name] = value end
  end
  return given
end

return function(args, options, stand_in)
  local session, code = work.open(options, "plan", stand_in)
  if not session then return code end
  session.view.start(nil)
  local job = jobs.named(args[1])
  local plan, message = job.load(session)
  if not plan then return work.stop(session, "usage", exit_code.USAGE, message) end
  if not session.group then return work.stop(session, "precondition", exit_code.PRECONDITION, session.problems.group) end
  local run = latest_run(session)
  job.prepare(session, session_module.journal_directory(session))
  local params, why = plan_module.fill(plan, given_params(session))
  if not params then return work.stop(session, "usage", exit_code.USAGE, why) end
  local context = session_module.context(session, params)
  for name, value in pairs(job.context or {}) do context[name] = value end
  local current = run and not run.closed and run.start.plan == plan.name and run or run_state.new()
  context.baseline = current.start and current.start.baseline
  local steps = overview.steps(engine.survey(plan, current, context), context)
  session.view.emit { type = "plan", steps = steps }
  if run and run_state.is_open(run) then
    session.view.emit { type = "note", lines = { ("Run %d (%s) is open: `vmq-recovery resume` goes on with it."):format(
      run.number, run.start.plan) } }
  end
  session.view.emit { type = "note", title = ("Plan %s for %s"):format(plan.name, session.group.name or session.group.group),
    lines = overview.plan_lines(steps) }
  local changes = has_changes(steps)
  return work.finish(session, changes and "changes" or "done",
    changes and options.detailed_exitcode and exit_code.CHANGES or exit_code.OK)
end
