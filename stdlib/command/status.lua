-- `status`: what this Mac is and runs now, and where the journal stands.
-- Must not change anything, and must not need anything to be right.

local exit_code = require "exit_code"
local policy = require "policy"
local work = require "work"

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
  if status.boot_args_in_force then rows[#rows + 1] = { "in force", status.boot_args_in_force } end
  if status.quota then rows[#rows + 1] = { "quota", ("%d macOS guests"):format(status.quota) } end
  rows[#rows + 1] = { "journal", known(journal_words) }
  for _, row in ipairs(status.unknown_rows or {}) do rows[#rows + 1] = { "unknown row", row } end
  return rows
end

return function(_, options, stand_in)
  local session, code = work.open(options, "status", stand_in)
  if not session then return code end
  session.view.start(nil)
  local status, journal_words = require("status_facts").gather(session)
  session.view.emit(status)
  session.view.emit { type = "note", title = "Status", rows = rows_of(session, status, journal_words) }
  return work.finish(session, "done", exit_code.OK)
end
