-- The files of a kernel debug kit, byte for byte (reference §7.1).
-- It must not pack them; images and packages are `sim.kit_image`.

local collection = require "sim.collection"
local kexts = require "sim.kexts"
local kits = require "sim.kits"
local place = require "sim.place"
local xml = require "sim.xml"

local kit_files = {}

local KERNELS, EXTENSIONS = "System/Library/Kernels/", "System/Library/Extensions/"
local VERSION = "System/Library/CoreServices/SystemVersion.plist"

local function add_kernels(kit, files)
  for _, kernel in ipairs(kits.kernels(kit)) do
    files[KERNELS .. kernel.file] = collection.kernel(kernel)
    if kernel.flavour == "development" then
      local symbols = ("%s%s.dSYM/Contents/Resources/DWARF/%s"):format(KERNELS, kernel.file, kernel.file)
      files[symbols] = "symbols of " .. kernel.file .. "\n"
    end
  end
end

local function kit_kexts(kit)
  local list = {}
  for _, kext in ipairs(kexts.all(kit)) do
    if kext.kit then list[#list + 1] = kext end
  end
  return list
end

local function add_kexts(kit, files)
  for _, kext in ipairs(kit_kexts(kit)) do
    local folder = kext.path:sub(2) .. "/Contents/"
    files[folder .. "Info.plist"] = xml.plist { CFBundleIdentifier = kext.id, CFBundleVersion = kext.version }
    files[folder .. "MacOS/" .. kext.path:match("([^/]+)%.kext$")] = kext.id .. " " .. kit.build .. "\n"
  end
end

-- What one model's own collection holds. guess: the names for other models than Mac16,10, whose is mac16g (§7.1).
local function add_manifests(kit, files)
  local ids, model = {}, kit.model:match("(%d+),")
  for index, kext in ipairs(kit_kexts(kit)) do ids[index] = kext.id end
  for _, letter in ipairs { "g", "j" } do
    local path = ("System/Library/KernelCollections/kernelcache.release.mac%s%s.manifest.plist"):format(model, letter)
    files[path] = xml.plist { requiredIdentifiers = { list = ids } }
    ids = table.move(ids, 1, #ids - 1, 1, {}) -- the other model needs one less
  end
end

--- All files of a whole kit: path from the kit's folder → bytes.
function kit_files.whole(kit)
  local files = {
    [VERSION] = xml.plist {
      ProductBuildVersion = kit.build, ProductName = "macOS", ProductVersion = kit.version,
      ProductUserVisibleVersion = kit.version,
    },
  }
  add_kernels(kit, files)
  add_kexts(kit, files)
  add_manifests(kit, files)
  return files
end

--- The files that are there of an installed kit. guess: which ones an update of macOS takes away (§7.5 no. 1).
function kit_files.present(kit)
  local files = kit_files.whole(kit)
  if not kit.gutted then return files end
  for path in pairs(files) do
    if path:find(EXTENSIONS .. "Apple", 1, true) == 1 or path:find("/MacOS/", 1, true) then files[path] = nil end
  end
  if kit.gutted == "version" then files[VERSION] = nil end
  return files
end

--- What `pkgutil --files` lists: folders and files of the whole kit, sorted.
function kit_files.paths(kit)
  local seen, paths = {}, {}
  local function add(path)
    if path == "" or seen[path] then return end
    seen[path], paths[#paths + 1] = true, path
    add(path:match("^(.*)/") or "")
  end
  for path in pairs(kit_files.whole(kit)) do add(path) end
  table.sort(paths)
  return paths
end

--- What the kits that are installed put on a new Mac: path below the root → bytes.
function kit_files.installed(state)
  local files, top = {}, place.storage(place.volume(state, state.groups[1].uuid, "Data")) .. kits.FOLDER
  for _, kit in ipairs(state.kits) do
    for path, bytes in pairs(kit_files.present(kit)) do
      files[("%s/%s/%s"):format(top, kits.name(kit), path)] = bytes
    end
  end
  return files
end

return kit_files
