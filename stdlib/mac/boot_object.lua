-- Looks into Preboot for the custom boot object that a policy names, and compares it with our kernel collection.
-- Must only read, and must say "cannot tell" where Preboot cannot be read.

local boot_object = {}

local CACHES = "System/Library/Caches/com.apple.kernelcaches"

-- Names in Preboot are hashes; whether upper or lower case is not known for sure, so compare without case.
local function find_entry(files, directory, wanted)
  for _, name in ipairs(files.list(directory) or {}) do
    if name:lower() == wanted:lower() then return directory .. "/" .. name end
  end
end

--- The stored object of a policy: <Preboot>/<VG>/boot/<nsih>/…/kernelcache.custom.<coih> (reference §3.1).
-- @param c context with root, preboot (mount point or nil) and group
-- @param policy as tool.bputil.read returns (nsih and coih are used)
-- @return path as this process opens it, or nil
function boot_object.path(c, policy, files)
  files = files or require "lib_file"
  if not c.preboot or not policy.nsih or policy.coih == "absent" then return nil end
  local boot = ("%s%s/%s/boot"):format(c.root, c.preboot, c.group)
  local folder = find_entry(files, boot, policy.nsih)
  return folder and find_entry(files, folder .. "/" .. CACHES, "kernelcache.custom." .. policy.coih)
end

-- Comparing tens of megabytes at every check would be waste: the answer holds while neither file changes.
local function signature(files, path)
  local stat = files.stat(path)
  return stat and ("%s:%d:%d:%d"):format(path, stat.inode, stat.size, stat.mtime)
end

local answers = {}

--- Does the stored object hold our collection, byte for byte? (The payload is the input, reference §3.1.)
-- @param c context with root, preboot, group and collection (path as this process opens it)
-- @param policy as tool.bputil.read returns
-- @param files for tests: what reads, in lib_file's place
-- @return true, false, or nil when it cannot be told
function boot_object.holds_ours(c, policy, files)
  files = files or require "lib_file"
  local path = boot_object.path(c, policy, files)
  local one, other = path and signature(files, path), c.collection and signature(files, c.collection)
  if not one or not other then return nil end
  local key = one .. "\0" .. other
  if answers[key] == nil then
    local holds, message = files.contains(path, c.collection)
    if holds == nil then return nil, message end
    answers[key] = holds
  end
  return answers[key]
end

return boot_object
