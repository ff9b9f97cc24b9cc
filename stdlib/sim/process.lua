-- One run of a simulated tool: its words in and out, how it ends, and the faults that break it on its way.
-- It must not know any tool's behaviour, and must reach the outside only through the `io` port it is given.

local fault = require "sim.fault"

local process = {}

local GARBAGE = "@@ 0x%08x: unexpected frame, please attach this file to your report\n"

local function garbage(p)
  for i = 1, 1048576 // 68 do p.out((GARBAGE):format(i * 68)) end
end

-- A call that only reads, broken: nothing it prints can be taken for an answer.
local function break_read(p, how)
  if how == "garbage-read" then
    p.out("%\0\27[7m?? ", p.name, ": <<< \255\254 segment ", p.state.mac.soc, " >>> yes: no: (coih): 0x\n")
    p.leave(0)
  elseif how == "fail-read" then
    p.err(p.name, ": internal error\n")
    p.leave(1)
  elseif how == "hang-read" then
    p.stop("hang")
  end
end

local function ask_nonsense(p)
  local answer = p.ask("Shall the flux be reticulated before continuing (R/I/A)? ")
  if not answer or not answer:lower():match("^[ri]") then
    p.err(p.name, ": not reticulated, giving up\n")
    p.leave(1)
  end
end

local function break_early(p, how)
  if how == "garbage" then
    garbage(p)
    p.leave(0)
  elseif how == "unknown-question" then
    ask_nonsense(p)
  end
end

local function run(steps, count)
  for i = 1, count do steps[i]() end
end

-- Half of the change: rounded up, so that a change in one piece happens and its process dies without a word.
local function die_halfway(p, steps)
  run(steps, (#steps + 1) // 2)
  p.stop("killed")
end

local function half_line(p)
  p.out(("updating"):sub(1, 5))
  p.leave(1)
end

local at_the_change = {
  ["fail-before"] = function(_, _, fail) fail() end,
  ["act-then-fail"] = function(_, steps, fail) run(steps, #steps); fail() end,
  lie = function() end,
  hang = function(p) p.stop("hang") end,
  ["hang-after"] = function(p, steps) run(steps, #steps); p.stop("hang") end,
  ["die-halfway"] = die_halfway,
  ["half-line"] = half_line,
}

local function add_words(p, io)
  function p.out(...) io.out(table.concat({ ... })) end
  function p.err(...) io.err(table.concat({ ... })) end
  --- One line from the person, echoed; nil at the end of input.
  function p.ask(prompt) return io.ask(prompt, true) end
  --- One line from the person's terminal, not echoed; nil at the end of input.
  function p.secret(prompt) return io.ask(prompt, false) end
  function p.sleep(seconds) if io.sleep then io.sleep(seconds) end end
end

local function add_endings(p)
  --- Ends the process with an exit status.
  function p.leave(status)
    p.status = status
    error(p.ending, 0)
  end
  --- Ends the process without an exit status: "hang" or "killed".
  function p.stop(how)
    p.how = how
    error(p.ending, 0)
  end
  --- Ends the process with a message on standard error.
  function p.fail(status, ...)
    p.err(...)
    p.leave(status)
  end
end

local function add_changes(p)
  --- To be called once, first, by a call that only reads.
  function p.reads() break_read(p, fault.strike(p.state, p.name, "read")) end
  --- To be called once, before any prompt, by a call that is to change the Mac.
  function p.changes()
    p.fault = fault.strike(p.state, p.name, "change")
    break_early(p, p.fault)
  end
  --- Makes the change: `steps` is an array of functions, one for each part that can be done without the next.
  -- `fail` prints the tool's own failure and leaves; it is called where a fault says so.
  function p.change(steps, fail)
    local broken = at_the_change[p.fault]
    if broken then return broken(p, steps, fail) end
    run(steps, #steps)
  end
end

--- A run of the tool `name` with `args` (without argv[0]) on `state`, which it may change.
-- `io`: { out(text), err(text), ask(prompt, echo) -> line|nil, sleep(seconds), files = sim.files or like it }.
function process.new(state, name, args, io)
  local p = { state = state, name = name, args = args, files = io.files, ending = {} }
  function p.circumstance(word) return state.circumstances[word] == true end
  add_words(p, io)
  add_endings(p)
  add_changes(p)
  return p
end

return process
