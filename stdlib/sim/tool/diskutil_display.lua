-- What diskutil tells of volumes, groups and users (reference §6.3), as property lists and as text.
-- It must not change the state.

local digest = require "sim.digest"
local place = require "sim.place"
local xml = require "sim.xml"

local display = {}

-- "/" in recovery is a base system of its own, which belongs to no volume group.
local function base_system()
  return {
    device = "disk5s1", name = "macOS Base System", role = "Base", mount = "/", writable = false,
    uuid = digest.uuid("base system"),
  }
end

local function booted_snapshot(state)
  local system = place.volume(state, state.default, "System")
  local snapshot = {}
  for key, value in pairs(system) do snapshot[key] = value end
  snapshot.device, snapshot.snapshot = system.device .. "s1", true
  return snapshot
end

local function root_volume(state)
  return place.in_recovery(state) and base_system() or booted_snapshot(state)
end

-- A volume group's UUID is its Data volume's, so asking for a group answers with Data (§3.1: a trap).

--- The volume that a device, a UUID, a name or a mount point names, or nil.
function display.find(state, word)
  if word == "/" then return root_volume(state) end
  local device = word:gsub("^/dev/r?", "")
  local snapshot = not place.in_recovery(state) and booted_snapshot(state)
  if snapshot and snapshot.device == device then return snapshot end
  for _, volume in ipairs(state.volumes) do
    local hit = volume.device == device or volume.uuid == word:upper() or volume.mount == word:gsub("(.)/$", "%1")
    if hit or volume.name == word then return volume end
  end
end

-- The booted system itself is a snapshot; its volume is not mounted.
local function mount_point(volume)
  if volume.mount == "/" and volume.role == "System" and not volume.snapshot then return "" end
  return volume.mount or ""
end

-- macOS 26 says "Broken" of sound systems (darwin-2026-11 §6), so it is worth nothing.
local function sealed(state, volume)
  if volume.role ~= "System" then return "No" end
  local group = place.group(state, volume.group)
  return (group.seal_broken or state.wording.sealed_says_broken) and "Broken" or "Yes"
end

local function container_of(state, volume)
  for _, container in ipairs(state.other_containers) do
    if container.device == volume.container then return container end
  end
  return state.container
end

local function booter(state, volume)
  local group = place.group(state, volume.group) or state.groups[1]
  return volume.role ~= "Base" and place.preboot_volume(state, group).device or nil
end

local function has_filevault(state, volume) return volume.role == "Data" and state.filevault end

local function owners_told(state, volume)
  if state.wording.owners_untold then return nil end
  return volume.owners ~= false
end

--- What `diskutil info -plist` tells of a volume.
function display.properties(state, volume)
  local container = container_of(state, volume)
  return {
    APFSContainerFree = container.free, APFSContainerReference = container.device, APFSContainerSize = container.size,
    APFSVolumeGroupID = volume.group, BooterDeviceIdentifier = booter(state, volume),
    Content = "41504653-0000-11AA-AA11-00306543ECAC", DeviceIdentifier = volume.device,
    DeviceNode = "/dev/" .. volume.device, DiskUUID = volume.uuid, Encryption = volume.encrypted or false,
    FileVault = has_filevault(state, volume), FilesystemName = "APFS", FilesystemType = "apfs",
    FreeSpace = volume.mount and container.free or 0, GlobalPermissionsEnabled = owners_told(state, volume),
    Internal = true, Locked = volume.locked or false, MountPoint = mount_point(volume),
    ParentWholeDisk = container.device, Sealed = sealed(state, volume), Size = container.size,
    TotalSize = container.size, VolumeName = volume.name, VolumeUUID = volume.uuid,
    Writable = volume.writable, WritableVolume = volume.mount ~= nil and volume.writable,
  }
end

