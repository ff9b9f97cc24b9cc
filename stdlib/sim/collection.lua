-- Small kernel collections: made for the staged file, and read by the simulated kmutil.
-- It must not use the program's own reader: what is under test must not check itself.

local digest = require "sim.digest"

local collection = {}

local MAGIC, ARM64, ARM64E, FILESET, EXECUTE, BUNDLE = 0xFEEDFACF, 0x0100000C, 0xC0000002, 0xC, 0x2, 0xB
local SEGMENT, UUID, SOURCE_VERSION, ENTRY = 0x19, 0x1B, 0x2A, 0x80000035
local BASE = 0xFFFFFE0007004000
local PAGE, KERNEL_AT, KERNEL_SIZE, KEXT_SIZE = 0x4000, 0x4000, 0xC000, 0x4000

local KEXTS = {
  "com.apple.kpi.bsd", "com.apple.kpi.iokit", "com.apple.kpi.libkern", "com.apple.iokit.IOPCIFamily",
  "com.apple.driver.AppleARMPlatform", "com.apple.filesystems.apfs", "com.apple.driver.AppleHV",
  "com.apple.security.AppleImage4",
}

local function uuid_bytes(text)
  return (digest.hex(text, 32):gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end))
end

local function uuid_command(text) return string.pack("<I4I4", UUID, 24) .. uuid_bytes(text) end

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

local function fill(text, size) return text .. ("\0"):rep(size - #text) end

-- The banner as `uname -v` would print it on that kernel (reference §7.3).
local function banner(about)
  local family, flavour = "xnu_development", "DEVELOPMENT"
  if about.release then family, flavour = "xnu", "RELEASE" end
  return ("Darwin Kernel Version %s: %s; root:%s-%s/%s_ARM64_%s"):format(
    about.darwin, about.date or "Tue Aug 1 03:49:27 PDT 2023", family, about.xnu, flavour, about.soc)
end

local function kernel(about)
  local text = banner(about)
  local head = macho(EXECUTE, {
    uuid_command("kernel " .. text), segment("__TEXT", KERNEL_AT, KERNEL_SIZE),
    string.pack("<I4I4I8", SOURCE_VERSION, 16, 10002 << 40),
  })
  local body = fill(head, 0x1000) .. "@(#)VERSION: " .. text .. "\0" .. text .. "\0"
  return fill(body .. "hv_apple_isa_vm_quota\0hypervisor\0kcsuffix\0", KERNEL_SIZE)
end

local function prelink_info()
  local list = {}
  for index, name in ipairs(KEXTS) do
    list[index] = { CFBundleIdentifier = name, CFBundleVersion = "1.0", _PrelinkExecutableSize = KEXT_SIZE }
  end
  return require("sim.xml").plist { _PrelinkInfoDictionary = { list = list } }
end

--- The bytes of a file set: arm64e, a kernel with its banner, a few kexts, their list.
-- `about`: { soc = "T6020", darwin = "23.0.0", xnu = "10002.1.13~1", date = text|nil, release = bool,
-- truncated = bool }.
function collection.make(about)
  local kexts_at = KERNEL_AT + KERNEL_SIZE
  local info_at = kexts_at + #KEXTS * KEXT_SIZE
  local info = prelink_info()
  info = fill(info, (#info + PAGE - 1) // PAGE * PAGE)
  local commands = {
    uuid_command("set " .. banner(about)), segment("__TEXT", 0, KERNEL_AT),
    segment("__TEXT_EXEC", KERNEL_AT, info_at - KERNEL_AT), segment("__PRELINK_INFO", info_at, #info),
    entry("com.apple.kernel", KERNEL_AT),
  }
  local parts = { kernel(about) }
  for index, name in ipairs(KEXTS) do
    local at = kexts_at + (index - 1) * KEXT_SIZE
    commands[#commands + 1] = entry(name, at)
    local kext = macho(BUNDLE, { uuid_command(name .. about.xnu), segment("__TEXT", at, KEXT_SIZE) })
    parts[#parts + 1] = fill(kext, KEXT_SIZE)
  end
  local whole = fill(macho(FILESET, commands), KERNEL_AT) .. table.concat(parts) .. info
  return about.truncated and whole:sub(1, #whole // 2) or whole
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
  local darwin, family, xnu, soc =
    text:match("^Darwin Kernel Version ([%d%.]+):.*root:(xnu[%a_]*)%-([^/]+)/%u+_ARM64_(%w+)$")
  if not darwin then return nil end
  return { darwin = darwin, xnu = xnu, soc = soc, release = family == "xnu" }
end

--- What kmutil sees in a file: { uuid, entries = { { name, offset } … }, kernel = { darwin, xnu, soc, release } },
-- or nil when it is no whole Mach-O file set.
function collection.read(files, path)
  local about = files.stat(path)
  if not about or about.type ~= "file" or about.size < 32 then return nil end
  local magic, _, _, filetype, count, length = string.unpack("<I4I4I4I4I4I4", files.read_at(path, 0, 32))
  if magic ~= MAGIC or filetype ~= FILESET or 32 + length > about.size then return nil end
  local found = parse_commands({ entries = {} }, files.read_at(path, 32, length), count, about.size)
  local text = found and find_banner(files, path, about.size)
  if not text then return nil end
  found.kernel = describe_kernel(text)
  return found.kernel and found
end

-- Tag and length of a DER element.
local function der_head(tag, size)
  if size < 128 then return string.char(tag, size) end
  local bytes = ""
  while size > 0 do bytes, size = string.char(size & 255) .. bytes, size >> 8 end
  return string.char(tag, 0x80 | #bytes) .. bytes
end

local function der(tag, content) return der_head(tag, #content) .. content end

local function ia5(text) return der(0x16, text) end

--- What stands before and after the bytes in the file kmutil stores: an IMG4 around them, unchanged (reference §3.1).
-- `size`: of the bytes; `kind`: the payload's type, "fuos" for raw objects. Returns two strings.
function collection.wrapping(size, kind)
  local octets = der_head(0x04, size)
  local names = ia5 "IM4P" .. ia5(kind) .. ia5 ""
  local payload = der_head(0x30, #names + #octets + size) .. names .. octets
  local manifest = der(0xA0, der(0x30, ia5 "IM4M" .. der(0x02, "\0") .. der(0x31, "")))
  local magic = ia5 "IMG4"
  return der_head(0x30, #magic + #payload + size + #manifest) .. magic .. payload, manifest
end

return collection
