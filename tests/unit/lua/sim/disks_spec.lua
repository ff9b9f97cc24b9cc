-- Systems and volumes of a simulated Mac beside the plain ones: a Linux stub, two systems of one name, a guest, other
-- containers, volumes that are not mounted; and what diskutil says of them.

local boot = require "sim.boot"
local contents = require "sim.contents"
local files = require "sim.files"
local layout = require "sim.layout"
local mac = require "sim.mac"
local place = require "sim.place"
local player = require "sim.player"
local plist = require "base.plist"

local DISKUTIL, CSRUTIL, BPUTIL = "/usr/sbin/diskutil", "/usr/bin/csrutil", "/usr/bin/bputil"
local SYSCTL = "/usr/sbin/sysctl"

local function run(state, path, ...) return player.run(state, path, { ... }, player.person(state), files.memory {}) end

local function info(state, word) return assert(plist.parse(run(state, DISKUTIL, "info", "-plist", word).out)) end

local function containers(state) return plist.parse(run(state, DISKUTIL, "apfs", "list", "-plist").out).Containers end

describe("a Linux stub", function()
  for _, word in ipairs { "linux-stub", "linux-stub-with-version" } do
    it("is the default startup volume, paired, permissive, with a boot object: " .. word, function()
      local state = mac.new(nil, { word })
      local stub = state.groups[2]
      assert.are.equal("Asahi Linux", stub.name)
      assert.are.equal(stub.uuid, run(state, "/usr/sbin/nvram", "boot-volume").out:match(":([^:]*)\n$"))
      local out = run(state, BPUTIL, "-d", "-v", stub.uuid).out
      for _, row in ipairs { "OS Pairing Status                             : Paired\n",
        "Security Mode:               Permissive (smb0 && smb1): 1\n",
        "Kernel CTRR Status:          Disabled   (sip2): 1\n" } do
        assert.truthy(out:find(row, 1, true), row)
      end
      assert.truthy(out:match("%(coih%): " .. ("%x"):rep(96) .. "\n"))
      assert.truthy(run(state, BPUTIL, "-d", "-v", state.groups[1].uuid).out:find(": Not Paired\n", 1, true))
    end)
  end

  it("holds no macOS: no kernel, and its version under another name or of another macOS", function()
    local state = mac.new(nil, { "linux-stub" })
    local new = contents.files(state)
    local top = place.storage(place.volume(state, state.groups[2].uuid, "System"))
    assert.is_nil(new[top .. "/System/Library/CoreServices/SystemVersion.plist"])
    assert.is_string(new[top .. "/System/Library/CoreServices/SystemVersion-disabled.plist"])
    for path in pairs(new) do assert.is_nil(path:find(top .. "/System/Library/Kernels", 1, true)) end
    state = mac.new("m2-15", { "linux-stub-with-version" })
    top = place.storage(place.volume(state, state.groups[3].uuid, "System"))
    local version = plist.parse(contents.files(state)[top .. "/System/Library/CoreServices/SystemVersion.plist"])
    assert.are.same({ "14.0", "23A344" }, { version.ProductVersion, version.ProductBuildVersion })
  end)

  it("has a Preboot of its own, with the same owner", function()
    local state = mac.new(nil, { "linux-stub" })
    local stub, macos = state.groups[2], state.groups[1]
    assert.are.equal("/Volumes/Preboot 1/" .. stub.uuid, place.preboot(state, stub))
    assert.are.equal("/Volumes/Preboot/" .. macos.uuid, place.preboot(state, macos))
    assert.are.equal("disk4s2", info(state, "Asahi Linux").BooterDeviceIdentifier)
    assert.are.equal("disk3s2", info(state, "Macintosh HD").BooterDeviceIdentifier)
    local owners = plist.parse(contents.files(state)[("/.disks/disk4s2/%s/var/db/AdminUserRecoveryInfo.plist"):format(stub.uuid)])
    assert.are.same({ ada = { GeneratedUID = state.owner.uuid, RealName = "Ada Example" } }, owners)
  end)

  it("lies in a container of its own, and the collection on macOS's Data", function()
    local state = mac.new(nil, { "linux-stub" })
    local list = containers(state)
    assert.are.same({ "disk3", "disk4" }, { list[1].ContainerReference, list[2].ContainerReference })
    assert.are.equal("Asahi Linux", list[2].Volumes[1].Name)
    local groups = plist.parse(run(state, DISKUTIL, "apfs", "listVolumeGroups", "-plist").out).Containers
    assert.are.same({ "Macintosh HD", "Asahi Linux" }, { groups[1].VolumeGroups[1].Name, groups[2].VolumeGroups[1].Name })
    assert.is_string(contents.files(state)["/.disks/disk3s5" .. layout.COLLECTION])
  end)

  it("starts no macOS", function()
    local state = mac.new(nil, { "linux-stub" })
    assert.are.same({ "recovery", "Asahi Linux starts, which is no macOS." }, { boot.next(state, { into = "macos" }) })
  end)
end)

