-- pmset: what the Mac draws its power from.

local answers = require "tests.unit.lua.support.answers"
local pmset = require "tool.pmset"

local BATT = "/usr/bin/pmset -g batt"

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
