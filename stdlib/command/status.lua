-- `status`: what this Mac is and runs now, where the journal stands, and what to type next where a run is open.
-- Must not change anything, and must not need anything to be right but the name that --volume gives.

local chip = require "mac.chip"
local ending = require "run.ending"
local exit_code = require "base.exit_code"
local gather = require("run.status").gather
local lifecycle = require "run.lifecycle"
local outcome = require "screen.outcome"
local policy = require "mac.policy"
local run_state = require "engine.run_state"
local running = require "mac.running"
local text = require "base.text"
local what_next = require "command.what_next"

local status = {}

local function known(value, otherwise) return value or otherwise or "cannot be read" end

local function quoted(value) return value == "" and "(empty)" or value end

local function first_rows(target, event)
  local group = event.group and ("%s (%s), build %s"):format(known(event.volume), event.group, known(event.build))
  local kernel = event.kernel and ("%s, %s, xnu-%s"):format(event.kernel.kind, chip.of(target), event.kernel.xnu)
  return {
    { "system", known(target.environment_words, target.problems.booted or target.booted) },
    { "target", known(group, target.problems.group) },
    { "policy", event.policy and policy.describe(event.policy) or known(event.policy_problem) },
    { "kernel", known(kernel) },
    { "boot-args", known(quoted(event.boot_args)) },
  }
end

local function rows_of(target, event, journal_words, facts)
  local rows = first_rows(target, event)
  local function add(name, value) if value then rows[#rows + 1] = { name, value } end end
  add("virtual", running.virtual_words(target))
  add("in force", quoted(event.boot_args_in_force))
  add("quota", event.quota and ("%d macOS guests"):format(event.quota))
  add("journal", known(journal_words))
  for _, row in ipairs(facts and running.rows(facts) or {}) do add(row[1], row[2]) end
  for _, row in ipairs(event.unknown_rows or {}) do add("unknown row", row) end
  return rows
end

-- What a person who raised the limit must know: an update that waits, a collection that no longer matches.
local function warnings_of(target, facts)
  local lines = {}
  if not facts or not target.policy or target.policy.coih == "absent" then return lines end
  lines[1] = running.outdated(target, facts)
  lines[#lines + 1] = running.update_words(facts)
  if #lines > 0 then
    lines[#lines + 1] = running.REVERT_FIRST .. ":"
    lines[#lines + 1] = outcome.type_this(target, "macos", "revert")
  end
  return lines
end

-- What to type where a run is not finished. One of another system is none of this one's business.
local function next_of(run, target)
  local group = target.group and target.group.group
  local is_here = run and group and (run.start.group or group) == group
  if not is_here or not (run_state.is_open(run) or run.closed.result == "incomplete") then return nil end
  return what_next.of(run, target)
end

-- The systems that --volume can name.
local function refuse_name(target)
  local names = {}
  for index, group in ipairs(target.groups or {}) do names[index] = ("%s (%s)"):format(group.name or "?", group.group) end
  ending.refuse(text.capitalized(target.problems.group) .. ".", #names > 0
    and ("Fix: give --volume one of these names, or its UUID: %s."):format(table.concat(names, ", "))
    or "Fix: `diskutil apfs listVolumeGroups` lists the names that --volume can give.")
end

function status.run(_, options)
  return lifecycle.look(options, "status", function(invocation, target)
    local view = invocation.view
    view.start(nil)
    local event, journal_words, facts, run = gather(target, options.journal)
    view.emit(event)
    view.emit { type = "note", title = "Status", rows = rows_of(target, event, journal_words, facts) }
    local warnings = warnings_of(target, facts)
    if #warnings > 0 then view.emit { type = "note", title = "Before you go on", lines = warnings } end
    local lines = next_of(run, target)
    if lines then view.emit { type = "note", title = "What comes next", lines = lines } end
    if options.volume and not target.group then refuse_name(target) end
    return ending.new("done", exit_code.OK)
  end)
end

return status
