-- The reference of functions: made from doc comments, complete, without what only maintainers need.

local reference = require "manual.reference"
local sandbox = require "plan.sandbox"

local SOURCE = [[
-- A module.

--- Not of a function.
local X = 1

--- Reads a thing (reference §1.2; darwin-2026-11 §3) of its own (facts-2026-11 B.3).
-- It may
--- fail (see below). @return the thing, or nil
-- @param name string: which
-- @param rest table or nil
function thing.read(name, rest)
end

-- Not public.
local function hidden() end

function thing.without_a_comment() end

--- A setting.
thing.VALUE = 3

--- In one line.
function thing.short() return 1 end
]]

describe("reference.functions", function()
  it("takes functions with a doc comment, without citations", function()
    assert.are.same({
      { "it.read(name, rest)", "Reads a thing of its own. It may fail (see below).\nReturns the thing, or nil\nname: string: which\n"
        .. "rest: table or nil" },
      { "it.short()", "In one line." },
    }, reference.functions(SOURCE, "it"))
  end)
end)

describe("reference.blocks", function()
  it("tells of every function that a plan can call", function()
    local told = {}
    for _, block in ipairs(reference.blocks()) do
      for _, item in ipairs(block.list or {}) do told[item[1]:match("^[%w_.]+")] = item[2] end
    end
    local vocabulary = sandbox.vocabulary()
    for name in pairs(sandbox.public_modules()) do
      for called, value in pairs(vocabulary[name]) do
        local full = name .. "." .. called
        if type(value) == "function" then
          assert.is_string(told[full], full)
          assert.is_true(#told[full] > 10, full)
          assert.is_nil(told[full]:find "§" or told[full]:find "facts%-", full)
          told[full] = nil
        end
      end
    end
    assert.are.same({}, told)
  end)
end)

describe("reference.fields", function()
  it("takes the lines that go on with a field's words", function()
    assert.are.same({
      { "why", "a sentence, which goes on here and here" },
      { "check(c)", "answers it, and more" },
      { "run(c, seen)", "answers a command" },
    }, reference.fields [[
-- A module. Its fields:
--   why            a sentence,
--                  which goes on here
--                  and here
--   check(c)       → it,
--                  and more
-- and if they are needed:
--   run(c, seen) → a command

--   no             field
]])
  end)
end)

describe("reference.step_fields", function()
  it("ends no field in the middle of a sentence that its comment goes on with", function()
    local words = {}
    for _, field in ipairs(reference.step_fields()) do words[field[1]:match("^[%w_]+")] = field[2] end
    local comment = require("lib_embed").source("stdlib/plan/schema.lua"):match("^(.-)\n\n")
    local told = 0
    for name, rest in comment:gmatch "\n%-%-   ([%w_]+)[^\n]*\n%-%-%s%s%s%s+(%S[^\n]*)" do
      assert.is_truthy(words[name]:find(rest, 1, true), name)
      told = told + 1
    end
    assert.is_true(told >= 4)
  end)

  it("tells of every field that the schema knows", function()
    local told = {}
    for _, field in ipairs(reference.step_fields()) do told[field[1]:match("^[%w_]+")] = true end
    local fields = require("lib_embed").source("stdlib/plan/schema.lua"):match("STEP_FIELDS = (%b{})")
    for name in fields:gmatch("([%w_]+) = ") do
      assert.is_true(told[name], name)
      told[name] = nil
    end
    assert.are.same({}, told)
  end)
end)
