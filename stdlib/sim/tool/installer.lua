-- installer and pkgutil: puts the package of a kit in place; lists receipts and checks who signed a package.
-- It must not choose kits; what a package holds is `sim.kit_image`, what a kit consists of is `sim.kit`.

local kit = require "sim.kit"
local kit_image = require "sim.kit_image"
local place = require "sim.place"

local installer = {}

local VALUES = { ["-pkg"] = "package", ["-package"] = "package", ["-target"] = "target", ["-tgt"] = "target" }
local FLAGS = { ["-verbose"] = true, ["-verboseR"] = true, ["-dumplog"] = true, ["-allowUntrusted"] = true }

local function parse(p)
  local options, index = {}, 1
  while index <= #p.args do
    local name = VALUES[p.args[index]]
    if not name and not FLAGS[p.args[index]] then p.fail(1, "installer: Error - unknown option ", p.args[index], "\n") end
    if name then
      index = index + 1
      options[name] = p.args[index]
    end
    index = index + 1
  end
  return options
end

local function read_package(p, path)
  local about = path and kit_image.open_package(p.files.read(path) or "")
  if about then return about end
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

local function sorted_paths(files)
  local paths = {}
  for path in pairs(files) do paths[#paths + 1] = path end
  table.sort(paths)
  return paths
end

local function put(p, folder, files, paths, from, to)
  for index = from, to do
    local path = folder .. paths[index]
    assert(p.files.make_directory(path:match("^(.*)/")))
    assert(p.files.write(path, files[paths[index]]))
  end
end

-- The receipt comes last: a package that was stopped half-way has none.
local function steps(p, about, word)
  local files, folder = kit.files(about), ("%s/%s/"):format(kit.FOLDER, kit.name(about))
  local paths = sorted_paths(files)
  local middle = #paths // 2
  return { function()
    put(p, folder, files, paths, 1, middle)
    if p.circumstance("disk-full") then failed(p, word, " Not enough room on the disk.") end -- guess: wording
  end, function()
    put(p, folder, files, paths, middle + 1, #paths)
    kit.install(p.state, about)
  end }
end

--- Plays `installer -pkg FILE -target /`; see `sim.tools.play`. guess: what it says in recovery.
function installer.installer(p)
  local options = parse(p)
  p.changes()
  if p.state.uid ~= 0 then p.fail(1, "installer: Must be run as root to install this package.\n") end
  local about = read_package(p, options.package)
  if place.in_recovery(p.state) then p.fail(1, "installer: Error - the volume specified is not writable.\n") end
  need_target(p, options.target)
  local again = kit.installed(p.state, about.build)
  local doing, word = again and "Upgrading" or "Installing", again and "upgrade" or "install"
  p.out("installer: Package name is Kernel Debug Kit\ninstaller: ", doing, " at base path /\n")
  p.change(steps(p, about, word), function() failed(p, word) end)
  p.out("installer: The ", word, " was successful.\n")
end

-- In recovery "/" is the base system, which has no receipts of kits.
local function receipts(p)
  return place.in_recovery(p.state) and {} or p.state.kits
end

local function find(p, id)
  for _, about in ipairs(receipts(p)) do
    if kit.receipt(about) == id then return about end
  end
  p.fail(1, ("No receipt for '%s' found at '/'.\n"):format(id or ""))
end

local function list_files(p)
  for _, path in ipairs(kit.paths(find(p, p.args[2]))) do p.out(path, "\n") end
end

local function describe(p)
  local about = find(p, p.args[2])
  p.out(("package-id: %s\nversion: %s\nvolume: /\nlocation: %s/%s\ninstall-time: %d\n"):format(
    kit.receipt(about), about.version, kit.FOLDER:sub(2), kit.name(about), p.state.clock - 86400))
end

local function list(p)
  p.out("com.apple.pkg.CLTools_Executables\n")
  for _, about in ipairs(receipts(p)) do p.out(kit.receipt(about), "\n") end
end

local CHAIN = {
  { "Software Update", "2029-04-14 21:28:23 +0000" },
  { "Apple Software Update Certification Authority", "2029-04-14 21:28:23 +0000" },
  { "Apple Root CA", "2035-02-09 21:40:36 +0000" },
}

local function fingerprint(name)
  local pairs_of = require("sim.digest").hex("certificate " .. name, 64):gsub("%x%x", "%0 ")
  return pairs_of:sub(1, 47), pairs_of:sub(49, -2)
end

local function certificates(p)
  p.out("   Certificate Chain:\n")
  for index, entry in ipairs(CHAIN) do
    if index > 1 then p.out("       ", ("-"):rep(72), "\n") end
    local first, second = fingerprint(entry[1])
    p.out(("    %d. %s\n       Expires: %s\n       SHA256 Fingerprint:\n           %s\n           %s\n"):format(
      index, entry[1], entry[2], first, second))
  end
  p.out("\n")
end

local function check_signature(p)
  local path = p.args[2] or ""
  local bytes = p.files.read(path)
  if not bytes then p.fail(1, "Could not open package: ", path, "\n") end -- guess: wording
  local _, signed = kit_image.open_package(bytes)
  p.out('Package "', path:match("[^/]*$"), '":\n')
  if not signed then
    p.out("   Status: no signature\n")
    return 1
  end
  p.out("   Status: signed Apple Software\n")
  if p.state.wording.signature_time then p.out("   Signed with a trusted timestamp on: 2026-09-20 03:12:09 +0000\n") end
  certificates(p)
end

local readers = {
  ["--files"] = list_files, ["--pkg-info"] = describe, ["--pkgs"] = list, ["--check-signature"] = check_signature,
}

--- Plays the forms of pkgutil that read; see `sim.tools.play`.
function installer.pkgutil(p)
  local read = readers[p.args[1] or ""] or p.fail(1, "Usage: pkgutil [OPTIONS] [COMMANDS] ...\n")
  p.reads()
  return read(p)
end

return installer
