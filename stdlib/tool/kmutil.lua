-- Builds a kernel collection (kmutil create) and registers it as the boot object of one volume (kmutil configure-boot).
-- Facts: reference §3. Must be given the System volume's mount point: the Data volume's is a known trap.

local probe = require "tool.probe"
local text = require "base.text"

local kmutil = {}

local PATH = "/usr/bin/kmutil"

local USUALLY = "one to several minutes" -- reference §3.1

local PROMPTS = { "whether to lower security (y or n)", "short name of a volume owner", "that user's password" }

--- Command: boot this collection instead of Apple's kernel. Lowers the mode to Permissive itself, asks first, takes
-- one to several minutes in silence, and keeps the SIP words (reference §3.1, §10).
-- @param system_volume string: mount point of the System volume
-- @param collection string: path of the kernel collection
-- @param sum string or nil: its SHA-256, for the journal
-- @param raw nil; for an object that is no Mach-O file { entry_point, address of its first byte }, both integers (macOS 12.1 and later)
function kmutil.install(system_volume, collection, sum, raw)
  local argv = { PATH, "configure-boot", "--volume", system_volume, "--custom-boot-object", collection }
  if raw then
    table.move({ "--raw", "--entry-point", tostring(raw.entry_point), "--lowest-virtual-address", tostring(raw.address) }, 1, 5, #argv + 1,
      argv)
  end
  return {
    argv = argv,
    tool = "kmutil", interactive = true, slow = true, yes_no = "y", prompts = PROMPTS, sha256 = sum, usually = USUALLY,
  }
end

--- Command: forget the boot object and keep the policy. One author's finding (peers-and-users §1.2, HopOS); the
-- read-back decides whether it worked, so nothing depends on it.
function kmutil.clear(system_volume)
  return {
    argv = { PATH, "configure-boot", "--volume", system_volume },
    tool = "kmutil", interactive = true, slow = true, yes_no = "y", prompts = PROMPTS, usually = USUALLY,
  }
end

