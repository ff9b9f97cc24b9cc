-- Packages and disk images of kits: small stand-ins that hold a description, with marks where real ones have theirs.
-- It must not know who downloads, attaches or installs them; the hashes inside are true ones.

local kit_image = {}

local FIELDS = { "version", "build", "darwin", "date", "xnu", "soc", "model", "without", "unsigned", "knows_none" }
local XAR, TRAILER, TRAILER_SIZE = "xar!\0\28\0\1", "koly", 512 -- first bytes of a package, last part of an image
local FILLER, TIMES = 4096, 36

local function sha256(text) return require("lib_file").sha256_text(text) end

local function describe(kit)
  local lines = {}
  for _, field in ipairs(FIELDS) do
    if kit[field] then lines[#lines + 1] = ("%s=%s\n"):format(field, tostring(kit[field])) end
  end
  return table.concat(lines)
end

--- The bytes of a kit's package. The same kit gives the same bytes in every process.
function kit_image.package(kit)
  local text = describe(kit)
  local signature = kit.unsigned and "none" or sha256(text)
  return ("%s%ssignature=%s\n"):format(XAR, text, signature)
end

--- What a package holds: the kit and whether Apple signed it; nil for anything else.
function kit_image.open_package(bytes)
  local text, signature = bytes:match("^" .. XAR .. "(.*\n)signature=(%w+)\n$")
  if not text then return nil end
  local kit = {}
  for field, value in text:gmatch("(%w+)=([^\n]*)\n") do
    kit[field] = value == "true" or value
  end
  return kit, signature == sha256(text)
end

--- The bytes of a kit's image, about 150 KB.
function kit_image.image(kit)
  local filler = require("sim.digest").hex("image of " .. kit.build, FILLER):rep(TIMES)
  local body = ("%s\0%s"):format(kit_image.package(kit), filler)
  local trailer = TRAILER .. sha256(body)
  return body .. trailer .. ("\0"):rep(TRAILER_SIZE - #trailer)
end

--- The package inside an image; nil and "unknown" when it is no image, "corrupt" when its own checksum does not hold.
function kit_image.open_image(bytes)
  local body, trailer = bytes:sub(1, -TRAILER_SIZE - 1), bytes:sub(-TRAILER_SIZE)
  local sum = trailer:match("^" .. TRAILER .. "(%x+)")
  if not sum then return nil, "unknown" end
  local package = body:match("^(.-\n)%z")
  if sum ~= sha256(body) or not package then return nil, "corrupt" end
  return package
end

return kit_image
