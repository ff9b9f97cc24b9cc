-- The engine on fake ports: the way forward, and everything that may happen on it.

local engine = require "engine.run"
local run_state = require "engine.run_state"
local world = require "tests.unit.lua.support.world"

local function told(w, event, name)
  for _, each in ipairs(w.events) do
    if each.type == "step" and each.event == event and (not name or each.name == name) then return each end
  end
end

describe("a run", function()
  it("does each step, once, in order, and reads each back", function()
    local w = world.new { "a", "b" }
    assert.are.same({ result = "done", acted = 2, changed = true }, w.go())
    assert.are.same({ "/set a", "/set b" }, w.started)
    assert.are.same({ "start", "intent a", "outcome a done", "intent b", "outcome b done", "close done" }, w.journal())
    assert.are.same({ "a:intent", "a:started", "a:ended", "a:done", "b:intent", "b:started", "b:ended", "b:done" }, w.told())
    assert.are.equal(2, w.forgotten)
    assert.is_false(run_state.is_open(w.run))
  end)

  it("writes down before it acts, with what was before", function()
    local w = world.new { "a" }
    w.tools["/set a"] = function(self, command)
      self.seen_at_act = #self.records
      return world.works(self, command)
    end
    w.go()
    local intent = w.records[2]
    assert.are.equal(2, w.seen_at_act)
    assert.are.same({ { "/set", "a" }, "a", 1, 1, 1, { on = false } },
      { intent.argv, intent.step, intent.part, intent.parts, intent.attempt, intent.before })
    assert.are.same({ "done", { on = true }, 0 }, { w.records[3].verdict, w.records[3].seen, w.records[3].exit })
  end)

  it("skips what is so already, and says why", function()
    local w = world.new { "a", "b" }
    w.on.a = true
    w.go()
    assert.are.same({ "/set b" }, w.started)
    local skipped = told(w, "skipped")
    assert.are.same({ "a", "already so", "done", 1, 2 },
      { skipped.name, skipped.reason, skipped.verdict, skipped.number, skipped.of })
  end)

  it("changes nothing and writes nothing when everything is so", function()
    local w = world.new { "a", "b" }
    w.on = { a = true, b = true }
    assert.are.same({ result = "done", acted = 0, changed = false }, w.go())
    assert.are.same({}, w.started)
  end)

  it("counts a tool's failure for nothing when the state reads done", function()
    local w = world.new { "a" }
    w.tools["/set a"] = world.does_and_fails
    assert.are.equal("done", w.go().result)
    assert.are.same({ 1, "it broke" }, { w.records[3].exit, w.records[3].words })
  end)

  it("starts all of a step's commands, up to the first that fails", function()
    local function two() return { { argv = { "/first", "x" } }, { argv = { "/set", "a" } } } end
    local w = world.new { { "a", run = two } }
    assert.are.equal("done", w.go().result)
    assert.are.same({ "/first x", "/set a" }, w.started)
    assert.are.same({ 1, 2, 2, 2 }, { w.records[2].part, w.records[2].parts, w.records[3].part, w.records[3].parts })
    local failing = world.new { { "a", run = two } }
    failing.tools["/first x"] = world.fails
    failing.go()
    assert.are.same({ "/first x" }, failing.started)
  end)

  it("lets verify be stricter than check", function()
    for _, case in ipairs { { "done", "done" }, { "todo", "undone" }, { "unknown", "undecided" }, { "nonsense", "undone" } } do
      local w = world.new { { "a", verify = function() return case[1] end } }
      assert.are.equal(case[2], w.go().result, case[1])
    end
    local throws = world.new { { "a", verify = function() error "oops" end } }
    assert.are.equal("undone", throws.go().result)
    assert.truthy(throws.final.mistake:find(": step a: oops", 1, true))
  end)
end)

describe("unknown", function()
  it("stops before anything is touched", function()
    local w = world.new { "a", "b" }
    w.blind.a = true
    local final = w.go()
    assert.are.same({ "undecided", 0, true, "a" }, { final.result, final.acted, final.untouched, final.step.name })
    assert.are.same({}, w.started)
  end)

  it("stops after an act, with both states, and leaves the journal open", function()
    local w = world.new { "a", "b" }
    w.tools["/set a"] = function(self)
      self.blind.a = true
      return { exit = 0, output = "" }
    end
    local final = w.go()
    assert.are.same({ "undecided", 1, { on = false }, nil }, { final.result, final.acted, final.before, final.now })
    assert.are.same({ "/set a" }, w.started)
    assert.is_true(run_state.is_open(w.run))
  end)

  it("stops when a step done earlier can no longer be read", function()
    local w = world.new { "a", "b" }
    w.tools["/set b"] = function(self, command)
      self.blind.a = true
      return world.works(self, command)
    end
    local final = w.go()
    assert.are.same({ "undecided", "a", { on = true } }, { final.result, final.step.name, final.before })
  end)
end)