--- The kernel extensions of the running release collection (reference §3.3: bundle id, version, path; blanks or tabs).
-- @return array of { id, path } in the order told, or nil, message, code
function kmutil.bundles()
  local out, message, code = probe.output({ PATH, "inspect", "-V", "release", "--no-header" }, 120)
  if not out then return nil, message, code end
  local bundles = {}
  for line in out:gmatch("[^\r\n]+") do
    local id, path = text.trim_end(line):match("^%s*([%w%.%-_]+)%s+%S+%s+(/.*)$")
    if id then bundles[#bundles + 1] = { id = id, path = path }
    elseif line:find("%S") then return nil, "kmutil inspect printed a line that names no extension: " .. line:sub(1, 200), "unknown" end
  end
  if #bundles == 0 then return nil, "kmutil inspect named no extension", "unknown" end
  return bundles
end

--- The kernel extensions that are loaded now: a line each, with the bundle id behind five columns and the version in brackets.
-- @return set of ids, or nil, message, code
function kmutil.loaded()
  local out, message, code = probe.output({ PATH, "showloaded", "--list-only" }, 60)
  if not out then return nil, message, code end
  local loaded = {}
  for line in out:gmatch("[^\r\n]+") do
    local id = line:match("^ *%d+ +%d+ +%S+ +%S+ +%S+ +([%w%.%-_]+) %(")
    if id then loaded[id] = true end
  end
  if not next(loaded) then return nil, "kmutil showloaded named no extension", "unknown" end
  return loaded
end

--- Command: link a development kernel with kernel extensions into a boot collection (reference §3.2). Takes minutes and
-- says little. It asks for the plain output name; some kmutil append ".development" all the same (§3.3).
-- @param fields { kernel = path, repositories = array of folders, output = path, bundles = array of ids, build = of the
--   kit, only where that is not the running system's, strip = "none"|nil }
function kmutil.create(fields)
  local argv = { PATH, "create", "--arch", "arm64e", "-z", "--variant-suffix", "development", "--no-variant-extension",
    "--new", "boot", "--boot-path", fields.output, "--kernel", fields.kernel }
  local function add(...) for _, word in ipairs { ... } do argv[#argv + 1] = word end end
  for _, folder in ipairs(fields.repositories) do add("--repository", folder) end
  if fields.strip then add("--strip", fields.strip) end
  if fields.build then add("--build", fields.build) end
  add("--explicit-only")
  for _, id in ipairs(fields.bundles) do add("-b", id) end
  return { argv = argv, tool = "kmutil", slow = true, seconds = 3600, stoppable = true }
end

local function each_id(words, pattern)
  local ids, seen = {}, {}
  for id in words:gmatch(pattern) do
    if not seen[id] then ids[#ids + 1], seen[id] = id, true end
  end
  return ids
end

-- "Could not use 'ID' because: …": the line to type names every one of them.
local function link_cure(words)
  local ids = each_id(words, "Could not use '([%w%.%-_]+)'")
  if #ids == 0 then
    return "check the kit (`vmq-recovery kdk check`); leave out what the message names: `vmq-recovery build --exclude ID`"
  end
  return "check the kit (`vmq-recovery kdk check`). If it is whole, leave these out: `vmq-recovery build --exclude "
    .. table.concat(ids, " --exclude ") .. "`"
end

-- "'ID' names a dependency on 'OTHER', which was not found", once or several times.
local function missing_cure(words)
  local ids = each_id(words, "'([%w%.%-_]+)' names a dependency on '[%w%.%-_]+'")
  local others = each_id(words, "'[%w%.%-_]+' names a dependency on '([%w%.%-_]+)'")
  if #ids == 0 then return "check the kit (`vmq-recovery kdk check`); take a left-out one back: `vmq-recovery build --include ID`" end
  return ("check the kit (`vmq-recovery kdk check`). If %s was left out, take it back: `vmq-recovery build --include %s`; else leave out "
    .. "what needs it: `vmq-recovery build --exclude %s`"):format(table.concat(others, " or "), table.concat(others, " --include "),
    table.concat(ids, " --exclude "))
end

local NO_LINK = "kernel and extensions do not link: they are of different builds, or one cannot be linked"

--- What kmutil's failures mean; a cure may be a function of the whole message (reference §3.1, §3.3). All carry
-- `KMErrorDomain Code=71`, so the text after it decides.
kmutil.errors = {
  { pattern = "possibly wrong name or password", kind = "credentials" },
  { pattern = "not a valid admin user", kind = "credentials" },
  { pattern = "pairing %(?17%)?", kind = "pairing" },
  { pattern = "Could not find a SDK or KDK", kind = "kit", cause = "no Kernel Debug Kit (KDK) of exactly this build is installed",
    cure = "install the kit whose build is the one `sw_vers` shows; one of a near build does not work",
    unaffected = "nothing was changed" },
  { pattern = "Could not find: kernel mach%-o", kind = "kit", cause = "the kit has no development kernel for this chip",
    cure = "name the kit's own kernel file; Max and Ultra use the Pro's", unaffected = "nothing was changed" },
  { pattern = "no%-variant%-extension", kind = "option", cause = "this kmutil does not know --no-variant-extension",
    cure = "build by hand as `vmq-recovery help walk` says, without that option, then: `vmq-recovery stage --kc FILE`",
    unaffected = "nothing was changed" },
  { pattern = "Unable to resolve dependencies", kind = "kit", cause = "an extension that others need is missing", cure = missing_cure,
    unaffected = "nothing was changed" },
  { pattern = "without baseKC", kind = "kit", cause = "kmutil was asked for a collection that rests on another",
    cure = "build the boot collection alone (--new boot)", unaffected = "nothing was changed" },
  { pattern = "prevented linking", kind = "link", cause = NO_LINK, cure = link_cure, unaffected = "nothing was changed" },
  { pattern = "Code=31", kind = "link", cause = NO_LINK, cure = link_cure, unaffected = "nothing was changed" },
  { pattern = "Bad code signature", kind = "signature", cause = "SIP is on, and this extension is not signed by its maker for others",
    cure = "take the signed release of its maker; one that is only signed ad hoc loads while SIP is off", -- facts-2026-11 C
    unaffected = "nothing was loaded" },
  { pattern = "Read%-only file system", kind = "preboot", cause = "the volume it writes to (in recovery: Preboot) is mounted read-only",
    cure = "diskutil unmount and diskutil mount it again", unaffected = "the old policy stays in force" },
  { pattern = "No space left", kind = "preboot", cause = "the disk is full, or in recovery its Preboot volume",
    cure = "free space on the disk; old custom kernels in Preboot take the most",
    unaffected = "the old policy stays in force" },
}

return kmutil
