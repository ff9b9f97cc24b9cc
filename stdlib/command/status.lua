-- `status`: what this Mac is and runs now, and where the journal stands.
-- Must not change anything, and must not need anything to be right.

local exit_code = require "base.exit_code"
local macos_facts = require "mac.running"
local policy = require "mac.policy"
local work = require "run.lifecycle"

local function rows_of(session, status, journal_words)
  local function known(value, otherwise) return value or otherwise or "cannot be read" end
  local target = status.group and ("%s (%s), build %s"):format(known(status.volume), status.group, known(status.build))
  local kernel = status.kernel and ("%s, %s, xnu-%s"):format(status.kernel.kind, status.kernel.chip, status.kernel.xnu)
  local rows = {
    { "system", known(session.environment_words, session.problems.booted or session.booted) },
    { "target", known(target, session.problems.group) },
    { "policy", status.policy and policy.describe(status.policy) or known(status.policy_problem) },
    { "kernel", known(kernel) },
    { "boot-args", known(status.boot_args == "" and "(empty)" or status.boot_args) },
  }
  local in_force = status.boot_args_in_force
  if in_force then rows[#rows + 1] = { "in force", in_force == "" and "(empty)" or in_force } end
  if status.quota then rows[#rows + 1] = { "quota", ("%d macOS guests"):format(status.quota) } end
  rows[#rows + 1] = { "journal", known(journal_words) }
  if session.facts then table.move(macos_facts.rows(session.facts), 1, 5, #rows + 1, rows) end
  for _, row in ipairs(status.unknown_rows or {}) do rows[#rows + 1] = { "unknown row", row } end
  return rows
end

-- What a person who raised the limit must know: an update that waits, a collection that no longer matches.
local function warnings_of(session)
  local facts, lines = session.facts, {}
  if not facts or not session.policy or session.policy.coih == "absent" then return lines end
  lines[1] = macos_facts.outdated(session, facts)
  lines[#lines + 1] = macos_facts.update_words(facts)
  if #lines > 0 then
    lines[#lines + 1] = macos_facts.REVERT_FIRST .. ":"
    lines[#lines + 1] = { command = require("screen.outcome").command(session, "macos", "revert") }
  end
  return lines
end

return function(_, options, stand_in)
  local session, code = work.open(options, "status", stand_in)
  if not session then return code end
  session.view.start(nil)
  local status, journal_words = require("run.status").gather(session)
  session.view.emit(status)
  session.view.emit { type = "note", title = "Status", rows = rows_of(session, status, journal_words) }
  local warnings = warnings_of(session)
  if #warnings > 0 then session.view.emit { type = "note", title = "Before you go on", lines = warnings } end
  return work.finish(session, "done", exit_code.OK)
end
