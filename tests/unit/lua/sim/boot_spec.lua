-- What boots after a restart: kernel, arguments, NVRAM, environment. And the mounts that go with it.

local boot = require "sim.boot"
local catalogue = require "sim.catalogue"
local changes = require "sim.changes"
local circumstance = require "sim.circumstance"
local collection = require "sim.collection"
local contents = require "sim.contents"
local files = require "sim.files"
local layout = require "sim.layout"
local mac = require "sim.mac"
local player = require "sim.player"

local OURS = "kcsuffix=development hypervisor=0x1 hv_apple_isa_vm_quota=0xFF"
local GUID = "40A0DDD2-77F8-4392-B4A3-1E7304206516:"

local function play(state, path, ...)
  local port = files.memory { ["/kc"] = state.collection and collection.make(state.collection) or nil }
  return player.run(state, path, { ... }, player.person(state), port)
end

local function set_arguments(state, value) return play(state, "/usr/sbin/nvram", GUID .. "boot-args=" .. value).status end

local function arguments(state)
  return (play(state, "/usr/sbin/nvram", "boot-args").out:match("\t(.*)\n$"))
end

local function sysctl(state, name) return (play(state, "/usr/sbin/sysctl", "-n", name).out:gsub("\n$", "")) end

-- The shipped plan's first phase, by hand.
local function apply(state)
  assert(play(state, "/usr/bin/csrutil", "disable").status == 0)
  local volume = "/Volumes/" .. state.groups[1].name
  assert(play(state, "/usr/bin/kmutil", "configure-boot", "-v", volume, "-c", "/kc").status == 0)
end

describe("a restart", function()
  for _, name in ipairs(catalogue.names()) do
    it("raises the limit on " .. name, function()
      local state = mac.new(name)
      apply(state)
      if not state.mac.nvram_guid then -- recovery refuses them in every form: macOS takes them, for its next start
        assert.are.equal(1, set_arguments(state, OURS))
        assert.are.equal("macos", (boot.next(state, { clean = true, into = "macos" })))
      end
      assert.are.equal(0, set_arguments(state, OURS))
      assert.are.equal("macos", (boot.next(state, { clean = true, into = "macos" })))
      assert.are.equal("development", sysctl(state, "kern.osbuildconfig"))
      assert.are.equal("1", sysctl(state, "kern.hv_support"))
      assert.are.equal(OURS, sysctl(state, "kern.bootargs"))
      assert.are.equal(255, state.running.quota)
      assert.truthy(collection.make(state.collection):find(sysctl(state, "kern.version"), 1, true))
      assert.truthy(sysctl(state, "kern.version"):find("root:xnu_development%-.*/DEVELOPMENT_ARM64_" .. state.mac.soc))
      assert.are.equal("System Integrity Protection status: disabled.\n", play(state, "/usr/bin/csrutil", "status").out)
    end)
  end

  it("needs hypervisor= on the development kernel for any guest", function()
    local state = mac.new()
    apply(state)
    boot.next(state, {})
    assert.are.equal("0", sysctl(state, "kern.hv_support"))
    assert.are.equal(0, play(state, "/usr/sbin/nvram", "boot-args=hypervisor=1").status)
    boot.next(state, {})
    assert.are.equal("1", sysctl(state, "kern.hv_support"))
    assert.are.equal(0x7FFFFFFF, state.running.quota)
  end)

  it("boots Apple's kernel without an object, and filters the arguments", function()
    local state = mac.new()
    set_arguments(state, OURS)
    boot.next(state, {})
    assert.are.equal("release", sysctl(state, "kern.osbuildconfig"))
    assert.are.equal("", sysctl(state, "kern.bootargs"))
    assert.are.equal(OURS, arguments(state))
    assert.are.equal(2, state.running.quota)
    assert.are.equal("1", sysctl(state, "kern.hv_support"))
  end)

  it("ends in a recovery that is not paired when the object does not fit", function()
    for _, word in ipairs { "wrong-chip-collection", "wrong-build-collection", "no-kernel-boot" } do
      local state = mac.new(nil, { word })
      apply(state)
      local reached, why = boot.next(state, { into = "macos" })
      assert.are.equal("recovery", reached)
      assert.truthy(why:find("needs to be reinstalled", 1, true))
      assert.are.equal("paired-recovery", (boot.next(state, { into = "paired-recovery" })))
      assert.is_nil(state.boot_failure)
    end
  end)

  it("ends there too when an update has changed the folder of the object", function()
    local state = mac.new()
    apply(state)
    state.groups[1].policy.nsih = ("0"):rep(96)
    assert.are.equal("recovery", (boot.next(state, { into = "macos" })))
  end)

  it("boots a release kernel that somebody else installed", function()
    local state = mac.new(nil, { "custom-kernel-installed" })
    assert.are.equal("macos", (boot.next(state, {})))
    assert.are.equal("release", sysctl(state, "kern.osbuildconfig"))
  end)

  it("boots a kernel of another kind", function()
    local state = mac.new(nil, { "kasan-collection" })
    apply(state)
    assert.are.equal("macos", (boot.next(state, {})))
    assert.are.equal("kasan", sysctl(state, "kern.osbuildconfig"))
    assert.truthy(sysctl(state, "kern.version"):find("root:xnu_kasan-10002.1.13~1/KASAN_ARM64_T6020", 1, true))
  end)

  it("loads third-party extensions once they are allowed, approved, and macOS has started again", function()
    local function loaded(state)
      local seen = play(state, "/usr/bin/kmutil", "showloaded", "--list-only")
      assert.are.equal("No variant specified, falling back to release\n", seen.err)
      assert.truthy(seen.out:find(" com.apple.kpi.bsd (", 1, true))
      return seen.out:find(" org.example.driver.Gadget (3.1.4) ", 1, true) ~= nil
    end
    for _, word in ipairs { "kexts-not-approved", "on-battery" } do
      local state = mac.new(nil, { word })
      boot.next(state, {})
      boot.next(state, {})
      assert.is_false(loaded(state))
      boot.next(state, { into = "paired-recovery" })
      assert.are.equal(0, play(state, "/usr/bin/bputil", "-k", "-v", state.default).status)
      boot.next(state, {})
      assert.are.same({ false, nil }, { loaded(state), state.groups[1].policy.auxp })
      boot.next(state, {})
      assert.are.equal(word == "on-battery", loaded(state))
    end
  end)

  it("has a new session and a later time", function()
    local state = mac.new()
    local session, time = sysctl(state, "kern.bootsessionuuid"), sysctl(state, "kern.boottime")
    boot.next(state, { into = "paired-recovery" })
    assert.are_not.equal(session, sysctl(state, "kern.bootsessionuuid"))
    assert.are_not.equal(time, sysctl(state, "kern.boottime"))
    boot.next(state, { time = 2000000000 })
    assert.truthy(sysctl(state, "kern.boottime"):find("sec = 2000000000,", 1, true))
  end)

  it("goes to every environment", function()
    local state = mac.new()
    for _, into in ipairs { "macos", "recovery", "unpaired-recovery", "paired-recovery" } do
      assert.are.equal(into, (boot.next(state, { into = into })))
    end
  end)

  it("locks a locked Data again in recovery, and opens it in macOS", function()
    local state = mac.new(nil, { "filevault-locked" })
    boot.next(state, { into = "macos" })
    assert.are.equal("/.disks/disk3s5", layout.links(state)["/System/Volumes/Data"])
    boot.next(state, { into = "paired-recovery" })
    assert.is_nil(layout.links(state)["/Volumes/Macintosh HD - Data"])
  end)
end)

