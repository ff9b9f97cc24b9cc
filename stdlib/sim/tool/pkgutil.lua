-- pkgutil: lists the receipts of kits and forgets them, and tells who signed a package.
-- It must not touch a kit's files.

local digest = require "sim.digest"
local kits = require "sim.kits"
local kit_files = require "sim.kit_files"
local kit_image = require "sim.kit_image"
local place = require "sim.place"

local pkgutil = {}

-- In recovery "/" is the base system, which has no receipts of kits.
local function receipts(p)
  return place.in_recovery(p.state) and {} or p.state.kits
end

local function find(p, id)
  for _, kit in ipairs(receipts(p)) do
    if kits.receipt(kit) == id then return kit end
  end
  p.fail(1, ("No receipt for '%s' found at '/'.\n"):format(id or ""))
end

local function list_files(p)
  for _, path in ipairs(kit_files.paths(find(p, p.args[2]))) do p.out(path, "\n") end
end

local function describe(p)
  local kit = find(p, p.args[2])
  p.out(("package-id: %s\nversion: %s\nvolume: /\nlocation: %s/%s\ninstall-time: %d\n"):format(
    kits.receipt(kit), kit.version, kits.FOLDER:sub(2), kits.name(kit), p.state.clock - 86400))
end

local function list(p)
  p.out("com.apple.pkg.CLTools_Executables\n")
  for _, kit in ipairs(receipts(p)) do p.out(kits.receipt(kit), "\n") end
end

local CHAIN = {
  { "Software Update", "2029-04-14 21:28:23 +0000" },
  { "Apple Software Update Certification Authority", "2029-04-14 21:28:23 +0000" },
  { "Apple Root CA", "2035-02-09 21:40:36 +0000" },
}

local function fingerprint(name)
  local pairs_of = digest.hex("certificate " .. name, 64):gsub("%x%x", "%0 ")
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

-- The receipt goes, the files stay (pkgutil(1)).
local function forget(p)
  p.changes()
  local id = p.args[2]
  local kit = find(p, id)
  p.change({ function()
    local _, index = kits.installed(p.state, kit.build)
    table.remove(p.state.kits, index)
  end }, function() p.fail(1, "pkgutil: could not forget '", id, "'\n") end) -- guess: its words
  p.out(("Forgot package '%s' on '/'.\n"):format(id))
end

local readers = {
  ["--files"] = list_files, ["--pkg-info"] = describe, ["--pkgs"] = list, ["--check-signature"] = check_signature,
}

--- Plays pkgutil; see `sim.tools.play`.
function pkgutil.pkgutil(p)
  if p.args[1] == "--forget" then return forget(p) end
  local read = readers[p.args[1] or ""] or p.fail(1, "Usage: pkgutil [OPTIONS] [COMMANDS] ...\n")
  p.reads()
  return read(p)
end

return pkgutil
