-- What Apple's error domains mean, by words out of field reports (facts-2026-11 A.1, A.3, A.5, G).

local apple_errors = require "tool.apple_errors"

local KINDS = { ["Error Domain=com.apple.LocalAuthentication Code=-1"] = "credentials", ["User not found"] = "credentials",
  ["Password rejected"] = "credentials", ["Failed to set credential"] = "credentials", ["authentication failure"] = "credentials",
  ["Too many recent unlock attempts"] = "wait", ["Owner authentication is required"] = "owner",
  ["No admin users authorized for recovery"] = "owner", ["Manifest verification failed"] = "refused",
  ["Can't continue because you are not connected to the Internet"] = "network",
  ["failed to set system integrity configuration in boot policy"] = "seal",
  ["OS environment does not allow changing security"] = "place", ["must be run from macOS Recovery"] = "place",
  ["kmutil can only be run in Recovery Mode"] = "place",
  ["This device isn't eligible for the requested build"] = "newer-macos",
  ["AMRestoreErrorDomain Code=3194"] = "newer-macos", ["You must move to Reduced Security"] = "mode",
  ["Invalid Mach-O boot properties"] = "target" }

local function kinds_of(words)
  local kinds = {}
  for _, entry in ipairs(apple_errors) do
    if words:find(entry.pattern) then kinds[#kinds + 1] = entry.kind end
  end
  return kinds
end

describe("apple_errors", function()
  it("knows each by its words, and no two by the same", function()
    local count = 0
    for words, kind in pairs(KINDS) do
      count = count + 1
      assert.are.same({ kind }, kinds_of(words), words)
    end
    assert.are.equal(#apple_errors, count)
  end)

  it("knows nothing of other words", function()
    for _, words in ipairs { "", "com-apple-LocalAuthentication", "Password accepted", "Invalid MachO boot properties" } do
      assert.are.same({}, kinds_of(words), words)
    end
  end)
end)
