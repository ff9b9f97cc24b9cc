-- The prompts of step-through and console on a terminal: lines are edited, remembered and completed; elsewhere they are plain.

local console = require "run.console"
local screen = require "tests.unit.lua.support.screen"
local stepper = require "run.stepper"
local typist = require "tests.unit.lua.support.typist"

local real, opened
before_each(function() real, opened = package.loaded.lib_lineedit or false, {} end)
after_each(function()
  package.loaded.lib_lineedit = real or nil
  screen.restore()
end)

-- A terminal on the descriptors that are named, with a line editor. @return prompts of plain lines
local function terminal(lines, descriptors)
  local _, prompts = typist.use(80, {})
  local at = 0
  package.loaded.lib_terminal.is_terminal = function(fd) return descriptors:find(tostring(fd), 1, true) ~= nil end
  package.loaded.lib_lineedit = { open = function(complete)
    local editor = { complete = complete, prompts = {}, remembered = {} }
    function editor:read(prompt)
      self.prompts[#self.prompts + 1] = prompt
      at = at + 1
      if lines[at] then return lines[at] end
      return nil, "eof"
    end
    function editor:remember(line) self.remembered[#self.remembered + 1] = line end
    opened[#opened + 1] = editor
    return editor
  end }
  return prompts
end

local VIEW = { emit = function() end, text = function() end, raw_text = function() end }

local function step()
  local one = { name = "sip", number = 1, where = "any", needs = {}, resets = {}, prompts = {}, why = "w", run = function() end }
  local case = { target = { problems = {} }, context = {}, options = {} }
  return stepper.gate(VIEW, case, { steps = { one } })(one, {}, { may_skip = true })
end

local function look_around() console.run(VIEW, { problems = {} }, {}, "Leave: Ctrl-D.") end

for name, start in pairs { ["the step prompt"] = step, ["the Lua prompt"] = look_around } do
  describe(name, function()
    it("edits lines where both input and output are a terminal, and remembers those that hold something", function()
      local plain = terminal({ "", "  ", "w" }, "01")
      start()
      assert.are.same({ 1, {}, { "w" } }, { #opened, plain, opened[1].remembered })
      assert.are.equal(4, #opened[1].prompts)
    end)

    it("reads plain lines where one of them is none", function()
      for _, descriptors in ipairs { "0", "1", "2", "" } do
        local plain = terminal({}, descriptors)
        start()
        assert.are.same({ 0, 1 }, { #opened, #plain }, descriptors)
      end
    end)
  end)
end

describe("Tab", function()
  it("completes the words of the step prompt, or shows those that begin so", function()
    terminal({}, "01")
    step()
    local complete = opened[1].complete
    for typed, more in pairs { con = "tinue", un = "do", H = "elp", help = "" } do assert.are.same({ more }, { complete(typed) }) end
    assert.are.same({ nil, "command  continue" }, { complete "co" })
    assert.are.same({ nil, nil }, { complete "zebra" })
  end)

  it("completes the words of plans at the Lua prompt", function()
    terminal({}, "01")
    look_around()
    assert.are.equal("util", (opened[1].complete "csr"))
  end)
end)
