-- The help: made from the command line's own table, and as wide as a screen.

local commands = require "cli.table"
local screen = require "tests.unit.lua.support.screen"

local function helped(...)
  local terminal = screen.use(80)
  local code = require("cli.help").run { ... }
  screen.restore()
  return terminal, code
end

describe("help", function()
  it("lists every command and every option that all take", function()
    local terminal, code = helped()
    assert.are.equal(0, code)
    for _, command in ipairs(commands.all()) do
      assert.truthy(terminal.out():find("\n  " .. command.name .. "[ \n]"), command.name)
    end
    for _, option in ipairs(commands.global_options()) do
      assert.truthy(terminal.out():find("--" .. option.name, 1, true), option.name)
    end
  end)

  it("tells of each command with each of its options", function()
    for _, command in ipairs(commands.all()) do
      local terminal, code = helped(command.name)
      assert.are.equal(0, code)
      assert.truthy(terminal.out():find("usage: vmq-recovery " .. command.name, 1, true), command.name)
      for _, option in ipairs(command.options or {}) do
        assert.truthy(terminal.out():find("--" .. option.name, 1, true), option.name)
      end
    end
  end)

  it("names the nearest command for one that is none", function()
    local terminal, code = helped "aply"
    assert.are.same({ 2, "", "vmq-recovery: unknown command aply; the nearest is apply\n" },
      { code, terminal.out(), terminal.err() })
  end)

  it("explains every failure: what is said, cause, what helps, what is not affected", function()
    local terminal, code = helped "errors"
    assert.are.equal(0, code)
    local words = terminal.out():gsub("%s+", " ")
    for _, part in ipairs(require("screen.errors").all()) do
      assert.truthy(words:find(part.title, 1, true), part.title)
      for _, entry in ipairs(part.entries) do
        for _, one in ipairs(entry.texts) do assert.truthy(words:find((one:gsub("%s+", " ")), 1, true), one) end
        assert.truthy(words:find("cause: " .. entry.meaning.cause, 1, true), entry.meaning.cause)
        assert.truthy(words:find("what helps: " .. entry.meaning.cure, 1, true), entry.meaning.cure)
        local rest = entry.meaning.unaffected
        assert.truthy(not rest or words:find("not affected: " .. rest, 1, true), rest)
      end
    end
  end)

  it("is never wider than 80 columns", function()
    local texts = { helped().out(), helped("errors").out(), require("cli.help").short() }
    for _, command in ipairs(commands.all()) do texts[#texts + 1] = helped(command.name).out() end
    for line in table.concat(texts, "\n"):gmatch("[^\n]+") do assert.is_true(utf8.len(line) <= 80, line) end
  end)
end)
