-- route: whether there is a way to the Internet, without fetching anything.

local answers = require "tests.unit.lua.support.answers"
local route = require "tool.route"

local ROUTE = "/sbin/route -n get default"

describe("route.default", function()
  local function default(answer)
    answers.use { [ROUTE] = answer }
    return route.default()
  end

  it("knows a way, and that there is none", function()
    assert.is_true(default "   route to: default\n    gateway: 192.168.1.1\n  interface: en0\n")
    assert.is_false(default(answers.of("", 0, "route: writing to routing socket: not in table\n")))
    assert.is_false(default "not in table\n")
    assert.is_false(default(answers.of("", 1, "route: writing to routing socket: not in table\n")))
  end)

  it("is quick on an answer full of line ends", function()
    local began = os.clock()
    assert.is_nil((default(("\n"):rep(200000))))
    assert.is_true(os.clock() - began < 1)
  end)

  it("takes nothing else for an answer", function()
    for _, answer in ipairs { "", "route to: default\n", answers.of("\n interface: en0\n", 1), false } do
      assert.is_nil((default(answer)))
    end
  end)
end)
