-- The preconditions of building, fetching, installing and staging: kit, kernel, extensions, image, output.
-- Must not change anything, and must never take a near kit for the right one without being told to.

local catalogue = require "kernel.kit_catalogue"
local collection = require "kernel.collection"
local extensions = require "kernel.extensions"
local kits = require "kernel.kit"
local paths = require "mac.paths"
local result = require "preflight.result"

local ok, bad, unknown = result.ok, result.bad, result.unknown

local checks = {}

local REINSTALL = "install the kit again: `vmq-recovery kdk install`"

local function names_of(list)
  local names = {}
  for index, kit in ipairs(list) do names[index] = kit.name .. (kit.problem and (" (%s)"):format(kit.problem) or "") end
  return #names > 0 and table.concat(names, ", ") or "none"
end

-- The newest kit near a version: of equal versions the last by name.
local function nearest(list, version)
  local best
  for _, kit in ipairs(list) do
    if kit.version and kits.is_near(kit.version, version) then best = kit end
  end
  return best
end

local function wanted_build(target, options) return options.build or target.group and target.group.build end

local function judge(kit, options, wanted)
  if not kit.build then return bad(kit.name .. ": " .. kit.problem, REINSTALL) end
  if options.from_kit or kit.build == wanted then return ok(("%s, build %s"):format(kit.path, kit.build)) end
  if not options.inexact then
    return bad(("%s is of build %s, this macOS is %s"):format(kit.name, kit.build, wanted or "?"),
      "only a kit of exactly this build fits; --inexact tries a near one. " .. kits.NEAR_WARNING)
  end
  return ok(("%s, build %s, not this macOS's %s. %s"):format(kit.path, kit.build, wanted or "?", kits.NEAR_WARNING), true)
end

local function named_kit(target, options, name)
  local kit, message = kits.read(target.root, paths.on_mac(target.root, name))
  if not kit then return bad(message, "name a folder such as " .. kits.FOLDER .. "/KDK_14.0_23A344.kdk") end
  return judge(kit, options, wanted_build(target, options)), { kit = kit }
end

local function installed_kit(target, options, build)
  local data = target.group.data
  local list = kits.list(target.root, kits.folder(target.booted, data and data.mount) or kits.FOLDER)
  local kit = kits.exact(list, build) or options.inexact and nearest(list, target.group.version or "") or nil
  if kit then return judge(kit, options, build), { kit = kit } end
  return bad(("no kit of build %s is installed; installed: %s"):format(build, names_of(list)),
    "`sudo vmq-recovery kdk fetch`, then `sudo vmq-recovery kdk install`")
end

--- Which kit: the one named (known.kdk or --kdk), the exact one, or with --inexact a near one. Finds kit.
function checks.kit(target, asked, known)
  local options = asked.options
  local name = known.kdk or options.kdk
  if name then return named_kit(target, options, name) end
  local build = wanted_build(target, options)
  if not build then return unknown("this macOS's build is not known", "sw_vers -buildVersion") end
  return installed_kit(target, options, build)
end

checks["kit files"] = function(target, _, found)
  if not found.kit then return unknown("there is no kit to look at", "see kit above") end
  local state, detail = kits.completeness(target.root, found.kit)
  if state == "complete" then return ok(detail) end
  local make = state == "unknown" and unknown or bad
  return make(detail, REINSTALL)
end

-- The chip to build for: this Mac's by its kernel's banner, or for another Mac the one that was named.
local function wanted_chip(target, options)
  return options.from_kit and options.chip or target.kernel and target.kernel.chip
end

--- The kit's development kernel for the chip. Finds kit_kernel, with its path.
function checks.kernel(target, asked, found)
  local chip = wanted_chip(target, asked.options)
  if not found.kit or not chip then return unknown("kit or chip is not known", "see kit and platform above") end
  local path, why = kits.kernel(found.kit, chip)
  if not path then
    return bad(("%s: %s"):format(found.kit.name, why), "some kits lack some chips' kernels: another build of macOS may have one")
  end
  local kernel, message = collection.inspect_kernel(target.root .. path)
  if not kernel then return bad(message, REINSTALL) end
  kernel.path = path
  if kernel.kind ~= "development" then
    return bad(path .. ": holds a " .. kernel.kind .. " kernel", "install the kit again"), { kit_kernel = kernel }
  end
  return ok(("%s, xnu-%s"):format(path, kernel.xnu)), { kit_kernel = kernel }
end

--- Which kernel extensions go in. Finds bundles = { take, left }.
function checks.extensions(target, asked, found)
  local group, options = target.group, asked.options
  if not found.kit then return unknown("there is no kit", "see kit above") end
  if not options.from_kit and group.system.mount ~= "/" then
    return bad(("%s is not the macOS that runs, and kmutil names the running one's extensions"):format(group.name or group.group),
      "start that macOS and build there, or take the kit's own list with --from-kit")
  end
  local list, message, cure = extensions.make(target, found.kit, options)
  if not list then return (cure and bad or unknown)(message, cure or "see what kmutil says") end
  return ok(("%d go in, %d are left out"):format(#list.take, #list.left)), { bundles = list }
end

--- May the file that is asked for (known.output) be written? Another kind of file is not replaced.
function checks.output(target, _, known)
  local here = target.root .. known.output
  local stat = require("lib_file").stat(here)
  if not stat then return ok(known.output) end
  if stat.type == "file" and (stat.size == 0 or collection.looks_like_one(here)) then return ok(known.output .. ", replaced") end
  return bad(known.output .. " is something else than a kernel collection", "move it away, or name another place with --output")
end

--- The image to install: known.image, or known.image_problem. Finds image_build.
function checks.image(target, asked, known)
  local image, options = known.image, asked.options
  if not image then return bad(known.image_problem, "download one: `vmq-recovery kdk fetch`; or name a file") end
  local stat, message = require("lib_file").stat(target.root .. image)
  if not stat or stat.type ~= "file" then return bad(message or image .. ": no file", "name the image that was downloaded") end
  local image_build = options.build or catalogue.build_of(image:match("[^/]+$"))
  if not image_build then return bad(image .. ": its name tells no build", "say it with --build BUILD") end
  local build = target.group and target.group.build
  if image_build ~= build and not options.inexact then
    return bad(("it is of build %s, this macOS is %s"):format(image_build, build or "?"),
      "get the kit of exactly this build; --inexact installs another")
  end
  return ok(("%s, build %s"):format(image, image_build)), { image_build = image_build }
end

return checks
