-- The job of `kdk install`: which image, and what its name says of the kit inside.
-- Must not install a kit of another build without being told to.

local catalogue = require "kernel.kit_catalogue"
local kdk = require "kernel.kit"
local preparation = require "command.preparation"
local session_module = require "run.session"

-- An installed kit has some gigabytes (an image of 1.1 GB holds about 8,000 files, peers-and-users §1.4); guess: never over this.
local ROOM = 6 << 30

-- The downloaded image of this macOS's build, or the only one there is. @return path, or nil and a sentence
local function find_image(s)
  local folder, found = session_module.kit_folder(s), {}
  for _, name in ipairs(require("lib_file").list(s.root .. folder) or {}) do
    if name:sub(-4) == ".dmg" then
      if catalogue.build_of(name) == (s.group and s.group.build) then return folder .. "/" .. name end
      found[#found + 1] = name
    end
  end
  if #found == 0 then return nil, "no image has been downloaded to " .. folder end
  return nil, ("none of the images in %s is of this macOS's build: %s"):format(folder, table.concat(found, ", "))
end

local function begin(s)
  if s.job.image then s.image = session_module.path_on_mac(s, s.job.image) else s.image, s.image_problem = find_image(s) end
  s.room = { place = kdk.FOLDER, bytes = ROOM }
  return preparation.check(s, "kdk-install")
end

local function params(s)
  return { image = s.image, build = s.image_build, folder = session_module.own_folder(s) .. "/image", kits = kdk.FOLDER }
end

local function notes(s)
  return { { "Kit", { ("build %s, from %s"):format(s.image_build, s.image) } } }
end

local function last_words(s)
  return { "Done: the kit of build " .. s.image_build .. " is installed, and all its files are there.", "Next:",
    { command = require("screen.outcome").command(s, "macos", "build") } }
end

--- @param given string|nil: the image named on the command line
return function(given)
  return preparation.job("kdk-install", { command = "kdk", image = given, begin = begin, params = params, notes = notes,
    last_words = last_words, again = "kdk install", stopped_words = "Run it again: it goes on." })
end
