-- Base64: the test vectors of RFC 4648, and every length there and back.

local base64 = require "base.base64"
local random = require "tests.unit.lua.support.random"

describe("base64", function()
  it("writes and reads the vectors of RFC 4648", function()
    for bytes, text in pairs { [""] = "", f = "Zg==", fo = "Zm8=", foo = "Zm9v", foob = "Zm9vYg==", fooba = "Zm9vYmE=",
      foobar = "Zm9vYmFy" } do
      assert.are.equal(text, base64.encode(bytes))
      assert.are.equal(bytes, base64.decode(text))
    end
  end)

  it("gives back any bytes, and passes over blanks", function()
    local source = random.new(3)
    for length = 0, 100 do
      local bytes = source.bytes(length)
      assert.are.equal(bytes, base64.decode((base64.encode(bytes):gsub("....", "%0\n\t"))))
    end
  end)
end)
