-- The manifest beside a staged collection: what is believed, what is not, and when two say the same.

local fileset = require "tests.unit.lua.support.fileset"
local json = require "dkjson"
local manifest = require "kernel.manifest"

describe("manifest.read", function()
  local function read(text) return manifest.read("/m", fileset.files { ["/m"] = text }) end

  it("hands out a sound manifest", function()
    local sound = { build = "23A344", collection = { sha256 = "aa", size = 100 } }
    assert.are.same(sound, read(json.encode(sound)))
  end)

  it("tells a missing one from one that cannot be believed", function()
    assert.are.same({ nil, "/m: No such file or directory", "ENOENT" }, { manifest.read("/m", fileset.files {}) })
    for _, text in ipairs { "", "{", "[]", "1", '"x"', "null", '{"collection":1}', '{"collection":{"sha256":"a"}}',
      '{"collection":{"size":1}}', '{"collection":{"sha256":1,"size":1}}', '{"collection":{"sha256":"a","size":"1"}}' } do
      assert.are.same({ nil, "/m: not a manifest of this program", "bad" }, { read(text) }, text)
    end
    assert.are.same({ nil, "/m: not a manifest of this program", "bad" }, { read(("["):rep(300000)) })
  end)
end)
