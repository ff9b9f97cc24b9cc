-- What the lifecycle makes of the journal's place and of what stands in it, which values a plan gets, how a command begins and ends, and
-- what is asked about beyond the one yes.

local files = require "lib_file"
local life_module = require "tests.unit.lua.support.life"
local lifecycle = require "run.lifecycle"
local read_only = require "tests.unit.lua.support.read_only"
local targets = require "tests.unit.lua.support.target"
local unlock_data = require "run.unlock_data"

local YES = { yes = true, user = "ada" }
local BEGUN = '{"type":"intent","step":"a","argv":["/set","a"],"part":1,"parts":1,"before":{"on":false}}'

local life
before_each(function() life = life_module.new() end)
after_each(function() life:over() end)

local function run(code, fields, options, lines)
  assert.are.equal(code, life:run(life:operation(fields), options or YES, lines), life:text())
end

describe("lifecycle.journal", function()
  local function installed(coih)
    return lifecycle.journal(read_only(life.target), { root = life.root, journal = life:folder() }).installed(coih)
  end

  it("knows which custom kernel came by a run on this group, and on no other", function()
    life:write_journal({ baseline = { policy = { coih = "absent" } } }, BEGUN,
      '{"type":"outcome","step":"a","verdict":"done","seen":{"coih":"ours"}}')
    assert.are.same({ true, false }, { installed "ours", installed "theirs" })
    life.target.group.group = "ANOTHER"
    assert.is_false(installed "ours")
    life.target.group = nil
    assert.is_false(installed "ours")
  end)

  it("hands an operation the runs on record, latest first", function()
    local numbers = {}
    life:write_journal({}, BEGUN, '{"type":"close","result":"done"}')
    life:write_journal({}, BEGUN, '{"type":"close","result":"done"}')
    run(0, { context = function(_, _, _, earlier)
      for each in earlier() do numbers[#numbers + 1] = each.number end
    end })
    assert.are.same({ 2, 1 }, numbers)
  end)

  it("tells the latest run, and whether it is open", function()
    assert.is_nil(lifecycle.journal(read_only(life.target), { root = life.root }).latest)
    life:write_journal({}, BEGUN)
    local journal = lifecycle.journal(read_only(life.target), { root = life.root })
    assert.are.same({ 1, 1, life:folder() }, { journal.latest.number, journal.open.number, journal.here })
  end)
end)

describe("a journal of another system", function()
  local before
  before_each(function()
    life:write_journal({ group = "11111111-2222-4333-8444-555555555555", volume = "Other" }, BEGUN)
    before = files.read(life:folder() .. "/0001.journal")
  end)

  it("is none of this run's business: nothing is changed", function()
    run(3)
    local words = "is of another system, Other (11111111-2222-4333-8444-555555555555), so nothing was changed."
    assert.truthy(life:text():find(words, 1, true), life:text())
    assert.are.same({ before, {} }, { (files.read(life:folder() .. "/0001.journal")), life.acts })
  end)

  it("is set aside by what supersedes others, and not touched", function()
    run(0, { supersedes = true })
    assert.are.same({ before, { "/set a", "/set b" } }, { (files.read(life:folder() .. "/0001.journal")), life.acts })
    assert.is_nil((files.read(life:folder() .. "/0002.journal")))
  end)
end)

describe("the journal's folder", function()
  it("is made for its owner alone", function()
    run(0)
    assert.are.equal(tonumber("700", 8), files.stat(life:folder()).mode & 511)
  end)

  it("is why Data is offered to be unlocked: where it cannot be reached and is needed", function()
    local real, offers = unlock_data.offer, 0
    function unlock_data.offer()
      offers = offers + 1
      return false
    end
    run(0)
    run(0, { supersedes = true })
    life.world.on, life.target.group.data = {}, nil
    run(0, { supersedes = true })
    assert.are.equal(0, offers)
    life.world.on = {}
    run(3, { preflight = function() return { "journal" }, "any" end })
    unlock_data.offer = real
    assert.are.equal(1, offers)
  end)

  it("says that a record was torn off after its first byte, too", function()
    life:write_journal({}, BEGUN)
    assert(files.append(life:folder() .. "/0001.journal", "3", 384))
    run(0)
    assert.truthy(life:text():find("was torn off in the middle (1 bytes); it is cut.", 1, true))
  end)
end)

describe("a journal's folder that is not to be believed", function()
  before_each(function() require "tests.unit.lua.support.put"(life:folder(), "a file") end)

  it("refuses with what to do", function()
    run(3)
    local text = life:text()
    for _, words in ipairs { "The folder of the journal cannot be believed: ", "/vmq-recovery is no folder, so nothing was changed.",
      "Fix: look at what is in that folder, then take it away as root; or name another with --journal." } do
      assert.truthy(text:find(words, 1, true), text)
    end
  end)

  it("is set aside by what supersedes others, and why is said", function()
    run(0, { supersedes = true })
    assert.truthy(life:text():find("The folder of the journal cannot be believed: ", 1, true), life:text())
  end)
end)

describe("an operation that the journal is to tell", function()
  it("ends as it says where there is none", function()
    for _, case in ipairs { { "precondition", 3 }, { "stopped", 6 }, { "done", 4 }, { "done", 0 } } do
      run(case[2], { resolve = function() return nil, "no run", case[2] end })
      assert.are.same({ case, "no run" }, { life:ended(), life:text() })
    end
    run(0, { resolve = function() return nil, { "no", "run" } end })
    assert.are.equal("no\nrun", life:text())
  end)

  it("is the one that it says", function()
    run(0, { resolve = function() return life:operation() end })
    assert.are.same({ "/set a", "/set b" }, life.acts)
  end)
end)

describe("a plan's values", function()
  local param = require "plan.param"

  -- What the first step that runs sees, or what its reading throws.
  local function seen(fields, options)
    local value
    life.world.on = {}
    life.world.plan.steps[1].run = function(c)
      value = { pcall(function() return c.size end) }
      return { argv = { "/set", "a" }, tool = "set" }
    end
    run(0, fields, options)
    return value
  end

  it("come from the operation, and from the run that goes on", function()
    life.world.plan.params = { size = param.new("integer", 1) }
    assert.are.same({ true, 2 }, seen { params = function() return { size = 2 } end })
    assert.are.same({ true, 1 }, seen {})
    life:write_journal({ params = { size = 3 } }, BEGUN)
    assert.are.same({ true, 3 }, seen {})
  end)

  it("are no others in a plan of somebody's file", function()
    assert.are.same({ true, nil }, seen {})
    assert.is_false(seen({ file = "m.lua" })[1])
  end)

  it("that are missing are asked for, or the System volume that would tell them", function()
    life.world.plan.params = { size = param.new "integer" }
    run(2)
    assert.truthy(life.shown.err():find("plan switches needs size", 1, true))
    life.target.group.system = { device = "disk3s1", mount_problem = "no path" }
    run(3)
    local words = "Macintosh HD: the System volume is not mounted, so nothing was changed; no path.\nFix: diskutil mount disk3s1."
    assert.are.equal(words, life:text():sub(-#words))
  end)
end)

describe("a plan that is only looked at", function()
  -- What comes of a survey, in words.
  local function survey(options)
    life:begin(options)
    lifecycle.look(life.options, "plan", function(invocation, target)
      lifecycle.survey(invocation, target, life:operation())
      return require("run.ending").new("done", 0)
    end)
    return life:ended()
  end

  it("says first which tools it starts", function()
    life.world.plan.tools = { { path = "/bin/a", reads = { { "-l" } } } }
    survey { allow_tools = true }
    assert.truthy(life:text():find("These are started now", 1, true), life:text())
  end)

  it("says where it must not begin, unless it has begun", function()
    life.world.plan.refuse = function() return "not here" end
    assert.are.same({ "precondition", 3 }, survey())
    life:write_journal({}, BEGUN)
    assert.are.same({ "done", 0 }, survey())
  end)
end)

describe("how a command begins and ends", function()
  local ending, invocation = require "run.ending", require "run.invocation"

  it("says nothing more where an ending has no words", function()
    life:begin()
    assert.are.equal(2, lifecycle.look(life.options, "status", function() return ending.new("usage", 2) end))
    assert.are.same({ "", "end", 1 }, { life.shown.err(), life.events[1].type, #life.events })
  end)

  it("without the credentials that were asked for is over: 2", function()
    local credentials = require "run.credentials"
    local real = credentials.open
    finally(function() credentials.open = real end)
    function credentials.open() return nil, "no password there" end
    run(2)
    assert.are.same({ "vmq-recovery: no password there\n", {} }, { life.shown.err(), life.events })
  end)

  it("withholds a plan's own tools where it only looks", function()
    local real, looks = invocation.open, {}
    finally(function() invocation.open = real end)
    function invocation.open(options, command, looking)
      looks[#looks + 1] = looking or false
      return real(options, command, looking)
    end
    life:begin()
    lifecycle.look(life.options, "status", function() return ending.new("done", 0) end)
    run(0)
    assert.are.same({ true, false }, looks)
  end)
end)

describe("preconditions that an operation names itself", function()
  it("are of any place where it asks for none", function()
    for _, place in ipairs { "recovery", "macos" } do
      life.target = targets[place] { root = life.root }
      run(0, { preflight = { "environment" } })
      life.world.on = {}
    end
    run(3, { preflight = { "environment" }, place = "recovery" })
  end)
end)

describe("the last words", function()
  it("stand apart from what was said before", function()
    run(0)
    local last = life.events[#life.events - 1]
    assert.are.same({ "note", "", 2 }, { last.type, last.lines[1], #last.lines })
    assert.truthy(last.lines[2]:find("^Done: "))
  end)
end)

describe("one thing that would be lost", function()
  local function losing() return { look_up = function() return { foreign_object = "the custom kernel ab is not ours" } end } end

  it("is asked about by its own word, with --yes and without any other question", function()
    run(0, losing(), YES, { "replace" })
    assert.are.same({ "replace> " }, life.prompts)
    life.world.on = {}
    run(4, losing(), YES, { "n" })
    assert.are.same({}, life.acts)
  end)

  it("is not asked about where nothing is left to do", function()
    life.world.on = { a = true, b = true }
    run(0, losing(), YES, {})
    assert.are.same({}, life.prompts)
  end)
end)
