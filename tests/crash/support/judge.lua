-- Says whether a Mac is where a finished run claims it to be: new, old, or on the named rung.
-- Must not use the program's own reading of the Mac: it looks at the simulated Mac's state itself.

local boot = require "sim.boot"
local changes = require "sim.changes"
local journals = require "run.journals"
local world_module = require "support.world"

local judge = {}

local WORDS = "kcsuffix=development hypervisor=0x1 hv_apple_isa_vm_quota=0xFF"
local FLAGS = { "mode", "coih", "sip0", "sip1", "sip2", "sip3", "smb2", "smb3", "smb4" }

local function differ(what, now, wanted)
  return ("%s is %s, not %s"):format(what, tostring(now), tostring(wanted))
end

-- Each of these returns nil when it is so, or a sentence that says what is not.

local function boot_args_are(world, wanted)
  local now = world_module.boot_args(world)
  if now ~= wanted then return differ("boot-args", "[" .. now .. "]", "[" .. wanted .. "]") end
end

local function policy_is(world, wanted)
  local now = world_module.group(world).policy
  for _, flag in ipairs(FLAGS) do
    if now[flag] ~= wanted[flag] then return differ(flag, now[flag], wanted[flag]) end
  end
end

-- The Mac must start, whatever was done to it.
local function starts(world)
  local state = changes.copy(world.state)
  local reached, why = boot.next(state, { clean = true, into = "macos" })
  if reached ~= "macos" then return "macOS does not start: " .. why end
end

-- What the Mac is after a start of macOS, where it does not run yet (a finished run that nothing was left to do for).
local function in_macos(world)
  if world.state.environment == "macos" then return world end
  local state = changes.copy(world.state)
  boot.next(state, { clean = true, into = "macos" })
  return { state = state }
end

local function is_new(world_now, base, scenario)
  local world = in_macos(world_now)
  local now, running = world_module.group(world).policy, world.state.running
  local object = boot.object(world_module.group(world))
  if now.mode ~= "permissive" then return differ("mode", now.mode, "permissive") end
  if now.sip0 ~= 0x7f then return differ("sip0", now.sip0, 0x7f) end
  if not now.sip3 then return "the boot-args filter is on" end
  if not object or object.release then return "the custom kernel is not ours" end
  if world.state.environment ~= "macos" then return differ("environment", world.state.environment, "macos") end
  if not running.development or running.quota ~= 255 or running.hv_support ~= 1 then return "not booted as wanted" end
  local others = world_module.boot_args(base)
  local wanted = scenario.raised or others == "" and WORDS or others .. " " .. WORDS
  if running.arguments ~= wanted then return differ("what the kernel was given", running.arguments, wanted) end
  return boot_args_are(world, wanted)
end

judge.is_new = is_new

-- Another plan that ships: the SIP word and the kernel it asked for, and its boot arguments behind those of others, in force.
local function is_as_wanted(world_now, base, scenario)
  local world, wanted = in_macos(world_now), scenario.wanted
  local now, others = world_module.group(world).policy, world_module.boot_args(base)
  local mode = wanted.mode or "permissive"
  if now.mode ~= mode then return differ("mode", now.mode, mode) end
  if now.smb2 ~= (wanted.kexts or false) then return differ("smb2", now.smb2, wanted.kexts or false) end
  local object = boot.object(world_module.group(world))
  if (object ~= nil and not object.release) ~= (wanted.kernel or false) then return "another kernel is registered than asked for" end
  if now.sip0 ~= wanted.sip0 then return differ("sip0", now.sip0, wanted.sip0) end
  local words = not wanted.words and others or others == "" and wanted.words or others .. " " .. wanted.words
  if wanted.words and world.state.running.arguments ~= words then
    return differ("what the kernel was given", world.state.running.arguments, words)
  end
  return boot_args_are(world, words) or starts(world)
end

judge.is_as_wanted = is_as_wanted

local function is_old(world, base)
  return policy_is(world, world_module.group(base).policy) or boot_args_are(world, world_module.boot_args(base))
    or starts(world)
end

local FULL = { mode = "full", sip1 = false, sip2 = false, sip3 = false, smb2 = false, smb3 = false, smb4 = false }

