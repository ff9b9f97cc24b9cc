-- What is said before anything changes: made from what the plan's own functions answer.

local overview = require "screen.overview"
local policies = require "tests.unit.lua.support.policies"

local function row(fields, verdict, seen)
  local step = { name = "sip", why = "Turns SIP off.", where = "paired-recovery", prompts = { "p" }, settles = "now" }
  for key, value in pairs(fields) do step[key] = value end
  return { step = step, verdict = verdict or "todo", seen = seen }
end

local function steps(...) return overview.steps({ ... }, { group = "G" }) end

local function one() return { argv = { "/usr/bin/csrutil", "disable" } } end

describe("what is said before the way back of a failed run", function()
  local PASSWORD = { "that user's password" }
  local function asking(name, tool, prompts)
    return row({ name = name, run = function() return { argv = { tool } } end, prompts = prompts })
  end
  local function told(count, sources, ...)
    return overview.going_back(steps(...), count, "paired-recovery", { sources = sources })
  end

  it("is how many steps are undone, and who asks for the password again", function()
    assert.are.equal("Going back: 1 step.", told(1, {}, asking("a", "/sbin/x", {})))
    assert.are.equal("Going back: 3 steps. bputil asks for the password again.",
      told(3, {}, asking("a", "/usr/bin/bputil", PASSWORD), asking("b", "/usr/bin/bputil", PASSWORD), asking("c", "/sbin/x", {})))
    assert.are.equal("Going back: 2 steps. csrutil and bputil ask for the password again.",
      told(2, {}, asking("a", "/usr/bin/csrutil", PASSWORD), asking("b", "/usr/bin/bputil", PASSWORD)))
  end)

  it("is nothing of a password that is known, and nothing at all where nothing is undone", function()
    assert.are.equal("Going back: 2 steps.", told(2, { password = "kept for this run" }, asking("a", "/usr/bin/bputil", PASSWORD)))
    assert.is_nil(told(0, {}))
  end)
end)