describe("two systems of one name", function()
  it("cannot be told apart in csrutil's menu", function()
    local state = mac.new(nil, { "two-of-one-name" })
    local said = player.run(state, CSRUTIL, { "disable" }, {})
    assert.are.equal("This computer has several macOS installations:\n1: Macintosh HD (macOS 14.0)\n"
      .. "2: Macintosh HD (macOS 13.6)\nPick a macOS installation (1..2): ", said.both:match("^(.*%): )"))
    assert.are.equal("/Volumes/Macintosh HD 1", info(state, "disk3s7").MountPoint)
    assert.are.equal("/Volumes/Macintosh HD", info(state, "disk3s1").MountPoint)
  end)
end)

describe("a guest", function()
  it("says that it is one, and cannot have guests", function()
    local state = mac.new("m4-26", { "guest", "macos" })
    assert.are.equal("1\n", run(state, SYSCTL, "-n", "kern.hv_vmm_present").out)
    assert.are.equal("0\n", run(state, SYSCTL, "-n", "kern.hv_support").out)
    assert.truthy(run(state, "/usr/bin/uname", "-v").out:find("/RELEASE_ARM64_VMAPPLE\n$"))
    assert.are.equal("0\n", run(mac.new("m4-26", { "macos" }), SYSCTL, "-n", "kern.hv_vmm_present").out)
  end)

  it("lets csrutil work in macOS", function()
    local state = mac.new("m4-26", { "guest", "macos" })
    assert.are.equal(0, run(state, CSRUTIL, "disable").status)
    assert.are.equal(0, run(state, CSRUTIL, "clear").status)
  end)

  it("starts a custom kernel from 14.4 on", function()
    for name, reached in pairs { ["m2pro-14.0"] = "recovery", ["m4-26"] = "macos" } do
      local state = mac.new(name, { "guest" })
      local group = state.groups[1]
      group.policy.mode, group.policy.coih = "permissive", ("A"):rep(96)
      group.objects[group.policy.nsih] = { { coih = group.policy.coih, soc = "VMAPPLE", darwin = group.darwin, xnu = group.xnu } }
      local now, why = boot.next(state, { into = "macos" })
      assert.are.equal(reached, now)
      assert.are.equal(reached == "recovery" and "Custom kernel failed to boot" or nil, why)
    end
  end)
end)

describe("the SSD's other containers", function()
  it("have volumes of the same names and roles", function()
    local state = mac.new(nil, { "other-containers" })
    local roles = { Preboot = 0, Recovery = 0 }
    for _, container in ipairs(containers(state)) do
      for _, volume in ipairs(container.Volumes) do
        local role = volume.Roles[1]
        if roles[role] then roles[role] = roles[role] + 1 end
      end
    end
    assert.are.same({ Preboot = 2, Recovery = 3 }, roles)
    assert.are.equal("disk3s2", info(state, "Macintosh HD").BooterDeviceIdentifier)
    assert.are.equal("disk1", info(state, "iSCPreboot").APFSContainerReference)
    assert.are.equal("/System/Volumes/iSCPreboot", info(state, "iSCPreboot").MountPoint)
    assert.are.equal("/Volumes/Preboot", info(state, "disk3s2").MountPoint)
  end)
end)

