-- JSON text to values and back, by dkjson, with hostile input turned into an ordinary failure.
-- Must not add a format of its own.

local dkjson = require "dkjson"

local json = {}

json.null = dkjson.null

-- The marks of decoded tables, one pair for all: dkjson would make two more tables at every call.
local OBJECT, ARRAY = { __jsontype = "object" }, { __jsontype = "array" }

--- @param value table or plain value
-- @param key_order array|nil: keys to write first, in this order
-- @return one line of JSON
function json.encode(value, key_order)
  return dkjson.encode(value, { keyorder = key_order })
end

--- @param text string
-- @param from integer|nil: position to start at
-- @return the value, or nil and a message; nesting without end is a failure like any other
function json.decode(text, from)
  local fine, value, _, message = pcall(dkjson.decode, text, from, nil, OBJECT, ARRAY)
  if not fine then return nil, "not JSON: nested too deeply" end
  return value, message
end

-- What JSON writes as it is: nothing to escape, nothing to round.
local function is_plain(value)
  return type(value) == "string" and #value <= 256 and not value:find('[%c"\\\128-\255]') or type(value) == "boolean"
end

--- A copy of a small table of plain words, the same as decode(encode(value)) in everything but the time it takes.
-- @return the copy, or nil when this value has to go through text
function json.copy_plain(value)
  if type(value) ~= "table" or getmetatable(value) then return nil end
  local copy, fields = {}, 0
  for key, inner in pairs(value) do
    fields = fields + 1
    if fields > 32 or type(key) ~= "string" or not is_plain(key) or not is_plain(inner) then return nil end
    copy[key] = inner
  end
  return setmetatable(copy, fields == 0 and ARRAY or OBJECT)
end

return json
