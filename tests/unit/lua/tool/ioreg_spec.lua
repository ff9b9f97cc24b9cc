-- ioreg: the base quota in the device tree, in every form it may have.

local answers = require "tests.unit.lua.support.answers"
local ioreg = require "tool.ioreg"

local function quota(answer)
  answers.use { ["/usr/sbin/ioreg -a -r -n product -p IODeviceTree -d 1"] = answer }
  return ioreg.base_quota()
end

local function tree(value)
  return '<plist version="1.0"><array><dict><key>name</key><string>product</string>' .. value .. "</dict></array></plist>\n"
end

local function node(value) return tree("<key>apple-isa-vm-quota</key>" .. value) end

describe("ioreg.base_quota", function()
  it("reads four bytes, the lowest first, as the device tree has them", function()
    assert.are.equal(2, quota(node "<data>AgAAAA==</data>"))
    assert.are.equal(0x01020304, quota(node "<data>BAMCAQ==</data>"))
    assert.are.equal(0, quota(node "<data>AAAAAA==</data>"))
  end)

  it("reads a number", function()
    assert.are.equal(3, quota(node "<integer>3</integer>"))
    assert.are.equal(0, quota(node "<integer>0</integer>"))
  end)

  it("is never more than the kernel takes", function()
    assert.are.equal(0x7FFFFFFF, quota(node "<data>/////w==</data>"))
    assert.are.equal(0x7FFFFFFF, quota(node "<integer>4294967295</integer>"))
    assert.are.equal(0x7FFFFFFF, quota(node "<integer>2147483647</integer>"))
  end)

  it("is none when the tree names none", function()
    assert.are.same({ nil, "none" }, { quota(tree "") })
    assert.are.same({ nil, "none" }, { quota "" })
    assert.are.same({ nil, "none" }, { quota "\n" })
  end)

  it("cannot be read from another kind of value", function()
    for _, value in ipairs { "<data>AgAA</data>", "<data>AgAAAAA=</data>", "<data/>", "<integer>-1</integer>", "<real>2</real>", "<true/>",
      "<array/>", "<string>2</string>" } do
      assert.are.same({ nil, "the device tree's quota cannot be read" }, { quota(node(value)) }, value)
    end
  end)

  it("is not called none when the answer makes no sense", function()
    assert.are.same({ nil, "ioreg: not a property list: no <plist>" }, { quota "<key>apple-isa-vm-quota</key>" })
    assert.are.same({ nil, "/usr/sbin/ioreg: No such file or directory" }, { quota(false) })
  end)

  it("is looked for eight levels down and no further", function()
    local function nested(depth)
      return "<plist>" .. ("<array>"):rep(depth) .. "<dict><key>apple-isa-vm-quota</key><integer>5</integer></dict>"
        .. ("</array>"):rep(depth) .. "</plist>"
    end
    assert.are.equal(5, quota(nested(7)))
    assert.are.same({ nil, "none" }, { quota(nested(8)) })
  end)
end)
