-- Finds out which Mac this is: OS environment, target volume group, mounts, owners, chip, build and policy.
-- Must not assume a volume's name or decide on one reading where several exist; what cannot be read stays nil.

local bputil = require "tool.bputil"
local diskutil = require "tool.diskutil"
local nvram = require "tool.nvram"
local plist = require "base.plist"
local sysctl = require "tool.sysctl"

local mac = {}

--- The path of one of the Mac's files as this process must open it.
-- @param root string: "" or the directory given by --root
function mac.real_path(root, path)
  return root .. path
end

--- What kind of system is running, before any policy is read (reference §6.4).
-- @return "recovery" | "macos" | "unknown", and why when unknown
function mac.booted(root)
  local kind, message, code = sysctl.read "hw.osenvironment"
  local marker = require("lib_file").stat(mac.real_path(root, "/System/Installation"))
  if not kind and code == "ENOENT" then return "unknown", message end
  if not sysctl.kernel() then return "unknown", "this is not an Apple silicon Mac" end
  if kind == "recoveryos" then return "recovery" end
  if kind and kind ~= "" and kind ~= "macos" and kind ~= "macOS" then
    return "unknown", "hw.osenvironment says " .. kind
  end
  if marker then return "unknown", "/System/Installation exists, but hw.osenvironment does not say recoveryos" end
  return "macos"
end

--- The environment that steps name in `where`, from the running system and the target's policy (reference §6.4).
-- @param booted string as mac.booted returns
-- @param policy table|nil as tool.bputil.read returns
-- @return "paired-recovery" | "recovery" | "macos" | "unknown", and a sentence
function mac.environment(booted, policy)
  if booted == "macos" then return "macos", "macOS is running" end
  if booted ~= "recovery" then return "unknown", "what is running could not be told" end
  local kind = policy and policy.os_type
  if not kind then return "unknown", "a recovery is running, but bputil does not say which" end
  if kind == "one true recoveryOS" and policy.paired then
    return "paired-recovery", "the right recovery for this macOS"
  end
  if kind == "one true recoveryOS" and policy.paired == false then
    return "recovery", "a recovery that is not paired with this macOS"
  end
  if kind == "ordinary recoveryOS" or kind == "recoveryOS" then
    return "recovery", "ordinary recoveryOS: not reached by holding the power button"
  end
  return "unknown", ("a recovery is running, but bputil calls it %s"):format(kind)
end

--- The volume group that starts by default: third field of the boot-volume variable (reference §6.6).
function mac.default_group()
  local value = nvram.get "boot-volume"
  local group = value and value:match("^[^:]*:[^:]*:(%x+%-%x+%-%x+%-%x+%-%x+)")
  return group and group:upper()
end

-- Version and build of the system on a volume, from its SystemVersion.plist (xml; reference §7.1 names the keys).
local function product_on(root, mount)
  local path = mac.real_path(root, mount .. "/System/Library/CoreServices/SystemVersion.plist")
  local content, message, code = require("lib_file").read(path, nil, true)
  if not content then return nil, message, code end
  local dict = plist.parse(content)
  if type(dict) ~= "table" then return nil, path .. ": not a property list" end
  local version, build = plist.field(dict, "ProductVersion", "string"), plist.field(dict, "ProductBuildVersion", "string")
  if not version or not build then return nil, path .. ": names no version and build" end
  return { version = version, build = build }
end

-- Are there kernels on a System volume? The stub of another operating system has none. @return true, false, or nil when it
-- cannot be told
local function has_kernels(root, mount)
  local names, _, code = require("lib_file").list(mac.real_path(root, mount .. "/System/Library/Kernels"))
  if not names and code ~= "ENOENT" then return nil end
  for _, name in ipairs(names or {}) do
    if name:find("^kernel") then return true end
  end
  return false
end

