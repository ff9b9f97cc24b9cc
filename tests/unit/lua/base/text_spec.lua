-- Plain text: quoting for a shell, wrapping, harmless characters, sizes, nearest word.

local random = require "tests.unit.lua.support.random"
local text = require "base.text"

describe("text.quote", function()
  it("leaves plain words alone and quotes the rest", function()
    assert.are.equal("/usr/bin/csrutil", text.quote "/usr/bin/csrutil")
    assert.are.equal("--volume=x@y:z,1+2%", text.quote "--volume=x@y:z,1+2%")
    assert.are.equal("'Macintosh HD'", text.quote "Macintosh HD")
    assert.are.equal("'it'\\''s'", text.quote "it's")
    assert.are.equal("''", text.quote "")
    assert.are.equal("'~'", text.quote "~")
  end)

  it("makes commands that a shell reads back as the same argv", function()
    local r, words, wanted = random.new(11), {}, {}
    local pieces = { " ", "'", '"', "$x", "`id`", "\\", "*", "~", ";", "&", "!", "\n", "\t", "a", "é", "#", "(", "=", "-" }
    for index = 1, 400 do words[index] = "_" .. r.text(pieces, 0, 8) end
    for index, word in ipairs(words) do wanted[index] = word .. "\1" end
    local path = os.tmpname()
    local script = assert(io.open(path, "w"))
    script:write(text.command { "printf", "%s\1", table.unpack(words) })
    script:close()
    local shell = assert(io.popen("sh " .. path))
    local said = shell:read "a"
    shell:close()
    os.remove(path)
    assert.are.equal(table.concat(wanted), said)
  end)
end)

describe("text.command", function()
  it("joins quoted words", function()
    assert.are.equal("/usr/sbin/nvram 'boot-args=-v x'", text.command { "/usr/sbin/nvram", "boot-args=-v x" })
  end)
end)

describe("text.brief", function()
  it("is the whole command where that is short", function()
    assert.are.equal("/usr/bin/x 'a b'", text.brief { "/usr/bin/x", "a b" })
    local word = ("x"):rep(200)
    assert.are.equal("/x " .. word, text.brief { "/x", word })
    assert.are.equal("''", text.brief { "" })
  end)

  it("cuts a long word, and says how long it is", function()
    assert.are.equal("/x " .. ("x"):rep(50) .. "… (201 bytes)", text.brief { "/x", ("x"):rep(201) })
    assert.are.equal(("{ "):rep(25) .. "… (400 bytes)", text.brief { ("{\n"):rep(200) })
    assert.are.equal(("x"):rep(49) .. "?… (250 bytes)", text.brief { ("x"):rep(49) .. "\xC3" .. ("x"):rep(200) })
  end)

  it("leaves words out behind the first 700 bytes, and says how many", function()
    local word, argv = ("x"):rep(99), {}
    for index = 1, 10 do argv[index] = word end
    local shown = text.brief(argv)
    assert.are.equal((word .. " "):rep(8) .. "… (and 2 more words; --json shows them all)", shown)
    for _ = 1, 2 do table.remove(argv) end
    assert.are.equal((word .. " "):rep(7) .. word, text.brief(argv), "the last word may pass the limit")
    -- Seven words of 99 bytes, with the blanks: 700.
    assert.are.equal((word .. " "):rep(7) .. "y", text.brief { word, word, word, word, word, word, word, "y" })
    assert.are.equal((word .. " "):rep(6) .. word .. "x … (and 1 more words; --json shows them all)",
      text.brief { word, word, word, word, word, word, word .. "x", "y" })
  end)
end)

describe("text.printable", function()
  it("takes the teeth out of control characters", function()
    assert.are.equal("a?[31mb?c\td\ne?", text.printable "a\27[31mb\0c\td\ne\127")
    assert.are.equal("a?31mb", text.printable "a\xC2\x9B31mb")
    assert.are.equal("a?b??", text.printable "a\x9Bb\xE2\x98")
    assert.are.equal("one\ntwo?three", text.printable "one\r\ntwo\rthree")
    assert.are.equal("Système ☃", text.printable "Système ☃")
    for _, code in ipairs { 0x61C, 0x200E, 0x200F, 0x202A, 0x202E, 0x2066, 0x2069, 0x80, 0x9F } do
      assert.are.equal("a?b", text.printable("a" .. utf8.char(code) .. "b"))
    end
    for _, code in ipairs { 0x61B, 0x200D, 0x2010, 0x2029, 0x202F, 0x2065, 0x206A, 0xA0 } do
      assert.are.equal("a" .. utf8.char(code), text.printable("a" .. utf8.char(code)))
    end
  end)

  it("leaves no control character in random bytes", function()
    local r = random.new(12)
    for _ = 1, 2000 do
      local shown = text.printable(r.bytes(40))
      if shown:find("[%z\1-\8\11-\31\127]") or shown:find("\xC2[\x80-\x9F]") or not utf8.len(shown) then error(shown) end
    end
  end)
end)

