-- The parameters of a plan: their types, defaults and bounds, and the values that are given for them.
-- Must not know where a value comes from.
--
-- A parameter: { kind, default, bounds }. bounds, all optional: least and most (an integer's; the bytes of words), among (the only
-- words there may be, in the order in which they are told), says (a sentence: what it is for).

local text = require "base.text"

local param = {}

local KINDS = { "uuid", "word", "words", "integer", "path", "text" }

local BOUNDS = { least = "number", most = "number", among = "table", says = "string" }

local function list_of(value)
  local words = {}
  for word in tostring(value):gmatch("[^ ]+") do words[#words + 1] = word end
  return words
end

local function is_among(word, among)
  for _, known in ipairs(among or { word }) do
    if known == word then return true end
  end
  return false
end

-- @return what is wrong with a word, or nil
local function word_fault(word, bounds)
  if type(word) ~= "string" or not word:find("^[^%c%s]+$") or not utf8.len(word) then
    local shown = text.printable(tostring(word)):gsub("%c", function(c) return ("\\x%02x"):format(c:byte()) end)
    return ("holds %s, which has a blank or a control character in it"):format(shown)
  end
  if not is_among(word, bounds.among) then return ("holds %s, which is not one of %s"):format(word, table.concat(bounds.among, ", ")) end
end

local function words(value, bounds)
  local list = list_of(value)
  for _, word in ipairs(list) do
    local fault = word_fault(word, bounds)
    if fault then return nil, fault end
  end
  local bytes = #table.concat(list, " ")
  if bounds.most and bytes > bounds.most then return nil, ("has %d bytes; at most %d are allowed"):format(bytes, bounds.most) end
  if bounds.least and bytes < bounds.least then return nil, "needs at least one word" end
  return list
end

local function matching(pattern)
  return function(value) return type(value) == "string" and value:find(pattern) and value or nil end
end

local function integer(value, bounds)
  local number = math.tointeger(tonumber(value))
  if not number or number >= (bounds.least or number) and number <= (bounds.most or number) then return number end
  return nil, ("is %d; it may be %s to %s"):format(number, bounds.least or "anything", bounds.most or "anything")
end

local function word(value, bounds)
  if type(value) ~= "string" or not value:find("^%S+$") then return nil end
  local fault = bounds.among and word_fault(value, bounds)
  if fault then return nil, fault end
  return value
end

local CHECKS = { uuid = matching("^%x+%-%x+%-%x+%-%x+%-%x+$"), word = word, words = words, integer = integer, path = matching("^/"),
  text = matching("") }

--- Makes one: the word `param` of plans.
function param.new(kind, default, bounds) return { kind = kind, default = default, bounds = bounds } end

local function bounds_fault(bounds)
  if type(bounds) ~= "table" then return "has bounds that are no table" end
  for name, value in pairs(bounds) do
    if type(value) ~= BOUNDS[name] then return ("has bounds with %s; there are least, most, among and says"):format(tostring(name)) end
  end
end

--- What is wrong with a parameter as a plan describes it, or nil.
function param.fault(one)
  if type(one) ~= "table" or not CHECKS[one.kind] then
    return ("must be param with one of: %s"):format(table.concat(KINDS, ", "))
  end
  return one.bounds ~= nil and bounds_fault(one.bounds) or nil
end

--- The value of a parameter.
-- @param one parameter
-- @param raw what was given
-- @return value; or nil and what is wrong
function param.value(one, raw)
  local value, why = CHECKS[one.kind](raw, one.bounds or {})
  if value ~= nil then return value end
  return nil, why or ("is not a %s: %s"):format(one.kind, text.printable(tostring(raw)))
end

--- Values as they would be typed, where they are lists: what a journal holds.
-- @param values table: name → value
function param.typed(values)
  local typed = {}
  for name, one in pairs(values) do typed[name] = type(one) == "table" and table.concat(one, " ") or one end
  return typed
end

--- Type, default and bounds, in words.
function param.describe(one)
  local bounds, said = one.bounds or {}, { one.kind == "words" and "words, separated by blanks" or one.kind }
  if bounds.among then said[#said + 1] = "of " .. table.concat(bounds.among, ", ") end
  if one.kind == "words" and bounds.most then said[#said + 1] = ("at most %d bytes"):format(bounds.most) end
  if one.kind == "integer" and (bounds.least or bounds.most) then
    said[#said + 1] = ("%s to %s"):format(bounds.least or "any", bounds.most or "any")
  end
  said[#said + 1] = one.default == nil and "must be given" or one.default == "" and "default: none" or "default: " .. tostring(one.default)
  return table.concat(said, "; ")
end

return param
