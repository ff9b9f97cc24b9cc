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
  cause = "unknown to this program; the tool's own words are all there is",
  cure = "read the tool's words above; what the Mac's state says now decides",
}

-- Bytes of a tool's line that are shown.
local LONGEST_QUOTE = 1000

-- Cut first: a tool gone wrong may print a megabyte without a line end.
local function tidy(line)
  line = line:sub((line:find("%S")) or 1)
  return text.printable(line:sub(1, LONGEST_QUOTE):match("^(.-)%s*$"))
end

-- What a tool says last counts: a name mistyped and corrected on the way is not why it failed in the end.
-- @return the catalogue's entry, and the line
local function last_known(catalogue, output)
  local found, words
  for line in output:gmatch("[^\r\n]+") do
    for _, entry in ipairs(catalogue) do
      if line:find(entry.pattern) then
        found, words = entry, tidy(line)
        break
      end
    end
  end
  return found, words
end

local function last_line(output)
  local last
  for line in output:gmatch("[^\r\n]+") do
    if line:find("%S") then last = line end
  end
  return last and tidy(last) or "(it said nothing)"
end

local function explanation(kind, words, entry)
  local common = COMMON[kind] or {}
  return { kind = kind, words = words, cause = entry.cause or common.cause, cure = entry.cure or common.cure,
    unaffected = entry.unaffected or common.unaffected }
end

--- What a tool's output means.
-- @param tool string: "bputil", "csrutil", "kmutil", "nvram", "diskutil", or a plan's own tool
-- @param output string: what it printed
-- @param kind string|nil: the kind, where something else than its words tells it
-- @return { kind, cause, cure, unaffected, words = the tool's own line }
function errors.explain(tool, output, kind)
  if kind then return explanation(kind, last_line(output), {}) end
  local catalogue = CATALOGUED[tool] and require("tool." .. tool).errors or {}
  local entry, words = last_known(catalogue, output)
  if entry then return explanation(entry.kind, words, entry) end
  return explanation("unknown", last_line(output), UNKNOWN)
end

return errors
