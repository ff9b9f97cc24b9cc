-- Finds volume groups, their volumes and mount points with diskutil. Facts: reference §6.3.
-- Must not guess a volume's name or place: /Volumes names differ between Macs and between recovery and macOS.

local plist = require "base.plist"
local probe = require "tool.probe"

local diskutil = {}

local PATH = "/usr/sbin/diskutil"

local function read(argv)
  local out, message, code = probe.output(argv)
  if not out then return nil, message, code end
  local dict, why = plist.parse(out)
  if type(dict) ~= "table" then return nil, "diskutil: " .. (why or "not a dictionary"), "unknown" end
  return dict
end

--- Everything diskutil says of one volume.
-- @param volume string: device, mount point or volume UUID. A volume GROUP's UUID names the Data volume (reference §3.1).
-- @return dict with VolumeName, MountPoint, APFSVolumeGroupID, BooterDeviceIdentifier, WritableVolume …, or nil, message
function diskutil.info(volume)
  return read { PATH, "info", "-plist", volume }
end

local function list_in(dict, key) return plist.field(dict, key, "table") or {} end

local function role_of(volume)
  return plist.field(volume, "Role", "string") or list_in(volume, "Roles")[1]
end

-- @return nil for an entry that names no group or no device of a System volume
local function group_from(entry)
  local uuid = plist.field(entry, "APFSVolumeGroupUUID", "string")
  local group = { group = uuid and uuid:upper(), name = plist.field(entry, "Name", "string") }
  for _, volume in ipairs(list_in(entry, "Volumes")) do
    local role, device = role_of(volume), plist.field(volume, "DeviceIdentifier", "string")
    local described = device and device:find("^%w+$") and { device = device, name = plist.field(volume, "Name", "string") }
    if role == "System" then group.system = described end
    if role == "Data" then group.data = described end
  end
  return group.group and group.system and group
end

--- Every volume group with a System volume.
-- @return array of { group = UUID, name, system = { device, name }, data = { device, name } | nil }, or nil, message, code
function diskutil.volume_groups()
  local dict, message, code = read { PATH, "apfs", "listVolumeGroups", "-plist" }
  if not dict then return nil, message, code end
  local groups = {}
  for _, container in ipairs(list_in(dict, "Containers")) do
    for _, entry in ipairs(list_in(container, "VolumeGroups")) do
      groups[#groups + 1] = group_from(entry) or nil
    end
  end
  return groups
end

--- Command: unlock a FileVault volume; asks for the passphrase (reference §6.3).
function diskutil.unlock(device)
  return { argv = { PATH, "apfs", "unlockVolume", device }, tool = "diskutil", interactive = true,
    prompts = { "the passphrase of a user who can unlock this volume" } }
end

--- What diskutil's failures mean.
diskutil.errors = {
  { pattern = "[Pp]assphrase incorrect", kind = "credentials" },
  { pattern = "[Ii]ncorrect passphrase", kind = "credentials" },
}

return diskutil
