-- Kernel debug kits: what one is, whether it is whole, which fits, and what it lists.

local answers = require "tests.unit.lua.support.answers"
local disk = require "tests.unit.lua.support.disk"
local fileset = require "tests.unit.lua.support.fileset"
local kits = require "kernel.kit"

local FOLDER = "/Library/Developer/KDKs"
local NAME = "KDK_14.0_23A344.kdk"
local KIT = FOLDER .. "/" .. NAME
local KERNEL = fileset.make { filetype = 2, commands = { fileset.uuid() } }

local function system_version(version, build)
  return ("<plist><dict><key>ProductVersion</key><string>%s</string><key>ProductBuildVersion</key><string>%s</string></dict></plist>")
    :format(version, build)
end

local function with(more)
  local contents = {
    [KIT .. "/System/Library/CoreServices/SystemVersion.plist"] = system_version("14.0", "23A344"),
    [KIT .. "/System/Library/Kernels/kernel"] = "x", [KIT .. "/System/Library/Kernels/kernel.development.t6020"] = KERNEL,
    [KIT .. "/System/Library/Kernels/kernel.development.t8103"] = "x",
    [KIT .. "/System/Library/Kernels/kernel.development.t8103.dSYM/Info"] = "x",
    [KIT .. "/System/Library/Kernels/kernel.kasan.t6020"] = "x",
  }
  for path, bytes in pairs(more or {}) do contents[path] = bytes or nil end
  return disk.use(contents)
end

after_each(disk.restore)

describe("kits.folder", function()
  it("is reached from / in macOS, and on Data in recovery", function()
    assert.are.equal(FOLDER, kits.folder("macos", "/System/Volumes/Data"))
    assert.are.equal("/Volumes/Data" .. FOLDER, kits.folder("recovery", "/Volumes/Data"))
    assert.are.equal(FOLDER, kits.folder("recovery", "/"))
    assert.is_nil(kits.folder("recovery", nil))
  end)
end)

describe("kits.read", function()
  it("tells name, version, build and the chips with a development kernel", function()
    with()
    assert.are.same({ path = KIT, name = NAME, version = "14.0", build = "23A344", chips = { "t6020", "t8103" } }, kits.read("", KIT))
  end)

  it("keeps a kit whose version cannot be told, with the reason", function()
    local place = KIT .. "/System/Library/CoreServices/SystemVersion.plist"
    with { [place] = "<plist><dict><key>ProductVersion</key><string>14.0</string></dict></plist>" }
    local kit = kits.read("", KIT)
    assert.are.same({ nil, "its SystemVersion.plist names no build" }, { kit.build, kit.problem })
    with { [place] = "nothing" }
    assert.are.equal("its SystemVersion.plist names no build", kits.read("", KIT).problem)
    with { [place] = false }
    kit = kits.read("", KIT)
    assert.are.same({ nil, "its SystemVersion.plist cannot be read: " .. place .. ": No such file or directory" },
      { kit.build, kit.problem })
  end)

  it("may have its lists and its version behind a link", function()
    local version, list = KIT .. "/System/Library/CoreServices/SystemVersion.plist", KIT .. "/l"
    local contents = { [version] = system_version("14.0", "23A344"),
      [list] = "<plist><dict><key>requiredIdentifiers</key><array><string>a</string></array></dict></plist>" }
    disk.use(contents, { [version] = { link = { type = "link" } }, [list] = { link = { type = "link" } } })
    assert.are.same({ "23A344", { "a" } }, { kits.read("", KIT).build, kits.required_bundles("", list) })
  end)

  it("is nothing where there is no folder", function()
    with { ["/file"] = "x" }
    assert.are.same({ nil, "/none: no such kit" }, { kits.read("", "/none") })
    assert.are.same({ nil, "/file: no such kit" }, { kits.read("", "/file") })
  end)
end)

describe("kits.list", function()
  it("takes folders called .kdk, in the order of their names, below the root", function()
    disk.use { ["/r" .. FOLDER .. "/b.kdk/x"] = "x", ["/r" .. FOLDER .. "/a.kdk/x"] = "x", ["/r" .. FOLDER .. "/c.kdk"] = "a file",
      ["/r" .. FOLDER .. "/d.kdk.bak/x"] = "x", ["/r" .. FOLDER .. "/kdk/x"] = "x" }
    local names = {}
    for index, kit in ipairs(kits.list("/r", FOLDER)) do names[index] = kit.name end
    assert.are.same({ "a.kdk", "b.kdk" }, names)
    assert.are.same({}, kits.list("", FOLDER))
  end)
end)

describe("kits.completeness", function()
  local RECEIPT = "/usr/sbin/pkgutil --files com.apple.pkg.KDK.23A344"

  local function completeness(receipt, more)
    answers.use { [RECEIPT] = receipt }
    with(more)
    return kits.completeness("", kits.read("", KIT))
  end

  it("is told by the package's receipt", function()
    assert.are.same({ "complete", "all its 2 files are there" },
      { completeness "System\nSystem/Library/Kernels/kernel.development.t6020\n" })
    assert.are.same({ "incomplete", "2 of its 4 files are gone, System/Library/Extensions/A.kext first; macOS updates remove them" },
      { completeness("System\nSystem/Library/Extensions/A.kext\nSystem/Library/Kernels/kernel\nSystem/Library/Kernels/none\n") })
  end)

  it("does not miss what a build does not need", function()
    assert.are.equal("complete", (completeness "System/Library/Other/x\nSystem/Library/KernelsX\nusr/include/x.h\n"))
  end)

  it("counts a link that leads nowhere as there: the kit is as it was installed", function()
    answers.use { [RECEIPT] = "System/Library/Kernels/kernel\n" }
    disk.use({ [KIT .. "/System/Library/Kernels/kernel"] = "x" }, { [KIT .. "/System/Library/Kernels/kernel"] = { dangling = true } })
    assert.are.equal("complete", (kits.completeness("", { path = KIT, build = "23A344" })))
  end)

  it("is not known without a receipt", function()
    assert.are.same({ "unknown", "macOS has no receipt of its package, so nothing tells whether it is whole" },
      { completeness(answers.of("", 1, "No receipt for 'x' found at '/'.")) })
    assert.are.same({ "unknown", RECEIPT .. " ended with status 1: it broke" }, { completeness(answers.of("", 1, "it broke")) })
  end)

  it("is not there where the kit does not tell its build", function()
    answers.use {}
    assert.are.same({ "incomplete", "why" }, { kits.completeness("", { problem = "why" }) })
  end)
end)

