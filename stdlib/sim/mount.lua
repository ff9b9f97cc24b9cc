-- Makes a scratch folder show the volumes that a simulated Mac has mounted: folders, and links to the volumes' files.

local files = require "sim.files"
local keys = require "base.keys"
local layout = require "sim.layout"
local must = require("sim.attempt").must

local mount = {}

local FOLDER = 448 -- 0700

local function make_folder(lib, directory, path) must(lib.make_directory(directory .. path, FOLDER)) end

--- Mounts everything that the state says. A failure ends the attempt around it.
function mount.all(directory, state)
  local lib, links = require "lib_file", layout.links(state)
  for _, path in ipairs(layout.folders(state)) do make_folder(lib, directory, path) end
  for _, path in ipairs(keys.sorted(links)) do
    make_folder(lib, directory, path:match("^(.*)/"))
    must(files.link(directory, path, links[path]))
  end
end

--- Unmounts what the state says now. `directory` holds the Mac of `state`.
function mount.none(directory, state)
  local lib = require "lib_file"
  for _, path in ipairs(keys.sorted(layout.links(state))) do lib.remove(directory .. path) end
end

return mount
