-- Reads binary property lists ("bplist00"), the other form in which macOS stores its files.
-- Must survive any bytes: every offset and count is checked, and nesting is bounded.

local binary = {}

local TRAILER_SIZE = 32
local MAX_DEPTH = 64

local function integer_at(self, at, size)
  if at < 1 or at + size - 1 > #self.bytes then error("an integer lies outside the file", 0) end
  if size > 8 then return string.unpack(">i8", self.bytes, at + size - 8) end
  local form = size == 8 and ">i8" or ">I" .. size
  return (string.unpack(form, self.bytes, at))
end

local function slice(self, at, length)
  if length < 0 or at < 1 or at + length - 1 > #self.bytes then error("a value lies outside the file", 0) end
  return self.bytes:sub(at, at + length - 1)
end

-- The count in a marker, or in the integer after it. @return count, position of what follows
local function count_at(self, at, low)
  if low ~= 0xF then return low, at + 1 end
  local size = 1 << ((self.bytes:byte(at + 1) or 0) & 3)
  return integer_at(self, at + 2, size), at + 2 + size
end

local read_object

local function references(self, at, count)
  local list = {}
  if count > #self.bytes then error("a count is larger than the file", 0) end
  for index = 1, count do list[index] = integer_at(self, at + (index - 1) * self.reference_size, self.reference_size) end
  return list
end

local readers = {
  [0x1] = function(self, at, low) return integer_at(self, at + 1, 1 << low) end,
  [0x2] = function(self, at, low)
    return (string.unpack(low == 2 and ">f" or ">d", slice(self, at + 1, 1 << low)))
  end,
  [0x3] = function(self, at) return (string.unpack(">d", slice(self, at + 1, 8))) end,
  [0x4] = function(self, at, low)
    local count, from = count_at(self, at, low)
    return slice(self, from, count)
  end,
  [0x5] = function(self, at, low)
    local count, from = count_at(self, at, low)
    return slice(self, from, count)
  end,
  [0x8] = function(self, at, low) return integer_at(self, at + 1, low + 1) end,
}

-- UTF-16, big endian.
readers[0x6] = function(self, at, low)
  local count, from = count_at(self, at, low)
  local units, letters, index = slice(self, from, count * 2), {}, 1
  while index < #units do
    local unit = string.unpack(">I2", units, index)
    index = index + 2
    if unit >= 0xD800 and unit < 0xE000 then
      local second = unit < 0xDC00 and index < #units and string.unpack(">I2", units, index) or 0
      if second < 0xDC00 or second > 0xDFFF then error("half a character", 0) end
      unit, index = 0x10000 + (unit - 0xD800 << 10) + (second - 0xDC00), index + 2
    end
    letters[#letters + 1] = utf8.char(unit)
  end
  return table.concat(letters)
end

readers[0xA] = function(self, at, low, depth)
  local count, from = count_at(self, at, low)
  local list = {}
  for index, reference in ipairs(references(self, from, count)) do list[index] = read_object(self, reference, depth + 1) end
  return list
end

readers[0xD] = function(self, at, low, depth)
  local count, from = count_at(self, at, low)
  local keys = references(self, from, count)
  local values = references(self, from + count * self.reference_size, count)
  local dict = {}
  for index, reference in ipairs(keys) do
    local key = read_object(self, reference, depth + 1)
    if type(key) ~= "string" then error("a key is not a string", 0) end
    dict[key] = read_object(self, values[index], depth + 1)
  end
  return dict
end

local CONSTANTS = { [0x08] = false, [0x09] = true }

function read_object(self, reference, depth)
  if depth > MAX_DEPTH then error("nested too deeply", 0) end
  self.budget = self.budget - 1
  if self.budget < 0 then error("too many objects", 0) end
  local offset = integer_at(self, self.table_at + reference * self.offset_size, self.offset_size) + 1
  local marker = self.bytes:byte(offset)
  if not marker then error("an object lies outside the file", 0) end
  if CONSTANTS[marker] ~= nil then return CONSTANTS[marker] end
  local read = readers[marker >> 4] or error(("unknown object %02x"):format(marker), 0)
  return read(self, offset, marker & 0xF, depth)
end

local function read_document(bytes)
  if #bytes < 8 + TRAILER_SIZE then error("cut off", 0) end
  local offset_size, reference_size, count, top, table_at = string.unpack(">I1I1I8I8I8", bytes, #bytes - TRAILER_SIZE + 7)
  if offset_size < 1 or offset_size > 8 or reference_size < 1 or reference_size > 8 then error("odd sizes", 0) end
  if count < 1 or count > #bytes or table_at < 8 or table_at > #bytes then error("odd counts", 0) end
  local self = { bytes = bytes, offset_size = offset_size, reference_size = reference_size, table_at = table_at + 1,
    budget = count * 4 }
  return read_object(self, top, 1)
end

--- Parses one binary property list.
-- @param bytes string
-- @return the value (dates as seconds, data as strings), or nil and a message
function binary.parse(bytes)
  local fine, value = pcall(read_document, bytes)
  if fine then return value end
  return nil, "not a binary property list: " .. tostring(value)
end

return binary
