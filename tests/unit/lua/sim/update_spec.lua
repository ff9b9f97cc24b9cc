-- An update of macOS on a simulated Mac: what it changes, what it forgets, when it fails; and the staged collection and
-- kernels in their odder forms.

local boot = require "sim.boot"
local changes = require "sim.changes"
local collection = require "sim.collection"
local contents = require "sim.contents"
local file = require "lib_file"
local files = require "sim.files"
local layout = require "sim.layout"
local mac = require "sim.mac"
local place = require "sim.place"
local player = require "sim.player"
local restart = require "sim.restart"
local scratch = require "sim.scratch"
local state_file = require "sim.state_file"
local update = require "sim.update"

local function sysctl(state, name)
  return (player.run(state, "/usr/sbin/sysctl", { "-n", name }, {}).out:gsub("\n$", ""))
end

local function install(state)
  local port = files.memory { ["/kc"] = collection.make(state.collection) }
  player.run(state, "/usr/bin/csrutil", { "disable" }, player.person(state), port)
  local said = player.run(state, "/usr/bin/kmutil", { "configure-boot", "-v", "/Volumes/Macintosh HD", "-c", "/kc" },
    player.person(state), port)
  assert.are.equal(0, said.status, said.both)
end

describe("an update", function()
  it("makes another system of it, with another folder in Preboot", function()
    local state = mac.new(nil, { "update-staged" })
    local before = changes.copy(state.groups[1].policy)
    assert.is_true(update.install(state))
    local group = state.groups[1]
    assert.are.same({ "14.1", "23B74", "23.2.74.0.0,0", 24 },
      { group.version, group.build, group.policy.love, group.policy.stng })
    for _, hash in ipairs { "nsih", "spih", "lpnh" } do assert.are_not.equal(before[hash], group.policy[hash]) end
    assert.are.equal("full", group.policy.mode)
    assert.is_nil(state.update)
    boot.next(state, { into = "macos" })
    assert.are.equal("23B74", sysctl(state, "kern.osversion"))
  end)

  it("does not start with a custom kernel that it does not find any more", function()
    local state = mac.new(nil, { "update-staged" })
    install(state)
    assert.are.equal("macos", (boot.next(state, { into = "macos" })))
    update.install(state)
    local reached, why = boot.next(state, { into = "macos" })
    assert.are.same({ "recovery", "The version of macOS on the selected disk needs to be reinstalled." }, { reached, why })
    boot.next(state, { into = "paired-recovery" })
    player.run(state, "/usr/bin/bputil", { "-g" }, player.person(state))
    assert.are.equal("macos", (boot.next(state, { into = "macos" })))
  end)

  it("with SIP off starts on some Macs only when SIP is on again", function()
    for name, reached in pairs { ["m2pro-14.0"] = "macos", ["m4-26"] = "recovery" } do
      local state = mac.new(name, { "already-permissive", "update-staged" })
      update.install(state)
      assert.are.equal(reached, (boot.next(state, { into = "macos" })))
      boot.next(state, { into = "paired-recovery" })
      player.run(state, "/usr/bin/csrutil", { "enable" }, player.person(state))
      assert.are.equal("macos", (boot.next(state, { into = "macos" })))
    end
  end)

  it("to the next macOS fails below Full Security", function()
    local state = mac.new("m5-26.6", { "already-permissive", "next-macos-staged" })
    assert.are.same({ n = 2, nil, "The update could not be installed." }, table.pack(update.install(state)))
    assert.are.equal("26.6", state.groups[1].version)
    state = mac.new("m5-26.6", { "next-macos-staged" })
    assert.is_true(update.install(state))
    assert.are.equal("27.0", state.groups[1].version)
  end)

  it("is refused by a system that was changed", function()
    local state = mac.new(nil, { "seal-broken", "update-staged" })
    assert.are.same({ n = 2, nil, "A snapshot is currently set to boot that is not the currently booted snapshot. Reboot to boot to "
      .. "the new snapshot to allow install to this volume." }, table.pack(update.install(state)))
    assert.are.equal("14.0", state.groups[1].version)
  end)

  it("is written to disk", function()
    local directory = assert(file.make_scratch())
    local state = mac.new(nil, { "update-staged" })
    assert(scratch.make(directory, state, "/bin/true"))
    assert.is_table(file.stat(directory .. contents.NOTICE))
    assert.is_true(scratch.install_update(directory, state))
    assert.is_nil((file.stat(directory .. contents.NOTICE)))
    assert.are.equal("macos", (restart.restart(directory, state_file.load(directory), { into = "macos" })))
    assert.truthy(file.read(directory .. "/System/Library/CoreServices/SystemVersion.plist"):find("23B74", 1, true))
    assert.is_table(file.stat(directory .. place.objects(state, state.groups[1]):gsub("^/Volumes", "/System/Volumes")
      .. "/kernelcache"))
    assert(file.remove_tree(directory))
  end)
end)

describe("a staged collection", function()
  local function staged(...)
    return contents.files(mac.new(nil, { ... }))["/.disks/disk3s5" .. layout.COLLECTION]
  end

  it("may be wrapped as a payload's part or as a whole Image4", function()
    local plain, im4p, img4 = staged(), staged "collection-as-im4p", staged "collection-as-img4"
    assert.are.equal("\x16\4IM4P\x16\4krnl\x16\0\4", im4p:sub(6, 20))
    assert.are.equal(im4p:sub(1, 5), "\x30\x83" .. string.pack(">I3", #im4p - 5))
    assert.is_true(im4p:sub(-#plain) == plain)
    assert.are.equal("\x16\4IMG4", img4:sub(6, 11))
    assert.is_true(img4:sub(12, 11 + #im4p) == im4p)
  end)

  it("may have a kernel that knows none of the words", function()
    local words = { "hv_apple_isa_vm_quota\0", "apple-isa-vm-quota\0", "\0hypervisor\0" }
    local plain, bare = staged(), staged "kernel-knows-no-words"
    for _, word in ipairs(words) do
      assert.truthy(plain:find(word, 1, true))
      assert.is_nil(bare:find(word, 1, true))
    end
    local state = mac.new(nil, { "kernel-knows-no-words" })
    install(state)
    player.run(state, "/usr/sbin/nvram", { "boot-args=hypervisor=0x1 hv_apple_isa_vm_quota=0xFF" }, {})
    boot.next(state, { into = "macos" })
    assert.are.same({ true, 2 }, { state.running.development, state.running.quota })
  end)
end)

describe("the system's own kernel", function()
  it("lies on its volume and does not know `hypervisor`", function()
    for _, name in ipairs { "m1-12.6", "m5-26.6" } do
      local state = mac.new(name)
      local path = ("/.disks/disk3s1/System/Library/Kernels/kernel.release.%s"):format(state.mac.soc:lower())
      local bytes = contents.files(state)[path]
      assert.truthy(bytes:find("RELEASE_ARM64_" .. state.mac.soc, 1, true))
      assert.truthy(bytes:find("apple-isa-vm-quota\0", 1, true))
      assert.is_nil(bytes:find("\0hypervisor\0", 1, true))
    end
  end)
end)
