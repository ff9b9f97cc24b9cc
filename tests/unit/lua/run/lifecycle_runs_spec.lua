-- Which run goes on, which is closed in favour of another, what a bad journal stops, and how a run's last words are told.

local files = require "lib_file"
local life_module = require "tests.unit.lua.support.life"
local orphans = require "run.orphans"
local world = require "tests.unit.lua.support.world"

local YES = { yes = true, user = "ada" }
local BEGUN = '{"type":"intent","step":"a","argv":["/set","a"],"part":1,"parts":1,"before":{"on":false}}'
local DONE = '{"type":"outcome","step":"a","verdict":"done","seen":{"on":true}}'
local CLOSED = '{"type":"close","result":"done"}'

local life, pause, between
before_each(function()
  life = life_module.new()
  pause, between = orphans.PAUSE, orphans.BETWEEN
  orphans.PAUSE, orphans.BETWEEN = 0.01, 0.01
end)
after_each(function()
  orphans.PAUSE, orphans.BETWEEN = pause, between
  life:over()
end)

local function run(code, result, words, fields, options, lines)
  assert.are.equal(code, life:run(life:operation(fields), options or YES, lines), life:text())
  assert.are.same({ result, code }, life:ended())
  if words then assert.truthy(life:text():find(words, 1, true), words .. " is not in:\n" .. life:text()) end
end

local function bytes(number) return files.read(("%s/%04d.journal"):format(life:folder(), number)) end

describe("an open run", function()
  it("of the same plan goes on, in its own journal, with its own parameters and baseline", function()
    life:write_journal({ params = {}, baseline = { boot_args = "then" } }, BEGUN, DONE)
    life.world.on.a = true
    local seen
    life.world.plan.steps[2].run = function(c)
      seen = { c.baseline.boot_args, c.mine }
      return { argv = { "/set", "b" }, tool = "set" }
    end
    run(0, "done", "Step 1 of switches was done before (run 1).", { context = function() return { mine = 7 } end })
    assert.are.same({ 1, 1, { "then", 7 }, { "/set b" } }, { life.number, life.loaded_for, seen, life.acts })
    assert.are.same({ "start", "intent a", "outcome a done", "intent b", "outcome b done", "close done" }, (life:journal(1)))
  end)

  it("of the same plan that is asked for otherwise now is refused in the operation's words", function()
    life:write_journal({}, BEGUN)
    local before = bytes(1)
    local asked
    run(6, "stopped", "begun with other words", { differs = function(options, open)
      asked = { options.quota, open.number }
      return { "begun with other words" }
    end }, { yes = true, user = "ada", quota = 5 })
    assert.are.same({ { 5, 1 }, {}, before }, { asked, life.acts, bytes(1) })
    run(0, "done", nil, { differs = function() return nil end })
  end)

  it("of another plan is in the way", function()
    life:write_journal({ plan = "another" }, BEGUN)
    local before = bytes(1)
    run(6, "stopped", "Run 1 (another) in /Volumes/Data/private/var/db/vmq-recovery is not finished.")
    assert.truthy(life:text():find("`vmq-recovery resume` continues it, `vmq-recovery rollback` undoes it.", 1, true))
    assert.are.same({ before, nil, {} }, { bytes(1), bytes(2), life.acts })
  end)

  it("of a plan in somebody's file is another plan, whatever its name is", function()
    life:write_journal({ plan_file = "/m.lua" }, BEGUN)
    run(6, "stopped", "Run 1 (switches) in /Volumes/Data/private/var/db/vmq-recovery is not finished.")
    run(0, "done", nil, { supersedes = true })
    assert.are.equal("close superseded by flip", (life:journal(1))[3])
  end)

  it("of another plan is closed in favour of what supersedes it", function()
    life:write_journal({ plan = "another" }, BEGUN)
    run(0, "done", nil, { supersedes = true })
    assert.are.same({ "start", "intent a", "close superseded by flip" }, (life:journal(1)))
    assert.are.same({ 2, "close done" }, { life.loaded_for == false and 2 or nil, life:journal(2)[6] })
  end)

  it("of what supersedes others goes on like any other", function()
    life:write_journal({}, BEGUN)
    run(0, "done", nil, { supersedes = true })
    assert.are.same({ 1, nil }, { life.loaded_for, (life:journal(2)) })
  end)

  it("is not closed as long as the person has not agreed", function()
    life:write_journal({ plan = "another" }, BEGUN)
    run(4, "declined", nil, { supersedes = true, question = "name" }, {}, { "n" })
    assert.are.same({ "start", "intent a" }, (life:journal(1)))
  end)

  it("with other parameters than now is closed and begun anew where the operation has parameters", function()
    assert(files.make_directory(life:folder "part", 448))
    local fields = { own_journal = "part", params = function() return { size = 1 } end }
    local journal = assert(require("run.journals").start(life:folder "part", { plan = "switches", params = { size = 2 } }))
    journal:close()
    run(0, "done", nil, fields)
    assert.are.same({ "start", "close superseded by flip" }, (life:journal(1, "part")))
    assert.are.equal("close done", life:journal(2, "part")[6])
  end)

  it("with the same parameters goes on", function()
    assert(files.make_directory(life:folder "part", 448))
    local journal = assert(require("run.journals").start(life:folder "part", { plan = "switches", params = { size = 1 } }))
    journal:close()
    run(0, "done", nil, { own_journal = "part", params = function() return { size = 1 } end })
    assert.are.same({ 1, nil }, { life.loaded_for, (life:journal(2, "part")) })
  end)

  it("that is finished is left alone", function()
    life:write_journal({ plan = "another" }, CLOSED)
    local before = bytes(1)
    run(0, "done")
    assert.are.same({ before, "close done", 2 }, { bytes(1), life:journal(2)[6], life.number })
  end)

  it("torn in its last record goes on, and it is said that the rest is cut", function()
    life:write_journal({}, BEGUN)
    assert(files.append(life:folder() .. "/0001.journal", "3 31 0123abcd {\"type\":\"ou", 384))
    run(0, "done", "was torn off in the middle (25 bytes); it is cut.")
    assert.are.same({ "start", "intent a", "outcome a todo", "intent a", "outcome a done", "intent b", "outcome b done", "close done" },
      (life:journal(1)))
  end)
end)

