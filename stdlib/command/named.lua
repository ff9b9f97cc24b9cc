-- What the operations of the plans inside the program have in common.
-- Must not hold anything of one plan: its own module of this room does.

local journals = require "run.journals"
local operation = require "command.operation"
local outcome = require "screen.outcome"
local overview = require "screen.overview"
local text = require "base.text"

local named = {}

local IN_RECOVERY = { "root", "program", "platform", "tools", "macos/volume", "policy", "environment", "journal", "owners" }
local IN_MACOS = { "root", "program", "platform", "tools", "macos/volume", "policy", "environment", "journal" }

local function preflight(target, rows, run)
  if overview.left_in_recovery(rows) and not (run and target.environment == "macos") then return IN_RECOVERY, "paired-recovery" end
  return IN_MACOS, "any"
end

local function squeezed(words) return (words:gsub(" +", " "):gsub("^ ", ""):gsub(" $", "")) end

-- Were other parameters given than the open run was begun with?
local function differs(options, run)
  local params = run.start.params or {}
  for _, pair in ipairs(options.set or {}) do
    local name, value = pair:match("^([^=]+)=(.*)$")
    if params[name] ~= nil and squeezed(value) ~= squeezed(tostring(params[name])) then
      return { ("The open run was begun with %s=%s."):format(name, text.quote(tostring(params[name]))),
        "Finish it first (without --set), or undo it with `vmq-recovery rollback`." }
    end
  end
end

--- What the first screen says of a plan that makes the policy Permissive.
function named.permissive_summary(case)
  return overview.policy_summary(case, { overview.STOPS }, "rollback")
end

--- What such a plan says when it is done.
-- @param sentence string: what is so now
function named.permissive_words(sentence)
  return { done = function(case) return { sentence, "Before a macOS update:", outcome.here(case, "revert") } end }
end

--- What to type first where a run of ours, or somebody else, has set what a policy made anew would drop.
-- @param target see mac.target.look
-- @param earlier see command.operation, context
function named.first(target, earlier)
  local run = journals.newest_standing(earlier(), target.group.group)
  return run and ("`vmq-recovery rollback` (of run %d, %s)"):format(run.number, run.start.plan) or "`vmq-recovery revert`"
end

--- Makes the operation of a plan inside.
-- @param name string: the plan's
-- @param more table: fields of command.operation that are its own
function named.make(name, more)
  local record = { name = name, command = "run", again = "run " .. name, preflight = preflight, differs = differs, question = "name",
    overview = overview.of_policy_work,
    summary = function(case) return overview.policy_summary(case, {}, "rollback") end }
  for field, value in pairs(more or {}) do record[field] = value end
  return operation.new(record)
end

return named
