-- What a run tells while it goes, and what it writes down: the words that the screen, other programs and `resume` go by.

local run_state = require "engine.run_state"
local world = require "tests.unit.lua.support.world"

local function events_of(w, kind)
  local found = {}
  for _, event in ipairs(w.events) do
    if event.type == kind or event.event == kind then found[#found + 1] = event end
  end
  return found
end

local function rung(name, exact, check)
  return { { argv = { "/set", name } }, leaves = name .. " set", exact = exact, check = check }
end

describe("a step that is done", function()
  it("is told with its verdict, what was seen and the tool's exit status", function()
    local w = world.new { "a" }
    w.go()
    local told = events_of(w, "done")
    assert.are.equal(1, #told)
    assert.are.same({ "step", "a", "done", { on = true }, 0 }, { told[1].type, told[1].name, told[1].verdict, told[1].seen, told[1].exit })
  end)

  it("is told as recovered when the program died behind the act", function()
    local w = world.new { "a" }
    w.tools["/set a"] = world.dies_after
    pcall(w.go)
    w.restart()
    w.tools = {}
    assert.are.equal("done", w.go().result)
    local told = events_of(w, "done")
    assert.are.same({ "done", { on = true }, true }, { told[1].verdict, told[1].seen, told[1].recovered })
    assert.are.same({}, w.started)
  end)

  it("is told as tried again after a crash before the act, and after a wrong password", function()
    local w = world.new { "a" }
    w.tools["/set a"] = world.dies_before
    pcall(w.go)
    w.restart()
    w.tools["/set a"] = { world.wrong_password, world.works }
    assert.are.equal("done", w.go().result)
    local told = events_of(w, "again")
    assert.are.same({ "crash" }, { told[1].reason })
    assert.are.same({ "credentials", 2, "wrong password" }, { told[2].reason, told[2].attempt, told[2].words })
    assert.are.equal(2, #told)
  end)
end)

describe("a step that cannot be read before anything was done", function()
  it("is for a person, and the run stays open", function()
    local w = world.new { "a" }
    w.blind.a = true
    local final = w.go()
    assert.are.same({ "undecided", "a", true, false, { "start" } },
      { final.result, final.step.name, final.untouched, final.changed, w.journal() })
    assert.is_true(run_state.is_open(w.run))
  end)
end)

describe("a tool that refuses a password it never asked for", function()
  it("is started as often as any other, and no more", function()
    local w = world.new { "a" }
    w.tools["/set a"] = function() return { exit = 1, output = "wrong password", tries = 0 } end
    assert.are.equal("undone", w.go().result)
    assert.are.equal(3, #w.started)
  end)
end)

describe("a step that is put off", function()
  it("is told as still to do, with the reason and the tool's words", function()
    local w = world.new { { "a", defers = "set it later" } }
    w.tools["/set a"] = world.fails
    assert.are.equal("done", w.go().result)
    local told = events_of(w, "skipped")
    assert.are.same({ 1, "todo", true, "set it later", "it broke" },
      { #told, told[1].verdict, told[1].deferred, told[1].reason, told[1].words })
  end)
end)

describe("a step whose plan is wrong", function()
  it("is told as failed with nothing changed, once another step has acted", function()
    local w = world.new { "a", { "b", run = function() return 7 end } }
    assert.are.same({ "undone", "b" }, { w.go().result, w.final.failed })
    local told = events_of(w, "failed")
    assert.are.same({ 1, "b", true, "string" }, { #told, told[1].name, told[1].unchanged, type(told[1].cause) })
  end)
end)

describe("a step's own ladder", function()
  local function climbed(...)
    local rungs = { ... }
    local w
    w = world.new { { "a", ladder = function() return rungs end } }
    w.final = w.go()
    return w
  end

  it("that reaches what was wanted is told and written as done", function()
    local w = climbed(rung("a", true))
    assert.are.equal("done", w.final.result)
    assert.are.same({ "start", "intent a", "outcome a done", "close done" }, w.journal())
    local told = events_of(w, "undo")
    assert.are.same({ "a", 1, "a set", "done" }, { told[1].step, told[1].rung, told[1].leaves, told[1].verdict })
    assert.are.equal("done", events_of(w, "done")[1].verdict)
  end)

  it("that reaches less is told and written as lower, and the run is over", function()
    local w = climbed(rung("a", false))
    assert.are.equal("lower", w.final.result)
    assert.are.same({ "start", "intent a", "outcome a lower", "close lower" }, w.journal())
    assert.are.equal("lower", events_of(w, "undo")[1].verdict)
    assert.are.same({}, events_of(w, "done"))
    assert.is_false(run_state.is_open(w.run))
  end)

  it("tells each rung that was refused, with its reason", function()
    local w = climbed(rung("a", true, function() return false, {} end), rung("a", false, function() return true, {} end))
    local told = events_of(w, "undo")
    assert.are.same({ 1, "refused", "a set", "cause" }, { told[1].rung, told[1].verdict, told[1].leaves, told[1].reason })
    assert.are.same({ 2, "lower" }, { told[2].rung, told[2].verdict })
  end)

  it("tells that a password is asked for again", function()
    local w = world.new { { "a", ladder = function() return { rung("a", true) } end } }
    w.tools["/set a"] = { world.wrong_password, world.works }
    assert.are.equal("done", w.go().result)
    local told = events_of(w, "again")
    assert.are.same({ 1, "credentials", 2, "wrong password" }, { #told, told[1].reason, told[1].attempt, told[1].words })
  end)

  it("that reaches nothing ends the run, which is over then", function()
    local w = climbed(rung("a", true, function() return false, {} end))
    assert.are.equal("none", w.final.result)
    assert.are.same({ "start", "intent a", "outcome a done", "close none" }, w.journal())
    assert.is_false(run_state.is_open(w.run))
  end)

  it("of which nothing could be tried here writes nothing of it", function()
    local elsewhere = rung("a", true)
    elsewhere.where = "macos"
    local w = climbed(elsewhere)
    assert.are.same({ "elsewhere", { "start", "close elsewhere" }, {} }, { w.final.result, w.journal(), w.started })
  end)

  it("with a rung that goes by the step's own check tries no other where that cannot tell", function()
    local w = world.new { { "a", ladder = function()
      return { rung("a", true), { { argv = { "/half", "a" } }, leaves = "half", check = function() return true end } }
    end } }
    w.tools["/set a"] = function(self)
      self.blind.a = true
      return { exit = 0, output = "" }
    end
    assert.are.same({ "undecided", { "/set a" } }, { w.go().result, w.started })
  end)

  it("with a rung that cannot be read back is for a person, whatever the step reads", function()
    local w = climbed(rung("a", true, function() return nil, "odd" end), rung("a", false))
    assert.are.same({ "undecided", "a", { "/set a" } }, { w.final.result, w.final.step.name, w.started })
    assert.is_true(run_state.is_open(w.run))
  end)

  it("whose end cannot be read is for a person, and stays open", function()
    local w = world.new { { "a", ladder = function()
      return { rung("a", true, function() return false, {} end) }
    end } }
    w.tools["/set a"] = function(self)
      self.blind.a = true
      return { exit = 1, output = "it broke" }
    end
    assert.are.same({ "undecided", "a" }, { w.go().result, w.final.step.name })
    assert.is_true(run_state.is_open(w.run))
  end)
end)

describe("a way back that does not work", function()
  it("is written as refused, told as failed, and ends the run", function()
    local w = world.new { "a" }
    w.go()
    w.restart()
    w.tools["/clear a"] = world.fails
    assert.are.equal("incomplete", w.rollback().result)
    assert.are.equal("undo-outcome a refused", w.journal()[#w.records - 1])
    local told = events_of(w, "undo")
    assert.are.same({ "failed", "no way back worked here" }, { told[#told].verdict, told[#told].reason })
    assert.is_false(run_state.is_open(w.run))
  end)
end)

describe("a phase", function()
  it("goes on where the step behind the waiting one belongs, or anywhere", function()
    local w = world.new { "a", { "b", waits = true }, { "c", where = "macos" } }
    assert.are.same({ "phase", "macos" }, { w.go().result, w.final.next })
    w = world.new { "a", { "b", waits = true } }
    assert.are.same({ "phase", "any" }, { w.go().result, w.final.next })
  end)
end)

describe("steps that a later act undoes", function()
  -- As many steps; the last act takes the first back, once.
  local function undone_by_last(count)
    local names = {}
    for number = 1, count do names[number] = "s" .. number end
    local w = world.new(names)
    w.tools["/set s" .. count] = { function(self, command)
      self.on.s1 = false
      return world.works(self, command)
    end }
    w.go()
    return w
  end

  it("are still found once another has been done again", function()
    local w = world.new { "a", "b", "c", "d" }
    local function takes_back(name)
      return { function(self, command)
        self.on[name] = false
        return world.works(self, command)
      end }
    end
    w.tools["/set c"], w.tools["/set d"] = takes_back "a", takes_back "b"
    assert.are.same({ "done", true, true }, { w.go().result, w.on.a, w.on.b })
    assert.are.same({ "/set a", "/set b", "/set c", "/set a", "/set d", "/set b" }, w.started)
  end)

  it("are found at once among the sixteen before it, and done again", function()
    local w = undone_by_last(17)
    assert.are.same({ "done", true }, { w.final.result, w.on.s1 })
    local told = events_of(w, "again")
    assert.are.same({ 1, "s1", "undone", "s17" }, { #told, told[1].name, told[1].reason, told[1].by })
  end)

  it("are found at the end where they lie further back", function()
    local w = undone_by_last(18)
    assert.are.same({ "stopped", "undone", "step s1 was undone by a later one" }, { w.final.result, w.final.kind, w.final.reason })
  end)
end)
