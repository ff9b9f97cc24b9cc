-- Makes Image4 files for tests, by general Image4 knowledge: payload, manifest with its hash, and what wraps them.
-- Must not be taken from what is tested, nor from the simulated Mac.

local lib = require "lib_file"

local image4 = {}

local function der(tag, ...)
  local content = table.concat { ... }
  local size = #content
  if size < 128 then return tag .. string.char(size) .. content end
  return tag .. "\x82" .. string.pack(">I2", size) .. content
end

local function bytes_of(hex) return (hex:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end)) end

--- @param bytes the payload's
-- @param changes { digest = another hash in the manifest, more = what stands behind the payload, name = instead of IMG4 }
-- @return the file's bytes, and the SHA-384 of its manifest in capitals
function image4.make(bytes, changes)
  changes = changes or {}
  local payload = der("\x30", der("\x16", "IM4P"), der("\x16", "krnl"), der("\x16", ""), der("\x04", bytes), changes.more or "")
  local digest = bytes_of(changes.digest or lib.sha384(payload))
  local manifest = der("\x30", der("\x16", "IM4M"), der("\x02", "\0"), der("\x31", der("\x04", digest)))
  return der("\x30", der("\x16", changes.name or "IMG4"), payload, der("\xA0", manifest)), lib.sha384(manifest):upper()
end

return image4
