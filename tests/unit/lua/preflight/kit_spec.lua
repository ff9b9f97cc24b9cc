-- The preconditions of building, fetching, installing and staging: each check's answers, and what later checks get from it.

local answers = require "tests.unit.lua.support.answers"
local files = require "lib_file"
local fileset = require "tests.unit.lua.support.fileset"
local preflight = require "preflight.run"
local read_only = require "tests.unit.lua.support.read_only"
local row_module = require "tests.unit.lua.support.row"
local targets = require "tests.unit.lua.support.target"
local write = require "tests.unit.lua.support.put"

local KITS = "/Library/Developer/KDKs/"

local root
before_each(function() root = assert(files.make_scratch()) end)
after_each(function() files.remove_tree(root) end)

local function put(path, bytes) write(root .. path, bytes) end

-- A kit of this build, with development kernels for these chips.
local function install(name, version, build, ...)
  local folder = KITS .. name
  put(folder .. "/System/Library/CoreServices/SystemVersion.plist", ("<plist><dict><key>ProductVersion</key><string>%s</string>"
    .. "<key>ProductBuildVersion</key><string>%s</string></dict></plist>"):format(version, build))
  for _, chip in ipairs { ... } do
    put(folder .. "/System/Library/Kernels/kernel.development." .. chip, fileset.make { filetype = 2,
      banner = fileset.BANNER:gsub("T6020", chip:upper()) })
  end
  return folder
end

-- Makes one check. @return its row, and what it found
local function check(name, options, known, changes, make)
  local target = (make or targets.macos) { root = root, group = changes }
  local fine, rows, found = preflight.run({ name }, read_only(target), read_only { options = options or {} }, read_only(known or {}))
  assert.are.equal(fine, rows[1].verdict == "ok")
  return rows[1], found
end

local expect = row_module.expect

local function cured(cure, words) assert.truthy(cure:find(words, 1, true), cure) end

describe("the check of the kit", function()
  it("takes the one of exactly this build, and hands it on", function()
    install("KDK_15.6_24G83.kdk", "15.6", "24G83")
    local folder = install("KDK_15.6_24G84.kdk", "15.6", "24G84")
    local row, found = check "kit"
    expect("ok", folder .. ", build 24G84", row)
    assert.are.same({ "24G84", folder }, { found.kit.build, found.kit.path })
  end)

  it("lists what is installed where none is of this build", function()
    cured(expect("bad", "no kit of build 24G84 is installed; installed: none", (check "kit")), "vmq-recovery kdk fetch")
    install("KDK_15.5_24F74.kdk", "15.5", "24F74")
    local row, found = check "kit"
    expect("bad", "installed: KDK_15.5_24F74.kdk", row)
    assert.is_nil(found.kit)
  end)

  it("takes a near one only when told to, and says so with the warning", function()
    install("KDK_15.5_24F74.kdk", "15.5", "24F74")
    install("KDK_15.6_24G80.kdk", "15.6", "24G80")
    install("KDK_26.0_25A354.kdk", "26.0", "25A354")
    local row, found = check("kit", { inexact = true })
    expect("ok", "build 24G80, not this macOS's 24G84. Kernel and extensions of different builds may not link", row)
    assert.are.equal("24G80", found.kit.build)
  end)

  it("takes the folder that was named, but not for another build without being told to", function()
    local folder = install("KDK_15.5_24F74.kdk", "15.5", "24F74")
    for _, named in ipairs { { options = { kdk = root .. folder } }, { known = { kdk = folder } } } do
      local row, found = check("kit", named.options, named.known)
      cured(expect("bad", "KDK_15.5_24F74.kdk is of build 24F74, this macOS is 24G84", row), "only a kit of exactly this build fits")
      assert.are.equal("24F74", found.kit.build)
    end
    for _, options in ipairs { { build = "24F74" }, { from_kit = true } } do
      expect("ok", folder .. ", build 24F74", (check("kit", options, { kdk = folder })))
    end
    cured(expect("bad", "/nowhere: no such kit", (check("kit", { kdk = "/nowhere" }))), "name a folder such as " .. KITS)
  end)

  it("looks on Data in recovery, and where Data is not mounted at what stands in its place", function()
    local here = install("KDK_15.6_24G84.kdk", "15.6", "24G84")
    assert(files.make_directory(root .. "/Volumes/Data/Library/Developer", 448))
    for _, data in ipairs { targets.NONE, { device = "disk3s5" } } do
      expect("ok", here .. ", build 24G84", (check("kit", nil, nil, { data = data }, targets.recovery)))
    end
    expect("bad", "installed: none", (check("kit", nil, nil, nil, targets.recovery)))
    assert(os.rename(root .. "/Library/Developer/KDKs", root .. "/Volumes/Data/Library/Developer/KDKs"))
    expect("ok", "/Volumes/Data" .. here .. ", build 24G84", (check("kit", nil, nil, nil, targets.recovery)))
  end)

  it("does not take a folder that tells no build for a kit", function()
    assert(files.make_directory(root .. KITS .. "x.kdk", 448))
    cured(expect("bad", "x.kdk: its SystemVersion.plist cannot be read", (check("kit", { kdk = KITS .. "x.kdk" }))), "kdk install")
  end)

  it("names the kits that there are, and what is wrong with one", function()
    install("a.kdk", "15.0", "24A1")
    assert(files.make_directory(root .. KITS .. "b.kdk", 448))
    expect("bad", "no kit of build 24G84 is installed; installed: a.kdk, b.kdk (its SystemVersion.plist cannot be read: ", (check "kit"))
  end)

  it("does not guess the build", function()
    cured(expect("unknown", "this macOS's build is not known", (check("kit", nil, nil, { build = targets.NONE }))), "sw_vers")
  end)
end)

