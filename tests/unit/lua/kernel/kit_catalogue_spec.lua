-- The public list of kits: what is taken from it, what is not, and that no list makes it throw.

local catalogue = require "kernel.kit_catalogue"
local json = require "dkjson"
local kits = require "kernel.kit"
local random = require "tests.unit.lua.support.random"

local function entry(change)
  local made = { build = "23A344", version = "14.0", url = "https://example.org/a/Kernel_Debug_Kit_14.0_build_23A344.dmg",
    fileSize = 100, sha256sum = ("aB"):rep(32), seen = "x", name = "y" }
  for key, value in pairs(change or {}) do made[key] = value end
  return made
end

describe("kit_catalogue.parse", function()
  it("takes sound entries in their order", function()
    local list = catalogue.parse(json.encode { entry(), entry { build = "23B74", version = "14.1" } })
    assert.are.same({ "23A344", "23B74" }, { list[1].build, list[2].build })
    assert.are.same({ list[1], list[2] }, { catalogue.exact(list, "23A344"), catalogue.exact(list, "23B74") })
    assert.are.equal(1, catalogue.parse(json.encode { entry { fileSize = 1 } })[1].fileSize)
  end)

  it("passes over what could not be downloaded safely", function()
    for _, change in ipairs { { url = "http://example.org/a.dmg" }, { url = "https://example.org/a b.dmg" }, { url = "file:///x" },
      { fileSize = 0 }, { fileSize = "1" }, { fileSize = 1.5 }, { sha256sum = "ab" }, { sha256sum = ("g"):rep(64) },
      { build = "../x" }, { version = "14/../.." }, { build = 1 } } do
      assert.are.equal("the list of kits names no kit", select(2, catalogue.parse(json.encode { entry(change) })))
    end
  end)

  it("never throws, and never hands out an unsound entry", function()
    local r, original = random.new(5), json.encode { entry(), entry { build = "23B74" } }
    for _ = 1, 2000 do
      local fine, list, message = pcall(catalogue.parse, r.mutated(original))
      assert.is_true(fine, tostring(list))
      assert.is_true(list ~= nil or type(message) == "string")
      for _, one in ipairs(list or {}) do
        assert.truthy(one.url:find("^https://") and one.build:find("^%w+$") and #one.sha256sum == 64)
      end
    end
  end)
end)

describe("what is near", function()
  it("is the same major version and the same minor or one less, never newer", function()
    for version, near in pairs { ["14.0"] = true, ["14.1"] = true, ["14.1.2"] = true, ["14.2"] = false, ["13.6"] = false,
      ["15.0"] = false, ["x"] = false } do
      assert.are.equal(near, kits.is_near(version, "14.1"), version)
    end
  end)

  it("is the first such entry", function()
    local list = catalogue.parse(json.encode { entry { version = "14.2", build = "C" }, entry { version = "14.1", build = "B" },
      entry { version = "14.0", build = "A" } })
    assert.are.equal("B", catalogue.near(list, "14.1").build)
    assert.is_nil(catalogue.near(list, "13.0"))
    assert.is_nil(catalogue.exact(list, "D"))
  end)
end)

describe("an image's name", function()
  it("tells the build, also where upstream spelt it otherwise", function()
    assert.are.equal("23A344", catalogue.build_of "Kernel_Debug_Kit_14.0_build_23A344.dmg")
    assert.are.equal("22A380", catalogue.build_of "Kernal_Debug_Kit_13.0_22A380.dmg")
    assert.is_nil(catalogue.build_of "kit.dmg")
    assert.are.equal("Kernel_Debug_Kit_14.0_build_23A344.dmg", catalogue.file_name(entry()))
  end)
end)
