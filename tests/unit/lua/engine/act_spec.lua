-- Whether what was read back is exactly what was wanted: compared, not believed.

local act = require "engine.act"

describe("act.is_exact", function()
  it("goes by what the goal names, whatever else is there", function()
    local rung = { exact = true, goal = { mode = "full", kernel = { "a" } } }
    assert.is_true(act.is_exact(rung, { mode = "full", kernel = { "a" }, more = 1 }))
    for _, now in ipairs { { mode = "full" }, { mode = "full", kernel = { "b" } }, { kernel = { "a" } }, {}, "full", false } do
      assert.is_false(act.is_exact(rung, now))
    end
    assert.is_true(act.is_exact({ exact = true, goal = {} }, { any = "thing" }))
  end)

  it("compares as a whole what is no table", function()
    assert.is_true(act.is_exact({ exact = true, goal = "on" }, "on"))
    assert.is_true(act.is_exact({ exact = true, goal = false }, false))
    for _, now in ipairs { "off", { on = "on" }, 1 } do assert.is_false(act.is_exact({ exact = true, goal = "on" }, now)) end
  end)

  it("is never so for a rung that does not say it", function()
    for _, exact in ipairs { false, "yes", 1 } do
      assert.is_false(act.is_exact({ exact = exact, goal = { a = 1 } }, { a = 1 }, { a = 1 }))
      assert.is_false(act.is_exact({ exact = exact }, { a = 1 }))
    end
    assert.is_true(act.is_exact({ exact = true }, { a = 1 }))
  end)

  it("goes by what was there before, for a way back without a goal", function()
    assert.is_true(act.is_exact({}, { a = 1 }, { a = 1 }))
    assert.is_false(act.is_exact({ exact = true }, { a = 1 }, { a = 2 }))
    assert.is_false(act.is_exact({ exact = true }, { a = 1, b = 1 }, { a = 1 }))
  end)
end)
