-- pmset and route: what is known of power and network without changing or fetching anything.

local answers = require "tests.unit.lua.support.answers"
local pmset = require "tool.pmset"
local route = require "tool.route"

local BATT, ROUTE = "/usr/bin/pmset -g batt", "/sbin/route -n get default"

describe("pmset.power", function()
  local function power(answer)
    answers.use { [BATT] = answer }
    return pmset.power()
  end

  it("reads source and charge", function()
    assert.are.same({ source = "Battery", percent = 4 },
      power "Now drawing from 'Battery Power'\n -InternalBattery-0 (id=4653155)\t4%; discharging; 0:12 remaining present: true\n")
    assert.are.same({ source = "AC", percent = 100 },
      power "Now drawing from 'AC Power'\n -InternalBattery-0 (id=4653155)\t100%; charged; 0:00 remaining present: true\n")
    assert.are.same({ source = "AC" }, power "Now drawing from 'AC Power'\n")
    assert.are.same({ source = "AC" }, power "Now drawing from 'AC Power'\n x\t101%; charged\n")
  end)

  it("takes nothing else for an answer", function()
    for _, answer in ipairs { "", "Now drawing from 'UPS Power'\n", "AC Power", answers.of("", 1, "no"), false } do
      local value, message = power(answer)
      assert.is_nil(value)
      assert.is_string(message)
    end
  end)
end)

describe("route.default", function()
  local function default(answer)
    answers.use { [ROUTE] = answer }
    return route.default()
  end

  it("knows a way, and that there is none", function()
    assert.is_true(default "   route to: default\n    gateway: 192.168.1.1\n  interface: en0\n")
    assert.is_false(default(answers.of("", 0, "route: writing to routing socket: not in table\n")))
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
