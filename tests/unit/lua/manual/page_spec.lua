-- The pages: there is one for each command, each is of blocks that both layouts know, and the card fits a photograph.

local commands = require "cli.table"
local embed = require "lib_embed"
local page = require "manual.page"

local function every_page()
  local pages = {}
  for _, command in ipairs(commands.all()) do pages[#pages + 1] = page.of_command(command) end
  for _, topic in ipairs(page.TOPICS) do pages[#pages + 1] = page.of_topic(topic) end
  return pages
end

describe("the manual", function()
  it("has a page for each command and each topic, and no other", function()
    local expected = {}
    for _, command in ipairs(commands.all()) do expected["stdlib/manual/command/" .. command.name .. ".lua"] = true end
    for _, topic in ipairs(page.TOPICS) do expected["stdlib/manual/topic/" .. topic .. ".lua"] = true end
    for _, name in ipairs(embed.names()) do
      if name:find("^stdlib/manual/command/") or name:find("^stdlib/manual/topic/") then
        assert.is_true(expected[name], name)
        expected[name] = nil
      end
    end
    assert.are.same({}, expected)
  end)

  it("is made of blocks of known kinds", function()
    for _, found in ipairs(every_page()) do
      assert.is_string(found.summary)
      for _, block in ipairs(found.blocks) do
        local known = type(block) == "string" and block ~= "" or block.heading or block.code or block.list or block.options
        assert.truthy(known, found.name)
        for _, item in ipairs(block.list or {}) do
          assert.is_true(#item == 2 and #item[1] > 0 and #item[2] > 0, found.name .. ": " .. tostring(item[1]))
        end
      end
    end
  end)

  it("has no topic with another's name", function()
    assert.is_nil(page.of_topic "nothing")
    assert.is_nil(page.of_topic "apply")
  end)

  it("has a card of eight lines that fit a photograph", function()
    local lines = {}
    for line in (page.of_topic("recovery").blocks[2].code .. "\n"):gmatch("(.-)\n") do lines[#lines + 1] = line end
    assert.are.equal(8, #lines)
    for _, line in ipairs(lines) do assert.is_true(#line <= 60, line) end
  end)

  it("names only commands that there are", function()
    local function check(words, pattern, where)
      for name in words:gmatch(pattern) do assert.truthy(commands.command(name), where .. ": vmq-recovery " .. name) end
    end
    for _, found in ipairs(every_page()) do
      for _, block in ipairs(found.blocks) do
        check(block.code or "", "vmq%-recovery (%l+)", found.name)
        check(type(block) == "string" and block or "", "`vmq%-recovery (%l+)", found.name)
        for _, item in ipairs(block.list or {}) do check(item[2], "`vmq%-recovery (%l+)", found.name) end
      end
    end
  end)

  it("tells every exit code, in order", function()
    local codes = {}
    for _, code in pairs(require "base.exit_code") do codes[#codes + 1] = code end
    table.sort(codes)
    local told = {}
    for index, pair in ipairs(page.of_topic("events").blocks[2].list) do told[index] = math.tointeger(tonumber(pair[1])) end
    assert.are.same(codes, told)
  end)
end)
