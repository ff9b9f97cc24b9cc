-- The public list of kits and what lies at its addresses (reference §7.4), made from the state.
-- It must not know how it is downloaded; sizes and SHA-256 in it are true ones.

local kit = require "sim.kit"
local kit_image = require "sim.kit_image"

local kit_list = {}

kit_list.ADDRESS = "https://dortania.github.io/KdkSupportPkg/manifest.json"

local RELEASES = "https://github.com/dortania/KdkSupportPkg/releases/download/"

--- Where a kit's image is to be had.
function kit_list.url(about) return RELEASES .. about.build .. "/" .. kit.image_name(about) end

-- Beta builds end in a small letter; of some of them the list does not know the date.
local function date(about)
  if about.build:match("%l$") then return "9999-01-01T00:00:00" end
  return ("20%02d-09-20T00:00:00"):format(tonumber(about.build:match("^%d+")) + 1)
end

local function kernel_versions(about)
  local banners = {}
  for _, kernel in ipairs(kit.kernels(about)) do banners[kernel.file] = kit.banner(about, kernel) end
  return banners
end

local function item(about)
  local image = kit_image.image(about)
  return {
    build = about.build, date = date(about), fileSize = #image, kernel_versions = kernel_versions(about),
    md5sum = require("sim.digest").hex("md5 of " .. about.build, 32):lower(), -- the one sum that is made up
    name = ("Kernel Debug Kit %s build %s"):format(about.version, about.build), seen = "2026-11-01T06:12:44",
    sha256sum = require("lib_file").sha256_text(image), url = kit_list.url(about), version = about.version,
  }
end

--- What lies at an address, or nil when nothing does (the servers answer 404).
function kit_list.fetch(state, url)
  if url == kit_list.ADDRESS then
    local items = {}
    for index, about in ipairs(state.published) do items[index] = item(about) end
    return require("dkjson").encode(items, { indent = true })
  end
  for _, about in ipairs(state.published) do
    if kit_list.url(about) == url then return kit_image.image(about) end
  end
end

return kit_list
