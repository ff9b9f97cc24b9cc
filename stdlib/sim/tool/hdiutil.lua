-- hdiutil: attaches and detaches the images of kits.
-- It must not know what is in an image (`sim.kit_image` does). What an image shows is a file in the mount point.

local images = require "sim.images"
local kit_image = require "sim.kit_image"

local hdiutil = {}

local VOLUME = "Kernel Debug Kit"

local VALUES = { ["-mountpoint"] = "mount" }
local FLAGS = {
  ["-readonly"] = true, ["-nobrowse"] = true, ["-noverify"] = true, ["-noautoopen"] = true, ["-quiet"] = true,
  ["-force"] = true, ["-plist"] = true, ["-noautofsck"] = true,
}

local function parse(p)
  local options, index = {}, 2
  while index <= #p.args do
    local word = p.args[index]
    if VALUES[word] then
      index = index + 1
      options[VALUES[word]] = p.args[index]
    elseif FLAGS[word] then options[word] = true
    elseif word:sub(1, 1) == "-" or options.operand then
      local verb = p.args[1]
      p.fail(1, "hdiutil: ", verb, ": unrecognized option \"", word, "\"\nhdiutil: ", verb, " failed\n") -- guess
    else options.operand = word end
    index = index + 1
  end
  if not options.operand then p.fail(1, "Usage:\thdiutil ", p.args[1], " [options] <image>\n") end
  return options
end

local function failed(p, why) p.fail(1, "hdiutil: ", p.args[1], " failed - ", why, "\n") end

-- guess: the words for an image whose checksum does not hold.
local REASONS = { unknown = "image not recognized", corrupt = "corrupt image" }

local function open(p, path)
  if not p.files.stat(path) then failed(p, "No such file or directory") end
  local package, why = kit_image.open_image(p.files.read(path) or "")
  return package or failed(p, REASONS[why])
end

local function mount_point(p, options)
  local path = (options.mount or "/Volumes/" .. VOLUME):gsub("(.)/+$", "%1")
  if not options.mount then p.files.make_directory(path) end
  local found = p.files.stat(path)
  if not found or found.type ~= "directory" then failed(p, "No such file or directory") end -- guess: its words
  if images.find(p.state, path) then failed(p, "Resource busy") end -- guess
  return path
end

local function attach(p)
  local options = parse(p)
  p.changes()
  local package, path = open(p, options.operand), mount_point(p, options)
  local image = { device = images.free_device(p.state), mount = path, path = options.operand }
  if p.state.wording.hdiutil_tells then
    p.out("Checksumming whole disk (Apple_HFS : 0)…\n\nverified   CRC32 $5D1B7F4E\n") -- guess: its layout
  end
  p.change({ function()
    assert(p.files.write(images.package_path(image), package))
    table.insert(p.state.images, image)
  end }, function() failed(p, "Resource temporarily unavailable") end)
  p.out(("/dev/%-15s\tGUID_partition_scheme          \t\n"):format(image.device),
    ("/dev/%-15s\tApple_HFS                      \t%s\n"):format(image.device .. "s1", path))
end

local function detach(p)
  local options = parse(p)
  p.changes()
  local image, index = images.find(p.state, options.operand)
  if not image then failed(p, "No such file or directory") end
  p.change({ function()
    p.files.remove(images.package_path(image))
    table.remove(p.state.images, index)
  end }, function()
    p.fail(16, ("hdiutil: couldn't eject \"%s\" - Resource busy\n"):format(image.device))
  end)
  p.out(("\"%s\" ejected.\n"):format(image.device))
end

local function entities(image)
  return { list = {
    { ["content-hint"] = "GUID_partition_scheme", ["dev-entry"] = "/dev/" .. image.device },
    { ["content-hint"] = "Apple_HFS", ["dev-entry"] = "/dev/" .. image.device .. "s1", ["mount-point"] = image.mount },
  } }
end

-- guess: the layout of the text; the keys of the property list are the ones of many public scripts.
local function info(p)
  p.reads()
  local list = {}
  for index, image in ipairs(p.state.images) do
    list[index] = { ["image-path"] = image.path, ["system-entities"] = entities(image), writeable = false }
  end
  if p.args[2] == "-plist" then
    p.out(require("sim.xml").plist { framework = "643.3", images = { list = list } })
    return
  end
  p.out("framework       : 643.3\ndriver          : 643.3\n")
  for _, image in ipairs(p.state.images) do
    p.out(("="):rep(48), "\nimage-path      : ", image.path, "\n",
      "/dev/", image.device, "s1\tApple_HFS\t", image.mount, "\n")
  end
end

local verbs = { attach = attach, detach = detach, info = info }

--- Plays hdiutil; see `sim.tools.play`.
function hdiutil.hdiutil(p)
  local verb = verbs[p.args[1] or ""] or p.fail(1, "Usage: hdiutil <verb> <options>\n")
  return verb(p)
end

return hdiutil
