-- The last words of a run, whole: every line in its place, and nothing besides.

local outcome = require "screen.outcome"

local PROGRAM = "/Volumes/Data/vmq-recovery"
local STEP = { name = "kernel" }
local REFUSED = { { leaves = "full security", why = "offline", words = "Code=102", kind = "network" } }
local DIFFERENT = { { name = "SIP", before = "on", after = "off (7f)" } }

local SELF = { way_back = "revert", again = "apply", words = {} }
local OWN = { again = "build", own_journal = true, words = { stopped = function() return "No half file is left." end } }
local FILE = { again = "run mine.lua", file = "mine.lua", words = {} }

local function case(operation, environment)
  local booted = environment == "macos" and "macos" or "recovery"
  return { plan_name = "mine", operation = operation or SELF, findings = {}, options = {}, context = {},
    target = { environment = environment or "paired-recovery", booted = booted, root = "", program = PROGRAM,
      group = { data = { mount = "/Volumes/Data", name = "Data" } } } }
end

-- Commands are written with a ">" before them.
local function said(final, operation, environment)
  local lines = {}
  for index, line in ipairs(outcome.lines(case(operation, environment), final)) do
    lines[index] = type(line) == "table" and "> " .. line.command or line
  end
  return lines
end

local function is(expected, ...) assert.are.same(expected, said(...)) end

local RECOVERY = "Next: shut down fully (not restart), hold the power button until \"Loading startup options\" appears, then let go, "
  .. "choose Options and a user, then Utilities > Terminal, and type:"
local MACOS = "Next: restart cleanly (Apple menu > Restart, or type: reboot). Do not hold the power button: settings not yet "
  .. "saved would be lost. Then, in macOS, open Terminal and type:"

