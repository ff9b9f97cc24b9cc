-- Writes XML property lists the way Apple's tools print them.
-- It must not read any; that is `plist`.

local base64 = require "base.base64"
local keys = require "base.keys"

local xml = {}

local HEAD = [[
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
]]

local ESCAPES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }

--- `body` (one element, ending in a newline) as a whole document.
function xml.document(body) return HEAD .. body .. "</plist>\n" end

local emit

local function emit_list(out, list, indent)
  if #list == 0 then out[#out + 1] = indent .. "<array/>\n" return end
  out[#out + 1] = indent .. "<array>\n"
  for _, item in ipairs(list) do emit(out, item, indent .. "\t") end
  out[#out + 1] = indent .. "</array>\n"
end

local function emit_dict(out, dict, indent)
  local sorted = keys.sorted(dict)
  if #sorted == 0 then out[#out + 1] = indent .. "<dict/>\n" return end
  out[#out + 1] = indent .. "<dict>\n"
  for _, key in ipairs(sorted) do
    out[#out + 1] = indent .. "\t<key>" .. key:gsub("[&<>]", ESCAPES) .. "</key>\n"
    emit(out, dict[key], indent .. "\t")
  end
  out[#out + 1] = indent .. "</dict>\n"
end

local function element(value)
  local kind = math.type(value) or type(value)
  if kind == "boolean" then return value and "<true/>" or "<false/>" end
  if kind == "integer" then return "<integer>" .. value .. "</integer>" end
  if kind == "float" then return "<real>" .. value .. "</real>" end
  return "<string>" .. value:gsub("[&<>]", ESCAPES) .. "</string>"
end

function emit(out, value, indent)
  if type(value) ~= "table" then out[#out + 1] = indent .. element(value) .. "\n"
  elseif value.list then emit_list(out, value.list, indent)
  elseif value.data then
    out[#out + 1] = ("%s<data>\n%s%s\n%s</data>\n"):format(indent, indent, base64.encode(value.data), indent)
  else emit_dict(out, value, indent) end
end

--- A property list. Tables are dictionaries, except { list = array } and { data = bytes }.
function xml.plist(value)
  local out = {}
  emit(out, value, "")
  return xml.document(table.concat(out))
end

return xml
