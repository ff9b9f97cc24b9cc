-- The engine after a crash: an intent without an outcome, and the three questions. Every process here knows only what
-- the journal says.

local run_state = require "engine.run_state"
local world = require "tests.unit.lua.support.world"

-- Runs until the tool that dies; then a new process.
local function crashed(steps, command, how)
  local w = world.new(steps)
  w.tools[command] = { how }
  assert(not pcall(w.go), "the tool did not die")
  w.restart()
  return w
end

describe("after a crash", function()
  it("before the tool had an effect, the step is done again", function()
    local w = crashed({ "a", "b" }, "/set b", world.dies_before)
    assert.is_table(w.run.open_intent)
    assert.are.equal("done", w.go().result)
    assert.are.same({ "/set b" }, w.started)
    assert.are.same({ "start", "intent a", "outcome a done", "intent b", "outcome b todo", "intent b", "outcome b done",
      "close done" }, w.journal())
    assert.are.same({ "b", "again", "crash" }, { w.events[1].name, w.events[1].event, w.events[1].reason })
  end)

  it("after the tool had its effect, it is found done and not started again", function()
    local w = crashed({ "a", "b" }, "/set a", world.dies_after)
    assert.are.equal("done", w.go().result)
    assert.are.same({ "/set b" }, w.started)
    assert.are.same({ "a", "done", true }, { w.events[1].name, w.events[1].event, w.events[1].recovered })
    assert.is_true(w.records[3].recovered)
  end)

  it("in a state that is neither, the run stops and shows both", function()
    local w = crashed({ "a" }, "/set a", world.dies_before)
    w.plan.steps[1].check = function() return "todo", { on = "half" } end
    local final = w.go()
    assert.are.same({ "undecided", { on = false }, { on = "half" }, true, "a" },
      { final.result, final.before, final.now, final.crash, final.step.name })
    assert.are.same({}, w.started)
    assert.is_table(w.run.open_intent)
    assert.is_true(run_state.is_open(w.run))
  end)

  it("in a state that cannot be read, the run stops, and goes on once it can", function()
    local w = crashed({ "a", "b" }, "/set a", world.dies_after)
    w.blind.a = true
    assert.are.equal("undecided", w.go().result)
    assert.are.same({}, w.started)
    w.restart()
    w.blind.a = nil
    assert.are.equal("done", w.go().result)
    assert.are.same({ "/set b" }, w.started)
  end)

  it("a second crash at the same place is settled as well", function()
    local w = crashed({ "a" }, "/set a", world.dies_before)
    w.tools["/set a"] = { world.dies_after }
    assert.is_false((pcall(w.go)))
    w.restart()
    assert.are.equal("done", w.go().result)
    assert.are.same({}, w.started)
  end)

  it("half-way through several commands, all are started once more", function()
    local function both() return { { argv = { "/set", "x" } }, { argv = { "/set", "a" } } } end
    local w = crashed({ { "a", run = both } }, "/set x", world.dies_after)
    assert.are.equal("done", w.go().result)
    assert.are.same({ "/set x", "/set a" }, w.started)
    -- Done already, but only the first of two commands is known to have been started.
    local early = crashed({ { "a", run = both } }, "/set x", world.dies_before)
    early.on.a = true
    assert.are.equal("done", early.go().result)
    assert.are.equal("todo", early.records[3].verdict)
  end)

  it("a step that settles at a restart is begun again", function()
    local w = crashed({ { "a", settles = "clean-restart" } }, "/set a", world.dies_before)
    w.plan.steps[1].check = function() return "todo", { stored = "elsewise" } end
    assert.are.equal("phase", w.go().result)
    assert.are.same({ "/set a" }, w.started)
  end)

  it("at every single place, the same end is reached", function()
    for number, name in ipairs { "a", "b", "c" } do
      for _, how in ipairs { world.dies_before, world.dies_after } do
        local w = crashed({ "a", "b", "c" }, "/set " .. name, how)
        assert.are.same({ "done", 3 }, { w.go().result, w.final.acted })
        assert.are.same({ a = true, b = true, c = true }, w.on)
        assert.are.equal(how == world.dies_before and 4 - number or 3 - number, #w.started)
      end
    end
  end)

  it("on the way back, the run goes on back", function()
    for _, how in ipairs { world.dies_before, world.dies_after } do
      local w = world.new { "a", "b", "c" }
      w.tools["/set c"], w.tools["/clear b"] = world.fails, { how }
      assert.is_false((pcall(w.go)))
      w.restart()
      assert.are.same({ "back", "failed" }, { w.run.direction, w.run.undo_reason })
      local final = w.go()
      assert.are.same({ "undone", "failed" }, { final.result, final.went_back })
      assert.are.same({ a = false, b = false }, w.on)
    end
  end)
end)

describe("a rung of a step's own ladder, begun before a crash,", function()
  local function stairs(w, top, low)
    return function()
      return {
        { { argv = { "/set", top } }, leaves = "the top", exact = true,
          check = function() return w.on[top] == true, "seen" end },
        { { argv = { "/set", low } }, leaves = "the middle", check = function() return w.on[low] == true, "seen" end },
      }
    end
  end

  local function with_ladder()
    local w
    w = world.new { { "a", ladder = function(...) return stairs(w, "a", "low")(...) end } }
    return w
  end

  it("is found reached", function()
    local w = with_ladder()
    w.tools["/set a"] = world.fails
    w.tools["/set low"] = { world.dies_after }
    assert.is_false((pcall(w.go)))
    w.restart()
    w.plan.steps[1].check = function() return "todo", { on = "low" } end
    local final = w.go()
    assert.are.equal("lower", final.result)
    assert.are.equal("the middle", final.leaves)
  end)

  it("is climbed for again when nothing happened", function()
    local w = with_ladder()
    w.tools["/set a"] = { world.dies_before }
    assert.is_false((pcall(w.go)))
    w.restart()
    assert.are.equal("done", w.go().result)
    assert.are.same({ "/set a" }, w.started)
  end)

  it("reached without a crash ends lower, with why not higher", function()
    local w = with_ladder()
    w.tools["/set a"] = world.fails
    local final = w.go()
    assert.are.same({ "lower", "the middle", { { leaves = "the top", why = "cause", words = "it broke", cure = "cure",
      kind = "unknown" } } },
      { final.result, final.leaves, final.refused })
    assert.is_false(run_state.is_open(w.run))
  end)

  it("and none left is the end of it", function()
    local w = with_ladder()
    w.tools["/set a"], w.tools["/set low"] = world.fails, world.lies
    assert.are.equal("none", w.go().result)
    assert.is_false(run_state.is_open(w.run))
  end)

  it("and only to be climbed elsewhere keeps the run open", function()
    local w = with_ladder()
    local ladder = w.plan.steps[1].ladder
    w.plan.steps[1].ladder = function()
      local rungs = ladder()
      rungs[1].where, rungs[2].where = "recovery", "recovery"
      return rungs
    end
    w.environment = "macos"
    local final = w.go()
    assert.are.same({ "elsewhere", 0 }, { final.result, #w.started })
  end)
end)
