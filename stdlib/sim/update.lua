-- Installs the update of macOS that a simulated Mac has staged: what becomes of the system and of its policy.
-- It must not touch files; `sim.scratch` writes those of the new system.

local catalogue = require "sim.catalogue"
local digest = require "sim.digest"
local policy = require "sim.policy"

local update = {}

-- "23A344" is 23.1.344: the letter counts.
local function love_of(build)
  local major, letter, number = build:match("^(%d+)(%u)(%d+)")
  return ("%s.%d.%s.0.0,0"):format(major, letter:byte() - 64, number)
end

local function major(version) return version:match("^%d+") end

-- Seen on 12.6 with a changed system, in these words (facts-2026-11 A.10).
local OTHER_SNAPSHOT = "A snapshot is currently set to boot that is not the currently booted snapshot. Reboot to boot to the new "
  .. "snapshot to allow install to this volume."

-- Below Full Security the upgrade to the next macOS fails (facts-2026-11 A.10). guess: its words.
local function obstacle(state, group)
  if group.seal_broken then return OTHER_SNAPSHOT end
  if major(state.update.version) ~= major(group.version) and group.policy.mode ~= "full" then
    return "The update could not be installed."
  end
end

-- The objects of the new system have another manifest, so the folder of a custom object is no longer looked into (§5).
local function renew(p, build)
  p.love, p.nsih, p.spih = love_of(build), digest.hex("nsih" .. p.nsih), digest.hex("spih" .. p.spih)
  policy.touch(p, true)
end

--- Installs `state.update` in the first system. Returns true, or nil and what the screen says.
-- A system that was updated with SIP off may not start before SIP is on again (facts-2026-11 A.10, one report).
function update.install(state)
  local group, new = state.groups[1], state.update
  local why = obstacle(state, group)
  if why then return nil, why end
  for _, field in ipairs(catalogue.SYSTEM_FIELDS) do group[field] = new[field] end
  renew(group.policy, new.build)
  group.updated_without_sip = group.policy.sip0 ~= nil
  state.update, state.latest = nil, true
  return true
end

return update
