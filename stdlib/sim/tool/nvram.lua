-- nvram: firmware variables (reference §4).
-- It must not keep anything across a restart by itself; `sim.variables` says what survives one.

local place = require "sim.place"
local variables = require "sim.variables"

local nvram = {}

local SYSTEM, COMMON = "40A0DDD2-77F8-4392-B4A3-1E7304206516", "7C436110-AB2A-4BBB-A880-FE41995C9F82"

local TYPES = { ["boot-args"] = "string", ["boot-volume"] = "string", ["auto-boot"] = "boolean" }

-- With a system region, boot-args is one variable whichever GUID is given (§4.2).
local function split(word)
  local guid, name = word:match("^(%x%x%x%x%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x):(.+)$")
  if not guid then return word, nil end
  guid = guid:upper()
  if guid == COMMON or name == "boot-args" then return name, guid end
  return guid .. ":" .. name, guid
end

local function say(p, text)
  local prefix = p.state.wording.nvram_error == "prefixed" and "nvram: " or ""
  p.err(prefix, text, "\n")
end

local function missing(p, word)
  say(p, ("Error getting variable - '%s': (iokit/common) data was not found"):format(word))
  p.leave(1)
end

-- A string that is no UTF-8 is read again as MacRoman, so other bytes are shown than are stored (facts-2026-11 B.3).
local function shown(variable)
  local value = variable.value
  if variable.data or utf8.len(value) then return value end
  return require("sim.mac_roman").to_utf8(value) -- a table that is hardly ever needed
end

-- Data is shown with %xx for whatever is not printable; strings are shown as they are.
local function printable(variable)
  if not variable.data then return shown(variable) end
  return (variable.value:gsub("[^ -$&-~]", function(byte) return ("%%%02x"):format(byte:byte()) end))
end

