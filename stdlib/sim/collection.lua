-- Small kernels and kernel collections: made for kits and for the staged file, and read by the simulated kmutil.
-- It must not use the program's own reader: what is under test must not check itself.

local digest = require "sim.digest"
local kernel_banner = require "sim.kernel_banner"

local collection = {}

local MAGIC, ARM64, ARM64E, FILESET, EXECUTE, BUNDLE = 0xFEEDFACF, 0x0100000C, 0xC0000002, 0xC, 0x2, 0xB
local SEGMENT, UUID, SOURCE_VERSION, ENTRY = 0x19, 0x1B, 0x2A, 0x80000035
local BASE = 0xFFFFFE0007004000
local PAGE, KERNEL_SIZE, KEXT_SIZE = 0x4000, 0xC000, 0x4000

local KEXTS = {
  "com.apple.kpi.bsd", "com.apple.kpi.iokit", "com.apple.kpi.libkern", "com.apple.iokit.IOPCIFamily",
  "com.apple.driver.AppleARMPlatform", "com.apple.filesystems.apfs", "com.apple.driver.AppleHV",
  "com.apple.security.AppleImage4",
}

local function bytes_of(hex)
  return (hex:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end))
end

local function uuid_command(hex) return string.pack("<I4I4", UUID, 24) .. bytes_of(hex) end

local function segment(name, offset, size)
  return string.pack("<I4I4c16I8I8I8I8I4I4I4I4", SEGMENT, 72, name, BASE + offset, size, offset, size, 5, 5, 0, 0)
end

