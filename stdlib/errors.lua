-- Says in plain words what a failure of an Apple tool means: cause, cure, and what is not affected.
-- Must not call anything a password error that does not say so itself.

local text = require "text"

local errors = {}

-- Kinds that several tools share.
local COMMON = {
  credentials = {
    cause = "the tool did not accept this user name and password",
    cure = "use the short name of a volume owner (recovery's screens show full names) and that user's login password",
    unaffected = "nothing was changed" },
  pairing = {
    cause = "this recovery does not belong to the target volume, or it was not reached by holding the power button",
    cure = "make the volume the startup disk, shut down fully, hold the power button until options appear, choose Options",
    unaffected = "no policy was changed" },
}

-- Tools that bring a catalogue of their own.
local CATALOGUED = { bputil = true, csrutil = true, kmutil = true, nvram = true, diskutil = true }

local UNKNOWN = {
  kind = "unknown", cause = "unknown to this program; the tool's own words are all there is",
  cure = "read the tool's words above; what the Mac's state says now decides",
}

-- The line of `output` that holds the pattern, cleaned up for the screen.
local function line_with(output, pattern)
  for line in output:gmatch("[^\r\n]+") do
    if line:find(pattern) then return text.printable(line:match("^%s*(.-)%s*$")) end
  end
end

local function last_line(output)
  local last
  for line in output:gmatch("[^\r\n]+") do
    if line:find("%S") then last = line end
  end
  return last and text.printable(last:match("^%s*(.-)%s*$")):sub(1, 400) or "(it said nothing)"
end

--- What a tool's output means.
-- @param tool string: "bputil", "csrutil", "kmutil", "nvram", or a plan's own tool
-- @param output string: what it printed
-- @param kind string|nil: the kind, where something else than its words tells it
-- @return { kind, cause, cure, unaffected, words = the tool's own line }
function errors.explain(tool, output, kind)
  if kind then
    local common = COMMON[kind]
    return { kind = kind, words = last_line(output), cause = common.cause, cure = common.cure, unaffected = common.unaffected }
  end
  local known = CATALOGUED[tool] and require("tool." .. tool)
  for _, entry in ipairs(known and known.errors or {}) do
    local words = line_with(output, entry.pattern)
    if words then
      local common = COMMON[entry.kind] or {}
      return { kind = entry.kind, words = words, cause = entry.cause or common.cause, cure = entry.cure or common.cure,
        unaffected = entry.unaffected or common.unaffected }
    end
  end
  return { kind = UNKNOWN.kind, cause = UNKNOWN.cause, cure = UNKNOWN.cure, words = last_line(output) }
end

return errors
