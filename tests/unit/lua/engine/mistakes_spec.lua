-- Mistakes in a plan: told with their place, and undone where something was done already.

local world = require "tests.unit.lua.support.world"

describe("a mistake in a plan's run", function()
  local MISTAKES = { function() error "oops" end, function() return "full" end, function() return {} end,
    function() return { argv = { "relative" } } end, function() return { argv = {} } end,
    function() return { argv = { "/x", 7 } } end, function() return { argv = { "/x", "a\0b" } } end,
    function() return { { argv = { "/x" } }, {} } end }

  it("starts nothing and says where in the plan it is", function()
    for number, run in ipairs(MISTAKES) do
      local w = world.new { { "a", run = run } }
      w.plan.steps[1].at = "my/plan.lua:7"
      local final = w.go()
      assert.are.same({ "mistake", 0 }, { final.result, final.acted }, number)
      local where = number == 1 and "^.*mistakes_spec.lua:%d+: step a: oops$" or "^my/plan.lua:7: step a: run: "
      assert.truthy(final.reason:find(where), final.reason)
      assert.are.same({}, w.started)
    end
  end)

  it("after other steps were done takes those back", function()
    for _, run in ipairs(MISTAKES) do
      local w = world.new { "a", { "b", run = run } }
      assert.are.equal("undone", w.go().result)
      assert.truthy(w.final.mistake:find(": step b: ", 1, true), w.final.mistake)
      assert.are.same({ "/set a", "/clear a" }, w.started)
    end
  end)
end)

describe("a mistake in a plan's check", function()
  local MISTAKES = { function() error "broken" end, function() return true end, function() end, function() return "Done" end,
    function() return "done", { print } end }

  it("before anything was done is all there is", function()
    for _, check in ipairs(MISTAKES) do
      local w = world.new { "a" }
      w.plan.steps[1].check = check
      assert.are.same({ "mistake", 0 }, { w.go().result, w.final.acted })
      assert.truthy(w.final.reason:find(": step a: ", 1, true), w.final.reason)
      assert.are.same({ {}, "close mistake" }, { w.started, w.journal()[2] })
    end
  end)

  it("afterwards takes the run back, the step that was acted in too", function()
    for _, check in ipairs(MISTAKES) do
      local w = world.new { "a", "b" }
      local sound = w.plan.steps[2].check
      w.plan.steps[2].check = function(c) return (w.on.b and check or sound)(c) end
      assert.are.equal("undone", w.go().result)
      assert.are.same({ "/set a", "/set b", "/clear b", "/clear a" }, w.started)
      assert.are.same({ "b", true }, { w.final.failed, w.final.mistake:find(": step b: ", 1, true) ~= nil })
    end
  end)

  it("that stays one is told, and the other steps are taken back all the same", function()
    local w = world.new { "a", "b" }
    w.plan.steps[2].undo = function() return { { { argv = { "/clear", "b" } }, leaves = "b off" } } end
    w.tools["/set b"] = function(self, command)
      self.plan.steps[2].check = function() error "broken" end
      return world.works(self, command)
    end
    assert.are.equal("incomplete", w.go().result)
    assert.are.same({ "/set a", "/set b", "/clear b", "/clear a" }, w.started)
    assert.truthy(w.final.stuck[1].refused[1].why:find(": step b: broken", 1, true))
  end)

  it("is told in a survey, which goes on", function()
    local w = world.new { "a", "b" }
    w.plan.steps[1].check = function() error "broken" end
    local rows = require("engine.run").survey(w.plan, w.run, {})
    assert.are.same({ "unknown", "todo", nil }, { rows[1].verdict, rows[2].verdict, rows[2].mistake })
    assert.truthy(rows[1].mistake:find(": step a: broken", 1, true))
  end)
end)

describe("a step that asks a tool which is not started here", function()
  local probe = require "tool.probe"
  after_each(function() probe.use(nil) end)

  local function blind(dry_run)
    local w = world.new { "a", "b" }
    probe.use(function() return nil, "not here", "withheld" end)
    w.plan.steps[1].check = function() return probe.output { "/look" } and "done" or "todo" end
    w.ports.dry_run = dry_run
    if dry_run then w.ports.act = function() return { dry_run = true } end end
    return w
  end

  it("is passed over in a dry run, and undecided otherwise", function()
    local w = blind(true)
    assert.are.same({ "done", "a:skipped" }, { w.go().result, w.told()[1] })
    assert.are.same({ "unknown", "not looked at: it asks /look, a tool of the plan's own" }, { w.events[1].verdict, w.events[1].reason })
    assert.are.equal("undecided", blind(nil).go().result)
  end)
end)

describe("a command that the door lets through for nobody", function()
  it("is the plan's mistake, and takes the run back", function()
    local w = world.new { "a", "b" }
    w.plan.steps[2].at = "my/plan.lua:7"
    w.tools["/set b"] = function() return nil, "will not run /set: it is not among them", "refused" end
    assert.are.equal("undone", w.go().result)
    assert.are.equal("my/plan.lua:7: step b: run: will not run /set: it is not among them", w.final.mistake)
    local told
    for _, event in ipairs(w.events) do told = event.event == "failed" and event or told end
    assert.are.same({ w.final.mistake, nil, nil }, { told.cause, told.cure, told.words })
    local missing = world.new { "a" }
    missing.tools["/set a"] = world.cannot_start
    assert.are.same({ "undone", nil }, { missing.go().result, missing.final.mistake })
  end)
end)

describe("a mistake in a plan's way back", function()
  local MISTAKES = { function() error "oops" end, function() return 7 end, function() end, function() return {} end,
    function() return { argv = { "/clear", "a" } } end, function() return { { argv = { "/clear", "a" } } } end }

  it("is told before the step acts", function()
    for number, undo in ipairs(MISTAKES) do
      local w = world.new { { "a", undo = undo } }
      assert.are.same({ "mistake", {} }, { w.go().result, w.started }, number)
      local later = world.new { "a", { "b", undo = undo } }
      assert.are.same({ "undone", { "/set a", "/clear a" } }, { later.go().result, later.started }, number)
    end
  end)

  it("is none where nothing could be seen, or where it says that nothing is left", function()
    for _, undo in ipairs { function() return "nothing of it is left" end } do
      assert.are.equal("done", world.new({ { "a", undo = undo } }).go().result)
    end
    local w = world.new { { "a", undo = MISTAKES[1] } }
    local sound = w.plan.steps[1].check
    w.plan.steps[1].check = function(c) return (sound(c)) end
    assert.are.equal("done", w.go().result)
  end)
end)
