-- The preconditions of building, fetching, installing and staging: kit, kernel, extensions, image, room, places.
-- Must not change anything, and must never take a near kit for the right one without being told to.

local bundle_list = require "kernel.extensions"
local catalogue = require "kernel.kit_catalogue"
local kc = require "kernel.collection"
local kdk = require "kernel.kit"
local text = require "base.text"
local verdict = require "preflight.result"

local ok, bad, unknown = verdict.ok, verdict.bad, verdict.unknown

local checks = {}

local function names_of(kits)
  local names = {}
  for index, kit in ipairs(kits) do names[index] = kit.name end
  return #names > 0 and table.concat(names, ", ") or "none"
end

-- The newest kit near a version: of equal versions the last by name.
local function nearest(kits, version)
  local best
  for _, kit in ipairs(kits) do
    if kit.version and kdk.is_near(kit.version, version) then best = kit end
  end
  return best
end

local function named_kit(s)
  local path = require("run.session").path_on_mac(s, s.options.kdk)
  return kdk.read(s.root, path)
end

local function wanted_build(s) return s.options.build or s.group and s.group.build end

local function judge_named(s, kit)
  if not kit.build then return bad(kit.name .. ": " .. kit.problem, "install the kit again: vmq-recovery kdk install") end
  local wanted = wanted_build(s)
  if s.options.from_kit or kit.build == wanted then return ok(("%s, build %s"):format(kit.path, kit.build)) end
  if not s.options.inexact then
    return bad(("%s is of build %s, this macOS is %s"):format(kit.name, kit.build, wanted or "?"),
      "only a kit of exactly this build fits; --inexact tries a near one. " .. kdk.NEAR_WARNING)
  end
  return ok(("%s, build %s, not this macOS's %s. %s"):format(kit.path, kit.build, wanted or "?", kdk.NEAR_WARNING))
end

--- Which kit: the one named, the exact one, or with --inexact a near one. Leaves it in s.kit.
function checks.kit(s)
  if s.options.kdk then
    local kit, message = named_kit(s)
    if not kit then return bad(message, "name a folder such as " .. kdk.FOLDER .. "/KDK_14.0_23A344.kdk") end
    s.kit = kit
    return judge_named(s, kit)
  end
  local build = wanted_build(s)
  if not build then return unknown("this macOS's build is not known", "sw_vers -buildVersion") end
  local kits = kdk.list(s.root, kdk.folder(s.booted, s.group.data and s.group.data.mount) or kdk.FOLDER)
  s.kit = kdk.exact(kits, build) or s.options.inexact and nearest(kits, s.group.version or "") or nil
  if s.kit then return judge_named(s, s.kit) end
  return bad(("no kit of build %s is installed; installed: %s"):format(build, names_of(kits)),
    "vmq-recovery kdk fetch, then vmq-recovery kdk install (each with sudo)")
end

checks["kit files"] = function(s)
  if not s.kit then return unknown("there is no kit to look at", "see kit above") end
  local state, detail = kdk.completeness(s.root, s.kit)
  if state == "complete" then return ok(detail) end
  local make = state == "unknown" and unknown or bad
  return make(detail, "install the kit again: vmq-recovery kdk install")
end

-- The chip to build for: this Mac's by its kernel's banner, or for another Mac the one that was named.
local function wanted_chip(s)
  return s.options.from_kit and s.options.chip or s.kernel and s.kernel.chip
end

--- The kit's development kernel for the chip. Leaves it in s.kit_kernel, with its path.
function checks.kernel(s)
  local chip = wanted_chip(s)
  if not s.kit or not chip then return unknown("kit or chip is not known", "see kit and platform above") end
  local path, why = kdk.kernel(s.kit, chip)
  if not path then
    return bad(("%s: %s"):format(s.kit.name, why), "some kits lack some chips' kernels: another build of macOS may have one")
  end
  local kernel, message = kc.inspect_kernel(s.root .. path)
  if not kernel then return bad(message, "install the kit again: vmq-recovery kdk install") end
  kernel.path = path
  s.kit_kernel = kernel
  if kernel.kind ~= "development" then return bad(path .. ": holds a " .. kernel.kind .. " kernel", "install the kit again") end
  return ok(("%s, xnu-%s"):format(path, kernel.xnu))
end

--- Which kernel extensions go in. Leaves { take, left } in s.bundles.
function checks.extensions(s)
  if not s.kit then return unknown("there is no kit", "see kit above") end
  if not s.options.from_kit and s.group.system.mount ~= "/" then
    return bad(("%s is not the macOS that runs, and kmutil names the running one's extensions"):format(s.group.name or s.group.group),
      "start that macOS and build there, or take the kit's own list with --from-kit")
  end
  local list, message, cure = bundle_list.make(s)
  if not list then return (cure and bad or unknown)(message, cure or "see what kmutil says") end
  s.bundles = list
  return ok(("%d go in, %d are left out"):format(#list.take, #list.left))
end

--- Is there room for what is to be written? s.room = { place (as the Mac names it), bytes }.
function checks.room(s)
  local place = s.room.place
  local here = s.root .. place
  while here ~= s.root and not require("lib_file").stat(here) do here = here:match("^(.*)/[^/]*$") end
  local free, read_only = require("lib_file").space(here == "" and "/" or here)
  if not free then return unknown(tostring(read_only), "choose another place") end
  if read_only then return bad(place .. " is on a read-only volume", "choose a place on the Data volume") end
  if free < s.room.bytes then
    return bad(("%s are free at %s, %s are needed"):format(text.size(free), place, text.size(s.room.bytes)), "free some space")
  end
  return ok(("%s free at %s"):format(text.size(free), place))
end

--- May the file that is asked for be written? Another kind of file is not replaced.
function checks.output(s)
  local about = require("lib_file").stat(s.root .. s.output)
  if not about then return ok(s.output) end
  if about.type == "file" and (about.size == 0 or kc.looks_like_one(s.root .. s.output)) then return ok(s.output .. ", replaced") end
  return bad(s.output .. " is something else than a kernel collection", "move it away, or name another place with --output")
end

--- The image to install. Leaves its build in s.image_build.
function checks.image(s)
  if not s.image then return bad(s.image_problem, "download one: vmq-recovery kdk fetch; or name a file") end
  local about, message = require("lib_file").stat(s.root .. s.image)
  if not about or about.type ~= "file" then return bad(message or s.image .. ": no file", "name the image that was downloaded") end
  s.image_build = s.options.build or catalogue.build_of(s.image:match("[^/]+$"))
  if not s.image_build then return bad(s.image .. ": its name tells no build", "say it with --build BUILD") end
  local build = s.group and s.group.build
  if s.image_build ~= build and not s.options.inexact then
    return bad(("it is of build %s, this macOS is %s"):format(s.image_build, build or "?"),
      "get the kit of exactly this build; --inexact installs another")
  end
  return ok(("%s, build %s"):format(s.image, s.image_build))
end

return checks
