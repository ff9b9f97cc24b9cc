-- Plays one run of one of the Mac's tools on a state.
-- It must load nothing but the tool that is asked for: each simulated tool is a short process of its own.

local changes = require "sim.changes"
local process = require "sim.process"

local tools = {}

-- Path on the Mac, and the module that plays it.
tools.paths = {
  ["/usr/bin/csrutil"] = "sim.tool.csrutil",
  ["/usr/bin/bputil"] = "sim.tool.bputil",
  ["/usr/bin/kmutil"] = "sim.tool.kmutil",
  ["/usr/sbin/nvram"] = "sim.tool.nvram",
  ["/usr/sbin/diskutil"] = "sim.tool.diskutil",
  ["/usr/sbin/sysctl"] = "sim.tool.sysctl",
  ["/usr/sbin/ioreg"] = "sim.tool.ioreg",
  ["/usr/bin/uname"] = "sim.tool.uname",
  ["/usr/bin/sw_vers"] = "sim.tool.sw_vers",
  ["/usr/bin/profiles"] = "sim.tool.profiles",
  ["/usr/bin/curl"] = "sim.tool.curl",
  ["/usr/bin/hdiutil"] = "sim.tool.hdiutil",
  ["/usr/sbin/installer"] = "sim.tool.installer",
  ["/usr/sbin/pkgutil"] = "sim.tool.pkgutil",
  ["/bin/ps"] = "sim.tool.ps",
  ["/usr/bin/pmset"] = "sim.tool.pmset",
  ["/sbin/route"] = "sim.tool.route",
}

--- Runs a tool. `path`: its path on the Mac; `args`: without argv[0]; `io`: see `process.new`.
-- Changes `state` as the tool would change the Mac. Returns the exit status, or nil and how the run ended without one:
-- "hang" (it would never end) or "killed" (a signal ended it). Throws for a tool that is not simulated.
function tools.play(state, path, args, io)
  local module = tools.paths[path] or error("no simulated tool at " .. path, 2)
  changes.settle(state, io.now and io.now())
  local p = process.new(state, path, args, io)
  local ok, result = pcall(require(module)[p.name], p)
  if ok then return result or 0 end
  if result ~= p.ending then error(result, 0) end
  return p.status, p.how
end

return tools
