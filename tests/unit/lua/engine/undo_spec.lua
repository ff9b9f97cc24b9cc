-- The way back: order, rungs, what it leaves alone, and what it says when it cannot.

local run_state = require "engine.run_state"
local world = require "tests.unit.lua.support.world"

local function done(steps)
  local w = world.new(steps)
  assert(w.go().result == "done")
  w.restart()
  return w
end

-- An undo of two rungs: exactly back, or only half-way.
local function two_rungs(w, name)
  return function()
    local function gone() return not w().on[name] end
    return {
      { { argv = { "/clear", name } }, leaves = name .. " as before", exact = true, check = gone },
      { { argv = { "/half", name } }, leaves = name .. " half-way", check = function() return true end },
    }
  end
end

local function undo_events(w)
  local lines = {}
  for _, event in ipairs(w.events) do
    if event.type == "undo" then
      lines[#lines + 1] = table.concat({ event.step, event.verdict, tostring(event.rung), tostring(event.leaves) }, " ")
    end
  end
  return lines
end

describe("rollback", function()
  it("takes everything back in reverse, of a finished run as well", function()
    local w = done { "a", "b", "c" }
    local final = w.rollback()
    assert.are.same({ "undone", "asked", 3, true }, { final.result, final.went_back, final.acted, final.touched })
    assert.are.same({ "/clear c", "/clear b", "/clear a" }, w.started)
    assert.are.same({ "c done 1 c as before", "b done 1 b as before", "a done 1 a as before" }, undo_events(w))
    assert.is_false(run_state.is_open(w.run))
  end)

  it("leaves alone what was so before this run", function()
    local w = world.new { "a", "b" }
    w.on.a = true
    w.go()
    w.restart()
    assert.are.equal("undone", w.rollback().result)
    assert.are.same({ "/clear b" }, w.started)
    assert.is_true(w.on.a)
  end)

  it("starts nothing for what reads as before already", function()
    local w = done { "a", "b" }
    w.on.b = false
    w.rollback()
    assert.are.same({ "/clear a" }, w.started)
    assert.are.equal("b done 0 what was there before", undo_events(w)[1])
  end)

  it("of a run that did nothing does nothing", function()
    local w = world.new { "a" }
    w.on.a = true
    w.go()
    w.restart()
    local final = w.rollback()
    assert.are.same({ "undone", 0 }, { final.result, final.acted })
    assert.is_nil(final.touched)
  end)

  it("takes the second rung where the first does not read back, and says so", function()
    local w
    w = done { { "a", undo = two_rungs(function() return w end, "a") }, "b" }
    w.tools["/clear a"], w.tools["/half a"] = world.lies, world.lies
    local final = w.rollback()
    assert.are.same({ "undone-lower", "a", "a half-way" }, { final.result, final.lower[1].step, final.lower[1].leaves })
    local journal = w.journal()
    assert.are.same({ "undo-outcome a lower", "close undone-lower" }, { journal[#journal - 1], journal[#journal] })
    assert.are.same({ { leaves = "a as before", why = "cause", words = "done", cure = "cure", kind = "claimed" } }, final.lower[1].refused)
    assert.are.same({ "/clear b", "/clear a", "/half a" }, w.started)
    assert.is_false(run_state.is_open(w.run))
  end)

  it("goes on with the other steps where one has no way back", function()
    local w = done { "a", { "b", no_way_back = "burnt" }, "c" }
    local final = w.rollback()
    assert.are.same({ "incomplete", "b", { { why = "burnt" } } },
      { final.result, final.stuck[1].step, final.stuck[1].refused })
    assert.are.same({ "/clear c", "/clear a" }, w.started)
  end)

  it("says which part belongs elsewhere, and stays open", function()
    local w
    w = done { { "a", undo = function()
      return { { { argv = { "/clear", "a" } }, where = "recovery", leaves = "x", exact = true,
        check = function() return not w.on.a end } }
    end }, "b" }
    w.environment = "macos"
    local final = w.rollback()
    assert.are.same({ "elsewhere", "a", { "/clear b" } }, { final.result, final.elsewhere[1].step, w.started })
    assert.is_true(run_state.is_open(w.run))
    w.restart()
    w.environment = "recovery"
    assert.are.same({ "undone", "asked" }, { w.go().result, w.final.went_back })
    assert.are.same({ "/clear a" }, w.started)
  end)

  it("stops at what cannot be read", function()
    local w = done { "a", "b" }
    w.blind.b = true
    local final = w.rollback()
    assert.are.same({ "undecided", "b", {} }, { final.result, final.step.name, w.started })
    assert.is_true(run_state.is_open(w.run))
  end)

  it("is for a person where the Mac cannot be compared at the end, at the first step that acted", function()
    local w = world.new { "a", "b", "c" }
    w.on.a = true
    w.go()
    w.differences = { { name = "boot-args", unread = true } }
    local final = w.rollback()
    assert.are.same({ "undecided", "b", { error = "boot-args cannot be read" } }, { final.result, final.step.name, final.now })
    w = world.new { "a", "b" }
    w.differences = { { name = "SIP", unread = true } }
    final = w.rollback()
    assert.are.same({ "undecided", "a", "cannot be read: SIP cannot be read" }, { final.result, final.step.name, final.now_text })
  end)

  it("stops where a rung's reading cannot tell", function()
    local w
    w = done { { "a", undo = function()
      return { { { argv = { "/clear", "a" } }, leaves = "x", exact = true, check = function() return nil, "odd" end } }
    end } }
    local final = w.rollback()
    assert.are.same({ "undecided", "odd", { on = false } }, { final.result, final.now, final.before })
  end)

  it("stops when asked to, and goes on back when started again", function()
    local w = done { "a", "b" }
    w.stop = function(started) return started end
    assert.are.same({ "stopped", "asked" }, { w.rollback().result, w.final.kind })
    assert.are.same({ "/clear b" }, w.started)
    w.restart()
    w.stop = function() return 0 end
    assert.are.equal("undone", w.go().result)
    assert.are.same({ "/clear a" }, w.started)
  end)

  it("asks three times for credentials", function()
    local w = done { "a" }
    w.tools["/clear a"] = world.wrong_password
    assert.are.equal("incomplete", w.rollback().result)
    assert.are.equal(3, #w.started)
  end)

  it("needs the journal before it starts anything", function()
    local w = done { "a" }
    w.journal_fails_at = 1
    local final = w.rollback()
    assert.are.same({ "stopped", "journal" }, { final.result, final.kind })
    assert.are.same({}, w.started)
  end)

  it("of a run that an unfinished step was left in takes that back, too", function()
    local w = world.new { "a", "b" }
    w.tools["/set b"] = { world.dies_after }
    assert.is_false((pcall(w.go)))
    w.restart()
    assert.are.equal("undone", w.rollback().result)
    assert.are.same({ a = false, b = false }, w.on)
  end)

  it("given up once can be asked for again", function()
    local w = done { "a" }
    w.tools["/clear a"] = { world.fails }
    assert.are.equal("incomplete", w.rollback().result)
    w.restart()
    assert.are.equal("undone", w.rollback().result)
    assert.are.same({ a = false }, w.on)
  end)
end)

describe("a rung", function()
  it("that leaves exactly what was before counts as the way back, whatever it calls itself", function()
    local w
    w = done { { "a", undo = function()
      local function gone() return not w.on.a, { on = w.on.a } end
      return { { { argv = { "/clear", "a" } }, leaves = "as it was", check = gone } }
    end } }
    assert.are.equal("undone", w.rollback().result)
  end)

  it("without a test of its own is read back by the step's check", function()
    for result, argv in pairs { undone = { "/clear", "a" }, incomplete = { "/other", "x" } } do
      local w = done { { "a", undo = function() return { { { argv = argv }, leaves = "off", exact = true } } end } }
      assert.are.equal(result, w.rollback().result)
    end
  end)
end)

describe("a mistake in a plan's undo", function()
  it("is told, and the other steps are taken back all the same", function()
    for _, undo in ipairs { function() error "oops" end, function() return 7 end, function() return nil end,
      function() return {} end, function() return { argv = { "/clear", "b" } } end } do
      local w = done { "a", "b", "c" }
      w.plan.steps[2].undo = undo
      local final = w.rollback()
      assert.are.same({ "incomplete", "b" }, { final.result, final.stuck[1].step })
      assert.truthy(final.stuck[1].refused[1].why:find("step b: ", 1, true))
      assert.are.same({ "/clear c", "/clear a" }, w.started)
    end
  end)

  it("starts no command that is none", function()
    local w = done { "a" }
    w.plan.steps[1].undo = function()
      return { { { argv = { "relative" } }, leaves = "x" }, "no rung", { leaves = "empty" }, { { argv = { "/x", 7 } } } }
    end
    assert.are.equal("incomplete", w.rollback().result)
    assert.are.same({}, w.started)
    assert.are.equal(4, #undo_events(w) - 1)
  end)
end)

describe("the undo of a step", function()
  it("is given what was before and what is now", function()
    local w, given
    w = done { { "a", undo = function(c, before, now)
      given = { c.environment, before, now, c.left }
      return "nothing of a is left"
    end } }
    assert.are.equal("undone", w.rollback().result)
    assert.are.same({ "paired-recovery", { on = false }, { on = true }, { on = true } }, given)
    local told
    for _, record in ipairs(w.records) do told = record.type == "undo-outcome" and record.leaves or told end
    assert.are.equal("nothing of a is left", told)
  end)

  it("starts all commands of its rung, with the intent before each", function()
    local w
    w = done { { "a", undo = function()
      return { { { argv = { "/first", "x" } }, { argv = { "/clear", "a" } }, leaves = "as before", exact = true,
        check = function() return not w.on.a end } }
    end } }
    w.rollback()
    assert.are.same({ "/first x", "/clear a" }, w.started)
    local journal = table.concat(w.journal(), ";")
    assert.truthy(journal:find("undo-start asked;undo-intent a;undo-intent a;undo-outcome a undone;close undone", 1,
      true), journal)
  end)
end)

describe("the comparison at the end of the way back", function()
  local function compared(...)
    local w = done { "a", "b" }
    w.differences = { ... }
    return w.rollback()
  end

  it("decides what the way back came to, whatever the steps say", function()
    assert.are.equal("undone", compared().result)
    assert.are.equal("undone", compared({ name = "boot-args", added_only = true }).result)
    assert.are.equal("undone-lower", compared({ name = "SIP" }).result)
    assert.are.equal("incomplete", compared({ name = "boot-args", lost = { "x" } }).result)
    assert.are.equal("incomplete", compared({ name = "SIP" }, { name = "boot-args", lost = { "x" } }).result)
  end)

  it("leaves undecided what cannot be read", function()
    local final = compared { name = "SIP", unread = true }
    assert.are.same({ "undecided", "a", "cannot be read: SIP cannot be read" }, { final.result, final.step.name, final.now_text })
  end)

  it("tells whether somebody has written the policy meanwhile", function()
    local w = done { "a" }
    w.written = true
    assert.is_true(w.rollback().written)
  end)
end)

describe("a rung's goal", function()
  it("is compared as far as it goes, and believed no further", function()
    for goal, result in pairs { ["false"] = "undone", ["true"] = "undone-lower" } do
      local w
      w = done { { "a", undo = function()
        return { { { argv = { "/clear", "a" } }, leaves = "off", exact = true, goal = { on = goal == "true" } } }
      end } }
      assert.are.equal(result, w.rollback().result)
    end
  end)
end)

describe("a way back that may not go on", function()
  it("is written as refused, so that the step does not count as undone", function()
    local w
    w = done { { "a", undo = two_rungs(function() return w end, "a") } }
    w.tools["/clear a"] = world.fails
    function w.ports.may_start(command)
      if command.argv[1] == "/half" then return nil, "credentials", "no further password may be tried" end
      return true
    end
    local final = w.rollback()
    assert.are.same({ "stopped", "credentials" }, { final.result, final.kind })
    assert.is_nil(w.run.open_intent)
    assert.is_nil(w.run:step("a").undone)
    assert.are.equal("refused", w.records[#w.records].verdict)
    w.tools["/clear a"], w.ports.may_start = nil, nil
    assert.are.equal("undone", w.rollback().result)
  end)
end)

describe("a step that is to be undone first", function()
  local function denied(accept)
    local w = world.new { "a", { "b", undo_first = "b cannot go here" } }
    assert.are.equal("done", w.go().result)
    w.tools["/clear b"] = world.fails
    w.ports.accept = accept
    return w
  end

  it("stops the way back where it cannot be undone here, and names macOS", function()
    local w = denied()
    local final = w.rollback()
    assert.are.same({ "elsewhere", "macos", "b cannot go here", "b" },
      { final.result, final.next, final.reason, final.elsewhere[1].step })
    assert.is_true(w.on.a)
    assert.is_nil(w.run:step("b").undone)
    local journal = w.journal()
    assert.are.equal("undo-outcome b refused", journal[#journal])
    w.tools["/clear b"] = nil
    assert.are.equal("undone", w.go().result)
  end)

  it("stays where the person says so, and the rest is undone", function()
    local asked
    local w = denied(function(sentence)
      asked = sentence
      return true
    end)
    local final = w.rollback()
    assert.are.same({ "undone-lower", "b cannot go here", false, "b" }, { final.result, asked, w.on.a, final.lower[1].step })
    assert.is_true(w.run:step("b").undone)
  end)

  it("is one like any other in macOS", function()
    local w = denied()
    w.environment = "macos"
    assert.are.equal("incomplete", w.rollback().result)
    assert.is_false(w.on.a)
  end)
end)

describe("a way back through the policy", function()
  it("says that a restart makes it count", function()
    local w = done { "a", "b" }
    assert.is_nil(w.rollback().restart or nil)
    w = done { "a", "b" }
    w.plan.index.b.part = "policy"
    assert.is_true(w.rollback().restart)
  end)
end)

describe("the way back before it is gone", function()
  local function ways(w, context)
    w.plan.index.a.part = "policy"
    return require("engine.run").way_back(w.plan, w.run, context or { environment = w.environment })
  end

  local function names(rows)
    local list = {}
    for index, row in ipairs(rows) do list[index] = row.step.name end
    return list
  end

  it("lists in reverse what would be undone, and starts and writes nothing", function()
    local w = done { "a", "b", "c" }
    w.on.b = false
    local rows, written = ways(w), #w.records
    assert.are.same({ { "c", "a" }, {}, written }, { names(rows), w.started, #w.records })
    assert.are.same({ "todo", true, "a as before", "Back to: a as before." },
      { rows[2].verdict, rows[2].exact, rows[2].leaves, rows[2].step.why })
    assert.are.same({ { on = false }, { "/clear", "a" } }, { rows[2].step.ladder()[1].goal, rows[2].step.ladder()[1][1].argv })
  end)

  it("takes the rungs that fit here; where none does, it says where", function()
    local function undo()
      return { { { argv = { "/x" } }, leaves = "x", where = "paired-recovery" }, { { argv = { "/y" } }, leaves = "y", where = "macos" } }
    end
    local w = done { { "a", undo = undo } }
    assert.are.same({ "x", "paired-recovery" }, { ways(w)[1].leaves, ways(w)[1].step.where })
    assert.are.same({ "y", "macos" }, { ways(w, { environment = "macos" })[1].leaves, ways(w, { environment = "macos" })[1].step.where })
    assert.are.equal("x", ways(w, { environment = "ordinary-recovery" })[1].leaves)
  end)

  it("names one command of two steps once, with the step before the other", function()
    local function undo() return { { { argv = { "/x" } }, leaves = "x" } } end
    assert.are.same({ "a" }, names(ways(done { { "a", undo = undo }, { "b", undo = undo } })))
  end)

  it("is told where a step failed, before it is gone, with how many steps it undoes", function()
    local told
    local function undo() return { { { argv = { "/x", "b" }, tool = "x" }, leaves = "x" } } end
    local w = world.new { { "a", no_way_back = "burnt" }, { "b", undo = undo }, { "c", undo = undo }, "d" }
    w.tools["/set d"] = world.fails
    function w.ports.going_back(rows, count) told = { names(rows), count, #w.started } end
    assert.are.same({ "incomplete", "d", "unknown" }, { w.go().result, w.final.failed, w.final.failed_by })
    assert.are.same({ { "b", "a" }, 2, 4 }, told)
    w = world.new { { "b", undo = undo }, "d" }
    w.plan.index.b.prepares = true
    w.tools["/set d"] = world.fails
    function w.ports.going_back(_, count) told = count end
    w.go()
    assert.are.equal(0, told)
    told = nil
    w.rollback()
    assert.is_nil(told)
  end)

  it("is not asked for where the plan is wrong", function()
    local w = world.new { "a", "b" }
    w.plan.steps[2].check = function() error("wrong") end
    function w.ports.going_back() error("asked") end
    assert.are.same({ "undone", "b" }, { w.go().result, w.final.failed })
    assert.is_string(w.final.mistake)
  end)

  it("leaves out what is unknown or has nothing left, and keeps what cannot be undone", function()
    local w = done { "a", { "b", undo = function() return "nothing" end }, { "c", no_way_back = "burnt" }, "d" }
    w.blind.d = true
    local rows = ways(w)
    assert.are.same({ "c", "a" }, names(rows))
    assert.are.same({ "Cannot be undone automatically: burnt.", {} }, { rows[1].step.why, rows[1].step.ladder() })
  end)
end)
