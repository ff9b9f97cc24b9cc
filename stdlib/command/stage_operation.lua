-- The job of `stage`: which collection, what the manifest says of it, and the words for recovery.
-- Must not stage a collection that does not fit this Mac, and must not choose among several.

local manifest = require "kernel.manifest"
local preparation = require "command.preparation"
local session_module = require "run.session"
local staged = require "kernel.staging"
local sums = require "base.checksum"
local text = require "base.text"

-- What is staged when no --kc names it: what `build` has made, else what lies in the staging place already (copied by hand).
local function source_of(s)
  if s.options.kc then return session_module.path_on_mac(s, s.options.kc) end
  local made = session_module.built_collection(s)
  if require("lib_file").stat(s.root .. made) then return made end
  return session_module.on_data(s, staged.COLLECTION)
end

local function program_size()
  local about = require("lib_file").stat(require("lib_system").executable())
  return about and about.size or 0
end

local function begin(s)
  s.source = source_of(s)
  local about = s.source and require("lib_file").stat(s.root .. s.source)
  s.room = { place = session_module.on_data(s, staged.FOLDER) or staged.FOLDER,
    bytes = (about and about.size or 0) + program_size() + (1 << 20) }
  return preparation.check(s, "stage")
end

local function program_about()
  local path = require("lib_system").executable()
  return { name = "vmq-recovery", size = program_size(), sha256 = sums.sha256(path) }
end

local function manifest_text(s)
  local system, found = require "lib_system", s.found_collection
  return manifest.text { version = require("lib_embed").version(), created = system.utc(system.now()), macos = s.group.version,
    build = s.group.build, chip = found.kernel.chip,
    collection = { name = "VirtualMachine.kc", size = found.size, sha256 = found.sha256, kernel = found.kernel.banner,
      kernel_uuid = found.kernel.uuid },
    program = program_about() }
end

local function params(s)
  local function on_data(path) return session_module.on_data(s, path) end
  local own = program_about()
  return { source = s.source, collection = on_data(staged.COLLECTION), program = on_data(staged.PROGRAM),
    manifest = on_data(staged.MANIFEST), folder = on_data(staged.FOLDER), collection_sum = s.found_collection.sha256,
    program_sum = own.sha256, manifest_text = manifest_text(s) }
end

local function notes(s)
  local found = s.found_collection
  return { { "Collection", { s.source, ("%s, SHA-256 %s"):format(text.size(found.size), found.sha256), found.kernel.banner } } }
end

-- Data appears in recovery under its own name or as "Data" (reference §6.3): the line is given for both.
local function recovery_lines(s)
  local name = s.group.data and s.group.data.name or "Data"
  local lines = { "In recovery type one of these; which one depends on how the Data volume is called there:",
    { command = text.quote("/Volumes/" .. name .. staged.PROGRAM) .. " apply" } }
  local other = name == "Data" and (s.group.name or "Macintosh HD") .. " - Data" or "Data"
  lines[#lines + 1] = { command = text.quote("/Volumes/" .. other .. staged.PROGRAM) .. " apply" }
  lines[#lines + 1] = "Is neither there? FileVault keeps Data locked: diskutil apfs unlockVolume " .. text.quote(name)
  return lines
end

local function last_words(s)
  local lines = { "Done: program, collection and manifest are on the Data volume, owned by root.",
    ("Next: make %s the startup disk if it is not, shut down fully (not restart), hold the power button until startup options "
      .. "appear, choose Options and a user, then Utilities > Terminal."):format(s.group.name or "this volume") }
  for _, line in ipairs(recovery_lines(s)) do lines[#lines + 1] = line end
  return lines
end

return function()
  return preparation.job("stage", { begin = begin, params = params, notes = notes, last_words = last_words,
    stopped_words = "Run it again; until it is done, `apply` refuses what does not match its manifest." })
end