describe("overview.steps", function()
  it("shows each step with command, verdict and way back", function()
    local step = steps(row({ run = one, undo = function(_, before, now)
      return { { { argv = { "/x" } }, leaves = before.mode .. " after " .. now.mode, where = "recovery" } }
    end, after = function(c, seen) return { mode = "not " .. seen.mode .. " in " .. c.group } end }, "todo", policies.summary()))[1]
    assert.are.same({ "sip", "Turns SIP off.", "paired-recovery", "todo", { "/usr/bin/csrutil", "disable" }, { "p" },
      false },
      { step.name, step.why, step.where, step.verdict, step.argv, step.prompts, step.ladder })
    assert.are.same({ { "/usr/bin/csrutil", "disable" } }, step.commands)
    assert.are.same({ { leaves = "full after not full in G", where = "recovery", argv = { "/x" } } }, step.undo)
  end)

  it("shows every command of a step, and every rung of a ladder", function()
    local two = steps(row { run = function() return { one(), { argv = { "/sync" } } } end })[1]
    assert.are.same({ { "/usr/bin/csrutil", "disable" }, { "/sync" } }, two.commands)
    local rungs = steps(row { ladder = function() return { { one() }, { { argv = { "/low" } } } } end })[1]
    assert.are.same({ true, { { "/usr/bin/csrutil", "disable" }, { "/low" } } }, { rungs.ladder, rungs.commands })
  end)

  it("shows no command for a step that is done, unknown or waits", function()
    for _, verdict in ipairs { "done", "unknown" } do assert.are.same({}, steps(row({ run = one }, verdict))[1].commands) end
    assert.are.same({}, steps(row {})[1].commands)
    assert.are.same({}, steps(row { run = function() end })[1].commands)
  end)

  it("survives a plan's function that throws", function()
    local step = steps(row { run = function() error "x" end, undo = function() error "y" end })[1]
    assert.are.same({ {}, {} }, { step.commands, step.undo })
  end)

  it("asks each of a step's functions once, and what follows reads its answers", function()
    local count = {}
    local function counted(name, made)
      return function()
        count[name] = (count[name] or 0) + 1
        return made
      end
    end
    local entries = steps(row({ run = counted("run", one()), undo = counted("undo", { { one(), leaves = "x" } }),
      after = counted("after", {}) }, "todo", {}))
    assert.is_true(overview.acts(entries, "paired-recovery"))
    overview.plan_lines(entries)
    assert.are.same({ run = 1, undo = 1, after = 1 }, count)
  end)

  it("asks for the way back from what is there where nothing is to be run", function()
    for _, verdict in ipairs { "done", "unknown" } do
      local step = steps(row({ run = one, undo = function(_, _, now) return { { one(), leaves = now.mode } } end,
        after = function() return { mode = "another" } end }, verdict, { mode = "this" }))[1]
      assert.are.equal("this", step.undo[1].leaves)
    end
  end)

  it("says what the command will ask, or else what the step declares", function()
    local function asking() return { argv = { "/x" }, prompts = { "a password" } } end
    assert.are.same({ "a password" }, steps(row { run = asking })[1].prompts)
    assert.are.same({ "a password" }, steps(row { ladder = function() return { { asking() } } end })[1].prompts)
    assert.are.same({ "a password", "a password" }, steps(row { run = function() return { asking(), one(), asking() } end })[1].prompts)
    assert.are.same({ "a password" }, steps(row { ladder = function() return { { asking() }, { asking() } } end })[1].prompts)
    assert.are.same({ "a password", "a password" },
      steps(row { ladder = function() return { { asking(), asking() }, { asking() } } end })[1].prompts)
    assert.are.same({ "p" }, steps(row { run = one })[1].prompts)
    assert.are.same({ "p" }, steps(row({ run = asking }, "done"))[1].prompts)
  end)

  it("says how long a command usually takes, of a ladder the first", function()
    local function slow() return { argv = { "/x" }, usually = "minutes" } end
    assert.are.equal("minutes", steps(row { run = function() return { one(), slow() } end })[1].usually)
    assert.is_nil(steps(row { ladder = function() return { { one() }, { slow() } } end })[1].usually)
  end)

  it("stops after the first act where no more is to be known", function()
    local rows = { row({ run = one }, "done"), row { run = one, where = "macos" }, row { run = one, where = "any" }, row { run = one } }
    assert.are.equal(3, #overview.steps(rows, {}, "paired-recovery"))
    assert.are.equal(2, #overview.steps(rows, {}, "macos"))
    assert.are.equal(4, #overview.steps(rows, {}))
  end)

  it("says why there is no way back", function()
    assert.are.same({ { leaves = "cannot be undone automatically: burnt" } }, steps(row { run = one, no_way_back = "burnt" })[1].undo)
  end)
end)

describe("overview.acts", function()
  local function acts(fields, verdict, environment)
    return overview.acts(steps(row(fields, verdict)), environment or "paired-recovery")
  end

  it("is true where a step to be done here starts something", function()
    assert.is_true(acts { run = one })
    assert.is_true(acts { ladder = function() return { { one() } } end })
    assert.is_true(overview.acts(steps(row({ run = one }, "done"), row { run = one }), "paired-recovery"))
  end)

  it("is false where nothing does", function()
    assert.is_false(overview.acts({}, "macos"))
    assert.is_false(acts({ run = one }, "done"))
    assert.is_false(acts({ run = one }, "unknown"))
    assert.is_false(acts({ run = one }, "todo", "macos"))
    assert.is_false(acts { run = function() end })
    assert.is_false(acts {})
    local entry = { verdict = "done", where = "any", argv = { "/x" } }
    assert.is_false(overview.acts({ entry }, "macos"))
  end)
end)

describe("overview.plan_lines", function()
  local function undo() return { { one(), leaves = "full security" }, { one(), leaves = "reduced security" } } end

  it("tells steps for a person, and a way back that is the same only once", function()
    assert.are.same({
      "1. sip (todo): Turns SIP off.", "   runs: /usr/bin/csrutil disable",
      "   way back: full security; else reduced security",
      "2. filter (todo): Turns SIP off.", "   runs: /usr/bin/csrutil disable", "   way back: as for sip",
      "3. kernel (nothing to do now): Turns SIP off.",
    }, overview.plan_lines(steps(row { run = one, undo = undo }, row { name = "filter", run = one, undo = undo },
      row({ name = "kernel", run = one, undo = undo }, "done"))))
  end)

  it("calls a step done only where every step before it is", function()
    local function marks(...)
      local found = {}
      for _, line in ipairs(overview.plan_lines(steps(...))) do found[#found + 1] = line:match("^%d+%. %l+ (%b())") end
      return found
    end
    local function step(verdict) return row({}, verdict) end
    assert.are.same({ "(done)", "(done)" }, marks(step "done", step "done"))
    assert.are.same({ "(done)", "(todo)", "(nothing to do now)", "(todo)", "(nothing to do now)" },
      marks(step "done", step "todo", step "done", step "todo", step "done"))
    assert.are.same({ "(unknown)", "(nothing to do now)" }, marks(step "unknown", step "done"))
  end)

  it("numbers the rungs of a ladder as first and else", function()
    assert.are.same({ "1. sip (todo): Turns SIP off.", "   first: /usr/bin/csrutil disable", "   else:  '/a b'" },
      overview.plan_lines(steps(row { ladder = function() return { { one() }, { { argv = { "/a b" } } } } end })))
  end)
end)

describe("overview.first_todo", function()
  it("is the first row that does not read done", function()
    local rows = { { verdict = "done" }, { verdict = "unknown" }, { verdict = "todo" } }
    assert.are.equal(rows[2], overview.first_todo(rows))
    assert.is_nil(overview.first_todo { { verdict = "done" } })
    assert.is_nil(overview.first_todo {})
  end)
end)

describe("overview.show", function()
  local function shown(plan, manifest)
    local text = {}
    local target = { group = { name = "Macintosh HD", group = policies.GROUP, version = "15.6", build = "24G84" },
      kernel = { chip = "t6041" }, policy = policies.summary(), environment = "paired-recovery", root = "" }
    local findings = { collection_path = "/k.kc", manifest = manifest,
      manifest_doubt = not manifest and "no checksum file found, so it cannot be verified" or nil,
      collection = { size = 1 << 20, sha256 = ("ab"):rep(32), kernel = { banner = "Darwin Kernel Version 24" } } }
    overview.show(function(event) text[#text + 1] = event.title .. ": " .. table.concat(event.lines, "\n") end,
      { target = target, findings = findings, context = {}, operation = require("command.inside").find(plan),
        who = require("screen.asks").who(target, "ada") },
      steps(row { run = one }, row { name = "boot-args", where = "any", prompts = {},
        run = function() return { argv = { "/usr/sbin/nvram", "x=1" } } end },
        row { name = "copy", prompts = {}, run = function() return { argv = { "remove", "/vmq-recovery" } } end }))
    return "\n" .. table.concat(text, "\n\n")
  end

  it("holds all that must be known before an apply", function()
    local text = shown "apply"
    for _, words in ipairs { "Macintosh HD, group " .. policies.GROUP, "macOS 15.6 build 24G84, chip M4 Pro/Max (T6041)", "/k.kc",
      "1.0 MiB, SHA-256 " .. ("ab"):rep(32), "Darwin Kernel Version 24", "no checksum file found, so it cannot be verified",
      "Full Security, SIP on, boot-args filter on, Apple's kernel", "/usr/bin/csrutil disable", "not needed now",
      "System Integrity Protection is off, Apple Pay", "macOS updates end in an error", "two additional copies",
      "Startup Security Utility, Full Security", "restore from another Mac (DFU)" } do
      assert.truthy(text:find(words, 1, true), words)
    end
    assert.truthy(shown("apply", {}):find("checksum matches", 1, true))
  end)

  it("tells what each tool asks: nvram and the acts on files ask nothing", function()
    assert.truthy(shown("apply"):find("Questions to come: Step sip: p.\nWhat you type goes to the tools", 1, true))
    local target = { environment = "macos" }
    assert.are.same({ "None: no tool that asks anything runs here." },
      overview.questions({ target = target }, steps(row { run = one })).lines)
  end)

  it("tells of the network and no losses before a revert", function()
    local text = shown "revert"
    assert.truthy(text:find("Full Security needs it", 1, true))
    assert.is_nil(text:find("Apple Pay", 1, true))
    assert.is_nil(text:find("Kernel collection", 1, true))
  end)
end)