describe("a step undone by a later one", function()
  it("is run again, once, and then all hold", function()
    local w = world.new { "a", "b" }
    w.tools["/set b"] = { function(self, command)
      self.on.a = false
      return world.works(self, command)
    end }
    assert.are.equal("done", w.go().result)
    assert.are.same({ "/set a", "/set b", "/set a" }, w.started)
    local again = told(w, "again")
    assert.are.same({ "a", "undone", "b" }, { again.name, again.reason, again.by })
  end)

  it("is done no longer, in what the run knows", function()
    local w = world.new { "a", "b" }
    w.tools["/set b"] = function(self, command)
      self.on.a = false
      w.stop = function() return 1 end
      return world.works(self, command)
    end
    assert.are.equal("stopped", w.go().result)
    assert.are.same({ false, true }, { w.run.steps.a.done, w.run.steps.b.done })
  end)

  it("twice stops the run", function()
    local w = world.new { "a", "b" }
    w.drops = { a = { "b" }, b = { "a" } }
    local final = w.go()
    assert.are.same({ "stopped", "undone", "a" }, { final.result, final.kind, final.step })
    assert.are.equal("step a was undone twice, the second time after step b", final.reason)
    assert.are.same({ "/set a", "/set b", "/set a", "/set b" }, w.started)
    assert.is_true(run_state.is_open(w.run))
  end)

  it("is found first among several, and those after it follow in order", function()
    local w = world.new { "a", "b", "c", "d" }
    w.tools["/set d"] = { function(self, command)
      self.on.a, self.on.c = false, false
      return world.works(self, command)
    end }
    assert.are.equal("done", w.go().result)
    assert.are.same({ "/set a", "/set b", "/set c", "/set d", "/set a", "/set c" }, w.started)
  end)

  it("is found when it was done before the run began, too", function()
    local w = world.new { "a", "b" }
    w.on.a = true
    w.tools["/set b"] = { function(self, command)
      self.on.a = false
      return world.works(self, command)
    end }
    assert.are.equal("done", w.go().result)
    assert.are.same({ "/set b", "/set a" }, w.started)
  end)
end)

describe("in a plan of more than 16 steps", function()
  local function long(count, more)
    local steps = {}
    for number = 1, count do steps[number] = { "s" .. number } end
    for number, fields in pairs(more or {}) do
      for key, value in pairs(fields) do steps[number][key] = value end
    end
    return world.new(steps)
  end

  it("a step out of sight that was undone is found at the end, and the run does not call itself done", function()
    local w = long(100)
    w.tools["/set s99"] = function(self, command)
      self.on.s1 = false
      return world.works(self, command)
    end
    local final = w.go()
    assert.are.same({ "stopped", "undone", "s1" }, { final.result, final.kind, final.step })
    assert.is_true(run_state.is_open(w.run))
  end)

  it("the last look at all of them is one look more, and none where that many are always in sight", function()
    local short, exact, more = long(3), long(16), long(17)
    short.go()
    exact.go()
    more.go()
    assert.are.same({ 3, 16, 18 }, { short.forgotten, exact.forgotten, more.forgotten })
    local idle = long(17)
    for number = 1, 17 do idle.on["s" .. number] = true end
    assert.are.equal("done", idle.go().result)
    assert.are.equal(0, idle.forgotten)
  end)

  it("a declared reset is looked at however far back, and done again", function()
    local w = long(100, { [99] = { resets = { "s1" } } })
    w.tools["/set s99"] = { function(self, command)
      self.on.s1 = false
      return world.works(self, command)
    end }
    assert.are.equal("done", w.go().result)
    assert.are.equal(101, #w.started)
    assert.are.equal("/set s1", w.started[100])
  end)

  it("the latest are looked at after every act", function()
    local w = long(100)
    w.tools["/set s90"] = { function(self, command)
      self.on.s80 = false
      return world.works(self, command)
    end }
    assert.are.equal("done", w.go().result)
    assert.are.same({ "/set s90", "/set s80", "/set s91" }, { w.started[90], w.started[91], w.started[92] })
  end)

  it("checks grow with the steps, not with their square", function()
    local w, count = long(600), 0
    for _, step in ipairs(w.plan.steps) do
      local check = step.check
      step.check = function()
        count = count + 1
        return check()
      end
    end
    w.go()
    assert.is_true(count < 600 * 22, tostring(count))
  end)
end)

describe("engine.survey", function()
  it("tells every step's verdict and starts nothing", function()
    local w = world.new { "a", "b", "c" }
    w.on.a, w.blind.c = true, true
    local rows = engine.survey(w.plan, w.run, { environment = "macos" })
    assert.are.same({ "done", "todo", "unknown" }, { rows[1].verdict, rows[2].verdict, rows[3].verdict })
    assert.are.same({ w.plan.steps[2], { on = false } }, { rows[2].step, rows[2].seen })
    assert.are.same({}, w.started)
    assert.are.equal(1, #w.records)
  end)
end)
