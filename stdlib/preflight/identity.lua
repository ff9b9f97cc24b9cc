-- The preconditions about what is worked on: is it the right system, is there a macOS on it, is what would be replaced ours?
-- Must not let --yes answer for a person where somebody else's work would be lost.

local boot_object = require "mac.boot_object"
local mac_target = require "mac.target"
local paths = require "mac.paths"
local result = require "preflight.result"
local staging = require "kernel.staging"
local system = require "preflight.system"
local trust = require "mac.trust"

local ok, bad, unknown = result.ok, result.bad, result.unknown

local checks = {}

local function name_of(group) return ("%s (%s)"):format(group.name or "?", group.group) end

-- csrutil's menu shows names alone (reference §1.1).
local function namesakes(target)
  local others = {}
  for index, group in ipairs(mac_target.namesakes(target)) do others[index] = group.group end
  if #others == 0 then return "" end
  return ("; another system has the same name (%s), and csrutil's menu cannot tell them apart: rename one first")
    :format(table.concat(others, ", "))
end

local STAGE_IT = "in macOS, `sudo vmq-recovery stage` puts one where only root can write: start that; or leave out --yes, and type "
  .. "the word "
  .. "that you are asked for"

--- This program's own file: in recovery it runs as root whoever wrote it. In macOS one's own copy is the usual case, and what lies below
-- another root is judged by nobody.
function checks.program(target, asked)
  local path = target.program
  if target.root ~= "" or target.booted ~= "recovery" then return ok(path) end
  local found = trust.look(target, path)
  if #found.doubts == 0 then return ok(table.concat({ path, table.unpack(found.notes) }, "; ")) end
  local sentence = ("others than root could have written this program, %s: %s"):format(path, table.concat(found.doubts, "; "))
  if asked.options.yes then return bad(sentence, STAGE_IT) end
  return result.asks(sentence, STAGE_IT), { untrusted_program = sentence }
end

--- Is there a target, and can its System volume be read?
function checks.volume(target)
  local group = target.group
  if not group then
    local make = target.problems.group_kind == "unknown" and unknown or bad
    return make(target.problems.group, "name the system with --volume; `diskutil apfs listVolumeGroups` lists them")
  end
  if not group.system.mount then
    return bad(("%s: the System volume is not mounted"):format(group.name or group.group)
      .. (group.system.mount_problem and "; " .. group.system.mount_problem or ""), "diskutil mount " .. group.system.device)
  end
  local note = namesakes(target)
  if group.version_unknown then
    note = note .. "; its version cannot be read: " .. paths.without_root(target.root, group.version_unknown)
  end
  return ok(("%s, macOS %s build %s%s"):format(name_of(group), group.version or "?", group.build or "?", note), note ~= "")
end

local NO_MACOS = "name the system that is meant with --volume; `diskutil apfs listVolumeGroups` lists them"

-- What is missing of a macOS, or nil.
local function missing(group)
  if group.has_version == false then return "there is no SystemVersion.plist on it" end
  if group.has_kernels == false then return "there is no kernel in its /System/Library/Kernels" end
end

local function check_macos(target, may_be_named)
  local row = checks.volume(target)
  local lacks = row.verdict == "ok" and not may_be_named and missing(target.group)
  if not lacks then return row end
  return bad(("%s holds no macOS: %s; a stub of another operating system looks like this")
    :format(name_of(target.group), lacks), NO_MACOS)
end

-- The same for what starts a macOS kernel there: which macOS it is has to be known, and one without a kernel has to be asked for by name.
checks["macos/volume"] = function(target, asked)
  local row = check_macos(target, asked.options.volume and target.group and target.group.has_version ~= false)
  local unread = row.verdict == "ok" and target.group.version_unknown
  if not unread then return row end
  return unknown(row.detail, "look at that file; repair the system with First Aid in Disk Utility, or install macOS again over it")
end

-- The same for what gives Apple's kernel back: a macOS that is damaged may be asked for by name.
checks["named/volume"] = function(target, asked) return check_macos(target, asked.options.volume) end

-- Did our own work put this kernel there?
local function is_ours(target, asked, coih)
  local group = target.group
  local _, here = staging.collection(target, nil, asked.options.kc)
  local c = { root = target.root, preboot = group.preboot and group.preboot.mount, group = group.group, collection = here }
  return boot_object.holds_ours(c, target.policy) or asked.journal.installed and asked.journal.installed(coih)
end

-- The policy, for what puts another kernel in place of a custom one: is that one ours? Another cannot be put back. Finds
-- foreign_object.
checks["replaced/policy"] = function(target, asked)
  local row, policy = system.policy(target), target.policy
  if not policy or policy.coih == "absent" or is_ours(target, asked, policy.coih) then return row end
  local sentence = ("the custom kernel %s… is not ours, and once replaced it cannot be put back"):format(policy.coih:sub(1, 16))
  local detail = row.detail .. "; " .. sentence
  if result.will_ask(asked) then return ok(detail .. ": you will be asked", true), { foreign_object = sentence } end
  return bad(detail, "leave this system alone if it is needed; to replace its kernel for good, " .. result.ASK_FIRST)
end

return checks
