-- The operation that takes a run back: its checks, and what its first screen says beside the table.

local find = require "command.find"
local inside = require "command.inside"
local read_only = require "tests.unit.lua.support.read_only"
local targets = require "tests.unit.lua.support.target"
local way_back = require "command.way_back"

describe("way_back.of", function()
  local RUN = { number = 3, start = { plan = "apply", environment = "paired-recovery" } }
  local back = way_back.of(inside.find "apply", RUN)

  it("goes back with the checks of a rollback; a file's plan keeps its own", function()
    assert.are.same({ true, false, "any" }, { back.back, back.supersedes, (select(2, back.preflight())) })
    local file = find.named "m.lua"
    assert.are.equal(file.preflight, way_back.of(file, RUN).preflight)
  end)

  local function case(rows, target)
    return read_only { operation = back, target = target or targets.recovery(), way_back = rows }
  end

  local function row_of(fields, exact, leaves)
    fields.name = "sip"
    return { step = fields, exact = exact, leaves = leaves }
  end

  it("says what the table cannot: a state that is not quite the one before, and what can only be done elsewhere", function()
    local function first(row, target) return back.summary(case({ row }, target))[2] end
    assert.are.same({ "Look at this", "step sip: leaves Apple's kernel" }, first(row_of({ part = "policy" }, false, "Apple's kernel")))
    assert.are.same({ "Look at this", "step sip: Cannot be undone automatically: burnt." },
      first(row_of({ why = "Cannot be undone automatically: burnt." }, false)))
    assert.are.same({ "Look at this", "step sip can be undone only in " .. require("plan.place").words "paired-recovery" },
      first(row_of({ part = "policy", where = "paired-recovery" }, true, "all"), targets.macos()))
    assert.are.equal("Way back", first(row_of({ part = "policy" }, true, "all"))[1])
    assert.are.equal("Way back", first(row_of({}, false, "its own words"))[1])
  end)

  it("names as its way back the command that made the Mac as it is, where that was given", function()
    local function rows(target) return { table.unpack(back.summary(case({ row_of({}, true, "x") }, target)), 1, 3) } end
    assert.are.same({ { "Undoes", "run 3 (apply)" }, { "Way back", "/Volumes/Data/vmq-recovery apply" } }, rows())
    assert.are.same({ { "Undoes", "run 3 (apply)" }, { "Way back", "in recovery: /Volumes/*/vmq-recovery apply" } }, rows(targets.macos()))
  end)

  it("says so where nothing is left of the run", function()
    assert.are.same({ "Look at this", "nothing of this run is left; only its journal is closed" }, back.summary(case {})[2])
  end)

  it("tells of Apple's kernel where another custom one cannot be put back", function()
    assert.are.same({ kernel = "Apple's" }, back.after(case { row_of({ part = "policy" }, false, "x") }))
    assert.is_nil(back.after(case { row_of({ part = "policy" }, true, "x"), row_of({}, false, "x") }))
  end)
end)
