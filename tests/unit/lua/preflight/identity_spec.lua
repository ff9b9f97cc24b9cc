-- Is it the right system, and is what would be replaced ours? What is somebody else's needs a name and a typed word, never --yes.

local answers = require "tests.unit.lua.support.answers"
local preflight = require "preflight.run"
local read_only = require "tests.unit.lua.support.read_only"
local targets = require "tests.unit.lua.support.target"

local function row_of(check, target, options, installed)
  answers.use {}
  local journal = { installed = function() return installed or false end }
  local asked = { options = options or {}, uid = 0, where = "any", journal = journal }
  local _, rows, found = preflight.run({ check }, read_only(target), asked, nil, function() end)
  return rows[1], found
end

local function verdicts(group, options)
  local target, list = targets.recovery { group = group }, {}
  for index, check in ipairs { "volume", "macos/volume", "named/volume" } do
    list[index] = row_of(check, target, options).verdict
  end
  return list
end

describe("the volume", function()
  it("holds a macOS where version and kernels are there, or cannot be looked at", function()
    assert.are.same({ "ok", "ok", "ok" }, verdicts { has_version = true, has_kernels = true })
    assert.are.same({ "ok", "ok", "ok" }, verdicts {})
  end)

  it("holds none without a version: only the way back may be asked for by name", function()
    assert.are.same({ "ok", "bad", "bad" }, verdicts { has_version = false })
    assert.are.same({ "ok", "bad", "ok" }, verdicts({ has_version = false }, { volume = "Macintosh HD" }))
    local row = row_of("macos/volume", targets.recovery { group = { has_version = false } })
    assert.truthy(row.detail:find("holds no macOS: there is no SystemVersion.plist on it", 1, true), row.detail)
  end)

  it("has to be known before a kernel of its own is started there, and not for the way back", function()
    local group = { has_kernels = true, version_unknown = "cannot open /r/S.plist: it is no plain file" }
    assert.are.same({ "ok", "unknown", "ok" }, verdicts(group))
    assert.are.same({ "ok", "unknown", "ok" }, verdicts(group, { volume = "Macintosh HD" }))
    local row = row_of("named/volume", targets.recovery { group = group })
    assert.truthy(row.remark and row.detail:find("S.plist: it is no plain file", 1, true), row.detail)
  end)

  it("without kernels has to be named", function()
    assert.are.same({ "ok", "bad", "bad" }, verdicts { has_version = true, has_kernels = false })
    assert.are.same({ "ok", "ok", "ok" }, verdicts({ has_version = true, has_kernels = false }, { volume = "Macintosh HD" }))
  end)

  it("says why a mount point cannot be used", function()
    local target = targets.recovery { group = { system = { device = "disk3s1", mount_problem = "no path: a?b" } } }
    local row = row_of("macos/volume", target)
    assert.are.equal("bad", row.verdict)
    assert.truthy(row.detail:find("Macintosh HD: the System volume is not mounted; no path: a?b", 1, true), row.detail)
  end)

  it("names other systems of the same name", function()
    local target = targets.recovery()
    target.groups = { target.group, { group = "TWIN", name = "Macintosh HD" }, { group = "OTHER", name = "Second" } }
    local row = row_of("volume", target)
    assert.truthy(row.detail:find("(TWIN)", 1, true), row.detail)
    assert.falsy(row.detail:find("OTHER", 1, true))
  end)
end)

describe("this program's own file", function()
  local disk = require "tests.unit.lua.support.disk"
  local PROGRAM = "/Volumes/Data/vmq-recovery"
  after_each(disk.restore)

  -- The row where folders and file are made as `about` says, and what was found.
  local function program(about, options, target)
    disk.use({ [PROGRAM] = "x" }, about)
    return row_of("program", target or targets.recovery { root = "" }, options)
  end

  it("is named where only root can write it", function()
    local row, found = program({}, { yes = true })
    assert.are.same({ "ok", PROGRAM, nil }, { row.verdict, row.detail, found.untrusted_program })
    row = program({ ["/Volumes/Data"] = { mode = tonumber("775", 8), gid = 80 } })
    assert.are.same({ "ok", PROGRAM .. "; every administrator can write in /Volumes/Data" }, { row.verdict, row.detail })
  end)

  it("is asked about in recovery where somebody else could have written it, and refused with --yes", function()
    for _, place in ipairs { "/Volumes/Data", PROGRAM } do
      local row, found = program { [place] = { uid = 501 } }
      local sentence = ("others than root could have written this program, %s: %s belongs to user 501"):format(PROGRAM, place)
      assert.are.same({ "unknown", sentence, sentence }, { row.verdict, row.detail, found.untrusted_program })
      row, found = program({ [place] = { uid = 501 } }, { yes = true })
      assert.are.same({ "bad", sentence, nil }, { row.verdict, row.detail, found.untrusted_program })
    end
  end)

  it("is only named in macOS, and below another root", function()
    for _, target in ipairs { targets.macos { program = "/Users/ada/vmq-recovery" }, targets.recovery { root = "/r", program = "/r/x" } } do
      local row = program({ [PROGRAM] = { uid = 501 } }, { yes = true }, target)
      assert.are.same({ "ok", target.program }, { row.verdict, row.detail })
    end
  end)
end)

describe("the kernel that would be replaced", function()
  local function with_kernel(coih) return targets.recovery { policy = { coih = coih } } end
  local COIH = ("ab"):rep(48)

  it("is nothing to ask about where it is the stock one, or ours", function()
    assert.are.equal("ok", row_of("replaced/policy", targets.recovery()).verdict)
    local row, found = row_of("replaced/policy", with_kernel(COIH), { yes = true }, true)
    assert.are.same({ "ok", nil }, { row.verdict, found.foreign_object })
  end)

  it("is compared with our collection on this group's Preboot", function()
    local boot_object, given = require "mac.boot_object", nil
    local real = boot_object.holds_ours
    finally(function() boot_object.holds_ours = real end)
    function boot_object.holds_ours(c)
      given = c
      return true
    end
    assert.are.equal("ok", row_of("replaced/policy", with_kernel(COIH), { yes = true }).verdict)
    assert.are.same({ "", "/Volumes/Preboot", targets.GROUP }, { given.root, given.preboot, given.group })
    row_of("replaced/policy", targets.recovery { policy = { coih = COIH }, group = { preboot = targets.NONE } })
    assert.is_nil(given.preboot)
  end)

  it("is named where it is not ours, and wants --volume and a person", function()
    for _, options in ipairs { {}, { volume = "Macintosh HD", yes = true }, { yes = true } } do
      local row, found = row_of("replaced/policy", with_kernel(COIH), options)
      assert.are.same({ "bad", nil }, { row.verdict, found.foreign_object })
      assert.truthy(row.detail:find(COIH:sub(1, 16), 1, true), row.detail)
    end
    local row, found = row_of("replaced/policy", with_kernel(COIH), { volume = "Macintosh HD" })
    assert.are.equal("ok", row.verdict)
    assert.truthy(found.foreign_object:find("cannot be put back", 1, true))
  end)

  it("is not known where the policy is not", function()
    assert.are.equal("unknown", row_of("replaced/policy", targets.recovery { policy = targets.NONE }).verdict)
  end)
end)

