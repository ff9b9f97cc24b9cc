-- Makes a simulated Mac after the description of a real one: its names, volumes, systems, policies, owners and variables.
-- It must not read a record; whoever has one describes it (command.record_likeness).

local catalogue = require "sim.catalogue"
local changes = require "sim.changes"
local disks = require "sim.disks"
local kits = require "sim.kits"
local place = require "sim.place"
local policy = require "sim.policy"
local variables = require "sim.variables"

local likeness = {}

local function number_of(version)
  local major, minor, patch = (version or ""):match("^(%d+)%.?(%d*)%.?(%d*)")
  return major and tonumber(major) * 10000 + (tonumber(minor) or 0) * 100 + (tonumber(patch) or 0)
end

-- Darwin's number is nine less than macOS's until 15, and one less from 26 on.
local function version_by(darwin)
  local major = darwin and tonumber(darwin:match("^%d+"))
  return major and ("%d.%s"):format(major < 25 and major - 9 or major + 1, darwin:match("^%d+%.(%d+)") or "0")
end

-- The Mac of the catalogue whose tools' wording is nearest: the newest that is no newer.
local function nearest(version)
  local wanted, best = number_of(version) or 0, nil
  for _, name in ipairs(catalogue.names()) do
    local entry = catalogue.entry(name)
    local own = number_of(entry.systems[1].version)
    local better = not best or own <= wanted and own > number_of(best.systems[1].version)
    if better then best = entry end
  end
  return best
end

-- The kernel of a build that the catalogue knows.
local function known_kernel(build)
  for _, name in ipairs(catalogue.names()) do
    for _, system in ipairs(catalogue.entry(name).systems) do
      if system.build == build then return system end
    end
  end
end

local function linux_kind(group)
  if group.has_version == false then return "disabled" end
  return group.has_kernels == false and "version" or nil
end

local function container_of(group) return group.system.device:match("^disk%d+") end

-- A system as sim.disks takes it. What the record leaves open comes from the nearest Mac.
local function system_of(described, group, entry)
  local like = entry.systems[1]
  local running = group.uuid == described.default and described.running
  local kernel = group.kernel or running or known_kernel(group.build) or like
  local main = container_of(described.groups[1])
  local product = group.uuid == described.default and described.product or {}
  local version = group.version or product.version or version_by(kernel.darwin) or like.version
  local build = group.build or product.build or like.build
  return { name = group.name or group.system.name or "Macintosh HD", data = group.data and group.data.name or "Data",
    uuid = group.uuid, version = version, build = build, darwin = kernel.darwin,
    date = kernel.date, xnu = kernel.xnu, love = group.policy and group.policy.love or like.love, linux = linux_kind(group),
    container = container_of(group) ~= main and container_of(group) or nil }
end

local function battery_of(described, entry)
  if described.battery == nil then return entry.battery end
  return described.battery or nil
end

--- An entry as the catalogue has them, for `sim.mac.build`.
-- @param described { groups = array of { uuid, name, version, build, has_version, has_kernels, kernel, collection,
--   policy, owners, system, data, preboot = { device, name, uuid, mounted, locked, filevault, writable, owners, sealed } },
--   first the one that it is about, default, environment, paired, running, product, model, marketing, chip, board, ecid,
--   bputil, battery, on_battery, quota, virtual, wording, nvram, kits, update, managed, unknown = array of { name } }
function likeness.entry(described)
  local first = described.groups[1]
  local running = described.running or first.kernel or {}
  local base = nearest(first.version or version_by(running.darwin))
  local entry = changes.copy(base)
  for _, field in ipairs { "model", "marketing", "chip", "board", "ecid", "bputil" } do
    entry[field] = described[field] or base[field]
  end
  entry.soc = (described.running or first.kernel or base).soc
  entry.main = container_of(first)
  entry.battery, entry.device_tree_quota = battery_of(described, base), described.quota
  for field, value in pairs(described.wording) do entry.wording[field] = value end
  if described.wording.no_json then entry.wording.json, entry.bputil = nil, "0.1.9" end
  for number, group in ipairs(described.groups) do entry.systems[number] = system_of(described, group, base) end
  for number = #described.groups + 1, #entry.systems do entry.systems[number] = nil end
  return entry
end

local function free_device(state, container)
  local taken, number = {}, 2
  for _, volume in ipairs(state.volumes) do taken[volume.device] = true end
  while taken[container .. "s" .. number] do number = number + 1 end
  return container .. "s" .. number
end

local function take_over(volume, recorded)
  volume.device, volume.uuid = recorded.device, recorded.uuid or volume.uuid
end

