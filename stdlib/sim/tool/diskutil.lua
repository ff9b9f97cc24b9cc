-- diskutil: volumes, groups, owners, mounting and unlocking (reference §6.3).
-- It must not lay out files itself; it tells the `files` port what is attached.

local digest = require "sim.digest"
local layout = require "sim.layout"
local owner = require "sim.owner"
local place = require "sim.place"
local xml = require "sim.xml"

local diskutil = {}

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
local function find(state, word)
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

local function properties(state, volume)
  local preboot = volume.role ~= "Base" and place.volume(state, nil, "Preboot").device or nil
  return {
    APFSContainerFree = state.container.free, APFSContainerReference = state.container.device,
    APFSContainerSize = state.container.size, APFSVolumeGroupID = volume.group, BooterDeviceIdentifier = preboot,
    Content = "41504653-0000-11AA-AA11-00306543ECAC", DeviceIdentifier = volume.device,
    DeviceNode = "/dev/" .. volume.device, DiskUUID = volume.uuid, Encryption = volume.encrypted or false,
    FileVault = volume.role == "Data" and state.filevault, FilesystemName = "APFS", FilesystemType = "apfs",
    FreeSpace = volume.mount and state.container.free or 0, Internal = true, Locked = volume.locked or false,
    MountPoint = mount_point(volume), ParentWholeDisk = state.container.device, Size = state.container.size,
    TotalSize = state.container.size, VolumeName = volume.name, VolumeUUID = volume.uuid,
    Writable = volume.writable, WritableVolume = volume.mount ~= nil and volume.writable,
  }
end

