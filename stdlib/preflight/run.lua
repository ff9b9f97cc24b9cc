-- Looks at everything that must be right before a change: ok, bad or unknown, each with the cure in words.
-- Must not change anything, and must never let "unknown" pass for ok.

local boot_args = require "mac.boot_args"
local kc = require "kernel.collection"
local kdk = require "kernel.kit"
local manifest_module = require "kernel.manifest"
local nvram = require "tool.nvram"
local place = require "plan.place"
local policy = require "mac.policy"
local staged = require "kernel.staging"
local sysctl = require "tool.sysctl"
local text = require "base.text"
local verdict = require "preflight.result"

local preflight = {}

local RECOVERY_WAY = "shut down fully, hold the power button until startup options appear, choose Options and a user, "
  .. "then Utilities > Terminal"

local ok, bad, unknown = verdict.ok, verdict.bad, verdict.unknown

local checks = {}
for name, check in pairs(require "preflight.kit") do checks[name] = check end

function checks.root(s)
  local uid = s.stand_in.uid or require("lib_system").uid()
  if uid == 0 then return ok "running as root" end
  return bad(("running as user %d"):format(uid), "in recovery's Terminal you are root; in macOS put sudo before the command")
end

function checks.platform(s)
  local kernel, message, code = sysctl.kernel()
  if kernel then
    s.kernel = kernel
    return ok("Apple silicon, chip " .. kernel.chip:upper())
  end
  if code == "unknown" then return bad(message, "this program is for Apple silicon Macs") end
  return unknown(message, "uname should be at /usr/bin/uname")
end

local TOOLS = { "/usr/bin/csrutil", "/usr/bin/bputil", "/usr/bin/kmutil", "/usr/sbin/nvram", "/usr/sbin/diskutil" }

