-- `verify`: the last phase's checks alone, each ok, bad or unknown.
-- Must not change anything.

local boot_args = require "mac.boot_args"
local exit_code = require "base.exit_code"
local macos_facts = require "mac.running"
local policy = require "mac.policy"
local runs = require "run.journals"
local session_module = require "run.session"
local sysctl = require "tool.sysctl"
local verdict = require "preflight.result"
local work = require "run.lifecycle"

local ok, bad, unknown = verdict.ok, verdict.bad, verdict.unknown
local APPLY = "run apply, restart cleanly, and verify again"

local checks = {}

function checks.environment(s)
  if s.booted == "macos" then return ok "macOS is running" end
  if s.booted == "recovery" then return bad("a recovery is running", "restart into macOS and run this there") end
  return unknown(s.problems.booted or "which system is running cannot be told", "restart into macOS and run this there")
end

function checks.policy(s)
  if not s.policy then return unknown(s.problems.policy or "the policy cannot be read", "put sudo before the command") end
  local p = s.policy
  local raised = policy.sip_is_off(p) and p.boot_args_filter == "off" and p.coih ~= "absent"
  if raised then return ok(policy.describe(p)) end
  return bad(policy.describe(p), "run apply in the target's own recovery")
end

local function read_as(name, wanted, good, cure)
  local value, message = sysctl.read(name)
  if not value then return unknown(message, "sysctl " .. name) end
  if value == wanted then return ok(good) end
  return bad(("%s is %s, not %s"):format(name, value, wanted), cure)
end

function checks.kernel()
  return read_as("kern.osbuildconfig", "development", "the development kernel runs", APPLY)
end

function checks.hypervisor()
  return read_as("kern.hv_support", "1", "virtual machines can run",
    "the development kernel wants hypervisor=0x1 in boot-args: run apply, then restart cleanly")
end

checks["boot-args"] = function(s)
  local in_force, message = sysctl.read "kern.bootargs"
  if not in_force then return unknown(message, "sysctl kern.bootargs") end
  if boot_args.has(in_force, s.words) then return ok("in force: " .. in_force) end
  return bad(("in force: \"%s\"; wanted among them: %s"):format(in_force, table.concat(s.words, " ")), APPLY)
end

-- The quota is in no sysctl: what the kernel was told is in its boot arguments (reference §8.2).
function checks.quota(s)
  local in_force = sysctl.read "kern.bootargs"
  local value = in_force and require("run.status").quota_in(in_force)
  if not value then return bad("the kernel was told no quota", APPLY) end
  if value < 1 or value > 0x7FFFFFFF then return bad(("the kernel was told %d"):format(value), "run apply with --quota") end
  return ok(("up to %d macOS guests%s"):format(value, s.facts.base_quota and ("; without it %d"):format(s.facts.base_quota) or ""))
end

function checks.collection(s)
  local outdated = macos_facts.outdated(s, s.facts)
  if outdated then return bad(outdated, macos_facts.REVERT_FIRST) end
  if not s.facts.collection_build then return ok "no manifest says for which build the collection was made" end
  return ok("made for this build, " .. s.facts.collection_build)
end

function checks.update(s)
  local words = macos_facts.update_words(s.facts)
  if words then return bad(words, macos_facts.REVERT_FIRST) end
  if s.facts.update_problem then return unknown(s.facts.update_problem, "look into System Settings, Software Update") end
  return ok "no update is waiting"
end

function checks.guests(s)
  if not s.facts.guests then return unknown(s.facts.guests_problem, "look into Activity Monitor") end
  return ok(("%d virtual machines run now, Linux among them"):format(s.facts.guests))
end

function checks.management(s)
  if s.facts.enrolled == nil then return unknown("whether this Mac is managed cannot be read", "profiles status -type enrollment") end
  if s.facts.enrolled then return bad("this Mac is managed", "ask whoever manages it: a lowered policy is seen and may not be allowed") end
  return ok "this Mac is not managed"
end

-- The last phase's own, then what only has to be known.
local NEEDED = { "environment", "policy", "kernel", "boot-args", "hypervisor", "quota", "collection" }
local ADVISORY = { "update", "guests", "management" }

-- The words of the last apply: it may have been run with --quota and --boot-arg.
local function use_recorded_words(s)
  local directory = session_module.journal_directory(s)
  local run = directory and runs.latest(directory)
  if run and run.start.plan == "apply" and run.start.words and not s.options.quota then s.words = run.start.words end
end

local function run_checks(s, names)
  local fine = true
  for _, name in ipairs(names) do
    local row = checks[name](s)
    row.type, row.check = "preflight", name
    s.view.emit(row)
    fine = fine and row.verdict == "ok"
  end
  return fine
end

return function(_, options, stand_in)
  local session, code = work.open(options, "verify", stand_in)
  if not session then return code end
  session.view.start(nil)
  use_recorded_words(session)
  if session.booted ~= "macos" then
    run_checks(session, { "environment" })
    return work.stop(session, "precondition", exit_code.PRECONDITION, "Only macOS can tell whether the raised limit is in force.")
  end
  session.facts = macos_facts.gather(session)
  local fine = run_checks(session, NEEDED)
  local quiet = run_checks(session, ADVISORY)
  if not fine then
    return work.stop(session, "precondition", exit_code.PRECONDITION, "The raised limit is not in force as it should be: see above.")
  end
  return work.stop(session, "done", exit_code.OK, quiet and "Everything is in force."
    or "Everything is in force. What reads bad or unknown above is for you to know; it changes nothing today.")
end
