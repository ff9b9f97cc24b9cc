-- Questions about a state that several tools ask: which system, which volume, which environment.
-- It must not change anything.

local place = {}

--- Below the scratch root: each volume's files, whether it is mounted or not.
place.DISKS = "/.disks/"

--- The folder that holds a volume's files, below the root.
function place.storage(volume) return place.DISKS .. volume.device end

--- The group with this UUID (any case), or nil.
function place.group(state, uuid)
  for _, group in ipairs(state.groups) do
    if group.uuid == (uuid or ""):upper() then return group end
  end
end

--- The volume of a group with a role, or the main container's volume of that role when `group` is nil.
function place.volume(state, group, role)
  for _, volume in ipairs(state.volumes) do
    local here = group or volume.container == state.container.device
    if here and volume.group == group and volume.role == role then return volume end
  end
end

--- The Preboot volume that a group's files lie on: the one in the container of its System volume (darwin-2026-11 §6).
function place.preboot_volume(state, group)
  local container = place.volume(state, group.uuid, "System").container
  for _, volume in ipairs(state.volumes) do
    if volume.role == "Preboot" and volume.container == container then return volume end
  end
end

--- True in any recoveryOS.
function place.in_recovery(state) return state.environment ~= "macos" end

--- True in the recoveryOS that is reached by holding the power button (1TR), whoever's it is.
function place.in_true_recovery(state)
  return state.environment == "paired-recovery" or state.environment == "unpaired-recovery"
end

--- True when what runs is the 1TR that belongs to `group`.
function place.is_paired(state, group)
  return state.environment == "paired-recovery" and state.paired == group.uuid
end

--- OS Type as `bputil -d` calls it (reference §1.5).
function place.os_type(state)
  if state.environment == "macos" then return "macOS" end
  return place.in_true_recovery(state) and "one true recoveryOS" or "ordinary recoveryOS"
end

--- The group whose macOS is booted; the default group while recovery runs.
function place.booted(state) return place.group(state, state.default) end

--- Where Preboot's folder of a group is, as the Mac's own path (it moves between recovery and macOS, reference §6.3).
function place.preboot(state, group)
  return (place.preboot_volume(state, group).mount or "/Volumes/Preboot") .. "/" .. group.uuid
end

--- The folder in Preboot that holds a group's boot objects, as the Mac's own path (reference §3.1).
function place.objects(state, group)
  return place.preboot(state, group) .. "/boot/" .. group.policy.nsih
    .. "/System/Library/Caches/com.apple.kernelcaches"
end

return place
