-- What a person types at any prompt is kept only where it is known to be no password.

local prompts = require "run.prompts"
local random = require "tests.unit.lua.support.random"
local typed = require "run.typed"

local function cleaned(text, size)
  local cleaner, parts = typed.cleaner({ "ada" }, prompts.kind), {}
  for from = 1, #text, size or #text do parts[#parts + 1] = cleaner:clean(text:sub(from, from + (size or #text) - 1)) end
  return table.concat(parts) .. cleaner:finish(), cleaner.removed or false
end

describe("what stands behind a known question", function()
  local CASES = {
    ["Authorized user: ada\nPassword       : \nok\n"] = false, ["Username: ada\r\n"] = false,
    ["Username: adx\b \ba\n"] = false, ["Go on? [y/n]: y\nUsername: \n"] = false, ["Go on? [y/n]: ^C\n"] = false,
    ["1: Macintosh HD\nPick a macOS installation (1..2): 2\n"] = false, ["wrapping: a (b)\nhunter2: c\n"] = false,
    ["Authorized user: hunter2\nUnknown user - try again!\n"] = "Authorized user: (not kept)\nUnknown user - try again!\n",
    ["Go on? [y/n]: hunter2\n"] = "Go on? [y/n]: (not kept)\n", ["Password: hunter2\n"] = "Password: (not kept)\n",
    ["Username: ada hunter2\n"] = "Username: (not kept)\n", ["Username: hunter2"] = "Username: (not kept)",
    ["Pick a macOS installation (1..2): 12345\n"] = "Pick a macOS installation (1..2): (not kept)\n",
  }

  it("is kept where it is a known name or a plain answer, however it comes in", function()
    for text, wanted in pairs(CASES) do
      for _, size in ipairs { 1, 2, 3, 7, #text } do
        local got, removed = cleaned(text, size)
        assert.are.same({ wanted or text:gsub("x\b \b", ""), wanted and true or false }, { got, removed })
      end
    end
  end)

  it("lets the question itself pass at once, and the answer when its line ends", function()
    local cleaner = typed.cleaner({ "ada" }, prompts.kind)
    assert.are.equal("Username: ", cleaner:clean "Username: ")
    assert.are.same({ "", "", "ada\nnext" }, { cleaner:clean "a", cleaner:clean "da", cleaner:clean "\nnext" })
    assert.are.equal("", cleaner:finish())
  end)
end)

describe("what is typed elsewhere", function()
  it("is left out at a question that nobody knows, and in the line after one", function()
    local cleaner = typed.cleaner({ "ada" }, prompts.kind)
    assert.are.equal("Your colour? ", cleaner:clean "Your colour? ")
    cleaner:keys(0, true)
    assert.are.equal("", cleaner:clean "hun")
    cleaner:keys(1, false)
    assert.are.equal("(not kept)\nGo on (enter y or n)\n", cleaner:clean "ter2\nGo on (enter y or n)\n")
    cleaner:keys(1, false)
    assert.are.equal("y\nsecret: no\n", cleaner:clean "y\nsecret: no\n")
  end)

  it("is left out of all lines that are typed at once, and of the rest behind them", function()
    local cleaner = typed.cleaner({ "ada" }, prompts.kind)
    cleaner:keys(2, true)
    assert.are.equal("ada\n(not kept)\n", cleaner:clean "ada\nhunter2\nhun")
    cleaner:keys(1, false)
    assert.are.equal("(not kept)\ndone\n", cleaner:clean "ter2\ndone\n")
  end)

  it("never shows a word among random words and cuts", function()
    local r = random.new(7)
    for _ = 1, 500 do
      local text = r.text({ "Username: hunter2\n", "[y/n]: hunter2\n", "Password:hunter2\n", "done.\n", "a: b\n",
        "Authorized user: ada\n" }, 1, 6)
      local got = cleaned(text, math.random(1, 9))
      assert.is_nil(got:find("hunter", 1, true), text)
      assert.are.equal(select(2, text:gsub("\n", "")), select(2, got:gsub("\n", "")))
    end
  end)
end)
