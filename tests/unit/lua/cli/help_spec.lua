-- The help: one screen of everything, and the pages of the manual.

local commands = require "cli.table"
local page = require "manual.page"
local screen = require "tests.unit.lua.support.screen"

local function helped(name, options, columns)
  local terminal = screen.use(columns or 80)
  local code = require("cli.help").run({ name }, options or {})
  screen.restore()
  return terminal, code
end

local function dense(words) return (words:gsub("%s+", " ")) end

describe("help", function()
  it("fits on one screen, the journey first, and names every command, option and topic", function()
    local terminal, code = helped()
    local out = terminal.out()
    assert.are.equal(0, code)
    assert.is_true(#terminal.lines() <= 23, "with the shell's next line it is more than 24 lines")
    for _, command in ipairs(commands.all()) do
      assert.truthy((" " .. dense(out)):find(" " .. command.name .. " ", 1, true), command.name)
    end
    for _, option in ipairs(commands.global_options()) do assert.truthy(out:find("--" .. option.name, 1, true), option.name) end
    for _, topic in ipairs(page.TOPICS) do assert.truthy(out:find(topic, 1, true), topic) end
    local at = 0
    for _, name in ipairs { "kdk", "build", "stage", "apply", "revert", "rehearse" } do
      local found = out:find("[ \n]" .. name, at + 1)
      assert.truthy(found, name)
      at = found
    end
  end)

  it("puts every command into a group that there is", function()
    local groups = {}
    for _, group in ipairs(commands.groups()) do groups[group[1]] = true end
    for _, command in ipairs(commands.all()) do assert.is_true(groups[command.group], command.name) end
  end)

  it("tells of each command with each of its options", function()
    for _, command in ipairs(commands.all()) do
      local terminal, code = helped(command.name)
      assert.are.equal(0, code)
      assert.truthy(terminal.out():find("^usage: vmq%-recovery " .. command.name), command.name)
      assert.truthy(terminal.out():find("`vmq-recovery help options` lists", 1, true), command.name)
      for _, option in ipairs(command.options or {}) do
        assert.truthy(terminal.out():find("--" .. option.name, 1, true), option.name)
      end
    end
  end)

  it("tells of each topic, and of the options that all commands take", function()
    for _, topic in ipairs(page.TOPICS) do
      local terminal, code = helped(topic)
      assert.are.equal(0, code)
      assert.truthy(terminal.out():find("^" .. topic .. ": "), topic)
    end
    for _, option in ipairs(commands.global_options()) do
      assert.truthy(helped("options").out():find("--" .. option.name, 1, true), option.name)
    end
  end)

  it("finds a topic by its other names", function()
    assert.are.equal(helped("events").out(), helped("exit-codes").out())
    assert.are.equal(helped("recovery").out(), helped("way-back").out())
  end)

  it("names the nearest command or topic for one that is none, and never revert", function()
    local terminal, code = helped "aply"
    assert.are.same({ 2, "", "vmq-recovery: unknown command or topic aply; the nearest is apply\n" },
      { code, terminal.out(), terminal.err() })
    assert.truthy(helped("plnas").err():find("the nearest is plan", 1, true))
    assert.truthy(helped("revrt").err():find("; `vmq-recovery help` lists them", 1, true))
  end)

  it("explains every failure: what is said, cause, fix, what is not affected", function()
    local words = dense(helped("errors").out())
    for _, part in ipairs(require("screen.errors").all()) do
      assert.truthy(words:find(part.title, 1, true), part.title)
      for _, entry in ipairs(part.entries) do
        for _, one in ipairs(entry.texts) do assert.truthy(words:find(dense(one), 1, true), one) end
        assert.truthy(words:find(dense("Cause: " .. entry.meaning.cause), 1, true), entry.meaning.cause)
        assert.truthy(words:find(dense("Fix: " .. entry.meaning.cure), 1, true), entry.meaning.cure)
        local rest = entry.meaning.unaffected
        assert.truthy(not rest or words:find("Not affected: " .. rest, 1, true), rest)
      end
    end
  end)

  it("prints the schema of the events with help events alone", function()
    local terminal, code = helped("events", { schema = true })
    assert.are.equal(0, code)
    assert.is_table(require("base.json").decode(terminal.out()).oneOf)
    for _, name in ipairs { "apply", "writing" } do assert.are.equal(2, select(2, helped(name, { schema = true })), name) end
    assert.are.equal(2, select(2, helped(nil, { schema = true })))
  end)

  it("is never wider than 80 columns, and not than a narrow window", function()
    for _, columns in ipairs { 80, 200 } do
      local texts = { helped(nil, nil, columns).out(), require("cli.help").short() }
      for _, command in ipairs(commands.all()) do texts[#texts + 1] = helped(command.name, nil, columns).out() end
      for _, topic in ipairs(page.TOPICS) do texts[#texts + 1] = helped(topic, nil, columns).out() end
      for line in table.concat(texts, "\n"):gmatch("[^\n]+") do assert.is_true(utf8.len(line) <= 80, line) end
    end
    for line in helped(nil, nil, 40).out():gmatch("[^\n]+") do assert.is_true(utf8.len(line) <= 40, line) end
  end)
end)
