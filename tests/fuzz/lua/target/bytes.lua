-- Inputs for what reads Mach-O files: headers, file sets, kernels.
-- Must not read a real file.

local collection = require "kernel.collection"
local fileset = require "tests.unit.lua.support.fileset"
local macho = require "base.macho"
local shape = require "tests.fuzz.lua.shape"

local KERNEL = fileset.make { filetype = 2, commands = { fileset.segment("__TEXT", 0, 4096), fileset.uuid() } }
local SETS = { fileset.make(), fileset.make { commands = { fileset.entry("com.apple.kernel", 64) }, size = 3000 } }

local function check_set(bytes)
  local files = fileset.files { ["/k"] = bytes }
  local found, message = macho.read_fileset("/k", files)
  local why = shape.answer_fault({ size = "integer", uuid = "string?", segments = "integer",
    entries = { each = { name = "string", offset = "integer" } } }, found, message)
  if why then return why end
  if found and not macho.is_fileset("/k", files) then return "a file set that does not begin like one" end
  for _, entry in ipairs(found and found.entries or {}) do
    if entry.offset < 0 or entry.offset >= #bytes then return "an entry behind the end" end
  end
end

local function check_kernel(bytes)
  local found, message = macho.read_kernel("/k", fileset.files { ["/k"] = bytes })
  return shape.answer_fault({ size = "integer", uuid = "string?", segments = "integer",
    entries = { each = { name = "string", offset = "integer" } } }, found, message)
end

local function check_collection(bytes)
  local files = fileset.files { ["/k"] = bytes }
  local found, message = collection.inspect("/k", files)
  if not found then return shape.answer_fault("nil", nil, message) end
  if not bytes:find("com.apple.kernel", 1, true) then return "a collection without a kernel" end
  if not bytes:find(found.kernel.banner, 1, true) then return "a banner that is not there" end
  if found.kernel.kind == "development" and not bytes:find("/DEVELOPMENT_ARM64_", 1, true) then return "no development kernel" end
  return shape.fault(collection.misfits(found, { chip = "t6020", build = "x", xnu = "1.2" }), { each = "string" })
end

return {
  { name = "macho-set", seeds = SETS, check = check_set },
  { name = "macho-kernel", seeds = { KERNEL }, check = check_kernel },
  { name = "collection", seeds = SETS, check = check_collection, words = { fileset.BANNER } },
}
