-- The parameters of a plan: types, bounds, and what is wrong with a value.

local param = require "plan.param"

local function value(kind, raw, bounds) return { param.value(param.new(kind, nil, bounds), raw) } end

describe("words", function()
  it("are a list, however many blanks stand between them; a journal has them as they are typed", function()
    assert.are.same({ { "a=1", "-v" } }, value("words", "  a=1   -v "))
    assert.are.same({ a = "x y", b = 7, c = true, d = "" }, param.typed { a = { "x", "y" }, b = 7, c = true, d = {} })
    assert.are.same({ {} }, value("words", ""))
  end)

  it("hold no blank and no control character but the blanks between them", function()
    for _, word in ipairs { "a\tb", "a\nb", "a\1b", "a\xffb" } do
      local made, why = table.unpack(value("words", word))
      assert.is_nil(made)
      assert.truthy(why:find("which has a blank or a control character in it", 1, true), why)
      assert.is_nil(why:find "[\1-\31]")
    end
  end)

  it("keep to their bounds, in bytes with one blank between", function()
    assert.are.same({ { "ab", "cd" } }, value("words", "ab  cd", { most = 5 }))
    assert.are.same({ nil, "has 6 bytes; at most 5 are allowed" }, value("words", "ab cde", { most = 5 }))
    assert.are.same({ nil, "needs at least one word" }, value("words", " ", { least = 1 }))
    assert.are.same({ nil, "holds c, which is not one of a, b" }, value("words", "a c", { among = { "a", "b" } }))
  end)
end)

describe("an integer", function()
  it("keeps to its bounds", function()
    local bounds = { least = 1, most = 9 }
    for raw, expected in pairs { ["1"] = 1, ["9"] = 9, ["0x5"] = 5 } do
      assert.are.same({ expected }, value("integer", raw, bounds))
    end
    for _, raw in ipairs { 0, 10 } do
      assert.are.same({ nil, ("is %d; it may be 1 to 9"):format(raw) }, value("integer", tostring(raw), bounds))
    end
  end)
end)

describe("a word", function()
  it("is one of those that there may be", function()
    assert.are.same({ "b" }, value("word", "b", { among = { "a", "b" } }))
    assert.are.same({ nil, "holds c, which is not one of a, b" }, value("word", "c", { among = { "a", "b" } }))
  end)
end)

describe("a parameter's description", function()
  it("is wrong with another type, or bounds that are none", function()
    assert.truthy(param.fault(param.new "colour"):find "^must be param with one of: uuid, word, words")
    assert.truthy(param.fault(7))
    assert.truthy(param.fault(param.new("word", nil, 7)):find "no table")
    assert.truthy(param.fault(param.new("word", nil, { most = "x" })):find "bounds with most")
    assert.truthy(param.fault(param.new("word", nil, { top = 1 })):find "bounds with top")
    assert.is_nil(param.fault(param.new("words", "", { least = 1, most = 2, among = {}, says = "s" })))
  end)

  it("tells type, bounds and default", function()
    assert.are.equal("words, separated by blanks; of a, b; at most 9 bytes; default: none",
      param.describe(param.new("words", "", { among = { "a", "b" }, most = 9 })))
    assert.are.equal("integer; 1 to any; default: 5", param.describe(param.new("integer", 5, { least = 1 })))
    assert.are.equal("word; must be given", param.describe(param.new "word"))
  end)
end)
