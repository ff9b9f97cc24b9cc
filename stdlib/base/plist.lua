-- Reads property lists, the form in which diskutil, nvram, ioreg and macOS itself hand out data: XML here, binary in
-- plist_binary.
-- Must not guess: text that is not a whole, well-formed property list is an error, never a partial table.

local base64 = require "base.base64"

local plist = {}

local ENTITIES = { lt = "<", gt = ">", amp = "&", quot = '"', apos = "'" }

local function decode_entity(name, stop)
  if stop == "" then error("an unfinished entity", 0) end
  local hex, decimal = name:match("^#x(%x+)$"), name:match("^#(%d+)$")
  local code = hex and tonumber(hex, 16) or decimal and tonumber(decimal)
  if code and code <= 0x10FFFF then return utf8.char(code) end
  return ENTITIES[name] or error("unknown entity &" .. name .. ";", 0)
end

local function decode_text(text)
  return (text:gsub("&([^;&]*)(;?)", decode_entity))
end

-- What the text between an opening and a closing tag means, by tag.
local LEAVES = {
  string = decode_text,
  key = decode_text,
  date = decode_text,
  data = base64.decode,
  real = function(text) return (tonumber(text) or error("bad <real>", 0)) + 0.0 end,
  integer = function(text)
    local number = tonumber((text:gsub("%s", "")))
    return math.type(number) == "integer" and number or error("bad <integer>", 0)
  end,
}

local MAX_DEPTH = 64

-- Skips white space, comments, the XML declaration and the document type.
local function skip(text, at)
  while true do
    at = text:match("^%s*()", at)
    if text:sub(at, at + 3) == "<!--" then
      local _, stop = text:find("-->", at + 4, true)
      at = (stop or error("unfinished comment", 0)) + 1
    elseif text:find("^<[?!]", at) then
      at = text:match("^[^>]*>()", at) or error("unfinished declaration", 0)
    else
      return at
    end
  end
end

local read_value

local function read_dict(text, at, depth)
  local result = {}
  while true do
    at = skip(text, at)
    local close = text:match("^</dict>()", at)
    if close then return result, close end
    local key, after = text:match("^<key>([^<]*)</key>()", at)
    if not key then error("a key is missing in <dict>", 0) end
    result[decode_text(key)], at = read_value(text, skip(text, after), depth)
  end
end

local function read_array(text, at, depth)
  local result = {}
  while true do
    at = skip(text, at)
    local close = text:match("^</array>()", at)
    if close then return result, close end
    result[#result + 1], at = read_value(text, at, depth)
  end
end

function read_value(text, at, depth)
  if depth > MAX_DEPTH then error("nested too deeply", 0) end
  local tag, empty, after = text:match("^<(%a+)%s*(/?)>()", at)
  if not tag then error("a value is missing", 0) end
  if empty == "/" then
    if tag == "true" or tag == "false" then return tag == "true", after end
    if tag == "dict" or tag == "array" then return {}, after end
    if tag == "string" or tag == "data" then return "", after end
    error("empty <" .. tag .. "/>", 0)
  end
  if tag == "dict" then return read_dict(text, after, depth + 1) end
  if tag == "array" then return read_array(text, after, depth + 1) end
  local leaf = LEAVES[tag] or error("unknown tag <" .. tag .. ">", 0)
  local content, stop = text:match("^([^<]*)</" .. tag .. ">()", after)
  if not content then error("<" .. tag .. "> does not end", 0) end
  return leaf(content), stop
end

local function read_document(text)
  local start = skip(text, 1)
  local inside = text:match("^<plist[^>]*>()", start) or error("no <plist>", 0)
  local value, stop = read_value(text, skip(text, inside), 1)
  stop = skip(text, stop)
  if not text:find("^</plist>%s*$", stop) then error("<plist> does not end", 0) end
  return value
end

--- What a dictionary holds under a key, if it is of this kind ("string", "table", "boolean"); else nil. A list of somebody
-- else's making may hold anything anywhere.
function plist.field(dict, key, kind)
  if type(dict) == "table" and type(dict[key]) == kind then return dict[key] end
end

--- Parses one property list, XML or binary. Dates of XML come back as their text, data as a byte string.
-- @param text string: the whole document
-- @return the value, or nil and a message
function plist.parse(text)
  if text:sub(1, 8) == "bplist00" then return require("base.plist_binary").parse(text) end
  local fine, value = pcall(read_document, text)
  if fine then return value end
  return nil, "not a property list: " .. tostring(value)
end

return plist
