-- The items of `trial --with-changes`: what they may start, for which Mac they are, and what is written down of them.

local changes = require "command.trial_changes"
local inside = require "command.inside"
local files = require "lib_file"
local mac_record = require "mac.record"
local plans = require "run.plans"
local policies = require "tests.unit.lua.support.policies"
local read_only = require "tests.unit.lua.support.read_only"
local targets = require "tests.unit.lua.support.target"

local item_named = {}
for _, item in ipairs(changes.items) do item_named[item.name] = item end

local plan = assert(plans.embedded "trial")

local function context(item)
  return { item = item, group = targets.GROUP, volume_name = "Macintosh HD", system_volume = "/Volumes/Macintosh HD",
    collection_on_mac = "/Volumes/Data/k.kc" }
end

-- The commands that an item starts, as lines.
local function commands(item)
  local lines = {}
  for _, step in ipairs(plan.steps) do
    local command = step.run(context(item))
    if command then lines[#lines + 1] = table.concat(command.argv, " "):gsub("^/usr/bin/", "") end
  end
  return lines
end

describe("an item", function()
  it("says what it asks and what it changes, and its plan knows it", function()
    for _, item in ipairs(changes.items) do
      assert.truthy(item.asks:find("%?$"), item.name)
      assert.truthy(item.changes:find("%.$"), item.name)
      assert.is_true(mac_record.allows_fact("trial", { item.name, "undone" }))
      if item.plan then assert.truthy(inside.find(item.plan)) else assert.truthy(#commands(item.name) > 0) end
    end
    assert.are.same({ true, "full" }, { changes.items[1].first, changes.items[1].name })
  end)

  it("starts nothing that a new policy would not take back, and nothing of another system", function()
    for _, item in ipairs(changes.items) do
      for _, line in ipairs(item.plan and {} or commands(item.name)) do
        assert.is_nil(line:find "authenticated%-root" or line:find "nvram" or line:find " %-%a*[rszc]%a* ", line)
        assert.truthy(not line:find "bputil" or line:find(targets.GROUP, 1, true), line)
      end
    end
    assert.are.same({ "csrutil disable", "csrutil disable", "csrutil enable" }, commands "sip")
    assert.are.same({ "csrutil allow-research-guests enable", "csrutil disable" }, commands "guests")
  end)

  it("answers no where it is about a no, whoever types", function()
    for _, step in ipairs { plan.steps[1], plan.steps[2] } do assert.are.equal("n", step.run(context "no").yes_no) end
    assert.are.equal("y", plan.steps[1].run(context "sip").yes_no)
  end)

  it("is left out where this Mac or nobody could do it", function()
    local person = { person = true, options = {} }
    assert.truthy(item_named.password.lacks(nil, { person = true, options = { password_fd = 3 } }))
    assert.truthy(item_named.password.lacks(nil, { person = false, options = {} }))
    assert.is_nil(item_named.password.lacks(nil, person))
    for version, lacks in pairs { ["14.6"] = true, ["15.0"] = false, ["26.3.1"] = false } do
      assert.are.equal(lacks, item_named.guests.lacks(targets.recovery { group = { version = version } }) ~= nil, version)
    end
    assert.are.equal("no kernel collection is staged", item_named.kernel.lacks(targets.recovery { root = "/nowhere" }))
  end)

  it("is known by the run that it began, and not by one that somebody else began", function()
    assert.are.equal("order", changes.of_run({ command = "trial", plan = "trial", params = { item = "order" } }).name)
    assert.are.equal("words", changes.of_run({ command = "trial", plan = "sip", params = {} }).name)
    for _, start in ipairs { { command = "run", plan = "sip" }, { command = "trial", plan = "trial", params = { item = "other" } },
      { command = "apply", plan = "apply" } } do assert.is_nil(changes.of_run(start)) end
  end)
end)

describe("a step of the plan trial", function()
  local bputil = require "tool.bputil"
  local read, policy

  before_each(function()
    read, policy = bputil.read, policies.summary()
    plan = assert(require("plan.load").load(assert(files.read "scripts/trial.lua"), "scripts/trial.lua", files.sha256_text, files.read))
    require("tests.unit.lua.support.answers").use { ["/usr/bin/bputil -d -v " .. targets.GROUP] = policies.text() }
  end)
  after_each(function() bputil.read = read end)

  it("is done once its command was started, however that ended, and where the item has none", function()
    local c = context "order"
    assert.are.same({ "todo", policy }, { plan.steps[1].check(c) })
    c.tried = true
    assert.are.equal("done", (plan.steps[1].check(c)))
    assert.are.same({ "done" }, { plan.steps[3].check(context "order") })
    require("tests.unit.lua.support.answers").use {}
    assert.are.equal("unknown", (plan.steps[1].check(context "order")))
  end)
end)

describe("what is written down of a run", function()
  local folder
  before_each(function() folder = assert(files.make_scratch()) end)
  after_each(function() files.remove_tree(folder) end)

  local ARGV = { "/usr/bin/csrutil", "disable" }
  local RECORDS = { { type = "intent", step = "first", argv = ARGV, part = 1, parts = 1, attempt = 1 },
    { type = "outcome", step = "first", verdict = "done", exit = 1, seen = policies.summary() },
    { type = "undo-outcome", step = "first", verdict = "undone", leaves = "as before" } }

  local function said(printed, records)
    assert(files.append(folder .. "/0001.transcript", "\n$ /usr/bin/csrutil disable\n" .. printed, 384))
    local facts, failed = changes.facts(item_named.order, read_only { number = 1 }, records or RECORDS, plan, folder)
    local lines = {}
    for index, fact in ipairs(facts) do
      assert.is_true(mac_record.allows_fact(fact.name, { fact[1], fact[2] }), fact[2])
      lines[index] = fact[2]
    end
    return lines, failed
  end

  it("is each command, what it printed, and what was read back", function()
    local lines, failed = said "Turning off\r\n\27[1maborted\27[0m\r\n"
    assert.are.same({ "$ /usr/bin/csrutil disable", "Turning off", "aborted",
      "= exit status 1, then: Full Security, SIP on, boot-args filter on, Apple's kernel", "= way back: as before" }, lines)
    assert.is_true(failed)
  end)

  it("is the end of what is long, and a long line in pieces that hold whole characters", function()
    local lines = said(("x\n"):rep(500))
    assert.are.equal(1 + 30 + 2, #lines)
    os.remove(folder .. "/0001.transcript")
    lines = said("a" .. ("é"):rep(300))
    assert.are.same({ 399, 202 }, { #lines[2], #lines[3] })
    for _, line in ipairs(lines) do assert.truthy(utf8.len(line)) end
  end)

  it("is failed where a tool was", function()
    local _, failed = said("", { RECORDS[1], { type = "outcome", step = "first", verdict = "done", exit = 0 } })
    assert.is_false(failed)
  end)
end)
