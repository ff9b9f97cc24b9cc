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
      assert.are.same({ nil, "/m: not a checksum file of this program", "bad" }, { read(text) }, text)
    end
    assert.are.same({ nil, "/m: not a checksum file of this program", "bad" }, { read(("["):rep(300000)) })
  end)

  it("is of this format or an older one", function()
    local function of(format) return read(json.encode { format = format, collection = { sha256 = "aa", size = 1 } }) end
    assert.are.equal(1, of(1).format)
    assert.are.equal(0, of(0).format)
    assert.are.same({ nil, "/m: format 2 is of a newer program", "bad" }, { of(2) })
    for _, format in ipairs { "1", 1.5, true } do
      assert.are.same({ nil, "/m: not a checksum file of this program", "bad" }, { of(format) })
    end
  end)

  it("has texts where texts belong", function()
    for _, field in ipairs { "version", "created", "macos", "build", "chip" } do
      local collection = { sha256 = "aa", size = 1 }
      assert.are.equal("x", read(json.encode { collection = collection, [field] = "x" })[field])
      assert.are.equal("bad", select(3, read(json.encode { collection = collection, [field] = 1 })), field)
    end
  end)

  it("names the program with size and checksum, or not at all", function()
    local function with(program) return read('{"collection":{"sha256":"aa","size":1},"program":' .. program .. "}") end
    assert.are.equal("bb", with('{"sha256":"bb","size":2}').program.sha256)
    for _, program in ipairs { "{}", "1", '{"sha256":"bb"}', '{"size":2}', '{"sha256":"bb","size":2.5}', "false" } do
      assert.are.equal("bad", select(3, with(program)), program)
    end
  end)
end)

describe("manifest.text", function()
  local ABOUT = { version = "1.0.0", created = "2026-01-01T00:00:00Z", macos = "14.0", build = "23A344", chip = "t6020",
    collection = { name = "VirtualMachine.kc", size = 100, sha256 = "aa", kernel = "banner", kernel_uuid = "AB" },
    program = { name = "vmq-recovery", size = 7, sha256 = "bb" } }

  it("is one line, in this order, that is read back", function()
    local text = manifest.text(ABOUT)
    assert.are.equal('{"format":1,"tool":"vmq-recovery","version":"1.0.0","created":"2026-01-01T00:00:00Z","macos":"14.0","build":"23A344",'
      .. '"chip":"t6020","collection":{"name":"VirtualMachine.kc","size":100,"sha256":"aa","kernel":"banner","kernel_uuid":"AB"},'
      .. '"program":{"name":"vmq-recovery","size":7,"sha256":"bb"}}\n', text)
    assert.is_true(manifest.same(ABOUT, manifest.read("/m", fileset.files { ["/m"] = text })))
  end)
end)

describe("manifest.same", function()
  local function made(change, more)
    local about = { build = "b", chip = "c", version = "v", collection = { sha256 = "aa", size = 1 },
      program = { sha256 = "bb", size = 2 } }
    for key, value in pairs(change or {}) do about[key] = value end
    for key, value in pairs(more or {}) do about.collection[key] = value end
    return about
  end

  it("looks at what was staged, not at when", function()
    assert.is_true(manifest.same(made(), made { created = "later", macos = "14.0" }))
    for _, other in ipairs { made { build = "x" }, made { chip = "x" }, made { version = "x" }, made({}, { sha256 = "x" }),
      made({}, { size = 9 }), made { program = { sha256 = "x", size = 2 } } } do
      assert.is_false(manifest.same(made(), other))
    end
    local without = made()
    without.program = nil
    assert.is_false(manifest.same(made(), without))
    assert.is_true(manifest.same(without, without))
  end)
end)
