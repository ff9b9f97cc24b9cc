-- Comparison of plain values.

local value = require "base.equal"

describe("value.same", function()
  it("compares by content", function()
    assert.is_true(value.same({ a = { 1, 2, { b = "c" } } }, { a = { 1, 2, { b = "c" } } }))
    assert.is_true(value.same(nil, nil))
    assert.is_true(value.same("x", "x"))
    assert.is_true(value.same({}, {}))
  end)

  it("sees a difference at any depth, on either side", function()
    assert.is_false(value.same({ a = { 1, 2 } }, { a = { 1, 3 } }))
    assert.is_false(value.same({ a = 1 }, { a = 1, b = 2 }))
    assert.is_false(value.same({ a = 1, b = 2 }, { a = 1 }))
    assert.is_false(value.same({ a = false }, {}))
    assert.is_false(value.same({}, { a = false }))
    assert.is_false(value.same({}, nil))
    assert.is_false(value.same(nil, {}))
    assert.is_false(value.same("1", 1))
    assert.is_false(value.same({ 1 }, "table"))
  end)
end)
