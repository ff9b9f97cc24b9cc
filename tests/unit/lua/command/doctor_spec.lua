-- What doctor looks at in each place, and what it says is next once everything here is right.

local life_module = require "tests.unit.lua.support.life"
local lifecycle = require "run.lifecycle"
local preflight = require "preflight.run"
local targets = require "tests.unit.lua.support.target"

local life, kept, asked
before_each(function()
  life, kept = life_module.new(), { survey = lifecycle.survey, run = preflight.run }
end)
after_each(function()
  lifecycle.survey, preflight.run = kept.survey, kept.run
  life:over()
end)

local function row(verdict, where) return { verdict = verdict, step = { where = where } } end

local LEFT = { row("todo", "paired-recovery"), row("todo", "any") }
local REST = { row("done", "paired-recovery"), row("todo", "macos") }
local DONE = { row("done", "paired-recovery"), row("done", "macos") }

-- Starts doctor where apply has these rows, and its checks end like this.
local function doctor(code, rows, fine, left)
  asked = {}
  function lifecycle.survey() return {}, rows end
  function preflight.run(names, _, fields, known)
    asked = { names = " " .. table.concat(names, " ") .. " ", place = fields.where, facts = known.facts, words = fields.words }
    return fine, {}, {}, left or {}
  end
  assert.are.equal(code, life:command("doctor"))
  return life:text()
end

describe("doctor", function()
  it("says what to type here, in recovery", function()
    assert.are.equal("Everything that apply needs here is right.\n/Volumes/Data/vmq-recovery apply", doctor(0, LEFT, true))
    assert.are.same({ { "done", 0 }, "paired-recovery", nil }, { life:ended(), asked.place, asked.facts })
    assert.is_nil(asked.names:find("in force/", 1, true))
  end)

  it("says in macOS that recovery is next, and what to type there", function()
    life.target = targets.macos { root = life.root }
    local text = doctor(0, LEFT, true)
    assert.truthy(text:find("Everything that can be checked from here is right; next: recovery.", 1, true), text)
    assert.truthy(text:find("\n/Volumes/*/vmq-recovery apply\nIn full: /Volumes/Data/vmq-recovery apply\n", 1, true), text)
    assert.truthy(asked.names:find(" power network in force/update in force/management ", 1, true))
    assert.are.same({ "any", "table" }, { asked.place, type(asked.facts) })
  end)

  it("says in macOS what to type there where only that is left", function()
    life.target = targets.macos { root = life.root }
    assert.are.equal("Everything that apply needs here is right.\nsudo /System/Volumes/Data/vmq-recovery apply", doctor(0, REST, true))
    assert.is_nil(asked.names:find(" collection ", 1, true))
  end)

  it("says that nothing is left", function()
    assert.are.equal("Nothing is left to do: apply is already applied.", doctor(0, DONE, true))
  end)

  it("says what is to be mended, or what it did not come to: 3", function()
    assert.are.equal("Fix what is bad or unknown above, then run doctor again.", doctor(3, LEFT, false))
    assert.are.equal("Not checked, since this comes first: data, owners.", doctor(3, LEFT, false, { "data", "owners" }))
    assert.are.same({ "precondition", 3 }, life:ended())
  end)

  it("asks for no step's verdict where that cannot be known, and then takes all to be left", function()
    local function never() error "not to be asked" end
    for _, changes in ipairs { { group = targets.NONE }, { policy = targets.NONE }, { group = { system = { device = "d" } } } } do
      changes.root = life.root
      life.target = targets.macos(changes)
      doctor(0, nil, true)
      assert.truthy(asked.names:find(" collection ", 1, true))
      lifecycle.survey = never
      assert.are.equal(0, life:command("doctor"))
    end
  end)
end)
