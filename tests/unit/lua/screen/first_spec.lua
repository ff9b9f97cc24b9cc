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
    step = with({ name = "one", run = function() end }, fields) }
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
  local function shown(operation, checks)
    local events = {}
    first.show(function(event) events[#events + 1] = event end, read_only { target = targets.recovery(), context = {},
      checks = checks, operation = operation }, { row({ part = "policy", after = opens }, FULL) }, {})
    return events
  end

  it("counts the checks that are ok, and says what the operation's record says", function()
    local events = shown({ summary = function() return { { "Kit", "build 1" } } end },
      { { verdict = "ok" }, { verdict = "unknown" }, { verdict = "ok" } })
    assert.are.same({ { "Target", "Macintosh HD, macOS 15.6 (24G84), T6041; 2 checks ok" } }, events[1].rows)
    assert.are.equal(2, #events[2].changes)
    assert.are.same({ { "Kit", "build 1" } }, events[3].rows)
  end)

  it("has no table for what only prepares, and no words where the record has none", function()
    local events = shown({ own_journal = "build" }, nil)
    assert.are.equal(1, #events)
    assert.falsy(events[1].rows[1][2]:find("checks", 1, true))
  end)
end)
