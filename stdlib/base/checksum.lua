-- SHA-256 of files that are asked for again and again: a gigabyte is summed once, not at every look.
-- Must not answer for a file that has changed: size, time, or the file itself.

local checksum = {}

--- Bytes of the largest file that is summed: a kit's image has about one gigabyte, and a file of holes may say any size.
checksum.LARGEST = 4 << 30

local known = {}

--- Where a text stands in a file, without its sum.
-- @return array of offsets
function checksum.places(path, text, from)
  local files = require "lib_file"
  local found, at = {}, files.find(path, text, from)
  while at do
    found[#found + 1] = at
    at = files.find(path, text, at + #text)
  end
  return found
end

--- The sum and, if a text is given, where that stands in the file: both by one reading.
-- @param path string: as this process opens it
-- @param text string|nil
-- @param from integer|nil: the first offset that counts
-- @return hex digits, and an array of offsets; or nil, message, code ("EFBIG" where it is larger than checksum.LARGEST)
function checksum.sha256(path, text, from)
  local files = require "lib_file"
  local stat, message, code = files.stat(path)
  if not stat then return nil, message, code end
  if stat.size > checksum.LARGEST then return nil, ("%s: %d bytes are too many"):format(path, stat.size), "EFBIG" end
  local key = ("%s:%d:%d:%d:%d"):format(path, stat.device, stat.inode, stat.size, stat.mtime)
  if known[key] then return known[key], text and checksum.places(path, text, from) end
  local sum, found, kind = files.sha256(path, text, from)
  if not sum then return nil, found, kind end
  known[key] = sum
  return sum, found
end

--- Forgets everything: after an act, since a file may change twice within one second.
function checksum.forget() known = {} end

return checksum
