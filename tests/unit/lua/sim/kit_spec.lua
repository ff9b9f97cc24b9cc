-- Kits on a simulated Mac: their files, receipts, packages; and the small tools of macOS that go with them.

local boot = require "sim.boot"
local catalogue = require "sim.catalogue"
local collection = require "sim.collection"
local kernel_banner = require "sim.kernel_banner"
local kits = require "sim.kits"
local kit_image = require "sim.kit_image"
local mounted = require "tests.unit.lua.support.mounted"
local plist = require "base.plist"

local PKGUTIL, INSTALLER, PS, IOREG = "/usr/sbin/pkgutil", "/usr/sbin/installer", "/bin/ps", "/usr/sbin/ioreg"

local function folder(mac) return kits.FOLDER .. "/" .. kits.name(mac.state.kit) .. "/" end

-- The files of installed kits, path from the folder of all kits → bytes.
local function installed(mac)
  local found, count = {}, 0
  for path, bytes in pairs(mac.contents) do
    local name = path:match("^/Library/Developer/KDKs/(.*)$")
    if name then found[name], count = bytes, count + 1 end
  end
  return found, count
end

describe("a kit", function()
  it("is known to every Mac, of its first system's build, and not installed", function()
    for _, name in ipairs(catalogue.names()) do
      local mac = mounted.macos(name)
      assert.are.equal(mac.state.groups[1].build, mac.state.kit.build)
      assert.are.same({}, mac.state.kits)
      assert.are.equal(0, select(2, installed(mac)))
    end
  end)

  it("lies on Data with kernels of this chip and two others", function()
    for _, name in ipairs(catalogue.names()) do
      local mac = mounted.macos(name, { "kit-installed" })
      local chip = mac.state.mac.soc:lower()
      local found, count = installed(mac)
      local top = kits.name(mac.state.kit) .. "/System/Library/"
      assert.is_true(count < 30)
      for _, flavour in ipairs { "release", "development", "kasan" } do
        assert.are.equal(0xC000, #found[("%sKernels/kernel.%s.%s"):format(top, flavour, chip)])
      end
      local version = plist.parse(found[top .. "CoreServices/SystemVersion.plist"])
      assert.are.equal(mac.state.kit.build, version.ProductBuildVersion)
      assert.are.equal(mac.state.kit.version, version.ProductVersion)
    end
  end)

  it("has a kernel that the simulated kmutil reads, with the xnu number of the system", function()
    local mac = mounted.macos(nil, { "kit-installed" })
    local path = folder(mac) .. "System/Library/Kernels/kernel.%s.t6020"
    local development = assert(collection.read_kernel(mac.files, path:format "development"))
    local release = assert(collection.read_kernel(mac.files, path:format "release"))
    assert.are.equal(kernel_banner.text(mac.state.running), release.banner)
    assert.truthy(development.banner:find("root:xnu_development-10002.1.13~1/DEVELOPMENT_ARM64_T6020", 1, true))
    assert.are.equal(32, #development.kernel_uuid)
    assert.are_not.equal(development.kernel_uuid, release.kernel_uuid)
    assert.is_nil((collection.read(mac.files, path:format "development")))
    assert.is_nil((collection.read_kernel(mac.files, path:format "development" .. ".dSYM")))
    assert.is_nil((collection.read_kernel(mac.files, folder(mac) .. "System/Library/CoreServices/SystemVersion.plist")))
  end)

  it("names the identifiers of two models, all of which it holds", function()
    local mac = mounted.macos("m4-26", { "kit-installed" })
    local found = installed(mac)
    local path = kits.name(mac.state.kit) .. "/System/Library/KernelCollections/kernelcache.release.%s.manifest.plist"
    local one, other = plist.parse(found[path:format "mac16g"]), plist.parse(found[path:format "mac16j"])
    assert.are.equal(#one.requiredIdentifiers - 1, #other.requiredIdentifiers)
    local all = table.concat(found, "\n")
    for _, bytes in pairs(found) do all = all .. bytes end
    for _, id in ipairs(one.requiredIdentifiers) do
      assert.truthy(all:find(("<key>CFBundleIdentifier</key>\n\t<string>%s</string>"):format(id), 1, true), id)
    end
  end)

  it("loses files when gutted, on some Macs its SystemVersion.plist", function()
    local kept = {}
    for _, name in ipairs(catalogue.names()) do
      local mac = mounted.macos(name, { "kit-gutted" })
      local found, listed = installed(mac), mac.run(PKGUTIL, "--files", kits.receipt(mac.state.kit))
      local missing = 0
      for path in listed.out:gmatch("[^\n]+") do
        if path:match("%.plist$") or path:find("/MacOS/", 1, true) then
          missing = missing + (found[kits.name(mac.state.kit) .. "/" .. path] and 0 or 1)
        end
      end
      assert.is_true(missing > 0)
      kept[found[kits.name(mac.state.kit) .. "/System/Library/CoreServices/SystemVersion.plist"] ~= nil] = true
    end
    assert.are.same({ [true] = true, [false] = true }, kept)
  end)

  it("may lack the development kernel of the chip alone", function()
    local mac = mounted.macos(nil, { "kit-without-chip" })
    local found, top = installed(mac), kits.name(mac.state.kit) .. "/System/Library/Kernels/"
    assert.is_nil(found[top .. "kernel.development.t6020"])
    assert.is_string(found[top .. "kernel.release.t6020"])
    assert.is_string(found[top .. "kernel.development.t8103"])
  end)

  it("may be of a near build, with another xnu number", function()
    for _, name in ipairs(catalogue.names()) do
      local mac = mounted.macos(name, { "kit-of-another-build" })
      local near, found = mac.state.kits[1], installed(mac)
      local bytes = found[("%s/System/Library/Kernels/kernel.development.%s"):format(kits.name(near), near.soc:lower())]
      assert.are_not.equal(mac.state.kit.build, near.build)
      assert.truthy(bytes:find("root:xnu_development-" .. near.xnu .. "/", 1, true))
      assert.are_not.equal(mac.state.kit.xnu, near.xnu)
    end
  end)

  it("is seen on the Data volume from recovery, without a receipt there", function()
    local state = require("sim.mac").new(nil, { "kit-installed" })
    local contents = mounted.contents(state)
    local path = "/Volumes/Macintosh HD - Data/Library/Developer/KDKs/KDK_14.0_23A344.kdk"
    assert.is_string(contents[path .. "/System/Library/Kernels/kernel.development.t6020"])
    local said = require("sim.player").run(state, PKGUTIL, { "--files", "com.apple.pkg.KDK.23A344" })
    assert.are.equal(1, said.status)
  end)
end)

describe("pkgutil", function()
  it("lists files and folders of a receipt, and says when there is none", function()
    local mac = mounted.macos(nil, { "kit-installed" })
    local said = mac.run(PKGUTIL, "--files", "com.apple.pkg.KDK.23A344")
    assert.are.equal(0, said.status)
    for _, line in ipairs { "System", "System/Library/Extensions/AppleHV.kext",
      "System/Library/Extensions/AppleHV.kext/Contents/Info.plist", "System/Library/Kernels/kernel.kasan.t6020" } do
      assert.truthy(("\n" .. said.out):find("\n" .. line .. "\n", 1, true), line)
    end
    said = mac.run(PKGUTIL, "--files", "com.apple.pkg.KDK.23B74")
    assert.are.equal(1, said.status)
    assert.are.equal("No receipt for 'com.apple.pkg.KDK.23B74' found at '/'.\n", said.err)
    assert.truthy(mac.run(PKGUTIL, "--pkgs").out:find("com.apple.pkg.KDK.23A344\n", 1, true))
    assert.truthy(mac.run(PKGUTIL, "--pkg-info", "com.apple.pkg.KDK.23A344").out:find("^package%-id: com"))
    assert.are.equal(1, mac.run(PKGUTIL, "--expand").status)
  end)

  it("knows a signed package from any other file", function()
    local mac = mounted.macos()
    mac.contents["/tmp/w/KernelDebugKit.pkg"] = kit_image.package(mac.state.kit)
    mac.contents["/tmp/w/changed.pkg"] = kit_image.package(mac.state.kit):gsub("23A344", "23A345")
    mac.contents["/tmp/w/text.pkg"] = "text"
    local said = mac.run(PKGUTIL, "--check-signature", "/tmp/w/KernelDebugKit.pkg")
    assert.are.equal(0, said.status)
    assert.truthy(said.out:find('^Package "KernelDebugKit.pkg":\n   Status: signed Apple Software\n'))
    assert.truthy(said.out:find("   Certificate Chain:\n    1. Software Update\n", 1, true))
    for _, name in ipairs { "changed", "text" } do
      said = mac.run(PKGUTIL, "--check-signature", "/tmp/w/" .. name .. ".pkg")
      assert.are.equal(1, said.status)
      assert.are.equal(('Package "%s.pkg":\n   Status: no signature\n'):format(name), said.out)
    end
    assert.are.equal(1, mac.run(PKGUTIL, "--check-signature", "/tmp/w/none.pkg").status)
  end)

  it("fails, hangs and babbles when told to", function()
    for how, status in pairs { ["fail-read"] = 1, ["garbage-read"] = 0 } do
      local mac = mounted.macos(nil, { "kit-installed" }, { "pkgutil:" .. how })
      local said = mac.run(PKGUTIL, "--files", "com.apple.pkg.KDK.23A344")
      assert.are.equal(status, said.status)
      assert.falsy(said.out:find("System/Library", 1, true))
    end
    assert.are.equal("hang", mounted.macos(nil, {}, { "pkgutil:hang-read" }).run(PKGUTIL, "--pkgs").how)
  end)
end)

describe("installer", function()
  local function with_package(circumstances, faults)
    local mac = mounted.macos(nil, circumstances, faults)
    mac.contents["/tmp/w/KernelDebugKit.pkg"] = kit_image.package(mac.state.kit)
    function mac.install(target) return mac.run(INSTALLER, "-pkg", "/tmp/w/KernelDebugKit.pkg", "-target", target or "/") end
    return mac
  end

  it("puts a kit and its receipt in place", function()
    local mac = with_package()
    local said = mac.install()
    assert.are.equal("installer: Package name is Kernel Debug Kit\ninstaller: Installing at base path /\n"
      .. "installer: The install was successful.\n", said.out)
    assert.are.equal(0, said.status)
    assert.are.equal(0, mac.run(PKGUTIL, "--files", "com.apple.pkg.KDK.23A344").status)
    local other = mounted.macos(nil, { "kit-installed" })
    assert.are.same((installed(other)), (installed(mac)))
  end)

  it("repairs a gutted kit", function()
    local mac = with_package { "kit-gutted" }
    assert.truthy(mac.install().out:find("installer: The upgrade was successful.\n", 1, true))
    assert.are.same((installed(mounted.macos(nil, { "kit-installed" }))), (installed(mac)))
    assert.are.equal(1, #mac.state.kits)
  end)

  it("refuses who is not root, other targets, what is no package, and recovery", function()
    assert.are.equal(1, with_package({ "not-root" }).install().status)
    assert.truthy(with_package({ "not-root" }).install().err:find("Must be run as root", 1, true))
    local mac = with_package()
    assert.are.equal(1, mac.install("/Volumes/USB").status)
    assert.are.equal(1, mac.run(INSTALLER, "-pkg", "/tmp/w/none.pkg", "-target", "/").status)
    assert.are.equal(1, mac.run(INSTALLER, "-volinfo").status)
    boot.next(mac.state, { into = "paired-recovery" })
    assert.are.equal(1, mac.install().status)
    assert.are.equal(0, select(2, installed(mac)))
  end)

  it("leaves half a kit without a receipt when it is killed or the disk is full", function()
    local _, whole = installed(mounted.macos(nil, { "kit-installed" }))
    for _, way in ipairs { { {}, { "installer:die-halfway" } }, { { "disk-full" }, {} } } do
      local mac = with_package(way[1], way[2])
      local said = mac.install()
      assert.are_not.equal(0, said.status or "killed")
      local _, count = installed(mac)
      assert.is_true(count > 0 and count < whole)
      assert.are.same({}, mac.state.kits)
    end
  end)

  it("lies and fails as told", function()
    local mac = with_package({}, { "installer:lie" })
    assert.are.equal(0, mac.install().status)
    assert.are.equal(0, select(2, installed(mac)))
    mac = with_package({}, { "installer:act-then-fail" })
    assert.are.equal(1, mac.install().status)
    assert.are.equal(1, #mac.state.kits)
  end)
end)

describe("ps", function()
  local function guests(mac)
    return select(2, mac.run(PS, "-axo", "comm=").out:gsub("/com%.apple%.Virtualization%.VirtualMachine\n", ""))
  end

  it("shows a line for each guest, in macOS alone", function()
    assert.are.equal(0, guests(mounted.macos()))
    local mac = mounted.macos(nil, { "guests-running" })
    assert.are.equal(2, guests(mac))
    assert.are.equal(1, mac.run(PS, "aux").status)
    boot.next(mac.state, { into = "paired-recovery" })
    assert.are.equal(0, guests(mac))
  end)
end)

describe("the device tree's product", function()
  it("has the quota on a newer Mac alone", function()
    local args = { IOREG, "-a", "-r", "-n", "product", "-p", "IODeviceTree", "-d", "1" }
    local entries = plist.parse(mounted.macos("m5-26.6").run(table.unpack(args)).out)
    assert.are.equal(1, #entries)
    assert.is_not_nil(entries[1]["apple-isa-vm-quota"])
    entries = plist.parse(mounted.macos().run(table.unpack(args)).out)
    assert.is_nil(entries[1]["apple-isa-vm-quota"])
    local said = mounted.macos().run(IOREG, "-a", "-r", "-n", "nothing")
    assert.are.same({ 0, "" }, { said.status, said.out })
  end)
end)

describe("a staged update", function()
  it("is told on the Update volume, which recovery does not mount", function()
    local mac = mounted.macos("m5-26.6", { "update-staged" })
    local dict = plist.parse(mac.contents["/System/Volumes/Update/Update.plist"])
    assert.are.same({ Build = "25G80", OSVersion = "26.6.1" }, dict["update-asset-attributes"])
    assert.is_nil(mounted.macos().contents["/System/Volumes/Update/Update.plist"])
    local state = require("sim.mac").new(nil, { "update-staged" })
    assert.is_nil(mounted.contents(state)["/System/Volumes/Update/Update.plist"])
  end)
end)
