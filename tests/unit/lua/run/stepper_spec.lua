-- The stepper: what it shows before each step, and what each key makes of it.

local policies = require "tests.unit.lua.support.policies"
local screen = require "tests.unit.lua.support.screen"
local stepper = require "run.stepper"
local typist = require "tests.unit.lua.support.typist"

local GROUP = "9F1E2D3C-4B5A-4697-8879-6A5B4C3D2E1F"

local function rung(tool, flag, leaves)
  return { { argv = { tool, flag, "-v", GROUP } }, leaves = leaves, exact = true, check = function() return true end }
end

local function step(fields)
  local made = { name = "sip", number = 1, where = "paired-recovery", needs = {}, resets = {}, prompts = { "declared" },
    why = "Turns System Integrity Protection off; the boot policy becomes Permissive, which a custom kernel needs.",
    expected = "Permissive Security", at = "plan:1", describe = require("mac.policy").describe,
    run = function() return { argv = { "/usr/bin/csrutil", "disable" }, prompts = { "whether to go on", "that user's password" } } end,
    undo = function()
      return { rung("/usr/bin/bputil", "--full-security", "full security, Apple's kernel"),
        rung("/usr/bin/bputil", "-g", "reduced security, Apple's kernel, SIP on") }
    end }
  for key, value in pairs(fields or {}) do made[key] = value or nil end
  return made
end

-- Goes through the gate with these lines typed. @return answer, the screen, prompts
local function through(lines, about, one, options, columns)
  local shown, prompts = typist.use(columns or 80, lines)
  local view = require("screen.human").open { color = "never" }
  local case = { target = { problems = {} }, context = {}, options = options or {}, who = require("screen.asks").who({}, "ada") }
  one = one or step()
  local gate = stepper.gate(view, case, { steps = { one, one } })
  local answer = gate(one, policies.summary {}, about or { may_skip = true, last = "before" })
  screen.restore()
  return answer, shown, prompts
end

local function says(shown, words)
  assert.truthy(shown.out():find(words, 1, true), words .. " is not in:\n" .. shown.out())
end

