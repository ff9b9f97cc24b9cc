-- JSON text to values and back, by dkjson, with hostile input turned into an ordinary failure.
-- Must not add a format of its own.

local dkjson = require "dkjson"

local json = {}

json.null = dkjson.null

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
  local fine, value, _, message = pcall(dkjson.decode, text, from)
  if not fine then return nil, "not JSON: nested too deeply" end
  return value, message
end

return json
