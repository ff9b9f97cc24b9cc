-- What boots next, and what it finds: kernel, boot arguments, NVRAM, mounts. Pure, on the state alone.
-- It must not touch files; `sim.restart` lays the new mounts out on disk.

local digest = require "sim.digest"
local place = require "sim.place"
local variables = require "sim.variables"

local boot = {}

local QUOTA, UNLIMITED = 2, 0x7FFFFFFF

-- Max and Ultra run the Pro's kernel; no simulated Mac is one, so the chip's own name will do.
local function stock_kernel(state, group)
  return { darwin = group.darwin, date = group.date, xnu = group.xnu, soc = state.mac.soc, development = false }
end

--- The stored object that a group's policy names, or nil. Objects live under the nsih they were stored with.
function boot.object(group)
  for _, object in ipairs(group.objects[group.policy.nsih] or {}) do
    if object.coih == group.policy.coih then return object end
  end
end

-- The xnu number without its build train: development and release kernels of one macOS share it.
local function release(xnu) return (xnu or ""):match("^[%d%.]*") end

local NOT_BOOTABLE = "The version of macOS on the selected disk needs to be reinstalled."
local NOT_SEALED = "panic: rootvp not authenticated after mounting" -- facts-2026-11 C

local NO_GUEST = "Custom kernel failed to boot"

-- Guests start custom kernels from 14.4 on (facts-2026-11 A.3).
local function is_old_guest(group)
  local major, minor = group.version:match("^(%d+)%.?(%d*)")
  return tonumber(major) < 14 or tonumber(major) == 14 and (tonumber(minor) or 0) < 4
end

-- iBoot starts the custom object in place of Apple's kernel. One that is missing or does not fit does not boot (§5).
local function choose_kernel(state, group)
  if group.linux then return nil, group.name .. " starts, which is no macOS." end
  if group.seal_broken and not group.policy.sip1 then return nil, NOT_SEALED end
  local loops = group.updated_without_sip and group.policy.sip0 and state.wording.update_needs_sip
  if loops then return nil, NOT_BOOTABLE end
  if not group.policy.coih then return stock_kernel(state, group) end
  local object = boot.object(group)
  if not object then return nil, NOT_BOOTABLE end
  local fits = object.soc == state.mac.soc and release(object.xnu) == release(group.xnu)
  if not fits or state.circumstances["no-kernel-boot"] then return nil, NOT_BOOTABLE end
  if state.circumstances.guest and is_old_guest(group) then return nil, NO_GUEST end
  return {
    darwin = object.darwin, date = group.date, xnu = object.xnu, soc = object.soc, development = not object.release,
    knows_none = object.knows_none, flavour = object.flavour,
  }
end

local function argument(arguments, name)
  for word in arguments:gmatch("%S+") do
    local key, value = word:match("^([^=]+)=?(.*)$")
    if key == name then return tonumber(value) or 0 end
  end
end

-- §8.1: on the development kernel `hypervisor=` gates everything and the quota has no limit unless one is given.
local function virtualisation(kernel, arguments)
  if not kernel.development or kernel.knows_none then return 1, QUOTA end
  if (argument(arguments, "hypervisor") or 0) == 0 then return 0, 0 end
  return 1, argument(arguments, "hv_apple_isa_vm_quota") or UNLIMITED
end

local function run(state, kernel, policy)
  local arguments = policy and policy.sip3 and variables.boot_args(state) or ""
  local support, quota = virtualisation(kernel, arguments)
  if state.circumstances.guest then support = 0 end
  kernel.arguments, kernel.hv_support, kernel.quota = arguments, support, quota
  kernel.sip0, kernel.approved = policy and policy.sip0, policy and policy.smb2 and policy.auxp ~= nil
  kernel.sip1, kernel.sip2, kernel.sip3 = policy and policy.sip1, policy and policy.sip2, policy and policy.sip3
  kernel.time, kernel.session = state.clock, digest.uuid("session" .. state.boots .. state.mac.name)
  state.running = kernel
end

-- Where a volume is to be mounted (§6.3): in macOS the booted group's at their own places, else below /Volumes.
local MOUNTED = { System = true, Data = true, Preboot = true }

local function is_left_out(state, volume)
  local word = volume.role == "Data" and "data-unmounted" or volume.role == "Preboot" and "preboot-unmounted"
  return place.in_recovery(state) and state.circumstances[word] == true
end

local function mount_point(state, volume)
  if not MOUNTED[volume.role] or volume.locked or is_left_out(state, volume) then return nil end
  if volume.name == "iSCPreboot" then return "/System/Volumes/iSCPreboot" end
  if place.in_recovery(state) then return "/Volumes/" .. volume.name end
  if volume.role == "Preboot" then
    return volume.container == state.container.device and "/System/Volumes/Preboot" or nil
  end
  if volume.group ~= state.default then return "/Volumes/" .. volume.name end
  return volume.role == "System" and "/" or "/System/Volumes/Data"
end

-- A second volume of one name gets a number at its mount point.
local function free_place(taken, path)
  local place_of, number = path, 0
  while place_of and taken[place_of] do
    number = number + 1
    place_of = path .. " " .. number
  end
  if place_of then taken[place_of] = true end
  return place_of
end

local function mount_all(state)
  local taken = {}
  for _, volume in ipairs(state.volumes) do
    -- Starting macOS asks for the password at its own window, and unlocks.
    if not place.in_recovery(state) and volume.group == state.default then volume.locked = false end
    volume.mount = free_place(taken, mount_point(state, volume))
  end
end

local function enter(state, environment)
  local group = place.booted(state)
  state.environment = environment
  state.paired = environment == "paired-recovery" and state.default or nil
  local kernel, why
  if environment == "macos" then kernel, why = choose_kernel(state, group) end
  if why then -- what follows a failed start is a recovery that looks like the right one and is not (peers §2.1)
    state.environment, state.boot_failure = "recovery", why
  end
  run(state, kernel or stock_kernel(state, group), kernel and group.policy)
  mount_all(state)
  return why
end

--- Puts a fresh state where its circumstances say it starts.
function boot.first(state)
  state.boots = 1
  if state.environment == "macos" then return enter(state, "macos") end
  run(state, stock_kernel(state, place.booted(state)), nil)
  mount_all(state)
end

-- In macOS somebody approves the third-party extensions that the policy allows; they are loaded from the next start on
-- (facts-2026-11 D.3).
local function approve(state)
  local policy = place.booted(state).policy
  if place.in_recovery(state) or not policy.smb2 or policy.auxp or state.circumstances["kexts-not-approved"] then return end
  require("sim.policy").approve_kexts(policy)
end

--- Restarts. `options`: { clean = true|false (default true), into = "macos" (default) | "paired-recovery" |
-- "unpaired-recovery" | "recovery", time = seconds since 1970 of the new boot }.
-- Returns the environment reached, and why when macOS was wanted and did not start.
function boot.next(state, options)
  variables.restart(state, options.clean ~= false)
  approve(state)
  state.images, state.late, state.at_work, state.refused_passwords = {}, nil, nil, nil
  state.boot_failure, state.circumstances["stale-recovery"] = nil, nil
  state.boots = state.boots + 1
  state.clock = options.time or state.clock + 120
  for _, volume in ipairs(state.volumes) do
    local filevault = state.circumstances["filevault-locked"] == true and volume.role == "Data"
    volume.locked = filevault and volume.group == state.default
  end
  local why = enter(state, options.into or "macos")
  return state.environment, why
end

return boot