describe("the step prompt", function()
  it("takes every key and every word for what it says", function()
    for answer, words in pairs {
      ["do"] = { "y", "Y", " y ", "yes", "Yes", "do" }, all = { "c", "continue" }, skip = { "n", "no", "skip" },
      undo = { "u", "undo" }, stop = { "q", "quit", "exit", "stop", "STOP" },
    } do
      for _, word in ipairs(words) do assert.are.equal(answer, (through { word }), word) end
    end
  end)

  it("names the step and the keys", function()
    local _, _, prompts = through { "y" }
    assert.are.same({ "sip [y/n/c/w/p/d/u/l/q/?]> " }, prompts)
  end)

  it("does nothing at Enter alone, however often", function()
    local answer, shown, prompts = through { "", "   ", "\t", "q" }
    assert.are.same({ "stop", 4 }, { answer, #prompts })
    assert.is_nil(shown.out():find("Not a key", 1, true))
  end)

  it("stops at the end of input and at an interrupt", function()
    assert.are.equal("stop", (through {}))
    assert.are.equal("stop", (through { "", false }))
    assert.are.equal("stop", (through { { "interrupted" } }))
  end)

  it("does nothing at a key it does not know, and says so", function()
    for _, word in ipairs { "x", "yy", "yes please", "y n", "1", "é", "\27[A", "Y E S" } do
      local answer, shown, prompts = through { word, "q" }
      assert.are.same({ "stop", 2 }, { answer, #prompts }, word)
      says(shown, "Not a key of this prompt. ? lists them; Enter alone does nothing.")
    end
  end)

  it("is passed over with --yes", function()
    local answer, shown, prompts = through({}, nil, nil, { yes = true })
    assert.are.same({ "all", "", {} }, { answer, shown.out(), prompts })
  end)
end)

describe("a skip", function()
  it("is refused with the step that needs it, and asked again", function()
    local answer, shown, prompts = through({ "n", "skip", "q" }, { may_skip = false, why_not = "kernel" })
    assert.are.same({ "stop", 3 }, { answer, #prompts })
    says(shown, "It cannot be left out: step kernel needs it.")
  end)
end)

describe("an undo", function()
  it("with nothing done is refused, and asked again", function()
    local answer, shown, prompts = through({ "u", "q" }, { may_skip = true })
    assert.are.same({ "stop", 2 }, { answer, #prompts })
    says(shown, "There is nothing to undo yet.")
  end)
end)

describe("a looking key", function()
  -- What one key adds to the screen.
  local function adds(key, one)
    local _, before = through({ "q" }, nil, one)
    local answer, after, prompts = through({ key, "q" }, nil, one)
    assert.are.same({ "stop", 2 }, { answer, #prompts }, key)
    return after.out():sub(#before.out() + 1)
  end

  it("w tells why, and what it needs", function()
    assert.truthy(adds("w"):find("^Turns System Integrity Protection off"))
    assert.truthy(adds("why", step { needs = { "a", "b" } }):find("It needs: a, b.\n", 1, true))
    assert.truthy(adds("why", step { needs = { "a" } }):find("It needs: a.\n", 1, true))
    assert.is_nil(adds("w"):find("It needs", 1, true))
  end)

  it("p tells the command and every way back", function()
    for _, key in ipairs { "p", "command", "print" } do
      local words = adds(key):gsub("%s+", " ")
      for _, part in ipairs { "command: /usr/bin/csrutil disable", "way back: 1. full security, Apple's kernel: "
        .. "/usr/bin/bputil --full-security -v " .. GROUP, "2. reduced security, Apple's kernel, SIP on" } do
        assert.truthy(words:find(part, 1, true), words)
      end
    end
  end)

  it("d tells what is expected, and what is", function()
    assert.are.equal("expected:    Permissive Security\nnow:         Full Security", adds("d"):match("^(.-Full Security)"))
    assert.truthy(adds("diff", step { expected = false }):find("its check says that it is done", 1, true))
  end)

  it("? lists each key", function()
    local words = adds "?"
    for _, key in ipairs { "y", "n", "c", "w", "p", "d", "u", "l", "q", "?" } do
      assert.truthy(("\n" .. words):find("\n" .. key .. ":", 1, true), key)
    end
    assert.are.equal(words, adds "help")
  end)

  it("l opens the Lua prompt and comes back", function()
    local answer, shown, prompts = through { "l", "1 + 1", false, "q" }
    assert.are.same({ "stop", { "sip [y/n/c/w/p/d/u/l/q/?]> ", "> ", "> ", "sip [y/n/c/w/p/d/u/l/q/?]> " } },
      { answer, prompts })
    says(shown, "Back to the step: Ctrl-D.")
    says(shown, "\n2\n")
  end)
end)

describe("the introduction", function()
  it("says everything before asking", function()
    local _, shown = through { "q" }
    local words = shown.out():gsub("%s+", " ")
    for _, part in ipairs { "Step 1 of 2: sip", "why: Turns System Integrity Protection off",
      "where: the target's own recovery, reached by holding the power button", "command: /usr/bin/csrutil disable",
      "it asks: whether to go on, then ada's login password", "now: Full Security", "after: Permissive Security",
      "way back: 1. full security, Apple's kernel: /usr/bin/bputil --full-security -v " .. GROUP,
      "2. reduced security, Apple's kernel, SIP on: /usr/bin/bputil -g -v " .. GROUP } do
      assert.truthy(words:find(part, 1, true), part)
    end
  end)

  it("tells a ladder's rungs and several commands apart", function()
    local ladder = step { run = false, ladder = function()
      return { rung("/usr/bin/bputil", "-f", "full"), rung("/usr/bin/bputil", "-g", "reduced") }
    end }
    local _, shown = through({ "q" }, nil, ladder)
    says(shown, "first:       /usr/bin/bputil -f")
    says(shown, "else:        /usr/bin/bputil -g")
    local two = step { run = function() return { { argv = { "/a" } }, { argv = { "/b" } } } end }
    _, shown = through({ "q" }, nil, two)
    says(shown, "command:     /a\nthen:        /b\n")
  end)

  it("says where there is no way back, and nothing to ask", function()
    local _, shown = through({ "q" }, nil, step { undo = false, no_way_back = "it is burnt in" })
    says(shown, "1. cannot be undone automatically: it is burnt in")
    _, shown = through({ "q" }, nil, step { undo = false, prompts = {}, run = function() return { argv = { "/a" } } end })
    says(shown, "nothing to take back: this step changes nothing")
    says(shown, "it asks:     nothing")
    _, shown = through({ "q" }, nil, step { prompts = { "one thing" }, run = function() return { argv = { "/a" } } end })
    says(shown, "it asks:     one thing")
  end)

  it("shows a plan's mistake as no command, and still asks", function()
    local answer, shown = through({ "y" }, nil, step { run = function() error "oops" end, undo = function() return 7 end })
    assert.are.equal("do", answer)
    assert.is_nil(shown.out():find("command:", 1, true))
  end)

  it("is never wider than the screen, whatever the names", function()
    local wide = ("日本語のボリューム "):rep(12)
    for _, columns in ipairs { 40, 80, 200 } do
      local one = step { why = wide .. "é e\204\129 " .. ("word "):rep(40), expected = wide }
      local _, shown = through({ "w", "p", "d", "?", "x", "q" }, nil, one, nil, columns)
      local width = require("lib_terminal").width
      for _, line in ipairs(shown.lines()) do
        local longest = 0
        for word in line:gmatch("%S+") do longest = math.max(longest, width(word)) end
        local room = math.max(columns, 13 + longest)
        assert.is_true(width(line) <= math.min(room, math.max(columns, 80)), ("%d: %s"):format(columns, line))
      end
    end
  end)
end)