local function decode(text)
  if text:gsub("%%%x%x", ""):find("%%") then return nil end
  return (text:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

-- Who refuses a write of boot-args (§4.3): in macOS SIP's NVRAM bit of the running system, in recovery the release.
local function refusal(p, name, guid)
  if p.state.uid ~= 0 then return "(iokit/common) privilege violation" end
  if guid == SYSTEM and name ~= "boot-args" then return "(iokit/common) not permitted" end
  if name ~= "boot-args" then return nil end
  local allowed
  if place.in_recovery(p.state) then
    local form = guid and "nvram_guid" or "nvram_plain"
    allowed = p.state.mac[form] and not p.circumstance("nvram-denied")
  else
    allowed = (p.state.running.sip0 or 0) & 0x40 ~= 0
  end
  return not allowed and "(iokit/common) not permitted" or nil
end

local function set_failed(p, word, why)
  say(p, ("Error setting variable - '%s': %s."):format(word, why))
  p.leave(1)
end

-- What nvram itself refuses before the kernel is asked (facts-2026-11 B.1, B.3).
local function refuse_value(p, value)
  p.fail(1, "nvram: Error creating CFTypeRef for value ", value, "\n")
end

-- boot-args is a string, keeps its bytes, and must be shorter than the release allows (facts-2026-11 B.1, B.4). That
-- they are no UTF-8 is found out by nvram where the variable is there, by the kernel where it is not.
local function convert_string(p, word, name, value)
  if not utf8.len(value) then
    if variables.find(p.state, name) then refuse_value(p, value) end
    set_failed(p, word, "(iokit/common) invalid argument")
  end
  local limit = variables.boot_args_limit(place.booted(p.state).version)
  if name == "boot-args" and #value > limit then set_failed(p, word, "(iokit/common) no space for data") end
  return { name = name, value = value }
end

-- A new variable is tried as data first, so its %xx are decoded; with a % that says nothing it becomes a string.
local function convert_untyped(p, word, name, value)
  local data, before = decode(value), variables.find(p.state, name)
  if data and (not before or before.data) then return { name = name, value = data, data = true } end
  if before and before.data then refuse_value(p, value) end
  return convert_string(p, word, name, value)
end

local function convert(p, word, name, value)
  local kind = TYPES[name]
  if kind == "string" then return convert_string(p, word, name, value) end
  if kind == "boolean" then return { name = name, value = value } end
  return convert_untyped(p, word, name, value)
end

-- Takes a word away that somebody else had set, where the circumstance says so (claims A.1).
local function lose_word(p, name, value)
  local before = variables.find(p.state, name)
  local word = p.circumstance("nvram-loses-word") and before and before.value:match("^%s*(%S+)")
  if not word then return value end
  local from, to = value:find(word, 1, true)
  return from and (value:sub(1, from - 1) .. value:sub(to + 1):gsub("^ ", "")) or value
end

local function set(p, word, value)
  local name, guid = split(word)
  p.changes()
  local why = refusal(p, name, guid)
  if why then set_failed(p, word, why) end
  local variable = convert(p, word, name, value)
  variable.value = lose_word(p, name, variable.value)
  p.change({ function() variables.put(p.state, variable) end }, function()
    set_failed(p, word, "(iokit/common) general error")
  end)
end

local function get(p, word)
  p.reads()
  local variable = variables.find(p.state, (split(word)))
  if not variable then missing(p, word) end
  p.out(word, "\t", printable(variable), "\n")
end

-- -d hides every error, -r prints it (§4.1).
local function delete(p, word, prints)
  local name, guid = split(word)
  p.changes()
  local why = refusal(p, name, guid)
  if not why and not variables.find(p.state, name) then why = "(iokit/common) data was not found" end
  local function fail()
    local text = why or "(iokit/common) general error"
    say(p, ("Error deleting variable - '%s': %s (0x%x)"):format(word, text, 0xE00002BC))
    p.leave(1)
  end
  if why then return prints and fail() or 0 end
  p.change({ function() variables.drop(p.state, name) end }, prints and fail or function() p.leave(0) end)
end

local function force_sync(p)
  p.changes()
  p.change({ function() variables.sync(p.state) end }, function()
    say(p, "Error syncing: (iokit/common) general error") -- guess: wording
    p.leave(1)
  end)
end

local function escape(text)
  return (text:gsub("[&<>]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }))
end

local function value_xml(variable)
  if variable.data then
    return "\t<data>\n\t" .. require("base.base64").encode(variable.value) .. "\n\t</data>\n"
  end
  if TYPES[variable.name] == "boolean" then return "\t<" .. variable.value .. "/>\n" end
  return "\t<string>" .. escape(shown(variable)) .. "</string>\n"
end

local function print_xml(p, named)
  local parts = {}
  for _, item in ipairs(named) do
    parts[#parts + 1] = "\t<key>" .. escape(item[1]) .. "</key>\n" .. value_xml(item[2])
  end
  p.out(require("sim.xml").document("<dict>\n" .. table.concat(parts) .. "</dict>\n"))
end

local function print_all(p, as_xml)
  p.reads()
  local named = {}
  for index, variable in ipairs(p.state.nvram) do named[index] = { variable.name, variable } end
  if as_xml then return print_xml(p, named) end
  for _, item in ipairs(named) do p.out(item[1], "\t", printable(item[2]), "\n") end
end

local function get_xml(p, word)
  p.reads()
  local variable = variables.find(p.state, (split(word)))
  if not variable then missing(p, word) end
  print_xml(p, { { word, variable } })
end

local function usage(p, message)
  p.err("nvram: (usage: ", message, ")\nnvram [-x] [-p] [-f filename] [-d name] [-c] name[=value] ...\n")
  p.leave(1)
end

local function clear_all(p)
  p.changes()
  p.change({ function() p.state.nvram = {} end }, function() p.leave(1) end)
end

local function next_word(p, index)
  local word = p.args[index + 1]
  if not word or word:sub(1, 1) == "-" then usage(p, "missing name") end
  return word
end

-- One option word, letters in order; returns the index of the last argument used.
local function option(p, index, mode)
  for letter in p.args[index]:sub(2):gmatch(".") do
    if letter == "x" then mode.xml = true
    elseif letter == "p" then print_all(p, mode.xml)
    elseif letter == "s" then force_sync(p)
    elseif letter == "c" then clear_all(p)
    elseif letter == "d" or letter == "r" then
      delete(p, next_word(p, index), letter == "r")
      index = index + 1
    else usage(p, "invalid option") end
  end
  return index
end

local function plain(p, word, mode)
  local name, value = word:match("^([^=]*)=(.*)$")
  if name then return set(p, name, value) end
  if mode.xml then return get_xml(p, word) end
  return get(p, word)
end

--- Plays nvram; see `sim.tools.play`.
function nvram.nvram(p)
  local index, mode = 1, {}
  if #p.args == 0 then usage(p, "no arguments") end
  while index <= #p.args do
    local word = p.args[index]
    if word:match("^%-.") then index = option(p, index, mode) else plain(p, word, mode) end
    index = index + 1
  end
end

return nvram
