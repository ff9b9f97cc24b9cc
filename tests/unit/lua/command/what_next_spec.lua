-- What is to be typed about a run, by where its journal stands and by the place that this is.

local run_state = require "engine.run_state"
local targets = require "tests.unit.lua.support.target"
local what_next = require "command.what_next"

local INTENT = { type = "intent", step = "a", argv = { "/x" }, part = 1, parts = 1 }
local PHASE = { type = "phase", step = "a", next = "macos" }
local BACK = { type = "undo-start", reason = "failed" }
local function close(result) return { type = "close", result = result } end

local RECOVERY, MACOS = "/Volumes/Data/vmq-recovery ", "sudo /System/Volumes/Data/vmq-recovery "

local function next_of(target, start, ...)
  local first = { type = "start", format = 1, plan = "apply", group = targets.GROUP, baseline = {} }
  for field, value in pairs(start) do first[field] = value end
  local lines = {}
  for index, line in ipairs(what_next.of(assert(run_state.rebuild { first, ... }), target)) do lines[index] = line.command or line end
  return table.concat(lines, "\n")
end

describe("what comes next of a run that is open", function()
  it("is to continue or to go back", function()
    assert.are.equal(("To continue:\n%sresume\nOr to go back:\n%srollback"):format(RECOVERY, RECOVERY),
      next_of(targets.recovery(), {}, INTENT))
    assert.are.equal(("To continue:\n%sresume\nOr to go back:\n%srollback"):format(MACOS, MACOS),
      next_of(targets.macos(), {}, INTENT, PHASE, INTENT))
  end)

  it("is to go on one step at a time, where it was begun so", function()
    assert.are.equal(("To continue:\n%sresume\nOne step at a time:\n%sstep apply\nOr to go back:\n%srollback"):format(
      RECOVERY, RECOVERY, RECOVERY), next_of(targets.recovery(), { command = "step" }, INTENT))
    assert.truthy(next_of(targets.recovery(), { command = "step", plan = "mine", plan_file = "/my plan.lua" }, INTENT)
      :find(RECOVERY .. "step '/my plan.lua'\n", 1, true))
  end)

  it("is in macOS where it waits for that, and there simply to continue", function()
    assert.are.equal(("It continues in macOS. There, type:\n%sresume"):format(MACOS), next_of(targets.recovery(), {}, INTENT, PHASE))
    assert.truthy(next_of(targets.macos(), {}, INTENT, PHASE):find(("To continue:\n%sresume\nOr"):format(MACOS), 1, true))
    local recovery = { type = "phase", step = "a", next = "recovery" }
    assert.are.equal("It continues in recovery. There, type:\n/Volumes/*/vmq-recovery resume",
      next_of(targets.macos(), {}, INTENT, recovery))
  end)

  it("is what made it go back, where a step failed", function()
    local outcome = { type = "outcome", step = "a", verdict = "todo", exit = 71,
      words = "Unable to set credentials, possibly wrong name or password" }
    local intent = { type = "intent", step = "a", argv = { "/usr/bin/kmutil" }, part = 1, parts = 1 }
    local said = next_of(targets.recovery(), {}, intent, outcome, BACK)
    assert.truthy(said:find("^Step a failed: the tool did not accept this user name and password%.\nFix: use the short name"), said)
    assert.truthy(said:find(("It was going back. To continue:\n%srollback"):format(RECOVERY), 1, true), said)
    outcome.words = "odd"
    assert.truthy(next_of(targets.recovery(), {}, intent, outcome, BACK):find(
      "^Step a failed: this program does not know this error%.\nFix: read what Apple's tool said: odd\nIt was going back"))
    outcome.exit = nil
    assert.truthy(next_of(targets.recovery(), {}, intent, outcome, BACK):find "^Step a failed%.\nIt was going back")
    assert.truthy(next_of(targets.recovery(), {}, intent, outcome, { type = "undo-start", reason = "asked" }):find "^It was going back")
  end)

  it("is to go on back where it was going back", function()
    assert.are.equal(("It was going back. To continue:\n%srollback"):format(RECOVERY), next_of(targets.recovery(), {}, INTENT, BACK))
  end)
end)

describe("what comes next of a run that is closed", function()
  it("is to try again only where something is left of it", function()
    assert.truthy(next_of(targets.recovery(), {}, INTENT, BACK, close "incomplete")
      :find(("To try again:\n%srollback\nWithout this program"):format(RECOVERY), 1, true))
    assert.are.equal("Nothing of this run is left to undo or continue.", next_of(targets.recovery(), {}, INTENT, BACK, close "undone"))
    local intent = { type = "intent", step = "a", argv = { "/usr/bin/bputil" }, part = 1, parts = 1 }
    local function failed(words)
      local outcome = { type = "outcome", step = "a", verdict = "todo", exit = 1, words = words }
      return next_of(targets.recovery(), {}, intent, outcome, BACK, close "undone")
    end
    assert.truthy(failed "Code=102":find(("\nLater, when online, type:\n%sapply"):format(RECOVERY), 1, true), failed "Code=102")
    assert.are.equal("Step a failed: this is not an Apple silicon Mac.\nFix: none: Intel Macs have no such boot policy.",
      failed "not yet supported on this platform")
    for _, result in ipairs { "done", "lower" } do
      assert.are.equal(("Nothing is left to do in this run. To see the Mac as it is now:\n%sstatus"):format(RECOVERY),
        next_of(targets.recovery(), {}, INTENT, close(result)))
    end
  end)
end)
