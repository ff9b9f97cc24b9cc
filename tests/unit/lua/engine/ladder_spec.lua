-- Climbing down a ladder of ways: order, place, credentials, and what is believed.

local ladder = require "engine.ladder"

local FAILED = { failed = true, tries = 1,
  meaning = { kind = "network", cause = "offline", cure = "join Wi-Fi", words = "Code=102" } }
local WRONG = { failed = true, tries = 1, meaning = { kind = "credentials", cause = "wrong", words = "sorry" } }
local FINE = { failed = false, tries = 1, meaning = { kind = "unknown" } }

-- A rung whose check says what `reads` says, one after the other (the last one stays).
local function rung(name, reads, more)
  local result = more or {}
  result[1], result.leaves = { argv = { "/" .. name } }, name
  local asked = 0
  function result.check()
    asked = math.min(asked + 1, #reads)
    if reads[asked] == "unknown" then return nil, name .. " seen" end
    return reads[asked], name .. " seen"
  end
  return result
end

-- A climber whose commands end as told by name; everything is noted.
local function climber(outcomes, environment)
  local self = { environment = environment or "paired-recovery", attempts = function() return 3 end, log = {} }
  local function note(...) self.log[#self.log + 1] = table.concat({ ... }, " ") end
  function self.act(command, about)
    local name = command.argv[1]:sub(2)
    note("act", name, about.rung, about.part .. "/" .. about.parts, about.before)
    local outcome = outcomes[name] or FINE
    if outcome.halt then error("the end", 0) end
    return outcome
  end
  function self.again(attempt, words) note("again", attempt, words) end
  function self.refused(r, number, why) note("refused", r.leaves, number, why.kind) end
  return self
end

describe("ladder.climb", function()
  it("takes the first rung that reads back", function()
    local c = climber {}
    local second = rung("b", { true })
    local climbed = ladder.climb({ rung("a", { false }), second, rung("c", { true }) }, c, "was")
    assert.are.same({ "won", second, 2, "b seen" }, { climbed.result, climbed.rung, climbed.number, climbed.seen })
    assert.are.same({ "act a 1 1/1 was", "refused a 1 unknown", "act b 2 1/1 was" }, c.log)
    assert.are.same({ { leaves = "a", kind = "unknown" } }, climbed.refused)
  end)

  it("believes the reading, not the exit status", function()
    assert.are.equal("won", ladder.climb({ rung("a", { true }) }, climber { a = FAILED }).result)
    assert.are.equal("none", ladder.climb({ rung("a", { false }) }, climber { a = FINE }).result)
  end)

  it("says why each higher rung was refused", function()
    local climbed = ladder.climb({ rung("a", { false }), rung("b", { true }) }, climber { a = FAILED })
    assert.are.same({ { leaves = "a", why = "offline", words = "Code=102", cure = "join Wi-Fi", kind = "network" } }, climbed.refused)
  end)

  it("takes a rung without a command for won where it reads so, and else cannot tell", function()
    local function empty(reads)
      local made = rung("a", { reads })
      made[1] = nil
      return made
    end
    local c = climber {}
    local climbed = ladder.climb({ empty(true) }, c, "was")
    assert.are.same({ "won", "a seen", {} }, { climbed.result, climbed.seen, c.log })
    climbed = ladder.climb({ empty(false), rung("b", { true }) }, c, "was")
    assert.are.same({ "unknown", "a seen", {} }, { climbed.result, climbed.seen, c.log })
    assert.are.equal("unknown", ladder.climb({ empty "unknown" }, c).result)
  end)

  it("stops where it cannot tell", function()
    local c = climber {}
    local climbed = ladder.climb({ rung("a", { "unknown" }), rung("b", { true }) }, c, "was")
    assert.are.same({ "unknown", "a seen", { "act a 1 1/1 was" } }, { climbed.result, climbed.seen, c.log })
  end)

  it("tries wrong credentials three times, no other failure twice", function()
    local c = climber { a = WRONG }
    assert.are.equal("none", ladder.climb({ rung("a", { false }) }, c, "was").result)
    assert.are.same({ "act a 1 1/1 was", "again 2 sorry", "act a 1 1/1 was", "again 3 sorry", "act a 1 1/1 was",
      "refused a 1 credentials" }, c.log)
    local other = climber { a = FAILED }
    ladder.climb({ rung("a", { false }) }, other, "was")
    assert.are.same({ "act a 1 1/1 was", "refused a 1 network" }, other.log)
  end)

  it("counts what the tool itself asked again", function()
    local twice = { failed = true, tries = 2, meaning = WRONG.meaning }
    local c = climber { a = twice }
    ladder.climb({ rung("a", { false }) }, c, "was")
    assert.are.same({ "act a 1 1/1 was", "again 3 sorry", "act a 1 1/1 was", "refused a 1 credentials" }, c.log)
  end)

  it("wins on a later try", function()
    local c = climber { a = WRONG }
    local climbed = ladder.climb({ rung("a", { false, true }) }, c)
    assert.are.same({ "won", 1, 3 }, { climbed.result, climbed.number, #c.log })
  end)

  it("does not ask again after an interruption", function()
    local interrupted = { failed = true, tries = 1, interrupted = true, meaning = WRONG.meaning }
    local c = climber { a = interrupted }
    assert.are.equal("none", ladder.climb({ rung("a", { false }) }, c).result)
    assert.are.equal(2, #c.log)
  end)

  it("starts all of a rung's commands, up to the first that fails", function()
    local function two(reads)
      local r = rung("a", reads)
      r[2] = { argv = { "/b" } }
      return r
    end
    local c = climber {}
    ladder.climb({ two { true } }, c, "was")
    assert.are.same({ "act a 1 1/2 was", "act b 1 2/2 was" }, c.log)
    local failing = climber { a = FAILED }
    ladder.climb({ two { false } }, failing, "was")
    assert.are.same({ "act a 1 1/2 was", "refused a 1 network" }, failing.log)
  end)

  it("passes over rungs that belong elsewhere, and says so", function()
    local here = rung("b", { true }, { where = "any" })
    local c = climber({}, "macos")
    local climbed = ladder.climb({ rung("a", { true }, { where = "recovery" }), here }, c)
    assert.are.same({ "won", here, { { leaves = "a", why = "this can only be done in recovery" } } },
      { climbed.result, climbed.rung, climbed.refused })
    assert.are.equal("elsewhere", ladder.climb({ rung("a", { true }, { where = "paired-recovery" }) },
      climber({}, "recovery")).result)
    assert.are.equal("none", ladder.climb({}, climber {}).result)
  end)

  it("goes no further when the run must end: what is thrown for that goes on up", function()
    local c = climber { a = { halt = true } }
    assert.are.same({ false, "the end" }, { pcall(ladder.climb, { rung("a", { true }), rung("b", { true }) }, c, "was") })
    assert.are.same({ "act a 1 1/1 was" }, c.log)
  end)

  it("goes no further in a dry run", function()
    local climbed = ladder.climb({ rung("a", { false }) }, climber { a = { dry_run = true, tries = 1 } })
    assert.are.same({ "won", true }, { climbed.result, climbed.dry_run })
  end)
end)
