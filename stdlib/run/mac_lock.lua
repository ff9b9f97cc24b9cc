-- The one lock of a Mac: taken before anything is read that a decision rests on. Apple's tools hold it, too, while they are at work.
-- Must not unlock: a tool that is still at work would lose it.
--
-- Its text says who has it: "pid 12, apply, since 2026-11-23T10:15:00Z", and behind that the tool that was started last:
-- "; tool 13, /usr/bin/kmutil, since 2026-11-23T10:16:00Z", or "; tool ?, …" where it was about to be.

local ending = require "run.ending"
local errors = require "screen.errors"
local exit_code = require "base.exit_code"
local orphans = require "run.orphans"
local paths = require "mac.paths"
local trust = require "mac.trust"

local mac_lock = {}

local function since()
  local system = require "lib_system"
  return "since " .. system.utc(system.now())
end

local function text_of(command)
  return ("pid %d, %s, %s"):format(require("lib_system").pid(), command, since())
end

-- The program that took the lock is gone: a tool of its has it.
local function is_tools(holder)
  local pid = math.tointeger(tonumber(holder:match("^pid (%d+),.*; tool ")))
  return pid ~= nil and not require("lib_system").has_process(pid)
end

-- "A tool of an earlier run is still at work: kmutil (process 13), since 2026-11-23T10:16:00Z."
local function sentence_about(holder)
  local pid, path, time = holder:match("; tool (%S+), (.*), (since %S+)$")
  if not pid then return "A tool of an earlier run is still at work." end
  return ("A tool of an earlier run is still at work: %s, %s."):format(orphans.name(pid, path), time)
end

local function take(directory, command, wait)
  while true do
    local held, message, code, holder = require("lib_lock").take(directory, text_of(command))
    if held or code ~= "held" or not is_tools(holder) then return held, message, code, holder end
    wait(sentence_about(holder))
  end
end

-- Whoever could put another folder there could let two runs go at once.
local function make_folder(root, directory)
  local fault = trust.folder_fault(root, paths.lock "", directory)
  if fault then return nil, "its folder cannot be believed: " .. fault, "refused" end
  return require("lib_file").make_directory(directory, tonumber("700", 8))
end

--- Takes it. Where another run has it, or a tool of one for too long, this ends the command (exit 7).
-- @param invocation see run.invocation
-- @param wait see run.orphans.patience
-- @return the lock; nil in a dry run, and for who is not root, who gets no further than the preflight
function mac_lock.take(invocation, wait)
  if invocation.dry_run then return nil end
  local directory = paths.lock(invocation.root)
  local held, message, code, holder = make_folder(invocation.root, directory)
  if held then held, message, code, holder = take(directory, invocation.command, wait) end
  if held or invocation.uid ~= 0 then return held or nil end
  if code ~= "held" then ending.refuse("The lock cannot be taken, so nothing was changed: " .. message) end
  ending.stop("locked", exit_code.LOCKED, "Another run is at work: " .. (holder and holder:match("^[^;]+") or message),
    "Fix: " .. errors.ours("locked").cure .. ".")
end

--- What writes down which tool is at work, or about to be.
-- @param held from mac_lock.take
-- @param command string: the program's own
-- @return a function(path, pid), without pid before the tool is started; nil where there is no lock
function mac_lock.noter(held, command)
  local begin = held and text_of(command)
  return held and function(path, pid) return held:write(("%s; tool %s, %s, %s"):format(begin, pid or "?", path, since())) end
end

return mac_lock
