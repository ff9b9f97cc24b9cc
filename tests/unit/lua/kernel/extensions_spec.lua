-- Which kernel extensions go in: the exclusions by version, the person's own, third parties', and none silently.

local extensions = require "kernel.extensions"
local probe = require "tool.probe"

local LINES = "com.apple.kpi.bsd\t23.0\t/System/Library/Extensions/System.kext\n"
  .. "com.apple.driver.SEPHibernation  1  /System/Library/Extensions/SEPHibernation.kext\n"
  .. "org.example.driver  2  /Library/Extensions/My Driver.kext\n"

local function make(options, out)
  probe.use(function(argv)
    assert.are.same({ "/usr/bin/kmutil", "inspect", "-V", "release", "--no-header" }, argv)
    return { exit = 0, stdout = out or LINES, stderr = "" }
  end)
  return extensions.make({ group = { version = "14.0" }, root = "" }, { version = "14.0" }, options or {})
end

describe("extensions.make", function()
  it("leaves out what is known not to link and what is not Apple's, and says so", function()
    local list = make()
    assert.are.same({ "com.apple.kpi.bsd" }, list.take)
    assert.are.same({ { id = "com.apple.driver.SEPHibernation", why = "known not to link" },
      { id = "org.example.driver", why = "not Apple's: /Library/Extensions/My Driver.kext" } }, list.left)
  end)

  it("does what the person says first", function()
    assert.are.same({ "com.apple.driver.SEPHibernation", "org.example.driver" },
      make({ include = { "com.apple.driver.SEPHibernation", "org.example.driver" }, exclude = { "com.apple.kpi.bsd" } }).take)
  end)

  it("refuses ids that are in no list, and lines that name none", function()
    assert.truthy(select(2, make { exclude = { "com.apple.x" } }):find("com.apple.x: no such kernel extension", 1, true))
    for _, out in ipairs { "", "\n", "Extension Information:\n" .. LINES, "garbage\n" } do
      assert.is_nil((make({}, out)), out)
    end
  end)
end)
