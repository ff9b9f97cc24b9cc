-- One run of a simulated tool: its words in and out, how it ends, and the faults that break it on its way.
-- It must not know any tool's behaviour, and must reach the outside only through the `io` port it is given.

local changes = require "sim.changes"
local fault = require "sim.fault"
local owner = require "sim.owner"

local process = {}

local GARBAGE = "@@ 0x%08x: unexpected frame, please attach this file to your report\n"

local function garbage(p)
  for i = 1, 1048576 // 68 do p.out((GARBAGE):format(i * 68)) end
end

-- A call that only reads, broken: nothing it prints can be taken for an answer.
local broken_reading = {
  ["garbage-read"] = function(p)
    p.out("%\0\27[7m?? ", p.name, ": <<< \255\254 segment ", p.state.mac.soc, " >>> yes: no: (coih): 0x\n")
    p.leave(0)
  end,
  ["fail-read"] = function(p) p.fail(1, p.name, ": internal error\n") end,
  ["hang-read"] = function(p) p.stop("hang") end,
}

local function ask_nonsense(p)
  local answer = p.ask("Shall the flux be reticulated before continuing (R/I/A)? ")
  if not answer or not answer:lower():match("^[ri]") then
    p.err(p.name, ": not reticulated, giving up\n")
    p.leave(1)
  end
end

local broken_at_once = {
  garbage = function(p)
    garbage(p)
    p.leave(0)
  end,
  ["unknown-question"] = ask_nonsense,
}

local function run(steps, count)
  for i = 1, count or #steps do steps[i]() end
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

-- ---- work that is finished later (darwin-2026-11 §1) ---------------------------------------------------------------

-- What the steps would change; they are not made.
local function changes_of(state, steps)
  local before = changes.copy(state)
  run(steps)
  local list = changes.between(before, state)
  changes.replace(state, before)
  return list
end

-- Somebody else finishes the work: the tool only waits for it, and dies with its terminal like any process.
-- Where no clock runs, it is dead at once and the work is finished some tools later.
local function leave_to_daemon(p, steps)
  local list, now = changes_of(p.state, steps), p.io.now and p.io.now()
  changes.note(p.state, list, now and now + p.fault.delay, not now and p.fault.delay or nil)
  if not now then p.stop("killed") end
  p.io.keep()
  p.sleep(p.fault.delay)
  p.io.renew()
end

-- The tool itself does it, after some time and whatever has become of its terminal.
local function go_on(p, steps)
  if not p.io.outlive then return run(steps) end
  local list = changes_of(p.state, steps)
  p.io.outlive(p.fault.how == "detached")
  p.state.at_work = { { path = p.path, pid = p.io.pid, till = p.io.now() + p.fault.delay } }
  p.io.keep()
  p.sleep(p.fault.delay)
  p.io.renew()
  changes.make(p.state, list)
  p.state.at_work = nil
end

local at_the_change = {
  ["fail-before"] = function(_, _, fail) fail() end,
  ["act-then-fail"] = function(_, steps, fail) run(steps); fail() end,
  lie = function() end,
  hang = function(p) p.stop("hang") end,
  ["hang-after"] = function(p, steps) run(steps); p.stop("hang") end,
  ["die-halfway"] = die_halfway,
  ["half-line"] = half_line,
  ["late-daemon"] = leave_to_daemon,
  outlives = go_on,
  detached = go_on,
}

-- ---- who signs -----------------------------------------------------------------------------------------------------

-- Apple's own code takes this variable for the sign of recovery (facts-2026-11 A.6). guess: that these tools are
-- refused without it; played where a circumstance says so.
local function looks_in_vain(p)
  local looks = p.circumstance("tools-look-at-environment") and p.state.environment ~= "macos"
  return looks and p.io.environment ~= nil and not p.io.environment("__OSINSTALL_ENVIRONMENT")
end

local function add_signing(p)
  --- Checks a name and a password; returns what `owner.check` does.
  function p.check_owner(name, password)
    if looks_in_vain(p) then return nil, "user" end
    return owner.check(p.state, name, password)
  end
end

-- ---- what a tool can do --------------------------------------------------------------------------------------------

local function add_words(p)
  function p.out(...) p.io.out(table.concat({ ... })) end
  function p.err(...) p.io.err(table.concat({ ... })) end
  --- One line from the person, echoed; nil at the end of input.
  function p.ask(prompt) return p.io.ask(prompt, true) end
  --- One line from the person's terminal, not echoed; nil at the end of input.
  function p.secret(prompt) return p.io.ask(prompt, false) end
  function p.sleep(seconds) if p.io.sleep then p.io.sleep(seconds) end end
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

-- Breaks the call in one of these ways, if its fault is one. Returns whether it did.
local function break_by(p, ways, ...)
  local way = p.fault and ways[p.fault.how]
  if not way then return false end
  fault.mark(p.fault)
  way(p, ...)
  return true
end

local function add_faults(p)
  --- True when this call is to be broken in the way `how`, which the tool then does itself.
  function p.is_broken(how)
    local hit = p.fault ~= nil and p.fault.how == how
    if hit then fault.mark(p.fault) end
    return hit
  end
  --- To be called once, first, by a call that only reads.
  function p.reads()
    p.fault = fault.strike(p.state, p.name, "read")
    break_by(p, broken_reading)
  end
  --- To be called once, before any prompt, by a call that is to change the Mac.
  function p.changes()
    p.fault = fault.strike(p.state, p.name, "change")
    break_by(p, broken_at_once)
  end
  --- Makes the change: `steps` is an array of functions, one for each part that can be done without the next.
  -- `fail` prints the tool's own failure and leaves; it is called where a fault says so.
  function p.change(steps, fail)
    if not break_by(p, at_the_change, steps, fail) then run(steps) end
  end
end

--- A run of the tool at `path` with `args` (without argv[0]) on `state`, which it may change.
-- `io`: { out(text), err(text), ask(prompt, echo) → line|nil, files = sim.files or like it }, and for tools that are
-- processes of their own { pid, now() → seconds, sleep(seconds), keep(): writes the state down, renew(): reads it
-- again, outlive(closes): goes on without a terminal, environment(name) → text|nil }.
function process.new(state, path, args, io)
  local name = path:match("[^/]+$")
  local p = { state = state, path = path, name = name, args = args, io = io, files = io.files, ending = {} }
  function p.circumstance(word) return state.circumstances[word] == true end
  add_words(p)
  add_endings(p)
  add_faults(p)
  add_signing(p)
  return p
end

return process
