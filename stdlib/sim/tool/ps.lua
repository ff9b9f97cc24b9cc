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

local function tell(p, paths)
  for _, path in ipairs(paths) do p.out(path, "\n") end
end

-- One that was killed meanwhile is not seen any more when its time is over.
local function tell_orphans(p)
  for _, tool in ipairs(p.state.at_work or {}) do
    if not p.io.now or tool.till >= p.io.now() then p.out(tool.path, "\n") end
  end
end

--- Plays `ps -axo comm=`; see `sim.tools.play`.
function ps.ps(p)
  p.reads()
  if table.concat(p.args, " ") ~= "-axo comm=" then p.fail(1, "ps: only -axo comm= is simulated\n") end
  tell(p, EVERYWHERE)
  tell_orphans(p)
  if place.in_recovery(p.state) then return 0 end
  tell(p, IN_MACOS)
  if p.state.running.hv_support == 0 then return 0 end -- no guest starts without the hypervisor
  for _ = 1, p.state.guests do p.out(GUEST, "\n") end
end

return ps
