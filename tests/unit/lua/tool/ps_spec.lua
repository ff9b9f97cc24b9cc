-- ps: how many virtual machines run.

local answers = require "tests.unit.lua.support.answers"
local ps = require "tool.ps"

local GUEST = "/System/Library/Frameworks/Virtualization.framework/Versions/A/XPCServices/com.apple.Virtualization."
  .. "VirtualMachine.xpc/Contents/MacOS/com.apple.Virtualization.VirtualMachine"

local function guests(out)
  answers.use { ["/bin/ps -axo comm="] = out }
  return ps.guests()
end

describe("ps.guests", function()
  it("counts the framework's processes", function()
    assert.are.equal(0, guests "/sbin/launchd\n/usr/libexec/x\n")
    assert.are.equal(1, guests("/sbin/launchd  \n" .. GUEST .. "\n"))
    assert.are.equal(2, guests(GUEST .. "   \n/sbin/launchd\n" .. GUEST .. "\n"))
  end)

  it("counts no process that only looks like one", function()
    assert.are.equal(0, guests("/sbin/launchd\n" .. GUEST .. "s\n/bin/grep " .. GUEST .. " x\ncom.apple.Virtualization.VirtualMachine\n"))
  end)

  it("takes nothing for a list of processes that is none", function()
    for _, out in ipairs { "", GUEST .. "\n", "launchd\n", "/x/sbin/launchd\n", "/sbin/launchds\n" } do
      assert.are.same({ nil, "ps printed no list of processes" }, { guests(out) }, out)
    end
    assert.are.same({ nil, "/bin/ps: No such file or directory" }, { guests(false) })
  end)

  it("is quick on a line full of blanks", function()
    local began = os.clock()
    assert.are.equal(0, guests("/sbin/launchd\n" .. (" "):rep(100000) .. "x\n"))
    assert.is_true(os.clock() - began < 1)
  end)
end)
