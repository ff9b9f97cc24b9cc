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
  if type(dict) ~= "table" then return nil, "diskutil: " .. tostring(why), "unknown" end
  return dict
end

--- Everything diskutil says of one volume.
-- @param volume string: device, mount point or volume UUID. A volume GROUP's UUID names the Data volume (reference §3.1).
-- @return dict with VolumeName, MountPoint, APFSVolumeGroupID, BooterDeviceIdentifier, WritableVolume …, or nil, message
function diskutil.info(volume)
  return read { PATH, "info", "-plist", volume }
end

local function role_of(volume)
  return volume.Role or volume.Roles and volume.Roles[1]
end

local function group_from(entry)
  local group = { group = entry.APFSVolumeGroupUUID, name = entry.Name }
  for _, volume in ipairs(entry.Volumes or {}) do
    local role = role_of(volume)
    local described = { device = volume.DeviceIdentifier, name = volume.Name }
    if role == "System" then group.system = described end
    if role == "Data" then group.data = described end
  end
  return group
end

--- Every volume group with a System volume.
-- @return array of { group = UUID, name, system = { device, name }, data = { device, name } | nil }, or nil, message, code
function diskutil.volume_groups()
  local dict, message, code = read { PATH, "apfs", "listVolumeGroups", "-plist" }
  if not dict then return nil, message, code end
  local groups = {}
  for _, container in ipairs(dict.Containers or {}) do
    for _, entry in ipairs(container.VolumeGroups or {}) do
      local group = group_from(entry)
      if type(group.group) == "string" and group.system then
        group.group = group.group:upper()
        groups[#groups + 1] = group
      end
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
