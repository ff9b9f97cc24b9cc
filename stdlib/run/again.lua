-- What is typed to do a run over: after it failed, and as the way back to what it had made of the Mac.
-- Must not look at the Mac: the run's first record says where it was begun, and with what.

local boot_args = require "mac.boot_args"
local outcome = require "screen.outcome"
local plans = require "run.plans"
local text = require "base.text"

local again = {}

-- What was given with --set, as far as it is not the default.
local function sets(plan, params)
  local words, names = "", {}
  for name in pairs(plan.params) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    local one, value = plan.params[name], (params or {})[name]
    local is_given = (one.bounds or {}).says and value ~= nil and tostring(value) ~= tostring(one.default)
    if is_given then words = ("%s --set %s"):format(words, text.quote(("%s=%s"):format(name, value))) end
  end
  return words
end

-- What was given with --quota and --boot-arg.
local function raising(words)
  local usual, quota, options = boot_args.raising(), boot_args.quota(table.concat(words, " ")), ""
  if quota and quota ~= boot_args.quota(usual[3]) then options = (" --quota %d"):format(quota) end
  for index = #usual + 1, #words do options = ("%s --boot-arg %s"):format(options, text.quote(words[index])) end
  return options
end

-- The command, without what was given for it.
local function command_of(start, stepwise)
  local file, name = start.plan_file, start.plan
  if stepwise then return "step " .. text.quote(file or name) end
  if not file and (name == "apply" or name == "revert") then return name end
  return "run " .. text.quote(file or name)
end

local function words_of(start, plan, stepwise)
  if start.command == "trial" then return "trial --with-changes" end
  local command = command_of(start, stepwise)
  if start.plan == "apply" and not start.plan_file then return command .. raising(start.words or {}) end
  plan = plan or not start.plan_file and plans.embedded(start.plan) or nil
  return command .. (plan and sets(plan, start.params) or "")
end

--- What is to be typed after the program's name.
-- @param start a run's first record, see engine.run_state
-- @param plan the run's, where it is at hand. A file is not loaded for this: what --set gave for it is then left out
function again.words(start, plan) return words_of(start, plan, start.command == "step") end

--- The row of the first screen: the run done over in one go, however it was done.
-- @param target see mac.target.look
-- @param run see engine.run_state; nil where none is known
function again.row(target, run)
  if not run then return { "Way back", "cannot be named: no run on record made this Mac as it is now" } end
  local here = target.environment == "macos" and "macos" or "recovery"
  local there = run.start.environment == "macos" and "macos" or "recovery"
  local line = outcome.type_this(target, there, words_of(run.start)).command
  return { "Way back", here == there and line or ("in %s: %s"):format(there == "macos" and "macOS" or there, line) }
end

return again
