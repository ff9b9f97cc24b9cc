-- `status`: what this Mac is and runs now, and where the journal stands.
-- Must not change anything, and must not need anything to be right.

local exit_code = require "exit_code"
local nvram = require "tool.nvram"
local policy = require "policy"
local runs = require "runs"
local session_module = require "session"
local sysctl = require "tool.sysctl"
local work = require "work"

local function journal_state(session)
  local directory = session_module.journal_directory(session)
  if not directory then return nil, "no journal folder can be reached" end
  local run, message, code = runs.latest(directory)
  if not run then return nil, code and message or "no runs yet" end
  local state = run.closed and run.closed.result or run.direction == "back" and "going back"
    or run.phase and "waiting" or "open"
  return { run = run.number, plan = run.start.plan, state = state, open = run.closed == nil },
    ("run %d (%s): %s"):format(run.number, run.start.plan, state)
end

-- The quota is in no sysctl; what the kernel was told is in its boot arguments (reference §8.2).
local function quota_in(bootargs)
  local value = bootargs and bootargs:match("hv_apple_isa_vm_quota=(%w+)")
  return value and math.tointeger(tonumber(value))
end

local function gather(session)
  local kernel = sysctl.kernel()
  local in_force = session.booted == "macos" and sysctl.read "kern.bootargs" or nil
  local journal, journal_words = journal_state(session)
  return {
    type = "status", environment = session.environment or session.booted, group = session.group and session.group.group,
    volume = session.group and session.group.name, build = session.group and session.group.build,
    policy = session.policy and policy.summary(session.policy), policy_problem = session.problems.policy,
    unknown_rows = session.policy and session.policy.unknown,
    kernel = kernel and { chip = kernel.chip, kind = kernel.kind, xnu = kernel.xnu },
    sip = session.policy and session.policy.sip,
    boot_args = nvram.get "boot-args", boot_args_in_force = in_force, quota = quota_in(in_force),
    hypervisor = session.booted == "macos" and sysctl.read "kern.hv_support" or nil, journal = journal or require("json").null,
  }, journal_words
end

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
  local status, journal_words = gather(session)
  session.view.emit(status)
  session.view.emit { type = "note", title = "Status", rows = rows_of(session, status, journal_words) }
  return work.finish(session, "done", exit_code.OK)
end
