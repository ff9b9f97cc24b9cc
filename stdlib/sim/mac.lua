-- Makes the state of a simulated Mac: one plain table that can be kept as JSON.
-- It must not touch files; laying the Mac out on disk is `sim.scratch`.

local catalogue = require "sim.catalogue"
local changes = require "sim.changes"
local circumstance = require "sim.circumstance"
local digest = require "sim.digest"
local fault = require "sim.fault"
local policy = require "sim.policy"

local copy = changes.copy

local SYSTEM_FIELDS = { "version", "build", "darwin", "date", "xnu" }

local mac = {}

local CONTAINER = "disk3"

local function volume(group, role, device, name, uuid)
  return {
    group = group, role = role, device = CONTAINER .. device, name = name, uuid = uuid,
    encrypted = role == "Data", locked = false, writable = role ~= "System",
  }
end

-- The group's UUID is the Data volume's (reference §6.3), which is what makes `diskutil info GROUP` a trap.
local function add_system(state, system, number)
  local uuid = digest.uuid(state.mac.name .. "/group" .. number)
  local devices = number == 1 and { "s1", "s5" } or { "s" .. 5 + 2 * (number - 1), "s" .. 6 + 2 * (number - 1) }
  state.groups[number] = {
    uuid = uuid, name = system.name, version = system.version, build = system.build, darwin = system.darwin,
    date = system.date, xnu = system.xnu, objects = {},
    policy = policy.new({ group = uuid, love = system.love }, number),
  }
  local volumes = state.volumes
  volumes[#volumes + 1] = volume(uuid, "System", devices[1], system.name, digest.uuid(uuid .. "/system"))
  volumes[#volumes + 1] = volume(uuid, "Data", devices[2], system.data, uuid)
end

local function machine(entry)
  return {
    name = entry.name, model = entry.model, marketing = entry.marketing, soc = entry.soc, chip = entry.chip,
    board = entry.board, ecid = entry.ecid, bputil = entry.bputil, device_tree_quota = entry.device_tree_quota,
    nvram_plain = entry.nvram_plain,
  }
end

local function owner()
  return {
    short = "ada", full = "Ada Example", password = "rehearsal", rights = true,
    uuid = "5B2C1D7E-0A34-4C61-9E7B-2F6D80A1B3C4",
  }
end

local function variables(group)
  return {
    { name = "auto-boot", value = "true" },
    { name = "boot-volume",
      value = ("EF57347C-0000-AA11-AA11-00306543ECAC:%s:%s"):format(digest.uuid(CONTAINER), group) },
    { name = "prev-lang:kbd", value = "en:0", data = true },
    { name = "SystemAudioVolume", value = "\x7d", data = true },
  }
end

local function kit_of(entry, system)
  local kit = { soc = entry.soc, model = entry.model }
  for _, field in ipairs(SYSTEM_FIELDS) do kit[field] = system[field] end
  return kit
end

-- Kits: of the first system's build, of a near one, and what the public list has (newest first); none is installed.
local function add_kits(state, entry)
  local known = entry.kits
  state.kit, state.near_kit = kit_of(entry, entry.systems[1]), kit_of(entry, known.near)
  state.published = { kit_of(entry, known.next), state.kit, state.near_kit }
  local newest = tonumber(state.kit.version:match("^%d+")) < 13
  table.insert(state.published, newest and 1 or 4, kit_of(entry, catalogue.OLD_KIT))
  state.kits, state.images, state.guests = {}, {}, 0
end

local function fresh(entry)
  local state = {
    format = 1, mac = machine(entry), wording = copy(entry.wording), groups = {}, volumes = {},
    container = { device = CONTAINER, uuid = digest.uuid(CONTAINER), free = 412316860416, size = 994662584320 },
    environment = "paired-recovery", uid = 0, online = true, latest = true, managed = false, filevault = true,
    owners = { owner() }, refusals = 0, circumstances = {}, faults = {}, calls = {}, boots = 0, clock = 1795420800,
  }
  for number, system in ipairs(entry.systems) do add_system(state, system, number) end
  for role, device in pairs { Preboot = "s2", Recovery = "s3", VM = "s6" } do
    state.volumes[#state.volumes + 1] = volume(nil, role, device, role, digest.uuid(role .. CONTAINER))
  end
  table.sort(state.volumes, function(a, b) return a.device < b.device end)
  state.default = state.groups[1].uuid
  state.paired = state.default
  state.owner = state.owners[1]
  local system = entry.systems[1]
  state.collection = { soc = entry.soc, darwin = system.darwin, xnu = system.xnu, date = system.date }
  state.nvram = variables(state.default)
  add_kits(state, entry)
  return state
end

--- A Mac in paired recovery, not yet changed, with the circumstances applied in the order given.
-- `name`: one of `catalogue.names()`, nil for the default. `circumstances`: array of names of `circumstance.names()`.
-- `faults`: array of `TOOL:HOW` or `TOOL:HOW:N`. Returns the state or nil, message, "unknown".
function mac.new(name, circumstances, faults)
  local entry, message, code = catalogue.entry(name or catalogue.default)
  if not entry then return nil, message, code end
  local state = fresh(entry)
  for _, word in ipairs(circumstances or {}) do
    local done, why = circumstance.apply(state, word)
    if not done then return nil, why, "unknown" end
  end
  for _, text in ipairs(faults or {}) do
    local added, why = fault.add(state, text)
    if not added then return nil, why, "unknown" end
  end
  state.nvram_saved, state.nvram_first = copy(state.nvram), copy(state.nvram)
  require("sim.boot").first(state)
  return state
end

--- A copy that shares nothing with `state`.
mac.copy = copy

return mac
