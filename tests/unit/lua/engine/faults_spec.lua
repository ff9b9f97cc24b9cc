-- The engine when tools fail or lie, when the person asks to stop, when the journal is full; phases, deferral, dry runs.

local run_state = require "engine.run_state"
local world = require "tests.unit.lua.support.world"

local function failure(w)
  for _, event in ipairs(w.events) do
    if event.type == "step" and event.event == "failed" then return event end
  end
end

describe("a tool that fails", function()
  it("takes the whole run back to what was before", function()
    local w = world.new { "a", "b" }
    w.tools["/set b"] = world.fails
    local final = w.go()
    assert.are.same({ "undone", "b", "failed", 2, true },
      { final.result, final.failed, final.went_back, final.acted, final.touched })
    assert.are.same({ a = false }, w.on)
    assert.are.same({ "/set a", "/set b", "/clear a" }, w.started)
    assert.are.same({ "start", "intent a", "outcome a done", "intent b", "outcome b todo", "undo-start failed",
      "undo-outcome b undone", "undo-intent a", "undo-outcome a undone", "close undone" }, w.journal())
  end)

  it("is told with its words, and what is not affected where nothing changed", function()
    local w = world.new { "a" }
    w.tools["/set a"] = world.fails
    assert.is_nil(w.go().touched)
    local event = failure(w)
    assert.are.same({ "todo", 1, "it broke", "cause", "cure", "nothing else", true, false },
      { event.verdict, event.exit, event.words, event.cause, event.cure, event.unaffected, event.unchanged,
      event.claimed_success })
  end)

  it("half-way is not called without effect", function()
    local w = world.new { "a" }
    w.plan.steps[1].check = function() return "todo", { half = #w.started > 0 and not w.on.back } end
    w.plan.steps[1].undo = function()
      return { { { argv = { "/set", "back" } }, leaves = "before", exact = true,
        check = function() return w.on.back == true end } }
    end
    w.tools["/set a"] = world.fails
    assert.are.equal("undone", w.go().result)
    local event = failure(w)
    assert.is_false(event.unchanged)
    assert.is_nil(event.unaffected)
  end)

  it("cannot even start", function()
    local w = world.new { "a" }
    w.tools["/set a"] = world.cannot_start
    assert.are.equal("undone", w.go().result)
    for _, event in ipairs(w.events) do
      if event.event == "ended" then assert.are.equal("/set: No such file or directory", event.message) end
    end
  end)

  it("is killed", function()
    local w = world.new { "a" }
    w.tools["/set a"] = function() return { signal = 9, output = "", timed_out = true } end
    assert.are.equal("undone", w.go().result)
    local event = failure(w)
    assert.are.same({ 9, true, false }, { event.signal, event.timed_out, event.claimed_success })
  end)
end)

describe("a tool that lies", function()
  it("is not believed, and is called what it is", function()
    local w = world.new { "a", "b" }
    w.tools["/set b"] = world.lies
    local final = w.go()
    assert.are.same({ "undone", "b" }, { final.result, final.failed })
    assert.is_true(failure(w).claimed_success)
    assert.are.same({ a = false }, w.on)
  end)

  it("on the way back is not believed either", function()
    local w = world.new { "a", "b" }
    w.tools["/set b"], w.tools["/clear a"] = world.fails, world.lies
    local final = w.go()
    assert.are.same({ "incomplete", "a", { { leaves = "a as before", why = "cause", words = "done", cure = "cure",
      kind = "claimed" } } },
      { final.result, final.stuck[1].step, final.stuck[1].refused })
    assert.is_true(w.on.a)
  end)
end)

describe("wrong credentials", function()
  it("are tried three times, then the run goes back", function()
    local w = world.new { "a", "b" }
    w.tools["/set b"] = world.wrong_password
    assert.are.equal("undone", w.go().result)
    assert.are.same({ "/set a", "/set b", "/set b", "/set b", "/clear a" }, w.started)
    local tries = {}
    for _, event in ipairs(w.events) do
      if event.event == "again" then tries[#tries + 1] = event.reason .. event.attempt end
    end
    assert.are.same({ "credentials2", "credentials3" }, tries)
  end)

  it("may be right the next time", function()
    local w = world.new { "a" }
    w.tools["/set a"] = { world.wrong_password, world.wrong_password }
    assert.are.equal("done", w.go().result)
    assert.are.same({ "start", "intent a", "outcome a todo", "intent a", "outcome a todo", "intent a", "outcome a done",
      "close done" }, w.journal())
    assert.are.same({ 1, 2, 3 }, { w.records[2].attempt, w.records[4].attempt, w.records[6].attempt })
  end)

  it("that the tool itself asked for again count as well", function()
    local w = world.new { "a" }
    w.tools["/set a"] = function() return { exit = 1, output = "wrong password", tries = 3 } end
    assert.are.equal("undone", w.go().result)
    assert.are.same({ "/set a" }, w.started)
  end)

  it("count once where no prompt was seen", function()
    local w = world.new { "a" }
    w.tools["/set a"] = function() return { exit = 1, output = "wrong password", tries = 0 } end
    assert.are.equal("undone", w.go().result)
    assert.are.same({ "/set a", "/set a", "/set a" }, w.started)
  end)

  it("are not tried again when something changed, or when the tool reported success", function()
    local w = world.new { "a" }
    w.tools["/set a"] = function() return { exit = 0, output = "wrong password" } end
    w.go()
    assert.are.equal(1, #w.started)
    local half = world.new { "a" }
    half.plan.steps[1].check = function() return "todo", { count = #half.started } end
    half.tools["/set a"] = world.wrong_password
    half.plan.steps[1].undo = function() return "nothing to take back" end
    half.go()
    assert.are.equal(1, #half.started)
  end)

  it("are the only failure that is tried again", function()
    local w = world.new { "a" }
    w.tools["/set a"] = world.fails
    w.go()
    assert.are.same({ "/set a" }, w.started)
  end)
end)

describe("a request to stop", function()
  local function stopping(after_commands)
    local w = world.new { "a", "b" }
    w.stop = function(started) return started >= after_commands and 1 or 0 end
    return w, w.go()
  end

  it("before anything is done changes nothing", function()
    local w, final = stopping(0)
    assert.are.same({ "stopped", "asked", 0 }, { final.result, final.kind, final.acted })
    assert.are.same({}, w.started)
    assert.are.equal("start;close stopped", table.concat(w.journal(), ";"))
  end)

  it("lets the command finish and be read back, and leaves the run open", function()
    local w, final = stopping(1)
    assert.are.same({ "stopped", "asked", 1, "you asked to stop" }, { final.result, final.kind, final.acted, final.reason })
    assert.are.same({ "start", "intent a", "outcome a done" }, w.journal())
    assert.is_true(run_state.is_open(w.run))
    w.restart()
    w.stop = function() return 0 end
    assert.are.equal("done", w.go().result)
    assert.are.same({ "/set b" }, w.started)
  end)

  it("comes before another try of a password, and before going back", function()
    local w = world.new { "a" }
    w.tools["/set a"] = world.wrong_password
    w.stop = function(started) return started end
    local final = w.go()
    assert.are.same({ "stopped", 1 }, { final.result, #w.started })
  end)

  it("twice leaves the command's intent open, for the next start to settle", function()
    local w = world.new { "a" }
    w.stop = function(started) return started * 2 end
    local final = w.go()
    assert.are.same({ "stopped", "left", "a" }, { final.result, final.kind, final.step })
    assert.are.equal("you left while /set was running; it may be half done", final.reason)
    assert.are.same({ "start", "intent a" }, w.journal())
    assert.is_table(w.run.open_intent)
  end)

  it("twice at the second try of a password leaves it open, too", function()
    local w = world.new { "a" }
    w.tools["/set a"] = { world.wrong_password, world.works }
    w.stop = function(started) return started > 1 and 2 or 0 end
    local final = w.go()
    assert.are.same({ "stopped", "left", true }, { final.result, final.kind, final.changed })
    assert.are.same({ "start", "intent a", "outcome a todo", "intent a" }, w.journal())
  end)
end)

describe("a journal that takes no more", function()
  it("before the act: nothing is started", function()
    local w = world.new { "a" }
    w.journal_fails_at = 1
    local final = w.go()
    assert.are.same({ "stopped", "journal", "0001.journal: No space left on device", 0 },
      { final.result, final.kind, final.reason, final.acted })
    assert.are.same({}, w.started)
  end)

  it("after the act: the run stops, nothing else is started, and the next start finds out", function()
    local w = world.new { "a", "b" }
    w.journal_fails_at = 2
    local final = w.go()
    assert.are.same({ "stopped", "journal" }, { final.result, final.kind })
    assert.are.same({ "/set a" }, w.started)
    w.restart()
    assert.are.equal("done", w.go().result)
    assert.are.same({ "/set b" }, w.started)
    assert.are.same({ "start", "intent a", "outcome a done", "intent b", "outcome b done", "close done" }, w.journal())
  end)

  it("at the close: everything is done, and the run says that it stays open", function()
    local w = world.new { "a" }
    w.journal_fails_at = 3
    local final = w.go()
    assert.are.same({ "stopped", "journal", 1 }, { final.result, final.kind, final.acted })
    assert.is_true(w.on.a)
  end)

  it("at any write stops the run without another act", function()
    for at = 1, 9 do
      local w = world.new { "a", "b" }
      w.tools["/set b"] = world.fails
      w.journal_fails_at = at
      local final = w.go()
      assert.are.same({ "stopped", "journal" }, { final.result, final.kind }, "write " .. at)
      local started = #w.started
      w.restart()
      w.tools = {}
      w.go()
      assert.is_true(w.on.a == w.on.b or (not w.on.a and not w.on.b), ("write %d, %d started"):format(at, started))
    end
  end)
end)

describe("phases", function()
  it("end where the next step cannot run, and go on there", function()
    local w = world.new { "a", { "b", where = "macos" }, "c" }
    local final = w.go()
    assert.are.same({ "phase", "macos", 1, "b" }, { final.result, final.next, final.acted, final.step.name })
    assert.are.same({ "start", "intent a", "outcome a done", "phase b macos" }, w.journal())
    assert.is_true(run_state.is_open(w.run))
    w.restart()
    w.environment = "macos"
    assert.are.equal("done", w.go().result)
    assert.are.same({ "/set b", "/set c" }, w.started)
  end)

  it("end at a step that waits for something outside", function()
    local w = world.new { "a", { "restart", waits = true }, { "b", where = "macos" } }
    local final = w.go()
    assert.are.same({ "phase", "macos", "restart" }, { final.result, final.next, final.step.name })
    w.restart()
    w.environment, w.on.restart = "macos", true
    assert.are.equal("done", w.go().result)
    assert.are.same({ "/set b" }, w.started)
  end)

  it("end at a step that settles at a clean restart, whose outcome is pending till then", function()
    local w = world.new { { "a", settles = "clean-restart" } }
    w.tools["/set a"] = function(self)
      self.will_be_on = true
      return { exit = 0, output = "" }
    end
    local final = w.go()
    assert.are.same({ "phase", true, "a" }, { final.result, final.pending, final.step.name })
    assert.are.same({ "start", "intent a", "outcome a pending", "phase a any" }, w.journal())
    w.restart()
    w.on.a = w.will_be_on
    assert.are.same({ "done", 1 }, { w.go().result, #w.run.acted })
    assert.are.same({}, w.started)
  end)

  it("do not excuse a failure", function()
    local w = world.new { { "a", settles = "clean-restart" } }
    w.tools["/set a"] = world.fails
    assert.are.equal("undone", w.go().result)
  end)

  it("end where a step has nothing to run", function()
    local w = world.new { { "a", run = function() return nil end } }
    local final = w.go()
    assert.are.same({ "phase", "any" }, { final.result, final.next })
    assert.are.same({}, w.started)
  end)
end)

describe("deferral", function()
  local function deferring(tool)
    local w = world.new { { "a", defers = "done later" }, "b" }
    w.tools["/set a"] = tool
    return w, w.go()
  end

  it("puts a step off that had no effect, and goes on", function()
    for _, tool in ipairs { world.fails, world.lies } do
      local w, final = deferring(tool)
      assert.are.equal("done", final.result)
      assert.are.same({ "start", "intent a", "outcome a todo", "deferred a", "intent b", "outcome b done", "close done" },
        w.journal())
    end
    local w = deferring(world.fails)
    for _, event in ipairs(w.events) do
      if event.event == "skipped" then
        assert.are.same({ true, "done later", "it broke" }, { event.deferred, event.reason, event.words })
      end
    end
  end)

  it("is not tried again by the same run", function()
    local w = world.new { { "a", defers = "done later" }, { "b", where = "macos" } }
    w.tools["/set a"] = world.fails
    w.go()
    w.restart()
    w.environment = "macos"
    w.go()
    assert.are.same({ "/set b" }, w.started)
  end)

  it("is not for a step that changed something", function()
    local w = world.new { { "a", defers = "done later" }, "b" }
    w.plan.steps[1].check = function() return "todo", { count = #w.started } end
    w.plan.steps[1].undo = function() return "a counter cannot be turned back" end
    w.tools["/set a"] = world.fails
    assert.are.equal("undone", w.go().result)
    assert.are.same({ "/set a" }, w.started)
  end)
end)

describe("a dry run", function()
  it("goes through everything, and over what comes later", function()
    local w = world.new { "a", { "restart", waits = true }, { "b", where = "macos" } }
    w.ports.dry_run = true
    w.tools["/set a"] = function() return { dry_run = true, output = "" } end
    local final = w.go()
    assert.are.equal("done", final.result)
    assert.are.same({ "/set a" }, w.started)
    assert.are.same({ "a:intent", "a:started", "a:ended", "restart:skipped", "b:skipped" }, w.told())
    assert.are.equal("it comes later, in macOS", w.events[#w.events].reason)
    assert.are.same({}, w.on)
  end)
end)

describe("a tool that may not be started", function()
  local function stops_at(w, line, kind)
    function w.ports.may_start(command)
      if table.concat(command.argv, " ") == line then return nil, kind, "no more" end
      return true
    end
  end

  it("ends the run before its intent, with the kind and the reason", function()
    local w = world.new { "a", "b" }
    stops_at(w, "/set a", "attempts")
    local final = w.go()
    assert.are.same({ "stopped", "attempts", "no more", "a", 0, false },
      { final.result, final.kind, final.reason, final.step, final.acted, final.changed })
    assert.are.same({ "start", "close stopped" }, w.journal())
  end)

  it("leaves what was done, and the run goes on", function()
    local w = world.new { "a", "b" }
    stops_at(w, "/set b", "attempts")
    local final = w.go()
    assert.are.same({ "stopped", true }, { final.result, final.changed })
    assert.are.same({ "/set a" }, w.started)
    w.ports.may_start = nil
    assert.are.equal("done", w.go().result)
  end)

  it("reads back what the try before it left", function()
    local w = world.new { { "a", ladder = function()
      return { { { argv = { "/set", "x" } }, leaves = "top" }, { { argv = { "/set", "a" } }, leaves = "low" } }
    end } }
    w.tools["/set x"] = world.fails
    stops_at(w, "/set a", "asked")
    local final = w.go()
    assert.are.same({ "stopped", "asked", false }, { final.result, final.kind, final.changed })
    assert.are.same({ "start", "intent a", "outcome a todo", "close stopped" }, w.journal())
  end)

  it("reads back what came of it since, and leaves open what cannot be read", function()
    for _, case in ipairs { { "on", "outcome a done" }, { "blind", nil } } do
      local w = world.new { { "a", ladder = function()
        return { { { argv = { "/set", "x" } }, leaves = "top" }, { { argv = { "/set", "a" } }, leaves = "low" } }
      end } }
      w.tools["/set x"] = world.fails
      function w.ports.may_start(command)
        if command.argv[2] == "x" then return true end
        w[case[1]].a = true
        return nil, "attempts", "no more"
      end
      assert.are.equal("stopped", w.go().result)
      local journal = w.journal()
      assert.are.equal(case[2], journal[3] ~= "close stopped" and journal[3] or nil)
    end
  end)

  it("on the way back leaves it open", function()
    local w = world.new { "a", "b" }
    w.tools["/set b"] = world.fails
    stops_at(w, "/clear a", "attempts")
    local final = w.go()
    assert.are.same({ "stopped", "failed", true }, { final.result, final.went_back, final.changed })
    w.ports.may_start = nil
    assert.are.equal("undone", w.go().result)
  end)
end)

describe("a question that nobody answers", function()
  local function unanswered(w)
    w.ports.explain = function(_, outcome)
      return { kind = outcome.gave_up and "question" or "claimed", cause = "cause", words = "" }
    end
    return function() return { gave_up = true, output = "" } end
  end

  it("stops the run where nobody was to be asked, and takes it back otherwise", function()
    for _, case in ipairs { { true, "stopped", true }, { false, "undone", false } } do
      local w = world.new { "a", "b" }
      w.ports.no_input = case[1]
      w.tools["/set b"] = unanswered(w)
      assert.are.equal(case[2], w.go().result)
      assert.are.equal(case[3], w.on.a)
    end
  end)

  it("stops a ladder before its next rung", function()
    local w = world.new { { "a", ladder = function()
      return { { { argv = { "/set", "x" } }, leaves = "top" }, { { argv = { "/set", "a" } }, leaves = "low" } }
    end } }
    w.ports.no_input = true
    w.tools["/set x"] = unanswered(w)
    local final = w.go()
    assert.are.same({ "stopped", "asked", false }, { final.result, final.kind, final.changed })
    assert.are.same({ "/set x" }, w.started)
  end)
end)
