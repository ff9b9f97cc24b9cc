-- What can be rehearsed, what is refused before anything is played, and the chapters of a whole life in their order.

local life = require "command.rehearse_life"
local rehearse = require "command.rehearse"
local screen = require "tests.unit.lua.support.screen"

local shown
before_each(function() shown = screen.use(80) end)
after_each(function() screen.restore() end)

describe("rehearse --list", function()
  it("lists Macs, circumstances and faults, each with a word on it", function()
    assert.are.equal(0, rehearse.run({}, { list = true }))
    for _, title in ipairs { "Macs (--mac)", "Circumstances (--with)",
      "Faults (--fault TOOL:HOW, or TOOL:HOW:N for the Nth change alone)" } do
      assert.truthy(shown.out():find(title .. "\n  ", 1, true), title)
    end
    for _, names in ipairs { require("sim.catalogue").names(), require("sim.circumstance").names() } do
      for _, name in ipairs(names) do assert.truthy(shown.out():find("\n  " .. name .. " ", 1, true), name) end
    end
    for _, line in ipairs(shown.lines()) do assert.is_true(#line <= 80, line) end
  end)
end)

describe("rehearse", function()
  local function denied(words, args, options)
    assert.are.equal(2, rehearse.run(args, options))
    assert.truthy(shown.err():find(words, 1, true), shown.err())
  end

  it("knows no other Mac, circumstance or fault", function()
    local LISTED = "; `vmq-recovery rehearse --list` lists what there is\n"
    denied('no simulated Mac called "m"' .. LISTED, {}, { mac = "m" })
    denied('no simulated Mac called "m2-14"; the nearest is m2-15\n', {}, { mac = "m2-14" })
    denied('no circumstance called "x"' .. LISTED, {}, { ["with"] = { "x" } })
    denied('no circumstance called "ofline"; the nearest is offline\n', {}, { ["with"] = { "ofline" } })
    denied('no fault called "sings"' .. LISTED, { "apply" }, { fault = { "csrutil:sings" } })
    denied('no fault called "fail-befor"; the nearest is fail-before\n', { "revert" }, { fault = { "csrutil:fail-befor" } })
    denied('no faults are known for "csrutl"; the nearest is csrutil\n', { "apply" }, { fault = { "csrutl:lie" } })
    assert.are.equal("", shown.out())
  end)

  it("knows nothing else to rehearse, and says what is nearest, but never revert", function()
    local OTHERWISE = "; a file of your own is named with its folder or with .lua at the end\n"
    denied("no plan is called lief; the nearest is life\n", { "lief" }, {})
    denied("no plan is called docter; the nearest is doctor\n", { "docter" }, {})
    denied("no plan is called dtrce; the nearest is dtrace\n", { "dtrce" }, {})
    for _, name in ipairs { "revrt", "nothin", "rain" } do denied("no plan is called " .. name .. OTHERWISE, { name }, {}) end
    assert.are.equal("", shown.out())
  end)

  it("begins with a Mac that suits what is rehearsed", function()
    local real, made = package.loaded["sim.mac"], nil
    package.loaded["sim.mac"] = { new = function(...)
      made = { ... }
      return nil, "none"
    end }
    local function begins(args, options)
      assert.are.equal(2, rehearse.run(args, options))
      return made
    end
    local default, faults = require("sim.catalogue").default, { "csrutil:fail" }
    assert.are.same({ default, {}, {} }, begins({}, {}))
    assert.are.same({ "m9", { "macos" }, faults }, begins({ "apply" }, { mac = "m9", ["with"] = { "macos" }, fault = faults }))
    for _, way in ipairs { "revert", "rollback" } do assert.are.same({ default, {}, {} }, begins({ way }, { fault = faults })) end
    assert.are.same({ default, { "macos", "no-collection", "old" }, {} }, begins({ "life" }, { ["with"] = { "old" } }))
    assert.are.same({ "macos", "no-collection" }, life.circumstances(false))
    package.loaded["sim.mac"] = real
  end)
end)

describe("a whole life", function()
  -- Plays it; a command may end otherwise. @return the exit code, what happened
  local function play(codes, raised)
    local happened = {}
    local function add(...) happened[#happened + 1] = table.concat({ ... }, " ") end
    return life.run { raised = raised, announce = function() end, run = function(command, args)
      add(command, table.unpack(args))
      return codes and codes[command] or 0
    end, restart = function(into) add("restart", into) end, stage_update = function() add "update" end }, happened
  end

  it("is kit, build, stage, doctor, recovery, apply, verify, an update, revert, macOS, and nothing left", function()
    assert.are.same({ 0, { "kdk fetch", "kdk install", "build", "stage", "doctor", "restart paired-recovery", "apply", "verify", "update",
      "status", "revert", "restart macos", "unstage --kits", "status" } }, { play() })
    assert.are.same({ "macos", "no-collection" }, life.circumstances(false))
  end)

  it("begins with verify on a Mac that is raised already", function()
    assert.are.same({ 0, { "verify", "update", "status", "revert", "restart macos", "unstage --kits", "status" } }, { play(nil, true) })
    assert.are.same({ 5, { "verify" } }, { play({ verify = 5 }, true) })
    assert.are.same({ "macos" }, life.circumstances(true))
  end)

  it("ends with the first command that does not end well", function()
    assert.are.same({ 3, { "kdk fetch", "kdk install", "build" } }, { play { build = 3 } })
    assert.are.equal(8, (play { apply = 8 }))
  end)
end)
