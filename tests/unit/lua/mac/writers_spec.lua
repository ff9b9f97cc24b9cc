-- Which commands write what a Mac boots with.

local read_only = require "tests.unit.lua.support.read_only"
local writers = require "mac.writers"

describe("a command that writes", function()
  it("is of a tool that writes the policy or NVRAM, or of diskutil", function()
    for _, argv in ipairs { { "/usr/bin/csrutil", "disable" }, { "/usr/bin/bputil", "-g" }, { "/usr/bin/kmutil", "configure-boot" },
      { "/usr/sbin/nvram", "-s" }, { "/usr/sbin/diskutil", "mount" } } do
      assert.is_true(writers.is_one(read_only(argv)), argv[1])
    end
  end)

  it("is none of the others", function()
    for _, argv in ipairs { { "/usr/bin/kmutil", "create" },
      { "/usr/bin/kmutil" }, { "/usr/bin/curl" }, { "csrutil" }, { "copy", "a" }, {} } do
      assert.is_false(writers.is_one(argv), argv[1])
    end
    assert.is_false(writers.is_one(nil))
    assert.is_false(writers.is_one "csrutil")
  end)

  it("is of one that writes the policy, or NVRAM and volumes alone", function()
    local policy = { ["/usr/bin/csrutil"] = true, ["/usr/bin/bputil"] = true, ["/usr/bin/kmutil"] = true }
    assert.are.same(policy, writers.POLICY)
    policy["/usr/sbin/nvram"], policy["/usr/sbin/diskutil"] = true, true
    assert.are.same(policy, writers.TOOLS)
  end)
end)
