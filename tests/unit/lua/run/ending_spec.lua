-- How a command ends: each word has its exit code.

local ending = require "run.ending"
local try = require "base.try"

describe("run.ending", function()
  it("is a result, a code and lines", function()
    assert.are.same({ result = "done", code = 0, lines = {} }, ending.new("done", 0))
    assert.are.same({ result = "done", code = 0, lines = { "a", { command = "b" } } }, ending.new("done", 0, "a", { command = "b" }))
  end)

  it("stops from however deep with what new would have made", function()
    local function deep() ending.stop("locked", 7, "a", "b") end
    assert.are.same({ result = "locked", code = 7, lines = { "a", "b" } }, try.catch(deep))
  end)

  it("refuses with 3, and calls a command line wrong with 2", function()
    assert.are.same({ result = "precondition", code = 3, lines = { "no", "do this" } }, try.catch(ending.refuse, "no", "do this"))
    assert.are.same({ result = "usage", code = 2, lines = { "what?" } }, try.catch(ending.usage, "what?"))
  end)
end)