-- @return the mount point, or nil; and why one that is named cannot be used
local function mount_of(info)
  local mount = plist.field(info, "MountPoint", "string")
  if not mount or mount == "" then return nil end
  if mount:sub(1, 1) ~= "/" or mount:find("\0", 1, true) then
    return nil, "diskutil names a mount point that is not a path: " .. mount:gsub("%z", "?")
  end
  return mount
end

local function describe_volume(volume, info)
  volume.name = plist.field(info, "VolumeName", "string") or volume.name
  volume.mount, volume.mount_problem = mount_of(info)
  volume.locked = plist.field(info, "Locked", "boolean")
  volume.filevault = plist.field(info, "FileVault", "boolean")
end

--- Every volume group with its System volume's name and mount point.
-- @return array of groups (see tool.diskutil), or nil, message, code
function mac.groups()
  local groups, message, code = diskutil.volume_groups()
  if not groups then return nil, message, code end
  for _, group in ipairs(groups) do
    local info = diskutil.info(group.system.device)
    if info then describe_volume(group.system, info) end
    group.booter = plist.field(info, "BooterDeviceIdentifier", "string")
    group.name = group.system.name or group.name
  end
  return groups
end

-- In macOS the running system is a snapshot: what counts is the group that "/" belongs to.
local function running_group()
  local group = plist.field(diskutil.info("/"), "APFSVolumeGroupID", "string")
  return group and group:upper()
end

local function matches(group, wanted)
  return group.group == wanted:upper() or group.name == wanted or group.system.name == wanted
    or group.data and (group.data.name == wanted) or group.system.mount == wanted
end

