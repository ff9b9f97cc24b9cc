-- A record of a Mac: which commands and facts may be in one, how it is read, and how it answers in the Mac's place.
-- Must not start anything: what a record names is compared with this list, never run.

local record_text = require "base.record_text"

local record = {}

local UUID = "^%x%x%x%x%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$"

local function one_of(...)
  local set = {}
  for _, word in ipairs { ... } do set[word] = true end
  return set
end

-- A word of a command or fact: a text that it must be, a set that it must be in, or a function.
local function uuid(word) return word:find(UUID) ~= nil end
local function volume(word) return word == "/" or #word <= 24 and word:find("^disk%d+s[%ds]+$") ~= nil end
local function name(word) return #word <= 512 end
local function line(word) return #word <= record.LONGEST_SAID end
local function item(word) return #word <= 40 and word:find("^[%l%-]+$") ~= nil end
local function count(word) return word:find("^%d+$") ~= nil and #word <= 15 end
local YES_NO = one_of("yes", "no", "unknown")

--- The named values of sysctl that are asked for.
record.SYSCTLS = { "hw.osenvironment", "hw.model", "machdep.cpu.brand_string", "kern.bootargs", "kern.hv_support",
  "kern.hv_vmm_present", "kern.osbuildconfig" }
--- The variables of NVRAM that are asked for. A whole dump would hold account tokens and seeds (darwin-2026-11 §8).
record.VARIABLES = { "boot-args", "boot-volume", "upgrade-boot-volume", "auto-boot" }

--- Bytes of one line of what a tool said.
record.LONGEST_SAID = 400

local COMMANDS = {
  { "/usr/bin/uname", one_of("-v", "-r", "-m") },
  { "/usr/bin/sw_vers" },
  { "/usr/sbin/sysctl", "-n", one_of(table.unpack(record.SYSCTLS)) },
  { "/usr/sbin/nvram", "-x", one_of(table.unpack(record.VARIABLES)) },
  { "/usr/sbin/diskutil", "apfs", "listVolumeGroups", "-plist" },
  { "/usr/sbin/diskutil", "info", "-plist", volume },
  { "/usr/bin/bputil", "-d", "-v", uuid },
  { "/usr/bin/bputil", "-d", "-j", "-v", uuid },
  { "/usr/bin/csrutil", "status" },
  { "/usr/bin/csrutil", "authenticated-root", "status" },
  { "/usr/bin/pmset", "-g", "batt" },
}

-- What files said, each with its words: see command.record_gather for their meaning.
local FACTS = {
  target = { uuid }, system = { uuid, name, name, YES_NO, YES_NO }, kernel = { uuid, name }, owner = { uuid, name, name },
  ["owners-unknown"] = { uuid, name }, collection = { uuid, count, name }, manifest = { uuid, name, name },
  update = { name, name }, kit = { name }, quota = { count }, managed = { YES_NO }, route = { YES_NO },
  trial = { item, name }, said = { item, line },
}

local function fits(form, word)
  if type(form) == "string" then return form == word end
  if type(form) == "table" then return form[word] == true end
  return form(word)
end

local function fits_all(forms, words)
  if #forms ~= #words then return false end
  for index, form in ipairs(forms) do
    if not fits(form, words[index]) then return false end
  end
  return true
end

local allowed = {}

function allowed.command(argv)
  for _, forms in ipairs(COMMANDS) do
    if fits_all(forms, argv) then return true end
  end
  return nil, "no record holds this command: " .. require("base.text").brief(argv)
end

function allowed.fact(fact, words)
  if not FACTS[fact] then return nil, "no record holds a fact called " .. tostring(fact) end
  if fits_all(FACTS[fact], words) then return true end
  return nil, ("these are not the words of the fact %s"):format(fact)
end

--- May a record hold this command?
-- @return true, or nil and why not
record.allows = allowed.command

--- May a record hold this fact?
-- @return true, or nil and why not
record.allows_fact = allowed.fact

--- Reads the text of a record. See record_text.read.
function record.read(bytes) return record_text.read(bytes, allowed) end

--- Reads a record's file, which may be anything.
-- @param path string
-- @return the record (see record_text.read), or nil and a sentence that names the file, the line and what is wrong
function record.load(path)
  local files = require "lib_file"
  local stat, message = files.stat(path, true)
  if not stat then return nil, message end
  if stat.type == "link" then return nil, path .. ": a link; name the file that it leads to" end
  if stat.type ~= "file" then return nil, path .. ": not a file" end
  if stat.size > record_text.LARGEST then
    return nil, ("%s: %d bytes are too many for a record, which has at most %d"):format(path, stat.size, record_text.LARGEST)
  end
  local bytes, why = files.read(path, record_text.LARGEST)
  if not bytes then return nil, why end
  local found, wrong = record.read(bytes)
  if not found then return nil, ("%s: %s"):format(path, wrong) end
  return found
end

local function answer_of(command)
  return { exit = command.exit, signal = command.signal, stdout = command.stdout, stderr = command.stderr,
    timed_out = command.timed_out or false, truncated = command.cut.stdout ~= nil or command.cut.stderr ~= nil }
end

--- The record in the Mac's place: what tool.probe.use takes.
function record.source(found)
  local answers = {}
  for _, command in ipairs(found.commands) do
    if not command.missing then answers[table.concat(command.argv, "\0")] = answer_of(command) end
  end
  return function(argv)
    local answer = answers[table.concat(argv, "\0")]
    if answer then return answer end
    return nil, "the record does not say what " .. table.concat(argv, " ") .. " printed", "ENOENT"
  end
end

--- The facts of one name: array of their words.
function record.facts(found, fact)
  local list = {}
  for _, words in ipairs(found.facts) do
    if words.name == fact then list[#list + 1] = words end
  end
  return list
end

return record
