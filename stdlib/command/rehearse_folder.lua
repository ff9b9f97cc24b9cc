-- The folder that a rehearsal's simulated Mac lies in: a scratch folder, or one that the person keeps.
-- Must not remove anything but scratch folders of this user, whose rehearsal has ended.

local folder = {}

local PRIVATE, PID, CLAIM = 448, "/rehearsal.pid", "/.rehearsal" -- 0700

local function files() return require "lib_file" end

-- What the folder of a Mac takes; in recovery it lies in memory (darwin-2026-11 §8).
local ROOM = 2 << 20

-- Scratch folders of rehearsals that were killed.
local function sweep(beside)
  local system, place = require "lib_system", beside:match("^(.*)/")
  for _, name in ipairs(files().list(place) or {}) do
    local path = place .. "/" .. name
    local stat = name:find "^vmq%-recovery%.%w+$" and path ~= beside and files().stat(path, true)
    local pid = stat and stat.type == "directory" and stat.uid == system.uid() and files().read(path .. PID, 16)
    local number = pid and pid:find "^%d+\n$" and math.tointeger(tonumber(pid:match("%d+")))
    if number and not system.has_process(number) then files().remove_tree(path) end
  end
end

--- Makes a scratch folder; folders that killed rehearsals have left beside it are swept away.
-- @return path, or nil and why not
function folder.scratch()
  local path, why = files().make_scratch()
  if not path then return nil, why end
  sweep(path)
  files().write_atomic(path .. PID, require("lib_system").pid() .. "\n", 384) -- 0600
  return path
end

local function whole_path(path)
  local whole = path:sub(1, 1) == "/" and path or require("lib_system").directory() .. "/" .. path
  return (whole:gsub("(.)/+$", "%1"))
end

local function no_room(path, free)
  return free and free < ROOM and ("2 MiB are needed in %s, and %d bytes are free"):format(path, free) or nil
end

-- Two rehearsals may have seen it empty: whose link is alone in it fills it.
local function claim(path)
  local made = files().link("rehearsal", path .. CLAIM)
  if made and #(files().list(path) or {}) == 1 then return true end
  if made then files().remove(path .. CLAIM) end
  return nil, path .. " cannot be filled: another rehearsal does that, or it cannot be written"
end

--- Makes the folder that --keep names. It may be there, if it is empty.
-- @return path, or nil and why not
function folder.keep(path)
  local whole = whole_path(path)
  local stat = files().stat(whole, true)
  local there = stat and files().list(whole)
  if stat and stat.type ~= "directory" then return nil, path .. " is there, and no folder" end
  if there and #there > 0 then return nil, path .. " is there and not empty; --keep wants a new folder" end
  local narrow = no_room(path, (require("preflight.room").at(whole)))
  if narrow then return nil, narrow end
  local made, why = files().make_directory(whole, PRIVATE)
  if made then made, why = claim(whole) end
  return made and whole or nil, why
end

--- Lays the Mac out.
-- @return true, or nil and why not
function folder.fill(path, state)
  local narrow = no_room(path, (files().space(path)))
  if narrow then return nil, narrow end
  local made, why = require("sim.scratch").make(path, state)
  files().remove(path .. CLAIM)
  return made, why
end

--- A Mac that was kept.
-- @return its state and its folder; or nil and why not
function folder.kept(path)
  local whole = whole_path(path)
  if not require("run.invocation").is_kept(whole) then
    return nil, path .. " is no folder that you have left with this program and `rehearse --keep`"
  end
  local state, why = require("sim.state_file").load(whole)
  return state, state and whole or why
end

return folder