local function apply_began(world)
  for number in pairs(world_module.journals(world)) do
    local run = journals.read(world.directory, number)
    if run and run.start and run.start.plan == "apply" then return true end
  end
  return false
end

-- Without any record of an apply, revert takes out every word with one of our keys, whoever set it.
local function is_full(world, base, scenario)
  local wanted = scenario.dropped and not apply_began(world) and scenario.dropped or world_module.boot_args(base)
  return policy_is(world, FULL) or boot_args_are(world, wanted) or starts(world)
end

local RUNGS = {}

function RUNGS.reduced(now)
  if now.mode ~= "reduced" then return differ("mode", now.mode, "reduced") end
  if now.sip0 or now.sip3 then return "SIP is still relaxed" end
end

function RUNGS.stock(now)
  if now.mode ~= "permissive" then return differ("mode", now.mode, "permissive") end
end

-- All as it was but for the kexts that a user had approved: a policy made anew has none.
function RUNGS.approvals(_, world, base)
  return policy_is(world, world_module.group(base).policy)
end

local function is_lower(world, base, scenario)
  local now = world_module.group(world).policy
  if not scenario.lower then return "a lower rung, where the old state can be had" end
  if now.coih then return "the custom kernel is still there" end
  return RUNGS[scenario.lower](now, world, base) or boot_args_are(world, world_module.boot_args(base)) or starts(world)
end

-- A rung, or else the field that differs, must stand in what is told.
local function names_rung(final)
  if final.differences and #final.differences > 0 then return true end
  local leaves = final.result == "lower" and final.leaves or final.lower and final.lower[1] and final.lower[1].leaves
  return type(leaves) == "string" and leaves ~= ""
end

-- An item of `trial`: each of its commands was started once, and is not started again after a death. What they did is the answer.
local function is_tried(world, base)
  return boot_args_are(world, world_module.boot_args(base)) or starts(world)
end

-- Results by what they claim.
local CLAIMS = {
  trial = { done = is_tried, undone = is_old, ["undone-lower"] = is_lower },
  apply = { done = is_new, undone = is_old, ["undone-lower"] = is_lower },
  revert = { done = is_full, lower = is_lower },
}
for _, name in ipairs { "sip", "dtrace", "boot-args", "research-guests", "kernel-debug", "kexts", "boot-object" } do
  CLAIMS[name] = { done = is_as_wanted, undone = is_old, ["undone-lower"] = is_lower }
end

-- Which plan the result is about, and what it claims to have reached.
local function claim(world, scenario, finish, final)
  local latest = journals.latest(world.directory)
  local result = final.result
  if final.idle then return finish == "revert" and finish or scenario.command, result, latest end
  if result == "nothing" then
    if not latest or #latest.acted == 0 then return "apply", "undone", latest end
    result = latest.closed.result
  end
  return latest and latest.start.plan or "apply", result, latest
end

--- Which ways a run may end: what was asked for, unless it was on its way back already.
local function allowed(scenario, finish, direction)
  if scenario.command == "revert" or finish == "revert" then return { done = true, lower = true } end
  local back = { undone = true, ["undone-lower"] = true }
  if finish == "rollback" or scenario.fails or direction == "back" then return back end
  return { done = true }
end

--- Judges a Mac on which the program says it is finished.
-- @param world the Mac; base: the Mac as it was before anything was done to it
-- @param finish "resume" | "rollback" | "revert": how it was finished
-- @param direction of the run when the last death came
-- @param final the engine's final result
-- @return nil, or a sentence: what is wrong
function judge.finished(world, base, scenario, finish, direction, final)
  local plan, result, latest = claim(world, scenario, finish, final)
  if not allowed(scenario, finish, direction)[result] then
    local step = final.step and (type(final.step) == "table" and final.step.name or final.step) or ""
    return ("ended with %s %s (%s)"):format(tostring(result), step, tostring(final.reason or final.why or ""))
  end
  if latest and not latest.closed then return "the run is still open" end
  if (result == "lower" or result == "undone-lower") and final.result ~= "nothing" and not names_rung(final) then
    return "the rung is not named"
  end
  local wrong = CLAIMS[plan][result](world, base, scenario)
  if not wrong then return nil end
  return wrong .. ": " .. table.concat(require("mac.state").lines(final.differences or {}), "; ")
end

return judge