describe("a run that goes back", function()
  it("takes the latest run, open or closed, and does not begin one", function()
    life:write_journal({}, BEGUN, DONE, CLOSED)
    life.world.on.a = true
    run(0, "undone", "Everything this run did is undone", { back = true })
    assert.are.same({ 1, { "/clear a" }, nil }, { life.loaded_for, life.acts, (life:journal(2)) })
    assert.is_nil(life:text():find("done before", 1, true))
  end)

  it("is not stopped by every step reading done", function()
    life:write_journal({}, BEGUN, DONE, CLOSED)
    life.world.on = { a = true, b = true }
    run(0, "undone", nil, { back = true })
  end)
end)

describe("a run that was cut off while a tool was at work", function()
  local CSRUTIL = '{"type":"intent","step":"a","argv":["/usr/bin/csrutil","disable"],"part":1,"parts":1,"before":{"on":false},"boot":%d}'
  local BPUTIL = "/usr/bin/bputil -d -v " .. life_module.GROUP
  local answers = require "tests.unit.lua.support.answers"
  local policies = require "tests.unit.lua.support.policies"

  -- @return how often the policy was read, and every command line
  local function looks(asked)
    local count = 0
    for _, line in ipairs(asked) do count = count + (line == BPUTIL and 1 or 0) end
    return count, table.concat(asked, "\n")
  end

  local function use(processes)
    return answers.use { ["/usr/sbin/sysctl -n kern.boottime"] = "{ sec = 1700000000, usec = 1 } Tue\n",
      ["/bin/ps -axo pid=,comm="] = "1 /sbin/launchd\n" .. processes, [BPUTIL] = policies.text(),
      ["/usr/sbin/nvram -x boot-args"] = "boot-args\t-v\n" }
  end

  it("is waited for in the same boot: processes, and two readings that are alike", function()
    life:write_journal({}, CSRUTIL:format(1700000000))
    local asked = use ""
    run(0, "done", "A daemon of Apple's may still finish the tool's work. Waiting, at most 1 minute.")
    local count, lines = looks(asked)
    assert.are.same({ 2, 2 }, { count, life.looks })
    assert.truthy(lines:find("/bin/ps -axo pid=,comm=", 1, true))
  end)

  it("is not waited for after a restart, nor by a dry run, nor where its intent has an outcome", function()
    life:write_journal({}, CSRUTIL:format(1600000000))
    local asked = use " 12 /usr/bin/csrutil\n"
    run(0, "done")
    assert.are.same({ 0, 1 }, { (looks(asked)), life.looks })
    life:write_journal({}, CSRUTIL:format(1700000000), DONE)
    run(0, "done")
    life:write_journal({}, CSRUTIL:format(1700000000))
    run(0, "done", "Dry run", nil, { yes = true, dry_run = true })
    assert.is_nil(select(2, looks(asked)):find("/bin/ps", 1, true))
  end)

  it("is waited for where the journal cannot be read, by a command that does without it", function()
    local number = life:write_journal({}, CSRUTIL:format(1700000000))
    assert(files.write_atomic(("%s/%04d.journal"):format(life:folder(), number), "nonsense\nnonsense\n", 384))
    local asked = use ""
    life:run(life:operation { supersedes = true }, YES)
    assert.truthy(select(2, looks(asked)):find("/bin/ps", 1, true))
  end)

  it("ends the next command when the person stops waiting: 7, and nothing is touched", function()
    local number = life:write_journal({}, CSRUTIL:format(1700000000))
    local before = bytes(number)
    use " 12 /usr/bin/csrutil\n"
    life.stopped = 1
    run(7, "locked", "A tool of an earlier run is still at work: csrutil (process 12). This command changed nothing.", nil, {}, {})
    assert.are.same({ {}, before }, { life.acts, bytes(number) })
  end)
end)

