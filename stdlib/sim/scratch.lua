-- Lays a new simulated Mac out in a scratch folder: volumes, files, links to the tools, state.
-- It must write below the folder it is given only.

local attempt = require "sim.attempt"
local contents = require "sim.contents"
local state_file = require "sim.state_file"

local guarded, must = attempt.guarded, attempt.must

local scratch = {}

local FOLDER = 448 -- 0700

local function write_files(directory, files)
  local lib, port = require "lib_file", require("sim.files").below(directory)
  for path, text in pairs(files) do
    must(lib.make_directory(directory .. path:match("^(.*)/"), FOLDER))
    must(port.write(path, text))
  end
end

local function link_tools(directory, program)
  local lib = require "lib_file"
  for path in pairs(require("sim.tools").paths) do
    must(lib.make_directory(directory .. path:match("^(.*)/"), FOLDER))
    must(lib.link(program, directory .. path))
  end
end

--- Lays out a new Mac in `directory` (a folder of `lib_file.make_scratch`).
-- `program`: what the tools' links point at; nil for the program that runs. Returns true, or nil, message, code.
function scratch.make(directory, state, program)
  return guarded(function()
    write_files(directory, contents.files(state))
    write_files(directory, require("sim.kit_files").installed(state))
    require("sim.mount").all(directory, state)
    link_tools(directory, program or require("lib_system").executable())
    must(state_file.save(directory, state))
  end)
end

--- macOS has loaded an update and keeps it ready: changes `state` and the files.
function scratch.stage_update(directory, state)
  require("sim.circumstance").apply(state, "update-staged")
  return guarded(function()
    write_files(directory, contents.update(state))
    must(state_file.save(directory, state))
  end)
end

--- The update that is ready is installed: changes `state` and the files; a restart comes next.
-- Returns true, or nil, what the screen says, "refused".
function scratch.install_update(directory, state)
  local installed, why = require("sim.update").install(state)
  if not installed then return nil, why, "refused" end
  return guarded(function()
    require("lib_file").remove(directory .. contents.NOTICE)
    write_files(directory, contents.system(state, state.groups[1]))
    must(state_file.save(directory, state))
  end)
end

return scratch
