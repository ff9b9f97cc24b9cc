-- The record of revert: above all, which words it takes out of boot-args and what it puts back, over several applies.

local cases = require "tests.unit.lua.support.case"
local read_only = require "tests.unit.lua.support.read_only"
local revert = require "command.revert"
local targets = require "tests.unit.lua.support.target"

local operation = revert.operation()

local PRECONDITIONS = { "root", "program", "platform", "tools", "named/volume", "policy", "environment", "without/boot-args", "network" }
local OURS = { "kcsuffix=development", "hypervisor=0x1", "hv_apple_isa_vm_quota=0xFF" }

describe("the record of revert", function()
  it("is revert's: it stands above every other open run, and has no way back", function()
    assert.are.same({ "revert", "revert", "name", true, "revert" },
      { operation.name, operation.command, operation.question, operation.supersedes, operation.load().name })
    assert.are.equal("The last run was a revert: there is no way back from it but apply.", operation.no_way_back)
  end)

  it("needs nothing from the Data volume, in any system", function()
    assert.are.same({ PRECONDITIONS, "any" }, { operation.preflight(read_only(targets.recovery()), {}) })
    assert.is_true(cases.knows_checks(PRECONDITIONS))
  end)
end)

describe("the boot arguments of revert", function()
  -- Runs on record, latest first.
  local function made(options, run, ...)
    local runs = { ... }
    return operation.context(read_only(targets.recovery()), read_only(options), run and read_only(run), function()
      local at = 0
      return function()
        at = at + 1
        return runs[at] and read_only(runs[at])
      end
    end)
  end

  local function context(...)
    local c = made(...)
    return { words = c.words, baseline_boot_args = c.baseline_boot_args }
  end

  local function applied(words, before, more)
    local start = { plan = "apply", group = targets.GROUP, words = words, baseline = before and { boot_args = before } }
    local run = { start = start }
    for key, value in pairs(more or {}) do
      if key == "closed" then run.closed = value else start[key] = value end
    end
    return run
  end

  it("are this program's words without any record, with those that were asked for", function()
    assert.are.same({ words = OURS }, context({}))
    assert.are.same({ words = { OURS[1], OURS[2], "hv_apple_isa_vm_quota=0x5", "-v" } }, context { quota = 5, boot_arg = { "-v" } })
  end)

  it("are those of the run that goes on", function()
    assert.are.same({ words = { "a=1" } }, context({}, { start = { words = { "a=1" } } }))
  end)

  it("are those of every apply since the last revert, a key once; back comes what was there before the first", function()
    local latest = applied({ "kcsuffix=development", "hv_apple_isa_vm_quota=0x5", "-x" }, "-v kcsuffix=development")
    local first = applied({ "hypervisor=0x1", "-y", "-x" }, "-v")
    assert.are.same({ words = { OURS[1], OURS[2], OURS[3], "-x", "-y" }, baseline_boot_args = "-v" }, context({}, nil, latest, first))
  end)

  it("keep the baseline of a later apply where the first recorded none", function()
    assert.are.equal("-v", context({}, nil, applied({}, "-v"), applied({}, nil)).baseline_boot_args)
    assert.are.equal("", context({}, nil, applied({}, ""), applied({}, nil)).baseline_boot_args)
    assert.is_nil(context({}, nil, applied(nil, nil)).baseline_boot_args)
  end)

  it("are none of a plan in somebody's file, whatever its name is", function()
    assert.are.same({ words = OURS }, context({}, nil, applied({ "-theirs" }, "-v", { plan_file = "/m.lua" })))
    local finished = { start = { plan = "revert", plan_file = "/m.lua", group = targets.GROUP }, closed = { result = "done" }, acted = {} }
    assert.are.same({ words = { OURS[1], OURS[2], OURS[3], "-old" }, baseline_boot_args = "-v" },
      context({}, nil, finished, applied({ "-old" }, "-v")))
  end)

  it("go no further back than a revert that was finished", function()
    local finished = { start = { plan = "revert", group = targets.GROUP }, closed = { result = "done" }, acted = {} }
    local older = applied({ "-old" }, "-old-baseline")
    assert.are.same({ words = { OURS[1], OURS[2], OURS[3], "-new" }, baseline_boot_args = "-v" },
      context({}, nil, applied({ "-new" }, "-v"), finished, older))
    assert.are.same({ words = OURS }, context({}, nil, finished, older))
  end)

  it("go past a revert that was not finished, and runs of other groups; those of other plans inside count", function()
    local open = { start = { plan = "revert", group = targets.GROUP } }
    local other = { start = { plan = "mine", group = targets.GROUP, words = { "-mine" }, baseline = { boot_args = "-mine" } } }
    local elsewhere = applied({ "-else" }, "-else", { group = "00000000-0000-0000-0000-000000000000" })
    local reverted_elsewhere = { start = { plan = "revert", group = "00000000" }, closed = {} }
    assert.are.same({ words = { OURS[1], OURS[2], OURS[3], "-mine", "-a" }, baseline_boot_args = "-v" },
      context({}, nil, open, other, elsewhere, reverted_elsewhere, {}, applied({ "-a" }, "-v")))
  end)

  it("do not need a volume group", function()
    local c = operation.context(read_only(targets.recovery { group = targets.NONE }), read_only {}, nil, function()
      return function() return nil end
    end)
    assert.are.same(OURS, c.words)
  end)
end)

