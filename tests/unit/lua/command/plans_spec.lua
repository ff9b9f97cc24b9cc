-- The commands that take a plan by its name or as a file: check, run, step; and what prints one: source.

local embed = require "lib_embed"
local files = require "lib_file"
local life_module = require "tests.unit.lua.support.life"

local GOOD = [[return plan "mine" { summary = "A plan.",
  tools = { { path = "/usr/local/bin/mine", reads = { { "show" } } } },
  step "one" { why = "To see.", where = "any", check = function() return "done" end },
}
]]

local life, path
before_each(function()
  life = life_module.new()
  path = life.root .. "/mine.lua"
end)
after_each(function() life:over() end)

local function written(text) assert(files.write_atomic(path, text, 384)) end

-- A plan with nothing to do; or with a step to do.
local function plain(todo)
  local act = todo and "no_way_back = 'none', run = function() return command({ '/bin/x' }, {}) end, " or ""
  return ('return plan "mine" { summary = "s", step "one" { why = "w", where = "any", %scheck = function() return "%s" end } }\n'):format(
    act, todo and "todo" or "done")
end

describe("check", function()
  local called, answers
  before_each(function()
    called, answers = {}, {}
    package.loaded["command.check_calls"] = { run = function(operation, plan, options)
      called = { operation.name, plan.name, options.set }
      return answers[1], answers[2] or {}
    end }
    package.loaded["command.check"] = nil
  end)
  after_each(function() package.loaded["command.check_calls"], package.loaded["command.check"] = nil, nil end)

  it("calls the plan's functions, and says what is wrong with them, or what could not be tried", function()
    answers = { nil, { "not tried: step one: why" } }
    assert.are.equal(0, life:command("check", { "apply" }, { set = { "a=1" } }))
    assert.are.same({ "apply", "apply", { "a=1" } }, called)
    assert.are.equal("apply: plan apply is well-formed: 8 steps.\nnot tried: step one: why\n", life.shown.out())
    answers = { "mine.lua:7: step one: oops" }
    assert.are.equal(2, life:command("check", { "apply" }))
    assert.are.equal("mine.lua:7: step one: oops\n", life.shown.err())
    life.stopped = 1
    assert.are.equal(4, life:command("check", { "apply" }))
    assert.truthy(life.shown.err():find("Nothing was changed.", 1, true))
  end)

  it("says that a plan inside is well-formed", function()
    assert.are.equal(0, life:command("check", { "apply" }))
    assert.are.equal("apply: plan apply is well-formed: 8 steps.\n", life.shown.out())
    assert.are.equal(0, life:command("check", { "apply" }, { quiet = true }))
    assert.are.equal("", life.shown.out())
  end)

  it("says of a file where it is wrong, for editors, and runs none of it", function()
    written(plain())
    assert.are.equal(0, life:command("check", { path }))
    assert.are.equal(path .. ": plan mine is well-formed: 1 step.\nNext: vmq-recovery rehearse " .. path .. "\n", life.shown.out())
    written((plain():gsub("where", "were")))
    assert.are.equal(2, life:command("check", { path }))
    assert.truthy(life.shown.err():find("^" .. path:gsub("%p", "%%%0") .. ":1: "), life.shown.err())
    assert.are.equal(0, life.looks)
  end)

  it("shows what a plan declares as only reading: it is its author's word", function()
    written(GOOD)
    assert.are.equal(0, life:command("check", { path }))
    assert.are.equal(path .. ": plan mine is well-formed: 1 step.\nIt says that this only reads: /usr/local/bin/mine show\n"
      .. "Next: vmq-recovery rehearse " .. path .. "\n", life.shown.out())
  end)

  it("knows no other name", function()
    assert.are.equal(2, life:command("check", { "aply" }))
    assert.truthy(life.shown.err():find("^no plan is called aply; the nearest is apply"), life.shown.err())
  end)
end)

describe("run", function()
  it("runs a file under the name of its plan, with a journal that names the file", function()
    written(plain "todo")
    assert.are.equal(0, life:command("run", { path }, { dry_run = true }))
    assert.are.same({ "done", 0 }, life:ended())
    written(plain())
    assert.are.equal(0, life:command("run", { path }, { yes = true, user = "ada" }))
    assert.truthy(life:text():find("Nothing to do: mine is already applied.", 1, true))
  end)

  it("runs a plan inside by its name", function()
    assert.are.equal(0, life:command("run", { "revert" }, { yes = true, user = "ada" }))
    assert.truthy(life:text():find("Nothing to do: revert is already applied.", 1, true), life:text())
  end)

  it("says a file's mistake before anything else happens", function()
    written "return 7\n"
    assert.are.equal(2, life:command("run", { path }))
    assert.are.same({ 0, {} }, { life.looks, life.events })
    assert.are.equal(2, life:command("run", { "nothing" }))
    assert.truthy(life.shown.err():find("vmq-recovery: no plan is called nothing", 1, true))
  end)
end)

describe("step", function()
  it("goes through a plan with a gate, and leaves everything as it is when it is stopped", function()
    written(plain "todo")
    package.loaded["lib_lineedit"] = { open = function()
      return { read = function(_, prompt) return require("lib_terminal").read_line(prompt) end, remember = function() end }
    end }
    assert.are.equal(4, life:command("step", { path }, {}, { "Macintosh HD", "?", "q" }))
    package.loaded["lib_lineedit"] = nil
    assert.are.same({ { "stopped", 4 }, {}, 2 }, { life:ended(), life.acts, #life.prompts - 1 })
    assert.truthy(life:text():find("Target", 1, true) and life:text():find("macOS 15.6 (24G84)", 1, true), life:text())
  end)

  it("is of apply where nothing is named, and knows no other name", function()
    assert.are.equal(3, life:command("step", {}, { yes = true, user = "ada" }))
    assert.truthy(life:event("preflight", { check = "collection" }))
    assert.are.equal(2, life:command("step", { "nothing" }))
  end)
end)

describe("source", function()
  it("prints what is inside, byte for byte, by any of its names", function()
    for name, whole in pairs { apply = "scripts/apply.lua", ["scripts/apply"] = "scripts/apply.lua", ["base.text"] = "stdlib/base/text.lua",
      ["stdlib/base/text.lua"] = "stdlib/base/text.lua", ["command.source"] = "stdlib/command/source.lua" } do
      assert.are.equal(0, life:command("source", { name }))
      assert.are.equal(embed.source(whole), life.shown.out())
    end
  end)

  it("lists all of them", function()
    assert.are.equal(0, life:command("source"))
    assert.are.equal(table.concat(embed.names(), "\n") .. "\n", life.shown.out())
  end)

  it("names the nearest where there is no such", function()
    assert.are.equal(2, life:command("source", { "scripts/aply.lua" }))
    assert.are.equal("vmq-recovery: no embedded script is called scripts/aply.lua; the nearest is scripts/apply.lua\n", life.shown.err())
  end)
end)
