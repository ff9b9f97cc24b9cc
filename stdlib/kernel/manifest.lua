-- The manifest that lies beside a staged collection: what was staged, for which macOS and chip, by which program.
-- Must not vouch for more than it names: names, sizes and SHA-256 of the two files.

local json = require "base.json"

local manifest = {}

--- Format of the manifest. One of a later format is not believed.
manifest.FORMAT = 1

local KEYS = { "format", "tool", "version", "created", "macos", "build", "chip", "collection", "program", "name", "size", "sha256",
  "kernel", "kernel_uuid" }

--- The text of a checksum file.
-- @param fields { version, created, macos, build, chip, collection = { name, size, sha256, kernel, kernel_uuid },
--   program = { name, size, sha256 } }
function manifest.text(fields)
  local copy = { format = manifest.FORMAT, tool = "vmq-recovery" }
  for key, value in pairs(fields) do copy[key] = value end
  return json.encode(copy, KEYS) .. "\n"
end

local function is_file(entry)
  return type(entry) == "table" and type(entry.sha256) == "string" and math.type(entry.size) == "integer"
end

local function is_text(value) return value == nil or type(value) == "string" end

local function is_sound(found)
  if type(found) ~= "table" or not is_file(found.collection) then return false end
  for _, field in ipairs { "version", "created", "macos", "build", "chip" } do
    if not is_text(found[field]) then return false end
  end
  return (found.program == nil or is_file(found.program)) and (found.format == nil or math.type(found.format) == "integer")
end

--- Reads a checksum file.
-- @param path string: as this process opens it
-- @param files for tests: what reads, in lib_file's place
-- @return table; nil, message, "ENOENT" when there is none; nil, message, "bad" when it cannot be believed
function manifest.read(path, files)
  files = files or require "lib_file"
  local content, message, code = files.read(path)
  if not content then return nil, message, code end
  local found = json.decode(content)
  if not is_sound(found) then return nil, path .. ": not a checksum file of this program", "bad" end
  if found.format and found.format > manifest.FORMAT then
    return nil, ("%s: format %d is of a newer program"):format(path, found.format), "bad"
  end
  return found
end

--- Do two manifests say the same of the same files? When they were written does not count.
function manifest.same(one, other)
  local function contents(m)
    return { m.build, m.chip, m.version, m.collection.sha256, m.collection.size, m.program and m.program.sha256 }
  end
  return require("base.equal").same(contents(one), contents(other))
end

return manifest
