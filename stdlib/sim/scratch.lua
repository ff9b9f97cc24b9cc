-- Lays a simulated Mac out in a scratch folder, and keeps its state there as JSON.
-- It must not play tools and must write below the folder it is given only.

local layout = require "sim.layout"

local scratch = {}

local FOLDER, FILE, SECRET = 448, 420, 384 -- 0700, 0644, 0600

local function must(ok, message)
  if not ok then error({ message = message }, 0) end
  return ok
end

-- Expected failures inside come as a table with a message; anything else is a fault of the program.
local function guarded(work)
  local ok, problem = pcall(work)
  if ok then return true end
  if type(problem) ~= "table" then error(problem, 0) end
  return nil, problem.message, "scratch"
end

local function write_file(lib, directory, path, text)
  must(lib.make_directory(directory .. path:match("^(.*)/"), FOLDER))
  must(lib.write_atomic(directory .. path, text, FILE))
end

local function sorted(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

local function put_links(lib, directory, links)
  for _, path in ipairs(sorted(links)) do
    must(lib.make_directory(directory .. path:match("^(.*)/"), FOLDER))
    must(require("sim.files").link(directory, path, links[path]))
  end
end

local function put_tools(lib, directory, program)
  for _, path in ipairs(sorted(require("sim.tools").paths)) do must(lib.link(program, directory .. path)) end
end

local function put_folders(lib, directory, state)
  for _, path in ipairs(layout.folders(state)) do must(lib.make_directory(directory .. path, FOLDER)) end
end

--- The state as it is kept. The same state gives the same text within one process.
function scratch.encode(state) return require("dkjson").encode(state) .. "\n" end

--- Keeps the state. Returns true, or nil, message, code.
function scratch.save(directory, state)
  return require("lib_file").write_atomic(directory .. layout.STATE, scratch.encode(state), SECRET)
end

--- The kept state, or nil, message, code.
function scratch.load(directory)
  local path = directory .. layout.STATE
  local text, message, code = require("lib_file").read(path, 4 << 20)
  if not text then return nil, message, code end
  local state, _, why = require("dkjson").decode(text)
  if type(state) ~= "table" then return nil, path .. ": not a state: " .. tostring(why), "bad" end
  return state
end

--- Lays out a new Mac in `directory` (a folder of `lib_file.make_scratch`): volumes, files, links to the tools, state.
-- `program`: what the tools' links point at; nil for the program that runs. Returns true, or nil, message, code.
function scratch.make(directory, state, program)
  local lib = require "lib_file"
  return guarded(function()
    put_folders(lib, directory, state)
    local files = layout.files(state)
    for _, path in ipairs(sorted(files)) do write_file(lib, directory, path, files[path]) end
    put_links(lib, directory, layout.links(state))
    put_tools(lib, directory, program or require("lib_system").executable())
    must(scratch.save(directory, state))
  end)
end

--- macOS has loaded an update and keeps it ready: changes `state` and the files.
function scratch.stage_update(directory, state)
  require("sim.circumstance").apply(state, "update-staged")
  local files, lib = {}, require "lib_file"
  layout.add_update(state, files)
  return guarded(function()
    for path, text in pairs(files) do write_file(lib, directory, path, text) end
    must(scratch.save(directory, state))
  end)
end

--- Replaces what is mounted after a restart: the links of `before` go, those of the present state come.
function scratch.remount(directory, state, before)
  local lib = require "lib_file"
  return guarded(function()
    for _, path in ipairs(sorted(before)) do lib.remove(directory .. path) end
    put_folders(lib, directory, state)
    put_links(lib, directory, layout.links(state))
    must(scratch.save(directory, state))
  end)
end

return scratch
