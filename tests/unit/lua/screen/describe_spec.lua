-- What a check saw, in a few words.

local describe_seen = require("screen.describe").seen
local policies = require "tests.unit.lua.support.policies"

describe("describe.seen", function()
  it("tells a policy", function()
    assert.are.equal("Full Security, SIP on, boot-args filter on, stock kernel", describe_seen(policies.summary()))
  end)

  it("tells boot-args", function()
    assert.are.equal("boot-args are empty", describe_seen { value = "" })
    assert.are.equal('boot-args "-v"', describe_seen { value = "-v" })
  end)

  it("tells what was booted", function()
    assert.are.equal('development kernel, hypervisor on, boot-args in force "-v"',
      describe_seen { kernel = "development", hypervisor = "1", in_force = "-v", value = "x" })
    assert.are.equal('release kernel, hypervisor off, boot-args in force ""',
      describe_seen { kernel = "release", hypervisor = "0", in_force = "", value = "" })
  end)

  it("tells anything else, keys in order", function()
    assert.are.equal("a b: 1, c: true", describe_seen { c = true, a_b = 1 })
    assert.are.equal("value: 1, x: 2", describe_seen { value = 1, x = 2 })
    assert.are.equal("nothing", describe_seen {})
    assert.are.equal("nothing could be read", describe_seen(nil))
    assert.are.equal("text", describe_seen "text")
  end)
end)
