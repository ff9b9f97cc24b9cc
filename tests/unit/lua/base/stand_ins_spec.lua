-- Stand-ins: the same thing by the same one, in each form in which a name may stand.

local stand_ins = require "base.stand_ins"

describe("a name's stand-in", function()
  local function replaced(name, text)
    local stands = stand_ins.new()
    stands:name(name, "Volume 1")
    return stands:text(text)
  end

  it("takes its place as it is, in XML, in a URL, between the shell's quotes, and as a screen shows it", function()
    assert.are.equal("on Volume 1.", replaced("Lena's & Co", "on Lena's & Co."))
    assert.are.equal("<Volume 1>", replaced("Lena's & Co", "<Lena's &amp; Co>"))
    assert.are.equal("file:///Volume 1/x", replaced("Lena's Mac", "file:///Lena%27s%20Mac/x"))
    assert.are.equal("'/Volumes/Volume 1/x'", replaced("Lena's Mac", "'/Volumes/Lena'\\''s Mac/x'"))
    assert.are.equal("Volume 1", replaced("a\27b", "a?b"))
  end)

  it("takes that of one letter only where nothing else stands", function()
    assert.are.equal("Volume 1", replaced("x", "X"))
    assert.are.equal("nvram -x", replaced("x", "nvram -x"))
  end)

  it("leaves longer words alone", function()
    assert.are.equal("print Volume 1 brin", replaced("rin", "print rin brin"))
  end)
end)
