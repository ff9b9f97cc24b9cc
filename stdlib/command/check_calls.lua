-- Calls a plan's functions once, in front of a simulated Mac in a scratch folder: what `check` does besides reading the plan.
-- Must not start anything on this Mac, and must not change the simulated one but by a restart into macOS.

local answer = require "plan.answer"
local context_module = require "run.context"
local guarded = require "plan.guarded"
local invocation_module = require "run.invocation"
local nvram = require "tool.nvram"
local overview = require "screen.overview"
local place = require "plan.place"
local plans = require "run.plans"
local state = require "mac.state"

local check_calls = {}

local function nothing() end
local VIEW = { start = nothing, emit = nothing, after_tool = nothing, text = nothing, raw_text = nothing }

-- What a plan's functions are told, in front of the simulated Mac as it is now. @return nil and a sentence where that is not known
local function context_of(self)
  local target = invocation_module.look(self.invocation)
  local params, why = context_module.params(self.plan, target, self.options, {})
  if not params then return nil, why end
  local more = self.operation.context and self.operation.context(target, self.options, nil, function() return nothing end, params)
  local c = context_module.new(target, self.options, {}, params, more)
  c.baseline = state.of(target.policy, (nvram.get "boot-args"))
  return self.operation.file and context_module.strict(c) or c
end

-- @return what is wrong with a step, or nil
local function fault_of(step, c, row, first)
  if row.mistake then return row.mistake end
  local later = row ~= first
  return answer.commands_fault(step, c, row.seen, later) or answer.way_back_fault(step, c, row.seen, later)
    or answer.words_fault(step, c, row.seen)
end

local function row_of(step, c)
  local verdict, seen = answer.verdict(step, c)
  return { step = step, verdict = verdict or "unknown", seen = verdict and seen, mistake = not verdict and seen or nil }
end

-- Goes through the steps that belong here. @return what is wrong, or nil
local function go_through(self, c, steps)
  local rows = {}
  for number, step in ipairs(steps) do
    local row = row_of(step, c)
    rows[number] = row
    if row.seen and row.seen.withheld then
      self.not_tried[#self.not_tried + 1] = ("not tried: step %s: %s"):format(step.name, row.seen.error)
    end
    local fault = fault_of(step, c, row, overview.first_todo(rows))
    if fault then return fault end
  end
end

-- The steps for the system that runs, and the others.
local function sorted(plan, environment)
  local here, elsewhere = {}, {}
  for _, step in ipairs(plan.steps) do
    table.insert(place.fits(step.where, environment) and here or elsewhere, step)
  end
  return here, elsewhere
end

-- Whatever it refuses on that Mac, it has to say so without a mistake.
local function refuse_fault(plan, c)
  if not plan.refuse then return nil end
  local sound, why = guarded.call("plan " .. plan.name, plan.refuse, c)
  return not sound and why or nil
end

local function call_all(self, directory)
  local c, why = context_of(self)
  if not c then
    self.not_tried[1] = "not tried: " .. why
    return nil
  end
  local wrong = refuse_fault(self.plan, c)
  if wrong then return wrong end
  local here, elsewhere = sorted(self.plan, c.environment)
  local fault = go_through(self, c, here)
  if fault or #elsewhere == 0 then return fault end
  require("sim.restart").restart(directory, require("sim.state_file").load(directory), { clean = true, into = "macos" })
  return go_through(self, assert(context_of(self)), elsewhere)
end

--- Calls the functions of a plan.
-- @param operation its operation
-- @param plan as it was loaded
-- @param options the command line's
-- @return what is wrong with it, or nil; and what could not be tried: array of lines
function check_calls.run(operation, plan, options)
  local files = require "lib_file"
  local directory = assert(files.make_scratch())
  assert(require("sim.scratch").make(directory, assert(require("sim.mac").new())))
  invocation_module.rehearse { view = VIEW, uid = 0, on_data = true }
  local self = { operation = operation, plan = plan, options = { set = options.set }, not_tried = {},
    invocation = assert(invocation_module.open({ root = directory, dry_run = true }, "check", true)) }
  local declared, fault = plans.declare_tools(plan)
  if declared then fault = call_all(self, directory) end
  files.remove_tree(directory)
  return fault, self.not_tried
end

return check_calls
