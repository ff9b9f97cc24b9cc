-- What resume and rollback make of the latest run, and what they refuse to begin with.

local read_only = require "tests.unit.lua.support.read_only"
local resume = require "command.resume"
local rollback = require "command.rollback"

local FOLDER = "/private/var/db/vmq-recovery"
local NONE = "There is no run in " .. FOLDER .. "."

local function run(plan, more)
  local made = { number = 3, acted = { "sip" }, start = { plan = plan } }
  for key, value in pairs(more or {}) do made[key] = value end
  return read_only(made)
end

local function file_run(more)
  local made = run("mine", more)
  made = setmetatable({ start = { plan = "mine", plan_file = "/p/m.lua" } }, { __index = made })
  return made
end

describe("resume", function()
  local function meant(latest) return resume.operation().resolve(latest and latest, FOLDER) end

  it("is the operation of the open run, whichever way it was going", function()
    assert.are.equal("apply", meant(run "apply").name)
    assert.are.same({ "revert", true, nil }, { meant(run "revert").name, meant(run "revert").supersedes, meant(run "revert").back })
    assert.are.equal("/p/m.lua", meant(file_run()).file)
    assert.is_nil(meant(run("apply", { direction = "back" })).back)
  end)

  it("has nothing to do without an open run", function()
    assert.are.same({ nil, NONE }, { meant(nil) })
    assert.are.same({ nil, "Nothing to resume: the last run is finished." }, { meant(run("apply", { closed = { result = "done" } })) })
  end)

  it("cannot go on with a plan that this program does not have", function()
    assert.are.same({ nil, "run 3 is of the plan newer, which this program does not have", 6 }, { meant(run "newer") })
  end)

  it("says so and ends as stopped, as rollback does: 6", function()
    local life = require("tests.unit.lua.support.life").new()
    life:write_journal({ plan = "newer" }, '{"type":"intent","step":"a","argv":["/set","a"],"part":1,"parts":1}')
    local codes = { life:command "resume", life:command "rollback" }
    local told, ended = life:text(), life:ended()
    life:over()
    assert.are.same({ { 6, 6 }, { "stopped", 6 }, "run 1 is of the plan newer, which this program does not have" }, { codes, ended, told })
  end)

  it("is a command of its own and nothing else", function()
    local made = resume.operation()
    assert.are.same({ "resume", nil, nil }, { made.command, made.name, made.load })
  end)
end)

describe("rollback", function()
  local function meant(latest) return rollback.operation().resolve(latest, FOLDER) end

  it("goes back with the open run, or with a finished one that changed something", function()
    for _, latest in ipairs { run "apply", run("apply", { closed = { result = "done" } }),
      run("apply", { closed = { result = "undone-lower" } }),
      run("apply", { acted = {} }) } do
      local found = meant(latest)
      assert.are.same({ "apply", true, false, "name" }, { found.name, found.back, found.supersedes, found.question })
    end
  end)

  it("checks what apply does, but for what only a way forward needs; of a file less", function()
    local names, place = meant(run "apply").preflight()
    assert.are.same({ { "root", "program", "platform", "tools", "volume", "policy", "environment", "journal" }, "any" }, { names, place })
    assert.are.same({ { "root", "program", "volume", "environment", "journal" }, "any" }, { meant(file_run()).preflight() })
  end)

  it("has nothing to do", function()
    assert.are.same({ nil, NONE }, { meant(nil) })
    assert.are.same({ nil, "Nothing to roll back: the last run changed nothing.", 0 },
      { meant(run("apply", { acted = {}, closed = { result = "done" } })) })
    assert.are.same({ nil, "Nothing to roll back: the last run is undone already.", 0 },
      { meant(run("apply", { closed = { result = "undone" } })) })
  end)

  it("refuses a revert, which has no way back; an open one is gone on with", function()
    local sentence = "The last run was a revert: there is no way back from it but apply."
    assert.are.same({ nil, sentence, 0 }, { meant(run("revert", { closed = { result = "done" } })) })
    assert.are.same({ nil, sentence .. " It is not finished: `vmq-recovery resume` continues it.", 6 }, { meant(run "revert") })
  end)

  it("refuses a plan that this program does not have", function()
    assert.are.same({ nil, "run 3 is of the plan newer, which this program does not have", 6 }, { meant(run "newer") })
  end)
end)
