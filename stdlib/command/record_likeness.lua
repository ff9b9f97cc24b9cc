-- What a record says of a Mac, as the simulated Mac's maker wants to be told: read by the program's own readers.
-- Must not guess: what the record does not say stays nil and is listed in `unknown`.

local bputil = require "tool.bputil"
local diskutil = require "tool.diskutil"
local mac_record = require "mac.record"
local nvram = require "tool.nvram"
local plist = require "base.plist"
local pmset = require "tool.pmset"
local probe = require "tool.probe"
local sysctl = require "tool.sysctl"
local target = require "mac.target"
local text = require "base.text"
local try = require("base.try").new()

local likeness = {}

-- A rehearsal makes folders and files after what it reads here, so each value must look like what it is.
local FORMS = {
  ["volume group"] = "^%x%x%x%x%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$",
  device = "^disk%d%d?%d?s%d%d?%d?$", name = "^[^/%z]+$", hash = "^%x+$", version = "^%d%d?[%d%.]*$", build = "^%w+$",
  ECID = "^0x%x+$",
}

-- @return the value, or nil where there is none
local function sound(what, value)
  if value == nil then return nil end
  local fits = #value <= 255 and value:find(FORMS[what]) and value ~= "." and value ~= ".."
  if not fits then try.throw { refused = ("the record names a %s that cannot be one: %s"):format(what, value:sub(1, 80)) } end
  return value
end

-- A name as it may reach a terminal: the simulated tools print it, as Apple's do, and a record may come from anybody.
local function harmless(name)
  return name and (text.printable(name):gsub("%c", "?"))
end

local function name_in(value) return harmless(sound("name", value)) end

-- A kernel's banner in its parts.
local function kernel_of(banner)
  local darwin, date, xnu, kind, soc = (banner or ""):match(
    "^Darwin Kernel Version ([%d%.]+): (.-); root:xnu[%w_]*%-([%d%.~]+)/(%u+)_ARM64_(%w+)$")
  return darwin and { darwin = darwin, date = date, xnu = xnu, soc = soc, release = kind == "RELEASE" } or nil
end

-- The tagged rows below "Local policy:", and ronh, which stands above it: tag → value.
local function rows_of(out)
  local tags = { ronh = out:match("%(ronh%): (%x+)") }
  local from = out:find("\nLocal policy:", 1, true) or 1
  for tag, value in out:sub(from):gmatch("%(([%w& ]+)%): ([^\r\n]*)") do tags[tag] = value ~= "absent" and value or nil end
  return tags
end

local function heading_of(out)
  if out:find("^Local policy for volume group") then return "12" end
  return out:find("^Current local policy") and "14" or "26"
end

local function json_of(group)
  local answer = probe.run { "/usr/bin/bputil", "-d", "-j", "-v", group }
  if not answer or answer.exit ~= 0 then return nil end
  return answer.stdout:find("^%s*{") and "bare" or "headed", answer.stdout:match('"bputil_version"%s*:%s*"([%d%.]+)"')
end

local HASHES = { "lpnh", "rpnh", "ronh", "nsih", "spih", "auxp", "auxi", "auxr", "coih" }

local function policy_of(group)
  local read = bputil.read(group)
  if not read then return nil end
  local out = probe.output { "/usr/bin/bputil", "-d", "-v", group }
  local tags = rows_of(out)
  local policy = { mode = read.mode, sip0 = tonumber(read.sip, 16), sip1 = read.ssv == "off", sip2 = read.ctrr == "off",
    sip3 = read.boot_args_filter == "off", smb2 = read.kexts == true, smb3 = read.mdm == true, smb4 = tags.smb4 ~= nil,
    stng = math.tointeger(tonumber(tags.stng)), group = group }
  for _, tag in ipairs(HASHES) do policy[tag] = sound("hash", tags[tag]) end
  policy.love, policy.kuid = tags.love, tags.kuid
  return policy, { read = read, tags = tags, display = heading_of(out) }
end

