-- ps: how many virtual machines run, and which of Apple's tools.

local answers = require "tests.unit.lua.support.answers"
local ps = require "tool.ps"

local GUEST = "/System/Library/Frameworks/Virtualization.framework/Versions/A/XPCServices/com.apple.Virtualization."
  .. "VirtualMachine.xpc/Contents/MacOS/com.apple.Virtualization.VirtualMachine"

local function guests(out)
  answers.use { ["/bin/ps -axo comm="] = out }
  return ps.guests()
end

describe("ps.running", function()
  local TOOLS = { ["/usr/bin/kmutil"] = true, ["/usr/bin/csrutil"] = true }
  local function running(out)
    answers.use { ["/bin/ps -axo pid=,comm="] = out }
    return ps.running(TOOLS)
  end

  it("finds processes by the path of their program", function()
    assert.are.same({ { pid = 812, path = "/usr/bin/kmutil" }, { pid = 7, path = "/usr/bin/csrutil" } },
      running "    1 /sbin/launchd\n  812 /usr/bin/kmutil\n    9 /usr/bin/bputil\n7 /usr/bin/csrutil  \n")
    assert.are.same({}, running "    1 /sbin/launchd\n")
  end)

  it("takes no other program of that name for one", function()
    assert.are.same({}, running("1 /sbin/launchd\n2 /tmp/usr/bin/kmutil\n3 kmutil\n"
      .. "4 /usr/bin/kmutil2\n5 /usr/bin/kmutil x\nx /usr/bin/kmutil\n"))
  end)

  it("takes nothing for a list of processes that is none", function()
    for _, out in ipairs { "", "2 /usr/bin/kmutil\n", "/sbin/launchd\n", "1 /sbin/launchds\n" } do
      assert.are.same({ nil, "ps printed no list of processes" }, { running(out) }, out)
    end
    assert.are.same({ nil, "/bin/ps: No such file or directory" }, { running(false) })
  end)
end)

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
