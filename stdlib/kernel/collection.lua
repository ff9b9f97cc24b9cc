-- Inspects a kernel collection and says whether it fits this Mac: kind, chip, kernel version, kit, checksum.
-- Must not call a collection fit because of its name or place.

local chip = require "mac.chip"
local chips = require "kernel.chips"
local macho = require "base.macho"
local sysctl = require "tool.sysctl"
local text = require "base.text"

local collection = {}

--- Bytes of the largest file that is looked at: a collection has tens of megabytes (reference §3.1).
collection.LARGEST = 2 << 30

local KERNEL_ENTRY = "com.apple.kernel"
local BANNER = "Darwin Kernel Version "
local BANNER_LIMIT = 512

local function kernel_at(path, files, at)
  local found = files.read_at(path, at, BANNER_LIMIT)
  local banner = found and found:match("^[^%z\n]*")
  return banner and sysctl.parse_banner(banner)
end

-- The first banner in the file that names an Apple silicon kernel. Strings in kexts may look alike and are passed over.
local function find_banner(path, files)
  local at = files.find(path, BANNER, 0)
  while at do
    local kernel = kernel_at(path, files, at)
    if kernel then return kernel end
    at = files.find(path, BANNER, at + #BANNER)
  end
end

-- The same, where the banners' offsets are known.
local function banner_among(path, files, places)
  for _, at in ipairs(places) do
    local kernel = kernel_at(path, files, at)
    if kernel then return kernel end
  end
end

-- lib_file, but a file that has not changed is not summed again.
local function own_files()
  local files = require "lib_file"
  return { stat = files.stat, read_at = files.read_at, find = files.find, sha256 = require("base.checksum").sha256 }
end

--- Is a file wrapped already? An Image4 file is a sequence whose first member is its name (reference §3.1 for what kmutil writes).
-- @return "IM4P" or "IMG4", or nil
function collection.wrapper_of(path, files)
  local head = files.read_at(path, 0, 16)
  local name = head and head:match("^\x30[^\x16]*\x16\x04(....)")
  return (name == "IM4P" or name == "IMG4") and name or nil
end

-- What is wrong with a file that is no collection. A wrapped one is named so: kmutil would wrap it a second time.
local function not_one(path, files, message)
  local wrapper = files.stat(path) and collection.wrapper_of(path, files)
  if not wrapper then return message end
  return ("%s: wrapped as %s; give the collection itself, as `kmutil create` writes it"):format(path, wrapper)
end

--- Reads a collection: its headers, its kernel's banner and UUID, its checksum. Nothing is loaded whole.
-- @param path string: as this process opens it
-- @param files table|nil: lib_file or a stand-in
-- @return { size, sha256, uuid, kexts = count, names = set of bundle ids, kernel = { banner, chip, kind, xnu, uuid|nil } } or nil, message
function collection.inspect(path, files)
  files = files or own_files()
  local stat = files.stat(path)
  if stat and stat.size > collection.LARGEST then
    return nil, ("%s has %s: no kernel collection is as large"):format(path, text.size(stat.size))
  end
  local set, message = macho.read_fileset(path, files)
  if not set then return nil, not_one(path, files, message) end
  local start, kexts, names = nil, 0, {}
  for _, entry in ipairs(set.entries) do
    names[entry.name] = true
    if entry.name == KERNEL_ENTRY then start = entry.offset else kexts = kexts + 1 end
  end
  if not start then return nil, path .. ": holds no com.apple.kernel" end
  local sha256, places = files.sha256(path, BANNER, start)
  if not sha256 then return nil, places end
  local kernel = banner_among(path, files, places)
  if not kernel then return nil, path .. ": holds no kernel version banner" end
  local image = macho.read_kernel(path, files, start)
  kernel.uuid = image and image.uuid
  return { size = set.size, sha256 = sha256, uuid = set.uuid, kexts = kexts, names = names, kernel = kernel }
end

--- Does a file begin like a collection? Only inspection tells whether it is one.
function collection.looks_like_one(path)
  return macho.is_fileset(path, require "lib_file")
end

--- Reads a kernel file of a kit.
-- @return { banner, chip, kind, xnu, uuid } or nil, message
function collection.inspect_kernel(path, files)
  files = files or require "lib_file"
  local image, message = macho.read_kernel(path, files)
  if not image then return nil, message end
  local kernel = find_banner(path, files)
  if not kernel then return nil, path .. ": holds no kernel version banner" end
  kernel.uuid = image.uuid
  return kernel
end

-- Names that stand in a kernel which knows them (facts-2026-11 F.3): the quota's boot argument and property, and the boot argument for
-- the hypervisor.
local QUOTA = "hv_apple_isa_vm_quota"
local WORDS = { QUOTA, "apple-isa-vm-quota", "hypervisor" }

local function stands_in(path, word, files) return (files or require "lib_file").find(path, word .. "\0") ~= nil end

--- Is the quota's boot argument known to a collection's kernel? That it is known does not say that it works.
-- @param path string: as this process opens it
function collection.knows_quota(path, files) return stands_in(path, QUOTA, files) end

--- Which of the words that the quota needs are known to it.
-- @return array of words
function collection.known_words(path, files)
  local known = {}
  for _, word in ipairs(WORDS) do
    if stands_in(path, word, files) then known[#known + 1] = word end
  end
  return known
end

local function xnu_release(version)
  return version:match("^[%d%.]+")
end

local function compare_with_manifest(add, found, target, manifest)
  local file = manifest.collection
  if file.sha256 ~= found.sha256 then add("its SHA-256 is %s, its checksum file says %s", found.sha256, file.sha256) end
  if file.size ~= found.size then add("it has %d bytes, its checksum file says %d", found.size, file.size) end
  if manifest.build and target.build and manifest.build ~= target.build then
    add("it was built for macOS build %s, the target has %s", manifest.build, target.build)
  end
  if manifest.chip and manifest.chip ~= found.kernel.chip then
    add("its kernel is for chip %s, its checksum file says %s", chip.words(found.kernel.chip), chip.words(manifest.chip))
  end
end

--- What keeps a collection from fitting, as sentences with both values.
-- @param found table from collection.inspect
-- @param target { chip = "t6020"|nil, build = string|nil, kind = "development"|"kasan"|nil (development), quota = false where the quota
--   does not matter, xnu = string|nil (of a kernel of the same build),
--   kit_kernel = collection.inspect_kernel's answer for the kit of the target's build|nil }
-- @param manifest table|nil
-- @return array of sentences, empty when it fits
function collection.misfits(found, target, manifest)
  local why = {}
  local function add(form, ...) why[#why + 1] = form:format(...) end
  local kind = target.kind or "development"
  if found.kernel.kind ~= kind then
    add("it holds a %s kernel, and %s", found.kernel.kind, target.quota == false and ("a %s kernel was asked for"):format(kind)
      or "only a development kernel reads the quota")
  end
  if target.chip and found.kernel.chip ~= chips.kernel_for(target.chip) then
    add("it is for chip %s, this Mac needs %s", chip.words(found.kernel.chip), chip.words(chips.kernel_for(target.chip)))
  end
  if target.xnu and xnu_release(found.kernel.xnu) ~= xnu_release(target.xnu) then
    add("its kernel is xnu-%s, this Mac's is xnu-%s: another build of macOS", found.kernel.xnu, target.xnu)
  end
  local kit = target.kit_kernel
  if kit and kit.chip == found.kernel.chip and kit.banner ~= found.kernel.banner then
    add("its kernel is \"%s\", the kit's of this build is \"%s\"", found.kernel.banner, kit.banner)
  end
  if manifest then compare_with_manifest(add, found, target, manifest) end
  return why
end

return collection
