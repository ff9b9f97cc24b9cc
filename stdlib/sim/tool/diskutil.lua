-- diskutil: volumes, groups, owners, mounting and unlocking (reference §6.3).
-- It must not lay out files itself; it tells the `files` port what is attached.

local display = require "sim.tool.diskutil_display"
local mounting = require "sim.mounting"
local owner = require "sim.owner"
local place = require "sim.place"
local xml = require "sim.xml"

local diskutil = {}

local function has(p, word)
  for _, argument in ipairs(p.args) do
    if argument == word then return true end
  end
  return false
end

local WITH_VALUE = { ["-passphrase"] = true, ["-user"] = true }

-- The first argument from `from` on that is neither an option nor an option's value.
local function operand(p, from)
  local index = from
  while p.args[index] do
    local word = p.args[index]
    if word:sub(1, 1) ~= "-" then return word end
    index = index + (WITH_VALUE[word] and 2 or 1)
  end
end

local function option(p, name)
  for index, word in ipairs(p.args) do
    if word == name then return p.args[index + 1] end
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
  return word and display.find(p.state, word) or not_found(p, word)
end

local function info(p)
  p.reads()
  local volume = volume_of(p, 2)
  if not has(p, "-plist") then return display.info_text(p, volume) end
  p.out(xml.plist(display.properties(p.state, volume)))
end

local function list_groups(p)
  p.reads()
  if has(p, "-plist") then display.groups(p) else display.groups_text(p) end
end

local function list_users(p)
  p.reads()
  volume_of(p, 3)
  display.users(p)
end

local function failing(p, text)
  return function() p.fail(1, text, "\n") end
end

local function passphrase(p)
  if has(p, "-stdinpassphrase") then return p.ask("") end
  return option(p, "-passphrase") or p.secret("Passphrase: ")
end

-- The sentence about too many attempts was seen (darwin-2026-11 §9). guess: the numbers of the errors.
local function need_passphrase(p)
  local word, opens, why = passphrase(p), nil, nil
  if word then opens, why = owner.opens(p.state, word) end
  if opens then return end
  if why == "barred" then p.fail(1, "Too many recent unlock attempts; unlocking disabled\n") end
  p.fail(1, "Error unlocking APFS Volume: Passphrase incorrect or user does not exist (-69550)\n")
end

-- Options and the first and last lines are those of facts-2026-11 C; the prompt is the one diskutil(8) speaks of.
local function unlock(p)
  local volume = volume_of(p, 3)
  local mounts = not has(p, "-nomount")
  p.changes()
  p.out("Unlocking any cryptographic user on APFS Volume ", volume.device, "\n")
  if not volume.locked then
    p.fail(1, "Error unlocking APFS Volume: The given APFS Volume is not locked (-69589)\n")
  end
  need_passphrase(p)
  p.change({ function()
    volume.locked = false
    if mounts then mounting.attach(p.state, volume, p.files) end
  end }, failing(p, "Error unlocking APFS Volume: Internal error (-69808)"))
  p.out(mounts and "Unlocked and mounted APFS Volume\n" or "Unlocked but did not mount APFS Volume\n")
end

local function mount(p)
  local volume = volume_of(p, 2)
  p.changes()
  if volume.locked then
    p.fail(1, "Volume on ", volume.device, " failed to mount because it is locked\n")
  end
  p.change({ function() mounting.attach(p.state, volume, p.files) end },
    failing(p, "Volume on " .. volume.device .. " failed to mount"))
  p.out("Volume ", volume.name, " on /dev/", volume.device, " mounted\n")
end

local function unmount(p)
  local volume = volume_of(p, 2)
  p.changes()
  if not volume.mount then p.fail(1, p.args[#p.args], " was already unmounted\n") end
  p.change({ function() mounting.detach(volume, p.files) end },
    failing(p, "Volume " .. volume.name .. " on " .. volume.device .. " failed to unmount"))
  p.out("Volume ", volume.name, " on ", volume.device, " unmounted\n")
end

-- The cure for owners of an earlier installation (facts-2026-11 A.1, A.5). guess: all its words.
local function update_preboot(p)
  local volume = volume_of(p, 3)
  p.changes()
  if place.in_recovery(p.state) or volume.mount ~= "/" then
    p.fail(1, "UpdatePreboot: Exiting Update Preboot operation with overall error=-69877\n")
  end
  p.out("UpdatePreboot: Commencing operation to update the Preboot Volume for Target Volume ", volume.device, "\n")
  p.change({ function()
    p.state.circumstances["stale-owners"] = nil
    local contents = require "sim.contents" -- long; every other call of diskutil does without
    local path = place.preboot(p.state, place.booted(p.state)) .. contents.OWNERS
    if p.files then assert(p.files.write(path, contents.owners(p.state))) end
  end }, failing(p, "UpdatePreboot: Exiting Update Preboot operation with overall error=-69854"))
  p.out("UpdatePreboot: Exiting Update Preboot operation with overall error=(ZERO)=0\n")
end

local verbs = { info = info, mount = mount, unmount = unmount }
local apfs = {
  list = display.list, listVolumeGroups = list_groups, listUsers = list_users, listCryptoUsers = list_users,
  unlockVolume = unlock, updatePreboot = update_preboot,
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
