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
    assert.are.equal("step '/my plans/apply.lua'", words("apply", { plan_file = "/my plans/apply.lua", command = "step" }))
    assert.are.equal("step apply --quota 5", words("apply", { command = "step", words = require("mac.boot_args").raising(5) }))
    assert.are.equal("revert", words("revert", { params = { group = "G" } }))
    assert.are.equal("trial --with-changes", words("sip", { command = "trial" }))
  end)

  it("is given what --set and --kc gave, and nothing that was the default or found by the program itself", function()
    assert.are.equal("run sip", words("sip", { params = { exact = "no" } }))
    assert.are.equal("run sip --set exact=yes --set 'without=fs debug'", words("sip", { set = { "exact=yes", "without=fs debug" } }))
    assert.are.equal("run /m.lua --set n=2", words("m", { plan_file = "/m.lua", set = { "n=2" } }))
    assert.are.equal("run kernel-debug --set variant=kasan --kc '/a b.kc'",
      words("kernel-debug", { set = { "variant=kasan" }, kc = "/a b.kc" }))
    assert.are.equal("apply --quota 5 --kc /k.kc", words("apply", { words = require("mac.boot_args").raising(5), kc = "/k.kc" }))
  end)
end)
