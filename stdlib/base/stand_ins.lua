-- Replaces what tells one machine or person from another by stand-ins: the same thing by the same one, wherever it stands.
-- Must not know where such things come from: names and chip numbers are told to it, the rest it knows by its form.

local base64 = require "base.base64"
local text = require "base.text"

local stand_ins = {}

local UUID = "%x%x%x%x%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x"
local MAC_ADDRESS = "%f[%x]%x%x:%x%x:%x%x:%x%x:%x%x:%x%x%f[%X]"
local SHORTEST_HASH = 32

-- UUIDs of formats and namespaces, the same on every Mac.
local OF_ALL = {
  ["41504653-0000-11AA-AA11-00306543ECAC"] = true, ["EF57347C-0000-AA11-AA11-00306543ECAC"] = true,
  ["EBC6C064-0000-11AA-AA11-00306543ECAC"] = true, ["40A0DDD2-77F8-4392-B4A3-1E7304206516"] = true,
}

local StandIns = {}
StandIns.__index = StandIns

-- The number of a thing: in the order in which they are met.
function StandIns:number_of(kind, key)
  local known = self.known[kind] or { count = 0 }
  self.known[kind] = known
  if not known[key] then
    known.count = known.count + 1
    known[key] = known.count
  end
  return known[key]
end

function StandIns:uuid(found)
  if OF_ALL[found:upper()] then return found end
  local number = self:number_of("uuid", found:upper())
  return ("%08X-0000-4000-A000-%012X"):format(number, number)
end

-- A UUID without its dashes is that UUID; any other long run of digits is a hash.
function StandIns:hash(found)
  if #found < SHORTEST_HASH then return found end
  if #found == 32 then
    local dashed = ("%s-%s-%s-%s-%s"):format(found:sub(1, 8), found:sub(9, 12), found:sub(13, 16), found:sub(17, 20), found:sub(21))
    return (self:uuid(dashed):gsub("%-", ""))
  end
  return ("0"):rep(#found - 8) .. ("%08X"):format(self:number_of("hash", found:upper()))
end

local function little_endian(number) return (string.pack("<I8", number):gsub(".", function(b) return ("%02x"):format(b:byte()) end)) end

-- A chip's number in hex, with 0x or without, in decimal, or byte by byte from the lowest.
function StandIns:chip_number(token)
  local digits = token:gsub("^0[xX]", "")
  for number, other in pairs(self.numbers) do
    local bare = digits:gsub("^0+(.)", "%1"):lower()
    if bare == ("%x"):format(number) then return (token ~= digits and "0x" or "") .. ("%X"):format(other) end
    if token == ("%d"):format(number) then return ("%d"):format(other) end
    if digits:lower() == little_endian(number) then return little_endian(other) end
  end
end

local function escaped(value)
  return (value:gsub("&", "&amp;"):gsub("<", "&lt;"):gsub(">", "&gt;"))
end

local function percent(value)
  return (value:gsub("[^%w%-%._~]", function(byte) return ("%%%02X"):format(byte:byte()) end))
end

-- As the shell wants it between quotes.
local function quoted(value) return (value:gsub("'", "'\\''")) end

--- Tells a name, and what stands in its place. A shorter name never replaces a part of a longer one.
function StandIns:name(value, instead)
  self.whole[value:lower()] = self.whole[value:lower()] or instead
  for _, form in ipairs { value, escaped(value), percent(value), quoted(value), text.printable(value) } do
    if #form > 1 and not self.names[form:lower()] then
      self.names[form:lower()] = instead
      table.insert(self.order, form:lower())
    end
  end
  table.sort(self.order, function(a, b) return #a > #b or #a == #b and a < b end)
end

--- Tells a chip's number (ECID).
function StandIns:number(value)
  self.numbers[value] = self.numbers[value] or 0xEC1D00000000 + self:number_of("chip", value)
end

local function is_word(words, at) return words:sub(at, at):find("^[%w\x80-\xFF]") ~= nil end

-- Does the name stand alone at this place, and not inside a longer word?
local function stands_alone(words, from, to)
  return not (is_word(words, from) and from > 1 and is_word(words, from - 1)) and not (is_word(words, to) and is_word(words, to + 1))
end

--- The text with the names that were told replaced, in upper or lower case, where they stand as words of their own.
function StandIns:without_names(words)
  for _, name in ipairs(self.order) do
    local pieces, at, low = {}, 1, words:lower()
    local from, to = low:find(name, 1, true)
    while from do
      pieces[#pieces + 1] = words:sub(at, from - 1) .. (stands_alone(words, from, to) and self.names[name] or words:sub(from, to))
      at = to + 1
      from, to = low:find(name, at, true)
    end
    words = table.concat(pieces) .. words:sub(at)
  end
  return words
end

--- The text with UUIDs, hashes, network addresses of the hardware and chip numbers replaced; no names.
function StandIns:without_numbers(words)
  local changed = words:gsub(UUID, function(found) return self:uuid(found) end)
    :gsub("%f[%w]%x+%f[%W]", function(found) return self:hash(found) end)
    :gsub(MAC_ADDRESS, function(found) return ("02:00:00:00:00:%02X"):format(self:number_of("address", found:upper()) & 255) end)
  return (changed:gsub("%f[%w]%w+%f[%W]", function(token) return self:chip_number(token) end))
end

function StandIns:bytes(value)
  for number, other in pairs(self.numbers) do
    for _, form in ipairs { "<I8", ">I8" } do
      local from, to = value:find(string.pack(form, number), 1, true)
      if from then value = value:sub(1, from - 1) .. string.pack(form, other) .. value:sub(to + 1) end
    end
  end
  return self:text(value)
end

--- The text with all of it replaced. A name of one letter is known only where it is all there is.
function StandIns:text(words) return self.whole[words:lower()] or self:without_numbers(self:without_names(words)) end

--- A property list with all of it replaced in its values; its keys stay.
function StandIns:plist(xml)
  local changed = xml:gsub("<string>(.-)</string>", function(value) return "<string>" .. self:text(value) .. "</string>" end)
  return (changed:gsub("<data>(.-)</data>", function(value)
    local bytes = base64.decode(value)
    local other = self:bytes(bytes)
    if other ~= bytes then return "<data>" .. base64.encode(other) .. "</data>" end
  end))
end

--- A new set of stand-ins.
function stand_ins.new() return setmetatable({ known = {}, names = {}, whole = {}, order = {}, numbers = {} }, StandIns) end

return stand_ins
