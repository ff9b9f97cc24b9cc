-- What a plan's functions answer, as plain values: whatever they throw or hand out, nothing but a sentence comes of it.

local answer = require "plan.answer"

local function step(fields)
  local made = { name = "a", at = "my/plan.lua:7" }
  for key, value in pairs(fields) do made[key] = value end
  return made
end

local function saying(...)
  local values = table.pack(...)
  return function() return table.unpack(values, 1, values.n) end
end

local function oops() error "oops" end
local OOPS = ("%s: step a: oops"):format(select(2, pcall(oops)):match("^(.-:%d+): "))

-- Nothing that a journal can hold.
local function unkept()
  local circle = {}
  circle.circle = circle
  return { { f = print }, print, circle, { [true] = 1 } }
end

describe("a verdict", function()
  local function verdict(...) return answer.verdict(step { check = saying(...) }, {}) end

  it("is one of three, with what was seen", function()
    for _, word in ipairs { "done", "todo", "unknown" } do
      assert.are.same({ word, { on = true } }, { verdict(word, { on = true }) })
      assert.are.same({ word, nil }, { verdict(word) })
      assert.are.same({ word, "text" }, { verdict(word, "text") })
    end
  end)

  it("is nothing else: the plan is wrong, and where", function()
    local form = 'my/plan.lua:7: step a: check: answered %s; "done", "todo" or "unknown" is wanted'
    for shown, word in pairs { ['"Done"'] = "Done", ['""'] = "", ["7"] = 7, ["true"] = true, ["a table"] = {}, ["a function"] = oops } do
      assert.are.same({ nil, form:format(shown) }, { verdict(word, {}) })
    end
    assert.are.same({ nil, form:format "nil" }, { verdict() })
    assert.are.same({ nil, OOPS }, { answer.verdict(step { check = oops }, {}) })
    assert.truthy(select(2, answer.verdict(step { check = function() error() end }, {})):find("answer_spec.lua:%d+: step a: nil$"))
  end)

  it("needs what a journal can hold beside it", function()
    for number, seen in ipairs(unkept()) do
      assert.are.same({ nil, "my/plan.lua:7: step a: check: what it saw cannot be kept: it is not plain data" },
        { verdict("done", seen) }, number)
    end
  end)

  it("is taken with what is nested as deep as its bytes go", function()
    local deep = {}
    for _ = 1, 32 * 1024 - 1 do deep = { deep } end
    local word, seen = verdict("done", deep)
    assert.are.equal("done", word)
    assert.are.equal(64 * 1024, #require("dkjson").encode(seen))
    assert.is_true(require("base.equal").same(seen, deep))
    assert.are.equal("1: ", answer.text(nil, seen):sub(1, 3))
    assert.is_nil((verdict("done", { deep })))
  end)

  it("is as good with 65,536 bytes of JSON as with one, and none with one more", function()
    local most = ("x"):rep(64 * 1024 - 2)
    assert.are.same({ "done", most }, { verdict("done", most) })
    assert.are.same({ nil, "my/plan.lua:7: step a: check: what it saw cannot be kept: it has 65537 bytes" },
      { verdict("done", most .. "x") })
  end)

  it("comes with a copy: what a plan does with its own table later changes nothing", function()
    local own = { on = true, list = { 1 } }
    local _, seen = verdict("done", own)
    own.on, own.list[1] = false, 2
    assert.are.same({ on = true, list = { 1 } }, seen)
  end)
end)

describe("verify", function()
  it("may only be stricter", function()
    assert.are.same({ "done", "seen" }, { answer.stricter_verdict(step {}, {}, "seen") })
    for _, word in ipairs { "done", "todo", "unknown" } do
      assert.are.same({ word, "seen" }, { answer.stricter_verdict(step { verify = saying(word) }, {}, "seen") })
    end
    for shown, word in pairs { ['"x"'] = "x", ["7"] = 7, ["true"] = true } do
      assert.are.same({ nil, ('my/plan.lua:7: step a: verify: answered %s; "done", "todo" or "unknown" is wanted'):format(shown) },
        { answer.stricter_verdict(step { verify = saying(word) }, {}, "seen") })
    end
    assert.are.same({ nil, OOPS }, { answer.stricter_verdict(step { verify = oops }, {}, "seen") })
  end)
end)

describe("commands", function()
  local ONE = { argv = { "/x" } }
  local function commands(...) return answer.commands(step { run = saying(...) }, {}, {}) end

  it("are one or several, or none where the step waits", function()
    assert.are.same({ ONE }, commands(ONE))
    assert.are.same({ ONE, ONE }, commands { ONE, ONE })
    assert.are.same({ nil, nil }, { commands(nil) })
  end)

  it("that are none are told with the place in the plan", function()
    local none = "my/plan.lua:7: step a: run: command %d has no argv of an absolute path and words"
    for words, made in pairs { [none:format(1)] = {}, [none:format(2)] = { ONE, {} },
      ["my/plan.lua:7: step a: run: answered a number, not a command"] = 7,
      ["my/plan.lua:7: step a: run: answered a boolean, not a command"] = false,
      ["my/plan.lua:7: step a: run: command 1 has a slow that is a number, not a boolean"] = { argv = { "/x" }, slow = 1 } } do
      assert.are.same({ nil, words }, { commands(made) })
    end
    assert.are.same({ nil, OOPS, "error" }, { answer.commands(step { run = oops }, {}, {}) })
  end)
end)

describe("rungs", function()
  local function rungs(made) return answer.rungs(step { undo = saying(made) }, "undo", {}) end

  it("are commands with what they leave", function()
    local found, faulty = rungs { { { argv = { "/x" } }, { argv = { "/y" } }, leaves = "half", where = "recovery", exact = true } }
    assert.are.same({}, faulty)
    assert.are.same({ 1, "/x", "/y", "half", "recovery", true },
      { #found, found[1][1].argv[1], found[1][2].argv[1], found[1].leaves, found[1].where, found[1].exact })
    assert.is_nil(found[1].check)
    assert.are.same({ found[1].goal }, {})
    assert.are.same({ value = "x" }, rungs({ { { argv = { "/x" } }, goal = { value = "x" } } })[1].goal)
  end)

  it("are a sentence where nothing is left to take back", function()
    assert.are.same({ nil, nil, "none of ours is left" }, { rungs "none of ours is left" })
  end)

  it("are not the plan's own tables", function()
    local own = { { argv = { "/x" } }, leaves = "half" }
    local found = rungs { own }
    found[1].check = true
    assert.is_nil(own.check)
  end)

  it("always say something of what they leave", function()
    for _, leaves in ipairs { 7, {}, print } do
      assert.are.equal("a state that the plan does not name", rungs({ { { argv = { "/x" } }, leaves = leaves } })[1].leaves)
    end
  end)

  it("that are none are left out, and why is told", function()
    local good = { { argv = { "/x" } }, leaves = "x" }
    local found, faulty = rungs { good, 7, {}, { { argv = { "x" } } }, { { argv = { "/x" } }, where = "mars" },
      { { argv = { "/x" } }, check = 7 }, good }
    local begin = "my/plan.lua:7: step a: undo: "
    assert.are.equal(2, #found)
    assert.are.same({
      { rung = 2, reason = begin .. "no rung" },
      { rung = 2, reason = begin .. "command 1 has no argv of an absolute path and words" },
      { rung = 2, reason = begin .. "command 1 has no argv of an absolute path and words" },
      { rung = 2, reason = begin .. "where is mars" }, { rung = 2, reason = begin .. "check is not a function" },
    }, faulty)
  end)

  it("may be no command where nothing is to be done, and only there", function()
    local found, faulty = rungs { { nothing = true, leaves = "x" }, { nothing = true, 7 }, { nothing = 1 } }
    local none = "my/plan.lua:7: step a: undo: command 1 has no argv of an absolute path and words"
    assert.are.same({ { { leaves = "x" } }, { { rung = 2, reason = none }, { rung = 2, reason = none } } }, { found, faulty })
  end)

  it("cannot be had from a function that throws or talks nonsense", function()
    local begin = "my/plan.lua:7: step a: undo: answered "
    for said, made in pairs { ["nothing, not a list of rungs"] = false, ["a number, not a list of rungs"] = 7,
      ["one command; a list of rungs { { command, leaves = … }, … } is wanted"] = { argv = { "/x" } },
      ["an empty list, which takes nothing back; where nothing is left to take back, a sentence says so"] =
        {} } do
      assert.are.same({ nil, begin .. said }, { rungs(made or nil) })
    end
    assert.are.same({ nil, "my/plan.lua:7: step a: ladder: answered a string, not a list of rungs" },
      { answer.rungs(step { ladder = saying "x" }, "ladder", {}) })
    assert.are.same({ nil, OOPS },
      { answer.rungs(step { undo = oops }, "undo", {}) })
  end)
end)

describe("a plan's own tool that is not started here", function()
  local probe = require "tool.probe"
  before_each(function()
    probe.use(function(argv)
      if argv[1] == "/look" then return nil, "will not run /look", "withheld" end
      return { exit = 0, stdout = "seen", stderr = "" }
    end)
  end)
  after_each(function() probe.use(nil) end)

  local function asks(path, ...)
    local values = table.pack(...)
    return function()
      local output = probe.output { path }
      return table.unpack(values, 1, values.n), output .. "."
    end
  end

  it("leaves its step's verdict unknown, whatever the check makes of it", function()
    local words = "not looked at: it asks /look, a tool of the plan's own"
    for _ = 1, 2 do -- a remembered answer counts, too
      assert.are.same({ "unknown", { error = words, withheld = true } }, { answer.verdict(step { check = asks("/look", "done") }, {}) })
    end
    local check = function() return probe.output { "/look" } and "todo" or "done" end
    assert.are.equal("unknown", (answer.verdict(step { check = check }, {})))
    assert.are.same({ "done", "seen." }, { answer.verdict(step { check = asks("/other", "done") }, {}) })
    probe.output { "/look" }
    assert.are.equal("done", (answer.verdict(step { check = saying "done" }, {})))
  end)

  it("is no excuse for a function that comes to no end, or was interrupted", function()
    local state = require "lib_state"
    local real = state.call
    finally(function() state.call = real end)
    for kind, words in pairs { loop = "line 9 ran 5 s without coming to an end", interrupted = "line 9 was interrupted" } do
      function state.call()
        probe.output { "/look" }
        return false, "", "my/plan.lua:9", kind
      end
      assert.are.same({ nil, "my/plan.lua:9: step a, " .. words }, { answer.verdict(step { check = saying "done" }, {}) })
    end
  end)

  it("makes no mistake of a function that asks it", function()
    assert.is_nil(answer.commands_fault(step { run = asks("/look", 7) }, {}, {}))
    assert.is_nil(answer.way_back_fault(step { undo = asks("/look", 7) }, {}, { 1 }))
    assert.is_nil(answer.words_fault(step { describe = asks("/look", 7) }, {}, { 1 }))
    assert.truthy(answer.words_fault(step { describe = oops }, {}, { 1 }))
  end)
end)

describe("what is wrong with a step before it acts", function()
  local LIST = "my/plan.lua:7: step a: undo: answered a number, not a list of rungs"

  it("is what its commands are, or what they throw; the last is forgiven where more is known later", function()
    local function fault(run, later) return answer.commands_fault(step { run = run }, {}, {}, later) end
    assert.are.same({ nil, nil, nil }, { fault(nil), fault(saying()), fault(saying { argv = { "/x" } }) })
    assert.are.same({ OOPS, nil }, { fault(oops), fault(oops, true) })
    local none = "my/plan.lua:7: step a: run: answered a number, not a command"
    assert.are.same({ none, none }, { fault(saying(7)), fault(saying(7), true) })
  end)

  it("is the same of its way back, once something was seen", function()
    local function fault(undo, seen, later) return answer.way_back_fault(step { undo = undo }, {}, seen, later) end
    assert.are.same({ nil, nil, nil }, { fault(nil, { 1 }), fault(saying "nothing is left", { 1 }), fault(oops, { 1 }, true) })
    local named = saying { { { argv = { "/x" } }, leaves = "x" } }
    assert.are.same({ nil, nil, nil }, { fault(named, { 1 }), fault(saying(7), nil), fault(saying(7), {}) })
    assert.are.same({ OOPS, LIST, LIST }, { fault(oops, { 1 }), fault(saying(7), { 1 }), fault(saying(7), { 1 }, true) })
    assert.are.equal("my/plan.lua:7: step a: undo: no rung", fault(saying { 7 }, "text"))
    for _, leaves in ipairs { false, 7 } do
      assert.are.equal("my/plan.lua:7: step a: undo: way back 2 has no `leaves`, a sentence: what it leaves",
        fault(saying { { { argv = { "/x" } }, leaves = "x" }, { { argv = { "/x" } }, leaves = leaves } }, { 1 }))
    end
  end)
end)

describe("what a step says of a state", function()
  it("is asked with the context and what was seen, or with that alone", function()
    local asked = {}
    local function note(...)
      asked[#asked + 1] = table.pack(...)
      return {}
    end
    assert.is_nil(answer.words_fault(step { after = note, describe = note }, "c", { 1 }))
    assert.are.same({ { "c", { 1 }, n = 2 }, { { 1 }, n = 1 } }, asked)
    assert.is_nil(answer.words_fault(step { after = oops, describe = oops }, "c", nil))
    assert.are.equal(OOPS, answer.words_fault(step { after = oops }, "c", { 1 }))
  end)
end)

describe("a rung's own test", function()
  local function test(check) return answer.rungs(step { undo = saying { { { argv = { "/x" } }, check = check } } }, "undo")[1].check() end

  it("is true, false or cannot tell", function()
    assert.are.same({ true, "seen" }, { test(saying(true, "seen")) })
    assert.are.same({ true, nil }, { test(saying(7)) })
    assert.are.same({ false, "seen" }, { test(saying(false, "seen")) })
    assert.are.same({ nil, "why" }, { test(saying(nil, "why")) })
    assert.are.same({ nil, nil }, { test(saying()) })
  end)

  it("cannot tell when it throws, or saw what cannot be kept", function()
    assert.are.same({ nil, { error = OOPS, mistake = true } }, { test(oops) })
    assert.are.same({ nil, { error = "my/plan.lua:7: step a: a rung's check: what it saw cannot be kept: it is not plain data",
        mistake = true } },
      { test(saying(true, { print })) })
  end)
end)

describe("the state after a step", function()
  it("is what `after` says of what was seen", function()
    local after = function(c, seen) return { value = seen.value .. c.word } end
    assert.are.same({ value = "ab" }, answer.state_after(step { after = after }, { word = "b" }, { value = "a" }))
  end)

  it("is as it was where nothing sensible is said", function()
    local seen = { value = "a" }
    for _, after in ipairs { false, oops, saying(7), saying() } do
      assert.are.equal(seen, answer.state_after(step { after = after }, {}, seen))
    end
    assert.is_nil(answer.state_after(step { after = saying {} }, {}, nil))
  end)
end)

describe("what was seen, in words,", function()
  local function text(describe_it, seen) return answer.text(step { describe = describe_it }, seen) end

  it("is what the step says", function()
    assert.are.equal("on: true", text(function(seen) return "on: " .. tostring(seen.on) end, { on = true }))
  end)

  it("is its keys and values, in order, where the step does not say", function()
    for _, describe_it in ipairs { false, oops, saying(7), saying() } do
      assert.are.equal("a b: 1, c: yes, d: no, e: (empty)", text(describe_it, { c = true, a_b = 1, d = false, e = "" }))
    end
    assert.are.equal("a: 1", answer.text(nil, { a = 1 }))
    for words, seen in pairs { nothing = {}, text = "text", ["7"] = 7, ["false"] = false, ["1: x, 2: y"] = { "x", "y" },
      ['a: {"b":1}'] = { a = { b = 1 } } } do
      assert.are.equal(words, text(false, seen))
    end
  end)

  it("is nothing where nothing was seen, and the step is not asked", function()
    assert.are.equal("nothing could be read", text(saying "something", nil))
    assert.are.equal("nothing could be read", answer.text(nil, nil))
  end)
end)