describe("the check of the kit's files", function()
  local KIT = { build = "24G84", path = KITS .. "k.kdk", name = "k.kdk", chips = {} }
  local LIST = "/usr/sbin/pkgutil --files com.apple.pkg.KDK.24G84"

  it("wants every file that a build needs", function()
    put(KIT.path .. "/System/Library/Kernels/kernel", "x")
    answers.use { [LIST] = "System/Library/Kernels/kernel\nUsers/x\n" }
    expect("ok", "all its 2 files are there", (check("kit files", nil, { kit = KIT })))
    answers.use { [LIST] = "System/Library/Kernels/kernel\nSystem/Library/Kernels/gone\n" }
    cured(expect("bad", "1 of its 2 files are gone, System/Library/Kernels/gone first", (check("kit files", nil, { kit = KIT }))),
      "kdk install")
  end)

  it("cannot know without a receipt, a tool or a kit", function()
    answers.use { [LIST] = answers.of("", 1, "No receipt for 'x' found") }
    expect("unknown", "no receipt", (check("kit files", nil, { kit = KIT })))
    answers.use {}
    expect("unknown", "No such file", (check("kit files", nil, { kit = KIT })))
    expect("unknown", "there is no kit", (check "kit files"))
  end)
end)

describe("the check of the kernel", function()
  local function kernel(options, ...)
    local folder = install("k.kdk", "15.6", "24G84", ...)
    return check("kernel", options, { kit = { path = folder, name = "k.kdk", build = "24G84", chips = { ... } } })
  end

  it("takes the development kernel of this Mac's chip, with its path", function()
    local row, found = kernel(nil, "t6020", "t6041")
    local path = KITS .. "k.kdk/System/Library/Kernels/kernel.development.t6041"
    expect("ok", path .. ", xnu-10002.1.13~1", row)
    assert.are.same({ path, "t6041", "development" }, { found.kit_kernel.path, found.kit_kernel.chip, found.kit_kernel.kind })
  end)

  it("takes the chip that was named, for another Mac alone", function()
    expect("ok", "kernel.development.t6020", (kernel({ from_kit = true, chip = "t6021" }, "t6020", "t6041")))
    expect("ok", "kernel.development.t6041", (kernel({ chip = "t6021" }, "t6020", "t6041")))
  end)

  it("names the chips there are where this one's is missing", function()
    cured(expect("bad", "k.kdk: it has no development kernel for t6041; it has: t6020", (kernel(nil, "t6020"))), "another build")
  end)

  it("does not take a file for a kernel by its name", function()
    local path = KITS .. "k.kdk/System/Library/Kernels/kernel.development.t6041"
    put(path, fileset.make { filetype = 2, banner = "Darwin Kernel Version 24; root:xnu-1.2~1/RELEASE_ARM64_T6041" })
    local known = { kit = { path = KITS .. "k.kdk", name = "k.kdk", chips = { "t6041" } } }
    local row, found = check("kernel", nil, known)
    expect("bad", path .. ": holds a release kernel", row)
    assert.are.equal("release", found.kit_kernel.kind)
    put(path, "no kernel")
    cured(expect("bad", "kernel.development.t6041", (check("kernel", nil, known))), "kdk install")
  end)

  it("cannot know without kit or chip", function()
    expect("unknown", "kit or chip is not known", (check "kernel"))
    local _, rows = preflight.run({ "kernel" }, read_only(targets.macos { kernel = targets.NONE }), read_only { options = {} },
      read_only { kit = {} })
    expect("unknown", "kit or chip is not known", rows[1])
  end)
end)

