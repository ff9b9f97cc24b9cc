-- What `status` and `verify` say of the running macOS besides: quota, guests, the collection's build, a staged update, enrolment.
-- Must not change anything, and must say "cannot be read" where it cannot be.

local ioreg = require "tool.ioreg"
local plist = require "base.plist"
local profiles = require "tool.profiles"
local ps = require "tool.ps"
local sysctl = require "tool.sysctl"

local running = {}

-- Where macOS notes an update that is ready to be installed (source: OpenCore-Legacy-Patcher, fetch_staged_update).
local UPDATE = "/System/Volumes/Update/Update.plist"

--- The update that is staged: { version, build }, nil when there is none; or nil and why it cannot be told.
function running.update(root)
  local content, message, code = require("lib_file").read(root .. UPDATE, 16 << 20)
  if not content then return nil, code ~= "ENOENT" and message or nil end
  local dict = plist.parse(content)
  if type(dict) ~= "table" then return nil, UPDATE .. " is not a property list" end
  local attributes = plist.field(dict, "update-asset-attributes", "table")
  return attributes and { version = plist.field(attributes, "OSVersion", "string"), build = plist.field(attributes, "Build", "string") }
end

--- Is this Mac a virtual one? What that means, or nil (field reports; reference §8.2 for the name).
-- @param target see mac.target.look
function running.virtual_words(target)
  local chip = target.kernel and target.kernel.chip
  if chip ~= "vmapple" and sysctl.read "kern.hv_vmm_present" ~= "1" then return nil end
  return "this Mac is a virtual one: the limit that counts is its host's, so nothing is gained here"
end

--- Asks the running macOS.
-- @param root string
-- @param collection_build string or nil: of which build the staged collection is, by its manifest
-- @return { base_quota, base_quota_problem, guests, guests_problem, collection_build, update, update_problem, enrolled }
function running.gather(root, collection_build)
  local facts = { collection_build = collection_build }
  facts.base_quota, facts.base_quota_problem = ioreg.base_quota()
  facts.guests, facts.guests_problem = ps.guests()
  facts.update, facts.update_problem = running.update(root)
  facts.enrolled = profiles.enrolled()
  return facts
end

--- Does the custom kernel belong to another build than the macOS that is there now? An OS update leaves it behind.
-- @return a sentence, or nil
function running.outdated(target, facts)
  local build = target.group and target.group.build
  local custom = target.policy and target.policy.coih ~= "absent"
  if not custom or not facts.collection_build or not build or facts.collection_build == build then return nil end
  return ("the staged collection is of build %s, this macOS is %s: it no longer matches"):format(facts.collection_build, build)
end

--- The staged update in words, or nil.
function running.update_words(facts)
  if not facts.update then return nil end
  return ("macOS %s (%s) is ready to be installed"):format(facts.update.version or "?", facts.update.build or "?")
end

--- What to do about a staged update or a collection that no longer matches.
running.REVERT_FIRST = "revert first, then update, then build, stage and apply anew; with a custom kernel an update ends in an error"

local function known(value, problem) return value ~= nil and tostring(value) or "cannot be read: " .. tostring(problem or "?") end

--- The facts as rows for people.
function running.rows(facts)
  local base = facts.base_quota and ("%d macOS guests"):format(facts.base_quota)
    or facts.base_quota_problem == "none" and "not in the device tree (2 on Macs so far)" or known(nil, facts.base_quota_problem)
  local rows = {
    { "base quota", base },
    { "guests", facts.guests and ("%d running; Linux guests among them do not count"):format(facts.guests)
      or known(nil, facts.guests_problem) },
    { "collection", facts.collection_build and "staged for build " .. facts.collection_build or "none is staged with a checksum file" },
    { "update", running.update_words(facts) or facts.update_problem and known(nil, facts.update_problem) or "none is staged" },
  }
  rows[5] = { "managed", facts.enrolled == nil and "cannot be read" or facts.enrolled
    and "yes: whoever manages this Mac sees a lowered policy, and may not allow it" or "no" }
  return rows
end

return running
