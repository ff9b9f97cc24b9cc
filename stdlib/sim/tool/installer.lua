-- installer: puts the package of a kit in place.
-- It must not choose kits; what a package holds is `sim.kit_image`, what a kit consists of is `sim.kit_files`.

local keys = require "base.keys"
local kits = require "sim.kits"
local kit_files = require "sim.kit_files"
local kit_image = require "sim.kit_image"
local place = require "sim.place"

local installer = {}

local VALUES = { ["-pkg"] = "package", ["-package"] = "package", ["-target"] = "target", ["-tgt"] = "target" }
local FLAGS = { ["-verbose"] = true, ["-verboseR"] = true, ["-dumplog"] = true, ["-allowUntrusted"] = true }

local function parse(p)
  local options, index = {}, 1
  while index <= #p.args do
    local name = VALUES[p.args[index]]
    if not name and not FLAGS[p.args[index]] then
      p.fail(1, "installer: Error - unknown option ", p.args[index], "\n")
    end
    if name then
      index = index + 1
      options[name] = p.args[index]
    end
    index = index + 1
  end
  return options
end

local function read_package(p, path)
  local kit = path and kit_image.open_package(p.files.read(path) or "")
  if kit then return kit end
  p.fail(1, ("installer: Error - the package path specified was invalid: '%s'.\n"):format(path or ""))
end

local function need_target(p, target)
  local name = place.volume(p.state, p.state.default, "System").name
  if target == "/" or target == "/Volumes/" .. name then return end
  p.fail(1, "installer: Error trying to locate volume at ", target or "", "\n")
end

local function failed(p, word, why)
  p.fail(1, ("installer: The %s failed. (The Installer encountered an error that caused the installation to fail. "
    .. "Contact the software manufacturer for assistance.%s)\n"):format(word, why or ""))
end

local function put(p, folder, files, paths, from, to)
  for index = from, to do
    local path = folder .. paths[index]
    assert(p.files.make_directory(path:match("^(.*)/")))
    assert(p.files.write(path, files[paths[index]]))
  end
end

-- The receipt comes last: a package that was stopped half-way has none.
local function steps(p, kit, word)
  local files, folder = kit_files.present(kit), ("%s/%s/"):format(kits.FOLDER, kits.name(kit))
  local paths = keys.sorted(files)
  local middle = #paths // 2
  return { function()
    put(p, folder, files, paths, 1, middle)
    if p.circumstance("disk-full") then failed(p, word, " Not enough room on the disk.") end -- guess: wording
  end, function()
    put(p, folder, files, paths, middle + 1, #paths)
    kits.install(p.state, kit)
  end }
end

--- Plays `installer -pkg FILE -target /`; see `sim.tools.play`. guess: what it says in recovery.
function installer.installer(p)
  local options = parse(p)
  p.changes()
  if p.state.uid ~= 0 then p.fail(1, "installer: Must be run as root to install this package.\n") end
  local kit = read_package(p, options.package)
  if place.in_recovery(p.state) then p.fail(1, "installer: Error - the volume specified is not writable.\n") end
  need_target(p, options.target)
  local again = kits.installed(p.state, kit.build)
  local doing, word = again and "Upgrading" or "Installing", again and "upgrade" or "install"
  p.out("installer: Package name is Kernel Debug Kit\ninstaller: ", doing, " at base path /\n")
  p.change(steps(p, kit, word), function() failed(p, word) end)
  p.out("installer: The ", word, " was successful.\n")
end

return installer