local function facts_of(found, name, group)
  local list = {}
  for _, words in ipairs(mac_record.facts(found, name)) do
    if words[1] == group then list[#list + 1] = words end
  end
  return list
end

local function truth(word)
  if word == "yes" then return true end
  if word == "no" then return false end
end

local function volume_of(described)
  local info = described and diskutil.info(described.device)
  if not info then return nil end
  local uuid = plist.field(info, "VolumeUUID", "string") or plist.field(info, "DiskUUID", "string")
  return { device = sound("device", described.device), uuid = uuid,
    name = name_in(plist.field(info, "VolumeName", "string") or described.name),
    mounted = (plist.field(info, "MountPoint", "string") or "") ~= "", locked = plist.field(info, "Locked", "boolean"),
    filevault = plist.field(info, "FileVault", "boolean"), writable = plist.field(info, "WritableVolume", "boolean"),
    owners = plist.field(info, "GlobalPermissionsEnabled", "boolean"), sealed = plist.field(info, "Sealed", "string") }
end

local function text_or_nil(word) return word ~= "" and word or nil end

local function group_of(found, group)
  local system = facts_of(found, "system", group.group)[1]
  local kernel = facts_of(found, "kernel", group.group)[1]
  local staged = facts_of(found, "collection", group.group)[1]
  local policy, seen = policy_of(group.group)
  local described = { uuid = sound("volume group", group.group), name = name_in(group.name),
    system = volume_of(group.system), data = volume_of(group.data),
    preboot = group.booter and volume_of { device = group.booter }, policy = policy, seen = seen,
    kernel = kernel_of(kernel and kernel[2]), collection = kernel_of(staged and staged[3]), owners = {} }
  if system then
    described.version, described.build = sound("version", text_or_nil(system[2])), sound("build", text_or_nil(system[3]))
    described.has_version, described.has_kernels = truth(system[4]), truth(system[5])
  end
  for _, owner in ipairs(facts_of(found, "owner", group.group)) do
    table.insert(described.owners, { short = name_in(owner[2]), full = harmless(text_or_nil(owner[3]) or owner[2]) })
  end
  return described
end

-- Is there a macOS on it? Where nothing was mounted, one is taken to be there.
local function is_macos(group) return group.has_version ~= false and group.has_kernels ~= false end

-- The systems, first the one that a rehearsal is about.
local function groups_of(found, default)
  local list = {}
  for _, group in ipairs(target.groups() or {}) do
    local described = group_of(found, group)
    local first = group.group == default and is_macos(described)
    if described.system then table.insert(list, first and 1 or #list + 1, described) end
  end
  for index, group in ipairs(list) do
    if is_macos(group) then
      table.insert(list, 1, table.remove(list, index))
      break
    end
  end
  return list
end

local function variables()
  local list = {}
  for _, name in ipairs(mac_record.VARIABLES) do
    local seen = nvram.read(name)
    if seen and not seen.absent then list[#list + 1] = { name = name, value = seen.value } end
  end
  return list
end

local function printed(argv)
  local answer = probe.run(argv)
  return answer and answer.exit == 0 and answer.stdout:match("^[^\r\n]*") or nil, answer and answer.stderr or ""
end

-- How this macOS words what the record happens to show.
local function wording_of(described)
  local wording = {}
  local word, refusal = printed { "/usr/sbin/sysctl", "-n", "hw.osenvironment" }
  if described.environment == "macos" then
    wording.osenvironment = word and word ~= "" and "word" or refusal:find("unknown oid", 1, true) and "unknown" or "invalid"
  end
  for _, name in ipairs(mac_record.VARIABLES) do
    local _, said = printed { "/usr/sbin/nvram", "-x", name }
    if said ~= "" then wording.nvram_error = said:find("^nvram: ") and "prefixed" or "bare" end
  end
  local first = described.groups[1]
  if first.seen then
    wording.display = first.seen.display
    wording.json, described.bputil = json_of(first.uuid)
    wording.no_json = wording.json == nil
  end
  return wording
end

-- Which system runs: macOS, or which recovery of whose.
local function add_environment(described, found)
  described.environment = found.environment == "macos" and "macos" or nil
  for _, group in ipairs(described.groups) do
    local read = group.seen and group.seen.read
    if read and not described.environment then
      if read.os_type ~= "one true recoveryOS" then described.environment = "recovery"
      elseif read.paired then described.environment, described.paired = "paired-recovery", group.uuid end
    end
  end
  local seen = described.groups[1].seen
  if not described.environment then described.environment = seen and "unpaired-recovery" or "paired-recovery" end
end

local function add_machine(described)
  local kernel = sysctl.kernel()
  local product = sysctl.product()
  described.running = kernel and kernel_of(kernel.banner)
  described.product = product and { version = sound("version", product.version), build = sound("build", product.build) }
  described.model = printed { "/usr/sbin/sysctl", "-n", "hw.model" }
  described.marketing = printed { "/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string" }
  described.virtual = printed { "/usr/sbin/sysctl", "-n", "kern.hv_vmm_present" } == "1"
  for _, group in ipairs(described.groups) do
    local tags = group.seen and group.seen.tags or {}
    described.ecid, described.board = described.ecid or sound("ECID", tags.ECID), described.board or math.tointeger(tonumber(tags.BORD))
    described.chip = described.chip or math.tointeger(tonumber(tags.CHIP))
  end
  local power = pmset.power()
  described.battery = power and power.percent ~= nil
  described.on_battery = power and power.source == "Battery" and power.percent or nil
end

local function add_rest(described, found)
  local update, managed, quota = mac_record.facts(found, "update")[1], mac_record.facts(found, "managed")[1],
    mac_record.facts(found, "quota")[1]
  described.update = update and { version = update[1], build = update[2] }
  described.managed = managed ~= nil and managed[1] == "yes"
  described.quota = quota and math.tointeger(tonumber(quota[1]))
  described.kits = {}
  for _, words in ipairs(mac_record.facts(found, "kit")) do
    local version, build = words[1]:match("^KDK_([%d%.]+)_(%w+)%.kdk$")
    if build then table.insert(described.kits, { version = version, build = build }) end
  end
end

local UNKNOWN = {
  policy = "the boot policy (bputil answers root only): taken for Full Security; variant 2: SIP is off already",
  owners = "the owners: one is made up; variant 2: two",
  version = "the version of macOS: taken from the recorded kernel",
  collection = "no kernel collection is staged: a fitting one is assumed",
  recovery = "how this Mac's recovery takes boot-args, and whether Data is locked there; variant 2: the other way",
  wording = "which of the known wordings Apple's tools have here, and whether Apple still signs this macOS; variant 2: others",
}

local function add_unknown(described)
  local first = described.groups[1]
  local known = { policy = first.policy, owners = #first.owners > 0, version = first.version, collection = first.collection,
    recovery = described.environment ~= "macos", wording = false }
  described.unknown = {}
  for _, name in ipairs { "policy", "owners", "version", "collection", "recovery", "wording" } do
    if not known[name] then table.insert(described.unknown, { name = name, words = UNKNOWN[name] }) end
  end
end

local MOST_GROUPS = 32

local function describe(found)
  local wanted = mac_record.facts(found, "target")[1]
  local described = { default = wanted and wanted[1] or target.default_group() }
  described.groups = groups_of(found, described.default)
  local first = described.groups[1]
  if not first then try.throw { refused = "the record names no volume group that diskutil describes, so there is no Mac to rehearse" } end
  if not is_macos(first) then try.throw { refused = "the record names no system with a macOS on it" } end
  if #described.groups > MOST_GROUPS then try.throw { refused = "the record names too many volume groups" } end
  add_environment(described, found)
  described.wording, described.nvram = wording_of(described), variables()
  add_machine(described)
  add_rest(described, found)
  add_unknown(described)
  return described
end

--- Reads a record as the program reads a Mac.
-- @param found see mac.record.load
-- @return a description, see sim.likeness.entry; or nil and a sentence
function likeness.describe(found)
  bputil.forget()
  probe.use(mac_record.source(found))
  local described = try.catch(describe, found)
  probe.use(nil)
  bputil.forget()
  if described.refused then return nil, described.refused end
  return described
end

return likeness