describe("what only the journal can tell", function()
  local function resolving(resolve)
    return require("command.operation").new { command = "go", resolve = resolve }
  end

  local function ask(resolve, code, result, words)
    assert.are.equal(code, life:run(resolving(resolve), YES))
    assert.are.same({ result, code }, life:ended())
    assert.truthy(life:text():find(words, 1, true), life:text())
  end

  it("is asked of the latest run, under the lock", function()
    life:write_journal({}, BEGUN)
    local asked
    ask(function(latest, directory)
      asked = { latest.number, directory, (require("lib_lock").take(life:lock(), "me")) }
      return life:operation()
    end, 0, "done", "every step of switches is done and checked")
    assert.are.same({ 1, "/Volumes/Data/private/var/db/vmq-recovery", nil }, asked)
  end)

  it("may be that there is nothing to do, or that it cannot be done: nothing is written", function()
    life:write_journal({}, BEGUN)
    local before = bytes(1)
    ask(function() return nil, "Nothing to resume." end, 0, "done", "Nothing to resume.")
    ask(function() return nil, "It is open.", 6 end, 6, "stopped", "It is open.")
    ask(function() return nil, "All is well.", 0 end, 0, "done", "All is well.")
    assert.are.same({ before, {}, { "0001.journal" } }, { bytes(1), life.acts, files.list(life:folder()) })
  end)

  it("cannot be known without a journal", function()
    life.target.group.data = nil
    ask(function() error "not to be asked" end, 3, "precondition", "The journal cannot be reached")
  end)
end)

describe("a journal that cannot be read", function()
  before_each(function()
    life:write_journal({ plan = "another" }, BEGUN)
    local path = life:folder() .. "/0001.journal"
    assert(files.write_atomic(path, (files.read(path):gsub("another", "anather")), 384))
  end)

  it("stops everything, with file and line, and is not touched", function()
    local before = bytes(1)
    run(3, "precondition", "The journal cannot be read, so nothing was changed: ")
    assert.truthy(life:text():find("0001.journal:1:", 1, true), life:text())
    assert.truthy(life:text():find("Fix: " .. require("screen.errors").ours("corrupt").cure, 1, true))
    assert.are.same({ before, nil, {} }, { bytes(1), bytes(2), life.acts })
  end)

  it("does not stop what supersedes others: it begins a run beside it", function()
    local before = bytes(1)
    run(0, "done", nil, { supersedes = true })
    assert.are.same({ before, "close done", 2 }, { bytes(1), life:journal(2)[6], life.number })
  end)
end)

