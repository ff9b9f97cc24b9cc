-- What csrutil tells of system integrity protection (reference §2.2).
-- It must not change the state.

local place = require "sim.place"
local policy = require "sim.policy"

local display = {}

local function protection(off) return off and "disabled" or "enabled" end

local function configuration(p, view, bits)
  local rows = {
    { "Apple Internal", bits & 0x10 == 0 }, { "Kext Signing", bits & 0x1 ~= 0 },
    { "Filesystem Protections", bits & 0x2 ~= 0 }, { "Debugging Restrictions", bits & 0x4 ~= 0 },
    { "DTrace Restrictions", bits & 0x20 ~= 0 }, { "NVRAM Protections", bits & 0x40 ~= 0 },
    { "BaseSystem Verification", bits & 0x100 ~= 0 }, { "Boot-arg Restrictions", view.sip3 },
    { "Kernel Integrity Protections", view.sip2 }, { "Authenticated Root Requirement", view.sip1 },
  }
  p.out("System Integrity Protection status: unknown (Custom Configuration).\n\nConfiguration:\n")
  for _, row in ipairs(rows) do p.out("\t", row[1], ": ", protection(row[2]), "\n") end
  p.out("\nThis is an unsupported configuration, likely to break in the future and leave your machine in an unknown ",
    "state.\n")
end

-- With several systems this asks in macOS, too (darwin-2026-11 §6): always for the two commands below, for `status`
-- where a circumstance says so.
local function asked_for(p, pick)
  local group = pick(p)
  local running = not place.in_recovery(p.state) and group.uuid == p.state.default
  return running and p.state.running or group.policy
end

-- In macOS the answer is what the running kernel got at boot; in recovery it is the target's policy (§2.2, §2.3).
local function view_of(p, pick)
  if place.in_recovery(p.state) or p.circumstance("csrutil-always-asks") then return asked_for(p, pick) end
  return p.state.running
end

--- Plays `csrutil status`; `pick(p)` asks which system is meant. guess: whether the bit of research guests makes the
-- configuration a custom one; both are played.
function display.status(p, pick)
  local view = view_of(p, pick)
  local bits = view.sip0 or 0
  if not p.state.wording.guests_are_custom then bits = bits & ~policy.GUESTS end
  if bits ~= 0 and bits ~= policy.SIP_OFF then return configuration(p, view, bits) end
  p.out("System Integrity Protection status: ", protection(bits ~= 0), ".\n")
end

--- Plays `csrutil authenticated-root status`: true where diskutil is not (darwin-2026-11 §6).
function display.authenticated_root(p, pick)
  p.out("Authenticated Root status: ", protection(asked_for(p, pick).sip1), "\n")
end

--- Plays `csrutil allow-research-guests status`. guess: its words.
function display.research_guests(p, pick)
  local bits = asked_for(p, pick).sip0 or 0
  p.out("Allow Research Guests status: ", bits & policy.GUESTS ~= 0 and "enabled" or "disabled", "\n")
end

return display
