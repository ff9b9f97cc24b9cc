-- Ending what is under way: who catches what.

local try = require "base.try"

describe("try", function()
  it("hands out what was returned, or what was thrown from however deep", function()
    assert.are.same({ 1, nil, 3 }, { try.catch(function(...) return ... end, 1, nil, 3) })
    local function deep(left)
      if left == 0 then try.throw { "ended" } end
      deep(left - 1)
    end
    assert.are.same({ "ended" }, try.catch(deep, 20))
  end)

  it("lets everything else go on up: a text with its trace, once, and anything else as it is", function()
    local thing = {}
    assert.are.equal(thing, select(2, pcall(try.catch, error, thing)))
    local fine, message = pcall(try.catch, try.catch, error, "oops", 0)
    assert.is_false(fine)
    assert.truthy(message:find("^oops\nstack traceback:\n"))
    assert.is_nil(message:find("stack traceback.*stack traceback"))
  end)

  it("has pairs that know nothing of each other", function()
    local one, other = try.new(), try.new()
    assert.are.equal("mine", one.catch(function() other.catch(function() one.throw "mine" end) end))
    assert.are.equal("not mine", try.catch(function() one.catch(function() try.throw "not mine" end) end))
  end)
end)