describe("no place for a journal", function()
  before_each(function() life.target.group.data = nil end)

  it("refuses through the check of it", function()
    run(3, "precondition", "1 check failed, so nothing was changed.", { preflight = function() return { "journal" }, "any" end })
    assert.are.equal(false, life.number)
  end)

  it("does not stop what supersedes others: it says that the journal will be lost", function()
    run(0, "done", "recovery's own memory and is lost at restart", { supersedes = true })
    assert.truthy(files.stat(life.root .. "/private/var/run/vmq-recovery/journal/0001.journal"))
  end)

  it("that can be made refuses, too: nothing was changed", function()
    life.target.group.data = { mount = "/Volumes/Data", device = "d" }
    assert(files.make_directory(life.root .. "/Volumes/Data/private/var", 448))
    assert(files.write_atomic(life.root .. "/Volumes/Data/private/var/db", "a file", 384))
    run(3, "precondition", "The journal's folder cannot be used, so nothing was changed: ")
    assert.are.same({}, life.acts)
  end)
end)

describe("a journal that cannot be written", function()
  local real = require "lib_journal"
  after_each(function() package.loaded.lib_journal = real end)

  local function refusing(code)
    package.loaded.lib_journal = setmetatable({ open = function() return nil, "0001.journal: no", code end }, { __index = real })
  end

  it("refuses before anything, with what helps", function()
    for code, kind in pairs { ENOSPC = "journal", corrupt = "corrupt" } do
      refusing(code)
      run(3, "precondition", "The journal cannot be written, so nothing was changed: 0001.journal: no")
      assert.truthy(life:text():find("Fix: " .. require("screen.errors").ours(kind).cure, 1, true))
      assert.are.same({}, life.acts)
    end
  end)
end)

