-- Makes and restarts a simulated Mac in a folder, for tests that start the real program:
-- `scratch_mac.lua make FOLDER PROGRAM [MAC [CIRCUMSTANCE…]]`, `scratch_mac.lua restart FOLDER INTO clean|unclean`.
-- Must not run the program.

local verbs = {}

function verbs.make(folder, tool_program, name, ...)
  local state = assert(require("sim.mac").new(name, { ... }))
  assert(require("sim.scratch").make(folder, state, tool_program))
end

function verbs.restart(folder, into, how)
  local state = assert(require("sim.state_file").load(folder))
  assert(require("sim.restart").restart(folder, state, { into = into, clean = how == "clean" }) == into)
end

verbs[arg[1]](table.unpack(arg, 2))
