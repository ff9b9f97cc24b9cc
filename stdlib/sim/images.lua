-- Disk images that are attached to a simulated Mac, and the one file that each shows.
-- It must not know what is in an image; that is `sim.kit_image`.

local images = {}

--- Where the package of an attached image is seen.
function images.package_path(image) return image.mount .. "/KernelDebugKit.pkg" end

--- A device name that no image has.
function images.free_device(state)
  local number, taken = 4, {}
  for _, image in ipairs(state.images) do taken[image.device] = true end
  while taken["disk" .. number] do number = number + 1 end
  return "disk" .. number
end

--- The image attached at this mount point or device (also a slice of it), and its place in the list; or nil.
function images.find(state, word)
  local device = word:gsub("^/dev/", ""):gsub("s%d+$", "")
  for index, image in ipairs(state.images) do
    if image.mount == word:gsub("(.)/+$", "%1") or image.device == device then return image, index end
  end
end

--- What a restart does to them: they are gone, and their mount points are empty. `files`: the files port.
function images.forget(state, files)
  for _, image in ipairs(state.images) do files.remove(images.package_path(image)) end
  state.images = {}
end

return images
