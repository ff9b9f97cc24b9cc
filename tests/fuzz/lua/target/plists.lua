-- Inputs for property lists and for everything that is read out of one.
-- Must not need a Mac: the files that the modules open are the input.

local answers = require "tests.unit.lua.support.answers"
local disk = require "tests.unit.lua.support.disk"
local diskutil = require "tool.diskutil"
local ioreg = require "tool.ioreg"
local kit = require "kernel.kit"
local nvram = require "tool.nvram"
local plist = require "base.plist"
local running = require "mac.running"
local samples = require "tests.unit.lua.support.samples"
local shape = require "tests.fuzz.lua.shape"
local target = require "mac.target"

local INFO, LIST = "/usr/sbin/diskutil info -plist ", "/usr/sbin/diskutil apfs listVolumeGroups -plist"
local GROUP = "9F1E2D3C-4B5A-4697-8879-6A5B4C3D2E1F"

local function texts(pattern)
  local found = {}
  for _, sample in ipairs(samples.matching(pattern)) do found[#found + 1] = sample.text end
  return found
end

local function list(inside) return "<plist version=\"1.0\">" .. inside .. "</plist>\n" end

local BINARY = ("62706c6973743030dc0102030405060708090a0b0c0d0e0f101115161718191a1b57616363656e747353626967546461746155656d6f6a"
  .. "69546c697374546c6f6e67516e526e6f547265616c5474657874547768656e537965736500c9007400e900202603130000010000000000"
  .. "430001ff640061d83dde000062a31213141001a0d05f102878787878787878787878787878787878787878787878787878787878787878"
  .. "78787878787878787813ffffffffffffffd608233ff80000000000005361646133404e000000000000090821292d32383d4244474c5156"
  .. "5a656e727b7f818283aeb7b8c1c5ce0000000000000101000000000000001c000000000000000000000000000000cf")
  :gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end)

-- Does the work with these files in place of the real ones: by path, everything else is absent.
local function with_files(contents, work, ...)
  disk.use(contents)
  local result = table.pack(xpcall(work, debug.traceback, ...))
  disk.restore()
  if not result[1] then error(result[2], 0) end
  return table.unpack(result, 2, result.n)
end

local function check_plist(text)
  local value, message = plist.parse(text)
  if value == nil then return shape.answer_fault("nil", nil, message) end
  if text:sub(1, 8) ~= "bplist00" and not text:find("</plist>%s*$") then return "a list without an end" end
end

local VOLUME = { device = "string", name = "string?", optional = true }

local function check_groups(text)
  answers.use { [LIST] = text }
  local groups, message = diskutil.volume_groups()
  local why = shape.answer_fault({ each = { group = "string", name = "string?",
    system = { device = "string", name = "string?" }, data = VOLUME } }, groups, message)
  for _, group in ipairs(not why and groups or {}) do
    if group.group ~= group.group:upper() then return "a UUID in lower case" end
  end
  return why
end

local MOUNTED = { device = "string", name = "string?", mount = "string?", locked = "boolean?", mount_problem = "string?" }

-- Whatever diskutil says of every volume.
local function check_volumes(text)
  answers.use { [LIST] = samples.read "azahi-26.6-diskutil/listVolumeGroups.plist", [INFO .. "disk3s1"] = text,
    [INFO .. "disk3s5"] = text, [INFO .. "/"] = text }
  return with_files({}, function()
    local groups = assert(target.groups())
    local group = target.complete("", "macos", groups[1])
    target.choose({ group, group }, { booted = "macos" })
    group.owners_unknown = nil
    return shape.fault(group, { group = "string", name = "string?", booter = "string?", system = MOUNTED, data = MOUNTED,
      preboot = { device = "string", mount = "string?", writable = "boolean?", optional = true }, version = "string?",
      build = "string?", has_version = "boolean?", has_kernels = "boolean?",
      owners = { each = { short = "string", full = "string?" }, optional = true } })
  end)
end

local PREBOOT = list "<dict><key>MountPoint</key><string>/P</string><key>WritableVolume</key><true/></dict>"

local function complete_with(contents)
  answers.use { [INFO .. "d1"] = PREBOOT, [INFO .. "d2"] = PREBOOT }
  local group = { group = GROUP, booter = "d1", system = { device = "d2", mount = "/S" } }
  return with_files(contents, target.complete, "", "recovery", group)
end

local function check_owners(text)
  local group = complete_with { ["/P/" .. GROUP .. "/var/db/AdminUserRecoveryInfo.plist"] = text }
  if not group.owners then return shape.fault(group.owners_unknown, "string", "why there are no owners") end
  return shape.fault(group.owners, { each = { short = "string", full = "string?" } })
