-- The last words and the exit code of every way in which a run can end.

local answers = require "tests.unit.lua.support.answers"
local inside = require "command.inside"
local outcome = require "screen.outcome"
local plan_file = require "command.plan_file"

local function case_of(plan, environment)
  environment = environment or "paired-recovery"
  local mount = environment == "macos" and "/System/Volumes/Data" or "/Volumes/Data"
  local booted = environment == "macos" and "macos" or "recovery"
  return { plan_name = plan, operation = inside.find(plan) or plan_file.operation(plan .. ".lua", { name = plan }), findings = {},
    options = {}, context = { quota = 255 },
    target = { environment = environment, booted = booted, root = "", program = mount .. "/vmq-recovery",
      group = { data = { mount = mount, name = "Data" } } } }
end

before_each(function() answers.use {} end)

local STEP = { name = "kernel" }
local REFUSED = { { leaves = "full security", why = "offline", words = "Code=102" } }

describe("outcome.exit_code", function()
  local function code(final, detailed) return outcome.exit_code(final, detailed) end

  it("tells every result", function()
    for _, case in ipairs {
      { 0, { result = "done", acted = 3 } }, { 9, { result = "lower", acted = 1 } }, { 0, { result = "phase", acted = 3 } },
      { 4, { result = "stopped", kind = "asked", acted = 0 } },
      { 4, { result = "stopped", kind = "asked", acted = 1, changed = false } },
      { 6, { result = "stopped", kind = "asked", acted = 1, changed = true } },
      { 6, { result = "stopped", kind = "left", acted = 1, changed = true } },
      { 6, { result = "stopped", kind = "undone", acted = 2, changed = true } },
      { 3, { result = "stopped", kind = "journal", acted = 0 } },
      { 6, { result = "stopped", kind = "journal", acted = 1, changed = true } },
      { 3, { result = "undecided", acted = 0, untouched = true } }, { 11, { result = "undecided", acted = 1 } },
      { 11, { result = "undecided", acted = 1, untouched = true } }, { 11, { result = "undecided", acted = 0 } },
      { 1, { result = "undone", went_back = "failed", acted = 1 } },
      { 0, { result = "undone", went_back = "asked", acted = 1 } },
      { 5, { result = "undone-lower", went_back = "failed", acted = 1 } },
      { 9, { result = "undone-lower", went_back = "asked", acted = 1 } },
      { 5, { result = "incomplete", went_back = "failed", acted = 1 } },
      { 5, { result = "incomplete", went_back = "asked", acted = 1 } },
      { 6, { result = "elsewhere", acted = 1 } }, { 5, { result = "none", acted = 1 } },
    } do
      assert.are.equal(case[1], code(case[2]), ("%s %s"):format(case[2].result, case[2].kind or case[2].went_back or ""))
    end
  end)

  it("tells a phase apart only when asked to", function()
    assert.are.equal(8, code({ result = "phase", acted = 1 }, true))
    assert.are.equal(0, code({ result = "done", acted = 1 }, true))
  end)
end)

