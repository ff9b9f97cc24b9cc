-- How much room there is where something is to be written.
-- Must not make the folder that is asked about.

local room = {}

local function nearest_folder(path)
  local files = require "lib_file"
  while path ~= "" and not files.stat(path) do path = path:match("^(.*)/[^/]*$") or "" end
  return path == "" and "/" or path
end

--- The room at a path, or where it does not exist yet at the nearest folder above it that does.
-- @param path string, absolute, with the target's root
-- @return free bytes, and whether the volume is read-only; or nil, message
function room.at(path) return require("lib_file").space(nearest_folder(path)) end

return room
