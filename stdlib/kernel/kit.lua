-- Finds kernel debug kits, says whether one is whole and whether it fits a macOS build and a chip. Facts: reference §7.
-- Must not take a near kit for a fitting one, and must not remove or mend a kit.

local chips = require "kernel.chips"
local collection = require "kernel.collection"
local pkgutil = require "tool.pkgutil"
local plist = require "base.plist"

local kits = {}

--- Where kits lie, from the root of the Data volume (reference §7.1).
kits.FOLDER = "/Library/Developer/KDKs"

--- The id of a kit's package is this and its build (reference §7.5).
kits.PACKAGE = "com.apple.pkg.KDK."

local KERNELS = "/System/Library/Kernels"
local DEVELOPMENT = "^kernel%.development%.(%w+)$"

--- The folder of kits as the Mac names it.
-- @param booted string: the environment, as mac.target tells it
-- @param data_mount string: Data's mount point; in macOS its folders are reached from "/" as well
function kits.folder(booted, data_mount)
  if booted == "macos" then return kits.FOLDER end
  return data_mount and (data_mount == "/" and "" or data_mount) .. kits.FOLDER or nil
end

-- The chips a kit has a development kernel for; their .dSYM folders are no kernels.
local function kernels_of(path)
  local found = {}
  for _, name in ipairs(require("lib_file").list(path .. KERNELS) or {}) do
    local chip = name:match(DEVELOPMENT)
    if chip then found[#found + 1] = chip end
  end
  return found
end

--- Reads one kit.
-- @param root string: what stands before the Mac's paths
-- @param path string: the kit's folder as the Mac names it
-- @return { path, name, version, build, chips = array } (version and build are nil where its SystemVersion.plist cannot
--   be read, with the reason in `problem`), or nil, message
function kits.read(root, path)
  local files = require "lib_file"
  local stat = files.stat(root .. path)
  if not stat or stat.type ~= "directory" then return nil, path .. ": no such kit" end
  local kit = { path = path, name = path:match("[^/]+$"), chips = kernels_of(root .. path) }
  local content, message = files.read(root .. path .. "/System/Library/CoreServices/SystemVersion.plist", nil, true)
  local dict = content and plist.parse(content)
  kit.version, kit.build = plist.field(dict, "ProductVersion", "string"), plist.field(dict, "ProductBuildVersion", "string")
  if not kit.build then
    kit.problem = content and "its SystemVersion.plist names no build" or "its SystemVersion.plist cannot be read: " .. message
  end
  return kit
end

--- Every kit in a folder, in the order of their names.
-- @return array, empty when there is no folder
function kits.list(root, folder)
  local found = {}
  for _, name in ipairs(require("lib_file").list(root .. folder) or {}) do
    if name:sub(-4) == ".kdk" then found[#found + 1] = kits.read(root, folder .. "/" .. name) end
  end
  return found
end

-- What a build needs. The receipt names more, and other parts may be left away on purpose (source OCLP checks the first).
local NEEDED = { "System/Library/Extensions/", "System/Library/Kernels/" }

local function is_needed(file)
  for _, start in ipairs(NEEDED) do
    if file:sub(1, #start) == start then return true end
  end
  return false
end

--- Is a kit whole? Its package's receipt names what was installed; OS updates remove files (reference §7.5).
-- @return "complete" | "incomplete" | "unknown", and a sentence
function kits.completeness(root, kit)
  if not kit.build then return "incomplete", kit.problem end
  local listed, message, code = pkgutil.files(kits.PACKAGE .. kit.build)
  if not listed then
    if code == "no-receipt" then return "unknown", "macOS has no receipt of its package, so nothing tells whether it is whole" end
    return "unknown", message
  end
  local files, missing, first = require "lib_file", 0, nil
  for _, file in ipairs(listed) do
    if is_needed(file) and not files.stat(root .. kit.path .. "/" .. file, true) then
      missing, first = missing + 1, first or file
    end
  end
  if missing == 0 then return "complete", ("all its %d files are there"):format(#listed) end
  return "incomplete", ("%d of its %d files are gone, %s first; macOS updates remove them"):format(missing, #listed, first)
end

--- The path of a kit's development kernel for a chip, or nil and a sentence. Max and Ultra use the Pro's (reference §7.3).
function kits.kernel(kit, chip)
  local wanted = chips.kernel_for(chip)
  for _, have in ipairs(kit.chips) do
    if have == wanted then return ("%s%s/kernel.development.%s"):format(kit.path, KERNELS, wanted) end
  end
  local have = #kit.chips > 0 and table.concat(kit.chips, " ") or "none"
  return nil, ("it has no development kernel for %s; it has: %s"):format(wanted, have)
end

--- The kit whose build is exactly this one, or nil.
function kits.exact(list, build)
  for _, kit in ipairs(list) do
    if build and kit.build == build then return kit end
  end
end

local function numbers(version)
  local major, minor = tostring(version):match("^(%d+)%.?(%d*)")
  return tonumber(major), tonumber(minor) or 0
end

--- Is a kit or entry near enough to be worth a try for a version? Same major version, the same minor or one less, never
-- newer (the rule of OpenCore-Legacy-Patcher, reference §7.5).
function kits.is_near(version, target)
  local major, minor = numbers(version)
  local wanted_major, wanted_minor = numbers(target)
  return major ~= nil and major == wanted_major and (minor == wanted_minor or minor == wanted_minor - 1)
end

--- What a near kit may do, for who insists on one.
kits.NEAR_WARNING = "Kernel and extensions of different builds may not link, or the Mac may panic at start: it then starts into "
  .. "recovery, and `revert` there brings Apple's kernel back. kmutil since macOS 13 refuses most near kits."

--- The development kernel that a kit of this build has for this chip: what a collection's kernel should be.
-- @return as collection.inspect_kernel, or nil when there is no such kit
function kits.kernel_of_build(root, folder, build, chip)
  local kit = folder and build and chip and kits.exact(kits.list(root, folder), build)
  local path = kit and kits.kernel(kit, chip)
  return path and collection.inspect_kernel(root .. path) or nil
end

--- The bundle lists a kit has for whole Mac models, by their names: "mac14g" → path (reference §3.2, DVM).
-- @return array of { name, path }
function kits.model_lists(root, kit)
  local folder, lists = kit.path .. "/System/Library/KernelCollections", {}
  for _, name in ipairs(require("lib_file").list(root .. folder) or {}) do
    local model = name:match("^kernelcache%.release%.([%w_]+)%.manifest%.plist$")
    if model then lists[#lists + 1] = { name = model, path = folder .. "/" .. name } end
  end
  return lists
end

--- The bundle ids that a model's list requires.
-- @return array of ids, or nil, message
function kits.required_bundles(root, path)
  local content, message = require("lib_file").read(root .. path, 16 << 20, true)
  if not content then return nil, message end
  local dict = plist.parse(content)
  local required = plist.field(dict, "requiredIdentifiers", "table")
  if not required or #required == 0 then return nil, path .. ": names no requiredIdentifiers" end
  for _, id in ipairs(required) do
    if type(id) ~= "string" then return nil, path .. ": requiredIdentifiers holds something else than names" end
  end
  return required
end

return kits
