-- Questions: what is not understood is said, and never taken for an answer.

local question = require "screen.question"

describe("question.volume", function()
  local real, typed, shown
  before_each(function()
    real, shown = package.loaded.lib_terminal, {}
    package.loaded.lib_terminal = { write = function(_, words) shown[#shown + 1] = words end, flush_input = function() end,
      width = function(words) return #words end, read_line = function() return table.remove(typed, 1) end }
  end)
  after_each(function() package.loaded.lib_terminal = real end)

  local groups = { { name = "A", group = "1" }, { name = "B", group = "2" } }

  it("says what a wrong answer wants, and asks again", function()
    typed = { "B", "2" }
    assert.are.equal(groups[2], question.volume(groups, "1"))
    assert.are.equal("That is not it: type a number from 1 to 2.\n", shown[#shown])
  end)

  it("names the option that answers it, the systems, and the startup disk", function()
    typed = { "1" }
    assert.are.equal(groups[1], question.volume(groups, "2"))
    assert.are.same({ "Several macOS systems are installed (--volume NAME or UUID says which):\n", "  1: A  1\n",
      "  2: B  2  (startup disk)\n" }, shown)
  end)

  it("chooses nothing after three wrong answers, and at the end of input", function()
    typed = { "0", "3", "x", "1" }
    assert.is_nil(question.volume(groups, "1"))
    typed = {}
    assert.is_nil(question.volume(groups, "1"))
  end)
end)
