-- The record of the plan kernel-debug: the boot arguments it is about, what is told before and after.

local bputil = require "tool.bputil"
local cases = require "tests.unit.lua.support.case"
local kernel_debug = require "command.kernel_debug"
local read_only = require "tests.unit.lua.support.read_only"
local targets = require "tests.unit.lua.support.target"

local operation = kernel_debug.operation()

local function context(params) return operation.context(nil, {}, nil, nil, read_only(params)) end

describe("the boot arguments of kernel-debug", function()
  it("are the kind of kernel, and those that were asked for", function()
    assert.are.same({ words = { "kcsuffix=kasan", "debug=0x144", "-v" } }, context { variant = "kasan", words = { "debug=0x144", "-v" } })
    assert.are.same({ words = { "kcsuffix=development" } }, context { variant = "development" })
  end)

  it("are of the plan's own context", function()
    local plan = operation.load()
    assert.are.same({ "kernel-debug", "run", "run kernel-debug" }, { plan.name, operation.command, operation.again })
    assert.are.equal("kcsuffix=x is among the words; give --set variant=… instead",
      plan.refuse { words = { "kcsuffix=kasan", "-v", "kcsuffix=x" } })
    assert.is_nil(plan.refuse { words = { "kcsuffix=kasan", "-v" } })
  end)
end)

describe("the words of kernel-debug", function()
  local real = bputil.read
  before_each(function() bputil.read = function() return nil end end)
  after_each(function() bputil.read = real end)

  local function labels(words)
    local found, case = {}, cases.new { operation = operation, context = { words = words } }
    for _, row in ipairs(operation.summary(case, {})) do found[row[1]] = row[2] end
    return found
  end

  it("say before where virtual machines would not run", function()
    assert.are.equal("none run on this kernel without the word hypervisor=0x1",
      labels({ "kcsuffix=development", "-v" })["Virtual machines"])
    assert.is_nil(labels({ "kcsuffix=development", "hypervisor=0x1" })["Virtual machines"])
  end)

  it("say afterwards which kernel runs, and what to type before an update", function()
    local lines = operation.words.done(cases.new { operation = operation, target = targets.macos(), context = { variant = "kasan" } })
    assert.are.equal("Done: the kasan kernel runs with these boot arguments, read back.\nBefore a macOS update:\n"
      .. "  sudo /System/Volumes/Data/vmq-recovery revert", cases.text(lines))
  end)
end)
