-- Binary property lists: one made by another implementation (Python's plistlib), one wrong in each way, and many spoilt.

local plist = require "base.plist"
local random = require "tests.unit.lua.support.random"

local HEX = [[
62706c6973743030dc0102030405060708090a0b0c0d0e0f101115161718191a1b57616363656e747353626967546461746155656d6f6a
69546c697374546c6f6e67516e526e6f547265616c5474657874547768656e537965736500c9007400e900202603130000010000000000
430001ff640061d83dde000062a31213141001a0d05f102878787878787878787878787878787878787878787878787878787878787878
78787878787878787813ffffffffffffffd608233ff80000000000005361646133404e000000000000090821292d32383d4244474c5156
5a656e727b7f818283aeb7b8c1c5ce0000000000000101000000000000001c000000000000000000000000000000cf
]]

local BYTES = HEX:gsub("%s", ""):gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end)

-- A list with these objects (bytes each), the first on top. Trailer fields may be given wrong.
local function made(objects, wrong)
  local bytes, offsets = "bplist00", {}
  for index, object in ipairs(objects) do
    offsets[index] = string.pack(">I2", #bytes)
    bytes = bytes .. object
  end
  local t = { offset_size = 2, reference_size = 1, count = #objects, top = 0, table_at = #bytes }
  for key, value in pairs(wrong or {}) do t[key] = value end
  return bytes .. table.concat(offsets) .. ("\0"):rep(6)
    .. string.pack(">I1I1I8I8I8", t.offset_size, t.reference_size, t.count, t.top, t.table_at)
end

local function refusal(...) return select(2, plist.parse(made(...))) end

describe("a binary property list", function()
  it("is read in full", function()
    assert.are.same({ text = "ada", accents = "Été ☃", emoji = "a😀b", yes = true, no = false, n = -42, big = 1 << 40,
      real = 1.5, data = "\0\1\255", list = { 1, {}, {} }, long = ("x"):rep(40), when = 60.0 }, plist.parse(BYTES))
  end)

  it("may hold one plain value", function()
    assert.are.equal("ab", plist.parse(made { "\x52ab" }))
    assert.are.equal(true, plist.parse(made { "\x09" }))
    assert.are.equal(false, plist.parse(made { "\x08" }))
  end)

  it("holds numbers of every size, whole and real", function()
    for object, number in pairs { ["\x10\xFE"] = 254, ["\x11\xFE\1"] = 0xFE01, ["\x12\xFE\0\0\1"] = 0xFE000001,
      ["\x13\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFE"] = -2, ["\x14" .. ("\0"):rep(14) .. "\1\2"] = 258,
      ["\x14" .. ("\xFF"):rep(15) .. "\xFE"] = -2, ["\x22\x3F\xC0\0\0"] = 1.5, ["\x23\x3F\xF8\0\0\0\0\0\0"] = 1.5,
      ["\x80\7"] = 7, ["\x81\1\2"] = 258, ["\x82\0\1\0"] = 256 } do
      local value = plist.parse(made { object })
      assert.are.equal(number, value, ("%q"):format(object))
      assert.are.equal(math.type(number), math.type(value))
    end
  end)

  it("tells counts in integers of every size", function()
    for _, count in ipairs { "\x10\x10", "\x11\0\x10", "\x12\0\0\0\x10", "\x13\0\0\0\0\0\0\0\x10" } do
      assert.are.equal(("x"):rep(16), plist.parse(made { "\x5F" .. count .. ("x"):rep(16) }))
      assert.are.equal(("x"):rep(16), plist.parse(made { "\x4F" .. count .. ("x"):rep(16) }))
    end
    assert.are.equal("", plist.parse(made { "\x50" }))
    assert.are.equal("", plist.parse(made { "\x40" }))
    assert.are.equal("", plist.parse(made { "\x60" }))
    assert.are.equal("x", plist.parse(made { "\x5F\x10\1x" }))
  end)

  it("holds UTF-16, pairs of units too, and no half of one", function()
    local function text(...)
      local units = {}
      for index, unit in ipairs { ... } do units[index] = string.pack(">I2", unit) end
      return plist.parse(made { string.char(0x60 | #units) .. table.concat(units) })
    end
    for letter, units in pairs { ["A"] = { 0x41 }, ["\u{D7FF}"] = { 0xD7FF }, ["\u{E000}"] = { 0xE000 },
      ["\u{10000}"] = { 0xD800, 0xDC00 },
      ["\u{103FF}"] = { 0xD800, 0xDFFF }, ["\u{10FFFF}"] = { 0xDBFF, 0xDFFF }, ["\u{10000}A"] = { 0xD800, 0xDC00, 0x41 } } do
      assert.are.equal(letter, text(table.unpack(units)))
    end
    for _, units in ipairs { { 0xD800 }, { 0xDC00 }, { 0xDFFF }, { 0xD800, 0x41 }, { 0xD800, 0xDBFF }, { 0xD800, 0xE000 },
      { 0xDC00, 0xD800 }, { 0xDFFF, 0xDC00 }, { 0x41, 0xDBFF } } do
      assert.are.same({ nil, "not a binary property list: half a character" }, { text(table.unpack(units)) })
    end
  end)

  it("may be nested 64 deep, in arrays and dictionaries, and no deeper", function()
    local function nested(depth)
      local objects = {}
      for number = 1, depth - 1 do objects[number] = "\xA1" .. string.char(number) end
      objects[depth] = "\x50"
      return plist.parse(made(objects))
    end
    local key = string.char(64)
    assert.is_table(nested(64))
    assert.are.equal("not a binary property list: nested too deeply", select(2, nested(65)))
    -- A dictionary's key lies one deeper than itself, as its value does.
    local objects = {}
    for number = 1, 63 do objects[number] = "\xD1" .. key .. string.char(number) end
    objects[64], objects[65] = "\x50", "\x51k"
    assert.is_table(plist.parse(made(objects)))
    objects[64] = "\xD1" .. key .. key
    assert.are.equal("not a binary property list: nested too deeply", refusal(objects))
  end)

  it("may hold one object several times, up to four for each there is", function()
    assert.are.same({ true, true, true, true, true, true, true }, plist.parse(made { "\xA7" .. ("\1"):rep(7), "\x09" }))
    assert.are.equal("not a binary property list: too many objects", refusal { "\xA8" .. ("\1"):rep(8), "\x09" })
  end)

  it("may end with its last object, table or byte", function()
    assert.are.equal("abc", plist.parse(made { "\x53abc" }))
    for size = 1, 8 do
      -- The table written anew with offsets of this size.
      local bytes = "bplist00\x51x"
      local entry = size == 8 and string.pack(">i8", 8) or string.pack(">I" .. size, 8)
      local trailer = ("\0"):rep(6) .. string.pack(">I1I1I8I8I8", size, 1, 1, 0, #bytes)
      assert.are.equal("x", plist.parse(bytes .. entry .. trailer), size)
    end
    for size = 1, 8 do
      local reference = size == 8 and string.pack(">i8", 1) or string.pack(">I" .. size, 1)
      assert.are.same({ true }, plist.parse(made({ "\xA1" .. reference, "\x09" }, { reference_size = size })), size)
    end
  end)

  it("is refused when anything points a little beside it", function()
    local lead = "not a binary property list: "
    for _, wrong in ipairs { { offset_size = 0 }, { offset_size = 9 }, { reference_size = 9 } } do
      assert.are.equal(lead .. "odd sizes", refusal({ "\x09" }, wrong))
    end
    local whole = #made { "\x09" }
    for _, wrong in ipairs { { count = 0 }, { count = -1 }, { table_at = 7 }, { table_at = whole + 1 }, { count = whole + 1 } } do
      assert.are.equal(lead .. "odd counts", refusal({ "\x09" }, wrong))
    end
    assert.are.equal(true, plist.parse(made({ "\x09" }, { count = whole })))
    assert.are.equal(lead .. "an integer lies outside the file", refusal({ "\x09" }, { table_at = whole }))
    assert.are.equal(lead .. "an integer lies outside the file", refusal({ "\x09" }, { top = -6 }))
    assert.are.equal(lead .. "cut off", select(2, plist.parse("bplist00" .. ("\0"):rep(31))))
    assert.are_not.equal(lead .. "cut off", select(2, plist.parse("bplist00" .. ("\0"):rep(32))))
    assert.are.equal(lead .. "a value lies outside the file", refusal { "\x4F\x13" .. ("\xFF"):rep(8) })
  end)

  it("that is wrong says how", function()
    local lead = "not a binary property list: "
    assert.are.equal(lead .. "cut off", select(2, plist.parse "bplist00"))
    assert.are.equal(lead .. "odd sizes", refusal({ "\x09" }, { offset_size = 9 }))
    assert.are.equal(lead .. "odd sizes", refusal({ "\x09" }, { reference_size = 0 }))
    assert.are.equal(lead .. "odd counts", refusal({ "\x09" }, { count = 1 << 40 }))
    assert.are.equal(lead .. "odd counts", refusal({ "\x09" }, { table_at = 1 << 40 }))
    assert.are.equal(lead .. "an integer lies outside the file", refusal({ "\x09" }, { top = 1 << 20 }))
    assert.are.equal(lead .. "unknown object 70", refusal { "\x70" })
    assert.are.equal(lead .. "a value lies outside the file", refusal { "\x5F\x11\xFF\xFF" })
    assert.are.equal(lead .. "a count is larger than the file", refusal { "\xAF\x12\x7F\xFF\xFF\xFF" })
    assert.are.equal(lead .. "a key is not a string", refusal { "\xD1\1\1", "\x10\7" })
  end)

  it("that holds itself ends in a refusal, not in a hang", function()
    assert.are.equal("not a binary property list: too many objects", refusal { "\xA1\0" })
    assert.are.equal("not a binary property list: too many objects",
      refusal { "\xA9\1\1\1\1\1\1\1\1\1", "\xA9\0\0\0\0\0\0\0\0\0" })
    local nested = {}
    for number = 1, 100 do nested[number] = "\xA1" .. string.char(number) end
    nested[101] = "\x09"
    assert.are.equal("not a binary property list: nested too deeply", refusal(nested))
  end)

  it("that is spoilt never throws", function()
    local r, refused = random.new(61), 0
    for round = 1, 4000 do
      local bytes = "bplist00" .. r.mutated(BYTES:sub(9))
      local fine, value, message = pcall(plist.parse, bytes)
      if not fine then error(("round %d threw: %s"):format(round, tostring(value))) end
      if value == nil then refused = refused + 1 end
      if value == nil and type(message) ~= "string" then error("round " .. round .. ": no message") end
    end
    assert.is_true(refused > 2000, tostring(refused))
  end)
end)
