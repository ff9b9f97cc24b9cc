-- Makes small Mach-O file sets in memory, and a stand-in for lib_file that serves them.
-- Must not use the simulator's own maker: what is read must not be judged by what wrote it.

local fileset = {}

fileset.BANNER = "Darwin Kernel Version 23.0.0: Fri Jul 21 2023; root:xnu_development-10002.1.13~1/DEVELOPMENT_ARM64_T6020"

local function segment(name, offset, length)
  return string.pack("<I4I4c16I8I8I8I8I4I4I4I4", 0x19, 72, name, 0, 0, offset, length, 0, 0, 0, 0)
end

local function uuid() return string.pack("<I4I4", 0x1B, 24) .. string.char(0xAB, 0xCD):rep(8) end

local function entry(name, offset)
  local padded = name .. ("\0"):rep(8 - #name % 8)
  return string.pack("<I4I4I8I8I4I4", 0x80000035, 32 + #padded, 0, offset, 32, 0) .. padded
end

--- The bytes of a file set. Every field may be given wrong.
-- @param o { magic, cpu, subtype, filetype, count, commands_size, commands = array of raw commands, body, banner, size }
function fileset.make(o)
  o = o or {}
  local size = o.size or 4096
  local commands = o.commands or { segment("__TEXT", 0, size), uuid(), entry("com.apple.kernel", 1024),
    entry("com.apple.kext.one", 3000), entry("com.apple.kext.two", 3500) }
  local joined = table.concat(commands)
  local header = string.pack("<I4I4I4I4I4I4I4I4", o.magic or 0xFEEDFACF, o.cpu or 0x0100000C, o.subtype or 0xC0000002,
    o.filetype or 0xC, o.count or #commands, o.commands_size or #joined, 0, 0)
  local start = header .. joined
  local body = o.body or ("\0"):rep(2000 - #start) .. (o.banner or fileset.BANNER) .. "\0"
  local bytes = start .. body
  return bytes .. ("\0"):rep(size - #bytes)
end

fileset.segment, fileset.uuid, fileset.entry = segment, uuid, entry

--- A stand-in for lib_file with these files (path → bytes).
function fileset.files(contents)
  local files = {}
  function files.stat(path)
    local bytes = contents[path]
    if not bytes then return nil, path .. ": No such file or directory", "ENOENT" end
    return { type = "file", size = #bytes, inode = #path, mtime = 1 }
  end
  function files.read_at(path, offset, length) return contents[path]:sub(offset + 1, offset + length) end
  function files.find(path, needle, from)
    local at = contents[path]:find(needle, (from or 0) + 1, true)
    return at and at - 1
  end
  local sum = require("lib_file").sha256_text
  function files.sha256(path, text, from)
    local found, at = {}, text and files.find(path, text, from)
    while at do
      found[#found + 1] = at
      at = files.find(path, text, at + 1)
    end
    return sum(contents[path]), text and found
  end
  function files.read(path)
    if not contents[path] then return nil, path .. ": No such file or directory", "ENOENT" end
    return contents[path]
  end
  return files
end

return fileset
