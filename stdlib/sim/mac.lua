-- Makes the state of a simulated Mac: one plain table that can be kept as JSON.
-- It must not touch files; laying the Mac out on disk is `sim.scratch`.

local catalogue = require "sim.catalogue"
local changes = require "sim.changes"
local disks = require "sim.disks"
local fault = require "sim.fault"

local copy = changes.copy

local mac = {}

local function machine(entry)
  return {
    name = entry.name, model = entry.model, marketing = entry.marketing, soc = entry.soc, chip = entry.chip,
    board = entry.board, ecid = entry.ecid, bputil = entry.bputil, device_tree_quota = entry.device_tree_quota,
    nvram_plain = entry.nvram_plain, nvram_guid = entry.nvram_guid, battery = entry.battery,
  }
end

local function owner()
  return {
    short = "ada", full = "Ada Example", password = "rehearsal", rights = true,
    uuid = "5B2C1D7E-0A34-4C61-9E7B-2F6D80A1B3C4",
  }
end

local function variables(state)
  return {
    { name = "auto-boot", value = "true" },
    { name = "boot-volume",
      value = ("EF57347C-0000-AA11-AA11-00306543ECAC:%s:%s"):format(state.container.uuid, state.default) },
    { name = "prev-lang:kbd", value = "en:0", data = true },
    { name = "SystemAudioVolume", value = "\x7d", data = true },
  }
end

local function kit_of(entry, system)
  local kit = { soc = entry.soc, model = entry.model }
  for _, field in ipairs(catalogue.SYSTEM_FIELDS) do kit[field] = system[field] end
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

local function fresh(entry, more_systems)
  local state = {
    format = 1, mac = machine(entry), wording = copy(entry.wording),
    environment = "paired-recovery", uid = 0, online = true, latest = true, managed = false, filevault = true,
    owners = { owner() }, refusals = 0, circumstances = {}, faults = {}, calls = {}, boots = 0, clock = 1795420800,
  }
  disks.add(state, table.move(more_systems, 1, #more_systems, #entry.systems + 1, copy(entry.systems)), entry.main)
  state.default = state.groups[1].uuid
  state.paired = state.default
  state.owner = state.owners[1]
  local system = entry.systems[1]
  state.collection = { soc = entry.soc, darwin = system.darwin, xnu = system.xnu, date = system.date }
  state.nvram = variables(state)
  add_kits(state, entry)
  return state
end

--- A Mac made after an entry as the catalogue has them. `adapt(state)` changes it before the circumstances do, or nil.
-- The other arguments and the answer: see `mac.new`.
function mac.build(entry, circumstances, faults, adapt)
  local words = circumstances or {}
  local state = fresh(entry, #words > 0 and require("sim.circumstance").systems(entry, words) or {})
  if adapt then adapt(state) end
  for _, word in ipairs(words) do
    local done, why = require("sim.circumstance").apply(state, word)
    if not done then return nil, why, "unknown" end
  end
  if state.circumstances["other-containers"] then disks.add_stock_containers(state) end
  for _, text in ipairs(faults or {}) do
    local added, why = fault.add(state, text)
    if not added then return nil, why, "unknown" end
  end
  state.nvram_saved, state.nvram_first = copy(state.nvram), copy(state.nvram)
  require("sim.boot").first(state)
  return state
end

--- A Mac in paired recovery, not yet changed, with the circumstances applied in the order given.
-- `name`: one of `catalogue.names()`, nil for the default. `circumstances`: array of names of `circumstance.names()`.
-- `faults`: array of `TOOL:HOW` or `TOOL:HOW:N`. Returns the state or nil, message, "unknown".
function mac.new(name, circumstances, faults)
  local entry, message, code = catalogue.entry(name or catalogue.default)
  if not entry then return nil, message, code end
  return mac.build(entry, circumstances, faults)
end

return mac
