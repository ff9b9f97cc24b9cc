-- What lies in the staging places on the Data volume: collection, program and manifest, and whether they may be believed.
-- Must only read.

local checksum = require "base.checksum"
local collection = require "kernel.collection"
local manifest = require "kernel.manifest"
local paths = require "mac.paths"

local staging = {}

--- Where everything is staged, from the root of the Data volume.
staging.FOLDER = "/Users/Shared/vmq-recovery"
staging.COLLECTION = staging.FOLDER .. "/VirtualMachine.kc"
staging.MANIFEST = staging.FOLDER .. "/manifest.json"
staging.PROGRAM = "/vmq-recovery"

--- The kernel collection to work on.
-- @param target see mac.target.look
-- @param source string or nil: a file as the Mac names it, which is taken as it is
-- @param given string or nil: what --kc says
-- @return its path on the Mac, the path as this process opens it, and the manifest's path, nil for a file that was named; nil
--   while Data is not mounted
function staging.collection(target, source, given)
  local path = source or given and paths.on_mac(target.root, given)
  if path then return path, target.root .. path, nil end
  path = paths.on_data(target, staging.COLLECTION)
  if not path then return nil end
  return path, target.root .. path, target.root .. paths.on_data(target, staging.MANIFEST)
end

--- The SHA-256 of a collection, or nil where there is none that can be read whole.
-- @param here string: as this process opens it
function staging.sum(here)
  local stat = require("lib_file").stat(here)
  if not stat or stat.type ~= "file" or stat.size > collection.LARGEST then return nil end
  return (checksum.sha256(here))
end

--- A staged file: is it this one, owned by whoever runs this (root) and safe from others?
-- @param c context with root and uid
-- @param path string: as the Mac names it
-- @param sum string: its SHA-256
-- @return true | false, and what was seen
function staging.holds(c, path, sum)
  local here = c.root .. path
  local now = checksum.sha256(here)
  local stat = require("lib_file").stat(here, true)
  local safe = stat and stat.type == "file" and stat.uid == c.uid and stat.mode & 18 == 0
  return now == sum and safe or false, { sha256 = now or "none", safe = safe or false }
end

--- What `staging.holds` saw, in words.
function staging.describe(seen)
  if seen.sha256 == "none" then return "none" end
  return ("a file with the SHA-256 %s%s"):format(seen.sha256, seen.safe and "" or ", which is not root's alone")
end

--- Does the manifest in its place say the same as this text?
-- @return true | false, and what was seen
function staging.holds_manifest(c, path, text)
  local found = manifest.read(c.root .. path)
  local same = found ~= nil and manifest.same(found, require("base.json").decode(text))
  local safe = staging.holds(c, path, checksum.sha256(c.root .. path))
  return same and safe or false, { manifest = found and found.collection.sha256 or "none", safe = safe }
end

--- A file in a list that a plan's parameter holds.
function staging.line(path, sum) return ("%s %s\n"):format(sum, path) end

--- The files of such a list that are still there with that sum, each a file of its own and no link.
-- @param c context with root and files, the list
-- @return array of paths as the Mac names them
function staging.still_there(c)
  local there = {}
  for sum, path in c.files:gmatch("(%x+) ([^\n]+)\n") do
    local stat = require("lib_file").stat(c.root .. path, true)
    if stat and stat.type == "file" and checksum.sha256(c.root .. path) == sum then there[#there + 1] = path end
  end
  return there
end

--- Collections that somebody copied by hand to where the method's first description puts them: the home folders.
-- @param users string: the folder of home folders as this process opens it
-- @return array of paths below `users`, never more than 32
function staging.candidates(users)
  local files, found = require "lib_file", {}
  for _, home in ipairs(files.list(users) or {}) do
    for _, name in ipairs(files.list(users .. "/" .. home) or {}) do
      local is_one = name == "VirtualMachine.kc" or name == "VirtualMachine.kc.development"
      if is_one and #found < 32 and collection.looks_like_one(users .. "/" .. home .. "/" .. name) then
        found[#found + 1] = home .. "/" .. name
      end
    end
  end
  return found
end

return staging
