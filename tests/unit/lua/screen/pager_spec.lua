-- The pager: a screenful at a time for a person at a terminal, everything at once elsewhere.

local pager = require "screen.pager"
local screen = require "tests.unit.lua.support.screen"

-- Shows lines to a person who presses these keys. @return what was written, and how many keys were asked for
local function shown(lines, keys, rows, columns, options)
  local seen, asked = screen.use(columns or 80), 0
  local terminal = package.loaded.lib_terminal
  function terminal.is_terminal() return true end
  function terminal.size() return columns or 80, rows end
  function terminal.read_key()
    asked = asked + 1
    return keys[asked] or nil, keys[asked] and nil or "eof"
  end
  pager.show(table.concat(lines, "\n") .. "\n", options or {})
  screen.restore()
  return seen.lines(), asked
end

local function numbered(count)
  local lines = {}
  for number = 1, count do lines[number] = "line " .. number end
  return lines
end

describe("pager.show", function()
  local system, environment = require "lib_system", nil
  before_each(function()
    environment = system.environment
    rawset(system, "environment", function(name) return name == "TERM" and "xterm" or environment(name) end)
  end)
  after_each(function() rawset(system, "environment", environment) end)

  it("writes what fits without a question", function()
    assert.are.same({ numbered(9), 0 }, { shown(numbered(9), {}, 10) })
  end)

  it("goes on at space and at Enter, and ends after the last page", function()
    assert.are.same({ numbered(25), 2 }, { shown(numbered(25), { " ", "\r" }, 10) })
  end)

  it("stops at q, at Ctrl-C and at the end of input", function()
    assert.are.same({ numbered(9), 1 }, { shown(numbered(25), { "q" }, 10) })
    assert.are.same({ numbered(9), 1 }, { shown(numbered(25), {}, 10) })
  end)

  it("passes over keys without a meaning", function()
    assert.are.same({ numbered(9), 4 }, { shown(numbered(25), { "\27", "[", "A", "q" }, 10) })
  end)

  it("goes back a page, at the beginning not further", function()
    local lines = shown(numbered(25), { " ", "b", "b", "q" }, 10)
    assert.are.equal(36, #lines)
    assert.are.equal("line 1", lines[1])
    assert.are.equal("line 10", lines[10])
    assert.are.equal("line 1", lines[19])
    assert.are.equal("line 9", lines[36])
  end)

  it("counts the rows of long lines, colours left out", function()
    local long = ("x"):rep(25)
    assert.are.equal(3, #shown({ long, long, long, long }, { "q" }, 10, 10))
    assert.are.equal(4, #shown({ "\27[31mred\27[0m", "\27[1m12345\27[0m", "3", "4", "5" }, { "q" }, 5, 10))
  end)

  it("shows at least a line, however small the window", function()
    assert.are.equal(1, #shown({ ("x"):rep(99), "second" }, { "q" }, 1, 10))
  end)

  it("asks nobody with --no-input", function()
    assert.are.same({ numbered(25), 0 }, { shown(numbered(25), {}, 10, 80, { no_input = true }) })
  end)

  it("writes everything at once to a file, and on a dumb terminal", function()
    rawset(system, "environment", function() return "dumb" end)
    assert.are.same({ numbered(25), 0 }, { shown(numbered(25), {}, 10) })
    local seen = screen.use(80)
    pager.show("a\nb\n", {})
    screen.restore()
    assert.are.equal("a\nb\n", seen.out())
  end)
end)
