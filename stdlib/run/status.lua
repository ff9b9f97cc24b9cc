-- Gathers what `status` shows: environment, policy, kernel, boot arguments, journal.
-- Must not change anything, and must not need anything to be right.

local nvram = require "tool.nvram"
local policy = require "mac.policy"
local runs = require "run.journals"
local session_module = require "run.session"
local sysctl = require "tool.sysctl"

local status_facts = {}

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
function status_facts.quota_in(bootargs)
  local value = bootargs and bootargs:match("hv_apple_isa_vm_quota=(%w+)")
  return value and math.tointeger(tonumber(value))
end

--- @param session after session.look
-- @return the status event, and the journal's state in words
function status_facts.gather(session)
  local kernel = sysctl.kernel()
  local in_force = session.booted == "macos" and sysctl.read "kern.bootargs" or nil
  local journal, journal_words = journal_state(session)
  local status = {
    type = "status", environment = session.environment or session.booted, group = session.group and session.group.group,
    volume = session.group and session.group.name, build = session.group and session.group.build,
    policy = session.policy and policy.summary(session.policy), policy_problem = session.problems.policy,
    unknown_rows = session.policy and session.policy.unknown,
    kernel = kernel and { chip = kernel.chip, kind = kernel.kind, xnu = kernel.xnu },
    sip = session.policy and session.policy.sip,
    boot_args = nvram.get "boot-args", boot_args_in_force = in_force, quota = status_facts.quota_in(in_force),
    hypervisor = session.booted == "macos" and sysctl.read "kern.hv_support" or nil, journal = journal or require("base.json").null,
  }
  if session.booted == "macos" then
    session.facts = require("mac.running").gather(session)
    for name, value in pairs(session.facts) do status[name] = value end
  end
  return status, journal_words
end

return status_facts
