-- Preconditions that lie in the Mac: room and state of the journal's place, of Preboot, and what each list shows.

local answers = require "tests.unit.lua.support.answers"
local files = require "lib_file"
local preflight = require "preflight.run"
local read_only = require "tests.unit.lua.support.read_only"
local row_module = require "tests.unit.lua.support.row"
local targets = require "tests.unit.lua.support.target"

local real = package.loaded.lib_file or files
after_each(function() package.loaded.lib_file = real end)

-- Makes one check in front of a volume with this much room.
local function check(name, asked, changes, space, known)
  local made = { options = {}, where = "any", uid = 0, words = {} }
  for key, value in pairs(asked or {}) do made[key] = value end
  if space then
    package.loaded.lib_file = setmetatable({ space = function(path)
      space.path = path
      return table.unpack(space, 1, 2)
    end }, { __index = real })
  end
  local _, rows = preflight.run({ name }, read_only(targets.recovery(changes)), read_only(made), read_only(known or {}))
  return rows[1]
end

local expect = row_module.expect

describe("the check of the journal", function()
  local HERE = { here = "/r/Volumes/Data/j", path = "/Volumes/Data/j" }

  local function journal(space, more)
    local made = { trouble = more }
    for key, value in pairs(HERE) do made[key] = value end
    return check("journal", { journal = made }, { root = "/r" }, space)
  end

  it("wants room for a run, on a volume that can be written", function()
    expect("ok", "kept in /Volumes/Data/j", journal { 2 << 20, false })
    expect("bad", "only 2.0 MiB are free at /Volumes/Data/j", journal { (2 << 20) - 1, false })
    expect("bad", "/Volumes/Data/j is on a read-only volume", journal { 1 << 40, true })
    expect("unknown", "/Volumes/Data/j: it is odd", journal { nil, "it is odd" })
  end)

  it("looks at the nearest folder that is there", function()
    local space = { 1 << 40, false }
    journal(space)
    assert.are.equal("/", space.path)
    local folder = assert(files.make_scratch())
    check("journal", { journal = { here = folder .. "/a/b", path = "/a/b" } }, { root = folder }, space)
    assert.are.equal(folder, space.path)
    files.remove_tree(folder)
  end)

  it("is bad where the latest run cannot be read, named as the Mac names it", function()
    local row = journal({ 1 << 40, false }, "/r/Volumes/Data/j/0001.journal:3: a bad checksum")
    expect("bad", "/Volumes/Data/j/0001.journal:3: a bad checksum", row)
    assert.is_nil(row.detail:find("/r/", 1, true))
    assert.truthy(row.cure:find("`revert` works without a journal", 1, true))
  end)

  it("takes a place in recovery's own memory for none, unless all of the Mac is below a root", function()
    local place = { here = "/private/j", path = "/private/j" }
    expect("bad", "/private/j is lost at restart", check("journal", { journal = place }, nil, { 1 << 40, false }))
    expect("ok", "kept in /private/j", check("journal", { journal = place }, { root = "/r" }, { 1 << 40, false }))
    expect("ok", "kept in /private/j", check("journal", { journal = place }, { booted = "macos" }, { 1 << 40, false }))
    place = { here = "/Volumes/S/j", path = "/Volumes/S/j" }
    expect("ok", "kept in /Volumes/S/j", check("journal", { journal = place }, nil, { 1 << 40, false }))
  end)

  it("says why there is no place at all", function()
    expect("bad", "no place for the journal survives a restart: because", check("journal", { journal = { why = "because" } }))
  end)
end)

describe("the check of the environment", function()
  it("is unknown where either the system or the kind of recovery cannot be told", function()
    for _, changes in ipairs { { booted = "unknown" }, { environment = "unknown" }, { environment = targets.NONE } } do
      expect("unknown", "paired with the target", check("environment", nil, changes))
    end
    local lost = { booted = "unknown", environment_words = targets.NONE }
    expect("unknown", "which system is running cannot be told", check("environment", nil, lost))
    lost.problems = { booted = "uname is odd" }
    expect("unknown", "uname is odd", check("environment", nil, lost))
  end)

  it("is right in the place that the step needs", function()
    expect("ok", "paired with the target", check "environment")
    expect("bad", "paired with the target, and the next step needs", check("environment", { where = "macos" }))
  end)
end)

describe("the check of Preboot", function()
  it("wants room for the collection that was found, or for any", function()
    local known = { collection = { size = 100 } }
    expect("ok", "/Volumes/Preboot is writable, 100 bytes free", check("preboot", nil, nil, { 100, false }, known))
    expect("bad", "/Volumes/Preboot has 99 bytes free, the kernel needs 100 bytes", check("preboot", nil, nil, { 99, false }, known))
    expect("bad", "the kernel needs 64.0 MiB", check("preboot", nil, nil, { (64 << 20) - 1, false }))
    expect("ok", "is writable", check("preboot", nil, nil, { 64 << 20, false }))
  end)

  it("goes by the file system where diskutil does not tell whether it can be written", function()
    local changes = { group = { preboot = { device = "disk3s2", mount = "/Volumes/Preboot" } } }
    expect("bad", "/Volumes/Preboot is mounted read-only", check("preboot", nil, changes, { 1 << 40, true }))
    expect("ok", "is writable", check("preboot", nil, changes, { 1 << 40, false }))
  end)
end)

describe("the check of the owners", function()
  it("shows who they are, with and without a full name", function()
    local changes = { group = { owners = { { short = "ada", full = "Ada L." }, { short = "eva" } } } }
    expect("ok", "owners by short name: ada (Ada L.), eva", check("owners", nil, changes))
    expect("ok", "eva", check("owners", { options = { user = "eva" } }, changes))
    expect("bad", "Eva is not an owner; owners are ada (Ada L.), eva", check("owners", { options = { user = "Eva" } }, changes))
    for _, more in ipairs { { options = { user = "Eva" } }, {} } do
      local row = check("owners", more, more.options and changes or { group = { owners = {} } })
      assert.truthy(row.cure:find("sudo diskutil apfs updatePreboot /", 1, true), row.cure)
    end
  end)

  it("cannot know without a group, or a list", function()
    expect("unknown", "no volume group was chosen", check("owners", nil, { group = targets.NONE }))
    expect("unknown", "Preboot is not mounted", check("owners", nil, { group = { owners = targets.NONE } }))
  end)
end)

describe("the check of the boot arguments", function()
  it("counts what they would be with the words that are added", function()
    answers.use { ["/usr/sbin/nvram -x boot-args"] = "boot-args\ta=1\n" }
    expect("ok", 'now "a=1"', check("boot-args", { words = { "a=2" } }))
    expect("ok", 'now "a=1"', check("boot-args", { words = {} }))
    expect("bad", "they would have", check("boot-args", { words = { "b=" .. ("x"):rep(2000) } }))
  end)
end)

describe("the check of root", function()
  it("is of the user that runs this", function()
    expect("ok", "running as root", check("root", { uid = 0 }))
    expect("bad", "running as user 501", check("root", { uid = 501 }))
  end)
end)