end

local VERSION = "/System/Library/CoreServices/SystemVersion.plist"

local function check_version(text)
  local group = complete_with { ["/S" .. VERSION] = text }
  local why = shape.fault(group.version, "string?", "the version") or shape.fault(group.build, "string?", "the build")
  if why then return why end
  local found = with_files({ ["/K" .. VERSION] = text }, kit.read, "", "/K")
  return shape.fault(found, { path = "string", name = "string", chips = { each = "string" }, version = "string?", build = "string?",
    problem = "string?" }) or (not found.build and not found.problem and "a kit without a build and without a problem")
end

local function check_bundles(text)
  local ids, message = with_files({ ["/L"] = text }, kit.required_bundles, "", "/L")
  return shape.answer_fault({ each = "string" }, ids, message)
end

local function check_update(text)
  local update, why = with_files({ ["/System/Volumes/Update/Update.plist"] = text }, running.update, "")
  if update == nil then return shape.fault(why, "string?", "the reason") end
  return shape.fault(update, { version = "string?", build = "string?" })
end

local function check_quota(text)
  answers.use { ["/usr/sbin/ioreg -a -r -n product -p IODeviceTree -d 1"] = text }
  local quota, why = ioreg.base_quota()
  local fault = shape.answer_fault("integer", quota, why)
  if fault then return fault end
  if quota and (quota < 0 or quota > 0x7FFFFFFF) then return "a quota no kernel has: " .. quota end
  if why == "none" and text:find("<key>apple%-isa%-vm%-quota</key>") and plist.parse(text) == nil then
    return "an answer that cannot be read, taken for one without a quota"
  end
end

local function check_nvram(text)
  answers.use { ["/usr/sbin/nvram -x boot-args"] = text }
  local seen, message = nvram.read "boot-args"
  if not seen then return shape.answer_fault("nil", nil, message) end
  if seen.absent then return "absent, though nvram did not say so" end
  local shown = text:match("^boot%-args\t(.*)\n$")
  if shown and seen.value ~= shown then return "another value than the line has" end
  if not shown and not plist.parse(text) then return "a value out of nothing" end
  return shape.fault(seen, { value = "string", absent = "boolean" })
end

local function check_nvram_failed(text)
  answers.use { ["/usr/sbin/nvram -x boot-args"] = answers.of("", 1, text) }
  local seen, message = nvram.read "boot-args"
  if not seen then return shape.answer_fault("nil", nil, message) end
  if not seen.absent or seen.value ~= "" then return "a value from a failed read" end
  if not text:find("data was not found", 1, true) then return "absent, though nvram did not say so" end
end

local QUOTA = list ("<array><dict><key>name</key><data>cHJvZHVjdAA=</data>"
  .. "<key>apple-isa-vm-quota</key><data>AgAAAA==</data></dict></array>")
local OWNERS = list ("<dict><key>maria</key><dict><key>RealName</key><string>Maria P.</string></dict><key>ada</key><dict/></dict>")
local SYSTEM = list ("<dict><key>ProductVersion</key><string>14.0</string><key>ProductBuildVersion</key><string>23A344</string></dict>")
local UPDATE = list ("<dict><key>update-asset-attributes</key><dict><key>OSVersion</key><string>15.1</string><key>Build</key>"
  .. "<string>24B83</string></dict></dict>")
local BUNDLES = list ("<dict><key>requiredIdentifiers</key><array><string>com.apple.a</string><string>com.apple.b</string></array></dict>")

return {
  { name = "plist", seeds = texts "%.plist$", check = check_plist },
  { name = "plist-binary", seeds = { BINARY }, check = check_plist },
  { name = "diskutil-groups", seeds = { samples.read "azahi-26.6-diskutil/listVolumeGroups.plist" }, check = check_groups,
    words = { "Role", "Roles", "System", "Data" } },
  { name = "diskutil-volumes", seeds = texts "^info.*%.plist$", check = check_volumes },
  { name = "owners", seeds = { OWNERS, BINARY }, check = check_owners },
  { name = "system-version", seeds = { SYSTEM }, check = check_version },
  { name = "model-bundles", seeds = { BUNDLES }, check = check_bundles },
  { name = "staged-update", seeds = { UPDATE }, check = check_update },
  { name = "ioreg", seeds = { QUOTA }, check = check_quota },
  { name = "nvram", seeds = texts "^nvram%-[xbe].*%.txt$", check = check_nvram,
    words = { "boot-args", nvram.SYSTEM_GUID .. ":boot-args" } },
  { name = "nvram-failed", seeds = texts "^nvram.*stderr", check = check_nvram_failed },
}