describe("outcome.lines", function()
  -- Everything said, as one text.
  local function told(final, plan, environment)
    local lines = outcome.lines(case_of(plan or "apply", environment), final)
    return outcome.plain(lines), outcome.phase_event(final, lines)
  end

  local function says(text, ...)
    for _, words in ipairs { ... } do assert.truthy(text:find(words, 1, true), words .. " is not in:\n" .. text) end
  end

  it("names the next line to type after a phase, and tells programs too", function()
    local text, event = told { result = "phase", acted = 3, step = { name = "restart" }, next = "macos" }
    says(text, "restart cleanly", "sudo /System/Volumes/Data/vmq-recovery apply", "Do not hold the power button")
    assert.are.same({ "phase", "macos" }, { event.type, event.next })
    says(event.instructions, "sudo /System/Volumes/Data/vmq-recovery apply")
    says(told { result = "phase", acted = 0, step = STEP, next = "paired-recovery" }, "shut down fully",
      "hold the power button",
      "/Volumes/Data/vmq-recovery apply")
    says(told { result = "phase", acted = 1, step = { name = "booted" }, next = "macos", pending = true },
      "Restart once more for them to take effect.")
    says(told({ result = "phase", acted = 1, step = { name = "booted" }, next = "macos", waits_for = "It is not in force yet." },
      "apply", "macos"),
      "not in force yet", "sudo /System/Volumes/Data/vmq-recovery revert")
  end)

  it("says what is done", function()
    says(told { result = "done", acted = 3 }, "allows up to 255 macOS guests", "/Volumes/Data/vmq-recovery revert")
    says(told({ result = "done", acted = 1 }, "revert"), "full security and Apple's kernel, read back")
    says(told({ result = "done", acted = 1 }, "mine"), "every step of mine is done and checked")
  end)

  it("says what was left, with resume and rollback", function()
    says(told { result = "stopped", acted = 1, changed = true, kind = "asked", reason = "you asked to stop" },
      "Stopped: you asked to stop.",
      "/Volumes/Data/vmq-recovery resume", "/Volumes/Data/vmq-recovery rollback")
    local text = told { result = "stopped", acted = 0, kind = "asked", reason = "you asked to stop" }
    says(text, "Nothing was changed.")
    assert.is_nil(text:find("resume", 1, true))
  end)

  it("explains a stop that the catalogue knows", function()
    for _, kind in ipairs { "journal", "undone" } do
      local known = require("screen.errors").ours(kind)
      says(told { result = "stopped", acted = 1, changed = true, kind = kind, reason = "r" },
        ("Cause: %s. Fix: %s."):format(known.cause, known.cure))
    end
    says(told { result = "undecided", acted = 1, step = STEP, before_text = "b", now_text = "n" },
      "Cause: " .. require("screen.errors").ours("neither").cause)
  end)

  it("shows both states to a person", function()
    says(told { result = "undecided", acted = 1, step = STEP, before_text = 'boot-args "-v"', now_text = "cannot be read: kaput" },
      "Step kernel left the Mac in a state", 'Before: boot-args "-v"', "Now:    cannot be read: kaput", "status", "rollback", "revert")
  end)

  it("says what a way back reached, and the way without this program where it fell short", function()
    says(told { result = "undone", failed = "kernel", touched = true, acted = 2 }, "Step kernel failed.",
      "Everything this run did is undone")
    says(told { result = "undone", acted = 0 }, "Nothing was changed; read back and compared with the state before this run.")
    says(told { result = "undone-lower", failed = "kernel", acted = 2, lower = { { step = "sip", leaves = "reduced security",
      refused = REFUSED } } }, "step sip leaves reduced security", "full security: offline", "Startup Security Utility")
    says(told { result = "incomplete", acted = 2, stuck = { { step = "sip", refused = REFUSED } }, elsewhere = {} },
      "Step sip, full security: offline (the tool said: Code=102)", "rollback", "Startup Security Utility")
    says(told { result = "elsewhere", acted = 2, elsewhere = { { step = "sip", refused = REFUSED } }, went_back = "asked" },
      "can only be done in recovery", "/Volumes/Data/vmq-recovery rollback")
    says(told { result = "elsewhere", acted = 2, next = "macos", reason = "It cannot be taken out here", went_back = "asked",
      elsewhere = { { step = "boot-args", refused = REFUSED } } },
      "It cannot be taken out here. So nothing else was taken back here.", "offline (the tool said: Code=102)",
      "sudo /System/Volumes/Data/vmq-recovery rollback",
      "Afterwards come back to this recovery and type:", "/Volumes/Data/vmq-recovery rollback")
    says(told({ result = "lower", acted = 1, leaves = "reduced security", refused = REFUSED }, "revert"),
      "not to full security: reduced security", "offline (the tool said: Code=102)", "Startup Security Utility")
    says(told({ result = "none", acted = 1, refused = REFUSED }, "revert"), "No way to a safer policy worked",
      "Startup Security Utility")
  end)
end)

describe("outcome.saved", function()
  it("says of boot arguments that wait for a restart, and else nothing", function()
    assert.are.same({ "Boot arguments saved. Restart once more for them to take effect." }, outcome.saved({}, { pending = true }))
    assert.is_nil(outcome.saved({}, { waits_for = "it" }))
  end)
end)
