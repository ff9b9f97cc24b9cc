-- The kernel extensions of a simulated macOS: bundle ids, versions and where each lies.
-- It must not know what kmutil does with them, and must not touch files.

local kexts = {}

local OTHERS = "/Library/Extensions/"
local SYSTEM, PLUG_INS = "/System/Library/Extensions/", "/System/Library/Extensions/System.kext/PlugIns/"

-- Those of `kit` are in a kernel debug kit as well, as files.
local known = {
  { "com.apple.kpi.bsd", PLUG_INS .. "BSDKernel.kext", kit = true, kernel_version = true },
  { "com.apple.kpi.iokit", PLUG_INS .. "IOKit.kext", kit = true, kernel_version = true },
  { "com.apple.kpi.libkern", PLUG_INS .. "Libkern.kext", kernel_version = true },
  { "com.apple.kpi.mach", PLUG_INS .. "Mach.kext", kernel_version = true },
  { "com.apple.kec.corecrypto", SYSTEM .. "corecrypto.kext", version = "12.0" },
  { "com.apple.iokit.IOPCIFamily", SYSTEM .. "IOPCIFamily.kext", kit = true, version = "2.9" },
  { "com.apple.iokit.IOStorageFamily", SYSTEM .. "IOStorageFamily.kext", version = "2.1" },
  { "com.apple.driver.AppleARMPlatform", SYSTEM .. "AppleARMPlatform.kext", kit = true, version = "1.0.2" },
  { "com.apple.driver.AppleSEPManager", SYSTEM .. "AppleSEPManager.kext", version = "1.0.1" },
  { "com.apple.driver.SEPHibernation", SYSTEM .. "SEPHibernation.kext", version = "1",
    lacks = "_hibernate_sep_data" }, -- why it does not link is said nowhere (§3.3). guess: the symbol
  { "com.apple.driver.AppleHV", SYSTEM .. "AppleHV.kext", kit = true, version = "1" },
  { "com.apple.filesystems.apfs", SYSTEM .. "apfs.kext", version = "2142.1.15" },
  { "com.apple.security.AppleImage4", SYSTEM .. "AppleImage4.kext", version = "5.0.0" },
  { "com.apple.DriverKit-AppleBCMWLAN", "/System/Library/DriverExtensions/com.apple.DriverKit-AppleBCMWLAN.dext",
    version = "1.0" },
  { "org.example.driver.Gadget", OTHERS .. "Gadget.kext", version = "3.1.4" }, -- peers §2.6: swept in
}

--- One that names another which is nowhere to be found, and one that uses a symbol nobody has (field:
-- kmutil-resolve-dependencies, kmutil-link-error-many-lines).
kexts.DEPENDENT = {
  id = "com.apple.driver.AppleRTC", version = "2.0.1", path = SYSTEM .. "AppleRTC.kext",
  needs = "com.apple.iokit.IOACPIFamily",
}
kexts.UNLINKABLE = {
  id = "com.apple.driver.AppleH11ANEInterface", version = "9.511.3", path = SYSTEM .. "AppleH11ANEInterface.kext",
  lacks = "_tb_x",
}

--- All of a group's macOS, in the order kmutil lists them: array of { id, version, path, kit = bool, and where it is so
-- needs = id of another, lacks = symbol that cannot be bound }.
function kexts.all(group)
  local list = {}
  for index, kext in ipairs(known) do
    local version = kext.kernel_version and group.darwin or kext.version
    list[index] = { id = kext[1], version = version, path = kext[2], kit = kext.kit or false, lacks = kext.lacks }
  end
  for _, kext in ipairs(group.more_kexts or {}) do list[#list + 1] = kext end
  return list
end

--- Those that are loaded: of others only what was approved before this start (D.3).
function kexts.loaded(state, group)
  local list = {}
  for _, kext in ipairs(kexts.all(group)) do
    if state.running.approved or kext.path:sub(1, #OTHERS) ~= OTHERS then list[#list + 1] = kext end
  end
  return list
end

--- One of them by its id, or nil.
function kexts.find(group, id)
  for _, kext in ipairs(kexts.all(group)) do
    if kext.id == id then return kext end
  end
end

--- Those whose path lies in the folder `folder`, as a set of ids.
function kexts.below(group, folder)
  local found = {}
  for _, kext in ipairs(kexts.all(group)) do
    if kext.path:sub(1, #folder + 1) == folder .. "/" then found[kext.id] = true end
  end
  return found
end

return kexts
