-- Takes out of a record (or a report) whose Mac it is: names of people and volumes, and every number that only one Mac has.
-- Must not take anything that tells how the Mac behaves: chip, versions, sizes and settings stay.

local plist = require "base.plist"
local stand_ins = require "base.stand_ins"

local anonymous = {}

-- Names that Apple gives to volumes: on every Mac, so they tell nothing.
local APPLES = {}
for _, name in ipairs { "Macintosh HD", "Macintosh HD - Data", "Data", "Preboot", "Recovery", "VM", "Update", "xART", "Hardware",
  "iSCPreboot", "macOS Base System" } do APPLES[name] = true end

-- Facts in whose words a name may stand.
local NAMED = { owner = true, trial = true, said = true }

-- Every name below a key of that name, in the order in which they stand.
local function collect(value, found)
  if type(value) ~= "table" then return end
  for _, key in ipairs { "VolumeName", "Name" } do
    if type(value[key]) == "string" then found[#found + 1] = value[key] end
  end
  local mount = type(value.MountPoint) == "string" and value.MountPoint:match("^/Volumes/([^/]+)$")
  if mount then found[#found + 1] = mount end
  for _, inner in ipairs(value) do collect(inner, found) end
  for _, key in ipairs { "Containers", "VolumeGroups", "Volumes" } do collect(value[key], found) end
end

local function volume_names(record)
  local found = {}
  for _, command in ipairs(record.commands) do
    if command.argv[1] == "/usr/sbin/diskutil" then collect(plist.parse(command.stdout), found) end
  end
  return found
end

-- The Data volume of a system is mostly called after it, and stays so.
local function tell_volumes(stands, names)
  local number, known = 0, {}
  table.sort(names, function(a, b) return #a < #b or #a == #b and a < b end)
  for _, name in ipairs(names) do
    local system = name:match("^(.*) %- Data$")
    if not APPLES[name] and not known[name] then
      number = number + (known[system] and 0 or 1)
      known[name] = known[system] and known[system] .. " - Data" or "Volume " .. number
      stands:name(name, known[name])
    end
  end
end

local function tell_owners(stands, owners)
  local known, number = {}, 0
  for _, owner in ipairs(owners) do
    local full = owner.full or ""
    if not known[owner.short] then
      number = number + 1
      known[owner.short] = true
      stands:name(owner.short, "owner" .. number)
      if full ~= "" then stands:name(full, "Owner " .. number) end
      for part in full:gmatch("%S+") do
        if #part > 2 then stands:name(part, "Owner" .. number) end
      end
    end
  end
end

--- Tells stand-ins whose names are to be replaced.
-- @param stands from base.stand_ins
-- @param volumes array of volumes' names; those that Apple gives stay
-- @param owners array of { short, full or nil }
function anonymous.tell(stands, volumes, owners)
  tell_volumes(stands, volumes)
  tell_owners(stands, owners)
end

local function owners_of(record)
  local owners = {}
  for _, fact in ipairs(record.facts) do
    if fact.name == "owner" then owners[#owners + 1] = { short = fact[2], full = fact[3] } end
  end
  return owners
end

--- Tells stand-ins the chip's number, where bputil has printed it.
function anonymous.tell_chip(stands, printed)
  local hex, decimal = printed:match("%(ECID%): 0[xX](%x+)"), printed:match('"ECID"%s*:%s*(%d+)')
  local number = hex and tonumber(hex, 16) or decimal and math.tointeger(tonumber(decimal))
  if number and number ~= 0 then stands:number(number) end
end

local function tell_chips(stands, record)
  for _, command in ipairs(record.commands) do
    if command.argv[1] == "/usr/bin/bputil" then anonymous.tell_chip(stands, command.stdout) end
  end
end

-- Names stand in what these print; what the others print is made of fixed words, which may look like a name.
local function names_stand_in(argv)
  return argv[1] == "/usr/sbin/diskutil" or argv[1] == "/usr/sbin/nvram" or argv[1] == "/usr/bin/csrutil" or argv[3] == "kern.bootargs"
end

local function replace_in(stands, command)
  command.argv = table.move(command.argv, 1, #command.argv, 1, {})
  for index = 2, #command.argv do command.argv[index] = stands:without_numbers(command.argv[index]) end
  local printed = command.stdout or ""
  if printed:find("<plist", 1, true) then printed = stands:plist(printed)
  elseif names_stand_in(command.argv) then printed = stands:text(printed)
  else printed = stands:without_numbers(printed) end
  if command.argv[1] == "/usr/bin/pmset" then printed = printed:gsub("%(id=%d+%)", "(id=1)") end
  command.stdout, command.stderr = printed, stands:text(command.stderr or "")
end

--- Replaces names and numbers in a record, in its place.
-- @param record see base.record_text
function anonymous.replace(record)
  local stands = stand_ins.new()
  anonymous.tell(stands, volume_names(record), owners_of(record))
  tell_chips(stands, record)
  for _, command in ipairs(record.commands) do replace_in(stands, command) end
  for _, fact in ipairs(record.facts) do
    for index, word in ipairs(fact) do
      fact[index] = NAMED[fact.name] and stands:text(word) or stands:without_numbers(word)
    end
  end
  record.names = "replaced"
end

return anonymous
