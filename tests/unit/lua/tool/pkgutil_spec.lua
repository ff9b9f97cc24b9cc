-- pkgutil: the files of a receipt, and whose signature a package has.

local answers = require "tests.unit.lua.support.answers"
local pkgutil = require "tool.pkgutil"

local FILES, CHECK = "/usr/sbin/pkgutil --files com.apple.pkg.KDK.23A344", "/usr/sbin/pkgutil --check-signature /k.pkg"

local function files(answer)
  answers.use { [FILES] = answer }
  return pkgutil.files "com.apple.pkg.KDK.23A344"
end

describe("pkgutil.files", function()
  it("lists a receipt's files", function()
    assert.are.same({ "System", "System/Library/My Kext.kext" }, files "System\nSystem/Library/My Kext.kext\n")
    assert.are.same({}, files "")
  end)

  it("tells a missing receipt from another failure", function()
    local line = "No receipt for 'com.apple.pkg.KDK.23A344' found at '/'."
    for _, answer in ipairs { answers.of("", 1, line), answers.of(line, 1) } do
      local found, message, code = files(answer)
      assert.are.same({ FILES .. " ended with status 1: " .. line, "no-receipt" }, { message, code })
      assert.is_nil(found)
    end
    assert.are.same({ nil, FILES .. " ended with status 1: it said nothing", "status" }, { files(answers.of("", 1)) })
    assert.are.same({ nil, "/usr/sbin/pkgutil: No such file or directory", "ENOENT" }, { files(false) })
  end)
end)

describe("pkgutil.has_receipt", function()
  it("is no only where pkgutil says that there is none", function()
    local function has(answer)
      answers.use { [FILES] = answer }
      return pkgutil.has_receipt "com.apple.pkg.KDK.23A344"
    end
    assert.is_true(has "System\n")
    assert.is_false(has(answers.of("", 1, "No receipt for 'com.apple.pkg.KDK.23A344' found at '/'.")))
    assert.is_true(has(answers.of("", 1)))
    assert.is_true(has(false))
  end)
end)

describe("pkgutil.forget", function()
  it("is a command", function()
    assert.are.same({ "/usr/sbin/pkgutil", "--forget", "com.apple.pkg.KDK.1" }, pkgutil.forget("com.apple.pkg.KDK.1").argv)
  end)
end)

describe("pkgutil.signature", function()
  local function signature(answer)
    answers.use { [CHECK] = answer }
    return pkgutil.signature "/k.pkg"
  end

  local function printed(status, name) return ('Package "%s":\n   Status: %s\n'):format(name or "k.pkg", status) end

  it("knows Apple's own packages by exactly these words", function()
    assert.are.same({ "apple", "signed Apple Software" }, { signature(printed "signed Apple Software") })
    for _, status in ipairs { "signed by a developer certificate issued by Apple", "no signature", "signed Apple Software (expired)",
      "Signed Apple Software", " signed Apple Software", "" } do
      assert.are.same({ "other", status }, { signature(printed(status)) }, status)
    end
  end)

  it("does not go by the words of one that failed", function()
    assert.are.equal("other", signature(answers.of(printed "signed Apple Software", 1)))
    assert.are.same({ "other", "no signature" }, { signature(answers.of(printed "no signature", 1)) })
  end)

  it("does not take a package's name for its status", function()
    assert.are.same({ "other", "no signature" }, { signature(printed("no signature", "Status: signed Apple Software")) })
    assert.are.same({ nil, "pkgutil did not tell one status" },
      { signature(printed("no signature", "x\nStatus: signed Apple Software")) })
  end)

  it("says why it cannot tell", function()
    assert.are.same({ nil, "pkgutil did not tell one status" }, { signature "nothing\n" })
    assert.are.same({ nil, CHECK .. " ended with status 1: it said nothing" }, { signature(answers.of("", 1)) })
    assert.are.same({ nil, "/usr/sbin/pkgutil: No such file or directory" }, { signature(false) })
  end)
end)
