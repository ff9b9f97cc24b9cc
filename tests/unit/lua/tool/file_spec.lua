-- The program's own acts on files, as commands: the words that the door checks (runner/door/file_act.h).

local file = require "tool.file"

describe("file's commands", function()
  it("are the words of the act", function()
    local function is(words, command)
      assert.are.equal(words, table.concat(command.argv, " "))
      assert.are.equal("file", command.tool)
      assert.is_true(file.ACTS[command.argv[1]], words)
    end
    is("copy /a /b 0644", file.copy("/a", "/b", "0644"))
    is("copy-program /b 0755", file.copy_program("/b", "0755"))
    is("move /a /b", file.move("/a", "/b"))
    is("write /a 0644 text", file.write("/a", "0644", "text"))
    is("make-folder /a 0755", file.make_folder("/a", "0755"))
    is("remove /a", file.remove "/a")
    is("remove-kit /a", file.remove_kit "/a")
  end)

  it("are seven, and no tool of Apple's is one", function()
    local names = {}
    for name in pairs(file.ACTS) do names[#names + 1] = name end
    table.sort(names)
    assert.are.same({ "copy", "copy-program", "make-folder", "move", "remove", "remove-kit", "write" }, names)
  end)
end)
