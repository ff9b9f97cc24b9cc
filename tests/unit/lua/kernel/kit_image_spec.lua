-- A kit's image on its way onto the disk: half, whole, mounted, signed, installed.

local answers = require "tests.unit.lua.support.answers"
local disk = require "tests.unit.lua.support.disk"
local kit_image = require "kernel.kit_image"

local WHOLE = "the whole image"
local SUM = require("lib_file").sha256_text(WHOLE)
local c = { root = "/r", part = "/k.part", folder = "/mount", kits = "/KDKs", build = "23A344", size = #WHOLE, sha256 = SUM }

after_each(disk.restore)

describe("kit_image.is_whole", function()
  it("wants size and checksum, and looks at the size first", function()
    local files = disk.use { ["/r/whole"] = WHOLE, ["/r/other"] = ("x"):rep(#WHOLE), ["/r/half"] = WHOLE:sub(1, 5), ["/r/folder/x"] = "" }
    assert.is_true(kit_image.is_whole(c, "/whole"))
    assert.is_false(kit_image.is_whole(c, "/other"))
    local summed = files.summed
    assert.is_false(kit_image.is_whole(c, "/half"))
    assert.is_false(kit_image.is_whole(c, "/folder"))
    assert.is_false(kit_image.is_whole(c, "/none"))
    assert.are.equal(summed, files.summed)
  end)
end)

describe("kit_image.part", function()
  it("tells how much is there", function()
    for bytes, told in pairs { [""] = "part", [WHOLE:sub(1, -2)] = "part", [WHOLE] = "whole", [("x"):rep(#WHOLE)] = "wrong",
      [WHOLE .. "x"] = "wrong" } do
      disk.use { ["/r/k.part"] = bytes }
      assert.are.equal(told, kit_image.part(c), bytes)
    end
    disk.use {}
    assert.are.equal("none", kit_image.part(c))
    for _, about in ipairs { { type = "fifo" }, { link = { type = "link" } }, { link = { type = "link" }, dangling = true } } do
      disk.use({ ["/r/k.part"] = WHOLE }, { ["/r/k.part"] = about })
      assert.are.equal("other", kit_image.part(c))
    end
  end)
end)

describe("the mounted image", function()
  local SIGNATURE = "/usr/sbin/pkgutil --check-signature /mount/Kernel Debug Kit.pkg"

  it("holds one package", function()
    disk.use { ["/r/mount/Kernel Debug Kit.pkg"] = "x", ["/r/mount/Read Me.rtf"] = "x", ["/r/mount/x.pkg.txt"] = "x" }
    assert.are.equal("/mount/Kernel Debug Kit.pkg", kit_image.package(c))
    assert.is_false(kit_image.unmounted(c))
  end)

  it("holds none, or several", function()
    disk.use { ["/r/mount/Read Me.rtf"] = "x" }
    assert.are.same({ nil, "the image holds 0 packages" }, { kit_image.package(c) })
    disk.use { ["/r/mount/a.pkg"] = "x", ["/r/mount/b.pkg"] = "x" }
    assert.are.same({ nil, "the image holds 2 packages" }, { kit_image.package(c) })
    assert.are.equal("the image holds 2 packages", kit_image.signature(c))
  end)

  it("is not there where the folder is empty or missing", function()
    for _, contents in ipairs { {}, { ["/r/mount/"] = "" } } do
      disk.use(contents)
      assert.are.same({ nil, "nothing is mounted" }, { kit_image.package(c) })
      assert.is_true(kit_image.unmounted(c))
    end
  end)

  it("is Apple's when pkgutil says so, and else what it says", function()
    disk.use { ["/r/mount/Kernel Debug Kit.pkg"] = "x" }
    answers.use { [SIGNATURE] = 'Package "Kernel Debug Kit.pkg":\n   Status: signed Apple Software\n' }
    assert.are.equal("apple", kit_image.signature(c))
    answers.use { [SIGNATURE] = answers.of("   Status: no signature\n", 1) }
    assert.are.equal("no signature", kit_image.signature(c))
    answers.use { [SIGNATURE] = answers.of("", 1, "broken") }
    assert.truthy(kit_image.signature(c):find("ended with status 1: broken", 1, true))
  end)
end)

describe("kit_image.kit", function()
  local VERSION = "/r/KDKs/K.kdk/System/Library/CoreServices/SystemVersion.plist"

  it("is the installed kit of this build", function()
    answers.use { ["/usr/sbin/pkgutil --files com.apple.pkg.KDK.23A344"] = "System/Library/Kernels/kernel\n" }
    local contents = { [VERSION] = "<plist><dict><key>ProductBuildVersion</key><string>23A344</string></dict></plist>" }
    disk.use(contents)
    assert.are.equal("incomplete", kit_image.kit(c))
    contents["/r/KDKs/K.kdk/System/Library/Kernels/kernel"] = "x"
    assert.are.same({ "complete" }, { kit_image.kit(c) })
    contents[VERSION] = contents[VERSION]:gsub("23A344", "23A345")
    assert.are.equal("absent", kit_image.kit(c))
  end)
end)

describe("the kits to take away", function()
  local FILES = "/usr/sbin/pkgutil --files com.apple.pkg.KDK."
  local list = ""
  for _, build in ipairs { "A", "B", "C" } do list = list .. kit_image.line(("/KDKs/KDK_1_%s.kdk"):format(build), build) end

  it("are those whose folder or receipt is there; the receipt goes first", function()
    local none = answers.of("", 1, "No receipt for 'x' found at '/'.")
    disk.use { ["/r/KDKs/KDK_1_A.kdk/x"] = "x" }
    answers.use { [FILES .. "A"] = none, [FILES .. "B"] = "System\n", [FILES .. "C"] = none }
    assert.are.same({ { path = "/KDKs/KDK_1_A.kdk" }, { path = "/KDKs/KDK_1_B.kdk", id = "com.apple.pkg.KDK.B" } },
      kit_image.still_there { root = "/r", kits = list })
    local words = {}
    for index, command in ipairs(kit_image.removal { root = "/r", kits = list }) do words[index] = table.concat(command.argv, " ") end
    assert.are.same({ "remove-kit /KDKs/KDK_1_A.kdk", "/usr/sbin/pkgutil --forget com.apple.pkg.KDK.B", "remove-kit /KDKs/KDK_1_B.kdk" },
      words)
    assert.are.same({}, kit_image.still_there { root = "/r", kits = "" })
    local path = "/r/KDKs/KDK_1_C.kdk"
    disk.use({ [path] = "x" }, { [path] = { dangling = true, link = { type = "link" } } })
    local there = kit_image.still_there { root = "/r", kits = kit_image.line("/KDKs/KDK_1_C.kdk", "C") }
    assert.are.same({ { path = "/KDKs/KDK_1_C.kdk" } }, there)
  end)
end)
