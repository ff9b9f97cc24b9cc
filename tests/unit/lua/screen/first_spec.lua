-- The first screen: what a plan's steps make of the Mac's state, told as a table, and what is counted and summed up above and below.

local first = require "screen.first"
local policy = require "mac.policy"
local read_only = require "tests.unit.lua.support.read_only"
local targets = require "tests.unit.lua.support.target"

local FULL = policy.FULL

local function with(state, fields)
  local copy = {}
  for key, value in pairs(state) do copy[key] = value end
  for key, value in pairs(fields) do copy[key] = value end
  return copy
end

-- A step that is still to be done, as a row of engine.survey.
local function row(fields, seen, verdict)
  return read_only { verdict = verdict or "todo", seen = seen,
    step = with({ name = "one", where = "any", run = function() end, covered_by = {} }, fields) }
end

local function opens(_, seen) return with(seen, { mode = "permissive", sip = "7f" }) end
local function installs(_, seen) return with(seen, { coih = "(new)" }) end

describe("the table of changes", function()
  it("follows each step from what the one before it made", function()
    local rows = { row({ part = "policy", after = opens }, FULL), row({ part = "policy", after = installs }, FULL),
      row({ part = "boot-args", after = function(_, seen) return { value = seen.value .. " b=1" } end }, { value = "a=1" }) }
    assert.are.same({ { "security", "Full", "Permissive" }, { "SIP", "on", "off (7f)" }, { "kernel", "Apple's", "development" },
      { "boot-args", '"a=1"', '"a=1 b=1"' } }, first.changes(rows, {}, { kernel = "development" }))
  end)

  it("leaves out what is done, what cannot be read and what only waits", function()
    assert.are.same({}, first.changes({ row({ part = "policy", after = opens }, FULL, "done"), row({ part = "policy", after = opens }, nil),
      row({ waits_for = "a restart" }, { value = 1 }), { verdict = "todo", step = { name = "wait" } } }, {}))
  end)

  it("takes a ladder's first rung for what is made, where that says what it reaches", function()
    local now = with(FULL, { mode = "reduced" })
    local function ladder(goal) return function() return { { { argv = { "/bin/x" }, tool = "x" }, goal = goal, leaves = "full" } } end end
    local step = { part = "policy", ladder = ladder(FULL) }
    assert.are.same({ { "security", "Reduced", "Full" } }, first.changes({ row(step, now) }, {}))
    assert.are.same({}, first.changes({ row({ part = "policy", ladder = ladder(nil) }, now) }, {}))
  end)

  it("tells a plan of one's own in its own words", function()
    local function describe_it(seen) return "level " .. seen.level end
    local own = { row({ name = "a", describe = describe_it, expected = "level 9" }, { level = 1 }),
      row({ name = "b", describe = describe_it, after = function() return { level = 7 } end }, { level = 2 }),
      row({ name = "c" }, nil) }
    assert.are.same({ { "a", "level 1", "level 9" }, { "b", "level 2", "level 7" },
      { "c", "nothing could be read", "its check says that it is done" } }, first.changes(own, {}))
  end)
end)

