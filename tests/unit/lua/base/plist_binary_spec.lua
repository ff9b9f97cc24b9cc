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
    assert.are.equal(lead .. "a key is no string", refusal { "\xD1\1\1", "\x10\7" })
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
