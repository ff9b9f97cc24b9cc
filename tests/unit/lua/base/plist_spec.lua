-- XML property lists: every kind of value, and every way in which a document can be wrong.

local plist = require "base.plist"
local random = require "tests.unit.lua.support.random"
local samples = require "tests.unit.lua.support.samples"

local function document(inside) return '<?xml version="1.0"?>\n<plist version="1.0">' .. inside .. "</plist>\n" end

local function value_of(inside) return plist.parse(document(inside)) end

describe("plist.field", function()
  it("hands out only what is of the kind", function()
    local dict = { s = "x", e = "", b = false, t = {}, n = 1 }
    assert.are.same({ "x", "" }, { plist.field(dict, "s", "string"), plist.field(dict, "e", "string") })
    assert.is_false(plist.field(dict, "b", "boolean"))
    assert.are.equal(dict.t, plist.field(dict, "t", "table"))
    for key, kind in pairs { s = "boolean", b = "string", t = "string", n = "string", none = "string" } do
      assert.is_nil(plist.field(dict, key, kind), key)
    end
    for _, none in ipairs { "text", 1, true } do assert.is_nil(plist.field(none, "len", "function")) end
    assert.is_nil(plist.field(nil, "s", "string"))
  end)
end)

describe("plist.parse", function()
  it("reads every kind of value", function()
    local read = assert(value_of [[<dict>
      <key>text</key><string>a&amp;b&lt;c&gt;&quot;&apos;&#233;&#x2603;</string>
      <key>empty</key><string/><key>none</key><data/>
      <key>yes</key><true/><key>no</key><false/>
      <key>whole</key><integer> -42 </integer><key>real</key><real>1.5</real>
      <key>when</key><date>2026-01-02T03:04:05Z</date>
      <key>bytes</key><data>
        AAEC
        /w==</data>
      <key>list</key><array><integer>1</integer><array/><dict/></array>
      <!-- a <comment> --> <key>k&amp;k</key><string> kept </string>
    </dict>]])
    assert.are.same({ text = "a&b<c>\"'é☃", empty = "", none = "", yes = true, no = false, whole = -42, real = 1.5,
      when = "2026-01-02T03:04:05Z", bytes = "\0\1\2\255", list = { 1, {}, {} }, ["k&k"] = " kept " }, read)
  end)

  it("reads a document that is no dictionary", function()
    assert.are.equal("x", value_of "<string>x</string>")
    assert.are.equal(false, value_of "<false/>")
    assert.are.same({ 1, 2 }, value_of "<array><integer>1</integer><integer>2</integer></array>")
  end)

  it("skips declaration, document type and comments before the value", function()
    assert.are.equal(7, plist.parse('<?xml version="1.0"?><!DOCTYPE plist PUBLIC "-//Apple//DTD" "http://x">\n'
      .. '<!-- first --><plist version="1.0"><!-- > --><integer>7</integer></plist>'))
  end)

  it("refuses what is not a whole, well-formed list, and says why", function()
    local bad = {
      [""] = "no <plist>", ["nvram: data was not found"] = "no <plist>", ["<!-- "] = "unfinished comment",
      ["<?xml"] = "unfinished declaration", ["<plist>"] = "a value is missing",
      ["<plist><dict>"] = "a key is missing in <dict>", ["<plist><array>"] = "a value is missing",
      ["<plist><string>x"] = "<string> does not end", ["<plist><string>a<b></string></plist>"] = "<string> does not end",
      ["<plist><true/>"] = "<plist> does not end", ["<plist><true/></plist>tail"] = "<plist> does not end",
      ["<plist><true/><true/></plist>"] = "<plist> does not end",
    }
    for text, why in pairs(bad) do
      assert.are.same({ nil, "not a property list: " .. why }, { plist.parse(text) }, text)
    end
  end)

  it("refuses wrong values", function()
    for inside, why in pairs {
      ["<integer>one</integer>"] = "bad <integer>", ["<integer>1.5</integer>"] = "bad <integer>",
      ["<integer>1e3</integer>"] = "bad <integer>", ["<integer></integer>"] = "bad <integer>",
      ["<string>a & b</string>"] = "an unfinished entity", ["<string>&amp</string>"] = "an unfinished entity",
      ["<string>&a&amp;</string>"] = "an unfinished entity", ["<string>&#x;</string>"] = "unknown entity &#x;",
      ["<real>x</real>"] = "bad <real>", ["<string>&nope;</string>"] = "unknown entity &nope;",
      ["<string>&#x110000;</string>"] = "unknown entity &#x110000;", ["<set>1</set>"] = "unknown tag <set>",
      ["<integer/>"] = "empty <integer/>", ["<dict><string>x</string></dict>"] = "a key is missing in <dict>",
      ["<dict><key>k</key></dict>"] = "a value is missing",
    } do
      assert.are.same({ nil, "not a property list: " .. why }, { value_of(inside) }, inside)
    end
  end)

  it("reads data of every length, and characters up to the last", function()
    for data, bytes in pairs { QQ = "A", QUI = "AB", QUJD = "ABC", QUJDRA = "ABCD", ["QUJDRA=="] = "ABCD", ["\nQUI=\n\t"] = "AB",
      Q = "" } do
      assert.are.equal(bytes, value_of("<data>" .. data .. "</data>"), data)
    end
    assert.are.equal("\u{10FFFF}", value_of "<string>&#x10FFFF;</string>")
    assert.are.equal("\u{10FFFF}", value_of "<string>&#1114111;</string>")
  end)

  it("skips a comment as short as it may be", function()
    assert.are.equal(true, value_of "<!----><true/>")
    assert.is_nil((value_of "<!--><true/>"))
    assert.is_nil((value_of "<!---><true/>"))
    assert.are.equal(-2.5, value_of "<real>-2.5</real>")
  end)

  it("tells a real from an integer", function()
    assert.are.equal("float", math.type(value_of "<real>2</real>"))
    assert.are.equal("integer", math.type(value_of "<integer>2</integer>"))
  end)

  it("is quick on a text full of what begins an entity", function()
    local began = os.clock()
    assert.is_nil((value_of("<string>" .. ("&"):rep(200000) .. "</string>")))
    assert.is_true(os.clock() - began < 1)
  end)

  it("is not led into the depths", function()
    local function nested(depth) return value_of(("<array>"):rep(depth) .. ("</array>"):rep(depth)) end
    assert.is_table(nested(64))
    assert.are.same({ nil, "not a property list: nested too deeply" }, { nested(65) })
    local function dicts(depth) return value_of(("<dict><key>k</key>"):rep(depth) .. "<true/>" .. ("</dict>"):rep(depth)) end
    assert.is_table(dicts(63))
    assert.are.same({ nil, "not a property list: nested too deeply" }, { dicts(64) })
    assert.are.same({ nil, "not a property list: nested too deeply" }, { nested(100000) })
  end)

  it("never throws and never hands out a partial table, whatever the bytes", function()
    local r = random.new(1)
    local originals = samples.matching "%.plist$"
    assert.are.equal(5, #originals)
    for round = 1, 4000 do
      local text = r.mutated(r.pick(originals).text)
      local fine, value, message = pcall(plist.parse, text)
      assert.is_true(fine, ("round %d: %s"):format(round, tostring(value)))
      if value == nil then
        assert.are.equal("not a property list: ", message:sub(1, 21))
      else
        assert.truthy(text:find("</plist>%s*$"), "accepted without an end: " .. text)
      end
    end
  end)

  it("accepts no proper beginning of a document", function()
    local text = samples.read("azahi-26.6-diskutil/info-data.plist"):gsub("%s+$", "")
    for length = 0, #text - 1 do assert.is_nil((plist.parse(text:sub(1, length)))) end
    assert.are.equal("Macintosh HD - Data", plist.parse(text).VolumeName)
  end)
end)