describe("the last words", function()
  it("are an ending of the operation's own, before the engine is asked", function()
    run(3, "precondition", "not this Mac", { look_up = function() require("run.ending").refuse "not this Mac" end })
    assert.are.same({}, life.acts)
  end)

  it("of a plan that cannot be loaded go to standard error, for editors: 2", function()
    assert.are.equal(2, life:run(life:operation { load = function() return nil, "mine.lua:3: no such field" end }, YES))
    assert.are.same({ "vmq-recovery: mine.lua:3: no such field\n", { "usage", 2 } }, { life.shown.err(), life:ended() })
    assert.are.equal(3, life:run(life:operation { load = function() return nil, "it has changed", 3 end }, YES))
    assert.are.same({ "usage", 3 }, life:ended())
  end)

  it("of a tool that the door refuses to know say why: 2", function()
    life.world.plan.tools, life.world.plan.at = { { path = "/bin/x", reads = {} } }, "mine.lua:1"
    function package.loaded.lib_door.declare() error("no room", 0) end
    assert.are.equal(2, life:run(life:operation(), YES))
    assert.are.equal("vmq-recovery: mine.lua:1: tools: no room\n", life.shown.err())
  end)

  it("of a parameter that is wrong: 2", function()
    assert.are.equal(2, life:run(life:operation(), { yes = true, user = "ada", set = { "x" } }))
    assert.are.equal("vmq-recovery: --set takes NAME=VALUE, not x\n", life.shown.err())
  end)

  it("of a phase tell programs, too, where it goes on", function()
    life.world.plan.steps[2].run, life.world.plan.steps[2].where = nil, "macos"
    run(0, "phase", "restart cleanly")
    local event = life.events[#life.events - 2]
    assert.are.same({ "phase", "any" }, { event.type, event.next })
    assert.truthy(event.instructions:find("sudo /System/Volumes/Data/vmq-recovery switches", 1, true), event.instructions)
    assert.are.equal(8, life:run(life:operation(), { yes = true, user = "ada", detailed_exitcode = true }))
  end)

  it("of a state that is neither before nor after want a person: 11, and the stream calls it so", function()
    life.world.tools["/set b"] = function(self, command)
      self.blind.b = true
      return world.works(self, command)
    end
    run(11, "person", "in a state this program does not recognise")
  end)

  it("of a command line that fits no Mac: 2", function()
    life:begin()
    assert.are.equal(2, require("run.lifecycle").run(life:operation(), { root = life.root .. "/nowhere" }))
    assert.are.equal("vmq-recovery: --root " .. life.root .. "/nowhere: no such folder\n", life.shown.err())
  end)
end)

describe("credentials", function()
  it("are wiped at every way out", function()
    for _, case in ipairs {
      { 0, {} }, { 3, { look_up = function() require("run.ending").refuse "no" end } }, { 2, { load = function() return nil, "no" end } },
    } do
      life.world.on = {}
      assert.are.equal(case[1], life:run(life:operation(case[2]), YES))
      assert.are.equal(1, life.wiped)
    end
  end)

  it("are wiped when the program itself has a bug, whose trace is kept", function()
    life:begin(YES)
    local function faulty() error "a bug of ours" end
    local fine, problem = pcall(require("run.lifecycle").run, life:operation { context = faulty }, life.options)
    assert.are.same({ false, 1 }, { fine, life.wiped })
    assert.truthy(problem:find("lifecycle_runs_spec.lua:%d+: a bug of ours\nstack traceback:"), problem)
    assert.truthy(problem:find("in upvalue 'make_case'", 1, true) or problem:find("lifecycle.lua", 1, true), problem)
    require("lib_lock").take(life:lock(), "me"):release()
  end)
end)

describe("lifecycle.survey", function()
  it("says what would be done and whether a run is open, and writes nothing", function()
    life:write_journal({ words = { "x" } }, BEGUN)
    life.world.on.a = true
    local before = life:files()
    life:begin()
    local case, steps, open
    assert.are.equal(0, require("run.lifecycle").look(life.options, "plan", function(invocation, target)
      invocation.view.start(nil)
      case, steps, open = require("run.lifecycle").survey(invocation, target, life:operation())
      return require("run.ending").new("done", 0)
    end))
    assert.are.same({ "switches", "done", "todo", 1, before },
      { case.plan_name, steps[1].verdict, steps[2].verdict, open.number, life:files() })
  end)

  it("takes an open run for its own only where that is of the same plan", function()
    local seen
    local function survey(plan, file)
      life:write_journal { plan = plan, words = { plan }, plan_file = file }
      life:begin()
      require("run.lifecycle").look(life.options, "plan", function(invocation, target)
        require("run.lifecycle").survey(invocation, target, life:operation { context = function(_, _, current)
          seen = current and current.start.words[1] or "none"
        end })
        return require("run.ending").new("done", 0)
      end)
      return seen
    end
    assert.are.equal("none", survey "another")
    assert.are.equal("switches", survey "switches")
    assert.are.equal("none", survey("switches", "/m.lua"))
  end)

  it("needs a volume group", function()
    life.target.group, life.target.problems.group = nil, "no group"
    life:begin()
    assert.are.equal(3, require("run.lifecycle").look(life.options, "plan", function(invocation, target)
      require("run.lifecycle").survey(invocation, target, life:operation())
    end))
    assert.truthy(life:text():find("no group", 1, true))
  end)
end)

describe("several operations", function()
  local lifecycle = require "run.lifecycle"

  -- Carries these out one after the other. @return the codes
  local function several(list, options)
    local codes = {}
    life:begin(options or YES)
    local code = lifecycle.several(life.options, "many", function(invocation, target, carry)
      invocation.view.start(nil)
      assert.are.equal(life_module.GROUP, target.group.group)
      for index, each in ipairs(list) do codes[index] = carry(each, { verbose = true }).code end
      return require("run.ending").new("done", 0)
    end)
    return codes, code
  end

  it("have one beginning and one end, each its own run, and its ending is told", function()
    local codes, code = several { life:operation(), life:operation { name = "switches" } }
    assert.are.same({ { 0, 0 }, 0, { "done", 0 }, false }, { codes, code, life:ended(), life.number })
    assert.are.same({ "/set a", "/set b" }, life.acts)
    assert.truthy(life:text():find("Nothing to do: switches is already applied.", 1, true), life:text())
    assert.are.equal(1, life.wiped)
  end)

  it("go on where one is refused, and its lines are told", function()
    local refuse = { preflight = function() require("run.ending").refuse "not here" end }
    local codes = several { life:operation(refuse), life:operation() }
    assert.are.same({ 3, 0 }, codes)
    assert.truthy(life:text():find("not here", 1, true))
  end)
end)
