-- Counts the virtual machines that run now, from the process list.
-- Must not say which of them are macOS: the process does not tell, and Linux guests look the same.

local probe = require "tool.probe"
local text = require "base.text"

local ps = {}

-- Virtualization.framework runs each guest in one such process (seen in many public process lists).
local GUEST = "/com.apple.Virtualization.VirtualMachine"

--- @return the number of running guests, or nil, message
function ps.guests()
  local out, message = probe.output { "/bin/ps", "-axo", "comm=" }
  if not out then return nil, message end
  -- The first process of every Mac: without it this is no list of processes.
  if not ("\n" .. out):find("\n/sbin/launchd%s") then return nil, "ps printed no list of processes" end
  local count = 0
  for line in out:gmatch("[^\r\n]+") do
    if text.trim_end(line):sub(-#GUEST) == GUEST then count = count + 1 end
  end
  return count
end

return ps
