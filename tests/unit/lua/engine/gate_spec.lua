-- The gate before each step: do, all, skip, undo and stop, and what of them the journal keeps.

local run_state = require "engine.run_state"
local world = require "tests.unit.lua.support.world"

-- A world whose gate gives these answers in turn ("stop" afterwards). w.asked lists what it was asked.
local function gated(steps, answers)
  local w = world.new(steps)
  w.asked = {}
  function w.ports.gate(step, seen, about)
    w.asked[#w.asked + 1] = { step.name, seen, about }
    return answers[#w.asked] or "stop"
  end
  return w
end

local function asked(w)
  local names = {}
  for index, each in ipairs(w.asked) do names[index] = each[1] end
  return names
end

describe("the gate", function()
  it("is asked before each step that would act, with what was seen", function()
    local w = gated({ "a", "b" }, { "do", "do" })
    assert.are.same({ "done", 2 }, { w.go().result, w.final.acted })
    assert.are.same({ "a", "b" }, asked(w))
    assert.are.same({ { on = false }, { may_skip = true, last = nil } }, { w.asked[1][2], w.asked[1][3] })
    assert.are.same({ may_skip = true, last = "a" }, w.asked[2][3])
  end)

  it("is not asked about what is so already", function()
    local w = gated({ "a", "b" }, { "do" })
    w.on.a = true
    assert.are.equal("done", w.go().result)
    assert.are.same({ "b" }, asked(w))
  end)

  it("asks no more after all", function()
    local w = gated({ "a", "b", "c" }, { "do", "all" })
    assert.are.equal("done", w.go().result)
    assert.are.same({ { "a", "b" }, { "/set a", "/set b", "/set c" } }, { asked(w), w.started })
  end)

  it("stops before anything is written of the step", function()
    local w = gated({ "a", "b" }, { "do", "stop" })
    local final = w.go()
    assert.are.same({ "stopped", "asked", "b", 1 }, { final.result, final.kind, final.step, final.acted })
    assert.are.same({ "start", "intent a", "outcome a done" }, w.journal())
    assert.is_true(run_state.is_open(w.run))
    w.restart()
    w.ports.gate = nil
    assert.are.equal("done", w.go().result)
    assert.are.same({ "/set b" }, w.started)
  end)

  it("stops at the first step with nothing done, and closes the run", function()
    local w = gated({ "a" }, {})
    assert.are.same({ "stopped", 0 }, { w.go().result, w.final.acted })
    assert.are.same({ {}, { "start", "close stopped" } }, { w.started, w.journal() })
  end)

  it("takes an answer it does not know for stop", function()
    local w = gated({ "a" }, { "yes please" })
    assert.are.same({ "stopped", {} }, { w.go().result, w.started })
  end)
end)

describe("skip", function()
  it("leaves a step out, says so and writes it down", function()
    local w = gated({ "a", "b" }, { "skip", "do" })
    assert.are.equal("done", w.go().result)
    assert.are.same({ { "/set b" }, "a:skipped" }, { w.started, w.told()[1] })
    assert.are.equal("you left it out", w.events[1].reason)
    assert.are.same({ "start", "skipped a", "intent b", "outcome b done", "close done" }, w.journal())
  end)

  it("survives in the journal: the step is not asked about again", function()
    local w = gated({ "a", "b", "c" }, { "do", "skip", "stop", "do" })
    assert.are.equal("stopped", w.go().result)
    w.restart()
    assert.is_true(w.run.steps.b.skipped)
    assert.are.equal("done", w.go().result)
    assert.are.same({ { "a", "b", "c", "c" }, { "/set c" } }, { asked(w), w.started })
  end)

  it("is refused where a later step needs it, directly or through another, with that step's name", function()
    local w = gated({ "a", "b", "c" }, { "skip" })
    w.plan.steps[2].needs, w.plan.steps[3].needs = { "a" }, { "b" }
    assert.are.equal("stopped", w.go().result)
    assert.are.same({ may_skip = false, why_not = "b" }, w.asked[1][3])
    assert.are.same({ {}, nil }, { w.started, w.run.steps.a.skipped })
    local through = gated({ "a", "x", "c" }, { "do", "skip" })
    through.plan.steps[3].needs = { "x" }
    through.go()
    assert.are.same({ true, "c" }, { through.asked[1][3].may_skip, through.asked[2][3].why_not })
  end)

  it("of a step that reads done after all changes nothing", function()
    local w = gated({ "a", "b" }, { "skip", "stop" })
    w.go()
    w.restart()
    w.on.a = true
    w.ports.gate = nil
    assert.are.equal("done", w.go().result)
    assert.are.same({ "/set b" }, w.started)
  end)

  it("is no step to go back over: rollback leaves it alone", function()
    local w = gated({ "a", "b", "c" }, { "do", "skip", "do" })
    assert.are.equal("done", w.go().result)
    w.restart()
    assert.are.equal("undone", w.rollback().result)
    assert.are.same({ "/clear c", "/clear a" }, w.started)
  end)

  it("that cannot be written ends the run", function()
    local w = gated({ "a", "b" }, { "skip" })
    w.journal_fails_at = 1
    assert.are.same({ "stopped", "journal" }, { w.go().result, w.final.kind })
    assert.are.same({}, w.started)
  end)
end)

describe("undo of the last step", function()
  it("takes it back, and asks about it again", function()
    local w = gated({ "a", "b" }, { "do", "undo", "do", "do" })
    assert.are.same({ "done", 2 }, { w.go().result, w.final.acted })
    assert.are.same({ "a", "b", "a", "b" }, asked(w))
    assert.are.same({ "/set a", "/clear a", "/set a", "/set b" }, w.started)
    assert.is_nil(w.asked[3][3].last)
    assert.are.same({ a = true, b = true }, w.on)
  end)

  it("then stop: nothing is left, and the run can be resumed", function()
    local w = gated({ "a", "b" }, { "do", "undo", "stop" })
    assert.are.same({ "stopped", false }, { w.go().result, w.on.a })
    w.restart()
    w.ports.gate = nil
    assert.are.equal("done", w.go().result)
    assert.are.same({ "/set a", "/set b" }, w.started)
  end)

  it("takes it for no longer done", function()
    local w = gated({ "a", "b" }, { "do", "undo", "stop" })
    w.go()
    assert.is_false(w.run.steps.a.done)
  end)

  it("goes further back each time", function()
    local w = gated({ "a", "b", "c" }, { "do", "do", "undo", "undo", "all" })
    assert.are.equal("done", w.go().result)
    assert.are.same({ "a", "b", "c", "b", "a" }, asked(w))
    assert.are.same({ "/set a", "/set b", "/clear b", "/clear a", "/set a", "/set b", "/set c" }, w.started)
  end)

  it("goes over a step that was left out", function()
    local w = gated({ "a", "b", "c" }, { "do", "skip", "undo", "do", "do" })
    assert.are.equal("done", w.go().result)
    assert.are.same({ "a", "b", "c", "a", "c" }, asked(w))
  end)

  it("with nothing done is stop", function()
    local w = gated({ "a" }, { "undo" })
    assert.are.same({ "stopped", {} }, { w.go().result, w.started })
  end)

  it("that does not work asks again about the same step", function()
    local w = gated({ "a", "b" }, { "do", "undo", "stop" })
    w.tools["/clear a"] = world.lies
    assert.are.equal("stopped", w.go().result)
    assert.are.same({ "a", "b", "b" }, asked(w))
    assert.is_true(w.on.a)
  end)

  it("of a step with no way back leaves it done", function()
    local w = gated({ { "a", no_way_back = "burnt" }, "b" }, { "do", "undo", "stop" })
    assert.are.equal("stopped", w.go().result)
    assert.are.same({ { "a", "b", "b" }, { "/set a" } }, { asked(w), w.started })
  end)

  it("is not undone twice by rollback", function()
    local w = gated({ "a", "b" }, { "do", "undo", "stop" })
    w.go()
    w.restart()
    assert.are.equal("undone", w.rollback().result)
    assert.are.same({}, w.started)
  end)
end)