describe("boot-args over a restart", function()
  local function survives(circumstances, sync, clean)
    local state = mac.new(nil, circumstances)
    assert.are.equal(0, set_arguments(state, "-v new"))
    if sync then play(state, "/usr/sbin/nvram", "-s") end
    boot.next(state, { clean = clean })
    return arguments(state)
  end

  it("survive a clean one, and an unclean one when synced", function()
    assert.are.equal("-v new", survives({}, false, true))
    assert.are.equal("-v new", survives({}, true, false))
    assert.is_nil(survives({}, false, false))
    assert.are.equal(circumstance.FOREIGN_ARGUMENTS, survives({ "boot-args-set" }, false, false))
  end)

  it("are lost as the circumstances say", function()
    assert.is_nil(survives({ "boot-args-lost" }, true, false))
    assert.are.equal(circumstance.FOREIGN_ARGUMENTS, survives({ "boot-args-lost", "boot-args-set" }, true, false))
    assert.are.equal("-v new", survives({ "boot-args-lost" }, true, true))
    assert.is_nil(survives({ "nvram-lost" }, true, true))
  end)

  it("hold from macOS where recovery loses them", function()
    local state = mac.new(nil, { "nvram-lost", "already-permissive" })
    set_arguments(state, OURS)
    boot.next(state, {})
    assert.is_nil(arguments(state))
    set_arguments(state, OURS)
    boot.next(state, {})
    assert.are.equal(OURS, arguments(state))
    assert.are.equal(OURS, sysctl(state, "kern.bootargs"))
  end)
end)

