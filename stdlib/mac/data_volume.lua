-- Why the target's Data volume cannot be used, and the line that helps: it is locked, only not mounted, or not known.
-- Must not mount or unlock anything, nor call a volume locked of which that is not known.

local data_volume = {}

local function unlock(device) return "diskutil apfs unlockVolume " .. device end

local function mount(device) return "diskutil mount " .. device end

--- What is wrong with Data.
-- @param target see mac.target.look
-- @return nil where it is mounted; else what is wrong, the command that helps, and true where nothing is known of such a volume
function data_volume.trouble(target)
  local data = target.group and target.group.data
  if not data then return "the Data volume is not known", "diskutil apfs listVolumeGroups", true end
  if data.mount then return nil end
  local name, device = data.name or data.device, data.device or "DISK"
  local subject = name and "the Data volume " .. name or "the Data volume"
  if data.locked then return subject .. " is not mounted: FileVault keeps it locked", unlock(device) end
  if data.locked == false then return subject .. " is not mounted", mount(device) end
  return subject .. " is not mounted: FileVault keeps it locked, or it was never mounted",
    ("%s (or, without FileVault: %s)"):format(unlock(device), mount(device))
end

return data_volume