-- The recorded volumes under their own devices, then the rest of each container on what is left of it.
local function rename_volumes(state, described)
  local rest = {}
  for _, volume in ipairs(state.volumes) do
    if not volume.group then rest[#rest + 1], volume.device = volume, "none" end
  end
  for number, group in ipairs(described.groups) do
    local made = state.groups[number]
    take_over(place.volume(state, made.uuid, "System"), group.system)
    if group.data then take_over(place.volume(state, made.uuid, "Data"), group.data) end
    local preboot = group.preboot and place.preboot_volume(state, made)
    if preboot then take_over(preboot, group.preboot) end
  end
  for _, volume in ipairs(rest) do
    if volume.device == "none" then volume.device = free_device(state, volume.container) end
  end
end

local function set_volume(state, volume, recorded, circumstance)
  if recorded.owners == false then volume.owners = false end
  if recorded.locked then
    volume.locked, state.circumstances["filevault-locked"] = true, true
  elseif not recorded.mounted and state.recorded_in_recovery then
    state.circumstances[circumstance] = true
  end
end

local function set_volumes(state, described)
  local first = described.groups[1]
  local data, preboot = place.volume(state, first.uuid, "Data"), place.preboot_volume(state, state.groups[1])
  if first.data then
    state.filevault = first.data.filevault ~= false
    set_volume(state, data, first.data, "data-unmounted")
    state.wording.owners_untold = first.data.owners == nil or nil
  end
  if first.preboot then
    set_volume(state, preboot, first.preboot, "preboot-unmounted")
    if first.preboot.mounted and first.preboot.writable == false then preboot.writable = false end
  end
  state.wording.sealed_says_broken = first.system.sealed == "Broken" or nil
end

local function set_policy(state, group, recorded)
  if not recorded.policy then return end
  for _, field in ipairs { "sip0", "coih", "auxp", "auxi", "auxr" } do group.policy[field] = nil end
  for field, value in pairs(recorded.policy) do group.policy[field] = value end
  local coih = group.policy.coih
  if not coih then return end
  local kernel = state.recorded_running or recorded.collection
  group.objects[group.policy.nsih] = { { coih = coih, raw = group.linux ~= nil, soc = state.mac.soc, darwin = group.darwin,
    xnu = group.xnu, release = not (kernel and not kernel.release) } }
end

local function set_owners(state, described)
  local owners = {}
  for number, owner in ipairs(described.groups[1].owners) do
    owners[number] = { short = owner.short, full = owner.full, password = "rehearsal", rights = true,
      uuid = require("sim.digest").uuid("owner" .. number .. owner.short) }
  end
  if #owners > 0 then state.owners, state.owner = owners, owners[1] end
end

local function set_variables(state, described)
  for _, variable in ipairs(described.nvram) do variables.put(state, variable) end
  local container = variables.find(state, "boot-volume").value:match("^[^:]*:(%x+%-%x+%-%x+%-%x+%-%x+):")
  if container then state.container.uuid = container end
end

local function set_surroundings(state, described)
  state.update, state.managed = described.update, described.managed
  state.battery = described.on_battery and { percent = described.on_battery } or nil
  if described.virtual then state.circumstances.guest = true end
end

local function set_collection(state, described)
  local staged = described.groups[1].collection
  if staged then
    state.collection = { soc = staged.soc, darwin = staged.darwin, xnu = staged.xnu, date = staged.date,
      release = staged.release or nil }
  end
  for _, kit in ipairs(described.kits) do
    local same = kit.build == state.kit.build
    local installed = same and state.kit or changes.copy(state.near_kit)
    if not same then installed.version, installed.build = kit.version, kit.build end
    kits.install(state, installed)
  end
end

-- What the record cannot tell, played the other way.
local other = {}

function other.policy(state)
  for _, step in ipairs(policy.disable_sip(state.groups[1].policy)) do step() end
end

function other.owners(state)
  table.insert(state.owners, { short = "grace", full = "Grace Sample", password = "rehearsal", rights = true,
    uuid = "C7A9E1F2-44D0-4B8E-8D15-6E0B7F3A9C21" })
end

function other.recovery(state)
  local takes = state.mac.nvram_plain or state.mac.nvram_guid
  state.mac.nvram_plain, state.mac.nvram_guid = not takes, not takes
  if state.filevault then
    place.volume(state, state.groups[1].uuid, "Data").locked = true
    state.circumstances["filevault-locked"] = true
  end
end

local NEXT_DIALOGUE = { authorized = "enter", enter = "password", password = "authorized" }

function other.wording(state)
  local wording = state.wording
  wording.csrutil = NEXT_DIALOGUE[wording.csrutil] or wording.csrutil
  for _, field in ipairs { "csrutil_asks_more", "guests_stay", "custom_is_on", "clear_keeps_seal_off" } do
    wording[field] = not wording[field] or nil
  end
  state.latest = false
end

local function play_other(state, described)
  for _, item in ipairs(described.unknown) do
    if other[item.name] then other[item.name](state) end
  end
end

--- Turns a fresh Mac, made after `likeness.entry`, into the described one.
-- @param state from sim.mac, before its circumstances
-- @param described see likeness.entry
-- @param options { start = "recovery" where a Mac recorded in macOS is to begin in recovery; variant = 2 where what the
--   record cannot tell is played the other way }
function likeness.adapt(state, described, options)
  local in_macos = described.environment == "macos"
  state.recorded_in_recovery, state.recorded_running = not in_macos or nil, in_macos and described.running or nil
  rename_volumes(state, described)
  state.environment = options.start == "recovery" and in_macos and "paired-recovery" or described.environment
  state.default = place.group(state, described.default) and described.default or state.groups[1].uuid
  state.paired = state.environment == "paired-recovery" and (described.paired or state.default) or nil
  for number, group in ipairs(state.groups) do set_policy(state, group, described.groups[number]) end
  set_volumes(state, described)
  set_owners(state, described)
  set_variables(state, described)
  set_collection(state, described)
  set_surroundings(state, described)
  disks.sort(state)
  if options.variant == 2 then play_other(state, described) end
end

return likeness
