-- The plan schema: every complaint, with the file and the line it is about. Nothing of a plan is run to find it.

local plan = require "plan.load"

local function load(source) return plan.load(source, "my/plan.lua", function() return "hash" end) end

local HEAD = 'return plan "p" {\n  summary = "s",\n'
local CHECK = "check = function() error 'the check was run' end"
local ACT = 'run = function() end, no_way_back = "none", '

local function step(name, fields)
  return ('  step "%s" { why = "w", where = "any", %s, %s },\n'):format(name, CHECK, fields or "")
end

-- Complaint about a plan with these steps; the first step stands in line 3.
local function about(...)
  local loaded, message = load(HEAD .. table.concat { ... } .. "}")
  assert.is_nil(loaded)
  return message
end

describe("a plan file", function()
  it("that is sound is taken", function()
    local loaded = assert(load(HEAD .. step("a") .. step("b", ACT .. 'needs = { "a" }') .. "}"))
    assert.are.same({ "p", "s", "hash", 2 }, { loaded.name, loaded.summary, loaded.hash, #loaded.steps })
    local b = loaded.steps[2]
    assert.are.equal(b, loaded.index.b)
    assert.are.same({ "b", 2, "now", "my/plan.lua:4", { "a" }, {}, {} },
      { b.name, b.number, b.settles, b.at, b.needs, b.resets, b.prompts })
  end)

  it("must be Lua, and must return a plan", function()
    assert.are.equal("my/plan.lua:2: unexpected symbol near '='", select(2, load "return plan 'p' {\n = }"))
    for _, source in ipairs { "", "return 1", "return {}", "return step 'a' {}", "return { kind = 'Plan' }" } do
      assert.are.equal('my/plan.lua:1: the file does not return plan "name" { … }', select(2, load(source)), source)
    end
  end)

  it("that throws is named with its line", function()
    assert.are.equal("my/plan.lua:3: attempt to index a nil value (global 'os')", select(2, load "\n\nos.exit()"))
    assert.are.equal("my/plan.lua:1: gone", select(2, load "error('gone', 0)"))
    assert.truthy(select(2, load "error {}"):find("^my/plan.lua:1: table: "))
    assert.are.equal("my/plan.lua:1: nil", select(2, load "error()"))
  end)

  it("is read as text only", function()
    local loaded, message = load(string.dump(function() end))
    assert.is_nil(loaded)
    assert.truthy(message:find("binary chunk", 1, true))
  end)

  it("needs names and tables", function()
    assert.are.equal("my/plan.lua:2: a plan needs a name", select(2, load "\nlocal p = plan {}\nreturn p"))
    assert.are.equal("my/plan.lua:1: plan x needs { … }", select(2, load "return plan 'x' 'y'"))
    assert.are.equal("my/plan.lua:1: step a needs { fields }", select(2, load "return plan 'x' { step 'a' 'b' }"))
    for _, name in ipairs { "'a b'", "''", "7", "'a/b'" } do
      assert.are.equal("my/plan.lua:3: a step needs a name of letters, digits and dashes",
        select(2, load(HEAD .. "step(" .. name .. ") {} }")), name)
    end
    assert.are.equal("my/plan.lua:1: entry 2 of the plan is not a step",
      select(2, load(HEAD .. step "a" .. '"loose" }')))
  end)
end)

describe("the fields of a plan", function()
  it("are known, of the right type and there", function()
    assert.are.equal('my/plan.lua:1: plan "p": unknown field "sumary"; the nearest is summary',
      select(2, load 'return plan "p" { sumary = "s" }'))
    assert.are.equal('my/plan.lua:1: plan "p": summary must be a string, not a number',
      select(2, load 'return plan "p" { summary = 1 }'))
    assert.are.equal('my/plan.lua:1: plan "p": summary is missing', select(2, load 'return plan "p" {}'))
    assert.are.equal('my/plan.lua:1: plan "p" has no steps', select(2, load 'return plan "p" { summary = "s" }'))
  end)

  it("declare parameters by kind", function()
    for _, value in ipairs { '"uuid"', "1", '{ kind = "uid" }', 'param "number"', "{}" } do
      assert.are.equal('my/plan.lua:1: params.x must be param with one of: uuid, word, words, integer, path, text',
        select(2, load(HEAD .. "params = { x = " .. value .. " }," .. step "a" .. "}")), value)
    end
  end)

  it("declare tools by absolute path and reading forms", function()
    for _, tool in ipairs { "1", "{}", '{ path = "/x" }', '{ path = 1, reads = {} }' } do
      assert.are.equal('my/plan.lua:1: tools[1] must be { path = "/…", reads = { { "word", … }, … } }',
        select(2, load(HEAD .. "tools = { " .. tool .. " }," .. step "a" .. "}")), tool)
    end
    local tools = 'tools = { { path = "/usr/bin/sw", reads = { { "-a" }, {} } }, { path = "/x", reads = {} } },'
    assert.are.equal(2, #assert(load(HEAD .. tools .. step "a" .. "}")).tools)
    assert.are.equal("my/plan.lua:1: tools[1]: sw is not an absolute path",
      select(2, load(HEAD .. 'tools = { { path = "sw", reads = {} } },' .. step "a" .. "}")))
  end)
end)

describe("the fields of a step", function()
  it("are known and of the right type", function()
    assert.are.equal('my/plan.lua:3: step "a": unknown field "chekc"; the nearest is check', about(step("a", "chekc = 1")))
    for field, wrong in pairs { why = "1", where = "true", needs = '"a"', resets = "1", prompts = '"x"', settles = "{}",
      check = "1", run = '"x"', verify = "{}", undo = "1", ladder = "1", after = "{}", describe = '"x"', defers = "true",
        waits_for = "7", repeatable = '"yes"', expected = "1",
        no_way_back = "1" } do
      local message = about(('  step "a" { %s = %s },\n'):format(field, wrong))
      assert.truthy(message:find(('^my/plan%%.lua:3: step "a": %s must be a %%a+, not a %%a+$'):format(field)), message)
    end
    assert.are.equal('my/plan.lua:3: step "a": a value without a field name', about(step("a", '"loose"')))
  end)

  it("that are needed are there", function()
    for _, field in ipairs { "why", "where", "check" } do
      local rest = { why = 'why = "w"', where = 'where = "any"', check = CHECK }
      rest[field] = nil
      local body = {}
      for _, text in pairs(rest) do body[#body + 1] = text end
      assert.are.equal(('my/plan.lua:3: step "a": %s is missing'):format(field),
        about(('  step "a" { %s },\n'):format(table.concat(body, ", "))))
    end
  end)

  it("have one of the words that are allowed", function()
    assert.are.equal('my/plan.lua:3: step "a": where is "mars"; it may be paired-recovery, recovery, macos or any',
      about('  step "a" { why = "w", where = "mars", ' .. CHECK .. " },\n"))
    assert.are.equal('my/plan.lua:4: step "b": settles is "soon"; it may be now or clean-restart',
      about(step "a", step("b", 'settles = "soon"')))
    assert.are.equal('my/plan.lua:3: step "a": prompts[2] must be a string', about(step("a", 'prompts = { "x", 2 }')))
    assert.are.equal('my/plan.lua:3: step "a": needs[1] must be a string', about(step("a", "needs = { 1 }")))
    for list, key in pairs { ['{ x = "y" }'] = "x", ['{ "y", [3] = "y" }'] = "3", ['{ [0.5] = "y" }'] = "0.5",
      ["{ [true] = 1 }"] = "true" } do
      assert.are.equal('my/plan.lua:3: step "a": prompts must be a list of strings, without ' .. key,
        about(step("a", "prompts = " .. list)))
    end
  end)

  it("offer a way back, or say why there is none", function()
    local missing = 'my/plan.lua:3: step "a": undo is missing (or say why there is none in no_way_back)'
    assert.are.equal(missing, about(step("a", "run = function() end")))
    assert.are.equal(missing, about(step("a", "ladder = function() end")))
    assert.are.equal('my/plan.lua:3: step "a": run and ladder exclude each other',
      about(step("a", "run = function() end, ladder = function() end")))
  end)
end)

describe("the order of steps", function()
  it("has each name once", function()
    assert.are.equal('my/plan.lua:5: step "a": the name is taken', about(step "a", step "b", step "a"))
  end)

  it("follows needs", function()
    assert.are.equal('my/plan.lua:3: step "a" needs "z", which is not in the plan', about(step("a", 'needs = { "z" }')))
    assert.are.equal('my/plan.lua:3: step "a" needs "b", which comes after it',
      about(step("a", 'needs = { "b" }'), step "b"))
  end)

  it("has no circle", function()
    assert.are.equal('my/plan.lua:3: step "a": circular needs: a needs a', about(step("a", 'needs = { "a" }')))
    assert.are.equal('my/plan.lua:3: step "a": circular needs: a needs b needs c needs a',
      about(step("a", 'needs = { "b" }'), step("b", 'needs = { "c" }'), step("c", 'needs = { "a" }')))
  end)

  it("does not undo itself", function()
    assert.are.equal('my/plan.lua:3: step "a" resets "z", which is not in the plan', about(step("a", 'resets = { "z" }')))
    assert.are.equal('my/plan.lua:3: step "a" cannot reset itself', about(step("a", 'resets = { "a" }')))
    local undoes = 'my/plan.lua:4: the order undoes itself: step "b" drops "a", and running that again drops "b"'
    assert.are.equal(undoes, about(step("a", ACT .. 'resets = { "b" }'), step("b", ACT .. 'resets = { "a" }')))
    assert.are.equal(undoes, about(step "a", step("b", ACT .. 'resets = { "a" }')))
    assert.are.equal('my/plan.lua:5: the order undoes itself: step "c" drops "a", and running that again drops "c"',
      about(step("a", ACT .. 'resets = { "b" }'), step("b", ACT .. 'resets = { "c" }'),
        step("c", ACT .. 'resets = { "a" }')))
  end)

  it("may drop what drops a later one, too, as long as that comes to an end", function()
    local function is_sound(...) assert(load(HEAD .. table.concat { ... } .. "}")) end
    is_sound(step("a", ACT .. 'resets = { "c" }'), step("b", ACT .. 'resets = { "a" }'), step("c", ACT))
    is_sound(step("a", ACT .. 'resets = { "d" }'), step("b", ACT .. 'resets = { "a" }'), step("c", ACT),
      step("d", ACT .. 'resets = { "c" }'))
  end)

  it("lets a dropped step follow again in the same place only", function()
    local elsewhere = ('  step "a" { why = "w", where = "recovery", %s, %s },\n'):format(CHECK, ACT)
    assert.are.equal('my/plan.lua:4: step "b" drops "a", which cannot follow again: it runs in recovery',
      about(elsewhere, step("b", ACT .. 'resets = { "a" }')))
    assert.is_table((load(HEAD .. step("a", ACT) .. step("b", ACT .. 'resets = { "a" }') .. "}")))
  end)

  it("may drop what comes later", function()
    assert.is_table((load(HEAD .. step("a", ACT .. 'resets = { "b" }') .. step("b", ACT) .. "}")))
  end)
end)
