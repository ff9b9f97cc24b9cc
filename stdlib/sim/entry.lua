-- The child process: the program, called by a tool's name below a scratch root, plays that tool.
-- It must keep the state before it hangs or dies.

local changes = require "sim.changes"
local state_file = require "sim.state_file"

local entry = {}

local UNUSABLE, KILLED = 69, 128 + 9 -- a process that a signal ended is told by the status a shell would give it

-- Somebody else may have changed the Mac since this process read it: only what this one did is written.
local function keep(root, state, loaded)
  local made = changes.between(loaded, state)
  if #made == 0 then return true end
  local now, message = state_file.load(root)
  if not now then return nil, message end
  changes.make(now, made)
  return state_file.save(root, now)
end

-- The state as this process has it, and as it read it; both become what the file holds now.
local function add_memory(io, root, state, loaded)
  function io.keep() return keep(root, state, loaded) end
  function io.renew()
    local now = assert(state_file.load(root))
    changes.replace(loaded, changes.copy(now))
    changes.settle(now, io.now())
    changes.replace(state, now)
  end
end

-- Whoever types before the prompt, or right behind it where the circumstance says so, types in vain.
local function ask(terminal, state, prompt, echo)
  local flushes = state.circumstances["prompt-flushes-late"]
  if flushes then
    terminal.write(1, prompt)
    require("lib_system").sleep(0.3)
    terminal.flush_input()
  end
  if not echo then return (terminal.read_hidden(flushes and "" or prompt)) end
  if not flushes then terminal.write(1, prompt) end
  return (terminal.read_line(""))
end

local function port(root, state, loaded)
  local terminal, system = require "lib_terminal", require "lib_system"
  local io = {
    out = function(text) terminal.write(1, text) end,
    err = function(text) terminal.write(2, text) end,
    ask = function(prompt, echo) return ask(terminal, state, prompt, echo) end,
    pid = system.pid(), now = system.now, sleep = system.sleep, environment = system.environment,
    files = require("sim.files").below(root),
  }
  function io.outlive(closes)
    system.outlive(closes)
    if closes then io.out, io.err = function() end, function() end end
  end
  add_memory(io, root, state, loaded)
  return io
end

local function hang()
  while true do require("lib_system").sleep(3600) end
end

local function complain(message)
  require("lib_terminal").write(2, "simulated Mac: " .. message .. "\n")
  return UNUSABLE
end

--- Plays the tool at `path` (the Mac's path) with `args` (without argv[0]) on the Mac kept in `root`.
-- Returns the exit status. Exit 69 when the state cannot be read or kept.
function entry.main(root, path, args)
  local state, message = state_file.load(root)
  if not state then return complain(message) end
  local loaded = changes.copy(state)
  local status, how = require("sim.tools").play(state, path, args, port(root, state, loaded))
  local kept, why = keep(root, state, loaded)
  if not kept then return complain(why) end
  if how == "hang" then hang() end
  return how == "killed" and KILLED or status
end

return entry
