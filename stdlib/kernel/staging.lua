-- What lies in the staging places on the Data volume: collection, program and manifest, and whether they may be believed.
-- Must only read.

local kc = require "kernel.collection"
local manifest = require "kernel.manifest"
local sums = require "base.checksum"

local staged = {}

--- Where everything is staged, from the root of the Data volume (contract: cli.md, Products and paths).
staged.FOLDER = "/Users/Shared/vmq-recovery"
staged.COLLECTION = staged.FOLDER .. "/VirtualMachine.kc"
staged.MANIFEST = staged.FOLDER .. "/manifest.json"
staged.PROGRAM = "/vmq-recovery"

--- Can others than root change this file, or put another in its place?
-- @return true and a sentence, or false
function staged.is_open_to_others(path)
  local files = require "lib_file"
  for _, place in ipairs { path, path:match("^(.*)/") } do
    local about = files.stat(place, true)
    if about and about.uid ~= 0 then return true, ("%s belongs to user %d"):format(place, about.uid) end
    if about and about.mode & 18 ~= 0 then return true, ("%s can be written by others"):format(place) end -- 022
  end
  return false
end

--- A staged file: is it this one, owned by root and safe from others?
-- @param c context with root
-- @return true | false, and what was seen
function staged.holds(c, path, sum)
  local here = c.root .. path
  local now = sums.sha256(here)
  local about = require("lib_file").stat(here, true)
  local safe = about and about.type == "file" and about.uid == require("lib_system").uid() and about.mode & 18 == 0
  return now == sum and safe or false, { sha256 = now or "none", safe = safe or false }
end

--- Does the manifest in its place say the same as this text?
-- @return true | false, and what was seen
function staged.says(c, path, text)
  local found = manifest.read(c.root .. path)
  local same = found ~= nil and manifest.same(found, require("base.json").decode(text))
  local safe = staged.holds(c, path, sums.sha256(c.root .. path))
  return same and safe or false, { manifest = found and found.collection.sha256 or "none", safe = safe }
end

--- Collections that somebody copied by hand to where the method's first description puts them: the home folders.
-- @param users string: the folder of home folders as this process opens it
-- @return array of paths below `users`, never more than 32
function staged.candidates(users)
  local files, found = require "lib_file", {}
  for _, home in ipairs(files.list(users) or {}) do
    for _, name in ipairs(files.list(users .. "/" .. home) or {}) do
      local is_one = name == "VirtualMachine.kc" or name == "VirtualMachine.kc.development"
      if is_one and #found < 32 and kc.looks_like_one(users .. "/" .. home .. "/" .. name) then
        found[#found + 1] = home .. "/" .. name
      end
    end
  end
  return found
end

return staged
