-- Looks at a Mac for a record: the probes of `doctor`, the few more that tell a Mac apart, and what a few files say.
-- Must not ask for more than mac.record lets into one.

local checksum = require "base.checksum"
local collection = require "kernel.collection"
local ioreg = require "tool.ioreg"
local mac_record = require "mac.record"
local plist = require "base.plist"
local probe = require "tool.probe"
local profiles = require "tool.profiles"
local route = require "tool.route"
local running = require "mac.running"
local staging = require "kernel.staging"
local target_module = require "mac.target"

local gather = {}

local SECONDS = 20 -- a command may take

local function ask(found, argv)
  if not mac_record.allows(argv) then return end
  local answer, _, code = probe.run(argv, SECONDS)
  local entry = { argv = argv, cut = {}, missing = not answer and (code or "unknown") or nil }
  for _, field in ipairs { "exit", "signal", "stdout", "stderr", "timed_out" } do entry[field] = answer and answer[field] end
  found.commands[#found.commands + 1] = entry
end

local function ask_once(found, argv)
  local key = table.concat(argv, " ")
  if found.asked[key] then return end
  found.asked[key] = true
  ask(found, argv)
end

local function ask_about_system(found)
  for _, flag in ipairs { "-v", "-r", "-m" } do ask(found, { "/usr/bin/uname", flag }) end
  ask(found, { "/usr/bin/sw_vers" })
  for _, name in ipairs(mac_record.SYSCTLS) do ask(found, { "/usr/sbin/sysctl", "-n", name }) end
  for _, name in ipairs(mac_record.VARIABLES) do ask(found, { "/usr/sbin/nvram", "-x", name }) end
  ask(found, { "/usr/bin/pmset", "-g", "batt" })
  ask(found, { "/usr/bin/csrutil", "status" })
  ask(found, { "/usr/bin/csrutil", "authenticated-root", "status" })
  ask(found, { "/usr/sbin/diskutil", "apfs", "listVolumeGroups", "-plist" })
  ask(found, { "/usr/sbin/diskutil", "info", "-plist", "/" })
end

local function ask_about_group(found, group)
  for _, device in ipairs { group.system.device, group.data and group.data.device or false, group.booter or false } do
    if device then ask_once(found, { "/usr/sbin/diskutil", "info", "-plist", device }) end
  end
  ask(found, { "/usr/bin/bputil", "-d", "-v", group.group })
  ask(found, { "/usr/bin/bputil", "-d", "-j", "-v", group.group })
end

--- Adds a fact and its words. One that no reader would take, such as a name longer than any, is left out.
-- @param found the record
-- @param name see mac.record
function gather.add(found, name, ...)
  if mac_record.allows_fact(name, { ... }) then found.facts[#found.facts + 1] = { name = name, ... } end
end

local add = gather.add

local function yes_no(value)
  if value == nil then return "unknown" end
  return value and "yes" or "no"
end

-- The banner of a system's own kernel: this chip's release kernel, or the only one there is.
local function banner_on(root, mount, chip)
  local folder = root .. (mount == "/" and "" or mount) .. "/System/Library/Kernels/"
  for _, name in ipairs { "kernel.release." .. (chip or ""), "kernel" } do
    local kernel = collection.inspect_kernel(folder .. name)
    if kernel then return kernel.banner end
  end
end

-- What lib_file gives, but no sum: a record says what is staged, not which bytes.
local function without_sums()
  local files = require "lib_file"
  return { stat = files.stat, read_at = files.read_at, find = files.find,
    sha256 = function(path, text, from) return "", checksum.places(path, text, from) end }
end

local function add_staged(found, root, group)
  local mount = group.data and group.data.mount
  if not mount then return end
  local top = root .. (mount == "/" and "" or mount)
  local staged = collection.inspect(top .. staging.COLLECTION, without_sums())
  if staged then add(found, "collection", group.group, tostring(staged.size), staged.kernel.banner) end
  local stated = staged and require("kernel.manifest").read(top .. staging.MANIFEST)
  if stated then add(found, "manifest", group.group, stated.build or "", stated.chip or "") end
end

local function add_group(found, root, look, group)
  target_module.complete(root, look.booted, group)
  local system = group.system
  if system.mount then
    add(found, "system", group.group, group.version or "", group.build or "", yes_no(group.has_version), yes_no(group.has_kernels))
    local banner = banner_on(root, system.mount, look.kernel and look.kernel.chip)
    if banner then add(found, "kernel", group.group, banner) end
  end
  for _, owner in ipairs(group.owners or {}) do add(found, "owner", group.group, owner.short, owner.full or "") end
  if not group.owners then
    add(found, "owners-unknown", group.group, group.owners_unknown and "the list cannot be read" or "Preboot is not mounted")
  end
  add_staged(found, root, group)
end

local function add_kits(found, root)
  for _, name in ipairs(require("lib_file").list(root .. "/Library/Developer/KDKs") or {}) do
    if name:find "^KDK_.+_%w+%.kdk$" and #name < 100 then add(found, "kit", name) end
  end
end

local function add_in_macos(found, root)
  local update = running.update(root)
  if update then add(found, "update", update.version or "", update.build or "") end
  add_kits(found, root)
  add(found, "managed", yes_no(profiles.enrolled()))
end

local function default_of(look)
  if look.group then return look.group.group end
  local info = look.booted == "macos" and require("tool.diskutil").info("/")
  return plist.field(info, "APFSVolumeGroupID", "string") or target_module.default_group()
end

--- Looks at the Mac.
-- @param root string: "" or the folder that --root names
-- @param look see mac.target.look
-- @return a record, see base.record_text
function gather.gather(root, look)
  local system = require "lib_system"
  local found = { program = "vmq-recovery " .. require("lib_embed").version(), date = system.utc(system.now()), names = "kept",
    environment = look.booted, user = system.uid() == 0 and "root" or "other", about = {}, commands = {}, facts = {}, asked = {} }
  ask_about_system(found)
  for _, group in ipairs(look.groups or {}) do ask_about_group(found, group) end
  local default = default_of(look)
  if default then add(found, "target", default:upper()) end
  for _, group in ipairs(look.groups or {}) do add_group(found, root, look, group) end
  if look.booted == "macos" then add_in_macos(found, root) end
  local quota = ioreg.base_quota()
  if quota then add(found, "quota", tostring(quota)) end
  add(found, "route", yes_no(route.default()))
  return found
end

return gather
