-- The record of an operation: what is filled in, and that a mistake in one is found at once, by name.

local operation = require "command.operation"

local function new(fields)
  local record = { name = "mine", command = "do" }
  for key, value in pairs(fields or {}) do record[key] = value end
  return operation.new(record)
end

local function wrong(fields, words)
  local fine, message = pcall(new, fields)
  assert.is_false(fine)
  assert.truthy(message:find("operation mine: " .. words, 1, true), message)
end

local function f() end

describe("operation.new", function()
  it("fills in what most have: the plan inside of its name, what is typed again, no words", function()
    local made = new { name = "revert" }
    assert.are.same({ "revert", {} }, { made.again, made.words })
    assert.are.equal("revert", made.load().name)
    assert.are.same({ nil, "no plan is called mine" }, { new().load() })
  end)

  it("keeps what is given", function()
    local words = { done = f }
    local made = new { load = f, again = "do it", words = words, preflight = { "root" }, question = "name" }
    assert.are.same({ f, "do it", words }, { made.load, made.again, made.words })
    assert.are.equal(f, new({ question = f }).question)
  end)

  it("fills in nothing where only the journal knows what is meant", function()
    local made = operation.new { command = "resume", resolve = f }
    assert.are.same({ command = "resume", resolve = f }, made)
  end)

  it("refuses a field it does not know", function()
    wrong({ prefligth = {} }, "no field prefligth")
    wrong({ [1] = "x" }, "no field 1")
  end)

  it("refuses a field of another type", function()
    for field, value in pairs { load = "x", file = f, own_journal = true, look_up = {}, preflight = "root", place = {}, params = {},
      context = {}, differs = true, overview = {}, question = true, again = f, words = f, supersedes = "yes", no_way_back = true, gate = {},
      back = 1 } do
      wrong({ [field] = value }, field .. " must be a ")
    end
  end)

  it("refuses words for an ending that there is not, and words that are no function", function()
    wrong({ words = { finished = f } }, "words.finished")
    wrong({ words = { done = "Done." } }, "words.done")
    for _, ending in ipairs { "done", "lower", "phase", "stopped", "none" } do new { words = { [ending] = f } } end
  end)

  it("refuses a check that there is not", function() wrong({ preflight = { "root", "rot" } }, "no check rot") end)

  it("wants the command", function()
    local fine, message = pcall(operation.new, { name = "mine" })
    assert.is_false(fine)
    assert.truthy(message:find("operation mine: command is missing", 1, true))
  end)
end)

describe("operation.with", function()
  it("changes a copy alone", function()
    local made = new { supersedes = true }
    local changed = operation.with(made, { back = true, supersedes = false })
    assert.are.same({ nil, true, true, false, "mine" }, { made.back, made.supersedes, changed.back, changed.supersedes, changed.name })
    assert.are.equal(made.load, changed.load)
  end)

  it("checks what it changes", function()
    assert.is_false((pcall(operation.with, new(), { bakc = true })))
  end)
end)
