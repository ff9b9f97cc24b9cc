-- Plans by name and from files; what they declare is told to the door.

local files = require "lib_file"
local plans = require "run.plans"
local read_only = require "tests.unit.lua.support.read_only"
local try = require "base.try"

local TEXT = [[return plan "mine" { summary = "A plan.",
  step "one" { why = "To see.", where = "any", check = function() error "nobody runs this" end },
}
]]

-- A plan's text with those of the parts that it takes in, and that they take in.
local function whole(text, embed)
  local all = { text }
  for name in text:gmatch 'part "([%w-]+)"' do all[#all + 1] = whole(embed.source("scripts/part/" .. name .. ".lua"), embed) end
  return table.concat(all)
end

describe("plans.embedded", function()
  it("loads each plan inside the program, with the hash of its text and of the parts it takes in", function()
    local embed = require "lib_embed"
    for _, name in ipairs { "apply", "revert", "boot-args", "build", "stage", "kdk-fetch", "kdk-install" } do
      local plan, text = assert(plans.embedded(name)), embed.source("scripts/" .. name .. ".lua")
      assert.are.same({ name, files.sha256_text(whole(text, embed)) }, { plan.name, plan.hash })
    end
  end)

  it("knows no other", function()
    for _, name in ipairs { "applies", "", "../scripts/apply", "apply.lua" } do
      assert.are.same({ nil, "no plan is called " .. name }, { plans.embedded(name) })
    end
  end)
end)

describe("plans.from_file", function()
  local folder
  before_each(function() folder = assert(files.make_scratch()) end)
  after_each(function() files.remove_tree(folder) end)

  local function written(text)
    assert(files.write_atomic(folder .. "/m.lua", text, 384))
    return plans.from_file(folder .. "/m.lua")
  end

  it("loads a file without running any of its steps", function()
    local plan = assert(written(TEXT))
    assert.are.same({ "mine", 1, files.sha256_text(TEXT) }, { plan.name, #plan.steps, plan.hash })
  end)

  it("follows a link: somebody has named it", function()
    assert(written(TEXT))
    assert(files.link(folder .. "/m.lua", folder .. "/link.lua"))
    assert.are.equal("mine", assert(plans.from_file(folder .. "/link.lua")).name)
  end)

  it("gives file and line of a mistake, and what the system says of a file that cannot be read", function()
    local plan, message = written((TEXT:gsub("where", "were")))
    assert.is_nil(plan)
    assert.truthy(message:find(folder .. "/m.lua:2: ", 1, true), message)
    plan, message = plans.from_file(folder .. "/none.lua")
    assert.is_nil(plan)
    assert.truthy(message:find("none.lua: No such file or directory", 1, true), message)
  end)

  it("knows less than a plan inside", function()
    local plan, message = written((TEXT:gsub("error \"nobody runs this\"", "return staging.holds()")))
    assert.truthy(plan, message)
    plan, message = written("local x = staging.holds\n" .. TEXT)
    assert.is_nil(plan)
    assert.truthy(message:find("m.lua:1: ", 1, true), message)
  end)
end)

describe("what a plan declares", function()
  local real
  before_each(function() real = package.loaded.lib_door or false end)
  after_each(function() package.loaded.lib_door = real or nil end)

  local PLAN = read_only { at = "m.lua:1", tools = { { path = "/bin/a", reads = { { "-l" }, { "show", "all" } } },
    { path = "/bin/b", reads = {} } } }

  it("is told to the door, tool by tool", function()
    local declared = {}
    package.loaded.lib_door = { declare = function(path, reads) declared[#declared + 1] = path .. " " .. #reads end }
    assert.is_true(plans.declare_tools(PLAN))
    assert.are.same({ "/bin/a 2", "/bin/b 0" }, declared)
  end)

  it("and the door refuses is a mistake in the plan", function()
    package.loaded.lib_door = { declare = function(path) error(path .. ": no room", 0) end }
    assert.are.same({ nil, "m.lua:1: tools: /bin/a: no room" }, { plans.declare_tools(PLAN) })
  end)

  it("as only reading is its author's word, and is shown", function()
    assert.are.same({ "It says that this only reads: /bin/a -l", "It says that this only reads: /bin/a show all" }, plans.readers(PLAN))
  end)
end)

describe("what --allow-tools starts", function()
  -- What is told of a plan with such tools.
  local function told(options, fields, looks, forms)
    local events = {}
    local invocation = { options = options, dry_run = fields.dry_run, view = { emit = function(event) events[#events + 1] = event end } }
    plans.announce_tools(invocation, { tools = { { path = "/bin/a", reads = forms or { { "-l" } } } } }, looks)
    return events[1] and events[1].lines
  end

  it("is told before a look and a dry run", function()
    local lines = { "It says that this only reads: /bin/a -l", "These are started now, since --allow-tools is given." }
    assert.are.same({ lines, lines }, { told({ allow_tools = true }, {}, true), told({ allow_tools = true }, { dry_run = true }) })
  end)

  it("is nothing without it, in a run, or where nothing is said to read only", function()
    assert.are.same({}, { told({}, {}, true), told({}, { dry_run = true }), told({ allow_tools = true }, {}),
      told({ allow_tools = true }, {}, true, {}) })
  end)
end)

describe("the collection that a plan copies", function()
  local door
  before_each(function() door = package.loaded.lib_door end)
  after_each(function() package.loaded.lib_door = door end)

  local function named(embedded, run, params)
    local told
    package.loaded.lib_door = { name = function(path) told = path end }
    plans.name_collection({ embedded = embedded }, run, params)
    return told
  end

  it("is told to the door where the person has named it, or a run began with it, by a plan inside only", function()
    assert.are.equal("/f.bin", named(true, nil, { file = "/r/f.bin", collection_on_mac = "/f.bin" }))
    assert.are.equal("/k.kc", named(true, {}, { collection_on_mac = "/k.kc" }))
    assert.is_nil(named(true, nil, { collection_on_mac = "/k.kc" }))
    assert.is_nil(named(nil, {}, { file = "/r/f.bin", collection_on_mac = "/f.bin" }))
    assert.is_nil(named(true, {}, {}))
  end)
end)

describe("a plan that must not begin here", function()
  local function refused(refuse)
    return try.catch(plans.heed_refusal, { name = "mine", refuse = refuse }, "c")
  end

  it("says why in a sentence, and nothing else stops it", function()
    local ended = refused(function(c) return "no " .. c end)
    assert.are.same({ "precondition", 3, { "Nothing was changed: no c" } }, { ended.result, ended.code, ended.lines })
    for _, answer in ipairs { false, true, 7, {} } do assert.is_nil(refused(function() return answer end)) end
    assert.is_nil(refused(nil))
  end)

  it("is wrong where it cannot tell", function()
    local ended = refused(function() error "oops" end)
    assert.are.same({ "mistake", 2 }, { ended.result, ended.code })
    assert.truthy(ended.lines[1]:find("plan mine: oops", 1, true), ended.lines[1])
  end)
end)

describe("a plan whose commands are wrong", function()
  local function refused(verdict, mistake)
    local step = { name = "one", at = "m.lua:2", where = "any", run = function() return 5 end }
    return try.catch(plans.refuse_mistakes, { environment = "macos" }, { { step = step, verdict = verdict, seen = {}, mistake = mistake } })
  end

  it("is refused before anything is done, where the step has still to be done", function()
    local ended = refused "todo"
    assert.are.same({ "mistake", 2 }, { ended.result, ended.code })
    assert.truthy(ended.lines[1]:find("The plan is wrong: m.lua:2: step one: run", 1, true), ended.lines[1])
    assert.is_nil(refused "done")
    assert.is_nil(refused "pending")
    assert.are.equal("The plan is wrong: m.lua:3: oh", refused("done", "m.lua:3: oh").lines[1])
  end)

  it("is not refused for what a command throws before more is known: behind another step, or in another place", function()
    local function ended(where, verdict_before)
      local step = { name = "one", at = "m.lua:2", where = where, run = function() error "no" end }
      local before = { step = { name = "zero", at = "m.lua:1", where = "any" }, verdict = verdict_before, seen = {} }
      return try.catch(plans.refuse_mistakes, { environment = "macos" }, { before, { step = step, verdict = "todo", seen = {} } })
    end
    assert.are.same({ "mistake", "mistake" }, { ended("any", "done").result, ended("macos", "done").result })
    assert.are.same({}, { ended("any", "todo"), ended("recovery", "done") })
  end)

  it("is refused for what its way back answers, and not for what that throws", function()
    local function ended(undo)
      local step = { name = "one", at = "m.lua:2", where = "any", run = function() return { argv = { "/x" } } end, undo = undo }
      return try.catch(plans.refuse_mistakes, { environment = "macos" }, { { step = step, verdict = "todo", seen = { 1 } } })
    end
    assert.are.equal("mistake", ended(function() return 7 end).result)
    assert.is_nil(ended(function() error "no" end))
  end)
end)