describe("the first screen", function()
  local function show(case, rows, steps)
    local events, target = {}, targets.recovery()
    first.show(function(event) events[#events + 1] = event end, read_only(with({ target = target, context = {}, operation = {},
      who = require("screen.asks").who(target, "ada") }, case)), rows, steps)
    return events
  end

  local function shown(operation, checks)
    return show({ checks = checks, operation = operation }, { row({ part = "policy", after = opens }, FULL) }, {})
  end

  it("counts the checks that are ok, and says what the operation's record says", function()
    local events = shown({ summary = function() return { { "Kit", "build 1" } } end },
      { { verdict = "ok" }, { verdict = "unknown" }, { verdict = "ok" } })
    assert.are.same({ { "Target", "Macintosh HD, macOS 15.6 (24G84), M4 Pro/Max; 2 checks ok" } }, events[1].rows)
    assert.are.equal(2, #events[2].changes)
    assert.are.same({ { "1 restart." }, { { "Kit", "build 1" } } }, { events[3].lines, events[4].rows })
  end)

  -- The line about what is typed, how long it takes and how often the Mac restarts.
  local function journey(rows, more)
    local steps = {}
    for index, one in ipairs(rows) do
      local step = one.step
      steps[index] = { name = step.name, where = step.where, verdict = one.verdict, argv = step.run and { "/x" },
        prompts = step.prompts or {}, usually = step.usually }
    end
    local events = show(with({ operation = { own_journal = "x" } }, more or {}), rows, steps)
    return events[2] and events[2].lines[1]
  end

  local CSRUTIL = { "whether to go on (y or n)", "that user's password" }

  it("says what is typed and what takes long", function()
    assert.are.equal("You will type 2 answers: y, ada's password. Step one takes minutes.",
      journey { row({ prompts = CSRUTIL, usually = "minutes" }, {}) })
    assert.is_nil(journey { row({ prompts = CSRUTIL }, {}, "done"), row({}, {}) })
  end)

  it("counts a step as perhaps while one before it may do its work", function()
    local second = row({ name = "two", prompts = CSRUTIL, covered_by = { "one" } }, {})
    assert.are.equal("You will type 2 to 4 answers: y, ada's password; perhaps y, ada's password.",
      journey { row({ prompts = CSRUTIL }, {}), second })
    assert.are.equal("You will type 2 answers: y, ada's password.", journey { row({ prompts = CSRUTIL }, {}, "done"), second })
  end)

  it("counts restarts: for a step that waits, for a new policy, and for boot-args that are set only afterwards", function()
    local waits, args = row({ name = "restart", run = false }, {}), row({ part = "boot-args", defers = "later" }, { value = "" })
    assert.are.equal("1 restart.", journey { row({ part = "policy" }, FULL), waits, row({ settles = "clean-restart" }, {}) })
    assert.are.equal("1 restart.", journey { row({ part = "policy" }, FULL) })
    assert.is_nil(journey { row({ part = "policy" }, FULL, "done"), args })
    for release, words in pairs { ["14.0"] = "1 restart.", ["15.1"] = "2 restarts.", ["26.6"] = "2 restarts." } do
      assert.are.equal(words, journey({ args, waits }, { context = { release = release } }))
    end
    assert.are.equal("1 restart.", journey({ args, waits }, { context = { release = "26.6" }, target = targets.macos() }))
  end)

  it("says which program this is, and on which volume", function()
    local function said(target)
      local events = {}
      first.program(function(event) events[#events + 1] = event end, read_only(target), "1.1.0")
      return events[1].lines[1]
    end
    assert.are.equal("vmq-recovery 1.1.0, /Volumes/Data/vmq-recovery, on the volume Data", said(targets.recovery()))
    assert.are.equal("vmq-recovery 1.1.0, /Volumes/Stick/vmq-recovery, on the volume Stick",
      said(targets.recovery { program = "/Volumes/Stick/vmq-recovery" }))
    assert.are.equal("vmq-recovery 1.1.0, /tmp/vmq-recovery", said(targets.recovery { program = "/tmp/vmq-recovery" }))
    assert.are.equal("vmq-recovery 1.1.0, /Users/ada/vmq-recovery, on the volume Data",
      said(targets.macos { program = "/Users/ada/vmq-recovery" }))
  end)

  it("says of a run that goes on what was done before, and where", function()
    local function said(verdicts, acted, began, in_first_phase)
      local rows, events, state = {}, {}, require("engine.run_state").new()
      for index, verdict in ipairs(verdicts) do rows[index] = { verdict = verdict, step = { name = "s" .. index } } end
      for index, number in ipairs(acted) do
        state:step("s" .. number).acted, state.acted[index] = true, "s" .. number
      end
      state.in_first_phase = in_first_phase
      state.start, state.number = { environment = began }, 7
      first.go_on(function(event) events[#events + 1] = event end, { target = targets.macos(), plan_name = "apply" }, rows, state)
      return events[1] and events[1].lines[1]
    end
    local done, todo = "done", "todo"
    assert.are.equal("Steps 1 to 4 of apply were done in recovery (run 7).",
      said({ done, done, done, done, todo }, { 1, 2, 4 }, "paired-recovery", 3))
    assert.are.equal("Steps 1 to 4 of apply were done before (run 7).",
      said({ done, done, done, done, todo }, { 1, 2, 4 }, "paired-recovery", 2))
    assert.are.equal("Steps 1 and 2, 4 of apply were done before (run 7).", said({ done, done, todo, done, done }, { 1, 2, 3, 4 }, "macos"))
    assert.are.equal("Step 1 of apply was done before (run 7).", said({ done, done, todo }, { 1 }, "macos"))
    assert.is_nil(said({ todo, done }, { 1 }, "macos"))
  end)

  it("has no table for what only prepares, and no words where the record has none", function()
    local events = shown({ own_journal = "build" }, nil)
    assert.are.equal(2, #events)
    assert.falsy(events[1].rows[1][2]:find("checks", 1, true))
  end)
end)
