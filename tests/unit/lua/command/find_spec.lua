-- Which operation is meant: by name, by file, by a run's start record.

local files = require "lib_file"
local find = require "command.find"
local inside = require "command.inside"
local read_only = require "tests.unit.lua.support.read_only"

describe("inside.find", function()
  it("finds the operations that are plans to be named", function()
    for _, name in ipairs { "apply", "revert" } do assert.are.equal(name, inside.find(name).name) end
  end)

  it("finds neither commands without a plan nor what only prepares or only continues", function()
    for _, name in ipairs { "status", "plan", "build", "stage", "kdk-fetch", "kdk_fetch", "kdk", "resume", "rollback", "operation",
      "find" } do
      assert.is_nil(inside.find(name), name)
    end
  end)

  it("finds nothing outside its own room", function()
    for _, name in ipairs { "", "Apply", "apply.lua", "../command/apply", "..", "apply ", "applied", "rehearse-life" } do
      assert.is_nil(inside.find(name), name)
    end
  end)
end)

describe("inside.is_file", function()
  it("goes by a folder in the name, or .lua at its end", function()
    for name, is in pairs { ["a.lua"] = true, ["./a"] = true, ["/a"] = true, ["a/b"] = true, apply = false, ["a.luax"] = false, lua = false,
      [".lua"] = true } do
      assert.are.equal(is, inside.is_file(name), name)
    end
  end)
end)

describe("find.named", function()
  it("is apply where nothing is named", function() assert.are.equal("apply", find.named(nil).name) end)

  it("is a plan inside, or a file", function()
    assert.are.equal("revert", find.named("revert").name)
    assert.are.same({ nil, "m.lua", "run m.lua" }, { find.named("m.lua").name, find.named("m.lua").file, find.named("m.lua").again })
    assert.are.equal("run 'my plans/m.lua'", find.named("my plans/m.lua").again)
  end)

  it("says how a file is named where it is neither", function()
    assert.are.same({ nil, "no plan is called mine; a file of your own is named with its folder or with .lua at the end" },
      { find.named "mine" })
    assert.are.same({ nil, "no plan is called aply; the nearest is apply" }, { find.named "aply" })
    assert.are.equal("; the nearest is log", inside.suggestion("log1", { "log" }))
    assert.truthy(select(2, find.named "revrt"):find "^no plan is called revrt; a file of your own")
  end)
end)

describe("a plan that a command of its own begins", function()
  it("is found for the run that it began, and neither named nor listed", function()
    assert.are.same({ "trial", true }, { inside.find("trial").name, inside.find("trial").hidden })
    assert.are.equal("trial", find.of_run(read_only { number = 3, start = { plan = "trial" } }).name)
    assert.is_nil((find.named "trial"))
    for _, name in ipairs(inside.names()) do assert.are_not.equal("trial", name) end
  end)
end)

describe("find.of_run", function()
  it("is the plan inside that the run is of", function()
    assert.are.equal("revert", find.of_run(read_only { number = 3, start = { plan = "revert" } }).name)
  end)

  it("is the file, under the name that its plan had then", function()
    local found = find.of_run(read_only { number = 3, start = { plan = "mine", plan_file = "/p/m.lua" } })
    assert.are.same({ "mine", "/p/m.lua", "run" }, { found.name, found.file, found.command })
  end)

  it("may be none of this program's", function()
    assert.are.same({ nil, "run 3 is of the plan newer, which this program does not have" },
      { find.of_run(read_only { number = 3, start = { plan = "newer" } }) })
  end)
end)

describe("the operation of a file", function()
  local plan_file = require "command.plan_file"
  local TEXT = 'return plan "mine" { summary = "s", step "one" { why = "w", where = "any", check = function() end } }\n'

  local folder, path
  before_each(function()
    folder = assert(files.make_scratch())
    path = folder .. "/m.lua"
    assert(files.write_atomic(path, TEXT, 384))
  end)
  after_each(function() files.remove_tree(folder) end)

  local function run_of(hash) return read_only { start = { plan = "mine", plan_hash = hash } } end

  it("checks who runs it, where, and the journal, wherever its steps belong", function()
    local names, place = plan_file.operation(path).preflight()
    assert.are.same({ { "root", "program", "volume", "environment", "journal" }, "any" }, { names, place })
    for _, name in ipairs(names) do assert.is_true(require("preflight.run").knows(name)) end
  end)

  it("asks by name before it acts, and says how to go on", function()
    local made = plan_file.operation(path)
    assert.are.same({ "name", "run " .. path, "run" }, { made.question, made.again, made.command })
    assert.are.equal(require("screen.overview").of_policy_work, made.overview)
  end)

  it("owns the runs of its file, and of the same plan in another file; none of a plan inside", function()
    local made = plan_file.operation(path, read_only { name = "apply", hash = "h" })
    assert.is_true(made.owns { plan = "apply", plan_file = path, plan_hash = "then" })
    assert.is_true(made.owns { plan = "apply", plan_file = "/copy.lua", plan_hash = "h" })
    assert.is_false(made.owns { plan = "apply", plan_file = "/other.lua", plan_hash = "other" })
    assert.is_false(made.owns { plan = "apply", plan_hash = "h" })
    assert.is_false(plan_file.operation(path).owns { plan = "apply", plan_file = "/other.lua", plan_hash = "other" })
  end)

  it("loads the file", function()
    assert.are.equal("mine", plan_file.operation(path).load().name)
    assert.are.equal("mine", plan_file.operation(path).load(run_of(files.sha256_text(TEXT))).name)
  end)

  it("takes the plan as it was loaded a moment ago, once", function()
    local known = read_only { name = "mine", hash = "h" }
    local made = plan_file.operation(path, known)
    assert.are.equal("mine", made.name)
    assert.are.equal("h", made.load().hash)
    assert.are.equal(files.sha256_text(TEXT), made.load().hash)
  end)

  it("does not go on with a run whose plan has changed since", function()
    local sentence = path .. " has changed since the open run began; `vmq-recovery rollback` needs the plan as it was"
    assert.are.same({ nil, sentence, 3 }, { plan_file.operation(path).load(run_of "then") })
    assert.are.same({ nil, sentence, 3 }, { plan_file.operation(path, read_only { name = "mine", hash = "h" }).load(run_of "then") })
  end)

  it("promises of the way without this program no more than the boot policy; boot-args, which leave that alone, have none", function()
    local cases = require "tests.unit.lua.support.case"
    local function rows(made) return made.summary(cases.new { operation = made }) end
    assert.are.same({ "", "or, for the boot policy: hold power, Options, Startup Security Utility, Full Security" },
      rows(plan_file.operation(path))[2])
    assert.are.same({ { "Way back", "/Volumes/Data/vmq-recovery rollback" } }, rows(find.named "boot-args"))
    assert.are.same({ "", "or hold power, Options, Startup Security Utility, Full Security" }, rows(find.named "sip")[3])
  end)

  it("says what is wrong with the file", function()
    assert(files.write_atomic(path, "return 7\n", 384))
    local plan, message, code = plan_file.operation(path).load()
    assert.are.same({ nil, nil }, { plan, code })
    assert.truthy(message:find(path, 1, true), message)
  end)
end)
