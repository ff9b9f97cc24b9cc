-- ps: the executables of the running processes, among them one for each guest and for each tool that outlived its
-- terminal.

local place = require "sim.place"

local ps = {}

local GUEST = "/System/Library/Frameworks/Virtualization.framework/Versions/A/XPCServices/"
  .. "com.apple.Virtualization.VirtualMachine.xpc/Contents/MacOS/com.apple.Virtualization.VirtualMachine"

-- guess: all but the guests. Two of them look like guests and are none.
local EVERYWHERE = { "/sbin/launchd", "/usr/libexec/logd", "/usr/libexec/configd", "/usr/sbin/notifyd" }
local IN_MACOS = {
  "/System/Library/CoreServices/Finder.app/Contents/MacOS/Finder",
  "/System/Library/Frameworks/Virtualization.framework/Versions/A/XPCServices/"
    .. "com.apple.Virtualization.EventTap.xpc/Contents/MacOS/com.apple.Virtualization.EventTap",
  "/Applications/Virtual Buddy.app/Contents/MacOS/VirtualBuddy", "-zsh", "(mdworker)",
}

local function add(list, paths)
  for _, path in ipairs(paths) do list[#list + 1] = { path = path } end
end

-- One that was killed meanwhile is not seen any more when its time is over.
local function add_orphans(p, list)
  for _, tool in ipairs(p.state.at_work or {}) do
    if not p.io.now or tool.till >= p.io.now() then list[#list + 1] = tool end
  end
end

local function processes(p)
  local list = {}
  add(list, EVERYWHERE)
  add_orphans(p, list)
  if place.in_recovery(p.state) then return list end
  add(list, IN_MACOS)
  if p.state.running.hv_support == 0 then return list end -- no guest starts without the hypervisor
  for _ = 1, p.state.guests do add(list, { GUEST }) end
  return list
end

local forms = {
  ["-axo comm="] = function(_, item) return item.path .. "\n" end,
  ["-axo pid=,comm="] = function(index, item) return ("%5d %s\n"):format(item.pid or index, item.path) end,
}

--- Plays `ps -axo comm=` and `ps -axo pid=,comm=`; see `sim.tools.play`.
function ps.ps(p)
  p.reads()
  local form = forms[table.concat(p.args, " ")] or p.fail(1, "ps: only -axo comm= and -axo pid=,comm= are simulated\n")
  for index, item in ipairs(processes(p)) do p.out(form(index, item)) end
end

return ps
