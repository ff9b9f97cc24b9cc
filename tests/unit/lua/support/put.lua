-- Puts a file in place on the real disk, for specs of what reads files.
-- Must not be given a path outside a scratch folder.

local files = require "lib_file"

--- Writes a file, and makes the folders that lead to it.
-- @param path string
-- @param bytes string
-- @param mode integer or nil: 0600
return function(path, bytes, mode)
  assert(files.make_directory(path:match("^(.*)/"), 448))
  assert(files.write_atomic(path, bytes, mode or 384))
end