--- Prints what `diskutil info` tells of a volume as text.
function display.info_text(p, volume)
  local owners = owners_told(p.state, volume)
  local rows = {
    { "Device Identifier", volume.device }, { "Device Node", "/dev/" .. volume.device },
    { "Volume Name", volume.name }, { "Mounted", volume.mount and "Yes" or "No" },
    { "Mount Point", mount_point(volume) }, { "Volume UUID", volume.uuid },
    { "Volume Read-Only", volume.writable and "No" or "Yes" },
    { "APFS Volume Group", volume.group or "None" },
    { "FileVault", has_filevault(p.state, volume) and "Yes" or "No" },
    { "Sealed", sealed(p.state, volume) }, { "Locked", volume.locked and "Yes" or "No" },
    { "Owners", owners == nil and "" or owners and "Enabled" or "Disabled" },
  }
  for _, row in ipairs(rows) do p.out(("   %-26s%s\n"):format(row[1] .. ":", row[2])) end
end

-- The containers in the order of their devices, each with what `inner(container)` says of it.
local function containers(state, inner)
  local list = { state.container, table.unpack(state.other_containers) }
  table.sort(list, function(a, b) return a.device < b.device end)
  for index, container in ipairs(list) do
    local item = inner(container)
    item.APFSContainerUUID, item.ContainerReference = container.uuid, container.device
    item.CapacityCeiling, item.CapacityFree = container.size, container.free
    item.DesignatedPhysicalStore = "disk0s" .. index
    item.PhysicalStores = { list = { { DeviceIdentifier = "disk0s" .. index, Size = container.size } } }
    list[index] = item
  end
  return { Containers = { list = list } }
end

local function listed(state, volume)
  return {
    APFSVolumeUUID = volume.uuid, CapacityInUse = 21474836480, CapacityQuota = 0, CapacityReserve = 0,
    DeviceIdentifier = volume.device, Encryption = volume.encrypted, FileVault = has_filevault(state, volume),
    Locked = volume.locked, Name = volume.name, Roles = { list = { volume.role } },
  }
end

--- Plays `diskutil apfs list -plist`.
function display.list(p)
  p.reads()
  p.out(xml.plist(containers(p.state, function(container)
    local volumes = {}
    for _, volume in ipairs(p.state.volumes) do
      if volume.container == container.device then volumes[#volumes + 1] = listed(p.state, volume) end
    end
    return { Fusion = false, Volumes = { list = volumes } }
  end)))
end

local function member(volume)
  return {
    APFSVolumeUUID = volume.uuid, DeviceIdentifier = volume.device, DiskUUID = volume.uuid, Name = volume.name,
    Role = volume.role,
  }
end

local function members(state, group)
  return place.volume(state, group.uuid, "System"), place.volume(state, group.uuid, "Data")
end

--- Prints the volume groups as text.
function display.groups_text(p)
  for _, group in ipairs(p.state.groups) do
    local system, data = members(p.state, group)
    p.out("Container ", system.container, "\n|\n+-> Volume Group ", group.uuid, "\n    ", ("="):rep(49), "\n")
    for _, volume in ipairs { system, data } do
      p.out("    APFS Volume Disk (Role):   ", volume.device, " (", volume.role, ")\n    Name:                      ",
        volume.name, "\n    Volume UUID:               ", volume.uuid, "\n")
    end
  end
end

--- Prints the volume groups as a property list.
function display.groups(p)
  p.out(xml.plist(containers(p.state, function(container)
    local groups = {}
    for _, group in ipairs(p.state.groups) do
      local system, data = members(p.state, group)
      if system.container == container.device then
        groups[#groups + 1] = { APFSVolumeGroupUUID = group.uuid, Name = group.name,
          Volumes = { list = { member(data), member(system) } } }
      end
    end
    return { VolumeGroups = { list = groups } }
  end)))
end

--- Prints who can unlock a volume and who owns it.
function display.users(p)
  local users = {}
  for index, person in ipairs(p.state.owners) do
    users[index] = { APFSCryptoUserType = "LocalOpenDirectory", APFSCryptoUserUUID = person.uuid,
      VolumeOwner = person.rights }
  end
  users[#users + 1] = { APFSCryptoUserType = "PersonalRecovery", VolumeOwner = false,
    APFSCryptoUserUUID = "EBC6C064-0000-11AA-AA11-00306543ECAC" }
  p.out(xml.plist { Users = { list = users } })
end

return display
