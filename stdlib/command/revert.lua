-- `revert`: Apple's kernel and full security, or the best rung that can be had. Everything that is particular to it stands here and
-- in scripts/revert.lua.

local again = require "run.again"
local boot_args = require "mac.boot_args"
local journals = require "run.journals"
local lifecycle = require "run.lifecycle"
local operation = require "command.operation"
local outcome = require "screen.outcome"
local overview = require "screen.overview"
local policy = require "mac.policy"
local run_state = require "engine.run_state"

local revert = {}

local PRECONDITIONS = { "root", "program", "platform", "tools", "named/volume", "policy", "environment", "without/boot-args", "network" }

-- Adds words whose key is not among them yet.
local function add_words(words, more)
  local known = {}
  for _, word in ipairs(words) do known[boot_args.key(word)] = true end
  for _, word in ipairs(more or {}) do
    if not known[boot_args.key(word)] then words[#words + 1] = word end
  end
end

-- The runs of the plans inside on this volume group that set boot arguments, since the last revert that finished, latest first.
local function runs_with_words(target, earlier)
  local found, group = {}, target.group and target.group.group
  for run in earlier() do
    local ours = run.start and run.start.group == group
    if ours and run_state.is_of(run, "revert") and run.closed then break end
    if ours and not run_state.is_of(run, "revert") and run.start.words and not run.start.plan_file then found[#found + 1] = run end
  end
  return found
end

-- What is taken out of boot-args: every word that any run since the last revert put in; and what is put back: what stood there
-- before the first of them. A later run's own baseline holds our words already.
local function context(target, options, run, earlier)
  local words, recorded = { table.unpack(run and run.start.words or boot_args.raising(options.quota, options.boot_arg)) }, nil
  for _, before in ipairs(runs_with_words(target, earlier)) do
    add_words(words, before.start.words)
    recorded = before.start.baseline and before.start.baseline.boot_args or recorded
  end
  return { words = words, baseline_boot_args = recorded,
    standing = journals.newest_standing(earlier(), target.group and target.group.group) }
end

-- The run that brought the Mac to where it is, done over.
local function way_back(case)
  local run = case.context.standing
  return again.row(case.target, run and not run_state.is_of(run, "revert") and run or nil)
end

local function notes(case, steps)
  local list = overview.of_going_back(case, steps, way_back(case)[2])
  local warning = case.target.policy and policy.seal_warning(case.target.policy)
  if warning then table.insert(list, 2, { title = "Look at this first", lines = { warning } }) end
  return list
end

local function summary(case)
  local warning = case.target.policy and policy.seal_warning(case.target.policy)
  local rows = { { "Network", "full security needs it; without it a lower level is used" } }
  if warning then table.insert(rows, 1, { "Look at this", warning }) end
  rows[#rows + 1] = way_back(case)
  return rows
end

local words = {}

function words.done()
  return outcome.add_restart { "Done: full security and Apple's kernel, read back. They take effect at the next start." }
end

function words.lower(case, final)
  local lines = { "Reverted, but not to full security: " .. final.leaves .. "." }
  outcome.add_refusals(lines, "Not possible: ", final.refused)
  outcome.add_later(lines, case, { final.refused or {} })
  return lines
end

function revert.operation()
  return operation.new { name = "revert", command = "revert", supersedes = true, context = context, overview = notes,
    summary = summary, question = "name", words = words, preflight = function() return PRECONDITIONS, "any" end,
    no_way_back = "The last run was a revert: there is no way back from it but apply." }
end

function revert.run(_, options) return lifecycle.run(revert.operation(), options) end

return revert
