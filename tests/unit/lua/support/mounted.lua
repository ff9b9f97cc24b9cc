-- A simulated Mac's files in memory, at the paths where the Mac itself sees them.
-- Must not show what is not mounted.

local files = require "sim.files"
local kit_files = require "sim.kit_files"
local layout = require "sim.layout"
local new_contents = require "sim.contents"
local player = require "sim.player"

local mounted = {}

-- The longest link whose storage holds the file: /Library before /System/Volumes/Data.
local function seen_at(links, path)
  local best, place
  for link, storage in pairs(links) do
    local inside = storage ~= "/" and path:sub(1, #storage + 1) == storage .. "/"
    if inside and (not best or #storage > #best) then best, place = storage, link .. path:sub(#storage + 1) end
  end
  return place
end

--- What a new Mac of this state shows: path → bytes.
function mounted.contents(state)
  local contents, links = {}, layout.links(state)
  for _, files_of_mac in ipairs { new_contents.files(state), kit_files.installed(state) } do
    for path, bytes in pairs(files_of_mac) do
      local place = seen_at(links, path)
      if place then contents[place] = bytes end
    end
  end
  return contents
end

--- A Mac in macOS: { state, contents, files, run(path, …) → as `player.run` }; /tmp/w is an empty folder.
function mounted.macos(name, circumstances, faults)
  local words = table.move(circumstances or {}, 1, #(circumstances or {}), 2, { "macos" })
  local state = assert(require("sim.mac").new(name, words, faults))
  local mac = { state = state, contents = mounted.contents(state) }
  mac.files = files.memory(mac.contents)
  mac.files.make_directory "/tmp/w"
  mac.files.make_directory "/tmp/w/mount"
  function mac.run(path, ...) return player.run(state, path, { ... }, player.person(state), mac.files) end
  return mac
end

return mounted
