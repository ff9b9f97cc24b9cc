-- Finds processes by the path of their program: virtual machines, and Apple's tools at work.
-- Must not say which machines are macOS: the process does not tell, and Linux guests look the same.

local probe = require "tool.probe"
local text = require "base.text"

local ps = {}

-- Virtualization.framework runs each guest in one such process (seen in many public process lists).
local GUEST = "/com.apple.Virtualization.VirtualMachine"

-- What ps prints in these columns, a process a line.
local function list(columns, first)
  local out, message = probe.output { "/bin/ps", "-axo", columns }
  if not out then return nil, message end
  -- The first process of every Mac: without it this is no list of processes.
  if not ("\n" .. out):find("\n" .. first .. "/sbin/launchd%s") then return nil, "ps printed no list of processes" end
  return out
end

--- The processes that run one of these programs.
-- @param paths table: path → true
-- @return array of { pid, path } in the list's order; or nil, message
function ps.running(paths)
  local out, message = list("pid=,comm=", " *%d+ ")
  if not out then return nil, message end
  local found = {}
  for line in out:gmatch("[^\r\n]+") do
    local pid, path = line:match("^ *(%d+) (.*)$")
    path = path and text.trim_end(path)
    if paths[path] then found[#found + 1] = { pid = tonumber(pid), path = path } end
  end
  return found
end

--- @return the number of running guests, or nil, message
function ps.guests()
  local out, message = list("comm=", "")
  if not out then return nil, message end
  local count = 0
  for line in out:gmatch("[^\r\n]+") do
    if text.trim_end(line):sub(-#GUEST) == GUEST then count = count + 1 end
  end
  return count
end

return ps