describe("a kit for a build", function()
  it("is the one of exactly this build", function()
    local list = { { build = "23A344" }, {}, { build = "23B74" } }
    assert.are.equal(list[3], kits.exact(list, "23B74"))
    assert.is_nil(kits.exact(list, "23B7"))
    assert.is_nil(kits.exact(list, nil))
  end)

  it("has a kernel for a chip, Max and Ultra the Pro's", function()
    local kit = { path = KIT, chips = { "t8103", "t6020" } }
    for _, chip in ipairs { "t6020", "t6021", "t6022" } do
      assert.are.equal(KIT .. "/System/Library/Kernels/kernel.development.t6020", kits.kernel(kit, chip))
    end
    assert.are.same({ nil, "it has no development kernel for t6041; it has: t8103 t6020" }, { kits.kernel(kit, "t6040") })
    assert.are.same({ nil, "it has no development kernel for t1; it has: none" }, { kits.kernel({ path = KIT, chips = {} }, "t1") })
    assert.are.same({ nil, "it has no development kernel for t1; it has: t2" }, { kits.kernel({ path = KIT, chips = { "t2" } }, "t1") })
  end)

  it("is inspected for the kernel a collection should have", function()
    with()
    assert.are.equal(fileset.BANNER, kits.kernel_of_build("", FOLDER, "23A344", "t6021").banner)
    assert.are.equal(("ABCD"):rep(8), kits.kernel_of_build("", FOLDER, "23A344", "t6020").uuid)
    assert.is_nil((kits.kernel_of_build("", FOLDER, "23A344", "t8103")), "no Mach-O file")
    assert.is_nil((kits.kernel_of_build("", FOLDER, "23A344", "t6041")))
    assert.is_nil((kits.kernel_of_build("", FOLDER, "23B74", "t6020")))
    for _, none in ipairs { { nil, "23A344", "t6020" }, { FOLDER, nil, "t6020" }, { FOLDER, "23A344", nil } } do
      assert.is_nil((kits.kernel_of_build("", none[1], none[2], none[3])))
    end
  end)
end)

describe("kits.is_near", function()
  it("looks at major and minor version", function()
    for _, case in ipairs { { "14.1", "14.1", true }, { "14.0", "14.1", true }, { "14", "14.1", true }, { "14.1", "14", false },
      { "14", "14", true }, { "13.1", "14.1", false }, { "14.2", "14.1", false }, { "14.10", "14.11", true },
      { "14.1", "14.11", false } } do
      assert.are.equal(case[3], kits.is_near(case[1], case[2]), case[1] .. " " .. case[2])
    end
    assert.is_false(kits.is_near(nil, "14.0"))
    assert.is_false(kits.is_near(nil, nil))
  end)
end)

describe("a kit's lists for Mac models", function()
  local FOLDER_OF_LISTS = KIT .. "/System/Library/KernelCollections/"

  it("are named after the models", function()
    with { [FOLDER_OF_LISTS .. "kernelcache.release.mac14g.manifest.plist"] = "x", [FOLDER_OF_LISTS .. "kernelcache.release.mac14g"] = "x",
      [FOLDER_OF_LISTS .. "kernelcache.development.mac15.manifest.plist"] = "x",
      [FOLDER_OF_LISTS .. "kernelcache.release.mac16j_2.manifest.plist"] = "x" }
    assert.are.same({ { name = "mac14g", path = FOLDER_OF_LISTS .. "kernelcache.release.mac14g.manifest.plist" },
      { name = "mac16j_2", path = FOLDER_OF_LISTS .. "kernelcache.release.mac16j_2.manifest.plist" } },
      kits.model_lists("", { path = KIT }))
    with()
    assert.are.same({}, kits.model_lists("", { path = KIT }))
  end)

  it("name bundle ids, and nothing else", function()
    local function required(inside)
      disk.use { ["/r/l"] = "<plist><dict><key>requiredIdentifiers</key>" .. inside .. "</dict></plist>" }
      return kits.required_bundles("/r", "/l")
    end
    assert.are.same({ "com.apple.a", "com.apple.b" },
      required "<array><string>com.apple.a</string><string>com.apple.b</string></array>")
    for _, inside in ipairs { "<array/>", "<string>x</string>", "<dict/>", "<true/>" } do
      assert.are.same({ nil, "/l: names no requiredIdentifiers" }, { required(inside) }, inside)
    end
    assert.are.same({ nil, "/l: requiredIdentifiers holds something else than names" },
      { required "<array><string>com.apple.a</string><integer>1</integer></array>" })
    assert.are.same({ nil, "/r/none: No such file or directory" }, { kits.required_bundles("/r", "/none") })
    local limit
    disk.use({}).read = function(_, bytes)
      limit = bytes
      return nil, "x"
    end
    kits.required_bundles("/r", "/l")
    assert.are.equal(16 << 20, limit)
  end)
end)
