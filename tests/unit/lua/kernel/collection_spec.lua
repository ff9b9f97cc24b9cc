-- What a kernel collection is, whether it fits, and whether its manifest can be believed.

local fileset = require "tests.unit.lua.support.fileset"
local collection = require "kernel.collection"
local random = require "tests.unit.lua.support.random"

local function inspect(options) return collection.inspect("/k", fileset.files { ["/k"] = fileset.make(options) }) end

describe("collection.inspect", function()
  it("tells kind, chip, version, size and checksum", function()
    local found = assert(inspect())
    assert.are.same({ banner = fileset.BANNER, chip = "t6020", kind = "development", xnu = "10002.1.13~1" }, found.kernel)
    assert.are.same({ 4096, 2, ("ABCD"):rep(8) }, { found.size, found.kexts, found.uuid })
    assert.are.equal(require("lib_file").sha256_text(fileset.make()), found.sha256)
  end)

  it("passes over words in a kext that only look like a banner", function()
    local found = assert(inspect { banner = "Darwin Kernel Version %s: fake\0" .. fileset.BANNER })
    assert.are.equal(fileset.BANNER, found.kernel.banner)
  end)

  it("reads a banner of 512 bytes and no more", function()
    local tail = " root:xnu-1.2/RELEASE_ARM64_T6020"
    local banner = "Darwin Kernel Version " .. ("x"):rep(512 - 22 - #tail) .. tail
    assert.are.equal(banner, assert(inspect { banner = banner }).kernel.banner)
    assert.are.equal(banner, assert(inspect { banner = banner .. "1" }).kernel.banner)
  end)

  it("does not take a banner that lies before the kernel", function()
    local commands = { fileset.entry("com.apple.kernel", 3000) }
    assert.are.same({ nil, "/k: holds no kernel version banner" }, { inspect { commands = commands } })
  end)

  it("hands on why it has no checksum, and asks for none of a file that is none", function()
    local files = fileset.files { ["/k"] = fileset.make() }
    files.sha256 = function() return nil, "/k: Input/output error" end
    assert.are.same({ nil, "/k: Input/output error" }, { collection.inspect("/k", files) })
  end)

  it("knows the kernel's own UUID where its image has one, and the names of all extensions", function()
    local commands = { fileset.entry("com.apple.kernel", 1024), fileset.entry("com.apple.kext.one", 3000) }
    local found = assert(inspect { commands = commands })
    assert.are.same({ ["com.apple.kernel"] = true, ["com.apple.kext.one"] = true }, found.names)
    assert.are.same({ 1 }, { found.kexts, found.kernel.uuid })
    local image = fileset.make { filetype = 2, commands = { fileset.uuid() }, size = 1024 }
    local set = fileset.make { commands = { fileset.entry("com.apple.kernel", 4096) } } .. image
    assert.are.equal(("ABCD"):rep(8), collection.inspect("/k", fileset.files { ["/k"] = set .. fileset.BANNER }).kernel.uuid)
  end)

  it("names a collection that is wrapped, and takes nothing else for one", function()
    local set = fileset.make()
    for wrapper, head in pairs { IM4P = "\x30\x84\x01\x02\x03\x04\x16\x04IM4P", IMG4 = "\x30\x82\x10\x00\x16\x04IMG4" } do
      local _, message = collection.inspect("/k", fileset.files { ["/k"] = head .. set })
      assert.truthy(message:find("/k: wrapped as " .. wrapper .. "; give the collection itself", 1, true), message)
    end
    local longest = "\x30" .. ("x"):rep(9) .. "\x16\x04IM4P"
    for bytes, wrapper in pairs { [longest] = "IM4P", ["\x30" .. ("x"):rep(10) .. "\x16\x04IM4P"] = false } do
      assert.are.equal(wrapper or nil, collection.wrapper_of("/k", fileset.files { ["/k"] = bytes .. set }))
    end
    for _, head in ipairs { "\x30\x16\x04IM4G", "\x31\x05\x16\x04IM4P", "IM4P", "" } do
      local _, message = collection.inspect("/k", fileset.files { ["/k"] = head .. ("x"):rep(200) })
      assert.falsy(message:find("wrapped", 1, true), message)
    end
  end)

  it("says what is missing", function()
    assert.are.same({ nil, "/k: holds no kernel version banner" }, { inspect { banner = "nothing" } })
    assert.are.same({ nil, "/k: holds no com.apple.kernel" }, { inspect { commands = { fileset.entry("com.apple.x", 0) } } })
    assert.are.same({ nil, "/x: No such file or directory" }, { collection.inspect("/x", fileset.files {}) })
  end)

  it("never throws, and never finds a kernel without its entry and banner", function()
    local r, original = random.new(22), fileset.make()
    for round = 1, 2000 do
      local bytes = r.mutated(original)
      local fine, found, message = pcall(collection.inspect, "/k", fileset.files { ["/k"] = bytes })
      if not fine then error(("round %d threw: %s"):format(round, tostring(found))) end
      if found and not bytes:find("com.apple.kernel\0", 1, true) then error("round " .. round .. ": no entry") end
      if not found and type(message) ~= "string" then error("round " .. round .. ": no message") end
    end
  end)
end)

local function found(change)
  local result = { size = 100, sha256 = "aa", kernel = { kind = "development", chip = "t6020", xnu = "10002.1.13~1" } }
  for key, value in pairs(change or {}) do result.kernel[key] = value end
  return result
end

describe("collection.inspect_kernel", function()
  local function kernel(options)
    options.filetype, options.commands = 2, options.commands or { fileset.segment("__TEXT", 0, 4096), fileset.uuid() }
    return collection.inspect_kernel("/k", fileset.files { ["/k"] = fileset.make(options) })
  end

  it("reads a kit's kernel", function()
    assert.are.same({ banner = fileset.BANNER, chip = "t6020", kind = "development", xnu = "10002.1.13~1", uuid = ("ABCD"):rep(8) },
      kernel {})
  end)

  it("says what is missing", function()
    assert.are.same({ nil, "/k: holds no kernel version banner" }, { kernel { banner = "nothing" } })
    assert.are.same({ nil, "/k: a segment command is too short" }, { kernel { commands = { string.pack("<I4I4", 0x19, 8) } } })
    assert.are.same({ nil, "/k: not a kernel (Mach-O type 12)" },
      { collection.inspect_kernel("/k", fileset.files { ["/k"] = fileset.make() }) })
  end)
end)

describe("collection.misfits", function()
  it("is empty when everything fits", function()
    local target = { chip = "t6021", build = "23A344", xnu = "10002.1.13~9" }
    assert.are.same({}, collection.misfits(found(), target, { build = "23A344", collection = { sha256 = "aa", size = 100 } }))
    assert.are.same({}, collection.misfits(found(), {}))
  end)

  it("names both values of each difference", function()
    assert.are.same({ "it holds a release kernel, and only a development kernel reads the quota" },
      collection.misfits(found { kind = "release" }, {}))
    assert.are.same({ "it holds a release kernel, and a kasan kernel was asked for" },
      collection.misfits(found { kind = "release" }, { kind = "kasan", quota = false }))
    assert.are.same({}, collection.misfits(found { kind = "kasan" }, { kind = "kasan", quota = false }))
    assert.are.same({ "it is for chip M2 Pro/Max/Ultra (T6020), this Mac needs M1 (T8103)" },
      collection.misfits(found(), { chip = "t8103" }))
    assert.are.same({ "its kernel is xnu-10002.1.13~1, this Mac's is xnu-11215.1.10: another build of macOS" },
      collection.misfits(found(), { xnu = "11215.1.10" }))
    assert.are.same({ "its SHA-256 is aa, its checksum file says bb", "it has 100 bytes, its checksum file says 7",
      "it was built for macOS build 23A1, the target has 23A2" },
      collection.misfits(found(), { build = "23A2" }, { build = "23A1", collection = { sha256 = "bb", size = 7 } }))
    local told = { sha256 = "aa", size = 100 }
    assert.are.same({ "its kernel is for chip M2 Pro/Max/Ultra (T6020), its checksum file says M1 (T8103)" },
      collection.misfits(found(), {}, { chip = "t8103", collection = told }))
    assert.are.same({}, collection.misfits(found(), {}, { chip = "t6020", build = "23A1", collection = told }))
    assert.are.same({}, collection.misfits(found(), { build = "23A2" }, { collection = told }))
  end)

  it("compares the kernel with the kit's of the same chip", function()
    local function misfits(kit) return collection.misfits(found { banner = "one" }, { kit_kernel = kit }) end
    assert.are.same({ 'its kernel is "one", the kit\'s of this build is "other"' }, misfits { chip = "t6020", banner = "other" })
    assert.are.same({}, misfits { chip = "t6020", banner = "one" })
    assert.are.same({}, misfits { chip = "t8103", banner = "other" })
  end)
end)

describe("a file larger than any collection", function()
  it("is not looked at", function()
    local function look(size)
      return collection.inspect("k", { stat = function() return { size = size } end, read_at = function() return nil end })
    end
    assert.are.same({ nil, "k has 2.0 GiB: no kernel collection is as large" }, { look((2 << 30) + 1) })
    assert.is_nil(select(2, look(2 << 30)):find("as large", 1, true))
  end)
end)

describe("the words that a kernel knows", function()
  local function known(text)
    local files = { find = function(_, needle) return text:find(needle, 1, true) end }
    return collection.known_words("k", files), collection.knows_quota("k", files)
  end

  it("are those that stand in it whole, and no promise", function()
    assert.are.same({ { "hv_apple_isa_vm_quota", "hypervisor" }, true }, { known "xhv_apple_isa_vm_quota\0hypervisor\0" })
    assert.are.same({ { "apple-isa-vm-quota" }, false }, { known "apple-isa-vm-quota\0hv_apple_isa_vm_quota_derived\0" })
    assert.are.same({ {}, false }, { known "" })
  end)
end)
