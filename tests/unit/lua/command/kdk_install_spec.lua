-- The record of `kdk install`: which image, of which build, and what is said before and after.

local cases = require "tests.unit.lua.support.case"
local files = require "lib_file"
local kdk_install = require "command.kdk_install"
local read_only = require "tests.unit.lua.support.read_only"
local targets = require "tests.unit.lua.support.target"
local write = require "tests.unit.lua.support.put"

local operation = kdk_install.operation()

local KITS = "/private/var/db/vmq-recovery/kits"

local root
before_each(function() root = assert(files.make_scratch()) end)
after_each(function() files.remove_tree(root) end)

local function put(...)
  for _, name in ipairs { ... } do write(root .. KITS .. "/" .. name, "") end
end

local function look_up(given, changes)
  return kdk_install.operation(given).look_up(read_only(targets.macos { root = root, group = changes }))
end

describe("the record of `kdk install`", function()
  it("only prepares, in macOS", function()
    assert.are.same({ "kdk-install", "kdk", "kdk install", "kdk-install", "macos", nil, "kdk-install" }, { operation.name,
      operation.command, operation.again, operation.own_journal, operation.place, operation.question, operation.load().name })
    assert.are.same({ "root", "platform", "volume", "environment", "image", "room", "journal" }, operation.preflight)
  end)
end)

describe("which image is installed", function()
  it("is the one that was named, as the Mac names it, with room for the kit", function()
    for _, given in ipairs { "/Users/x/k.dmg", root .. "/Users/x/k.dmg" } do
      assert.are.same({ image = "/Users/x/k.dmg", room = { place = "/Library/Developer/KDKs", bytes = 6 << 30 } }, look_up(given))
    end
  end)

  it("is the downloaded one of this macOS's build", function()
    put("Kernel_Debug_Kit_14.0_build_23A344.dmg", "Kernel_Debug_Kit_15.6_build_24G84.dmg", "Kernel_Debug_Kit_15.6_build_24G84.dmg.part")
    assert.are.equal(KITS .. "/Kernel_Debug_Kit_15.6_build_24G84.dmg", look_up().image)
  end)

  it("is none where none is there, or none is of this build", function()
    assert.are.same({ nil, "no image has been downloaded to " .. KITS }, { look_up().image, look_up().image_problem })
    put("a_23A344.dmg", "b.dmg", "notes.txt")
    local found = look_up()
    assert.is_nil(found.image)
    assert.are.equal(("none of the images in %s is of this macOS's build: a_23A344.dmg, b.dmg"):format(KITS),
      found.image_problem)
    assert.is_nil(look_up(nil, { build = "24G85" }).image)
  end)
end)

describe("what is installed", function()
  it("is the image, mounted in the program's own folder", function()
    assert.are.same({ image = "/k.dmg", build = "24G84", folder = "/private/var/db/vmq-recovery/image", kits = "/Library/Developer/KDKs" },
      operation.params(read_only(targets.macos()), read_only { image = "/k.dmg", image_build = "24G84" }))
  end)

  it("is told before and after", function()
    local case = cases.new { operation = operation, target = targets.macos(), findings = { image = "/k.dmg", image_build = "24G84" } }
    assert.are.equal("Kit\n  build 24G84, from /k.dmg\nSteps", cases.notes(operation.overview(case, {})))
    assert.are.equal("Done: the kit of build 24G84 is installed, and all its files are there.\nNext:\n"
      .. "  sudo /System/Volumes/Data/vmq-recovery build", cases.text(operation.words.done(case)))
    assert.are.equal("Safe to run again: it continues.", operation.words.stopped())
  end)
end)
