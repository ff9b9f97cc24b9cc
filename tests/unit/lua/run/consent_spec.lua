-- The one yes: by the volume's name or to a question, for what is still so when it is given.

local consent = require "run.consent"
local probe = require "tool.probe"
local read_only = require "tests.unit.lua.support.read_only"
local run_state = require "engine.run_state"
local screen = require "tests.unit.lua.support.screen"
local targets = require "tests.unit.lua.support.target"
local try = require "base.try"
local typist = require "tests.unit.lua.support.typist"

local now, events
before_each(function() now, events = { value = 1 }, {} end)
after_each(function() screen.restore() end)

local function plan()
  local function check() return now.value == 9 and "unknown" or now.value == 2 and "done" or "todo",
    { value = now.value, list = now.list } end
  return { steps = { { name = "one", number = 1, check = check } }, index = {} }
end

-- Asks with these lines typed. @return the ending, or nil for a yes; what was asked
local function ask(lines, sentence, options, shown, target)
  local _, prompts = typist.use(80, lines)
  local view = { emit = function(event) events[#events + 1] = event end }
  local invocation = setmetatable({ view = view }, { __index = read_only { options = options or {} } })
  local function details() events[#events + 1] = "details" end
  local ending = try.catch(consent.ask, invocation, read_only(target or targets.recovery()), sentence or "name", details, plan(),
    run_state.new(), { environment = "macos" }, read_only { shown or { verdict = "todo", seen = { value = 1 } } })
  return ending, prompts
end

describe("what a person types a word for", function()
  it("is what the checks found: the program first", function()
    assert.are.same({}, consent.doubts_of { collection = {} })
    assert.are.same({ { "p", "trust" }, { "f", "take" }, { "u", "trust" }, { "o", "replace" } },
      consent.doubts_of { foreign_object = "o", untrusted_collection = "u", foreign_collection = "f", untrusted_program = "p" })
  end)
end)

describe("the name alone", function()
  local function name(lines, options)
    typist.use(80, lines)
    local view = { emit = function(event) events[#events + 1] = event end }
    return try.catch(consent.name, { view = view, options = options or {} }, read_only(targets.recovery()))
  end

  it("is asked for once before several operations, and not with --yes", function()
    assert.is_nil(name { "Macintosh HD" })
    assert.are.same({ "Type Macintosh HD to start, n to cancel." }, events[1].lines)
    assert.is_nil(name({}, { yes = true }))
  end)

  it("tells a no from no answer", function()
    local no, none = name { "n" }, name {}
    assert.are.same({ 4, "declined", 4, "eof" }, { no.code, no.why, none.code, none.why })
  end)
end)

describe("consent by name", function()
  it("wants the volume's name exactly, three times at most", function()
    assert.is_nil((ask { "Macintosh HD" }))
    assert.is_nil((ask { "macintosh hd", "", "  Macintosh HD " }))
    assert.are.same({ "Type Macintosh HD to start, d for details, n to cancel." }, events[1].lines)
    local ending, prompts = ask { "yes", "y", "Macintosh", "Macintosh HD" }
    assert.are.same({ "declined", 4, 3 }, { ending.result, ending.code, #prompts })
  end)

  it("names a volume without a name by its group", function()
    local target = targets.recovery { group = { name = targets.NONE } }
    assert.is_nil((ask({ targets.GROUP }, "name", nil, nil, target)))
    assert.are.same({ ("Type %s to start, d for details, n to cancel."):format(targets.GROUP) }, events[1].lines)
  end)

  it("takes the first digits of the group for a name that may have no keys in recovery", function()
    for name, shown in pairs { ["Größe"] = "Größe", ["a\27b"] = "a?b" } do
      events = {}
      local target = targets.recovery { group = { name = name } }
      local digits = targets.GROUP:sub(1, 8)
      assert.is_nil((ask({ digits }, "name", nil, nil, target)))
      assert.are.same({ ("Type %s or %s to start, d for details, n to cancel."):format(shown, digits) }, events[1].lines)
      assert.are.equal("declined", ask({ digits:sub(1, 7), "", "x" }, "name", nil, nil, target).result)
    end
    assert.are.equal("declined", ask({ targets.GROUP:sub(1, 8), "", "x" }).result)
  end)

  it("tells the details as often as they are asked for, and asks again", function()
    local ending, prompts = ask { "d", "D", "d", "d", "Macintosh HD" }
    assert.are.same({ nil, 5, "details", "details" }, { ending, #prompts, events[2], events[8] })
    assert.are.same(events[1], events[9])
    local named_d = targets.recovery { group = { name = "d" } }
    events = {}
    assert.is_nil((ask({ "d" }, "name", nil, nil, named_d)))
    assert.are.equal(1, #events)
  end)

  it("asks nobody where nobody is there", function()
    local question = require "screen.question"
    question.ask_nobody(true)
    local ending, prompts = ask { "Macintosh HD" }
    question.ask_nobody(false)
    assert.are.same({ 4, {}, "Nothing was changed (--no-input: nobody is asked)." }, { ending.code, prompts, ending.lines[1] })
  end)

  it("takes n, no, the end of input and an interrupt for a no, each in its words", function()
    for words, lines in pairs { declined = { "N" }, ["end of input"] = {}, interrupted = { { "interrupted" } } } do
      local ending = ask(lines)
      assert.are.same({ "declined", 4, { ("Nothing was changed (%s)."):format(words) } }, { ending.result, ending.code, ending.lines })
    end
  end)
end)

describe("what would be lost", function()
  local function doubts(lines, options)
    local _, prompts = typist.use(80, lines)
    local invocation = { options = options or {}, view = { emit = function(event) events[#events + 1] = event end } }
    return try.catch(consent.doubts, invocation, { { "the custom kernel ab is not ours", "replace" } }), prompts
  end

  it("wants its own word, whatever --yes says", function()
    assert.is_nil((doubts({ "replace" }, { yes = true })))
    assert.are.equal("The custom kernel ab is not ours.", events[1].lines[2])
    for _, lines in ipairs { { "y", "yes", "take" }, { "n" }, {} } do
      local ending = doubts(lines)
      assert.are.same({ "declined", 4 }, { ending.result, ending.code })
    end
  end)
end)

describe("consent to a question", function()
  it("wants y or n", function()
    local ending, prompts = ask({ "", "maybe", "Yes" }, "Download it now?")
    assert.are.same({ nil, "Download it now? [y/n] ", 3 }, { ending, prompts[1], #prompts })
    assert.are.same({}, events)
    for _, lines in ipairs { { "n" }, { "No" }, { "x", "x", "x", "y" } } do
      ending = ask(lines, "Now?")
      assert.are.same({ "declined", { "Nothing was changed (declined)." } }, { ending.result, ending.lines })
    end
    assert.are.same({ "Nothing was changed (end of input)." }, ask({}, "Now?").lines)
  end)
end)

describe("consent", function()
  it("is not asked for with --yes", function()
    local ending, prompts = ask({}, "name", { yes = true })
    assert.are.same({ nil, {}, {} }, { ending, prompts, events })
  end)

  it("counts only for what is still as it was shown, with --yes, too", function()
    for _, options in ipairs { {}, { yes = true } } do
      for _, changed in ipairs { { value = 2 }, { value = 3 }, { value = 9 }, { value = 1, list = { 1 } } } do
        now = changed
        local ending = ask({ "Macintosh HD" }, "name", options)
        assert.are.same({ "precondition", 3 }, { ending.result, ending.code })
        assert.truthy(ending.lines[1]:find("The Mac is no longer as it was shown to you", 1, true))
      end
    end
  end)

  it("looks anew: what was probed before the question counts no more", function()
    local probed = 0
    probe.use(function()
      probed = probed + 1
      return { exit = 0, stdout = tostring(probed), stderr = "" }
    end)
    probe.output { "/usr/bin/uname", "-v" }
    assert.is_nil((ask { "Macintosh HD" }))
    probe.output { "/usr/bin/uname", "-v" }
    assert.are.equal(2, probed)
  end)
end)
