-- Kernel debug kits of a simulated Mac (reference §7): what they are called and which files each has.
-- It must not touch files and must not pack anything; images and packages are `sim.kit_image`.

local collection = require "sim.collection"
local kexts = require "sim.kexts"
local xml = require "sim.xml"

local kit = {}

--- Where kits lie, as macOS's own path.
kit.FOLDER = "/Library/Developer/KDKs"

local KERNELS, EXTENSIONS = "System/Library/Kernels/", "System/Library/Extensions/"
local VERSION = "System/Library/CoreServices/SystemVersion.plist"

--- The name of its folder. A kit: { version, build, darwin, date, xnu, soc, model,
-- without = true when the development kernel of this Mac's chip is missing, unsigned = true for a package of somebody
-- else's, gutted = "extensions" | "version" when files of the installed one are gone }.
function kit.name(about) return ("KDK_%s_%s.kdk"):format(about.version, about.build) end

--- The id of its receipt.
function kit.receipt(about) return "com.apple.pkg.KDK." .. about.build end

--- Name of the image it is published in. One upstream name has no `_build_` (§7.1).
function kit.image_name(about)
  local middle = about.version:match("^13") and "_" or "_build_"
  return ("Kernel_Debug_Kit_%s%s%s.dmg"):format(about.version, middle, about.build)
end

-- This Mac's chip and two others: kits hold the kernels of all Macs of their time.
local function chips(about)
  local list = { about.soc }
  for _, soc in ipairs { "VMAPPLE", "T8103", "T6000" } do
    if soc ~= about.soc and #list < 3 then list[#list + 1] = soc end
  end
  return list
end

--- Its kernels: array of { file = "kernel.development.t6020", soc, flavour }.
function kit.kernels(about)
  local list = {}
  for _, soc in ipairs(chips(about)) do
    for _, flavour in ipairs { "release", "development", "kasan" } do
      local missing = about.without and soc == about.soc and flavour == "development"
      if not missing then
        list[#list + 1] = { file = ("kernel.%s.%s"):format(flavour, soc:lower()), soc = soc, flavour = flavour }
      end
    end
  end
  return list
end

local function kernel_about(about, kernel)
  return { soc = kernel.soc, flavour = kernel.flavour, darwin = about.darwin, xnu = about.xnu, date = about.date }
end

--- The banner of one of `kit.kernels`.
function kit.banner(about, kernel) return collection.banner(kernel_about(about, kernel)) end

local function add_kernels(about, files)
  for _, kernel in ipairs(kit.kernels(about)) do
    files[KERNELS .. kernel.file] = collection.kernel(kernel_about(about, kernel))
    if kernel.flavour == "development" then
      local symbols = ("%s%s.dSYM/Contents/Resources/DWARF/%s"):format(KERNELS, kernel.file, kernel.file)
      files[symbols] = "symbols of " .. kernel.file .. "\n"
    end
  end
end

local function kit_kexts(about)
  local list = {}
  for _, kext in ipairs(kexts.all(about)) do
    if kext.kit then list[#list + 1] = kext end
  end
  return list
end

local function add_kexts(about, files)
  for _, kext in ipairs(kit_kexts(about)) do
    local folder = kext.path:sub(2) .. "/Contents/"
    files[folder .. "Info.plist"] = xml.plist { CFBundleIdentifier = kext.id, CFBundleVersion = kext.version }
    files[folder .. "MacOS/" .. kext.path:match("([^/]+)%.kext$")] = kext.id .. " " .. about.build .. "\n"
  end
end

-- What one model's own collection holds. guess: the names for other models than Mac16,10, whose is mac16g (§7.1).
local function add_manifests(about, files)
  local ids, model = {}, about.model:match("(%d+),")
  for index, kext in ipairs(kit_kexts(about)) do ids[index] = kext.id end
  for _, letter in ipairs { "g", "j" } do
    local path = ("System/Library/KernelCollections/kernelcache.release.mac%s%s.manifest.plist"):format(model, letter)
    files[path] = xml.plist { requiredIdentifiers = { list = ids } }
    ids = table.move(ids, 1, #ids - 1, 1, {}) -- the other model needs one less
  end
end

--- All files of a whole kit: path from the kit's folder → bytes.
function kit.whole(about)
  local files = {
    [VERSION] = xml.plist {
      ProductBuildVersion = about.build, ProductName = "macOS", ProductVersion = about.version,
      ProductUserVisibleVersion = about.version,
    },
  }
  add_kernels(about, files)
  add_kexts(about, files)
  add_manifests(about, files)
  return files
end

--- The files that are there of an installed kit. guess: which ones an update of macOS takes away (§7.5 no. 1).
function kit.files(about)
  local files = kit.whole(about)
  if not about.gutted then return files end
  for path in pairs(files) do
    if path:find(EXTENSIONS .. "Apple", 1, true) == 1 or path:find("/MacOS/", 1, true) then files[path] = nil end
  end
  if about.gutted == "version" then files[VERSION] = nil end
  return files
end

--- What `pkgutil --files` lists: folders and files of the whole kit, sorted.
function kit.paths(about)
  local seen, paths = {}, {}
  local function add(path)
    if path == "" or seen[path] then return end
    seen[path], paths[#paths + 1] = true, path
    add(path:match("^(.*)/") or "")
  end
  for path in pairs(kit.whole(about)) do add(path) end
  table.sort(paths)
  return paths
end

--- The installed kit of a build as the receipts know it, or nil. The files may be gone.
function kit.installed(state, build)
  for index, about in ipairs(state.kits) do
    if about.build == build then return about, index end
  end
end

--- Notes in the state that a kit was installed; one of the same build is replaced.
function kit.install(state, about)
  local _, index = kit.installed(state, about.build)
  state.kits[index or #state.kits + 1] = about
end

return kit
