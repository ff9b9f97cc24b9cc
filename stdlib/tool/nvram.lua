-- Reads and writes NVRAM variables with nvram(8), boot-args above all. Facts: reference §4.
-- Must not delete boot-args (an emptied variable counts as cleared) and never touches other variables' values.

local plist = require "base.plist"
local probe = require "tool.probe"

local nvram = {}

local PATH = "/usr/sbin/nvram"

--- Namespace of Apple's system variables. The kernel sends boot-args there whichever name is used; recovery has been
-- seen to refuse the plain name and take this one (reference §4.2, §4.3).
nvram.SYSTEM_GUID = "40A0DDD2-77F8-4392-B4A3-1E7304206516"

local function value_in(answer, name)
  local dict = plist.parse(answer)
  if type(dict) ~= "table" then return nil end
  local value = dict[name] or dict[nvram.SYSTEM_GUID .. ":" .. name]
  return type(value) == "string" and value or nil
end

-- Without -x a line is NAME, a tab, the value (reference §4.1). One without its end may be cut off.
local function value_in_line(answer, name)
  return answer:match("^" .. name:gsub("%p", "%%%0") .. "\t([^\n]*)\n$")
end

--- Reads one variable.
-- @return { value = string, absent = boolean } (value is "" when absent), or nil, message, code
function nvram.read(name)
  local argv = { PATH, "-x", name }
  local out, message, code, answer = probe.output(argv)
  if out then
    local value = value_in(out, name) or value_in_line(out, name)
    if value then return { value = value, absent = false } end
    return nil, "nvram printed something unknown for " .. name, "unknown"
  end
  -- The wording before the tail changed between releases: match the tail (reference §4.1).
  if answer and (answer.stderr .. answer.stdout):find("data was not found", 1, true) then
    return { value = "", absent = true }
  end
  return nil, message, code
end

--- The value alone: "" when the variable is absent, nil and a message when it cannot be read.
function nvram.get(name)
  local seen, message, code = nvram.read(name)
  if not seen then return nil, message, code end
  return seen.value
end

--- Command: set a variable.
-- @param name string
-- @param value string, byte for byte
-- @param options { guid = true } writes under the system namespace, the form that recovery takes
function nvram.set(name, value, options)
  local full = options and options.guid and nvram.SYSTEM_GUID .. ":" .. name or name
  return { argv = { PATH, full .. "=" .. value }, tool = "nvram", seconds = 60 }
end

--- Command: force held-back writes to storage (writes within 15 minutes of another wait in memory, reference §4.1).
function nvram.sync()
  return { argv = { PATH, "-s" }, tool = "nvram", seconds = 60 }
end

local NOT_TAKEN = "NVRAM did not take the change"
local SEE_WHY = "see the reason behind it; in macOS, with SIP off, most writes are allowed"

--- What nvram's failures mean (reference §4.1, §4.3).
nvram.errors = {
  { pattern = "not permitted", kind = "denied",
    cause = "this system does not allow boot-args to be written here",
    cure = "set them from macOS after the restart, when System Integrity Protection is off",
    unaffected = "NVRAM and the boot policy are as they were" },
  { pattern = "privilege violation", kind = "root", cause = "nvram was not run as root",
    cure = "run it in recovery's Terminal, or with sudo in macOS", unaffected = "NVRAM is as it was" },
  { pattern = "no space", kind = "length",
    cause = "boot-args would be longer than this macOS takes (607 bytes before macOS 14, 1,023 from 14 on), or NVRAM is full",
    cure = "remove arguments you no longer need", unaffected = "NVRAM is as it was" },
  { pattern = "Error creating CFTypeRef", kind = "value", cause = "the value is not valid UTF-8, and nvram writes nothing else",
    cure = "take the characters beyond ASCII out of boot-args by hand", unaffected = "NVRAM is as it was" },
  { pattern = "invalid argument", kind = "value", cause = "nvram does not take this value; it has to be valid UTF-8",
    cure = "take the characters beyond ASCII out of boot-args by hand", unaffected = "NVRAM is as it was" },
  { pattern = "general error", kind = "denied", cause = "the kernel refused the write without saying why",
    cure = "set boot-args from macOS after the restart", unaffected = "NVRAM is as it was" },
  { pattern = "data was not found", kind = "absent", cause = "NVRAM holds no variable of this name",
    cure = "where it was to be deleted nothing is left to do; otherwise check its name", unaffected = "NVRAM is as it was" },
  { pattern = "Error setting variable", kind = "refused", cause = NOT_TAKEN, cure = SEE_WHY, unaffected = "NVRAM is as it was" },
  { pattern = "Error deleting variable", kind = "refused", cause = NOT_TAKEN, cure = SEE_WHY, unaffected = "NVRAM is as it was" },
}

return nvram