describe("the check of the extensions", function()
  local KIT = { path = KITS .. "k.kdk", name = "k.kdk", version = "15.6", chips = {} }

  local function list(options, told, changes)
    answers.use { ["/usr/bin/kmutil inspect -V release --no-header"] = told or false }
    return check("extensions", options, { kit = KIT }, changes)
  end

  it("says what kmutil says where it cannot be had", function()
    expect("unknown", "No such file", (list()))
    expect("unknown", "there is no kit", (check "extensions"))
  end)

  it("names the running macOS's, and no other's", function()
    local changes = { system = { mount = "/Volumes/HD", device = "d" } }
    cured(expect("bad", "Macintosh HD is not the macOS that runs", (list(nil, nil, changes))), "--from-kit")
    expect("bad", "k.kdk has lists for these models: none", (list({ from_kit = true }, nil, changes)))
  end)

  it("takes the kit's own list with --from-kit, less what is excluded", function()
    local folder = KIT.path .. "/System/Library/KernelCollections/"
    put(folder .. "kernelcache.release.mac16j.manifest.plist",
      "<plist><dict><key>requiredIdentifiers</key><array><string>com.a</string><string>com.b</string></array></dict></plist>")
    local row, found = list { from_kit = true }
    expect("ok", "2 go in, 0 are left out", row)
    assert.are.same({ "com.a", "com.b" }, found.bundles.take)
    row, found = list { from_kit = true, exclude = { "com.b" } }
    expect("ok", "1 go in, 1 are left out", row)
    assert.are.same({ { id = "com.b", why = "left out by --exclude" } }, found.bundles.left)
    cured(expect("bad", "com.c: no such kernel extension among the 2", (list { from_kit = true, exclude = { "com.c" } })), "kmutil inspect")
    put(folder .. "kernelcache.release.mac14g.manifest.plist", "x")
    cured(expect("bad", "these models: mac14g mac16j", (list { from_kit = true })), "--model")
    expect("ok", "2 go in", (list { from_kit = true, model = "mac16j" }))
    expect("unknown", "names no requiredIdentifiers", (list { from_kit = true, model = "mac14g" }))
  end)
end)

describe("the check of the output", function()
  local function output() return (check("output", nil, { output = "/out/x.kc" })) end

  it("takes a place that is empty, or holds a collection or an empty file", function()
    expect("ok", "/out/x.kc", output())
    put("/out/x.kc", "")
    expect("ok", "/out/x.kc, replaced", output())
    put("/out/x.kc", fileset.make())
    expect("ok", "/out/x.kc, replaced", output())
  end)

  it("does not replace anything else", function()
    put("/out/x.kc", "my diary")
    cured(expect("bad", "/out/x.kc is something else than a kernel collection", output()), "--output")
  end)

  it("does not replace a folder", function()
    assert(files.make_directory(root .. "/out/x.kc", 448))
    expect("bad", "is something else", output())
  end)
end)

describe("the check of the image", function()
  local function image(path, options, problem)
    return check("image", options, { image = path, image_problem = problem })
  end

  it("reads the build off its name", function()
    for _, name in ipairs { "Kernel_Debug_Kit_15.6_build_24G84.dmg", "Kernal_Debug_Kit_15.6_24G84.dmg" } do
      put("/d/" .. name, "x")
      local row, found = image("/d/" .. name)
      expect("ok", "/d/" .. name .. ", build 24G84", row)
      assert.are.equal("24G84", found.image_build)
    end
  end)

  it("wants this macOS's build unless it is told otherwise", function()
    put("/d/k_24F74.dmg", "x")
    cured(expect("bad", "it is of build 24F74, this macOS is 24G84", (image("/d/k_24F74.dmg"))), "--inexact")
    expect("ok", "build 24F74", (image("/d/k_24F74.dmg", { inexact = true })))
    put("/d/kit.dmg", "x")
    cured(expect("bad", "its name tells no build", (image("/d/kit.dmg"))), "--build BUILD")
    expect("ok", "build 24G84", (image("/d/kit.dmg", { build = "24G84" })))
  end)

  it("wants a file", function()
    cured(expect("bad", "none is there", (image(nil, nil, "none is there"))), "kdk fetch")
    expect("bad", "No such file", (image "/d/none_24G84.dmg"))
    assert(files.make_directory(root .. "/d/k_24G84.dmg", 448))
    expect("bad", "/d/k_24G84.dmg: no file", (image "/d/k_24G84.dmg"))
  end)
end)
