-- What a journal's records mean, and which records make no sense.

local run_state = require "engine.run_state"

local START = { type = "start", format = 1, plan = "p" }

local function rebuild(...) return run_state.rebuild { START, ... } end

local function intent(step, before)
  return { type = "intent", step = step, before = before, argv = { "/x" }, part = 1, parts = 1 }
end
local function outcome(step, verdict, seen) return { type = "outcome", step = step, verdict = verdict, seen = seen } end

describe("run_state.rebuild", function()
  it("begins with the start record", function()
    local run = assert(rebuild())
    assert.are.same({ START, "forward", 1, {} }, { run.start, run.direction, run.records, run.acted })
    assert.is_true(run_state.is_open(run))
    assert.is_false(run_state.is_open(assert(run_state.rebuild {})))
  end)

  it("keeps an intent open until its outcome", function()
    local run = assert(rebuild(intent("a", { on = false })))
    assert.are.equal("a", run.open_intent.step)
    local state = run_state.step(run, "a")
    assert.are.same({ true, false, { on = false } }, { state.acted, state.done, state.before })
    run = assert(rebuild(intent("a", { on = false }), outcome("a", "done", { on = true })))
    state = run_state.step(run, "a")
    assert.is_nil(run.open_intent)
    assert.are.same({ true, { on = true }, nil }, { state.done, state.seen, state.pending })
  end)

  it("keeps what was before the first of several tries", function()
    local run = assert(rebuild(intent("a", { n = 1 }), outcome("a", "todo"), intent("a", { n = 2 })))
    assert.are.same({ { n = 1 }, { "a" } }, { run_state.step(run, "a").before, run.acted })
  end)

  it("keeps the order in which steps were acted in", function()
    local run = assert(rebuild(intent "b", outcome("b", "done"), intent "a", outcome("a", "done"), intent "b"))
    assert.are.same({ "b", "a" }, run.acted)
  end)

  it("remembers what is pending, deferred, a phase or a lower rung", function()
    local run = assert(rebuild(intent "a", outcome("a", "pending"), { type = "deferred", step = "b", reason = "no" },
      intent "c", { type = "outcome", step = "c", verdict = "lower", rung = 2, leaves = "half" },
      { type = "phase", next = "macos", step = "d" }))
    assert.is_true(run_state.step(run, "a").pending)
    assert.is_true(run_state.step(run, "b").deferred)
    assert.are.same({ 2, "half", false },
      { run_state.step(run, "c").rung, run_state.step(run, "c").leaves, run_state.step(run, "c").done })
    assert.are.equal("macos", run.waits_for)
    assert.are.equal(#run.acted, run.in_first_phase)
  end)

  it("follows the way back", function()
    local run = assert(rebuild(intent "a", outcome("a", "done"), { type = "undo-start", reason = "failed" },
      { type = "undo-intent", step = "a", rung = 1, argv = { "/x" } }))
    assert.are.same({ "back", "failed", "a" }, { run.direction, run.undo_reason, run.open_intent.step })
    run = assert(rebuild(intent "a", outcome("a", "done"), { type = "undo-start", reason = "asked" },
      { type = "undo-intent", step = "a", argv = { "/x" } }, { type = "undo-outcome", step = "a", verdict = "undone", rung = 1 }))
    assert.is_nil(run.open_intent)
    assert.is_true(run_state.step(run, "a").undone)
    run = assert(rebuild({ type = "undo-outcome", step = "a", verdict = "refused" }))
    assert.is_nil(run_state.step(run, "a").undone)
  end)

  it("knows whether the policy was written between an intent and what was read back", function()
    local function written(before, after)
      local run = assert(rebuild({ type = "intent", step = "a", nonce = before, argv = { "/x" } },
        { type = "started", step = "a", pid = 7 },
        { type = "outcome", step = "a", verdict = "todo", nonce = after }))
      return run_state.step(run, "a").written
    end
    assert.are.same({ true, false, nil, nil }, { written("A", "B"), written("A", "A"), written(nil, "A"), written("A", nil) })
    assert.is_nil(written(nil, "A"))
  end)

  it("ends with a close, and opens again for a rollback", function()
    local run = assert(rebuild(intent "a", { type = "close", result = "done" }))
    assert.are.same({ "done", nil }, { run.closed.result, run.open_intent })
    assert.is_false(run_state.is_open(run))
    run = assert(rebuild(intent "a", { type = "close", result = "done" }, { type = "undo-start", reason = "asked" }))
    assert.is_true(run_state.is_open(run))
  end)

  it("refuses what it does not understand, with the record's number", function()
    for _, case in ipairs {
      { { { type = "party" } }, "record 1: a record of unknown type party" },
      { { START, { type = "party" } }, "record 2: a record of unknown type party" },
      { { START, {} }, "record 2: a record of unknown type nil" },
      { { START, "text" }, "record 2: a record of unknown type false" },
      { { START, START }, "record 2: the start record is missing or repeated" },
      { { intent "a" }, "record 1: the start record is missing or repeated" },
      { { { type = "start", format = 2 } }, "record 1: the journal has format 2; this program knows 1" },
      { { { type = "start", format = "1" } }, "record 1: the journal has format 1; this program knows 1" },
      { { { type = "start" } }, "record 1: the journal has format nil; this program knows 1" },
      { { START, { type = "intent", step = "a" } }, "record 2: a record of type intent whose argv is missing or of the wrong type" },
      { { START, { type = "outcome", step = 7, verdict = "done" } }, "record 2: a record that names no step" },
    } do
      assert.are.same({ nil, case[2] }, { run_state.rebuild(case[1]) })
    end
  end)

  it("wants each record about a step to name one", function()
    for _, kind in ipairs { "intent", "outcome", "deferred", "skipped", "undo-intent", "undo-outcome" } do
      assert.are.same({ nil, "record 2: a record that names no step" }, { run_state.rebuild { START, { type = kind } } }, kind)
    end
  end)

  it("knows every type of record, and never throws on a strange one", function()
    local kinds = { "intent", "started", "outcome", "deferred", "phase", "undo-start", "undo-intent", "undo-outcome", "close" }
    for _, kind in ipairs(kinds) do
      local fields = { type = kind, step = "a", argv = { "/x" }, verdict = "done", next = "macos", reason = "asked", result = "done" }
      assert.is_table((rebuild(fields)), kind)
      assert.is_true((pcall(rebuild, { type = kind })), kind)
      assert.is_true((pcall(rebuild, { type = kind, step = { 1 } })), kind)
    end
  end)
end)
