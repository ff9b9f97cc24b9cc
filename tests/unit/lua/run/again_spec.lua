-- The line that does a run over, with what was given for it.

local again = require "run.again"

local function words(name, start)
  start.plan = name
  return again.words(start)
end

describe("a run done over", function()
  it("is given the quota and the boot arguments that apply was given, where they are not the usual ones", function()
    local boot_args = require "mac.boot_args"
    assert.are.equal("apply", words("apply", { words = boot_args.raising() }))
    assert.are.equal("apply --quota 5 --boot-arg -v --boot-arg 'a=b c'",
      words("apply", { words = boot_args.raising(5, { "-v", "a=b c" }) }))
    assert.are.equal("apply", words("apply", {}))
  end)

  it("is that of a file, of step, of revert, or of a trial", function()
    assert.are.equal("run '/my plans/apply.lua'", words("apply", { plan_file = "/my plans/apply.lua" }))
    local plan = { params = { n = require("plan.param").new("integer", 1, { says = "how many" }) } }
    assert.are.equal("run /m.lua --set n=2", again.words({ plan = "m", plan_file = "/m.lua", params = { n = 2 } }, plan))
    assert.are.equal("run /m.lua", again.words({ plan = "m", plan_file = "/m.lua", params = { n = 1 } }, plan))
    assert.are.equal("run /m.lua", again.words { plan = "m", plan_file = "/m.lua", params = { n = 2 } })
    assert.are.equal("step '/my plans/apply.lua'", words("apply", { plan_file = "/my plans/apply.lua", command = "step" }))
    assert.are.equal("step apply --quota 5", words("apply", { command = "step", words = require("mac.boot_args").raising(5) }))
    assert.are.equal("revert", words("revert", { params = { group = "G" } }))
    assert.are.equal("trial --with-changes", words("sip", { command = "trial" }))
  end)

  it("is given what --set gave, and nothing that was the default or found by the program itself", function()
    assert.are.equal("run sip", words("sip", {}))
    assert.are.equal("run sip --set exact=yes --set 'without=fs debug'",
      words("sip", { params = { without = "fs debug", exact = "yes", words = "" } }))
    assert.are.equal("run kernel-debug", words("kernel-debug", { params = { variant = "development", collection_sum = "00" } }))
  end)
end)
