-- A plan whose functions throw or answer anything: the engine, the overview, step-through and both views end in words, never in a
-- traceback, and nothing is started that is no command.

local engine = require "engine.run"
local json = require "dkjson"
local overview = require "screen.overview"
local run_state = require "engine.run_state"
local screen = require "tests.unit.lua.support.screen"
local stepper = require "run.stepper"
local typist = require "tests.unit.lua.support.typist"
local world = require "tests.unit.lua.support.world"

local circle = {}
circle.circle = circle

local SEEN = { false, 7, 0 / 0, "text", "\255\0\27[2J", {}, { value = {} }, { mode = 7, sip = {}, coih = false, boot_args_filter = {} },
  { in_force = {}, hypervisor = 7 }, { error = {} }, { print }, circle, { [true] = 1 }, { 1, nil, 3 }, print }

local COMMAND = { argv = { "/set", "a" } }

-- Answers of each of a plan's functions. A function among them is called in the place of the plan's own.
local ANSWERS = {
  check = { 7, "Done", {}, print },
  verify = { 7, "x", {}, false },
  run = { 7, "x", false, {}, { {} }, { argv = 7 }, { argv = { 7 } }, { COMMAND, 7 }, { argv = { "/set", "a" }, prompts = { print } },
    { argv = { "/set", "a" }, prompts = 7 }, { argv = { "/set", "a" }, slow = print }, { argv = { "/set", "a" }, seconds = "x" },
    { argv = { "/set", "a" }, tool = {} }, { argv = { "/set", "a\0" } }, circle },
  undo = { 7, "x", {}, { 7 }, { {} }, { COMMAND }, { { COMMAND, leaves = print } }, { { COMMAND, where = {} } },
    { { COMMAND, where = "mars", leaves = "x" } }, { { COMMAND, check = 7 } }, { { COMMAND, check = function() error {} end } },
    { { COMMAND, check = function() return true, print end } }, { { COMMAND, leaves = "x", exact = print } }, circle },
  describe = { 7, {}, false, print },
  after = { 7, "x", false, circle, { mode = print } },
}
ANSWERS.ladder = ANSWERS.undo

local function oops() error(circle) end

-- A world whose step a has one function that is not to be trusted.
local function odd(field, made)
  local w = world.new { { "a", ladder = field == "ladder" and function() end or nil }, { "b" } }
  w.plan.steps[1].at, w.plan.steps[1].why, w.plan.steps[1][field] = "plan:1", "w", made
  w.plan.steps[2].why, w.plan.steps[2].at = "w", "plan:2"
  w.tools["/set b"] = field == "undo" and world.fails or nil
  return w
end

-- Shows everything there is of a plan and its run in both views, and goes through it by hand.
local function show(w)
  local c = { environment = w.environment }
  local entries = overview.steps(engine.survey(w.plan, w.run, c), c)
  overview.acts(entries, w.environment)
  overview.plan_lines(entries)
  assert(json.encode(entries))
  typist.use(80, { "w", "p", "d", "q" })
  local human = require("screen.human").open { color = "never", verbose = true }
  local gate = stepper.gate(human, { target = { problems = {} }, context = c, options = {} }, w.plan)
  for _, entry in ipairs(engine.survey(w.plan, w.run, c)) do gate(entry.step, entry.seen, { may_skip = true }) end
  local stream = require("screen.json").open({}, "run")
  for _, event in ipairs(w.events) do
    human.emit(event)
    stream.emit(event)
  end
  screen.restore()
end

-- Forward, after a crash in the middle, and back: every record must be one that can be read again.
local function live(w)
  show(w)
  w.go()
  show(w)
  w.restart()
  w.go()
  w.restart()
  w.rollback()
  show(w)
  assert(run_state.rebuild(w.records))
end

local function expect_words(field, made, about)
  local w = odd(field, made)
  local fine, problem = xpcall(live, debug.traceback, w)
  screen.restore()
  assert.is_true(fine, ("%s %s: %s"):format(field, about, tostring(problem)))
  for _, line in ipairs(w.started) do assert.truthy(line:find("^/[%a]+ [ab]$"), line) end
  local final = w.final
  if final.result == "undecided" then assert.are.same({ "string", "string" }, { type(final.before_text), type(final.now_text) }) end
end

describe("nonsense", function()
  for field, answers in pairs(ANSWERS) do
    it("from " .. field .. " ends in words", function()
      expect_words(field, oops, "throws")
      for number, made in ipairs(answers) do expect_words(field, function() return made end, number) end
    end)
  end

  it("beside a verdict ends in words", function()
    for _, verdict in ipairs { "done", "todo", "unknown" } do
      for number, seen in ipairs(SEEN) do expect_words("check", function() return verdict, seen end, verdict .. number) end
    end
  end)

  it("seen by a rung's test ends in words", function()
    for _, reached in ipairs { true, false } do
      for number, seen in ipairs(SEEN) do
        local rung = { COMMAND, leaves = "x", check = function() return reached, seen end }
        for _, field in ipairs { "undo", "ladder" } do
          expect_words(field, function() return { rung } end, tostring(reached) .. number)
        end
      end
    end
  end)
end)
