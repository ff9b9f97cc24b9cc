-- What is made of the checks before a run: what they are asked with, what a person is told, and how the command ends.

local checks = require "run.checks"
local preflight = require "preflight.run"
local try = require "base.try"

local OK, REMARK = { verdict = "ok", check = "a" }, { verdict = "ok", check = "b", remark = true }
local BAD, UNKNOWN = { verdict = "bad", check = "c" }, { verdict = "unknown", check = "d" }
local NETWORK = { verdict = "bad", check = "network" } -- advice: it stops nothing

-- Makes checks that come out so. fields: of the invocation and the credentials. @return what came of it, what preflight.run was
-- given, and the events
local function make(rows, fields, asked)
  local real, given, events = preflight.run, nil, {}
  finally(function() preflight.run = real end)
  function preflight.run(names, target, request, known, report, begins)
    given = { names = names, target = target, asked = request, known = known, begins = begins }
    for _, row in ipairs(rows) do report(row) end
    return #rows == 0 or fields.fine or false, rows, { found = true }, fields.left or {}
  end
  local refusals = { is_spent = function() return fields.spent or false end, words = function() return "3 passwords were refused" end }
  local invocation = { options = fields.options or {}, uid = 0, dry_run = fields.dry_run,
    view = { is_brief = fields.is_brief, emit = function(event) events[#events + 1] = event end, meanwhile = "meanwhile" } }
  local credentials = { person = fields.person, refusals = refusals, who_answers = function() return "person" end }
  local came = table.pack(try.catch(checks.make, invocation, credentials, { "root", "volume" }, "target", asked or {}, "known"))
  return came, given, events
end

describe("checks.make", function()
  it("hands on what was found, and the rows", function()
    local came, given = make({ OK }, { fine = true })
    assert.are.same({ { found = true }, { OK }, n = 2 }, came)
    assert.are.same({ { "root", "volume" }, "target", "known", "meanwhile" }, { given.names, given.target, given.known, given.begins })
    assert.are.same({ options = {}, uid = 0, may_ask = true, answers = "person" }, given.asked)
  end)

  it("tells all rows; on a brief screen those that are to be read", function()
    local rows = { OK, REMARK, BAD, UNKNOWN }
    assert.are.same(rows, select(3, make(rows, { fine = true })))
    assert.are.same({ REMARK, BAD, UNKNOWN }, select(3, make(rows, { fine = true, is_brief = true })))
    assert.are.same(rows, select(3, make(rows, { fine = true, is_brief = true, dry_run = true })))
  end)

  it("checks the credentials, too, where something acts and --yes was given", function()
    local function names(options, acts) return select(2, make({}, { options = options }, { acts = acts })).names end
    assert.are.same({ "root", "volume", "credentials" }, names({ yes = true }, true))
    assert.are.same({ "root", "volume" }, names({ yes = true }, false))
    assert.are.same({ "root", "volume" }, names({}, true))
  end)

  it("says that no further password is tried, where nobody is there to decide", function()
    local function refused(fields) return select(2, make({}, fields)).asked.refused end
    assert.are.equal("3 passwords were refused", refused { spent = true })
    assert.is_nil(refused { spent = false })
    assert.is_nil(refused { spent = true, person = true })
    assert.is_nil(refused { spent = true, dry_run = true })
  end)

  it("ends the command where one is not right, and counts them", function()
    local function lines(rows, left)
      local came = make(rows, { left = left })
      assert.are.same({ "precondition", 3 }, { came[1].result, came[1].code })
      return came[1].lines
    end
    local form = "%s, so nothing was changed. Fix %s as described above, then run this command again."
    assert.are.same({ form:format("1 check failed", "it") }, lines { OK, BAD, NETWORK })
    assert.are.same({ form:format("2 checks failed", "them") }, lines { BAD, BAD })
    assert.are.same({ form:format("1 check could not be made", "it") }, lines { UNKNOWN, OK })
    assert.are.same({ form:format("2 checks could not be made", "them") }, lines { UNKNOWN, UNKNOWN })
    assert.are.same({ form:format("1 check failed and 1 check could not be made", "them"),
      "Not checked, since this comes first: volume, policy." }, lines({ BAD, UNKNOWN }, { "volume", "policy" }))
    local eight = { "a", "b", "c", "d", "e", "f", "g", "h" }
    assert.are.equal("Not checked, since this comes first: a, b, c, d, e, f, g, h.", lines({ BAD }, eight)[2])
    eight[9] = "i"
    assert.are.equal("The other 9 checks were not made, since this comes first.", lines({ BAD }, eight)[2])
  end)
end)

describe("checks.system", function()
  local function asks(target)
    local real, asked = checks.make, nil
    finally(function() checks.make = real end)
    function checks.make(_, _, names) asked = names end
    checks.system({}, {}, function(at, rows) return { at.name, #rows } end, target, {})
    return asked
  end

  it("makes the operation's checks where this is no Mac or its system is not known, and none else", function()
    assert.are.same({ "m", 0 }, asks { name = "m", problems = { kernel_kind = "unknown" }, group = {} })
    assert.are.same({ "m", 0 }, asks { name = "m", problems = {} })
    assert.is_nil(asks { name = "m", problems = {}, group = {} })
  end)
end)
