-- The way through a run, with a plan of switches behind a fake door and real journals in a scratch folder.

local files = require "lib_file"
local life_module = require "tests.unit.lua.support.life"

local YES = { yes = true, user = "ada" }
local OTHER = '{"type":"intent","step":"a","argv":["/set","a"],"part":1,"parts":1,"before":{"on":false}}'

local life
before_each(function() life = life_module.new() end)
after_each(function() life:over() end)

local function ends(code, result, words)
  assert.are.same({ result, code }, life:ended(), life:text())
  if words then assert.truthy(life:text():find(words, 1, true), words .. " is not in:\n" .. life:text()) end
end

local function run(code, result, words, fields, options, lines)
  assert.are.equal(code, life:run(life:operation(fields), options or YES, lines))
  ends(code, result, words)
end

-- An error that stops where it is looked for: nothing was started, no record was written.
local function untouched(journals)
  assert.are.same({}, life.acts)
  assert.are.same(journals or {}, files.list(life:folder()) or {})
end

describe("a run", function()
  it("takes the lock, looks, checks, shows, acts, reads back and closes its journal", function()
    run(0, "done", "Done: every step of switches is done and checked.")
    assert.are.same({ "/set a", "/set b" }, life.acts)
    assert.are.same({ "preflight", "plan", "note", "step", "note", "end" }, life:kinds())
    assert.are.equal(1, life.number)
    local lines, record = life:journal(1)
    assert.are.same({ "start", "intent a", "outcome a done", "intent b", "outcome b done", "close done" }, lines)
    assert.are.same({ "switches", "flip", "h", life_module.GROUP, "Macintosh HD", "24G84", "t6041", "paired-recovery" },
      { record.start.plan, record.start.command, record.start.plan_hash, record.start.group, record.start.volume, record.start.build,
        record.start.chip, record.start.environment })
    assert.are.same({ "-v", "full" }, { record.start.baseline.boot_args, record.start.baseline.policy.mode })
  end)

  it("looks at the Mac only once it holds the lock", function()
    local holder
    function life.on_look(number)
      if number == 1 then holder = assert(files.read(life:lock() .. "/lock")) end
    end
    run(0, "done")
    assert.truthy(holder:find("^pid %d+, flip, since %d%d%d%d%-"), holder)
  end)

  it("lets the lock go, however it ended", function()
    run(0, "done")
    run(0, "done", "Nothing to do")
    life.world.on.a, life.target.group = false, nil
    assert.are.equal(3, life:run(life:operation { preflight = function() return { "volume" }, "any" end }, YES))
    require("lib_lock").take(life:lock(), "me"):release()
  end)

  it("has nothing to do where every step reads done: no journal, no question", function()
    life.world.on = { a = true, b = true }
    run(0, "done", "Nothing to do: switches is already applied.", { question = "name" }, {}, {})
    assert.are.same({ {}, "plan" }, { life.prompts, life.events[1].type })
    untouched()
  end)

  it("hands the operation's own words to a person who has nothing to do in what only prepares", function()
    life.world.on = { a = true, b = true }
    local words = { done = function(case) return { "There it is: " .. case.plan_name } end }
    run(0, "done", "There it is: switches", { own_journal = "part", words = words })
    run(0, "done", "Nothing to do", { words = words })
    assert.is_nil(life:text():find("There it is", 1, true))
  end)

  it("goes back when a step fails, and says so by its exit code", function()
    life.world.tools["/set b"] = require("tests.unit.lua.support.world").fails
    run(1, "undone", "Step b failed.")
    assert.are.same({ "/set a", "/set b", "/clear a" }, life.acts)
  end)

  it("stops where it was asked to, with the journal open, and goes on with it", function()
    function life.on_look() life.stopped = 0 end
    life.world.tools["/set b"] = function(self, command)
      life.stopped = 1
      return require("tests.unit.lua.support.world").fails(self, command)
    end
    run(6, "stopped", "Stopped: you asked to stop.")
    life.world.tools = {}
    run(0, "done")
    assert.are.same({ 1, { "/set b" } }, { life.loaded_for, life.acts })
    assert.are.same({ "0001.journal", "0001.transcript" }, files.list(life:folder()))
  end)

  it("keeps what only prepares in a folder of its own, away from the runs", function()
    life:write_journal({ plan = "another" }, OTHER)
    run(0, "done", nil, { own_journal = "part" })
    assert.are.same({ "start", "intent a" }, { table.unpack((life:journal(1))) })
    assert.are.equal("close done", life:journal(1, "part")[6])
  end)
end)