describe("the way back of a revert", function()
  local function back(target, ...)
    local runs, at = { ... }, 0
    local c = operation.context(target, {}, nil, function()
      at = 0
      return function()
        at = at + 1
        return runs[at]
      end
    end)
    local rows = operation.summary(cases.new { operation = operation, target = target, context = c })
    return rows[#rows]
  end
  local function run(fields, closed, acted)
    local start = { group = targets.GROUP, environment = "paired-recovery", params = {} }
    for field, value in pairs(fields) do start[field] = value end
    return { number = 1, start = start, acted = acted or { "sip" }, closed = closed }
  end
  local DONE, UNDONE = { result = "done" }, { result = "undone" }

  it("is the newest run that stands, done over where it was begun", function()
    assert.are.same({ "Way back", "/Volumes/Data/vmq-recovery apply" }, back(targets.recovery(), run({ plan = "apply" }, DONE)))
    assert.are.same({ "Way back", "/Volumes/Data/vmq-recovery apply" },
      back(targets.recovery(), run({ plan = "apply", command = "step" }, DONE)))
    assert.are.same({ "Way back", "in recovery: /Volumes/*/vmq-recovery run sip --set 'without=fs nvram'" },
      back(targets.macos(), run({ plan = "boot-args" }, UNDONE), run { plan = "sip", set = { "without=fs nvram" } },
        run({ plan = "apply" }, DONE)))
    assert.are.same({ "Way back", "in macOS: sudo /System/Volumes/Data/vmq-recovery run boot-args --set add=-v" },
      back(targets.recovery(), run({ plan = "boot-args", environment = "macos", set = { "add=-v" } }, DONE)))
  end)

  it("cannot be named where no run made the Mac as it is", function()
    for _, runs in ipairs { {}, { run({ plan = "apply" }, UNDONE) }, { run({ plan = "revert" }, DONE), run({ plan = "apply" }, DONE) } } do
      assert.are.same({ "Way back", "cannot be named: no run on record made this Mac as it is now" },
        back(targets.recovery(), table.unpack(runs)))
    end
  end)
end)

describe("what is told before a revert", function()
  it("says first what full security does to a Mac whose seal is off", function()
    local function titles(policy)
      return cases.titles(operation.overview(cases.new { operation = operation, target = targets.recovery { policy = policy } }, {}))
    end
    assert.are.same({ "Policy now", "Steps", "Questions to come", "Network", "Way back", "If it fails" }, titles {})
    assert.are.same({ "Policy now", "Look at this first", "Steps" }, { table.unpack(titles { ssv = "off" }, 1, 3) })
    assert.are.equal("Steps", cases.titles(operation.overview(cases.new { operation = operation,
      target = targets.recovery { policy = targets.NONE } }, {}))[2])
  end)
end)

describe("the words of revert", function()
  it("say what is reached, and that it counts at the next start", function()
    assert.are.same({ "Done: full security and Apple's kernel, read back. They take effect at the next start.", "Next: restart." },
      operation.words.done(cases.new { operation = operation }))
  end)

  it("say which rung was reached, why no higher one, and both ways on", function()
    local lines = operation.words.lower(cases.new { operation = operation }, read_only { leaves = "reduced security, Apple's kernel",
      refused = { { leaves = "full security", why = "offline", words = "Code=102", kind = "network" } } })
    assert.are.equal([[Reverted, but not to full security: reduced security, Apple's kernel.
Not possible: full security: offline (the tool said: Code=102)
Later, when online, type:
  /Volumes/Data/vmq-recovery revert
]] .. require("screen.outcome").BY_HAND, cases.text(lines))
  end)
end)
