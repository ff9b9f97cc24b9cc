-- The child process: the program, called by a tool's name below a scratch root, plays that tool.
-- It must not do anything else, and must keep the state before it hangs or dies.

local entry = {}

local function port(root)
  local terminal, system = require "lib_terminal", require "lib_system"
  local function ask(prompt, echo)
    if not echo then return (terminal.read_hidden(prompt)) end
    terminal.write(1, prompt)
    return (terminal.read_line(""))
  end
  return {
    out = function(text) terminal.write(1, text) end,
    err = function(text) terminal.write(2, text) end,
    ask = ask, sleep = system.sleep, files = require("sim.files").below(root),
  }
end

-- A process that a signal ended is told by the status a shell would give it.
local KILLED = 128 + 9

local function hang()
  while true do require("lib_system").sleep(3600) end
end

--- Plays the tool at `path` (the Mac's path) with `args` (without argv[0]) on the Mac kept in `root`.
-- Returns the exit status. Exit 69 when the state cannot be read or kept.
function entry.main(root, path, args)
  local state_file, terminal = require "sim.state_file", require "lib_terminal"
  local state, message = state_file.load(root)
  if not state then
    terminal.write(2, "simulated Mac: " .. message .. "\n")
    return 69
  end
  local before = state_file.encode(state)
  local status, how = require("sim.tools").play(state, path, args, port(root))
  local kept, why = true, nil
  if state_file.encode(state) ~= before then kept, why = state_file.save(root, state) end
  if not kept then
    terminal.write(2, "simulated Mac: " .. why .. "\n")
    return 69
  end
  if how == "hang" then hang() end
  return how == "killed" and KILLED or status
end

return entry
