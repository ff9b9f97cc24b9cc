-- Looks into Preboot for the custom boot object that a policy names, and compares it with our kernel collection.
-- Must only read, and must say "cannot tell" where Preboot, or what lies there, cannot be read.

local checksum = require "base.checksum"
local image4 = require "base.image4"

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

local function signature(files, path)
  local stat = files.stat(path)
  return stat and ("%s:%d:%d:%d"):format(path, stat.inode, stat.size, stat.mtime)
end

local function upper(hex) return (hex or ""):upper() end

-- Is the manifest the one that the policy names, and does it vouch for the payload? @return true; or nil and why it cannot be told
local function check_chain(parts, coih, path, files)
  local manifest = files.sha384("", path, parts.manifest.from, parts.manifest.size)
  if upper(manifest) ~= upper(coih) then return nil, "the Image4 manifest in it is not the one that the policy names" end
  local payload = files.sha384("", path, parts.payload.from, parts.payload.size)
  local text = files.read_at(path, parts.manifest.from, parts.manifest.size)
  local digest = upper(payload):gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end)
  if payload and text and text:find(digest, 1, true) then return true end
  return nil, "the Image4 manifest in it does not name the payload's hash"
end

-- Goes along the chain: coih is the SHA-384 of the manifest, the manifest holds the payload's, the payload holds the bytes.
local function follow(path, coih, sum, files)
  local parts, why = image4.read(path, files)
  if not parts then return "unknown", why end
  if parts.compressed then return "unknown", "its payload is compressed" end
  local stored, message = files.sha256_part(path, parts.bytes.from, parts.bytes.size)
  if not stored then return "unknown", message end
  if stored ~= sum then return "different" end
  local sound, broken = check_chain(parts, coih, path, files)
  return sound and "same" or "unknown", broken
end

-- Summing tens of megabytes at every look would be waste: the answer holds while the file does not change.
local answers = {}

--- Does the stored object hold our collection's bytes?
-- @param c context with root, preboot, group and collection_sum, or collection (a path as this process opens it)
-- @param policy as tool.bputil.read returns
-- @param files for tests: what reads, in lib_file's place
-- @return "same", "different", or "unknown" and why it cannot be told
function boot_object.compare(c, policy, files)
  files = files or require "lib_file"
  local path = boot_object.path(c, policy, files)
  local seen = path and signature(files, path)
  if not seen then return "unknown", "no such object can be read in Preboot" end
  local sum = c.collection_sum
  if not sum or sum == "none" then sum = c.collection and checksum.sha256(c.collection) end
  if not sum then return "unknown", "our collection cannot be read" end
  local key = seen .. "\0" .. sum
  answers[key] = answers[key] or { follow(path, policy.coih, sum, files) }
  return table.unpack(answers[key], 1, 2)
end

-- Do our bytes stand somewhere in an object whose chain cannot be followed? That proves nothing, but nobody else would have put them there.
local function has_bytes(c, policy, files)
  local path = boot_object.path(c, policy, files)
  local seen, ours = path and signature(files, path), c.collection and files.contains and signature(files, c.collection)
  if not seen or not ours then return false end
  local key = seen .. "\0" .. ours
  answers[key] = answers[key] or { files.contains(path, c.collection) == true }
  return answers[key][1]
end

--- Is it ours, as far as the next step depends on it? What was not compared along the chain may still be: see boot_object.compare.
-- @return true, false, or nil and why it cannot be told
function boot_object.holds_ours(c, policy, files)
  files = files or require "lib_file"
  local answer, why = boot_object.compare(c, policy, files)
  if answer ~= "unknown" then return answer == "same" end
  if has_bytes(c, policy, files) then return true end
  return nil, why
end

return boot_object
