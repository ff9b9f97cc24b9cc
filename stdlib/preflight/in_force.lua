-- Is the raised limit in force in the macOS that runs? The checks of `verify`, and what else has to be known there.
-- Must not take the boot arguments in NVRAM for those in force.
--
-- known.facts: what mac.running.gather answers; known.words: the boot arguments that were asked for.

local boot_args = require "mac.boot_args"
local policy = require "mac.policy"
local result = require "preflight.result"
local running = require "mac.running"
local sysctl = require "tool.sysctl"

local ok, bad, unknown = result.ok, result.bad, result.unknown
local APPLY = "run apply, restart cleanly, and verify again"

local checks = {}

function checks.environment(target)
  if target.booted == "macos" then return ok "macOS is running" end
  if target.booted == "recovery" then return bad("a recovery is running", "restart into macOS and run this there") end
  return unknown(target.problems.booted or "which system is running cannot be told", "restart into macOS and run this there")
end

function checks.policy(target)
  local p = target.policy
  if not p then return unknown(target.problems.policy or "the policy cannot be read", "put sudo before the command") end
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

checks["boot-args"] = function(_, _, known)
  local in_force, message = sysctl.read "kern.bootargs"
  if not in_force then return unknown(message, "sysctl kern.bootargs") end
  if boot_args.has(in_force, known.words) then return ok("in force: " .. in_force) end
  return bad(("in force: %s; wanted among them: %s"):format(in_force == "" and "(none)" or in_force, table.concat(known.words, " ")), APPLY)
end

-- The quota is in no sysctl: what the kernel was told is in its boot arguments (reference §8.2).
function checks.quota(_, _, known)
  local in_force, base = sysctl.read "kern.bootargs", known.facts.base_quota
  local value = in_force and boot_args.quota(in_force)
  if not value then return bad("the kernel was told no quota", APPLY) end
  if value < 1 or value > boot_args.MOST_GUESTS then
    return bad(("the kernel was told %d"):format(value), "run apply with --quota")
  end
  return ok(("up to %d macOS guests%s"):format(value, base and ("; without it %d"):format(base) or ""))
end

function checks.collection(target, _, known)
  local outdated = running.outdated(target, known.facts)
  if outdated then return bad(outdated, running.REVERT_FIRST) end
  if not known.facts.collection_build then return ok "no checksum file says for which build the collection was made" end
  return ok("made for this build, " .. known.facts.collection_build)
end

function checks.update(_, _, known)
  local words = running.update_words(known.facts)
  if words then return bad(words, running.REVERT_FIRST) end
  if known.facts.update_problem then return unknown(known.facts.update_problem, "look into System Settings, Software Update") end
  return ok "no update is waiting"
end

function checks.guests(_, _, known)
  if not known.facts.guests then return unknown(known.facts.guests_problem, "look into Activity Monitor") end
  local count = known.facts.guests
  return ok(("%s virtual machine%s now; guests of every kind are counted here"):format(count == 0 and "no" or count,
    count > 1 and "s run" or " runs"))
end

function checks.management(_, _, known)
  local enrolled = known.facts.enrolled
  if enrolled == nil then return unknown("whether this Mac is managed cannot be read", "profiles status -type enrollment") end
  if enrolled then return bad("this Mac is managed", "ask whoever manages it: a lowered policy is seen and may not be allowed") end
  return ok "this Mac is not managed"
end

return checks
