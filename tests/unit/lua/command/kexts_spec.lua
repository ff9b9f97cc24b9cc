-- The record of the plan kexts: what comes first where it must not begin, what is told before and after.

local cases = require "tests.unit.lua.support.case"
local kexts = require "command.kexts"
local targets = require "tests.unit.lua.support.target"

local operation = kexts.operation()

local function context(runs)
  local index = 0
  local function each()
    index = index + 1
    return runs[index]
  end
  return operation.context(targets.recovery(), {}, nil, function() return each end)
end

local function run(number, group, closed)
  return { number = number, start = { plan = "sip", group = group }, acted = { {} }, closed = closed }
end

describe("what comes before kexts", function()
  it("is the way back of the newest run that stands on this group, else revert", function()
    local done, undone = { result = "done" }, { result = "undone" }
    assert.are.same({ first = "`vmq-recovery rollback` (of run 2, sip)" },
      context { run(3, targets.GROUP, undone), run(2, targets.GROUP, done), run(1, targets.GROUP, done) })
    assert.are.same({ first = "`vmq-recovery revert`" }, context { run(1, "OTHER", done) })
    assert.are.same({ first = "`vmq-recovery revert`" }, context {})
  end)
end)

describe("the words of kexts", function()
  local function done(ids)
    return cases.text(operation.words.done(cases.new { operation = operation, target = targets.macos(), context = { ids = ids } }))
  end

  it("name the extensions that are loaded, or say what is left to do", function()
    assert.are.equal("Done: these kernel extensions are loaded, read back: org.a, org.b.\nTo take that back:\n"
      .. "  sudo /System/Volumes/Data/vmq-recovery rollback", done { "org.a", "org.b" })
    assert.are.equal("Done: third-party kexts are allowed, read back. Approve them in System Settings, then restart.", done {})
  end)
end)
