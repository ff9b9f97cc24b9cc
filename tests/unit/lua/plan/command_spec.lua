-- What a command is, and what is none.

local command = require "plan.command"

describe("an argv", function()
  it("begins with an absolute path or an act on files, and holds words", function()
    for _, argv in ipairs { { "/x" }, { "/x", "", "a b", "é" }, { "copy", "/a", "/b", "0644" }, { "remove", "/a" } } do
      assert.is_true(command.is_argv(argv), table.concat(argv, " "))
    end
  end)

  it("is nothing else", function()
    local many = { "/x" }
    for index = 2, 4096 do many[index] = "y" end
    for number, argv in ipairs { 7, "/x y", true, {}, { "x" }, { "x/y" }, { "Copy" }, { "/x", 7 }, { 7 }, { "/x", nil, "y" },
      { "/x", a = "y" }, { "/x\0" }, { "/x", "a\0b" }, { [2] = "/x" }, { "/x", {} }, many } do
      assert.is_false(command.is_argv(argv), number)
    end
    assert.is_false(command.is_argv(nil))
    many[4096] = nil
    assert.is_true(command.is_argv(many))
  end)
end)

describe("a command", function()
  it("is an argv with the fields given", function()
    local argv = { "/x" }
    local made = command.new(argv, { seconds = 5 })
    assert.are.same({ { argv = { "/x" }, seconds = 5 }, argv }, { made, made.argv })
    assert.are.same({ argv = argv }, command.new(argv))
  end)

  it("may have every field in its kind", function()
    assert.is_nil(command.fault { argv = { "/x" } })
    assert.is_nil(command.fault { argv = { "/x" }, tool = "x", yes_no = "y", os_name = "HD", seconds = 0, prompts = { "a" },
      interactive = true, slow = false, stoppable = true, something = print })
    assert.is_nil(command.fault { argv = { "/x" }, seconds = 1e7, prompts = {} })
  end)

  it("is wrong with a field of another kind", function()
    for field, values in pairs { tool = { 7, {} }, yes_no = { true }, os_name = { {} }, seconds = { "5", 0 / 0, -1, 1e300, 1 / 0 },
      prompts = { "a", { 7 }, { a = "x" }, { "a", {} } }, interactive = { "yes", 1 }, slow = { print }, stoppable = { 1 } } do
      for _, value in ipairs(values) do
        local fault = command.fault { argv = { "/x" }, [field] = value }
        assert.truthy(fault and fault:find(field == "seconds" and "seconds" or field, 1, true), field .. " " .. tostring(fault))
      end
    end
  end)

  it("is none without an argv", function()
    for _, value in ipairs { 7, "x", true, {}, { argv = "x" }, { argv = {} } } do
      assert.are.equal("has no argv of an absolute path and words", command.fault(value))
    end
  end)
end)

describe("a list of commands", function()
  it("names the first that is wrong, and is wrong when it is empty or has a hole", function()
    local good = { argv = { "/x" } }
    assert.is_nil(command.list_fault { good, good })
    assert.are.equal("command 1 has no argv of an absolute path and words", command.list_fault {})
    assert.are.equal("command 2 has no argv of an absolute path and words", command.list_fault { good, {}, {} })
    assert.are.equal("command 2 has no argv of an absolute path and words", command.list_fault { good, nil, good })
    assert.are.equal("command 2 has a slow that is a number, not a boolean",
      command.list_fault { good, { argv = { "/x" }, slow = 1 } })
  end)
end)
