-- SHA-256 of files that are asked for again and again: a gigabyte is summed once, not at every look.
-- Must not answer for a file that has changed: size, time, or the file itself.

local checksum = {}

local known = {}

--- @param path string: as this process opens it
-- @return hex digits, or nil, message, code
function checksum.sha256(path)
  local files = require "lib_file"
  local about, message, code = files.stat(path)
  if not about then return nil, message, code end
  local key = ("%s:%d:%d:%d:%d"):format(path, about.device, about.inode, about.size, about.mtime)
  if not known[key] then
    local sum, why, kind = files.sha256(path)
    if not sum then return nil, why, kind end
    known[key] = sum
  end
  return known[key]
end

--- Forgets everything: after an act, since a file may change twice within one second.
function checksum.forget() known = {} end

return checksum
