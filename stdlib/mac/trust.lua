-- Could somebody else than root have written a file, or put another in its place? Owners, rights and links on the whole way to it.
-- Must not call a file trusted because of its name, and must not look at what is in it.
--
-- In front of another root than the Mac's own (a rehearsal, a kept Mac) the user's own files count as root's, and folders are judged
-- from that root on.

local diskutil = require "tool.diskutil"
local paths = require "mac.paths"
local plist = require "base.plist"

local trust = {}

local OTHERS_WRITE, GROUP_WRITES, STICKY = 18, 16, 512 -- 022, 020, 01000

-- macOS's group of administrators, who may become root by their own password.
local ADMIN = 80

local function is_roots(root, stat)
  return stat.uid == 0 or root ~= "" and stat.uid == require("lib_system").uid()
end

local function why_not(root, path, stat)
  if not is_roots(root, stat) then return ("%s belongs to user %d"):format(path, stat.uid) end
  if stat.acl_writes then return path .. " has an access control list that lets others write it" end
  if stat.mode & OTHERS_WRITE ~= 0 then return path .. " can be written by others" end
end

-- The part of a path that leads to a mount point. It may be a link that macOS itself has made (runner/base/place.c).
local function lead_of(path)
  return path:match("^/System/Volumes/[^/]+") or path:match("^/Volumes/[^/]+") or path:match("^/usr/[^/]+") or path:match("^/[^/]+")
end

--- Why the folder or file itself is not only root's, or nil. A link is none, whoever made it, but one that leads to a mount point.
-- @param root string: "" or the folder given by --root
-- @param path string: as the Mac names it
-- @param here string or nil: as this process opens it, where that is not below the root
-- @return a sentence, or nil; nil too where there is nothing
function trust.fault(root, path, here)
  local stat = require("lib_file").stat(here or root .. path, path ~= lead_of(path))
  if not stat then return nil end
  if stat.type == "link" then return path .. " is a link" end
  return why_not(root, path, stat)
end

--- The same for a folder: nothing else may have its name.
function trust.folder_fault(root, path, here)
  local fault, stat = trust.fault(root, path, here), require("lib_file").stat(here or root .. path)
  if not fault and stat and stat.type ~= "directory" then return path .. " is no folder" end
  return fault
end

-- A folder on the way: may others put something else in the place of what follows in it? Of the last, nothing follows.
local function fault_on_way(root, path, stat, following)
  local fault = why_not(root, path == "" and "/" or path, stat)
  if not fault then return nil end
  local sticky = stat.mode & STICKY ~= 0 and not stat.acl_writes and is_roots(root, stat)
  if sticky and following and is_roots(root, following) then return nil end
  return fault
end

-- A volume's top folder may be open to administrators, too: they are told, and not refused.
local function is_administrators(root, path, stat)
  local open = stat.mode & OTHERS_WRITE
  return path == lead_of(path) and open == GROUP_WRITES and stat.gid == ADMIN and is_roots(root, stat) and not stat.acl_writes
end

local function add(list, sentence) list[#list + 1] = sentence end

-- Every prefix of a path, from the root on.
local function prefixes(path)
  local list = { "" }
  for to in path:gmatch("()/[^/]") do
    if to > 1 then list[#list + 1] = path:sub(1, to - 1) end
  end
  list[#list + 1] = path
  return list
end

local function walk(root, path, found)
  local files, list, lead = require "lib_file", prefixes(path), lead_of(path) or ""
  local stats = {}
  for index, one in ipairs(list) do stats[index] = files.stat(root .. one == "" and "/" or root .. one, #one > #lead) end
  for index, one in ipairs(list) do
    local stat = stats[index]
    if not stat then return add(found.doubts, (one == "" and "/" or one) .. " cannot be looked at") end
    if stat.type == "link" then return add(found.doubts, one .. " is a link") end
    if is_administrators(root, one, stat) then
      add(found.notes, "every administrator can write in " .. one)
    else
      add(found.doubts, fault_on_way(root, one, stat, stats[index + 1]))
    end
  end
end

-- The volume that a path lies on: as diskutil takes it, whether it is the target's Data volume, and what people call it.
local function volume_of(target, path)
  local data = target.group and target.group.data
  local on_data = data and data.mount and (paths.below_data(target, path) or data.mount == "/")
  if on_data then return data.device, true, data.name or data.mount end
  local place = path:match("^/Volumes/[^/]+") or "/"
  return place, false, place
end

-- Where a volume ignores owners, everybody is the owner of everything.
local function look_at_volume(target, path, found)
  local volume, is_data, name = volume_of(target, path)
  local heeded = plist.field(diskutil.info(volume), "GlobalPermissionsEnabled", "boolean")
  if heeded then return end
  if heeded == false then return add(found.doubts, ("the volume %s ignores who owns a file"):format(name)) end
  add(is_data and found.questions or found.doubts, ("whether the volume %s heeds who owns a file cannot be told"):format(name))
end

--- Everything that speaks against a file.
-- @param target see mac.target.look
-- @param path string: as the Mac names it
-- @return { doubts, questions, notes }, each an array of sentences: why it is not trusted, since others could have written it; what
--   could not be found out, so that a person is asked; and what is only to be said
function trust.look(target, path)
  local found = { doubts = {}, questions = {}, notes = {} }
  walk(target.root, path, found)
  look_at_volume(target, path, found)
  return found
end

return trust
