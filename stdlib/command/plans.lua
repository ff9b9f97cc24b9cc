-- `plans`: the plans inside the program, a line each; and the page that tells one of them.
-- Must not hold a list: what there is is found.

local inside = require "command.inside"
local keys = require "base.keys"
local param = require "plan.param"
local text = require "base.text"

local plans = {}

-- The plan of an operation, as far as it can be read without a Mac.
local function loaded(name) return assert(inside.find(name).load()) end

function plans.run(_, options)
  local names, lines, width = inside.names(), {}, 0
  for _, name in ipairs(names) do width = math.max(width, #name) end
  for index, name in ipairs(names) do
    local lead = text.pad(name, width) .. "  "
    lines[index] = text.wrap(loaded(name).summary, math.min(text.columns(), 80), (" "):rep(#lead), lead)
  end
  lines[#lines + 1] = "\n" .. text.wrap("`vmq-recovery help plans NAME` tells a plan's steps and parameters, `vmq-recovery rehearse NAME` "
    .. "plays it.", math.min(text.columns(), 80))
  require("screen.pager").show(table.concat(lines, "\n") .. "\n", options)
  return require("base.exit_code").OK
end

-- Those that say what they are for; the others the plan is told of the Mac.
local function parameters(plan)
  local list = {}
  for _, name in ipairs(keys.sorted(plan.params)) do
    local one = plan.params[name]
    local says = one.bounds and one.bounds.says
    if says then list[#list + 1] = { name, ("%s. %s."):format(text.capitalized(says), text.capitalized(param.describe(one))) } end
  end
  return list
end

--- The page of a plan inside: what it does, its steps, its parameters.
-- @param name string
-- @return page (see manual.page), or nil
function plans.page(name)
  if not inside.find(name) then return nil end
  local plan, steps = loaded(name), {}
  for index, step in ipairs(plan.steps) do steps[index] = { step.name, ("%s Where: %s."):format(step.why, step.where) } end
  local blocks = { { heading = "Steps" }, { list = steps } }
  local given = parameters(plan)
  if #given > 0 then
    table.move({ { heading = "Parameters (--set NAME=VALUE)" }, { list = given } }, 1, 2, #blocks + 1, blocks)
  end
  blocks[#blocks + 1] = ("`vmq-recovery plan %s` shows what it would do on this Mac, `vmq-recovery rehearse %s` plays it on a simulated "
    .. "one, `vmq-recovery source %s` prints it."):format(name, name, name)
  return { name = name, summary = plan.summary, blocks = blocks }
end

return plans