describe("what is said", function()
  it("of a run that is done, or was only rehearsed", function()
    is({ "Done: every step of mine is done and checked." }, { result = "done" })
    local dry = case()
    dry.dry_run = true
    assert.are.same(outcome.lines(dry, { result = "done" }), outcome.lines(dry, { result = "undone", went_back = "asked" }))
    assert.are.same({ "Dry run: nothing was started and nothing was changed. Above is what would run here." },
      outcome.lines(dry, { result = "done" }))
    assert.are.same({ "Dry run: nothing was started and nothing was changed. Above is what would run here.",
      "Going back would not work for every step:", "Step sip, full security: offline (the tool said: Code=102)" },
      outcome.lines(dry, { result = "incomplete", went_back = "asked", stuck = { { step = "sip", refused = REFUSED } } }))
    assert.are.same({ "Nothing was changed; read back and compared with the state before this run." },
      outcome.lines(dry, { result = "undone" }))
    is({ "Done, but not all the way: x.", "Not possible: full security: offline (the tool said: Code=102)" },
      { result = "lower", leaves = "x", refused = REFUSED })
    assert.are.equal(1, #outcome.lines(dry, { result = "done", stuck = {} }))
    is({ "The plan is wrong: r", "Nothing was changed." }, { result = "mistake", reason = "r" })
  end)

  it("of a phase", function()
    for _, place in ipairs { "macos", "any" } do
      is({ "This part is finished and read back.", MACOS, "> sudo /System/Volumes/Data/vmq-recovery apply" },
        { result = "phase", next = place })
    end
    is({ "w", "If this stays so after a clean restart, go back:", "> " .. PROGRAM .. " revert", RECOVERY, "> " .. PROGRAM .. " apply" },
      { result = "phase", next = "recovery", waits_for = "w" })
    is({ "w", "If this stays so after a clean restart, go back:", "> " .. PROGRAM .. " rollback", RECOVERY,
      "> " .. PROGRAM .. " run mine.lua" }, { result = "phase", next = "recovery", waits_for = "w" }, FILE)
  end)

  it("of a run that was stopped", function()
    is({ "Stopped: r.", "What was done so far is in the journal. To go on with mine:", "> " .. PROGRAM .. " resume",
      "Or to go back to how it was before this run:", "> " .. PROGRAM .. " rollback" },
      { result = "stopped", kind = "left", reason = "r", acted = 1, changed = true })
    is({ "Stopped: r.", "What was taken back so far is in the journal. To go on back to how it was before this run:",
      "> " .. PROGRAM .. " rollback" }, { result = "stopped", kind = "left", reason = "r", acted = 1, changed = true, went_back = "asked" })
    is({ "Stopped: r.", "No half file is left.", "> sudo " .. PROGRAM .. " build" },
      { result = "stopped", kind = "asked", reason = "r", acted = 1, changed = true }, OWN, "macos")
    is({ "Stopped: r.", "Nothing was changed." }, { result = "stopped", kind = "asked", reason = "r", acted = 0 })
    is({ "Stopped: r.", "Nothing was changed; the state was read back." },
      { result = "stopped", kind = "asked", reason = "r", acted = 1 })
    is({ "Stopped: r.", "Nothing was changed; the state was read back.", "Only what step copy prepared is kept; the next run uses it." },
      { result = "stopped", kind = "asked", reason = "r", acted = 2, prepared = { "copy" } })
    local known = require("screen.errors").ours "undone"
    is({ "Stopped: r.", ("Cause: %s. Fix: %s."):format(known.cause, known.cure), "Nothing was changed." },
      { result = "stopped", kind = "undone", reason = "r", acted = 0 })
  end)

  it("of a run that was stopped: the state that the Mac is in, and where each line leads", function()
    local policies = require "tests.unit.lua.support.policies"
    require("tests.unit.lua.support.answers").use { ["/usr/bin/bputil -d -v " .. policies.GROUP] = policies.text {},
      ["/usr/sbin/nvram -x boot-args"] = "boot-args\tdebug=1\n" }
    local made = case()
    made.context = { group = policies.GROUP, baseline = { policy = policies.summary { mode = "permissive", sip = "7f" }, boot_args = "" } }
    local lines = outcome.lines(made, { result = "stopped", kind = "asked", reason = "r", acted = 1, changed = true })
    assert.are.equal('The Mac now: security Full, SIP on, boot-args filter on, kernel Apple\'s, boot-args "debug=1".', lines[2])
    assert.are.equal("Or to go back to how it was before this run (security Permissive, SIP off (7f), boot-args filter on, "
      .. "kernel Apple's, boot-args (empty)):", lines[5])
  end)

  it("of a state that nobody knows", function()
    is({ "Step kernel left the Mac in a state this program does not recognise. Nothing more was changed.", "Before: b", "Now:    n",
      ("Cause: %s."):format(require("screen.errors").ours("neither").cause),
      "To look at it, to go back to the start, or to go to full security:", "> " .. PROGRAM .. " status", "> " .. PROGRAM .. " rollback",
      "> " .. PROGRAM .. " revert" }, { result = "undecided", step = STEP, before_text = "b", now_text = "n" })
  end)

  it("of a way back on a simulated Mac that is kept: how to restart that", function()
    local started = require "base.started"
    started.note { root = "/m" }
    is({ "Everything this run did is undone: read back and compared, the Mac is as it was before this run.",
      "It takes effect at the next start.", "Next, restart this simulated Mac:", "> vmq-recovery rehearse --keep /m restart macos" },
      { result = "undone", touched = true, restart = true, went_back = "asked" })
    started.note { root = "" }
  end)

  it("of a way back that reached all", function()
    is({ "Everything this run did is undone: read back and compared, the Mac is as it was before this run." },
      { result = "undone", touched = true })
    is({ "Everything this run did is undone: read back and compared, the Mac is as it was before this run.",
      "It takes effect at the next start.", "Next: restart." }, { result = "undone", touched = true, restart = true, went_back = "asked" })
    for _, final in ipairs { { restart = true, went_back = "failed" }, { went_back = "asked" } } do
      final.result, final.touched = "undone", true
      is({ "Everything this run did is undone: read back and compared, the Mac is as it was before this run." }, final)
    end
    is({ "Step kernel failed. Everything this run did is undone.", "Different from before this run, by somebody else's doing:",
      "  SIP: on before, off (7f) now", "To try again, after the fix above, type:", "> " .. PROGRAM .. " apply" },
      { result = "undone", touched = true, failed = "kernel", differences = DIFFERENT })
    is({ "Nothing was changed; read back and compared with the state before this run.", "No half file is left." },
      { result = "undone" }, OWN)
    is({ "There is nothing to undo: the Mac reads as it did before this run. Whether the boot policy was written meanwhile cannot be told, "
      .. "as its nonce was not read." }, { result = "undone", acted = 1 })
    is({ "Nothing was changed; read back and compared with the state before this run." },
      { result = "undone", acted = 1, written = false })
    is({ "The boot policy was written meanwhile, by a tool of this run or by something else. It reads as it did before this run." },
      { result = "undone", written = true })
  end)

  it("of a way back that reached all after a failure: how to try again, where that can help", function()
    local DONE = "Step kernel failed. Everything this run did is undone: read back and compared, the Mac is as it was before this run."
    local function is_said(lines, by, more, operation)
      local final = { result = "undone", touched = true, failed = "kernel", failed_by = by, went_back = "failed" }
      for key, value in pairs(more or {}) do final[key] = value end
      is({ DONE, table.unpack(lines) }, final, operation)
    end
    is_said({ "To try again, after the fix above, type:", "> " .. PROGRAM .. " run mine.lua" }, "unknown", {}, FILE)
    is_said({ "Later, when online, type:", "> " .. PROGRAM .. " apply" }, "network")
    is_said({ "With the short name of an owner and that user's password, type:", "> " .. PROGRAM .. " apply" }, "credentials")
    is_said({ "After a restart and some minutes of waiting, type:", "> " .. PROGRAM .. " apply" }, "wait")
    for _, kind in ipairs { "platform", "option", "seal", "bootability", "denied", "newer-macos" } do is_said({}, kind) end
    is_said({ "No half file is left." }, "unknown", {}, OWN)
    local lines = outcome.lines(case(), { result = "undone", touched = true, failed = "kernel", mistake = "m.lua:1: no" })
    assert.are.same({ "The plan is wrong: m.lua:1: no", DONE }, lines)
  end)

  it("of a way back that fell short", function()
    is({ "Step kernel failed. This run's changes are undone, but not all the way:", "step sip leaves reduced security.",
      "Step sip, full security: offline (the tool said: Code=102)", "Different from before this run:", "  SIP: on before, off (7f) now",
      "Later, when online, type:", "> " .. PROGRAM .. " revert", outcome.BY_HAND },
      { result = "undone-lower", failed = "kernel", lower = { { step = "sip", leaves = "reduced security", refused = REFUSED } },
        differences = DIFFERENT })
    is({ "Going back did not work for every step.", "Step sip, full security: offline (the tool said: Code=102)",
      "Step boot, way back: why", "Different from before this run:", "  SIP: on before, off (7f) now", "To try again:",
      "> " .. PROGRAM .. " rollback", outcome.BY_HAND },
      { result = "incomplete", stuck = { { step = "sip", refused = REFUSED } },
        elsewhere = { { step = "boot", refused = { { why = "why" } } } }, differences = DIFFERENT })
    is({ "Boot arguments of others were lost, and do not stay when they are put back.", "To try again:", "> " .. PROGRAM .. " build",
      "No half file is left." }, { result = "incomplete", lost = true }, OWN)
  end)

  it("of a way back that goes on in recovery", function()
    is({ "The rest of the way back can only be done in recovery.", "Step sip, full security: offline (the tool said: Code=102)",
      "Here, x: it did not read back", RECOVERY, "> " .. PROGRAM .. " rollback" },
      { result = "elsewhere", elsewhere = { { step = "sip", refused = REFUSED } }, refused = { { leaves = "x" } }, went_back = "asked" })
    is({ "The rest of the way back can only be done in recovery.", RECOVERY, "> " .. PROGRAM .. " apply" }, { result = "elsewhere" })
    is({ "r. So nothing else was taken back here.", MACOS, "> sudo /System/Volumes/Data/vmq-recovery rollback",
      "Afterwards come back to this recovery and type:", "> " .. PROGRAM .. " rollback" },
      { result = "elsewhere", next = "macos", reason = "r", elsewhere = {} })
  end)

  it("when no way worked", function()
    is({ "No way to a safer policy worked. The policy is as it was.", "full security: offline (the tool said: Code=102)",
      "Later, when online, type:", "> " .. PROGRAM .. " revert", outcome.BY_HAND }, { result = "none", refused = REFUSED })
    is({ "No way to a safer policy worked. The policy is as it was.", "To try for full security again, type:",
      "> sudo " .. PROGRAM .. " revert", outcome.BY_HAND }, { result = "none" }, SELF, "macos")
  end)

  it("first of what has to be so before full security is tried again: the first refusal that is known", function()
    local lines = {}
    outcome.add_later(lines, case(), { { { kind = "strange" }, { kind = "credentials" }, { kind = "network" } } })
    assert.are.same("With the short name of an owner and that user's password, type:", lines[1])
    outcome.add_later(lines, case(), { {}, { { refused = { { kind = "wait" } } }, { kind = "owner" } } })
    assert.are.same("After a restart and some minutes of waiting, type:", lines[4])
  end)
end)

describe("a line to be typed elsewhere", function()
  local started = require "base.started"
  after_each(function() started.note { program = "vmq-recovery", root = "", volume = "" } end)

  it("in recovery finds the program however Data is called there, and helps where that fails", function()
    local made = case(SELF, "macos").target
    made.program, made.group.data = "/Users/ada/vmq-recovery", { mount = "/System/Volumes/Data", name = "My Data" }
    assert.are.same({ { command = "/Volumes/*/Users/ada/vmq-recovery apply" },
      "In full: '/Volumes/My Data/Users/ada/vmq-recovery' apply",
      "Unplug other disks first: the first volume that has this program is the one that is started.",
      "No such file? Type: diskutil apfs unlockVolume 'My Data' (or, without FileVault: diskutil mount 'My Data')",
      "Killed, or not permitted? Copy it to /tmp and start that." }, outcome.in_recovery(made, "apply"))
    assert.are.same({ { command = PROGRAM .. " apply" } }, outcome.in_recovery(case().target, "apply"))
  end)

  it("restarts a simulated Mac that was kept, and goes on there", function()
    assert.is_nil(outcome.arrive_when_kept(case().target, "macos", "apply"))
    started.note { program = "./vmq", root = "/k" }
    for _, place in ipairs { "macos", "recovery" } do
      is({ "This part is finished and read back.", "Next, restart this simulated Mac, and then go on:",
        "> ./vmq rehearse --keep /k restart " .. place, "> ./vmq --root /k apply" }, { result = "phase", next = place })
    end
    assert.are.same({ { command = "./vmq --root /k apply" } }, outcome.in_recovery(case(SELF, "macos").target, "apply"))
  end)
end)
