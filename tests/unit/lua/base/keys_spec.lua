-- Keys in order.

local keys = require "base.keys"

describe("keys.sorted", function()
  it("lists every key once, in order, whatever stands behind it", function()
    assert.are.same({ "a", "b", "c" }, keys.sorted { c = false, a = 1, b = {} })
    assert.are.same({ 1, 2, 10 }, keys.sorted { [10] = "x", [1] = "y", [2] = "z" })
    assert.are.same({}, keys.sorted {})
  end)
end)
