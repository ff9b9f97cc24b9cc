-- Headers of kernel collections: a sound one, one wrong in each field, and thousands of spoilt ones.

local fileset = require "tests.unit.lua.support.fileset"
local macho = require "base.macho"
local random = require "tests.unit.lua.support.random"

local function read(bytes) return macho.read_fileset("/k", fileset.files { ["/k"] = bytes }) end

local function refusal(options) return select(2, read(fileset.make(options))) end

describe("macho.is_fileset", function()
  local function is(bytes) return macho.is_fileset("/k", fileset.files { ["/k"] = bytes }) end

  it("looks at the first 32 bytes", function()
    local bytes = fileset.make()
    assert.is_true(is(bytes))
    assert.is_true(is(bytes:sub(1, 32)))
    assert.is_false(is(bytes:sub(1, 31)))
    assert.is_false(is "")
    assert.is_false(is(fileset.make { magic = 0xFEEDFACE }))
    assert.is_false(is(fileset.make { filetype = 2 }))
    assert.is_false(macho.is_fileset("/k", { read_at = function() return nil, "gone" end }))
  end)
end)

describe("macho.is_for_arm64", function()
  local function is(bytes) return macho.is_for_arm64("/k", fileset.files { ["/k"] = bytes }) end

  it("looks at magic number and processor, whatever kind of file it is", function()
    local bytes = fileset.make()
    assert.is_true(is(bytes:sub(1, 32)))
    assert.is_true(is(fileset.make { filetype = 2 }))
    assert.is_false(is(bytes:sub(1, 31)))
    assert.is_false(is(fileset.make { magic = 0xFEEDFACE }))
    assert.is_false(is(fileset.make { cpu = 0x01000007 }))
    assert.is_false(macho.is_for_arm64("/k", { read_at = function() return nil, "gone" end }))
  end)
end)

describe("macho.read_kernel", function()
  local KERNEL = fileset.make { filetype = 2, commands = { fileset.uuid() }, size = 600 }

  it("reads a kernel by itself, and one inside another file", function()
    local files = fileset.files { ["/k"] = KERNEL, ["/set"] = ("x"):rep(100) .. KERNEL }
    assert.are.equal(("ABCD"):rep(8), macho.read_kernel("/k", files).uuid)
    assert.are.equal(("ABCD"):rep(8), macho.read_kernel("/set", files, 100).uuid)
    assert.are.equal("/set: not a 64-bit Mach-O file (starts with 78787878)", select(2, macho.read_kernel("/set", files)))
    assert.are.equal("/set: not a kernel (Mach-O type 12)",
      select(2, macho.read_kernel("/set", fileset.files { ["/set"] = fileset.make() })))
  end)

  it("counts what is left of the file from where the kernel begins", function()
    local bare = KERNEL:sub(1, 56)
    local files = fileset.files { ["/k"] = ("x"):rep(100) .. bare, ["/cut"] = ("x"):rep(100) .. bare:sub(1, 55),
      ["/head"] = ("x"):rep(100) .. bare:sub(1, 31) }
    assert.are.equal(("ABCD"):rep(8), macho.read_kernel("/k", files, 100).uuid)
    assert.are.equal("/cut: cut off: 24 bytes of load commands in a file of 155", select(2, macho.read_kernel("/cut", files, 100)))
    assert.are.equal("/head: only 31 bytes: no Mach-O file", select(2, macho.read_kernel("/head", files, 100)))
  end)
end)

