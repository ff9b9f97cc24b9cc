-- The staging places: which collection is meant, what a staged file has to be, and what copies lie elsewhere.

local disk = require "tests.unit.lua.support.disk"
local fileset = require "tests.unit.lua.support.fileset"
local manifest = require "kernel.manifest"
local staging = require "kernel.staging"

after_each(disk.restore)

describe("staging.collection", function()
  local function target(mount) return { root = "/r", booted = "recovery", group = { data = { mount = mount } } } end

  it("lies on the Data volume, with its manifest", function()
    local folder = "/Volumes/Data/Users/Shared/vmq-recovery"
    assert.are.same({ folder .. "/VirtualMachine.kc", "/r" .. folder .. "/VirtualMachine.kc", "/r" .. folder .. "/manifest.json" },
      { staging.collection(target "/Volumes/Data") })
  end)

  it("is the file that is named, which has no manifest", function()
    assert.are.same({ "/a/kc", "/r/a/kc" }, { staging.collection(target "/Volumes/Data", "/a/kc", "/b/kc") })
    assert.are.same({ "/b/kc", "/r/b/kc" }, { staging.collection(target(nil), nil, "/b/kc") })
  end)

  it("is not known while Data is not mounted", function()
    assert.is_nil((staging.collection(target(nil))))
  end)
end)

describe("staging.sum", function()
  local files = require "lib_file"
  local folder
  before_each(function() folder = assert(files.make_scratch()) end)
  after_each(function() files.remove_tree(folder) end)

  it("is of a plain file that is not larger than any collection", function()
    assert(files.write_atomic(folder .. "/kc", "x", 420))
    assert.are.equal(files.sha256_text "x", staging.sum(folder .. "/kc"))
    local collection = require "kernel.collection"
    local largest = collection.LARGEST
    finally(function() collection.LARGEST = largest end)
    collection.LARGEST = 1
    assert.is_string(staging.sum(folder .. "/kc"))
    collection.LARGEST = 0
    assert.is_nil(staging.sum(folder .. "/kc"))
  end)

  it("is none of what cannot be read whole", function()
    assert.is_nil(staging.sum(folder .. "/none"))
    assert.is_nil(staging.sum(folder))
    assert.is_nil(staging.sum "/dev/zero")
  end)
end)

describe("staging.holds", function()
  local SUM = require("lib_file").sha256_text "x"

  local function holds(about, sum)
    disk.use({ ["/r/d/f"] = "x" }, { ["/r/d/f"] = about })
    return staging.holds({ root = "/r", uid = 0 }, "/d/f", sum or SUM)
  end

  it("wants the sum, the owner, a plain file and no right to write for others", function()
    assert.are.same({ true, { sha256 = SUM, safe = true } }, { holds {} })
    assert.are.same({ false, { sha256 = SUM, safe = true } }, { holds({}, "other") })
    assert.is_true((holds { mode = 493 }))
    for _, about in ipairs { { uid = 501 }, { mode = 420 | 2 }, { mode = 420 | 16 }, { link = { type = "link" } } } do
      assert.are.same({ false, { sha256 = SUM, safe = false } }, { holds(about) })
    end
    assert.are.same({ false, { sha256 = "none", safe = false } }, { staging.holds({ root = "/r", uid = 0 }, "/none", SUM) })
  end)
end)

describe("staging.describe", function()
  it("tells the file, and whether others can change it", function()
    assert.are.same({ "none", "a file with the SHA-256 ab", "a file with the SHA-256 ab, which is not root's alone" },
      { staging.describe { sha256 = "none", safe = false }, staging.describe { sha256 = "ab", safe = true },
        staging.describe { sha256 = "ab", safe = false } })
  end)
end)

describe("staging.holds_manifest", function()
  local function text(build, created)
    return manifest.text { build = build, created = created, collection = { sha256 = "aa", size = 1 } }
  end

  local function says(there, about)
    disk.use({ ["/r/m"] = there }, { ["/r/m"] = about })
    return staging.holds_manifest({ root = "/r", uid = 0 }, "/m", text("23A344", "now"))
  end

  it("is the same but for the time, in a file that is safe", function()
    assert.are.same({ true, { manifest = "aa", safe = true } }, { says(text("23A344", "before")) })
    assert.are.same({ false, { manifest = "aa", safe = true } }, { says(text("23B74", "now")) })
    assert.are.same({ false, { manifest = "aa", safe = false } }, { says(text("23A344", "now"), { uid = 501 }) })
    assert.are.same({ false, { manifest = "none", safe = true } }, { says "{}" })
    assert.are.same({ false, { manifest = "none", safe = false } }, { says(nil) })
  end)
end)

describe("staging.still_there", function()
  local files = require "lib_file"

  it("are the listed files that hold what they held, in order, and no link", function()
    disk.use({ ["/r/a"] = "x", ["/r/b c"] = "y", ["/r/changed"] = "z", ["/r/link"] = "x" }, { ["/r/link"] = { link = { type = "link" } } })
    local list = ""
    for _, one in ipairs { { "/a", "x" }, { "/gone", "x" }, { "/b c", "y" }, { "/changed", "x" }, { "/link", "x" } } do
      list = list .. staging.line(one[1], files.sha256_text(one[2]))
    end
    assert.are.same({ "/a", "/b c" }, staging.still_there { root = "/r", files = list })
    assert.are.same({}, staging.still_there { root = "/r", files = "" })
  end)
end)

describe("staging.candidates", function()
  it("are collections with the first description's names, one folder down", function()
    local kc = fileset.make()
    disk.use { ["/u/ada/VirtualMachine.kc"] = kc, ["/u/bob/VirtualMachine.kc.development"] = kc, ["/u/bob/Other.kc"] = kc,
      ["/u/carl/VirtualMachine.kc"] = "no collection", ["/u/dora/Desktop/VirtualMachine.kc"] = kc, ["/u/VirtualMachine.kc"] = kc }
    assert.are.same({ "ada/VirtualMachine.kc", "bob/VirtualMachine.kc.development" }, staging.candidates "/u")
    assert.are.same({}, staging.candidates "/none")
  end)

  it("are never more than 32", function()
    local contents = {}
    for number = 1, 40 do contents[("/u/%02d/VirtualMachine.kc"):format(number)] = fileset.make() end
    disk.use(contents)
    local found = staging.candidates "/u"
    assert.are.same({ 32, "32/VirtualMachine.kc" }, { #found, found[32] })
  end)
end)
