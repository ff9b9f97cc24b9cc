-- Reads the headers of Mach-O files, kernel collections (file sets) above all, without loading the file.
-- Must survive any bytes: every offset and count is checked against the file's size before it is used.

local macho = {}

local MAGIC_64 = 0xFEEDFACF
local CPU_ARM64 = 0x0100000C
local SUBTYPE_ARM64E = 2
local FILETYPE_FILESET, FILETYPE_EXECUTE = 0xC, 0x2 -- MH_FILESET, MH_EXECUTE
local LC_SEGMENT_64, LC_UUID, LC_FILESET_ENTRY = 0x19, 0x1B, 0x80000035
local HEADER_SIZE = 32
local MAX_COMMANDS_SIZE = 16 << 20
-- A collection has well under a thousand entries; a hostile file may claim half a million.
local MAX_ENTRIES = 16384

local function fail(path, why)
  error({ message = ("%s: %s"):format(path, why) }, 0)
end

local function read_exactly(path, read_at, offset, length)
  local bytes, message = read_at(path, offset, length)
  if not bytes then fail(path, message or "cannot be read") end
  if #bytes < length then fail(path, ("cut off: byte %d is missing"):format(offset + #bytes)) end
  return bytes
end

local NOT_OF_KIND = {
  [FILETYPE_FILESET] = "not a file set (Mach-O type %d): kmutil create makes the right kind",
  [FILETYPE_EXECUTE] = "not a kernel (Mach-O type %d)",
}

-- Reads the header at an offset and holds it against the kind that is wanted. @return count and size of the load commands
local function read_header(path, size, read_at, at, kind)
  if size - at < HEADER_SIZE then fail(path, ("only %d bytes: no Mach-O file"):format(size - at)) end
  local header = read_exactly(path, read_at, at, HEADER_SIZE)
  local magic, cpu, subtype, filetype, count, commands_size = string.unpack("<I4I4I4I4I4I4", header)
  if magic ~= MAGIC_64 then fail(path, ("not a 64-bit Mach-O file (starts with %08x)"):format(magic)) end
  if filetype ~= kind then fail(path, NOT_OF_KIND[kind]:format(filetype)) end
  if cpu ~= CPU_ARM64 or subtype & 0xFF ~= SUBTYPE_ARM64E then
    fail(path, ("not for arm64e (CPU type %x, subtype %x)"):format(cpu, subtype & 0xFF))
  end
  if commands_size > MAX_COMMANDS_SIZE or at + HEADER_SIZE + commands_size > size then
    fail(path, ("cut off: %d bytes of load commands in a file of %d"):format(commands_size, size))
  end
  return count, commands_size
end

local readers = {}

-- A segment's bytes must lie inside the file.
readers[LC_SEGMENT_64] = function(found, commands, at, size, path, file_size)
  if size < 72 then fail(path, "a segment command is too short") end
  local name, _, _, offset, length = string.unpack("<c16I8I8I8I8", commands, at + 8)
  if offset > file_size or length > file_size - offset or offset < 0 or length < 0 then
    fail(path, ("cut off: segment %s ends at byte %d of %d"):format(name:match("^[^%z]*"), offset + length, file_size))
  end
  found.segments = found.segments + 1
end

readers[LC_UUID] = function(found, commands, at, size, path)
  if size < 24 then fail(path, "the UUID command is too short") end
  found.uuid = (commands:sub(at + 8, at + 23):gsub(".", function(byte) return ("%02X"):format(byte:byte()) end))
end

readers[LC_FILESET_ENTRY] = function(found, commands, at, size, path, file_size)
  if size < 32 then fail(path, "a file set entry is too short") end
  local _, offset, name_at = string.unpack("<I8I8I4", commands, at + 8)
  if name_at >= size then fail(path, "a file set entry has no name") end
  if offset < 0 or offset >= file_size then fail(path, "cut off: a file set entry lies behind the end") end
  local name = commands:sub(at + name_at, at + size - 1):match("^[^%z]*")
  if #found.entries == MAX_ENTRIES then fail(path, "too many file set entries") end
  found.entries[#found.entries + 1] = { name = name, offset = offset }
end

local function read_commands(path, file_size, count, commands)
  local found, at = { segments = 0, entries = {} }, 1
  for number = 1, count do
    if at + 7 > #commands then fail(path, ("load command %d of %d is missing"):format(number, count)) end
    local command, size = string.unpack("<I4I4", commands, at)
    if size < 8 or at + size - 1 > #commands then fail(path, ("load command %d has a bad size"):format(number)) end
    local read = readers[command]
    if read then read(found, commands, at, size, path, file_size) end
    at = at + size
  end
  return found
end

-- @return what work() returns, or nil and the message of a fail() inside
local function guarded(work)
  local fine, result = pcall(work)
  if fine then return result end
  if type(result) ~= "table" then error(result, 0) end
  return nil, result.message
end

--- Does a file begin like a file set? A quick look, for lists of candidates.
function macho.is_fileset(path, files)
  local head = files.read_at(path, 0, HEADER_SIZE)
  if not head or #head < HEADER_SIZE then return false end
  local magic, _, _, filetype = string.unpack("<I4I4I4I4", head)
  return magic == MAGIC_64 and filetype == FILETYPE_FILESET
end

--- Does a file begin like any 64-bit Mach-O file for arm64?
function macho.is_for_arm64(path, files)
  local head = files.read_at(path, 0, HEADER_SIZE)
  if not head or #head < HEADER_SIZE then return false end
  local magic, cpu = string.unpack("<I4I4", head)
  return magic == MAGIC_64 and cpu == CPU_ARM64
end

local function read_image(path, files, at, kind)
  local stat, message = files.stat(path)
  if not stat then return nil, message end
  if stat.type ~= "file" then return nil, path .. ": not a file" end
  return guarded(function()
    local count, commands_size = read_header(path, stat.size, files.read_at, at, kind)
    local commands = read_exactly(path, files.read_at, at + HEADER_SIZE, commands_size)
    local found = read_commands(path, stat.size, count, commands)
    found.size = stat.size
    return found
  end)
end

--- Reads a file set's load commands.
-- @param path string: as this process opens it
-- @param files table with stat(path) and read_at(path, offset, length), as lib_file has them
-- @return { size, uuid, segments = count, entries = { { name, offset } … } } or nil, message
function macho.read_fileset(path, files)
  return read_image(path, files, 0, FILETYPE_FILESET)
end

--- Reads a kernel's load commands, in a file of its own or at its entry's offset in a file set.
-- @return { size, uuid } or nil, message
function macho.read_kernel(path, files, offset)
  return read_image(path, files, offset or 0, FILETYPE_EXECUTE)
end

return macho