function checks.tools(s)
  local missing = {}
  for _, path in ipairs(TOOLS) do
    if not require("lib_file").stat(s.root .. path) then missing[#missing + 1] = path end
  end
  if #missing == 0 then return ok "csrutil, bputil, kmutil, nvram and diskutil are there" end
  return bad("missing: " .. table.concat(missing, ", "), "start the recovery that belongs to this Mac's macOS")
end

function checks.volume(s)
  if not s.group then
    local make = s.problems.group_kind == "unknown" and unknown or bad
    return make(s.problems.group, "name the system with --volume; `diskutil apfs listVolumeGroups` lists them")
  end
  if not s.group.system.mount then
    return bad(("%s: the System volume is not mounted"):format(s.group.name or s.group.group),
      "diskutil mount " .. s.group.system.device)
  end
  return ok(("%s (%s), macOS %s build %s"):format(s.group.name or "?", s.group.group, s.group.version or "?",
    s.group.build or "?"))
end

checks["policy"] = function(s)
  if s.policy then
    local rows = table.concat(s.policy.unknown, " | ")
    return ok(policy.describe(s.policy) .. (rows ~= "" and "; rows this program does not know: " .. rows or ""))
  end
  return unknown(s.problems.policy or "no volume group was chosen", "run bputil -d -v GROUP and read what it says")
end

function checks.environment(s, wanted)
  if s.booted == "unknown" or not s.environment or s.environment == "unknown" then
    return unknown(s.environment_words or s.problems.booted or "which system is running cannot be told", RECOVERY_WAY)
  end
  if place.fits(wanted.where, s.environment) then return ok(s.environment_words) end
  if s.environment == "recovery" then
    local name = s.group and s.group.name or "the target"
    return bad(s.environment_words, ("make %s the startup disk, then %s"):format(name, RECOVERY_WAY))
  end
  return bad(s.environment_words .. ", and the next step needs " .. place.words(wanted.where), RECOVERY_WAY)
end

function checks.data(s)
  local data = s.group and s.group.data
  if not data then return unknown("the Data volume is not known", "diskutil apfs listVolumeGroups") end
  if data.mount then return ok(("Data is mounted at %s"):format(data.mount)) end
  return bad(("the Data volume %s is not mounted: FileVault keeps it locked, or it was never mounted")
    :format(data.name or data.device), "diskutil apfs unlockVolume " .. data.device)
end

-- A message about a file as the Mac names it, without the root that stands before it here.
local function on_the_mac(s, message)
  local at, to = message:find(s.root .. "/", 1, true)
  return s.root ~= "" and at and message:sub(1, at - 1) .. message:sub(to) or message
end

-- Bytes that a run's journal and transcript may need.
local JOURNAL_ROOM = 2 << 20

local function nearest_folder(path)
  local files = require "lib_file"
  while path ~= "" and not files.stat(path) do path = path:match("^(.*)/[^/]*$") or "" end
  return path == "" and "/" or path
end

function checks.journal(s)
  local here, on_mac = require("run.session").journal_directory(s)
  if not here then
    return bad("no place for the journal survives a restart: " .. on_mac,
      "unlock the Data volume, or name a folder with --journal")
  end
  local volatile = s.booted == "recovery" and s.root == "" and not on_mac:find("^/Volumes/")
  if volatile then return bad(on_mac .. " is lost at restart", "name a folder on a volume below /Volumes") end
  local room, read_only = require("lib_file").space(nearest_folder(here))
  if not room then return unknown(on_mac .. ": " .. tostring(read_only), "name another folder with --journal") end
  if read_only then return bad(on_mac .. " is on a read-only volume", "name another folder with --journal") end
  if room < JOURNAL_ROOM then
    return bad(("only %s are free at %s"):format(text.size(room), on_mac),
      "free some space, or name another folder with --journal")
  end
  local latest, trouble, code = require("run.journals").latest(here)
  if not latest and code then
    return bad(on_the_mac(s, trouble), "look at that line, or move the file away; `revert` works without a journal")
  end
  return ok("kept in " .. on_mac)
end

function checks.owners(s)
  local group = s.group
  if not group then return unknown("no volume group was chosen", "name one with --volume") end
  if not group.owners then
    return unknown("the owners could not be read: " .. (group.owners_unknown or "Preboot is not mounted"),
      "diskutil mount the Preboot volume; you need the short name of an administrator of this macOS")
  end
  if #group.owners == 0 then
    return bad("this volume has no owner who may change its policy", "in macOS, create an administrator and log in once")
  end
  local names, found = {}, s.options.user == nil
  for index, owner in ipairs(group.owners) do
    names[index] = owner.full and ("%s (%s)"):format(owner.short, owner.full) or owner.short
    found = found or owner.short == s.options.user
  end
  if not found then
    return bad(("%s is not an owner; owners are %s"):format(s.options.user, table.concat(names, ", ")),
      "give a short name of the list")
  end
  return ok("owners by short name: " .. table.concat(names, ", "))
end

-- What the collection must be of. A running kernel of the same build, or the kit of the target's build, tells more than a name.
local function fitting_target(s, manifest)
  local product = sysctl.product()
  local build = s.group and s.group.build
  local same_build = product and build and product.build == build
  local data = s.group and s.group.data
  local kits = kdk.folder(s.booted, data and data.mount)
  return { chip = s.kernel and s.kernel.chip, build = build,
    xnu = not manifest and not s.options.inexact and same_build and s.kernel and s.kernel.xnu or nil,
    kit_kernel = kdk.kernel_of_build(s.root, kits, build, s.kernel and s.kernel.chip) }
end

-- The method's first description leaves the collection in a home folder; several are listed, none is taken.
local function not_staged(s, message)
  local users = require("run.session").on_data(s, "/Users")
  local found = users and staged.candidates(s.root .. users) or {}
  if #found == 0 then return bad(message, "build it in macOS from the kit for this build, and stage it; or name a file with --kc") end
  for index, name in ipairs(found) do found[index] = users .. "/" .. name end
  return bad(("%s; but there is %s"):format(message, table.concat(found, ", ")),
    "stage one in macOS (vmq-recovery stage --kc FILE), or name it with --kc")
end

-- The staged program is what the person starts in recovery; where a manifest names it, it must be that one.
local function program_misfit(s, manifest)
  local path = require("run.session").on_data(s, staged.PROGRAM)
  local sum = manifest and manifest.program and path and require("base.checksum").sha256(s.root .. path)
  if sum and sum ~= manifest.program.sha256 then return ("the program at %s is not the one its manifest names"):format(path) end
end

-- @return manifest, or nil and a row that says why it is refused; nil, nil when there is none that counts, and why in words
local function believable_manifest(s, path, here)
  if not path then return nil, nil, "no manifest vouches for it" end
  local manifest, why, code = manifest_module.read(path)
  if not manifest and code == "ENOENT" then return nil, nil, "no manifest vouches for it" end
  if not manifest then return nil, bad(on_the_mac(s, why), "stage the collection again") end
  for _, file in ipairs { path, here } do
    local open, how = staged.is_open_to_others(file)
    if open then return manifest, nil, "its manifest cannot be trusted: " .. on_the_mac(s, how) end
  end
  return manifest
end

function checks.collection(s)
  local on_mac, here, manifest_path = require("run.session").collection(s)
  if not on_mac then return unknown("the Data volume is not mounted", "unlock it, or name a file with --kc") end
  local found, message = kc.inspect(here)
  if not found then
    if not s.options.kc and not require("lib_file").stat(here) then return not_staged(s, on_the_mac(s, message)) end
    return bad(on_the_mac(s, message), "build it in macOS from the kit for this build, and stage it; or name a file with --kc")
  end
  local manifest, refusal, doubt = believable_manifest(s, manifest_path, here)
  if refusal then return refusal end
  if not s.kernel then return unknown("this Mac's chip is not known", "see platform above") end
  local misfits = kc.misfits(found, fitting_target(s, not doubt and manifest), manifest)
  misfits[#misfits + 1] = program_misfit(s, manifest)
  if #misfits > 0 then
    return bad(("%s: %s"):format(on_mac, table.concat(misfits, "; ")),
      "build the collection for this Mac and this macOS build, and stage it again")
  end
  s.found_collection, s.manifest, s.manifest_doubt = found, manifest, doubt
  return ok(("%s, %s, SHA-256 %s…, %s%s"):format(on_mac, text.size(found.size), found.sha256:sub(1, 16),
    found.kernel.banner:match("root:(.*)$") or found.kernel.banner, doubt and "; " .. doubt or ""))
end

function checks.preboot(s)
  local preboot = s.group and s.group.preboot
  if not preboot then return unknown("the Preboot volume is not known", "diskutil apfs list") end
  if not preboot.mount then return bad("the Preboot volume is not mounted", "diskutil mount " .. preboot.device) end
  local room, read_only = require("lib_file").space(s.root .. preboot.mount)
  if preboot.writable == false or read_only == true then
    return bad(preboot.mount .. " is mounted read-only",
      ("diskutil unmount %s, then diskutil mount %s"):format(preboot.device, preboot.device))
  end
  local needed = s.found_collection and s.found_collection.size or 64 << 20
  if not room then return unknown(preboot.mount .. ": " .. tostring(read_only), "diskutil info " .. preboot.device) end
  if room < needed then
    return bad(("%s has %s free, the kernel needs %s"):format(preboot.mount, text.size(room), text.size(needed)),
      "free space on the disk; old custom kernels in Preboot take the most")
  end
  return ok(("%s is writable, %s free"):format(preboot.mount, text.size(room)))
end

checks["boot-args"] = function(s)
  local now, message = nvram.get "boot-args"
  if not now then return unknown(message, "read `nvram boot-args` by hand") end
  local merged = boot_args.merge(now, s.words)
  if #merged > boot_args.LIMIT then
    return bad(("they would have %d bytes; the kernel takes %d"):format(#merged, boot_args.LIMIT),
      "remove words from boot-args that you no longer need")
  end
  s.boot_args = now
  return ok(now == "" and "empty now" or ("now \"%s\""):format(now))
end

function checks.network()
  return unknown("full security asks Apple's server; only trying tells whether it answers",
    "join Wi-Fi with the menu bar, or `ipconfig set en0 DHCP` on Ethernet; without it a lower rung is used")
end

function checks.credentials(s)
  if s.options.user and s.secret then return ok "user and password come from the command line" end
  if s.dry_run or s.stand_in.user then return ok "no question will be asked here" end
  if require("run.session").has_person() then return ok "somebody is here to answer the tools' questions" end
  return bad("nobody is at a terminal, and not all of --yes, --user and --password-fd are given",
    "run it in a terminal, or give all three")
end

--- Can the tools' questions be answered, by a person or by --yes with --user and --password-fd?
function preflight.can_answer(session)
  return checks.credentials(session).verdict == "ok"
end

-- What each kind of work needs, in order. Advisory ones are shown and do not stop it.
local NEEDS = {
  apply = { "root", "platform", "tools", "volume", "policy", "environment", "data", "journal", "owners", "collection",
    "preboot", "boot-args" },
  ["apply-macos"] = { "root", "platform", "tools", "volume", "policy", "environment", "journal", "boot-args" },
  revert = { "root", "platform", "tools", "volume", "policy", "environment", "boot-args", "network" },
  rollback = { "root", "platform", "tools", "volume", "policy", "environment", "journal" },
  run = { "root", "volume", "environment", "journal" },
  build = { "root", "platform", "volume", "environment", "kit", "kit files", "kernel", "extensions", "output", "room", "journal" },
  stage = { "root", "platform", "volume", "environment", "data", "collection", "room", "journal" },
  kc = { "platform", "volume", "collection" },
  ["kdk-check"] = { "platform", "volume", "kit", "kit files", "kernel" },
  ["kdk-fetch"] = { "root", "platform", "volume", "environment", "room", "journal" },
  ["kdk-install"] = { "root", "platform", "volume", "environment", "image", "room", "journal" },
}
local ADVISORY = { network = true }

--- Runs the checks of one kind of work and tells each to the view.
-- @param session after session.look
-- @param kind a key of NEEDS
-- @param wanted { where = the place the next step needs (default any), acts = true when tools will ask questions }
-- @return true when all needed ones are ok, else false; and the rows
function preflight.run(session, kind, wanted)
  local names = { table.unpack(NEEDS[kind]) }
  -- Without --yes the confirmation comes first, and the end of input there says the same.
  if wanted.acts and session.options.yes then names[#names + 1] = "credentials" end
  local rows, fine = {}, true
  for index, name in ipairs(names) do
    local row = checks[name](session, wanted)
    row.type, row.check = "preflight", name
    rows[index] = row
    if row.verdict ~= "ok" and not ADVISORY[name] then fine = false end
    session.view.emit(row)
  end
  return fine, rows
end

return preflight