describe("the lock", function()
  local function hold()
    assert(files.make_directory(life:lock(), 448))
    return assert(require("lib_lock").take(life:lock(), "pid 7, rollback, since noon"))
  end

  it("that another run holds ends a command before it looks: 7", function()
    local held <close> = hold() -- luacheck: ignore
    run(7, "locked", "Another run is at work: pid 7, rollback, since noon")
    assert.truthy(life:text():find("Fix: ", 1, true))
    assert.are.equal(0, life.looks)
    untouched()
  end)

  it("is not needed by a dry run, nor by who only looks", function()
    local held <close> = hold() -- luacheck: ignore
    run(0, "done", "Dry run: nothing was started", nil, { yes = true, dry_run = true })
    life:begin()
    assert.are.equal(0, require("run.lifecycle").look(life.options, "status", function(invocation)
      invocation.view.start(nil)
      return require("run.ending").new("done", 0)
    end))
  end)

  it("is not asked of who is not root: the preflight says what is missing", function()
    life.uid = 501
    local held <close> = hold() -- luacheck: ignore
    run(3, "precondition", "1 check failed, so nothing was changed.")
    assert.are.same({ "root", "bad", "running as user 501" },
      { life.events[1].check, life.events[1].verdict, life.events[1].detail })
    untouched()
  end)

  it("that cannot be taken at all refuses", function()
    assert(files.make_directory(life.root .. "/private/var/run", 448))
    assert(files.write_atomic(life:lock(), "a file", 384))
    run(3, "precondition", "The lock cannot be taken, so nothing was changed: ")
    assert.are.equal(0, life.looks)
  end)
end)

describe("a dry run", function()
  it("takes no lock, writes nothing, asks nobody and starts nothing", function()
    local before = life:files()
    run(0, "done", "Dry run: nothing was started and nothing was changed.", { question = "name" }, { dry_run = true }, {})
    assert.are.same({ before, {} }, { life:files(), life.prompts })
    assert.are.same({ false, false }, { life.world.on.a or false, life.world.on.b or false })
    assert.are.same({ "/set a", "/set b" }, life.acts, "the door is asked, and starts nothing")
  end)

  it("goes on with an open run without writing to it", function()
    life:write_journal({}, OTHER)
    local before = files.read(life:folder() .. "/0001.journal")
    life.world.on.a = true
    assert.are.equal(0, life:run(life:operation(), { dry_run = true }))
    assert.are.equal(before, files.read(life:folder() .. "/0001.journal"))
  end)
end)

