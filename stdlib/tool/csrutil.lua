-- Turns System Integrity Protection off and on with csrutil, and reads what it says. Facts: reference §2.
-- Must not be believed: csrutil's words are evidence, the boot policy read by bputil decides.

local probe = require "tool.probe"

local csrutil = {}

local PATH = "/usr/bin/csrutil"

local function command(arguments, volume_name, yes_no)
  local argv = { PATH, table.unpack(arguments) }
  return {
    argv = argv, tool = "csrutil", interactive = true, os_name = volume_name, yes_no = yes_no,
    prompts = {
      "which macOS, if several are installed (a number)",
      "whether to go on (y or n)",
      "short name of a volume owner, if there are several",
      "that user's password",
    },
  }
end

--- Command: SIP off. Gives Permissive Security, sip0 = 7f, and on recent macOS CTRR and the boot-args filter off too;
-- keeps the custom kernel (reference §2.3).
-- @param volume_name string: name of the target system, for csrutil's menu and its question
function csrutil.disable(volume_name)
  return command({ "disable" }, volume_name, "y")
end

--- Command: SIP on. It drops the custom kernel, and seems to ask Apple's server where it sets Full Security (facts-2026-11 A.5).
-- @param volume_name string
function csrutil.enable(volume_name)
  return command({ "enable" }, volume_name, "y")
end

-- The parts of SIP by csrutil's names, each with its bit of the csr word (xnu bsd/sys/csr.h; darwin-2026-11 §10). Which further bits a
-- csrutil writes for a part is not known: what is read back decides.
local PARTS = { { "kext", 0x1 }, { "fs", 0x2 }, { "debug", 0x4 }, { "dtrace", 0x20 }, { "nvram", 0x40 }, { "basesystem", 0x100 } }

--- The names of the parts, in csrutil's words.
function csrutil.part_names()
  local names = {}
  for index, part in ipairs(PARTS) do names[index] = part[1] end
  return names
end

--- The bits of the csr word that parts stand for.
-- @param names array: of csrutil's words; without it all that have one
function csrutil.bits(names)
  local bits = 0
  for _, part in ipairs(PARTS) do
    for _, name in ipairs(names or { part[1] }) do
      if name == part[1] then bits = bits | part[2] end
    end
  end
  return bits
end

--- Command: SIP on but for the parts that a SIP word leaves open. It writes the whole word, whatever stood there (darwin-2026-11 §10).
-- macOS 12 takes the parts that stay on instead (facts-2026-11 D.1).
-- @param bits integer: sip0
-- @param volume_name string
-- @param release string or nil: macOS of the target, such as "14.0"
function csrutil.enable_without(bits, volume_name, release)
  local on_12 = (release or ""):match("^12%f[%D]") ~= nil
  local arguments = { on_12 and "disable" or "enable" }
  for _, part in ipairs(PARTS) do
    local is_open = bits & part[2] ~= 0
    if is_open ~= on_12 then
      arguments[#arguments + 1] = on_12 and "--with" or "--without"
      arguments[#arguments + 1] = part[1]
    end
  end
  return command(arguments, volume_name, "y")
end

--- Command: research guests allowed, or not. One bit of the csr word on top of what stands there; macOS 15 and later
-- (darwin-2026-11 §10).
-- @param allowed boolean
-- @param volume_name string
function csrutil.research_guests(allowed, volume_name)
  return command({ "allow-research-guests", allowed and "enable" or "disable" }, volume_name, "y")
end

-- What follows the words "System Integrity Protection status:" (reference §2.2).
local STATES = { [" enabled."] = "enabled", [" disabled."] = "disabled", [" unknown (Custom Configuration)."] = "custom" }

-- The state on every line that tells one, if it is the same on all.
local function state_in(out)
  local state
  for rest in out:gmatch("System Integrity Protection status:([^\r\n]*)") do
    local known = STATES[rest]
    if not known or state and state ~= known then return nil end
    state = known
  end
  return state
end

--- Parses `csrutil status` in its three forms (reference §2.2).
-- @return { state = "enabled"|"disabled"|"custom", parts = { ["Kext Signing"] = true|false, … } } or nil, message
function csrutil.parse_status(out)
  local state = state_in(out)
  if not state then return nil, "csrutil status printed something unknown", "unknown" end
  local parts = {}
  for label, word in out:gmatch("\n\t([^\n:]+): (%l+)") do
    if word ~= "enabled" and word ~= "disabled" then
      return nil, "csrutil status printed an unknown word for " .. label, "unknown"
    end
    parts[label] = word == "enabled"
  end
  if state == "custom" and not next(parts) then
    return nil, "csrutil status named a custom configuration and listed none", "unknown"
  end
  return { state = state, parts = parts }
end

--- SIP as csrutil tells it. With several systems installed csrutil asks for one and, unanswered, tells nothing.
function csrutil.status()
  local out, message, code = probe.output { PATH, "status" }
  if not out then return nil, message, code end
  return csrutil.parse_status(out)
end

--- What csrutil's failures mean (reference §2.2).
csrutil.errors = {
  { pattern = "needs to be executed from t?h?e? ?Recovery OS", kind = "place", cause = "csrutil was run outside recovery",
    cure = "shut down fully, hold the power button until \"Loading startup options\" appears, then let go, choose Options, open Terminal",
    unaffected = "nothing was changed" },
  { pattern = "[Ff]ailed to authenticate", kind = "credentials" },
  { pattern = "[Ii]ncorrect password", kind = "credentials" },
  { pattern = "Unknown user", kind = "credentials" },
  { pattern = "[Nn]o administrator", kind = "owner", cause = "no administrator of that system was found",
    cure = "use the short name of a user who can unlock this volume", unaffected = "nothing was changed" },
  { pattern = "pairing %(17%)", kind = "pairing" },
  { pattern = "^%s*aborted", kind = "declined", cause = "the question was answered with no",
    cure = "answer y to go on", unaffected = "nothing was changed" },
  { pattern = "failed to clear system integrity configuration", kind = "refused", cause = "csrutil clear could not change the boot policy",
    cure = "see what csrutil says behind it, then try again in this system's own recovery, as an owner of its volume", -- guess
    unaffected = "the old policy stays in force" },
  { pattern = "Failed to update security configuration", kind = "refused", cause = "the boot policy could not be changed",
    cure = "see what csrutil says behind it; `csrutil clear` has helped some", unaffected = "the old policy stays in force" },
  { pattern = "failed to modify", kind = "refused", cause = "the boot policy could not be changed",
    cure = "see what csrutil says; `csrutil clear` has helped some", unaffected = "the old policy stays in force" },
}

return csrutil
