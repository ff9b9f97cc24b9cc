-- What is typed to do a run over: after it failed, and as the way back to what it had made of the Mac.
-- Must not look at the Mac: the run's first record says where it was begun, and with what.

local boot_args = require "mac.boot_args"
local outcome = require "screen.outcome"
local text = require "base.text"

local again = {}

-- What was given with --set and --kc.
local function given(start)
  local words = ""
  for _, pair in ipairs(start.set or {}) do words = ("%s --set %s"):format(words, text.quote(pair)) end
  return start.kc and ("%s --kc %s"):format(words, text.quote(start.kc)) or words
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

local function words_of(start, stepwise)
  if start.command == "trial" then return "trial --with-changes" end
  local words = start.plan == "apply" and not start.plan_file and raising(start.words or {}) or ""
  return command_of(start, stepwise) .. words .. given(start)
end

--- What is to be typed after the program's name.
-- @param start a run's first record, see engine.run_state
function again.words(start) return words_of(start, start.command == "step") end

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
