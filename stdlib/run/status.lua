-- Gathers what `status` shows: environment, policy, kernel, boot arguments, journal, and in macOS what runs there.
-- Must not change anything, and must not need anything to be right.

local boot_args = require "mac.boot_args"
local journals = require "run.journals"
local manifest = require "kernel.manifest"
local nvram = require "tool.nvram"
local paths = require "mac.paths"
local policy = require "mac.policy"
local running = require "mac.running"
local staging = require "kernel.staging"
local sysctl = require "tool.sysctl"

local status = {}

local function state_of(run)
  if run.closed then return run.closed.result end
  return run.direction == "back" and "going back" or run.waits_for and "waiting" or "open"
end

-- @return what the event says of the journal, or nil; the same in words; and the run
local function journal_state(target, given)
  local directory, why = journals.folder(target, given)
  if not directory then return nil, why end
  local run, message, code = journals.current(directory)
  if not run then return nil, code and message or "no runs yet" end
  local state = state_of(run)
  return { run = run.number, plan = run.start.plan, state = state, open = run.closed == nil },
    ("run %d (%s): %s"):format(run.number, run.start.plan, state), run
end

--- What is to know of the macOS that runs: see mac.running.gather. The collection's build comes from the staged manifest.
function status.facts(target)
  local path = paths.on_data(target, staging.MANIFEST)
  local stated = path and manifest.read(target.root .. path)
  return running.gather(target.root, stated and stated.build)
end

local function of_kernel(kernel) return kernel and { chip = kernel.chip, kind = kernel.kind, xnu = kernel.xnu } end

local function of_policy(event, target)
  local p = target.policy
  event.policy, event.policy_problem = p and policy.summary(p), target.problems.policy
  event.unknown_rows, event.sip = p and p.unknown, p and p.sip
end

local function of_group(event, group)
  if group then event.group, event.volume, event.build = group.group, group.name, group.build end
end

--- @param target see mac.target.look
-- @param given string or nil: what --journal says
-- @return the status event, the journal's state in words, in macOS the facts (see status.facts), and the run or nil
function status.gather(target, given)
  local in_macos = target.booted == "macos"
  local journal, journal_words, run = journal_state(target, given)
  local event = { type = "status", environment = target.environment or target.booted, kernel = of_kernel(target.kernel),
    boot_args = nvram.get "boot-args", boot_args_in_force = in_macos and sysctl.read "kern.bootargs" or nil,
    hypervisor = in_macos and sysctl.read "kern.hv_support" or nil, journal = journal or require("base.json").null }
  event.quota = boot_args.quota(event.boot_args_in_force)
  of_group(event, target.group)
  of_policy(event, target)
  local facts = in_macos and status.facts(target) or nil
  for name, value in pairs(facts or {}) do event[name] = value end
  return event, journal_words, facts, run
end

return status