local function only_matching(groups, wanted)
  local found = {}
  for _, group in ipairs(groups) do
    if matches(group, wanted) then found[#found + 1] = group end
  end
  if #found == 1 then return found[1] end
  if #found == 0 then return nil, ("no volume group is called %s"):format(wanted), "bad" end
  return nil, ("%d volume groups are called %s: use the UUID"):format(#found, wanted), "bad"
end

--- Picks the target volume group.
-- @param groups array, see mac.target.groups
-- @param options { volume = NAME|UUID|nil, booted = string, choose = function(groups, default) → group|nil }
-- @return group, or nil, message, "bad"|"unknown"|"declined"
function mac.choose(groups, options)
  if #groups == 0 then return nil, "no volume group with a macOS system was found", "bad" end
  if options.volume then return only_matching(groups, options.volume) end
  local default = options.booted == "macos" and running_group() or mac.default_group()
  if #groups == 1 then return groups[1] end
  if options.booted ~= "macos" and options.choose then
    local chosen = options.choose(groups, default)
    if chosen then return chosen end
    return nil, "no volume was chosen", "declined"
  end
  for _, group in ipairs(groups) do
    if group.group == default then return group end
  end
  return nil, "several systems are installed and none is known as the startup disk: name one with --volume", "bad"
end

local function fill_data(root, booted, group)
  local data = group.data
  if not data then return end
  local info = diskutil.info(data.device)
  if info then describe_volume(data, info) end
  -- In macOS the Data volume's folders are reached from "/" through firmlinks; its mount point works as well.
  if booted == "macos" and not data.mount and running_group() == group.group then
    local place = "/System/Volumes/Data"
    if require("lib_file").stat(mac.real_path(root, place)) then data.mount = place end
  end
end

local function fill_preboot(group)
  local info = group.booter and diskutil.info(group.booter)
  if not info then return end
  group.preboot = { device = group.booter, mount = (mount_of(info)), writable = plist.field(info, "WritableVolume", "boolean") }
end

local function fill_owners(root, group)
  local preboot = group.preboot
  if not preboot or not preboot.mount then return end
  local path = ("%s/%s/var/db/AdminUserRecoveryInfo.plist"):format(preboot.mount, group.group)
  local content, message = require("lib_file").read(mac.real_path(root, path))
  local dict, why = plist.parse(content or "")
  if type(dict) ~= "table" or dict[1] ~= nil then
    group.owners_unknown = message or ("%s: %s"):format(path, why or "not a dictionary")
    return
  end
  group.owners = {}
  for short, owner in pairs(dict) do
    group.owners[#group.owners + 1] = { short = short, full = plist.field(owner, "RealName", "string") }
  end
  table.sort(group.owners, function(a, b) return a.short < b.short end)
end

-- What tells a macOS on the System volume. has_version and has_kernels are false only where they are certainly not there.
local function fill_system(root, group, mount)
  local top = mount == "/" and "" or mount
  local product, message, code = product_on(root, top)
  group.version, group.build = product and product.version, product and product.build
  group.has_version, group.has_kernels = product ~= nil, has_kernels(root, top)
  if not product and code ~= "ENOENT" then group.has_version, group.version_unknown = nil, message end
end

--- Adds to a chosen group what later checks need: Data's mount, Preboot, owners by short name, system version.
-- Owners come from AdminUserRecoveryInfo.plist, keyed by short name with RealName (reference §1.2, asahi-installer).
function mac.complete(root, booted, group)
  fill_data(root, booted, group)
  fill_preboot(group)
  fill_owners(root, group)
  local system = group.system
  local mount = system.mount or (booted == "macos" and running_group() == group.group and "/") or nil
  system.mount = mount
  if mount then fill_system(root, group, mount) end
  return group
end

--- The other volume group on whose Data volume a file lies.
-- @param target see mac.target.look
-- @param path string, as the Mac names it
-- @return the group, or nil
function mac.other_group_of(target, path)
  for _, group in ipairs(target.groups or {}) do
    local mount = target.group and group.group ~= target.group.group and group.data and mount_of(diskutil.info(group.data.device))
    if mount and mount ~= "/" and path:sub(1, #mount + 1) == mount .. "/" then return group end
  end
end

--- The other volume groups that have the target's name, which csrutil's menu cannot tell apart.
function mac.namesakes(target)
  local found = {}
  for _, group in ipairs(target.groups or {}) do
    if group.group ~= target.group.group and group.name == target.group.name then found[#found + 1] = group end
  end
  return found
end

-- The group to work on, with what later checks need. Puts the reason into problems where there is none.
local function look_at_group(root, booted, problems, options)
  local groups, message, code = mac.groups()
  if not groups then
    problems.group, problems.group_kind = message, code == "ENOENT" and "bad" or "unknown"
    return nil
  end
  local group, why, kind = mac.choose(groups, { volume = options.volume, booted = booted, choose = options.choose })
  if not group then
    problems.group, problems.group_kind = why, kind
    return nil, groups
  end
  return mac.complete(root, booted, group), groups
end

-- Policy, and from it the environment.
local function look_at_policy(target)
  if not target.group then return target end
  target.policy, target.problems.policy = bputil.read(target.group.group)
  target.environment, target.environment_words = mac.environment(target.booted, target.policy)
  return target
end

--- Looks at the Mac. Facts that cannot be had stay nil, with the reason in problems.
-- @param root string: "" or the folder given by --root
-- @param options { volume = NAME|UUID|nil, choose = function(groups, default) → group|nil, program = where this program lies as
--   the Mac names it; or function(group) that says so }
-- @return { root, program, booted, kernel (see tool.sysctl), groups, group, policy, environment, environment_words,
--   problems = { booted, kernel, group, group_kind, policy } }
function mac.look(root, options)
  local target = { root = root, problems = {} }
  target.booted, target.problems.booted = mac.booted(root)
  target.kernel, target.problems.kernel, target.problems.kernel_kind = sysctl.kernel()
  target.group, target.groups = look_at_group(root, target.booted, target.problems, options)
  local program = options.program
  target.program = type(program) == "function" and program(target.group) or program
  return look_at_policy(target)
end

--- The same Mac, looked at again: a new table with policy and environment as they are now. Nothing else is asked anew.
function mac.again(target)
  local copy = { problems = {} }
  for key, value in pairs(target) do
    if key ~= "problems" then copy[key] = value end
  end
  for key, value in pairs(target.problems) do copy.problems[key] = value end
  return look_at_policy(copy)
end

return mac
