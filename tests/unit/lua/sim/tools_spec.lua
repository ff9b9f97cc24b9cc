-- Prompts, menus, errors and exit codes of the simulated tools.

local catalogue = require "sim.catalogue"
local circumstance = require "sim.circumstance"
local collection = require "sim.collection"
local digest = require "sim.digest"
local files = require "sim.files"
local mac = require "sim.mac"
local player = require "sim.player"
local plist = require "base.plist"

local CSRUTIL, BPUTIL, KMUTIL = "/usr/bin/csrutil", "/usr/bin/bputil", "/usr/bin/kmutil"
local NVRAM, DISKUTIL, SYSCTL = "/usr/sbin/nvram", "/usr/sbin/diskutil", "/usr/sbin/sysctl"
local GUID = "40A0DDD2-77F8-4392-B4A3-1E7304206516:"

local function run(state, path, ...) return player.run(state, path, { ... }, player.person(state)) end

local function with(state, answers, path, ...) return player.run(state, path, { ... }, answers) end

describe("csrutil", function()
  it("speaks as in the transcript", function()
    local state = mac.new()
    local said = with(state, { "y", "rehearsal" }, CSRUTIL, "disable")
    assert.are.equal("Turning off System Integrity Protection requires modifying system security.\n"
      .. 'Allow booting unsigned operating systems and any kernel extensions for OS "Macintosh HD"? [y/n]: \n'
      .. "Enter password for user ada: System Integrity Protection is off.\n"
      .. "Restart the machine for the changes to take effect.\n", said.both)
    assert.are.same({ true, false }, { said.prompts[1].echo, said.prompts[2].echo })
    assert.are.equal("System Integrity Protection status: disabled.\n", run(state, CSRUTIL, "status").out)
  end)

  it("plays each of the three ways to ask", function()
    local seen = {}
    for _, name in ipairs(catalogue.names()) do
      local said = run(mac.new(name), CSRUTIL, "disable")
      assert.are.equal(0, said.status)
      for _, prompt in ipairs(said.prompts) do seen[prompt.text] = true end
    end
    for _, text in ipairs { "Authorized user: ", "Password       : ", "Enter password for user ada: ",
      "Enter a username of an authorized user: ", "Password: ", "Pick a macOS installation (1..2): " } do
      assert.is_true(seen[text], text)
    end
  end)

  it("asks for the name when there are several owners", function()
    local state = mac.new(nil, { "several-owners" })
    assert.are.equal(0, with(state, { "y", "grace", "compiler" }, CSRUTIL, "disable").status)
  end)

  it("refuses no, nonsense and the end of input", function()
    for _, answers in ipairs { { "n" }, {}, { "what", "", "?" }, { "y" }, { "y", "wrong" } } do
      local state = mac.new()
      assert.are.equal(1, with(state, answers, CSRUTIL, "disable").status)
      assert.are.equal("full", state.groups[1].policy.mode)
    end
    assert.truthy(with(mac.new(), { "n" }, CSRUTIL, "disable").err:find("aborted\n", 1, true))
  end)

  it("asks again for an unknown user, and after a wrong password where the Mac does", function()
    local state = mac.new("m1-12.6")
    local said = with(state, { "y", "Ada Example", "rehearsal", "ada", "wrong", "ada", "rehearsal" }, CSRUTIL, "disable")
    assert.are.equal(0, said.status)
    assert.truthy(said.out:find("Unknown user - try again!\n", 1, true))
    assert.truthy(said.err:find("Failed to authenticate.\n", 1, true))
  end)

  it("says so where it is off already", function()
    local state = mac.new("m4-26", { "already-permissive" })
    local said = run(state, CSRUTIL, "disable")
    assert.truthy(said.out:find("System Integrity Protection is already", 1, true))
    assert.are.equal(0, #said.prompts)
  end)

  it("names the part it turns off and shows the configuration", function()
    local state = mac.new()
    assert.are.equal(0, run(state, CSRUTIL, "enable", "--without", "nvram").status)
    local out = run(state, CSRUTIL, "status").out
    assert.truthy(out:find("\n\tNVRAM Protections: disabled\n", 1, true))
    assert.truthy(out:find("\n\tBoot-arg Restrictions: disabled\n", 1, true))
    assert.truthy(out:find("\n\tKext Signing: enabled\n", 1, true))
  end)

  it("leaves the menu alone on the screen at the end of input", function()
    local said = with(mac.new("m2-15"), {}, CSRUTIL, "status")
    assert.are.equal(1, said.status)
    assert.truthy(said.out:find("2: Büro Mac", 1, true))
    assert.truthy(said.out:find("This computer has several macOS installations", 1, true))
  end)
end)

describe("credentials", function()
  local texts = {
    [BPUTIL] = { args = { "-n" }, user = "unknown user", password = "authentication token", status = 1 },
    [KMUTIL] = { user = "not a valid admin user for the volume at /Volumes/Preboot/", status = 71,
      password = "Unable to set credentials, possibly wrong name or password" },
  }
  local function attempt(state, path, answers)
    local args = texts[path].args or { "configure-boot", "-v", "/Volumes/Macintosh HD", "-c", "/kc" }
    local port = files.memory { ["/kc"] = collection.make(state.collection) }
    return player.run(state, path, args, answers, port)
  end
  for path, text in pairs(texts) do
    local function answers(name, word)
      if path == KMUTIL then return { "y", name, word } end
      return { name, word }
    end
    it(path .. " refuses a wrong name, a full name, a wrong password", function()
      local state = mac.new()
      for _, name in ipairs { "eve", "Ada Example", "" } do
        local said = attempt(state, path, answers(name, "rehearsal"))
        assert.are.equal(text.status, said.status)
        assert.truthy(said.err:find(text.user, 1, true), said.err)
      end
      local said = attempt(state, path, answers("ada", " rehearsal"))
      assert.are.equal(text.status, said.status)
      assert.truthy(said.err:find(text.password, 1, true))
      assert.are.equal("full", state.groups[1].policy.mode)
      assert.are.equal(0, attempt(state, path, answers("ada", "rehearsal")).status)
    end)

    it(path .. " refuses the right password once, or always", function()
      local once, always = mac.new(nil, { "password-refused-once" }), mac.new(nil, { "password-refused-always" })
      assert.are.equal(text.status, attempt(once, path, answers("ada", "rehearsal")).status)
      assert.are.equal(0, attempt(once, path, answers("ada", "rehearsal")).status)
      for _ = 1, 4 do assert.are.equal(text.status, attempt(always, path, answers("ada", "rehearsal")).status) end
    end)

    it(path .. " refuses a user without rights", function()
      local state = mac.new(nil, { "owner-without-rights" })
      assert.are.equal(text.status, attempt(state, path, answers("grace", "compiler")).status)
      assert.are.equal(0, attempt(state, path, answers("ada", "rehearsal")).status)
    end)
  end

  it("are taken from bputil's arguments without a question", function()
    local state = mac.new("m4-26")
    local said = with(state, {}, BPUTIL, "-n", "-v", state.default, "-u", "ada", "-p", "rehearsal")
    assert.are.equal(0, said.status)
    assert.are.equal(0, #said.prompts)
  end)
end)

describe("kmutil", function()
  local state, port
  local function configure(volume, object, answers)
    local args = { "configure-boot", "--volume", volume, "--custom-boot-object", object }
    return player.run(state, KMUTIL, args, answers or player.person(state), port)
  end
  before_each(function()
    state = mac.new()
    local bytes = collection.make(state.collection)
    port = files.memory {
      ["/kc"] = bytes, ["/short"] = bytes:sub(1, #bytes // 2), ["/text"] = ("x"):rep(100), ["/empty"] = "",
    }
  end)

  it("speaks as in the transcript", function()
    local said = configure("/Volumes/Macintosh HD", "/kc")
    assert.are.equal(0, said.status)
    assert.are.equal([[
By setting a custom boot object, you will be putting your system into
Permissive Security.
Are you sure you want to do this? (enter y or n)Username:Password:]], said.both:match("^.*Password:"))
    for _, text in ipairs { "wrapping boot object payload...", "going to change bootpolicy to permissive",
      "updating local machine policy...", "installing boot object... done." } do
      assert.truthy(said.out:find(text, 1, true), text)
    end
  end)

  it("stores the bytes unchanged in Preboot, under the policy's hash", function()
    configure("/Volumes/Macintosh HD", "/kc")
    local policy = state.groups[1].policy
    local path = ("/Volumes/Preboot/%s/boot/%s/System/Library/Caches/com.apple.kernelcaches/kernelcache.custom.%s"):format(
      state.default, policy.nsih, policy.coih)
    local size = assert(port.stat(path)).size
    local stored, bytes = port.read_at(path, 0, size), port.read_at("/kc", 0, port.stat("/kc").size)
    assert.truthy(stored:find(bytes, 1, true))
    assert.are.equal("IMG4", stored:sub(8, 11))
    local length = string.unpack(">I3", stored, 3) -- DER: 30 83 and three bytes of length, then that many bytes
    assert.are.equal("\x30\x83", stored:sub(1, 2))
    assert.are.equal(#stored, 5 + length)
    assert.truthy(policy.coih:match("^[%dA-F]+$") and #policy.coih == 96)
  end)

  it("refuses what is no whole collection, or not there, before it asks", function()
    for _, path in ipairs { "/short", "/text", "/empty", "/nowhere" } do
      local said = configure("/Volumes/Macintosh HD", path)
      assert.are.equal(71, said.status, path)
      assert.are.equal(0, #said.prompts)
    end
  end)

  it("wants the System volume's mount point", function()
    for _, path in ipairs { "/Volumes/Macintosh HD - Data", state.default, "/", "/Volumes/Elsewhere" } do
      assert.are.equal(71, configure(path, "/kc").status, path)
    end
    assert.are.equal(0, configure("/Volumes/Macintosh HD/", "/kc").status)
  end)

  it("stops at any answer but y", function()
    for _, answers in ipairs { { "n" }, {}, { "" }, { "grep" } } do
      assert.are.equal(1, configure("/Volumes/Macintosh HD", "/kc", answers).status)
    end
    assert.is_nil(state.groups[1].policy.coih)
  end)

  it("lists what is in a collection", function()
    local said = player.run(state, KMUTIL, { "inspect", "--no-header", "-B", "/kc" }, {}, port)
    assert.are.equal("com.apple.kernel  ", said.out:match("^com.apple.kernel  "))
    assert.truthy(player.run(state, KMUTIL, { "inspect", "-V", "release", "--no-header" }).out:find("SEPHiber", 1, true))
    assert.are.equal(71, player.run(state, KMUTIL, { "inspect", "-B", "/short" }, {}, port).status)
  end)

  it("ends its question in each of the forms on some Mac", function()
    local seen = {}
    for _, name in ipairs(catalogue.names()) do
      state = mac.new(name)
      seen[configure("/Volumes/Macintosh HD", "/kc").prompts[1].text:match("%).*$")] = true
    end
    assert.are.same({ [")"] = true, [") "] = true, [")\n"] = true }, seen)
  end)
end)

describe("nvram", function()
  local function value(state) return (run(state, NVRAM, "boot-args").out:match("^boot%-args\t(.*)\n$")) end

  it("reads, misses, sets and deletes as its source says", function()
    local state = mac.new()
    local miss = run(state, NVRAM, "boot-args")
    assert.are.equal(1, miss.status)
    assert.are.equal("nvram: Error getting variable - 'boot-args': (iokit/common) data was not found\n", miss.err)
    assert.are.equal(0, run(state, NVRAM, "boot-args=-v").status)
    assert.are.equal("boot-args\t-v\n", run(state, NVRAM, "boot-args").out)
    assert.are.equal(GUID .. "boot-args\t-v\n", run(state, NVRAM, GUID .. "boot-args").out)
    assert.are.equal(0, run(state, NVRAM, "boot-args=").status)
    assert.are.equal("boot-args\t\n", run(state, NVRAM, "boot-args").out)
    assert.are.equal(0, run(state, NVRAM, "-d", "boot-args").status)
    assert.are.equal(0, run(state, NVRAM, "-d", "boot-args").status)
    local gone = run(state, NVRAM, "-r", "boot-args")
    assert.are.equal(1, gone.status)
    assert.truthy(gone.err:find("Error deleting variable - 'boot-args': ", 1, true))
    assert.are.equal("Error getting variable", run(mac.new("m4-26"), NVRAM, "boot-args").err:sub(1, 22))
  end)

  it("keeps foreign words byte for byte", function()
    for _, name in ipairs(catalogue.names()) do
      local state = mac.new(name, { "boot-args-set", "already-permissive", "macos" })
      assert.are.equal(circumstance.FOREIGN_ARGUMENTS, value(state))
      local odd = circumstance.FOREIGN_ARGUMENTS .. " kcsuffix=development %41 %"
      assert.are.equal(0, run(state, NVRAM, GUID .. "boot-args=" .. odd).status)
      assert.are.equal(odd, value(state))
      local dict = plist.parse(run(state, NVRAM, "-x", "boot-args").out)
      assert.are.equal(odd, dict["boot-args"])
      assert.are.equal(odd, plist.parse(run(state, NVRAM, "-xp").out)["boot-args"])
      assert.truthy(run(state, NVRAM, "-p").out:find("\nboot-args\t" .. odd .. "\n", 1, true))
    end
  end)

  it("decodes and shows %xx for data", function()
    local state = mac.new()
    assert.are.equal(0, run(state, NVRAM, "thing=a%00b%25").status)
    assert.are.equal("thing\ta%00b%25\n", run(state, NVRAM, "thing").out)
    assert.are.equal(1, run(state, NVRAM, "thing=%zz").status)
    assert.are.equal("a\0b%", plist.parse(run(state, NVRAM, "-x", "thing").out).thing.data
      or plist.parse(run(state, NVRAM, "-x", "thing").out).thing)
  end)

  it("refuses 1024 bytes", function()
    local state = mac.new()
    assert.are.equal(0, run(state, NVRAM, "boot-args=" .. ("x"):rep(1023)).status)
    local said = run(state, NVRAM, "boot-args=" .. ("y"):rep(1024))
    assert.are.equal(1, said.status)
    assert.truthy(said.err:find("no space", 1, true))
    assert.are.equal(1023, #value(state))
  end)

  it("is refused in recovery by form and release", function()
    local function try(name, circumstances, word)
      local state = mac.new(name, circumstances)
      local said = run(state, NVRAM, word .. "=-v")
      return said.status, said.err
    end
    assert.are.equal(0, (try("m2pro-14.0", {}, "boot-args")))
    local status, err = try("m4-26", {}, "boot-args")
    assert.are.equal(1, status)
    assert.truthy(err:find("Error setting variable - 'boot-args': (iokit/common) not permitted", 1, true))
    assert.are.equal(0, (try("m4-26", {}, GUID .. "boot-args")))
    assert.are.equal(1, (try("m2pro-14.0", { "nvram-denied" }, GUID .. "boot-args")))
    assert.are.equal(1, (try("m2pro-14.0", { "macos" }, GUID .. "boot-args")))
    assert.are.equal(0, (try("m2pro-14.0", { "already-permissive", "macos" }, "boot-args")))
    assert.are.equal(1, (try("m2pro-14.0", { "not-root" }, "boot-args")))
  end)

  it("hides with -d what it refuses", function()
    local state = mac.new(nil, { "boot-args-set", "nvram-denied" })
    assert.are.equal(0, run(state, NVRAM, "-d", "boot-args").status)
    assert.are.equal(circumstance.FOREIGN_ARGUMENTS, value(state))
    assert.are.equal(1, run(state, NVRAM, "-r", "boot-args").status)
  end)

  it("names the default system", function()
    local state = mac.new()
    assert.are.equal(state.default, run(state, NVRAM, "boot-volume").out:match(":([^:]+)\n$"))
  end)
end)

describe("diskutil", function()
  local function info(state, word) return plist.parse(run(state, DISKUTIL, "info", "-plist", word).out) end

  it("answers by device, UUID, name and mount point", function()
    local state = mac.new()
    for _, word in ipairs { "disk3s1", "/dev/disk3s1", "Macintosh HD", "/Volumes/Macintosh HD" } do
      local dict = info(state, word)
      assert.are.equal("disk3s1", dict.DeviceIdentifier)
      assert.are.equal("/Volumes/Macintosh HD", dict.MountPoint)
      assert.are.equal(state.default, dict.APFSVolumeGroupID)
      assert.are.equal("disk3s2", dict.BooterDeviceIdentifier)
      assert.are.equal("disk3", dict.APFSContainerReference)
    end
  end)

  it("names the Data volume for a group's UUID", function()
    local state = mac.new()
    assert.are.equal("Macintosh HD - Data", info(state, state.default).VolumeName)
  end)

  it("answers for / what is booted", function()
    assert.are.equal("macOS Base System", info(mac.new(), "/").VolumeName)
    local state = mac.new(nil, { "macos" })
    local dict = info(state, "/")
    assert.are.equal("disk3s1s1", dict.DeviceIdentifier)
    assert.are.equal(state.default, dict.APFSVolumeGroupID)
  end)

  it("lists groups, volumes and users", function()
    local state = mac.new("m2-15", { "several-owners" })
    local groups = plist.parse(run(state, DISKUTIL, "apfs", "listVolumeGroups", "-plist").out).Containers[1].VolumeGroups
    assert.are.equal(2, #groups)
    assert.are.equal("Büro Mac", groups[2].Name)
    assert.are.equal(state.groups[2].uuid, groups[2].APFSVolumeGroupUUID)
    local volumes = plist.parse(run(state, DISKUTIL, "apfs", "list", "-plist").out).Containers[1].Volumes
    assert.are.equal(7, #volumes)
    local users = plist.parse(run(state, DISKUTIL, "apfs", "listUsers", "-plist", "disk3s5").out).Users
    assert.are.equal(3, #users)
    assert.is_true(users[1].VolumeOwner)
  end)

  it("does not find what is not there", function()
    local said = run(mac.new(), DISKUTIL, "info", "-plist", "disk9s9")
    assert.are.equal(1, said.status)
    assert.are.equal("Could not find disk: disk9s9", plist.parse(said.out).ErrorMessage)
  end)

  it("unlocks a locked Data volume with a password", function()
    local state = mac.new(nil, { "filevault-locked" })
    assert.are.equal("", info(state, "disk3s5").MountPoint)
    assert.is_true(info(state, "disk3s5").Locked)
    local said = with(state, { "wrong" }, DISKUTIL, "apfs", "unlockVolume", "disk3s5")
    assert.are.equal(1, said.status)
    assert.are.same({ text = "Passphrase: ", echo = false }, said.prompts[1])
    assert.are.equal(0, with(state, { "rehearsal" }, DISKUTIL, "apfs", "unlockVolume", "Macintosh HD - Data").status)
    assert.are.equal("/Volumes/Macintosh HD - Data", info(state, "disk3s5").MountPoint)
    assert.are.equal(1, with(state, { "rehearsal" }, DISKUTIL, "apfs", "unlockVolume", "disk3s5").status)
  end)

  it("makes Preboot writable by mounting it again", function()
    local state = mac.new(nil, { "preboot-read-only" })
    assert.is_false(info(state, "Preboot").WritableVolume)
    assert.are.equal(0, run(state, DISKUTIL, "unmount", "Preboot").status)
    assert.are.equal("", info(state, "disk3s2").MountPoint)
    assert.are.equal(0, run(state, DISKUTIL, "mount", "disk3s2").status)
    assert.is_true(info(state, "Preboot").WritableVolume)
  end)

  it("follows the circumstances' names", function()
    assert.are.equal("/Volumes/Data", info(mac.new(nil, { "data-named-data" }), "disk3s5").MountPoint)
    assert.are.equal("/Volumes/Büro Mac - Data", info(mac.new(nil, { "names-with-accents" }), "disk3s5").MountPoint)
  end)
end)

describe("small tools", function()
  it("name the environment in each of the ways known", function()
    assert.are.equal("recoveryos\n", run(mac.new(), SYSCTL, "-n", "hw.osenvironment").out)
    local seen = {}
    for _, name in ipairs(catalogue.names()) do
      local said = run(mac.new(name, { "macos" }), SYSCTL, "-n", "hw.osenvironment")
      seen[said.out .. said.err] = said.status
    end
    assert.are.same({
      ["macos\n"] = 0, ["sysctl: unknown oid 'hw.osenvironment'\n"] = 1,
      ["sysctl: sysctl hw.osenvironment: Invalid argument\n"] = 1,
    }, seen)
  end)

  it("print what runs", function()
    local state = mac.new()
    assert.are.equal("kern.osbuildconfig: release\n", run(state, SYSCTL, "kern.osbuildconfig").out)
    assert.are.equal("1\n\nMac14,9\n", run(state, SYSCTL, "-n", "kern.hv_support", "kern.bootargs", "hw.model").out)
    assert.are.equal("Darwin Kernel Version 23.0.0: Fri Sep 15 14:41:43 PDT 2023; "
      .. "root:xnu-10002.1.13~1/RELEASE_ARM64_T6020\n", run(state, "/usr/bin/uname", "-v").out)
    assert.are.equal("23A344\n", run(state, "/usr/bin/sw_vers", "-buildVersion").out)
    assert.are.equal(1, run(state, SYSCTL, "-n", "no.such").status)
    assert.truthy(run(state, SYSCTL, "-n", "kern.boottime").out:match("^{ sec = %d+, usec = %d+ } "))
    assert.truthy(run(mac.new(nil, { "macos", "managed" }), "/usr/bin/profiles", "status", "-type", "enrollment").out
      :find("MDM enrollment: Yes", 1, true))
  end)

  it("show the device tree's quota where the Mac has one", function()
    local function product(name)
      return plist.parse(run(mac.new(name), "/usr/sbin/ioreg", "-a", "-r", "-p", "IODeviceTree", "-n", "product").out)[1]
    end
    assert.is_nil(product("m2pro-14.0")["apple-isa-vm-quota"])
    assert.is_not_nil(product("m5-26.6")["apple-isa-vm-quota"])
  end)
end)

describe("made-up hashes", function()
  it("are the same in every run and look right", function()
    assert.are.equal(digest.hex("a"), digest.hex("a"))
    assert.are_not.equal(digest.hex("a"), digest.hex("b"))
    assert.truthy(digest.uuid("a"):match("^%x+%-%x%x%x%x%-4%x%x%x%-A%x%x%x%-%x+$"))
    assert.are.equal(36, #digest.uuid("a"))
  end)
end)
