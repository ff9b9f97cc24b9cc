-- The public list of kits (KdkSupportPkg): reads it and finds the entry for a build. Facts: reference §7.4.
-- Must not take an entry whose address, size or checksum is not what such an entry has.

local json = require "base.json"
local kits = require "kernel.kit"

local catalogue = {}

-- What an entry must have to be downloaded: https, a size, a SHA-256, and a name that is a file name.
local function is_sound(entry)
  return type(entry) == "table" and type(entry.build) == "string" and entry.build:find("^%w+$") ~= nil
    and type(entry.version) == "string" and entry.version:find("^[%d%.]+$") ~= nil
    and type(entry.url) == "string" and entry.url:find("^https://[%w%.%-]+/[%g]+$") ~= nil
    and math.type(entry.fileSize) == "integer" and entry.fileSize > 0
    and type(entry.sha256sum) == "string" and #entry.sha256sum == 64 and entry.sha256sum:find("^%x+$") ~= nil
end

--- Reads the list.
-- @param text string: JSON
-- @return array of sound entries in the list's order (newest first), or nil, message
function catalogue.parse(text)
  local list, message = json.decode(text)
  if type(list) ~= "table" or list == json.null then return nil, "the list of kits is not a list: " .. tostring(message) end
  local entries = {}
  for _, entry in ipairs(list) do
    if is_sound(entry) then entries[#entries + 1] = entry end
  end
  if #entries == 0 then return nil, "the list of kits names no kit" end
  return entries
end

--- The entry for exactly this build, or nil.
function catalogue.exact(entries, build)
  for _, entry in ipairs(entries) do
    if entry.build == build then return entry end
  end
end

--- The first entry near this version, or nil.
function catalogue.near(entries, version)
  for _, entry in ipairs(entries) do
    if kits.is_near(entry.version, version) then return entry end
  end
end

--- The name an entry's image gets here, whatever its address calls it.
function catalogue.file_name(entry)
  return ("Kernel_Debug_Kit_%s_build_%s.dmg"):format(entry.version, entry.build)
end

--- The build that an image's name tells, or nil (names differ upstream: "Kernal", no "build"; reference §7.1).
function catalogue.build_of(name)
  return name:match("_build_(%w+)%.dmg$") or name:match("_(%w+)%.dmg$")
end

--- The way to a kit that the list does not have.
catalogue.BY_HAND = "Apple publishes kits at developer.apple.com/download/all (search \"Kernel Debug Kit\"; an Apple account is "
  .. "enough). Download the one of exactly this build, then: `vmq-recovery kdk install FILE`"

return catalogue
