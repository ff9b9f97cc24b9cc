-- Lines from the person: by the editor on a terminal, plain elsewhere.

local line_reader = require "run.line_reader"

-- A person who types these lines at the editor. @return what reads, and what became of the editor
local function reader(terminals, lines)
  local real = { package.loaded.lib_terminal, package.loaded.lib_lineedit }
  finally(function() package.loaded.lib_terminal, package.loaded.lib_lineedit = real[1], real[2] end)
  local seen = { opened = 0, remembered = {}, plain = {}, prompts = {} }
  package.loaded.lib_terminal = { is_terminal = function(fd) return terminals[fd] or false end,
    read_line = function(prompt)
      seen.plain[#seen.plain + 1] = prompt
      return "plain line"
    end }
  local editor = {}
  function editor.read(_, prompt)
    seen.prompts[#seen.prompts + 1] = prompt
    local line = table.remove(lines, 1)
    if line then return line end
    return nil, "interrupted"
  end
  function editor.remember(_, line) seen.remembered[#seen.remembered + 1] = line end
  package.loaded.lib_lineedit = { open = function(complete)
    seen.opened, seen.complete = seen.opened + 1, complete
    return editor
  end }
  local function complete() end
  return line_reader.new(complete), seen, complete
end

describe("line_reader.new", function()
  it("edits on a terminal, with one editor that remembers what holds something", function()
    local read, seen, complete = reader({ [0] = true, [1] = true }, { "one", "", "  ", " two " })
    assert.are.same({ "one", "", "  ", " two " }, { (read "a> "), (read "b> "), (read "c> "), (read "d> ") })
    assert.are.same({ nil, "interrupted" }, { read "e> " })
    assert.are.same({ opened = 1, remembered = { "one", " two " }, plain = {}, prompts = { "a> ", "b> ", "c> ", "d> ", "e> " },
      complete = complete }, seen)
  end)

  it("reads plainly where input or output is no terminal", function()
    for _, terminals in ipairs { {}, { [0] = true }, { [1] = true } } do
      local read, seen = reader(terminals, { "edited" })
      assert.are.equal("plain line", read "a> ")
      assert.are.same({ 0, { "a> " } }, { seen.opened, seen.plain })
    end
  end)
end)
