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

local function group_of(changes, data)
  return change({ group = policies.GROUP, name = "Macintosh HD", version = "15.6", build = "24G84",
    system = { mount = "/Volumes/Macintosh HD", device = "disk3s1", name = "Macintosh HD" },
    data = { mount = data, device = "disk3s5", name = "Data" },
    preboot = { mount = "/Volumes/Preboot", device = "disk3s2", writable = true },
    owners = { { short = "ada", full = "Ada L." } } }, changes)
end

local function policy_of(changes)
  local policy = policies.summary(changes)
  policy.unknown, policy.paired, policy.os_type = {}, true, "one true recoveryOS"
  return policy
end

--- In the target's own recovery.
-- @param changes table or nil: field → value; group and policy are tables of changes themselves
function target.recovery(changes)
  local made = change({ root = "", booted = "recovery", environment = "paired-recovery", environment_words = "paired with the target",
    problems = {}, program = "/Volumes/Data/vmq-recovery",
    kernel = { chip = "t6041", kind = "release", xnu = "11417.140.69~1", banner = "Darwin Kernel Version 24.6.0" },
    group = {}, policy = {} }, changes)
  made.group = made.group and group_of(made.group, "/Volumes/Data")
  made.policy = made.policy and policy_of(made.policy)
  return made
end

--- In macOS.
function target.macos(changes)
  local made = target.recovery(changes)
  change(made, { booted = "macos", environment = "macos", environment_words = "macOS is running",
    program = "/System/Volumes/Data/vmq-recovery" })
  if made.group and made.group.data and made.group.data.mount == "/Volumes/Data" then
    made.group.system.mount, made.group.data.mount = "/", "/System/Volumes/Data"
  end
  return made
end

return target
