-- `stage`: program, collection and manifest onto the Data volume. Which collection, what the manifest says of it, and the words for
-- recovery; scripts/stage.lua says what is run.
-- Must not stage a collection that does not fit this Mac, and must not choose among several.

local checksum = require "base.checksum"
local lifecycle = require "run.lifecycle"
local manifest = require "kernel.manifest"
local operation = require "command.operation"
local outcome = require "screen.outcome"
local overview = require "screen.overview"
local paths = require "mac.paths"
local places = require "plan.place"
local staging = require "kernel.staging"
local text = require "base.text"

local stage = {}

local PRECONDITIONS = { "root", "platform", "volume", "environment", "data", "folder", "collection", "room", "journal" }

-- What is staged when no --kc names it: what `build` has made, else what lies in the staging place already (copied by hand).
local function source_of(target, options)
  if options.kc then return paths.on_mac(target.root, options.kc) end
  local made = paths.built_collection(target)
  if require("lib_file").stat(target.root .. made) then return made end
  return paths.on_data(target, staging.COLLECTION)
end

local function program_size()
  local stat = require("lib_file").stat(require("lib_system").executable())
  return stat and stat.size or 0
end

local function look_up(target, options)
  local source = source_of(target, options)
  local stat = source and require("lib_file").stat(target.root .. source)
  return { source = source, room = { place = paths.on_data(target, staging.FOLDER) or staging.FOLDER,
    bytes = (stat and stat.size or 0) + program_size() + (1 << 20) } }
end

local function program_facts()
  local path = require("lib_system").executable()
  return { name = "vmq-recovery", size = program_size(), sha256 = checksum.sha256(path) }
end

local function manifest_text(target, found, program)
  local system, kernel = require "lib_system", found.kernel
  return manifest.text { version = require("lib_embed").version(), created = system.utc(system.now()),
    macos = target.group.version, build = target.group.build, chip = kernel.chip,
    collection = { name = "VirtualMachine.kc", size = found.size, sha256 = found.sha256, kernel = kernel.banner,
      kernel_uuid = kernel.uuid },
    program = program }
end

local function params(target, findings)
  local function on_data(path) return paths.on_data(target, path) end
  local program = program_facts()
  return { source = findings.source, collection = on_data(staging.COLLECTION), program = on_data(staging.PROGRAM),
    manifest = on_data(staging.MANIFEST), folder = on_data(staging.FOLDER), collection_sum = findings.collection.sha256,
    program_sum = program.sha256, manifest_text = manifest_text(target, findings.collection, program) }
end

local function notes(case, steps)
  local found = case.findings.collection
  return { { title = "Collection", lines = { case.findings.source,
    ("%s, SHA-256 %s"):format(text.size(found.size), found.sha256), found.kernel.banner } }, overview.steps_note(steps) }
end

local function summary(case)
  local found = case.findings.collection
  return { { "Collection", ("%s, %s"):format(case.findings.source, text.size(found.size)) },
    { "Copied to", "the Data volume: collection, checksum file and this program" } }
end

-- The Mac as it is for somebody who starts the program that was staged.
local function with_staged_program(target)
  return setmetatable({ program = paths.on_data(target, staging.PROGRAM) or target.program }, { __index = target })
end

local words = {}

function words.done(case)
  local group = case.target.group
  return { "Done: the program, the kernel collection and its checksum file are on the Data volume, owned by root.",
    ("Next: make %s the startup disk if it is not, %s."):format(group.name or "this volume", places.to_recovery()),
    "There type:", table.unpack(outcome.in_recovery(with_staged_program(case.target), "apply")) }
end

function words.stopped()
  return "Safe to run again: it continues. Until it is done, `apply` refuses what does not match its checksum file."
end

function stage.operation()
  return operation.new { name = "stage", command = "stage", own_journal = "stage", look_up = look_up, preflight = PRECONDITIONS,
    place = "macos", params = params, overview = notes, summary = summary, words = words }
end

function stage.run(_, options) return lifecycle.run(stage.operation(), options) end

return stage