local function last(p) return p.args[#p.args] end

local function has(p, word)
  for _, argument in ipairs(p.args) do
    if argument == word then return true end
  end
  return false
end

local function operand(p, from)
  for index = from, #p.args do
    if not p.args[index]:match("^%-") then return p.args[index] end
  end
end

local function not_found(p, word)
  local message = "Could not find disk: " .. tostring(word)
  if has(p, "-plist") then p.out(xml.plist { Error = true, ErrorMessage = message })
  else p.err(message, "\n") end
  p.leave(1)
end

local function volume_of(p, from)
  local word = operand(p, from)
  return word and find(p.state, word) or not_found(p, word)
end

local function info_text(p, volume)
  local rows = {
    { "Device Identifier", volume.device }, { "Device Node", "/dev/" .. volume.device },
    { "Volume Name", volume.name }, { "Mounted", volume.mount and "Yes" or "No" },
    { "Mount Point", mount_point(volume) }, { "Volume UUID", volume.uuid },
    { "Volume Read-Only", volume.writable and "No" or "Yes" },
    { "APFS Volume Group", volume.group or "None" }, { "FileVault", volume.role == "Data" and p.state.filevault and "Yes" or "No" },
    { "Locked", volume.locked and "Yes" or "No" },
  }
  for _, row in ipairs(rows) do p.out(("   %-26s%s\n"):format(row[1] .. ":", row[2])) end
end

local function info(p)
  p.reads()
  local volume = volume_of(p, 2)
  if not has(p, "-plist") then return info_text(p, volume) end
  p.out(xml.plist(properties(p.state, volume)))
end

local function container(state, extra)
  extra.APFSContainerUUID, extra.ContainerReference = state.container.uuid, state.container.device
  extra.CapacityCeiling, extra.CapacityFree = state.container.size, state.container.free
  extra.DesignatedPhysicalStore = "disk0s2"
  extra.PhysicalStores = { list = { { DeviceIdentifier = "disk0s2", Size = state.container.size } } }
  return { Containers = { list = { extra } } }
end

local function list(p)
  p.reads()
  local volumes = {}
  for index, volume in ipairs(p.state.volumes) do
    volumes[index] = {
      APFSVolumeUUID = volume.uuid, CapacityInUse = 21474836480, CapacityQuota = 0, CapacityReserve = 0,
      DeviceIdentifier = volume.device, Encryption = volume.encrypted, FileVault = volume.role == "Data" and p.state.filevault,
      Locked = volume.locked, Name = volume.name, Roles = { list = { volume.role } },
    }
  end
  p.out(xml.plist(container(p.state, { Fusion = false, Volumes = { list = volumes } })))
end

local function member(volume)
  return {
    APFSVolumeUUID = volume.uuid, DeviceIdentifier = volume.device, DiskUUID = volume.uuid, Name = volume.name,
    Role = volume.role,
  }
end

local function list_groups_text(p)
  p.out("Container ", p.state.container.device, "\n|\n")
  for _, group in ipairs(p.state.groups) do
    p.out("+-> Volume Group ", group.uuid, "\n    ", ("="):rep(49), "\n")
    for _, role in ipairs { "System", "Data" } do
      local volume = place.volume(p.state, group.uuid, role)
      p.out("    APFS Volume Disk (Role):   ", volume.device, " (", role, ")\n    Name:                      ",
        volume.name, "\n    Volume UUID:               ", volume.uuid, "\n")
    end
  end
end

local function list_groups(p)
  p.reads()
  if not has(p, "-plist") then return list_groups_text(p) end
  local groups = {}
  for index, group in ipairs(p.state.groups) do
    local system, data = place.volume(p.state, group.uuid, "System"), place.volume(p.state, group.uuid, "Data")
    groups[index] = { APFSVolumeGroupUUID = group.uuid, Name = group.name,
      Volumes = { list = { member(data), member(system) } } }
  end
  p.out(xml.plist(container(p.state, { VolumeGroups = { list = groups } })))
end

local function list_users(p)
  p.reads()
  volume_of(p, 3)
  local users = {}
  for index, person in ipairs(p.state.owners) do
    users[index] = { APFSCryptoUserType = "LocalOpenDirectory", APFSCryptoUserUUID = person.uuid,
      VolumeOwner = person.rights }
  end
  users[#users + 1] = { APFSCryptoUserType = "PersonalRecovery", VolumeOwner = false,
    APFSCryptoUserUUID = "EBC6C064-0000-11AA-AA11-00306543ECAC" }
  p.out(xml.plist { Users = { list = users } })
end

-- A system volume and Preboot may be read-only; Preboot comes back writable when mounted again (§6.3).
local function attach(p, volume)
  if volume.role == "Preboot" then volume.writable = true end
  volume.mount = place.in_recovery(p.state) and "/Volumes/" .. volume.name or "/System/Volumes/" .. volume.name
  if p.files then p.files.attach(volume.mount, layout.storage(volume)) end
end

local function failing(p, text)
  return function() p.fail(1, text, "\n") end
end

local function passphrase(p)
  if has(p, "-stdinpassphrase") then return p.ask("") end
  for index, word in ipairs(p.args) do
    if word == "-passphrase" then return p.args[index + 1] end
  end
  return p.secret("Passphrase: ")
end

-- guess: the numbers of the errors; the prompt is the one diskutil(8) speaks of.
local function unlock(p)
  local volume = volume_of(p, 3)
  p.changes()
  p.out("Unlocking any cryptographic user on APFS Volume ", volume.device, "\n")
  if not volume.locked then
    p.fail(1, "Error unlocking APFS Volume: The given APFS Volume is not locked (-69589)\n")
  end
  local word = passphrase(p)
  local opens, why = nil, nil
  if word then opens, why = owner.opens(p.state, word) end
  if why == "barred" then p.fail(1, "Too many recent unlock attempts; unlocking disabled\n") end -- darwin-2026-11 §9
  if not opens then
    p.fail(1, "Error unlocking APFS Volume: Passphrase incorrect or user does not exist (-69550)\n")
  end
  p.change({ function() volume.locked = false; attach(p, volume) end },
    failing(p, "Error unlocking APFS Volume: Internal error (-69808)"))
  p.out("Unlocked and mounted APFS Volume\n")
end

local function mount(p)
  local volume = volume_of(p, 2)
  p.changes()
  if volume.locked then
    p.fail(1, "Volume on ", volume.device, " failed to mount because it is locked\n")
  end
  p.change({ function() attach(p, volume) end }, failing(p, "Volume on " .. volume.device .. " failed to mount"))
  p.out("Volume ", volume.name, " on /dev/", volume.device, " mounted\n")
end

local function unmount(p)
  local volume = volume_of(p, 2)
  p.changes()
  if not volume.mount then p.fail(1, last(p), " was already unmounted\n") end
  p.change({ function()
    if p.files then p.files.detach(volume.mount) end
    volume.mount = nil
  end }, failing(p, "Volume " .. volume.name .. " on " .. volume.device .. " failed to unmount"))
  p.out("Volume ", volume.name, " on ", volume.device, " unmounted\n")
end

local verbs = { info = info, mount = mount, unmount = unmount }
local apfs = {
  list = list, listVolumeGroups = list_groups, listUsers = list_users, listCryptoUsers = list_users,
  unlockVolume = unlock,
}

--- Plays diskutil; see `sim.tools.play`.
function diskutil.diskutil(p)
  local verb = p.args[1] == "apfs" and apfs[p.args[2]] or verbs[p.args[1]]
  if not verb then
    p.fail(1, "diskutil: did not recognize verb \"", table.concat(p.args, " "), "\"; type \"diskutil\" for a list\n")
  end
  return verb(p)
end

return diskutil