describe("macho.read_fileset", function()
  it("reads a sound file set", function()
    assert.are.same({ size = 4096, segments = 1, uuid = ("ABCD"):rep(8), entries = {
      { name = "com.apple.kernel", offset = 1024 }, { name = "com.apple.kext.one", offset = 3000 },
      { name = "com.apple.kext.two", offset = 3500 } } }, read(fileset.make()))
  end)

  it("says what a file is that is no kernel collection", function()
    assert.are.equal("/k: only 3 bytes: no Mach-O file", select(2, read "abc"))
    assert.are.equal("/k: only 0 bytes: no Mach-O file", select(2, read ""))
    assert.are.equal("/k: not a 64-bit Mach-O file (starts with feedface)", refusal { magic = 0xFEEDFACE })
    assert.are.equal("/k: not a file set (Mach-O type 2): kmutil create makes the right kind", refusal { filetype = 2 })
    assert.are.equal("/k: not for arm64e (CPU type 1000007, subtype 2)", refusal { cpu = 0x01000007 })
    assert.are.equal("/k: not for arm64e (CPU type 100000c, subtype 0)", refusal { subtype = 0 })
    assert.are.equal("/k: not for arm64e (CPU type 100000c, subtype 3)", refusal { subtype = 3 })
    assert.is_table(read(fileset.make { subtype = 2 }))
    assert.is_table(read(fileset.make { subtype = 0xFF00FF02 }))
  end)

  it("notices a file that is cut off", function()
    local bytes = fileset.make()
    assert.are.equal("/k: cut off: segment __TEXT ends at byte 4096 of 4095", select(2, read(bytes:sub(1, 4095))))
    for length = 0, #bytes - 1, 7 do assert.is_nil((read(bytes:sub(1, length)))) end
  end)

  it("checks every size and offset", function()
    local s, e = fileset.segment, fileset.entry
    assert.are.equal("/k: cut off: 5000 bytes of load commands in a file of 4096", refusal { commands_size = 5000 })
    assert.are.equal("/k: cut off: 4294967295 bytes of load commands in a file of 4096",
      refusal { commands_size = 0xFFFFFFFF })
    assert.are.equal("/k: load command 2 of 9 is missing", refusal { commands = { s("A", 0, 1) }, count = 9 })
    assert.are.equal("/k: load command 1 has a bad size", refusal { commands = { string.pack("<I4I4", 1, 4) } })
    assert.are.equal("/k: load command 1 has a bad size", refusal { commands = { string.pack("<I4I4", 1, 0xFFFFFFFF) } })
    assert.are.equal("/k: a segment command is too short", refusal { commands = { string.pack("<I4I4I8", 0x19, 16, 0) } })
    assert.are.equal("/k: the UUID command is too short", refusal { commands = { string.pack("<I4I4", 0x1B, 8) } })
    assert.are.equal("/k: a file set entry is too short", refusal { commands = { string.pack("<I4I4", 0x80000035, 8) } })
    assert.are.equal("/k: cut off: segment A ends at byte 4098 of 4096", refusal { commands = { s("A", 4097, 1) } })
    assert.are.equal("/k: cut off: a file set entry lies behind the end", refusal { commands = { e("x", 4096) } })
    for _, huge in ipairs { math.maxinteger, math.mininteger, -1 } do
      assert.truthy(refusal({ commands = { s("A", huge, 1) } }):find("cut off", 1, true))
      assert.truthy(refusal({ commands = { s("A", 1, huge) } }):find("cut off", 1, true))
      assert.truthy(refusal({ commands = { e("x", huge) } }):find("behind the end", 1, true))
    end
  end)

  it("takes commands as short as they may be, and a byte less is too short", function()
    local function raw(command, size) return string.pack("<I4I4", command, size) .. ("\0"):rep(size - 8) end
    for command, size in pairs { [0x19] = 72, [0x1B] = 24 } do
      assert.is_table(read(fileset.make { commands = { raw(command, size) } }))
      assert.truthy(refusal({ commands = { raw(command, size - 1) } }):find("too short$"))
    end
    local entry = string.pack("<I4I4I8I8I4", 0x80000035, 32, 0, 0, 28) .. "abc\0"
    assert.are.same({ { name = "abc", offset = 0 } }, read(fileset.make { commands = { entry } }).entries)
    assert.truthy(refusal({ commands = { raw(0x80000035, 31) } }):find("too short$"))
    assert.is_table(read(fileset.make { commands = { raw(1, 8) } }))
    assert.are.equal("/k: load command 1 has a bad size", refusal { commands = { string.pack("<I4I4", 1, 7) .. "\0\0\0\0" } })
    assert.are.equal("/k: load command 1 has a bad size", refusal { commands = { string.pack("<I4I4", 1, 9) } })
    assert.are.equal("/k: load command 2 of 2 is missing", refusal { commands = { raw(1, 8), ("\0"):rep(7) } })
  end)

  it("takes a name from where the entry says it begins, up to its end", function()
    local function name(at, rest)
      local size = 28 + #rest
      return read(fileset.make { commands = { string.pack("<I4I4I8I8I4", 0x80000035, size, 0, 0, at) .. rest,
        fileset.uuid() } }).entries[1].name
    end
    assert.are.equal("abcd", name(28, "abcd"))
    assert.are.equal("bcd", name(29, "abcd"))
    assert.are.equal("d", name(31, "abcd"))
    assert.are.equal("ab", name(28, "ab\0d"))
  end)

  it("lets segments and entries end with the file", function()
    local function segment(offset, length) return read(fileset.make { commands = { fileset.segment("A", offset, length) } }) end
    for _, place in ipairs { { 0, 4096 }, { 0, 0 }, { 4095, 1 }, { 4096, 0 } } do assert.is_table(segment(place[1], place[2])) end
    for _, place in ipairs { { 0, 4097 }, { 4095, 2 }, { 4096, 1 } } do assert.is_nil((segment(place[1], place[2]))) end
    assert.is_table(read(fileset.make { commands = { fileset.entry("x", 4095) } }))
  end)

  it("takes load commands that fill the file, and no more than 16 MiB of them", function()
    local commands = { fileset.uuid() }
    local bytes = fileset.make({ commands = commands, size = 600 }):sub(1, 56)
    assert.is_table(read(bytes))
    local function with(size)
      local files = fileset.files { ["/k"] = fileset.make { count = 0, commands = {}, commands_size = size } }
      files.stat = function() return { type = "file", size = 1 << 30 } end
      local read_at = files.read_at
      files.read_at = function(path, offset, length) return offset == 0 and read_at(path, offset, length) or ("\0"):rep(length) end
      return macho.read_fileset("/k", files)
    end
    assert.is_table(with(16 << 20))
    assert.is_nil((with((16 << 20) + 1)))
  end)

  it("takes 16,384 entries and no more", function()
    local function with(count)
      local commands = {}
      for number = 1, count do commands[number] = string.pack("<I4I4I8I8I4I4", 0x80000035, 32, 0, 0, 28, 0) end
      return read(fileset.make { commands = commands, body = "", size = 32 + 32 * count })
    end
    assert.are.equal(16384, #with(16384).entries)
    assert.are.equal("/k: too many file set entries", select(2, with(16385)))
  end)

  it("refuses an entry whose name lies outside", function()
    local broken = string.pack("<I4I4I8I8I4I4", 0x80000035, 32, 0, 0, 32, 0)
    assert.are.equal("/k: a file set entry has no name", refusal { commands = { broken } })
  end)

  it("names what is not there and what is no file", function()
    assert.are.same({ nil, "/k: No such file or directory" }, { macho.read_fileset("/k", fileset.files {}) })
    local files = { stat = function() return { type = "directory", size = 64 } end }
    assert.are.same({ nil, "/k: not a file" }, { macho.read_fileset("/k", files) })
  end)

  it("says so when the file cannot be read, or ends while it is read", function()
    local bytes = fileset.make()
    for _, fails_at in ipairs { 0, 32 } do
      local files = fileset.files { ["/k"] = bytes }
      local read_at = files.read_at
      function files.read_at(path, offset, length)
        if offset == fails_at then return nil, "/k: read: Input/output error", "EIO" end
        return read_at(path, offset, length)
      end
      assert.truthy(select(2, macho.read_fileset("/k", files)):find("Input/output error", 1, true))
      function files.read_at(path, offset, length)
        return read_at(path, offset, offset == fails_at and length - 1 or length)
      end
      local found, message = macho.read_fileset("/k", files)
      assert.is_nil(found)
      assert.truthy(message:find("cut off", 1, true), message)
    end
  end)

  it("survives whatever the bytes are", function()
    local r, original, refused = random.new(21), fileset.make(), 0
    for round = 1, 6000 do
      -- Mostly in the part that is read: header and load commands.
      local bytes = r.mutated(original:sub(1, 340)) .. original:sub(341)
      if r.one_in(10) then bytes = r.bytes(r.int(0, 400)) end
      local fine, found, message = pcall(read, bytes)
      if not fine then error(("round %d threw: %s"):format(round, tostring(found))) end
      if not found then
        refused = refused + 1
        if type(message) ~= "string" or message:sub(1, 4) ~= "/k: " then error("round " .. round .. ": no message") end
      end
    end
    assert.is_true(refused > 3000 and refused < 6000, tostring(refused))
  end)
end)