local function entry(name, offset)
  local size = (32 + #name + 1 + 7) // 8 * 8
  local text = string.pack("<I4I4I8I8I4I4", ENTRY, size, BASE + offset, offset, 32, 0) .. name
  return text .. ("\0"):rep(size - #text)
end

local function macho(filetype, commands)
  local body = table.concat(commands)
  return string.pack("<I4I4I4I4I4I4I4I4", MAGIC, ARM64, ARM64E, filetype, #commands, #body, 1, 0) .. body
end

-- Zeros are one string that all share: made anew each time they were a rehearsal's largest part in memory.
local ZEROS = ("\0"):rep(0x400)

local function add_filled(parts, text, size)
  local rest = size - #text
  parts[#parts + 1] = text
  for _ = 1, rest // #ZEROS do parts[#parts + 1] = ZEROS end
  parts[#parts + 1] = ZEROS:sub(1, rest % #ZEROS)
end

local function fill(text, size)
  local parts = {}
  add_filled(parts, text, size)
  return table.concat(parts)
end

local function whole_pages(size) return (size + PAGE - 1) // PAGE * PAGE end

--- The banner of the kernel that `collection.make` or `collection.kernel` puts in.
function collection.banner(content)
  return kernel_banner.text {
    darwin = content.darwin, date = content.date, xnu = content.xnu, soc = content.soc,
    flavour = content.flavour or content.release and "release" or "development",
  }
end

-- Boot-args and properties that a kernel knows stand in it as text (facts-2026-11 A.9, F.3): `hypervisor` in
-- development kernels alone.
local function words_of(banner, knows_none)
  if knows_none then return "" end
  local both = "hv_apple_isa_vm_quota\0apple-isa-vm-quota\0"
  return banner:find("/DEVELOPMENT_", 1, true) and both .. "hypervisor\0kcsuffix\0" or both
end

-- A kernel's file, or the same kernel at `at` in a collection: its own header keeps UUID and banner.
local function kernel(banner, uuid, at, knows_none)
  local head = macho(EXECUTE, {
    uuid_command(uuid), segment("__TEXT", at, KERNEL_SIZE), string.pack("<I4I4I8", SOURCE_VERSION, 16, 10002 << 40),
  })
  local body = fill(head, 0x1000) .. "@(#)VERSION: " .. banner .. "\0" .. banner .. "\0"
  return fill(body .. words_of(banner, knows_none), KERNEL_SIZE)
end

local function kernel_uuid(banner) return digest.hex("kernel " .. banner, 32) end

--- The bytes of a kernel as a kit holds it: 48 KiB. `content`: { soc = "T6020", darwin = "23.0.0",
-- xnu = "10002.1.13~1", date = text|nil, flavour = "release" | "development" | "kasan",
-- knows_none = true for a kernel without the words that raise the limit }.
function collection.kernel(content)
  local banner = collection.banner(content)
  return kernel(banner, kernel_uuid(banner), 0, content.knows_none)
end

local function prelink_info(ids)
  local list = {}
  for index, name in ipairs(ids) do
    list[index] = { CFBundleIdentifier = name, CFBundleVersion = "1.0", _PrelinkExecutableSize = KEXT_SIZE }
  end
  local info = require("sim.xml").plist { _PrelinkInfoDictionary = { list = list } }
  return fill(info, whole_pages(#info))
end

local function fileset_commands(identity, ids, kernel_at, info_size)
  local kexts_at = kernel_at + KERNEL_SIZE
  local info_at = kexts_at + #ids * KEXT_SIZE
  local commands = {
    uuid_command(identity), segment("__TEXT", 0, kernel_at),
    segment("__TEXT_EXEC", kernel_at, info_at - kernel_at), segment("__PRELINK_INFO", info_at, info_size),
    entry("com.apple.kernel", kernel_at),
  }
  for index, name in ipairs(ids) do commands[#commands + 1] = entry(name, kexts_at + (index - 1) * KEXT_SIZE) end
  return macho(FILESET, commands)
end

-- The same kernel and kexts give the same set.
local function identity(content, banner)
  return digest.hex("set " .. banner .. table.concat(content.ids or {}, " "), 32)
end

--- The bytes of a file set: arm64e, a kernel with its banner, kexts, their list.
-- `content`: as for `collection.kernel`, with release = bool for the flavour, truncated = bool; or, around a kernel
-- that is there already, { banner, kernel_uuid, knows_none }. `content.ids`: array of bundle ids of the kexts, nil for
-- a few.
function collection.make(content)
  local ids, banner = content.ids or KEXTS, content.banner or collection.banner(content)
  local set, info = identity(content, banner), prelink_info(ids)
  local kernel_at = whole_pages(#fileset_commands(set, ids, PAGE, #info))
  local parts = {}
  add_filled(parts, fileset_commands(set, ids, kernel_at, #info), kernel_at)
  parts[#parts + 1] = kernel(banner, content.kernel_uuid or kernel_uuid(banner), kernel_at, content.knows_none)
  for index, name in ipairs(ids) do
    local at = kernel_at + KERNEL_SIZE + (index - 1) * KEXT_SIZE
    local commands = { uuid_command(digest.hex(name .. banner, 32)), segment("__TEXT", at, KEXT_SIZE) }
    add_filled(parts, macho(BUNDLE, commands), KEXT_SIZE)
  end
  parts[#parts + 1] = info
  local whole = table.concat(parts)
  return content.truncated and whole:sub(1, #whole // 2) or whole
end

local function parse_commands(found, commands, count, size)
  local at = 1
  for _ = 1, count do
    if at + 7 > #commands then return nil end
    local kind, length = string.unpack("<I4I4", commands, at)
    if length < 8 or at + length - 1 > #commands then return nil end
    if kind == SEGMENT then
      local _, _, _, offset, bytes = string.unpack("<c16I8I8I8I8", commands, at + 8)
      if offset + bytes > size then return nil end
    elseif kind == ENTRY then
      local _, offset, name = string.unpack("<I8I8I4", commands, at + 8)
      found.entries[#found.entries + 1] = {
        offset = offset, name = commands:sub(at + name, at + length - 1):match("^[^%z]*"),
      }
    elseif kind == UUID then
      found.uuid = commands:sub(at + 8, at + 23):gsub(".", function(byte) return ("%02X"):format(byte:byte()) end)
    end
    at = at + length
  end
  return found
end

-- Banners of kernels lie in the kernel's text; read in pieces, as a true collection has tens of megabytes.
local function find_banner(files, path, size)
  local step, at = 1 << 20, 0
  while at < size do
    local piece = files.read_at(path, at, step + 512) or ""
    local text = piece:match("Darwin Kernel Version [^%z\n]*_ARM64_%u%w*")
    if text then return text end
    at = at + step
  end
end

local function describe_kernel(text)
  local darwin, family, xnu, flavour, soc =
    text:match("^Darwin Kernel Version ([%d%.]+):.*root:(xnu[%a_]*)%-([^/]+)/(%u+)_ARM64_(%w+)$")
  if not darwin then return nil end
  return { darwin = darwin, xnu = xnu, soc = soc, release = family == "xnu", flavour = flavour == "KASAN" and "kasan" or nil }
end

-- Header and load commands of a Mach-O of one kind at `at`, or nil.
local function read_header(files, path, kind, at, size)
  local head = files.read_at(path, at, 32) or ""
  if #head < 32 then return nil end
  local magic, _, _, filetype, count, length = string.unpack("<I4I4I4I4I4I4", head)
  if magic ~= MAGIC or filetype ~= kind or at + 32 + length > size then return nil end
  return parse_commands({ entries = {} }, files.read_at(path, at + 32, length), count, size)
end

local function file_size(files, path)
  local found = files.stat(path)
  return found and found.type == "file" and found.size or nil
end

local function knows_words(files, path, at)
  return files.read_at(path, at, KERNEL_SIZE):find("hv_apple_isa_vm_quota\0", 1, true) ~= nil
end

--- What kmutil sees in a file: { uuid, kernel_uuid, knows_none, entries = { { name, offset } … },
-- kernel = { darwin, xnu, soc, release, flavour = "kasan" or nil } }, or nil when it is no whole Mach-O file set.
function collection.read(files, path)
  local size = file_size(files, path)
  local found = size and read_header(files, path, FILESET, 0, size)
  local text = found and find_banner(files, path, size)
  found = text and found
  if not found then return nil end
  found.kernel = describe_kernel(text)
  for _, item in ipairs(found.entries) do
    local own = item.name == "com.apple.kernel" and read_header(files, path, EXECUTE, item.offset, size)
    if own then found.kernel_uuid, found.knows_none = own.uuid, not knows_words(files, path, item.offset) end
  end
  return found.kernel and found
end

--- What kmutil takes from a kernel's file: { banner, kernel_uuid, knows_none }, for `collection.make`; nil when it is
-- no kernel.
function collection.read_kernel(files, path)
  local size = file_size(files, path)
  local found = size and read_header(files, path, EXECUTE, 0, size)
  local text = found and find_banner(files, path, size)
  if not text then return nil end
  return { banner = text, kernel_uuid = found.uuid, knows_none = not knows_words(files, path, 0) }
end

return collection
