-- `kdk install`: which image, and what its name says of the kit inside; scripts/kdk-install.lua says what is run.
-- Must not install a kit of another build without being told to.

local catalogue = require "kernel.kit_catalogue"
local kit = require "kernel.kit"
local operation = require "command.operation"
local outcome = require "screen.outcome"
local overview = require "screen.overview"
local paths = require "mac.paths"

local kdk_install = {}

local PRECONDITIONS = { "root", "platform", "volume", "environment", "image", "room", "journal" }

-- An installed kit has some gigabytes (an image of 1.1 GB holds about 8,000 files, peers-and-users §1.4); guess: never over this.
local ROOM = 6 << 30

-- The downloaded image of this macOS's build, or the only one there is. @return path, or nil and a sentence
local function find_image(target)
  local folder, found = paths.kit_folder(target), {}
  for _, name in ipairs(require("lib_file").list(target.root .. folder) or {}) do
    if name:sub(-4) == ".dmg" then
      if catalogue.build_of(name) == (target.group and target.group.build) then return folder .. "/" .. name end
      found[#found + 1] = name
    end
  end
  if #found == 0 then return nil, "no image has been downloaded to " .. folder end
  return nil, ("none of the images in %s is of this macOS's build: %s"):format(folder, table.concat(found, ", "))
end

local function look_up(given)
  return function(target)
    local image, problem
    if given then image = paths.on_mac(target.root, given) else image, problem = find_image(target) end
    return { image = image, image_problem = problem, room = { place = kit.FOLDER, bytes = ROOM } }
  end
end

local function params(target, findings)
  return { image = findings.image, build = findings.image_build, folder = paths.program_folder(target) .. "/image",
    kits = kit.FOLDER }
end

local function notes(case, steps)
  local found = case.findings
  return { { title = "Kit", lines = { ("build %s, from %s"):format(found.image_build, found.image) } }, overview.steps_note(steps) }
end

local function summary(case)
  return { { "Kit", ("build %s, from %s"):format(case.findings.image_build, case.findings.image) } }
end

local words = {}

function words.done(case)
  return { "Done: the kit of build " .. case.findings.image_build .. " is installed, and all its files are there.", "Next:",
    outcome.type_this(case.target, "macos", "build") }
end

function words.stopped() return "Safe to run again: it continues." end

--- @param given string or nil: the image named on the command line
function kdk_install.operation(given)
  return operation.new { name = "kdk-install", command = "kdk", again = "kdk install", own_journal = "kdk-install",
    look_up = look_up(given), preflight = PRECONDITIONS, place = "macos", params = params, overview = notes, summary = summary,
    words = words }
end

return kdk_install
