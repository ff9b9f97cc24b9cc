-- The places a step may belong to: what fits where, and what they are called.

local place = require "plan.place"

describe("a place", function()
  it("takes what belongs there, and nothing else", function()
    local expected = {
      any = { "paired-recovery", "recovery", "macos" }, recovery = { "paired-recovery", "recovery" },
      ["paired-recovery"] = { "paired-recovery" }, macos = { "macos" },
    }
    for where, places in pairs(expected) do
      local fits = {}
      for _, one in ipairs(places) do fits[one] = true end
      for _, environment in ipairs { "paired-recovery", "recovery", "macos", "unknown" } do
        assert.are.equal(fits[environment] == true, place.fits(where, environment), where .. " in " .. environment)
      end
    end
    assert.is_true(place.fits(nil, "macos"))
    assert.is_false(place.fits("any", nil))
    assert.is_false(place.fits("nowhere", "macos"))
  end)

  it("has a name in words", function()
    assert.truthy(place.TO_RECOVERY:find(place.HOLD, 1, true) and place.HOLD:find "let go$")
    assert.are.equal("the target's own recovery, reached by holding the power button", place.words "paired-recovery")
    assert.are.same({ "recovery", "macOS", "any system", "any system" },
      { place.words "recovery", place.words "macos", place.words "any", place.words(nil) })
  end)

  it("is one of four", function()
    for _, where in ipairs { "paired-recovery", "recovery", "macos", "any" } do assert.is_true(place.is_known(where)) end
    for _, where in ipairs { "mars", 7, true, {}, 0 / 0 } do assert.is_false(place.is_known(where)) end
    assert.are.equal("mars", place.words "mars")
  end)
end)
