-- Makes a scratch folder show the volumes that a simulated Mac has mounted: folders, and links to the volumes' files.

local files = require "sim.files"
local keys = require "base.keys"
local layout = require "sim.layout"
local must = require("sim.attempt").must
local place = require "sim.place"

local mount = {}

local FOLDER, CLOSED = 448, 320 -- 0700, 0500

local function make_folder(lib, directory, path) must(lib.make_directory(directory .. path, FOLDER)) end

-- macOS lets nobody make a folder in Data's /private/var/db while SIP guards files. A mode plays it, and only while nothing lies there:
-- whoever throws a Mac away can remove an empty folder. A mode does not stop root, for whom it is not played.
local function guard_var_db(lib, directory, state)
  local path = directory .. place.storage(place.volume(state, state.default, "Data")) .. "/private/var/db"
  make_folder(lib, directory, path:sub(#directory + 1))
  if #must(lib.list(path)) > 0 then return end
  must(lib.set_mode(path, CLOSED))
  must(not lib.try_directory(path .. "/folder"), "var-db-refused is played by a folder's mode, which does not stop root: "
    .. "rehearse it as an ordinary user")
  if not layout.guards_files(state) then must(lib.set_mode(path, FOLDER)) end
end

--- Mounts everything that the state says. A failure ends the attempt around it.
function mount.all(directory, state)
  local lib, links = require "lib_file", layout.links(state)
  for _, path in ipairs(layout.folders(state)) do make_folder(lib, directory, path) end
  for _, path in ipairs(keys.sorted(links)) do
    make_folder(lib, directory, path:match("^(.*)/"))
    must(files.link(directory, path, links[path]))
  end
  if state.circumstances["var-db-refused"] then guard_var_db(lib, directory, state) end
end

--- Unmounts what the state says now. `directory` holds the Mac of `state`.
function mount.none(directory, state)
  local lib = require "lib_file"
  for _, path in ipairs(keys.sorted(layout.links(state))) do lib.remove(directory .. path) end
end

return mount
