-- Comparison of plain values.

local equal = require "base.equal"

describe("equal.same", function()
  it("compares by content", function()
    assert.is_true(equal.same({ a = { 1, 2, { b = "c" } } }, { a = { 1, 2, { b = "c" } } }))
    assert.is_true(equal.same(nil, nil))
    assert.is_true(equal.same("x", "x"))
    assert.is_true(equal.same({}, {}))
  end)

  it("sees a difference at any depth, on either side", function()
    assert.is_false(equal.same({ a = { 1, 2 } }, { a = { 1, 3 } }))
    assert.is_false(equal.same({ a = 1 }, { a = 1, b = 2 }))
    assert.is_false(equal.same({ a = 1, b = 2 }, { a = 1 }))
    assert.is_false(equal.same({ a = false }, {}))
    assert.is_false(equal.same({}, { a = false }))
    assert.is_false(equal.same({}, nil))
    assert.is_false(equal.same(nil, {}))
    assert.is_false(equal.same("1", 1))
    assert.is_false(equal.same({ 1 }, "table"))
  end)
end)