describe("a state", function()
  it("goes through JSON unchanged, for every Mac and circumstance", function()
    local json = require "dkjson"
    for _, name in ipairs(catalogue.names()) do
      for _, word in ipairs(circumstance.names()) do
        local state = mac.new(name, { word }, { "csrutil:lie:2" })
        assert.are.same(state, json.decode(json.encode(state)), name .. " " .. word)
      end
    end
  end)

  it("is copied whole", function()
    local state = mac.new("m2-15")
    local copy = changes.copy(state)
    assert.are.same(state, copy)
    copy.groups[2].policy.mode = "reduced"
    assert.are.equal("full", state.groups[2].policy.mode)
  end)

  it("takes every circumstance together with every other", function()
    local words = circumstance.names()
    for _, one in ipairs(words) do
      for _, other in ipairs(words) do
        assert.is_table((mac.new(nil, { one, other })), one .. " " .. other)
      end
    end
  end)

  it("describes its Macs and circumstances for people", function()
    for _, name in ipairs(catalogue.names()) do assert.are.equal("string", type(catalogue.describe(name))) end
    for _, word in ipairs(circumstance.names()) do assert.are.equal("string", type(circumstance.describe(word))) end
    assert.is_nil((catalogue.describe "m9"))
    assert.is_nil((circumstance.describe "on-fire"))
  end)
end)

describe("the layout", function()
  it("mounts by name in recovery and at macOS's own places", function()
    local state = mac.new("m2-15")
    local links = layout.links(state)
    assert.are.equal("/.disks/disk3s1", links["/Volumes/Macintosh HD"])
    assert.are.equal("/.disks/disk3s5", links["/Volumes/Macintosh HD - Data"])
    assert.are.equal("/.disks/disk3s8", links["/Volumes/Büro Mac - Data"])
    assert.are.equal("/.disks/disk3s2", links["/Volumes/Preboot"])
    assert.truthy(links["/System/Installation"])
    local ramdisk = links["/private"]
    boot.next(state, {})
    links = layout.links(state)
    assert.are.equal("/.disks/disk3s5/private", links["/private"])
    assert.are.equal("/.disks/disk3s5/Users", links["/Users"])
    assert.are.equal("/.disks/disk3s5", links["/System/Volumes/Data"])
    assert.are.equal("/.disks/disk3s2", links["/System/Volumes/Preboot"])
    assert.are.equal("/", links["/Volumes/Macintosh HD"])
    assert.is_nil(links["/System/Installation"])
    boot.next(state, { into = "paired-recovery" })
    assert.are_not.equal(ramdisk, layout.links(state)["/private"])
  end)

  it("gives two volumes of one name two places", function()
    local links = layout.links(mac.new("m2-15", { "names-with-accents" }))
    assert.are.equal("/.disks/disk3s1", links["/Volumes/Büro Mac"])
    assert.are.equal("/.disks/disk3s7", links["/Volumes/Büro Mac 1"])
    assert.are.equal("/.disks/disk3s8", links["/Volumes/Büro Mac - Data 1"])
  end)

  it("stages what the circumstances say", function()
    local function staged(...)
      return contents.files(mac.new(nil, { ... }))["/.disks/disk3s5/Users/Shared/vmq-recovery/VirtualMachine.kc"]
    end
    local whole = staged()
    assert.truthy(whole:find("root:xnu_development-10002.1.13~1/DEVELOPMENT_ARM64_T6020", 1, true))
    assert.truthy(#whole < 400000)
    assert.is_nil(staged "no-collection")
    assert.are.equal(whole:sub(1, #whole // 2), staged "truncated-collection")
    assert.truthy(staged "wrong-chip-collection":find("DEVELOPMENT_ARM64_T8103", 1, true))
    assert.truthy(staged "wrong-build-collection":find("8796.141.3~6", 1, true))
    assert.truthy(staged "release-collection":find("RELEASE_ARM64_T6020", 1, true))
  end)

  it("names owners by their short names, those with rights alone", function()
    local state = mac.new(nil, { "owner-without-rights" })
    local path = ("/.disks/disk3s2/%s/var/db/AdminUserRecoveryInfo.plist"):format(state.default)
    local dict = require("base.plist").parse(contents.files(state)[path])
    assert.are.same({ ada = { GeneratedUID = state.owners[1].uuid, RealName = "Ada Example" } }, dict)
  end)
end)

describe("the staged collection", function()
  it("is one that the program's own reader takes", function()
    local macho = require "base.macho"
    local bytes = collection.make(mac.new().collection)
    local found = assert(macho.read_fileset("/kc", files.memory { ["/kc"] = bytes }))
    assert.are.equal(9, #found.entries)
    assert.are.equal("com.apple.kernel", found.entries[1].name)
    assert.are.equal(32, #found.uuid)
    assert.is_nil((macho.read_fileset("/kc", files.memory { ["/kc"] = bytes:sub(1, 70000) })))
  end)
end)
