-- How a run ends: what is thrown for it is caught, and nothing else is; and what a final result says in words.

local world = require "tests.unit.lua.support.world"

describe("what is thrown", function()
  it("by a bug goes on up", function()
    local bug = { "a table of its own" }
    for _, thrown in ipairs { bug, "a sentence" } do
      for _, way in ipairs { "go", "rollback" } do
        local w = world.new { "a" }
        w.go()
        w.restart()
        w.on.a = false
        w.run.closed = nil
        w.ports.record = function() error(thrown, 0) end
        w.ports.intent = w.ports.record
        local fine, problem = pcall(w[way])
        assert.is_false(fine)
        if thrown == bug then assert.are.equal(bug, problem) else assert.are.equal(thrown, problem:match("^[^\n]*")) end
      end
    end
  end)

  it("for another part of the program goes on up", function()
    local try = require "base.try"
    local w = world.new { "a" }
    w.ports.gate = function() try.throw { result = "done" } end
    assert.are.same({ result = "done" }, try.catch(w.go))
    assert.is_nil(w.final)
  end)

  it("by a plan ends nothing, whatever it looks like", function()
    local w = world.new { "a" }
    w.plan.steps[1].check = function() error({ final = { result = "done" } }, 0) end
    assert.are.equal("mistake", w.go().result)
  end)

  it("names what only prepared and is kept", function()
    local w = world.new { "a", "b" }
    w.plan.steps[1].prepares = true
    assert.are.same({ "a" }, w.go().prepared)
  end)

  it("by the journal at the close of a run takes what is known along", function()
    local w = world.new { "a" }
    w.journal_fails_at = 3
    w.go()
    assert.are.same({ "stopped", "journal", 1, true }, { w.final.result, w.final.kind, w.final.acted, w.final.changed })
  end)
end)

describe("a state in words", function()
  local function on(seen) return seen.on and "it is on" or "it is off" end

  it("goes with what a step's events saw", function()
    local w = world.new { { "a", describe = on }, "b" }
    w.on.b = true
    w.go()
    local texts = {}
    for _, event in ipairs(w.events) do
      if event.seen then texts[#texts + 1] = ("%s %s %s"):format(event.name, event.event, event.seen_text) end
    end
    assert.are.same({ "a done it is on", "b skipped on: yes" }, texts)
  end)

  it("says so where a step that is done saw nothing, and is left out of what saw nothing by nature", function()
    local w = world.new { "a" }
    w.plan.steps[1].check = function() return w.on.a and "done" or "todo" end
    w.go()
    for _, event in ipairs(w.events) do
      assert.are.equal(event.event == "done" and "nothing could be read" or nil, event.seen_text)
    end
  end)

  it("goes with a failure", function()
    local w = world.new { { "a", describe = on } }
    w.tools["/set a"] = world.fails
    w.go()
    assert.are.same({ "failed", "it is off" }, { w.events[4].event, w.events[4].seen_text })
  end)

  it("goes with both states of what is undecided", function()
    local w = world.new { { "a", describe = on } }
    w.tools["/set a"] = function(self)
      self.blind.a = true
      return { exit = 0, output = "" }
    end
    w.go()
    assert.are.same({ "it is off", "nothing could be read" }, { w.final.before_text, w.final.now_text })
  end)
end)

describe("what a step waits for", function()
  it("is said where the phase ends at it", function()
    for _, step in ipairs { { "a", waits = true, waits_for = "A restart." }, { "a", run = function() end, waits_for = "A restart." } } do
      local w = world.new { step }
      assert.are.same({ "phase", "A restart." }, { w.go().result, w.final.waits_for })
    end
  end)

  it("is not said where it is to be done elsewhere, or after a restart", function()
    local elsewhere = world.new { { "a", where = "macos", waits_for = "A restart." } }
    assert.are.same({ "phase", nil }, { elsewhere.go().result, elsewhere.final.waits_for })
    local pending = world.new { { "a", settles = "clean-restart", waits_for = "A restart." } }
    pending.tools["/set a"] = function() return { exit = 0, output = "" } end
    assert.are.same({ "phase", true, nil }, { pending.go().result, pending.final.pending, pending.final.waits_for })
  end)
end)

describe("a policy that somebody else writes during an act", function()
  local function refused(nonce)
    local w = world.new { "a" }
    w.nonce = "A"
    w.tools["/set a"] = function()
      w.nonce = nonce
      return world.wrong_password()
    end
    return w, w.go()
  end

  it("was changed, although it reads as before: it is not tried again, and nothing is said to be unaffected", function()
    local w, final = refused "B"
    assert.are.same({ "undone", true, { "/set a" } }, { final.result, final.changed, w.started })
    for _, event in ipairs(w.events) do
      if event.event == "failed" then assert.are.same({ false }, { event.unchanged, event.unaffected }) end
    end
  end)

  it("is unchanged where its nonce is", function()
    local w, final = refused "A"
    assert.are.same({ "undone", false, 3 }, { final.result, final.changed, #w.started })
  end)
end)
