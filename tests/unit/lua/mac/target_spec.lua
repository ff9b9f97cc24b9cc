-- Which Mac this is: environment, groups, the target, its mounts and owners.

local answers = require "tests.unit.lua.support.answers"
local files = require "lib_file"
local mac = require "mac.target"
local policies = require "tests.unit.lua.support.policies"
local samples = require "tests.unit.lua.support.samples"

local GROUP, OTHER = policies.GROUP, "40516273-8495-4AB6-87C8-D9EAFB0C1D2E"
local INFO, LIST = "/usr/sbin/diskutil info -plist ", "/usr/sbin/diskutil apfs listVolumeGroups -plist"
local ENVIRONMENT = "/usr/sbin/sysctl -n hw.osenvironment"

local root
before_each(function() root = assert(files.make_scratch()) end)
after_each(function() files.remove_tree(root) end)

local function write(path, text)
  assert(files.make_directory(root .. path:match("^(.*)/"), 448))
  assert(files.write_atomic(root .. path, text, 384))
end

local function dict(pairs_of_strings)
  local parts = {}
  for key, value in pairs(pairs_of_strings) do
    parts[#parts + 1] = ("<key>%s</key>%s"):format(key, value:find("^<") and value or "<string>" .. value .. "</string>")
  end
  return "<plist><dict>" .. table.concat(parts) .. "</dict></plist>"
end

describe("mac.environment", function()
  it("believes two readings that agree, and nothing less", function()
    local one = "one true recoveryOS"
    for _, case in ipairs {
      { "macos", nil, "macos" }, { "macos", { os_type = one, paired = true }, "macos" },
      { "recovery", { os_type = one, paired = true }, "paired-recovery" },
      { "recovery", { os_type = one, paired = false }, "recovery" },
      { "recovery", { os_type = "ordinary recoveryOS", paired = false }, "recovery" },
      { "recovery", { os_type = "recoveryOS" }, "recovery" }, { "recovery", { os_type = one }, "unknown" },
      { "recovery", { os_type = "macOS", paired = false }, "unknown" },
      { "recovery", { os_type = "new kind", paired = true }, "unknown" },
      { "recovery", {}, "unknown" }, { "recovery", nil, "unknown" },
      { "unknown", { os_type = one, paired = true }, "unknown" },
    } do
      local environment, words = mac.environment(case[1], case[2])
      assert.are.equal(case[3], environment, words)
      assert.is_string(words)
    end
  end)
end)

describe("mac.booted", function()
  local APPLE = "Darwin Kernel Version 24.6.0: Mon; root:xnu-11417.140.69~1/RELEASE_ARM64_T6041\n"

  local function booted(answer, installer, banner)
    answers.use { [ENVIRONMENT] = answer, ["/usr/bin/uname -v"] = banner or APPLE }
    if installer then assert(files.make_directory(root .. "/System/Installation", 448)) end
    return (mac.booted(root))
  end

  it("tells recovery and macOS apart", function()
    assert.are.equal("recovery", booted "recoveryos\n")
    assert.are.equal("macos", booted(answers.of("", 1, "unknown oid")))
    assert.are.equal("macos", booted "macos\n")
    assert.are.equal("macos", booted "\n")
  end)

  it("is neither on another kind of computer", function()
    assert.are.equal("unknown", booted("recoveryos\n", false, "#1 SMP Debian\n"))
    assert.are.equal("unknown", booted(answers.of("", 1), false, "Darwin Kernel; root:xnu-1.2/RELEASE_X86_64\n"))
  end)

  it("does not guess", function()
    assert.are.equal("unknown", booted "darwinos-ramdisk\n")
    assert.are.equal("unknown", booted(false))
    assert.are.equal("unknown", booted("macos\n", true))
    assert.are.equal("recovery", booted("recoveryos\n", true))
  end)
end)

describe("mac.choose", function()
  local function group(uuid, name, more)
    local result = { group = uuid, name = name, system = { name = name, mount = "/Volumes/" .. name, device = "d" } }
    for key, value in pairs(more or {}) do result[key] = value end
    return result
  end

  local hd, second = group(GROUP, "Macintosh HD", { data = { name = "HD Daten" } }), group(OTHER, "Second")

  local function default(uuid)
    local value = "EF57347C-0000-AA11-AA11-00306543ECAC:AB:" .. (uuid or "")
    answers.use { ["/usr/sbin/nvram -x boot-volume"] = "boot-volume\t" .. value .. "\n" }
  end

  it("takes the only one, and none from nothing", function()
    default(nil)
    assert.are.equal(hd, mac.choose({ hd }, { booted = "recovery" }))
    assert.are.same({ nil, "no volume group with a macOS system was found", "bad" }, { mac.choose({}, {}) })
  end)

  it("goes by name, UUID in any case, data volume's name or mount point", function()
    for _, name in ipairs { "Macintosh HD", GROUP:lower(), "HD Daten", "/Volumes/Macintosh HD" } do
      assert.are.equal(hd, mac.choose({ second, hd }, { volume = name }), name)
    end
    assert.are.same({ nil, "no volume group is called Nowhere", "bad" }, { mac.choose({ hd }, { volume = "Nowhere" }) })
    assert.are.same({ nil, "2 volume groups are called Second: use the UUID", "bad" },
      { mac.choose({ second, group(GROUP, "Second") }, { volume = "Second" }) })
  end)

  it("goes by the group's name as by its System volume's, each alone", function()
    local one = { group = GROUP, name = "Group", system = { name = "System", mount = "/s", device = "d" } }
    local other = { group = OTHER, name = "x", system = { name = "y", device = "e" }, data = { name = "z", device = "f" } }
    local function named(name) return (mac.choose({ other, one }, { volume = name })) end
    for _, name in ipairs { "Group", "System", "/s", GROUP } do assert.are.equal(one, named(name), name) end
    for _, name in ipairs { "x", "y", "z", OTHER } do assert.are.equal(other, named(name), name) end
  end)

  it("falls back on the startup disk only when it is among them", function()
    default(GROUP:lower())
    assert.are.equal(hd, mac.choose({ second, hd }, { booted = "recovery" }))
    default "00000000-0000-0000-0000-000000000000"
    assert.are.equal("bad", select(3, mac.choose({ second, hd }, { booted = "recovery" })))
    default(nil)
    assert.are.equal("bad", select(3, mac.choose({ second, hd }, { booted = "recovery" })))
  end)

  it("takes the running system's group in macOS, whatever the startup disk", function()
    answers.use { [INFO .. "/"] = dict { APFSVolumeGroupID = OTHER:lower() },
      ["/usr/sbin/nvram -x boot-volume"] = "boot-volume\tA:B:" .. GROUP .. "\n" }
    assert.are.equal(second, mac.choose({ hd, second }, { booted = "macos", choose = error }))
  end)

  it("asks a person in recovery, with the startup disk as a hint", function()
    default(GROUP)
    local asked
    local function choose(groups, hint)
      asked = { #groups, hint }
      return second
    end
    assert.are.equal(second, mac.choose({ hd, second }, { booted = "recovery", choose = choose }))
    assert.are.same({ 2, GROUP }, asked)
    assert.are.same({ nil, "no volume was chosen", "declined" },
      { mac.choose({ hd, second }, { booted = "recovery", choose = function() end }) })
  end)
end)

describe("mac.complete", function()
  local OWNERS = "/Volumes/Preboot/" .. GROUP .. "/var/db/AdminUserRecoveryInfo.plist"

  local function completed(changes)
    local told = { [LIST] = samples.read "azahi-26.6-diskutil/listVolumeGroups.plist",
      [INFO .. "disk3s1"] = samples.read "azahi-26.6-diskutil/info-system.plist",
      [INFO .. "disk3s5"] = samples.read "azahi-26.6-diskutil/info-data.plist",
      [INFO .. "disk3s2"] = dict { MountPoint = "/Volumes/Preboot", WritableVolume = "<true/>" } }
    for key, value in pairs(changes or {}) do told[key] = value end
    answers.use(told)
    local groups = assert(mac.groups())
    return mac.complete(root, "recovery", groups[1])
  end

  it("finds names, mounts, system version and owners", function()
    write("/Volumes/Macintosh HD/System/Library/CoreServices/SystemVersion.plist",
      dict { ProductVersion = "26.6", ProductBuildVersion = "25G70" })
    write(OWNERS, dict { maria = "<dict><key>RealName</key><string>Maria P.</string></dict>", ada = "<dict/>" })
    local group = completed()
    assert.are.same({ "Macintosh HD", "/Volumes/Macintosh HD", "/Volumes/Macintosh HD - Data", "26.6", "25G70" },
      { group.name, group.system.mount, group.data.mount, group.version, group.build })
    assert.are.same({ device = "disk3s2", mount = "/Volumes/Preboot", writable = true }, group.preboot)
    assert.are.same({ { short = "ada" }, { short = "maria", full = "Maria P." } }, group.owners)
  end)

  it("reads the version behind a link", function()
    local place = "/Volumes/Macintosh HD/System/Library/CoreServices/"
    write(place .. "x", dict { ProductVersion = "26.6", ProductBuildVersion = "25G70" })
    assert(files.link("x", root .. place .. "SystemVersion.plist"))
    assert.are.equal("26.6", completed().version)
  end)

  it("says that a stub has no version and no kernel", function()
    assert.are.same({ false, false }, { completed().has_version, completed().has_kernels })
    write("/Volumes/Macintosh HD/System/Library/CoreServices/SystemVersion.plist",
      dict { ProductVersion = "26.6", ProductBuildVersion = "25G70" })
    write("/Volumes/Macintosh HD/System/Library/Kernels/other", "")
    assert.are.same({ true, false }, { completed().has_version, completed().has_kernels })
    write("/Volumes/Macintosh HD/System/Library/Kernels/kernel.release.t6041", "")
    assert.is_true(completed().has_kernels)
  end)

  it("does not say that there is no version where it cannot read one", function()
    for text, why in pairs { [dict { ProductVersion = "26.6" }] = "names no version and build", ["{}"] = "not a property list",
      [("x"):rep(2 << 20)] = "larger than" } do
      write("/Volumes/Macintosh HD/System/Library/CoreServices/SystemVersion.plist", text)
      local group = completed()
      assert.are.same({}, { group.has_version, group.version })
      assert.truthy(group.version_unknown:find(why, 1, true), group.version_unknown)
    end
  end)

  it("does not say that there is no kernel where it cannot look", function()
    write("/Volumes/Macintosh HD/System/Library/Kernels", "no folder")
    assert.is_nil(completed().has_kernels)
  end)

  it("takes no mount point that is no path", function()
    for _, place in ipairs { "/Volumes/Mac&#0;intosh", "Volumes/Macintosh HD" } do
      local group = completed { [INFO .. "disk3s5"] = dict { MountPoint = place } }
      if not place:find("&", 1, true) then
        assert.truthy(group.data.mount_problem:find("Volumes/Macintosh HD", 1, true))
      end
      assert.is_nil(group.data.mount)
    end
  end)

  it("knows on whose Data a file lies, and who has the same name", function()
    local group = completed { [INFO .. "disk4s5"] = dict { MountPoint = "/Volumes/Second - Data" } }
    local other = { group = OTHER, name = group.name, data = { device = "disk4s5" } }
    local target = { group = group, groups = { group, other, { group = "THIRD", name = "Third" } } }
    assert.are.equal(other, mac.other_group_of(target, "/Volumes/Second - Data/Users/a.kc"))
    assert.is_nil(mac.other_group_of(target, "/Volumes/Second - Data2/a.kc"))
    assert.is_nil(mac.other_group_of(target, "/Volumes/Macintosh HD - Data/Users/a.kc"))
    assert.are.same({ other }, mac.namesakes(target))
  end)

  it("leaves open what cannot be had", function()
    local group = completed { [INFO .. "disk3s5"] = samples.read "azahi-26.6-diskutil/info-data-locked.plist" }
    assert.is_nil(group.data.mount)
    assert.is_nil(group.version)
    assert.is_nil(group.owners)
    assert.truthy(group.owners_unknown:find("AdminUserRecoveryInfo.plist", 1, true))
    assert.is_nil(completed({ [INFO .. "disk3s2"] = false }).preboot)
  end)

  -- The same in macOS, where "/" belongs to this group, or to another; what macOS shows of Data may be missing.
  local function in_macos(running, mounted, info)
    if mounted then assert(files.make_directory(root .. "/System/Volumes/Data", 448)) end
    write("/System/Library/CoreServices/SystemVersion.plist", dict { ProductVersion = "26.6", ProductBuildVersion = "25G70" })
    local unmounted = dict { VolumeName = "x" }
    answers.use { [LIST] = samples.read "azahi-26.6-diskutil/listVolumeGroups.plist", [INFO .. "disk3s1"] = info or unmounted,
      [INFO .. "disk3s5"] = info or unmounted, [INFO .. "/"] = dict { APFSVolumeGroupID = running:lower() } }
    return mac.complete(root, "macos", assert(mac.groups())[1])
  end

  local OWN = samples.read("azahi-26.6-diskutil/listVolumeGroups.plist"):match("APFSVolumeGroupUUID</key>%s*<string>([^<]+)")

  it("knows where the running system lies, whatever diskutil says of its snapshot", function()
    local group = in_macos(OWN, true)
    assert.are.same({ "/", "/System/Volumes/Data", "25G70" }, { group.system.mount, group.data.mount, group.build })
  end)

  it("does not take another system's places for the running one's", function()
    local group = in_macos(OTHER, true)
    assert.are.same({}, { group.system.mount, group.data.mount, group.build })
  end)

  it("takes Data's mount point where diskutil names one, and none where there is no such folder", function()
    assert.are.equal("/Volumes/D", in_macos(OWN, true, dict { MountPoint = "/Volumes/D" }).data.mount)
    assert.are.equal("/Volumes/D", in_macos(OWN, true, dict { MountPoint = "/Volumes/D" }).system.mount)
  end)

  it("has no place for Data where macOS shows none", function()
    assert.is_nil(in_macos(OWN, false).data.mount)
  end)

  it("takes nothing for granted in recovery", function()
    assert(files.make_directory(root .. "/System/Volumes/Data", 448))
    local group = completed { [INFO .. "disk3s1"] = dict { VolumeName = "x" }, [INFO .. "disk3s5"] = dict { VolumeName = "x" },
      [INFO .. "/"] = dict { APFSVolumeGroupID = OWN } }
    assert.are.same({}, { group.system.mount, group.data.mount })
  end)

  it("says what is wrong with a list of owners that is none", function()
    write(OWNERS, "not a list")
    local group = completed()
    assert.is_nil(group.owners)
    assert.truthy(group.owners_unknown:find("not a property list", 1, true))
    write(OWNERS, "<plist><array><string>maria</string></array></plist>")
    assert.truthy(completed().owners_unknown:find("not a dictionary", 1, true))
    write(OWNERS, "<plist><true/></plist>")
    assert.truthy(completed().owners_unknown:find("not a dictionary", 1, true))
  end)

  it("takes no name, version or answer that is not what it should be", function()
    write("/Volumes/Macintosh HD/System/Library/CoreServices/SystemVersion.plist",
      dict { ProductVersion = "<real>26.6</real>", ProductBuildVersion = "<array/>" })
    write(OWNERS, dict { ada = "<dict><key>RealName</key><integer>3</integer></dict>", bob = "<string>Bob</string>" })
    local group = completed { [INFO .. "disk3s5"] = dict { VolumeName = "<integer>1</integer>", MountPoint = "<true/>", Locked = "yes" },
      [INFO .. "disk3s2"] = dict { MountPoint = "/Volumes/Preboot", WritableVolume = "yes" } }
    assert.are.same({ { short = "ada" }, { short = "bob" } }, group.owners)
    assert.is_nil(group.version)
    assert.is_nil(group.build)
    assert.are.same({ device = "disk3s5", name = "Macintosh HD - Data" }, group.data)
    assert.are.same({ device = "disk3s2", mount = "/Volumes/Preboot" }, group.preboot)
    assert.is_nil(completed { [INFO .. "disk3s1"] = dict { BooterDeviceIdentifier = "<integer>1</integer>" } }.booter)
  end)
end)
