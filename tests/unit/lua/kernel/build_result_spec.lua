-- What `build` made: one whole collection of the kit's own kernel, and a record that vouches for it.

local build_result = require "kernel.build_result"
local disk = require "tests.unit.lua.support.disk"
local fileset = require "tests.unit.lua.support.fileset"
local json = require "dkjson"

local c = { root = "/r", kernel_banner = fileset.BANNER, inputs = "abc", work = "/w/kc", output = "/o/kc", record = "/o/record" }
local KC = fileset.make()
local SUM = require("lib_file").sha256_text(KC)
local RELEASE = fileset.make { banner = "Darwin Kernel Version 23.0.0: Fri; root:xnu-10002.1.13~1/RELEASE_ARM64_T6020" }
local OTHER = fileset.make { banner = "Darwin Kernel Version 23.1.0: Fri; root:xnu_development-10002.2.1~1/DEVELOPMENT_ARM64_T6020" }

after_each(disk.restore)

describe("build_result.made", function()
  local function made(contents)
    disk.use(contents)
    return build_result.made(c)
  end

  it("is the one collection under either name", function()
    for _, name in ipairs { "/w/kc", "/w/kc.development" } do
      local found, why = made { ["/r" .. name] = KC }
      assert.are.same({ name, SUM }, { found.path, found.sha256 })
      assert.is_nil(why)
      assert.is_false(build_result.cleared(c))
    end
  end)

  it("is none in an empty folder, and half otherwise", function()
    assert.are.same({ nil, "none" }, { made {} })
    assert.is_true(build_result.cleared(c))
    for what, contents in pairs { both = { ["/r/w/kc"] = KC, ["/r/w/kc.development"] = KC }, cut = { ["/r/w/kc"] = KC:sub(1, 900) },
      empty = { ["/r/w/kc"] = "" }, release = { ["/r/w/kc"] = RELEASE }, ["of another kernel"] = { ["/r/w/kc"] = OTHER } } do
      assert.are.same({ nil, "half" }, { made(contents) }, what)
      assert.is_false(build_result.cleared(c))
    end
  end)

  it("is no release kernel's, though its banner be the kit's", function()
    disk.use { ["/r/w/kc"] = RELEASE }
    local told = { root = "/r", work = "/w/kc", kernel_banner = RELEASE:match("Darwin Kernel[^%z]+") }
    assert.are.same({ nil, "half" }, { build_result.made(told) })
  end)
end)

describe("the record", function()
  local function vouched(record, output)
    disk.use { ["/r/o/record"] = record, ["/r/o/kc"] = output }
    return build_result.vouched(c)
  end

  it("vouches for the collection it is about", function()
    local record = build_result.record_text(c, { sha256 = SUM })
    assert.are.equal('{"inputs":"abc","sha256":"' .. SUM .. '"}', record)
    assert.is_true(vouched(record, KC))
    assert.are.equal(SUM, build_result.recorded(c))
    assert.are.equal("/o/kc", build_result.placed(c).path)
  end)

  it("does not for another one, for other inputs, or for none", function()
    local record = build_result.record_text(c, { sha256 = SUM })
    assert.is_false(vouched(record, fileset.make { size = 5000 }))
    assert.is_false(vouched(record, OTHER))
    assert.is_false(vouched(record, nil))
    assert.is_false(vouched(nil, KC))
    assert.is_false(vouched(json.encode { inputs = "abd", sha256 = SUM }, KC))
    assert.is_false(vouched(json.encode { inputs = "abc", sha256 = 1 }, KC))
    for _, text in ipairs { "", "[]", "1", "{", "null" } do
      assert.is_false(vouched(text, KC), text)
      assert.is_nil(build_result.recorded(c), text)
    end
  end)

  it("has words in the sum's place while nothing is made", function()
    assert.are.equal('{"inputs":"abc","sha256":"(of the new collection)"}', build_result.record_text(c))
  end)
end)