describe("text.trim_end", function()
  it("takes blanks and line ends away, at the end only", function()
    assert.are.equal(" a b", text.trim_end " a b \t\r\n")
    assert.are.equal("a\n b", text.trim_end "a\n b\n\n")
    assert.are.equal("a", text.trim_end "a")
    assert.are.equal("", text.trim_end " \n")
    assert.are.equal("", text.trim_end "")
  end)

  it("is quick on a text full of blanks", function()
    local began = os.clock()
    assert.are.equal(200001, #text.trim_end((" "):rep(200000) .. "x "))
    assert.is_true(os.clock() - began < 1)
  end)
end)

describe("text.wrap", function()
  it("breaks between words", function()
    assert.are.equal("aaa bbb\nccc", text.wrap("aaa bbb ccc", 8))
    assert.are.equal("  aaa\n  bbb", text.wrap("aaa bbb", 6, "  "))
    assert.are.equal("- aaa\n  bbb", text.wrap("aaa bbb", 6, "  ", "- "))
    local forty = ("x"):rep(40)
    assert.are.equal(forty .. " " .. ("y"):rep(39), text.wrap(forty .. " " .. ("y"):rep(39)), "80 columns unless told otherwise")
    assert.are.equal(forty .. "\n" .. forty, text.wrap(forty .. " " .. forty))
  end)

  it("keeps line ends and hangs what was indented", function()
    assert.are.equal("one\n\ntwo", text.wrap("one\n\ntwo", 80))
    assert.are.equal("  aaa bbb\n    ccc", text.wrap("  aaa bbb ccc", 10))
  end)

  it("counts columns, not bytes", function()
    assert.are.equal("éééé éééé", text.wrap("éééé éééé", 9))
    assert.are.equal("日本\n日本", text.wrap("日本 日本", 8))
    assert.are.equal("日本 日本", text.wrap("日本 日本", 9))
  end)

  it("never passes the width unless one word alone does, and loses no word", function()
    local r = random.new(13)
    for _ = 1, 1000 do
      local words = {}
      for index = 1, r.int(1, 40) do words[index] = r.text({ "a", "bc", "é", "." }, 1, 12) end
      local value, columns = table.concat(words, " "), r.int(30, 100)
      local wrapped = text.wrap(value, columns, "   ")
      local widest = 0
      for line in wrapped:gmatch("[^\n]+") do widest = math.max(widest, utf8.len(line)) end
      assert.is_true(widest <= columns, wrapped)
      assert.are.equal(value, (wrapped:gsub("%s+", " "):gsub("^ ", "")))
    end
  end)
end)

describe("text.pad", function()
  it("fills up and never cuts", function()
    assert.are.equal("é   ", text.pad("é", 4))
    assert.are.equal("abcdef", text.pad("abcdef", 4))
  end)
end)

describe("text.size", function()
  it("speaks in binary units", function()
    assert.are.equal("0 bytes", text.size(0))
    assert.are.equal("1 byte", text.size(1))
    assert.are.equal("1023 bytes", text.size(1023))
    assert.are.equal("1.0 KiB", text.size(1024))
    assert.are.equal("1000.0 KiB", text.size(1024000))
    assert.are.equal("1024.0 KiB", text.size((1 << 20) - 1))
    assert.are.equal("1.0 MiB", text.size(1 << 20))
    assert.are.equal("1024.0 MiB", text.size((1 << 30) - 1))
    assert.are.equal("1.0 GiB", text.size(1 << 30))
    assert.are.equal("256.0 MiB", text.size(268435456))
    assert.are.equal("1.5 GiB", text.size(3 << 29))
  end)
end)

describe("text.nearest", function()
  it("finds what was meant", function()
    assert.are.equal("apply", text.nearest("aply", { "revert", "apply", "plan" }))
    assert.are.equal("--quota", text.nearest("--qouta", { "--quiet", "--quota", "--kc" }))
    assert.is_nil(text.nearest("", { "revert", "a" }))
    assert.is_nil(text.nearest("x", {}))
    -- One letter more, less or another counts one; of two as near, the first is taken.
    assert.are.equal("abcd", text.nearest("abc", { "xyz", "abcd", "abxy" }))
    assert.are.equal("bc", text.nearest("abc", { "xbcd", "bc" }))
    assert.are.equal("xbc", text.nearest("abc", { "xyc", "xbc" }))
    assert.are.equal("ab", text.nearest("a", { "b", "ab", "c" }))
    assert.are.equal("ab", text.nearest("ba", { "xyz", "ab" }))
    assert.are.equal("abcdef", text.nearest("bcdef", { "bcxyf", "abcdef" }))
    assert.are.equal("abc", text.nearest("abcx", { "axcxy", "abc" }))
  end)
end)

describe("a duration", function()
  it("is told as finely as it matters", function()
    for seconds, words in pairs { [0.1] = "0.1 s", [9.94] = "9.9 s", [12.3] = "12 s", [59.9] = "59 s", [60] = "1 min 0 s",
      [3672] = "61 min 12 s" } do
      assert.are.equal(words, text.duration(seconds))
    end
  end)
end)
