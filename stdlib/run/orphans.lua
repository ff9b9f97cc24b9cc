-- Tools that outlived an earlier run: waits until none of them is at work, and until nobody writes the boot policy any more.
-- Must not end a tool, and must not decide anything about the run that comes after it.
--
-- A tool may go on when the program that started it was killed, or end while a daemon of Apple's finishes what it began. What is
-- read meanwhile is not what will be. A daemon cannot be seen; that it writes is seen by the policy's nonce.

local ending = require "run.ending"
local errors = require "screen.errors"
local exit_code = require "base.exit_code"
local paths = require "mac.paths"
local probe = require "tool.probe"
local ps = require "tool.ps"
local state = require "mac.state"
local sysctl = require "tool.sysctl"
local writers = require "mac.writers"

local orphans = {}

--- Seconds between two readings that must be equal, and between two looks; fields that tests set.
orphans.PAUSE, orphans.BETWEEN = 10, 1

-- Seconds that are waited at most, with a person and without.
local LONGEST, LONGEST_ALONE = 600, 60

-- Boot times further apart than this are of two boots (seconds): the clock may be set a little meanwhile.
local ONE_BOOT = 5

--- A tool and its process in words: "kmutil (process 812)".
function orphans.name(pid, path) return ("%s (process %s)"):format(path:match("[^/]+$"), pid) end

-- ---- patience ----------------------------------------------------------------------------------------------------------

local function give_up(what)
  local known = errors.ours "at-work"
  ending.stop("locked", exit_code.LOCKED, what .. " This command changed nothing.", ("Cause: %s."):format(known.cause),
    ("Fix: %s."):format(known.cure))
end

local function tell(self, what)
  if self.told == what then return end
  self.told = what
  self.emit { type = "note", lines = { ("%s Waiting, at most %s."):format(what,
    self.person and "10 minutes; Ctrl-C stops waiting" or "1 minute") } }
end

--- How long this command waits in all.
-- @param emit function(event)
-- @param person true when somebody is there to stop it
-- @return a function(what, seconds): says what is waited for, once, and waits; ends the command when it has waited too long, or when
--   the person stops it (exit 7)
function orphans.patience(emit, person)
  local system, signals = require "lib_system", require "lib_signals"
  local self = { emit = emit, person = person }
  local ends = system.monotonic() + (person and LONGEST or LONGEST_ALONE)
  return function(what, seconds)
    if system.monotonic() >= ends then give_up(what) end
    tell(self, what)
    system.sleep(seconds or orphans.BETWEEN)
    if signals.stage() > 0 then give_up(what) end
  end
end

-- ---- what is waited for --------------------------------------------------------------------------------------------------

local function sentence_about(tools)
  local names = {}
  for index, tool in ipairs(tools) do names[index] = orphans.name(tool.pid, tool.path) end
  return ("A tool of an earlier run is still at work: %s."):format(table.concat(names, ", "))
end

-- Where the list cannot be read, nothing is known of them; that nobody writes is still looked at.
local function await_tools(wait)
  while true do
    probe.forget()
    local tools = ps.running(writers.TOOLS)
    if not tools or #tools == 0 then return end
    wait(sentence_about(tools))
  end
end

local QUIET = "An earlier run was cut off while a tool was at work. A daemon of Apple's may still finish the tool's work."

-- Has nobody written meanwhile? What could not be read twice may be read later.
local function are_alike(before, after)
  return before.nonce == after.nonce and #state.compare(before, after) == 0 and #state.compare(after, before) == 0
end

local function is_quiet(read, wait, pause)
  local before = read()
  wait(QUIET, pause)
  probe.forget()
  return are_alike(before, read())
end

--- Waits until no such tool is at work, and until two readings of the Mac are alike.
-- @param read function() → state, see mac.state
-- @param wait see orphans.patience
-- @param pause number: seconds between the two readings
function orphans.await_end(read, wait, pause)
  repeat await_tools(wait) until is_quiet(read, wait, pause)
end

--- The same for a tool of this run that was cut off: what it began may still be finished. Nothing ends here, as what is read afterwards
-- decides; it is waited for a minute at most, and no longer once the person has interrupted.
-- @param read see orphans.await_end
-- @param emit function(event)
-- @param pause number
function orphans.stand_still(read, emit, pause)
  local system, signals = require "lib_system", require "lib_signals"
  local ends = system.monotonic() + LONGEST_ALONE
  emit { type = "note", lines = { ("The tool was cut off. A daemon of Apple's may still finish its work: waiting until two readings, "
    .. "%g seconds apart, are alike."):format(pause) } }
  local before, after
  probe.forget()
  repeat
    before = after or read()
    system.sleep(pause)
    probe.forget()
    after = read()
  until are_alike(before, after) or signals.stage() > 0 or system.monotonic() >= ends
end

--- Seconds between the two readings. Below a root, where a recorded or a simulated Mac is, a file beside the lock may name others.
-- @param invocation see run.invocation
function orphans.pause(invocation)
  local given = invocation.root ~= "" and require("lib_file").read(paths.lock(invocation.root) .. "/pause")
  return invocation.rehearsal.pause or tonumber(given or nil) or orphans.PAUSE
end

-- ---- when ------------------------------------------------------------------------------------------------------------------

--- Is this an intent of such a tool, of this boot? A tool does not outlive its Mac's boot. What is not known counts as so.
-- @param intent record or nil, see engine.run_state
function orphans.may_live(intent)
  if not intent or not writers.is_one(intent.argv) then return false end
  local now = sysctl.boot_time()
  return type(intent.boot) ~= "number" or not now or math.abs(intent.boot - now) <= ONE_BOOT
end

return orphans
