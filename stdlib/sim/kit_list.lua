-- The public list of kits and what lies at its addresses (reference §7.4), made from the state.
-- It must not know how it is downloaded; sizes and SHA-256 in it are true ones.

local kernel_banner = require "sim.kernel_banner"
local kits = require "sim.kits"
local kit_image = require "sim.kit_image"

local kit_list = {}

kit_list.ADDRESS = "https://dortania.github.io/KdkSupportPkg/manifest.json"

local RELEASES = "https://github.com/dortania/KdkSupportPkg/releases/download/"

--- Where a kit's image is to be had.
function kit_list.url(kit) return RELEASES .. kit.build .. "/" .. kits.image_name(kit) end

-- Beta builds end in a small letter; of some of them the list does not know the date.
local function date(kit)
  if kit.build:match("%l$") then return "9999-01-01T00:00:00" end
  return ("20%02d-09-20T00:00:00"):format(tonumber(kit.build:match("^%d+")) + 1)
end

local function kernel_versions(kit)
  local banners = {}
  for _, kernel in ipairs(kits.kernels(kit)) do banners[kernel.file] = kernel_banner.text(kernel) end
  return banners
end

local function item(kit)
  local image = kit_image.image(kit)
  return {
    build = kit.build, date = date(kit), fileSize = #image, kernel_versions = kernel_versions(kit),
    md5sum = require("sim.digest").hex("md5 of " .. kit.build, 32):lower(), -- the one sum that is made up
    name = ("Kernel Debug Kit %s build %s"):format(kit.version, kit.build), seen = "2026-11-01T06:12:44",
    sha256sum = require("lib_file").sha256_text(image), url = kit_list.url(kit), version = kit.version,
  }
end

--- What lies at an address, or nil when nothing does (the servers answer 404).
function kit_list.fetch(state, url)
  if url == kit_list.ADDRESS then
    local items = {}
    for index, kit in ipairs(state.published) do items[index] = item(kit) end
    return require("dkjson").encode(items, { indent = true })
  end
  for _, kit in ipairs(state.published) do
    if kit_list.url(kit) == url then return kit_image.image(kit) end
  end
end

return kit_list