describe("volumes that recovery has not mounted", function()
  it("can be mounted, and csrutil mounts the Preboot it needs", function()
    local state = mac.new(nil, { "data-unmounted", "preboot-unmounted" })
    assert.are.equal("", info(state, "disk3s5").MountPoint)
    assert.are.equal(0, run(state, DISKUTIL, "mount", "disk3s5").status)
    assert.are.equal("/Volumes/Macintosh HD - Data", info(state, "disk3s5").MountPoint)
    assert.are.equal("", info(state, "disk3s2").MountPoint)
    assert.are.equal(0, run(state, CSRUTIL, "disable").status)
    assert.are.equal("/Volumes/Preboot", info(state, "disk3s2").MountPoint)
  end)
end)

describe("diskutil info", function()
  it("says whether ownership counts, or does not say", function()
    assert.is_true(info(mac.new(), "Macintosh HD - Data").GlobalPermissionsEnabled)
    assert.is_false(info(mac.new(nil, { "ownership-ignored" }), "Macintosh HD - Data").GlobalPermissionsEnabled)
    assert.is_nil(info(mac.new(nil, { "ownership-untold" }), "Macintosh HD - Data").GlobalPermissionsEnabled)
  end)

  it("calls sound seals broken on one of 26's, broken ones everywhere", function()
    assert.are.equal("Yes", info(mac.new "m5-26.6", "Macintosh HD").Sealed)
    assert.are.equal("Broken", info(mac.new "m4-26", "Macintosh HD").Sealed)
    assert.are.equal("Broken", info(mac.new(nil, { "seal-broken" }), "Macintosh HD").Sealed)
    assert.are.equal("No", info(mac.new "m4-26", "Data").Sealed)
    assert.truthy(run(mac.new "m4-26", DISKUTIL, "info", "Macintosh HD").out:find("   Sealed:                   Broken\n", 1, true))
  end)

  it("tells FileVault of the Data volume", function()
    assert.is_true(info(mac.new(), "Macintosh HD - Data").FileVault)
    assert.is_false(info(mac.new(nil, { "filevault-off" }), "Macintosh HD - Data").FileVault)
    assert.is_false(info(mac.new(), "Macintosh HD").FileVault)
  end)
end)

describe("diskutil apfs unlockVolume", function()
  it("may leave the volume unmounted, and takes a user and a passphrase as options", function()
    local state = mac.new(nil, { "filevault-locked" })
    local said = run(state, DISKUTIL, "apfs", "unlockVolume", "-user", state.owner.uuid, "-passphrase", "rehearsal", "-nomount",
      "disk3s5")
    assert.are.equal("Unlocking any cryptographic user on APFS Volume disk3s5\nUnlocked but did not mount APFS Volume\n",
      said.both)
    assert.are.equal("", info(state, "disk3s5").MountPoint)
  end)
end)

describe("diskutil apfs updatePreboot", function()
  it("cures a list of owners of an earlier installation, in macOS", function()
    local state = mac.new("m5-26.6", { "stale-owners" })
    assert.truthy(contents.owners(state):find("<key>grace</key>", 1, true))
    assert.are.equal(1, run(state, DISKUTIL, "apfs", "updatePreboot", "/").status)
    boot.next(state, { into = "macos" })
    local list = place.preboot(state, state.groups[1]) .. contents.OWNERS
    local port = files.memory { [list] = contents.owners(state) }
    local said = player.run(state, DISKUTIL, { "apfs", "updatePreboot", "/" }, {}, port)
    assert.are.equal("UpdatePreboot: Commencing operation to update the Preboot Volume for Target Volume disk3s1s1\n"
      .. "UpdatePreboot: Exiting Update Preboot operation with overall error=(ZERO)=0\n", said.both)
    assert.truthy(port.read(list):find("<key>ada</key>", 1, true))
    boot.next(state, { into = "paired-recovery" })
    assert.are.equal(0, run(state, CSRUTIL, "disable").status)
  end)
end)