describe("a precondition", function()
  it("that is bad or unknown refuses before anything", function()
    life.uid = 501
    run(3, "precondition", "1 check failed, so nothing was changed.")
    untouched()
  end)

  it("is checked before the plan is loaded where the operation names its checks", function()
    life.uid = 501
    run(3, "precondition", nil, { preflight = { "root" }, place = "macos" })
    assert.is_nil(life.loaded_for)
    life.uid = 0
    run(0, "done", nil, { preflight = { "root" }, place = "any" })
    assert.are.equal(1, #life:checks())
  end)

  it("is told once, with -v too, and again in the details", function()
    local function told(options, lines)
      life.world.on = {}
      run(0, "done", nil, { question = "name" }, options, lines)
      return #life:checks()
    end
    assert.are.same({ 1, 1, 2 }, { told({}, { "Macintosh HD" }), told({ verbose = true }, { "Macintosh HD" }),
      told({}, { "d", "Macintosh HD" }) })
  end)

  it("is told once in a dry run, what is to be read though it is ok, too", function()
    life.target = require("tests.unit.lua.support.target").recovery { root = life.root, kernel = { chip = "vmapple" } }
    local function preflight() return { "root", "platform" }, "any" end
    for _, is_brief in ipairs { true, false } do
      life.world.on, life.is_brief = {}, is_brief
      life:run(life:operation { question = "name", preflight = preflight }, { dry_run = true })
      assert.are.equal(2, #life:checks())
    end
  end)

  it("is of the place that the operation, or else the first step that is left, asks for", function()
    local function environment(place)
      return { preflight = function() return { "environment" }, place end }
    end
    run(3, "precondition", nil, environment "macos")
    life.world.plan.steps[1].where = "macos"
    run(3, "precondition", nil, environment(nil))
    life.world.plan.steps[1].where = "paired-recovery"
    run(0, "done", nil, environment(nil))
  end)

  it("asks for credentials with --yes where tools will ask: nobody is there and none are given", function()
    run(0, "done", nil, { question = "name" })
    life.world.on = {}
    assert.are.equal(3, life:run(life:operation { question = "name" }, { yes = true }))
    local last = life.events[#life.events - 2]
    assert.are.same({ "credentials", "bad" }, { last.check, last.verdict })
  end)
end)

describe("the question", function()
  local QUESTION = { question = function(case) return "Flip " .. case.plan_name .. "?" end }

  it("by name wants the volume's name and nothing else", function()
    run(0, "done", nil, { question = "name" }, {}, { "Macintosh HD" })
    assert.are.same({ "volume's name> " }, life.prompts)
  end)

  it("stands below the first screen again after the details", function()
    run(0, "done", nil, { question = "name", summary = function() return { { "Mark", "x" } } end }, {}, { "d", "Macintosh HD" })
    local _, screens = life:text():gsub("Target: [^\n]*\nMark: x\nType Macintosh HD to start", "")
    assert.are.equal(2, screens, life:text())
    assert.truthy(life:text():find("Mark: x\nType Macintosh HD to start, d for details, n to cancel.\nTarget\n", 1, true), life:text())
  end)

  it("declined changes nothing: 4", function()
    for _, lines in ipairs { { "n" }, { "no" }, { "x", "", "y" } } do
      run(4, "declined", "Nothing was changed (declined).", { question = "name" }, {}, lines)
      untouched()
    end
    run(4, "declined", "Nothing was changed (declined).", QUESTION, {}, { "n" })
    assert.are.same({ "Flip switches? [y/n] " }, life.prompts)
  end)

  it("takes the end of input for a no", function()
    for _, question in ipairs { { question = "name" }, QUESTION } do
      run(4, "declined", "Nothing was changed (end of input).", question, {}, {})
      run(4, "declined", "Nothing was changed (interrupted).", question, {}, { { "interrupted" } })
      untouched()
    end
  end)

  it("answered after something else changed the Mac is not believed", function()
    local terminal = require "lib_terminal"
    local an_operation = life:operation { question = "name" }
    life:begin({}, {})
    function package.loaded.lib_terminal.read_line()
      life.world.on.b = true
      return "Macintosh HD"
    end
    assert.are.equal(3, require("run.lifecycle").run(an_operation, life.options))
    ends(3, "precondition", "The Mac is no longer as it was shown to you")
    package.loaded.lib_terminal = terminal
    untouched()
  end)

  it("is not asked with --yes, nor where nothing would be started here, nor to go on by name", function()
    run(0, "done", nil, { question = "name" })
    assert.are.same({}, life.prompts)
    life.world.on = {}
    life:write_journal({}, OTHER)
    run(0, "done", nil, { question = "name" }, { user = "ada" }, {})
    assert.are.same({}, life.prompts)
  end)

  it("is asked again to go on where it is a question of its own", function()
    life:write_journal({}, OTHER)
    run(0, "done", nil, QUESTION, {}, { "y" })
    assert.are.equal(1, #life.prompts)
  end)

  it("is asked before a way back", function()
    life:write_journal({}, OTHER, '{"type":"outcome","step":"a","verdict":"done","seen":{"on":true}}')
    life.world.on.a = true
    run(4, "declined", nil, { question = "name", back = true }, {}, { "n" })
    run(0, "undone", nil, { question = "name", back = true }, {}, { "Macintosh HD" })
    assert.are.same({ "/clear a" }, life.acts)
  end)

  it("agreed to, and nobody to answer the tools: refused before anything", function()
    life:begin({}, { "Macintosh HD" })
    package.loaded.lib_terminal.is_terminal = function() return false end
    assert.are.equal(3, require("run.lifecycle").run(life:operation { question = "name" }, life.options))
    ends(3, "precondition", "nobody is at a terminal. Nothing was changed.")
    untouched()
  end)
end)
