-- A target as mac.target.look answers it, with values that tests know by heart.
-- Must not be written into by what is tested: hand it out through read_only.

local policies = require "tests.unit.lua.support.policies"

local target = {}

target.GROUP = policies.GROUP

-- A field that is given as `target.NONE` is not there.
target.NONE = {}

local function change(made, changes)
  for key, value in pairs(changes or {}) do
    if value == target.NONE then made[key] = nil else made[key] = value end
  end
  return made
end

local function policy_of(changes)
  local policy = policies.summary(changes)
  policy.unknown, policy.paired, policy.os_type = {}, true, "one true recoveryOS"
  return policy
end

local function group_of(system, data, changes)
  return change({ group = policies.GROUP, name = "Macintosh HD", version = "15.6", build = "24G84",
    system = { mount = system, device = "disk3s1", name = "Macintosh HD" }, data = { mount = data, device = "disk3s5", name = "Data" },
    preboot = { mount = "/Volumes/Preboot", device = "disk3s2", writable = true },
    owners = { { short = "ada", full = "Ada L." } } }, changes)
end

-- Group and policy of the changes are tables of changes themselves.
local function make(fields, system, data, changes)
  local made = change(change({ root = "", problems = {}, group = {}, policy = {}, program = data .. "/vmq-recovery",
    kernel = { chip = "t6041", kind = "release", xnu = "11417.140.69~1", banner = "Darwin Kernel Version 24.6.0" } }, fields), changes)
  made.group = made.group and group_of(system, data, made.group)
  made.policy = made.policy and policy_of(made.policy)
  return made
end

--- In the target's own recovery.
-- @param changes table or nil: field → value; group and policy are tables of changes themselves
function target.recovery(changes)
  return make({ booted = "recovery", environment = "paired-recovery", environment_words = "paired with the target" },
    "/Volumes/Macintosh HD", "/Volumes/Data", changes)
end

--- In macOS. Changes as above.
function target.macos(changes)
  return make({ booted = "macos", environment = "macos", environment_words = "macOS is running" }, "/", "/System/Volumes/Data", changes)
end

return target
