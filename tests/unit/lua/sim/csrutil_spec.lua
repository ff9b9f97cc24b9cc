-- csrutil on a simulated Mac: single parts of SIP, the seal, research guests, and the refusals that people met.
-- Words and state of each command, exactly.

local mac = require "sim.mac"
local player = require "sim.player"

local CSRUTIL, BPUTIL = "/usr/bin/csrutil", "/usr/bin/bputil"
local RESTART = "Restart the machine for the changes to take effect.\n"
local OFF = "Turning off System Integrity Protection requires modifying system security.\n"
  .. 'Allow booting unsigned operating systems and any kernel extensions for OS "Macintosh HD"? [y/n]: \n'

local function run(state, ...) return player.run(state, CSRUTIL, { ... }, player.person(state)) end

-- mode, sip0, sip1 to sip3, coih.
local function row(state)
  local p = state.groups[1].policy
  local function bit(flag) return flag and "1" or "0" end
  return ("%s %s %s%s%s %s"):format(p.mode, p.sip0 and ("%x"):format(p.sip0) or "-", bit(p.sip1), bit(p.sip2), bit(p.sip3),
    p.coih and "coih" or "-")
end

describe("csrutil enable --without", function()
  it("speaks as in the transcript and opens those parts", function()
    local state = mac.new()
    local said = run(state, "enable", "--without", "fs", "--without", "debug", "--without", "nvram")
    assert.are.equal("csrutil: Requesting an unsupported configuration. This is likely to break in the future and leave your "
      .. "machine in an unknown state.\n" .. OFF .. "Enter password for user ada: System Integrity Protection is on.\n"
      .. RESTART, said.both)
    assert.are.equal(0, said.status)
    assert.are.equal("permissive 46 011 -", row(state))
    assert.are.equal([[
System Integrity Protection status: unknown (Custom Configuration).

Configuration:
	Apple Internal: disabled
	Kext Signing: enabled
	Filesystem Protections: disabled
	Debugging Restrictions: disabled
	DTrace Restrictions: enabled
	NVRAM Protections: disabled
	BaseSystem Verification: enabled
	Boot-arg Restrictions: disabled
	Kernel Integrity Protections: disabled
	Authenticated Root Requirement: enabled

This is an unsupported configuration, likely to break in the future and leave your machine in an unknown state.
]], run(state, "status").out)
  end)

  it("has one word for each part, and debug in both variants", function()
    local words = { kext = "1 000", fs = "2 000", debug = "4 010", dtrace = "20 010", nvram = "40 001", basesystem = "100 000" }
    for part, want in pairs(words) do
      local state = mac.new()
      assert.are.equal(0, run(state, "enable", "--without", part).status)
      assert.are.equal("permissive " .. want .. " -", row(state))
    end
    local state = mac.new("m2-15")
    run(state, "enable", "--without", "debug")
    assert.are.equal("permissive c 010 -", row(state))
  end)

  it("closes again what an earlier call opened, and keeps the custom object and the seal", function()
    local state = mac.new(nil, { "custom-kernel-installed", "sealed-volume-off" })
    assert.are.equal("permissive 7f 111 coih", row(state))
    run(state, "enable", "--without", "dtrace")
    assert.are.equal("permissive 20 110 coih", row(state))
    run(state, "enable", "--without", "fs")
    assert.are.equal("permissive 2 100 coih", row(state))
  end)

  it("says on or off of a custom configuration", function()
    for name, word in pairs { ["m1-12.6"] = "off", ["m2pro-14.0"] = "on" } do
      local said = run(mac.new(name), "enable", "--without", "nvram")
      assert.truthy(said.out:find("System Integrity Protection is " .. word .. ".\n", 1, true))
    end
  end)

  it("lacks debug on macOS 12, and kext on one of 26's", function()
    for _, case in ipairs { { "m1-12.6", "debug", 1 }, { "m1-12.6", "kext", 0 }, { "m4-26", "kext", 1 }, { "m5-26.6", "kext", 0 } } do
      local state = mac.new(case[1])
      assert.are.equal(case[3], run(state, "enable", "--without", case[2]).status)
      assert.are.equal(case[3] == 1, row(state) == "full - 000 -")
    end
  end)

  it("takes no other word, and no mixture of forms", function()
    for _, args in ipairs { { "enable", "--without", "sip" }, { "enable", "--without" }, { "enable", "--with", "fs" },
      { "disable", "--without", "fs" }, { "enable", "--without", "fs", "--with", "kext" } } do
      local state = mac.new()
      local said = run(state, table.unpack(args))
      assert.are.same({ 1, "usage: csrutil <command>" }, { said.status, said.err:match("^[^\n]*") })
      assert.are.equal("full - 000 -", row(state))
    end
  end)
end)

describe("csrutil disable --with", function()
  it("opens all but those", function()
    local state = mac.new("m1-12.6")
    assert.are.equal(0, run(state, "disable", "--with", "kext", "--with", "dtrace", "--with", "basesystem").status)
    assert.are.equal("permissive 5e 011 -", row(state))
    run(state, "disable", "--with", "nvram")
    assert.are.equal("permissive 3f 010 -", row(state))
  end)
end)

describe("csrutil authenticated-root", function()
  it("takes the seal off where FileVault is off", function()
    local state = mac.new(nil, { "filevault-off" })
    local said = run(state, "authenticated-root", "disable")
    assert.are.equal("Enter password for user ada: Successfully disabled Authenticated Root.\n" .. RESTART, said.both)
    assert.are.equal("permissive - 100 -", row(state))
    assert.are.equal("Authenticated Root status: disabled\n", run(state, "authenticated-root", "status").out)
    assert.are.equal(0, run(state, "authenticated-root", "enable").status)
    assert.are.equal("permissive - 000 -", row(state))
  end)

  it("asks first on other Macs", function()
    local state = mac.new("m5-26.6", { "filevault-off" })
    local said = run(state, "authenticated-root", "disable")
    assert.are.equal("Changing the Authenticated Root requirement requires modifying system security.\n"
      .. 'Allow booting unsigned operating systems for OS "Macintosh HD"? [y/n]: \n'
      .. "Authorized user: Password       : Authenticated Root is off.\n" .. RESTART, said.both)
    assert.are.equal(1, player.run(state, CSRUTIL, { "authenticated-root", "enable" }, { "n" }).status)
    assert.are.equal("permissive - 100 -", row(state))
  end)

  it("is refused with FileVault on, and outside recovery", function()
    local said = run(mac.new(), "authenticated-root", "disable")
    assert.are.equal("csrutil: failed to modify system integrity configuration. FileVault is on for this volume.\n", said.err)
    assert.are.equal(0, #said.prompts)
    said = run(mac.new(nil, { "filevault-off", "macos" }), "authenticated-root", "disable")
    assert.are.equal("csrutil: failed to modify system integrity configuration. This tool needs to be executed from "
      .. "Recovery OS.\n", said.err)
  end)

  it("asks which system in macOS, too, where status does not", function()
    local state = mac.new("m2-15", { "macos" })
    assert.are.equal("System Integrity Protection status: enabled.\n", run(state, "status").out)
    local said = player.run(state, CSRUTIL, { "authenticated-root", "status" }, { "2" })
    assert.are.equal("This computer has several macOS installations:\n1: Macintosh HD (macOS 15.6)\n"
      .. "2: Büro Mac (macOS 14.6.1)\nPick a macOS installation (1..2): Authenticated Root status: enabled\n", said.both)
    assert.are.equal(1, player.run(state, CSRUTIL, { "authenticated-root", "status" }, {}).status)
  end)
end)

describe("the seal of the system volume", function()
  it("survives csrutil disable, not enable, and clear on one Mac", function()
    local state = mac.new("m1-12.6", { "sealed-volume-off" })
    assert.are.equal("permissive 7f 111 -", row(state))
    run(state, "clear")
    assert.are.equal("permissive - 100 -", row(state))
    run(state, "disable")
    assert.are.equal("permissive 7f 111 -", row(state))
    state = mac.new(nil, { "sealed-volume-off" })
    run(state, "clear")
    assert.are.equal("permissive - 000 -", row(state))
    state = mac.new(nil, { "sealed-volume-off" })
    player.run(state, CSRUTIL, { "enable" }, { "n", "rehearsal" })
    assert.are.equal("permissive - 000 -", row(state))
    run(state, "enable")
    assert.are.equal("full - 000 -", row(state))
  end)

  it("is written by bputil -s with FileVault off alone, and keeps through csrutil disable", function()
    local function bputil(state, flags)
      return player.run(state, BPUTIL, { flags, "-v", state.default }, player.person(state))
    end
    local state = mac.new(nil, { "sealed-volume-off" })
    assert.are.equal(0, bputil(state, "-nkcas").status)
    assert.are.equal("permissive - 111 -", row(state))
    run(state, "disable")
    assert.are.equal("permissive 7f 111 -", row(state))
    state = mac.new()
    local said = bputil(state, "-ns")
    assert.are.equal(1, said.status)
    assert.truthy(said.err:find("Failed to create local policy", 1, true))
    assert.are.equal("full - 000 -", row(state))
  end)

  it("once broken keeps csrutil from enabling SIP, and macOS from starting where it is enforced", function()
    local boot = require "sim.boot"
    local state = mac.new(nil, { "seal-broken" })
    for _, command in ipairs { "enable", "clear" } do
      local said = run(state, command)
      assert.are.equal(1, said.status)
      assert.are.equal("csrutil: failed to set system integrity configuration in boot policy\n", said.err)
    end
    assert.are.equal("macos", (boot.next(state, { into = "macos" })))
    boot.next(state, { into = "paired-recovery" })
    player.run(state, BPUTIL, { "-f" }, player.person(state))
    local reached, why = boot.next(state, { into = "macos" })
    assert.are.same({ "recovery", "panic: rootvp not authenticated after mounting" }, { reached, why })
  end)
end)

describe("csrutil allow-research-guests", function()
  it("sets one bit of sip0 on top of what is there", function()
    local state = mac.new("m5-26.6")
    local said = run(state, "allow-research-guests", "enable")
    assert.are.equal("Changing whether research guests are allowed requires modifying system security.\n"
      .. 'Allow booting unsigned operating systems for OS "Macintosh HD"? [y/n]: \n'
      .. "Authorized user: Password       : Allow Research Guests is on.\n" .. RESTART, said.both)
    assert.are.equal("permissive 1000 000 -", row(state))
    assert.are.equal("Allow Research Guests status: enabled\n", run(state, "allow-research-guests", "status").out)
    run(state, "disable")
    assert.are.equal("permissive 107f 011 -", row(state))
    run(state, "allow-research-guests", "disable")
    assert.are.equal("permissive 7f 011 -", row(state))
  end)

  it("is or is not cleared by a later csrutil", function()
    for name, kept in pairs { ["m5-26.6"] = true, ["m4-26"] = false } do
      local state = mac.new(name, { "research-guests" })
      run(state, "disable")
      assert.are.equal(kept and 0x107f or 0x7f, state.groups[1].policy.sip0)
      run(state, "allow-research-guests", "enable")
      run(state, "enable", "--without", "dtrace")
      assert.are.equal(kept and 0x1020 or 0x20, state.groups[1].policy.sip0)
      run(state, "enable")
      assert.are.equal("full - 000 -", row(state))
    end
  end)

  it("does or does not make the configuration a custom one", function()
    local custom = mac.new("m2-15", { "research-guests", "macos" })
    assert.truthy(run(custom, "status").out:find("unknown (Custom Configuration)", 1, true))
    assert.are.equal("System Integrity Protection status: enabled.\n",
      run(mac.new("m5-26.6", { "research-guests", "macos" }), "status").out)
    assert.are.equal("System Integrity Protection status: disabled.\n",
      run(mac.new("m5-26.6", { "research-guests", "already-permissive", "macos" }), "status").out)
  end)

  it("is shown in the word of sip0 by bputil", function()
    local state = mac.new("m5-26.6", { "research-guests", "already-permissive" })
    local out = player.run(state, BPUTIL, { "-d", "-v", state.default }).out
    assert.truthy(out:find("SIP Status:                  Customized (sip0): 107f\n", 1, true))
  end)

  it("is not known before macOS 15", function()
    assert.are.equal(1, run(mac.new(), "allow-research-guests", "status").status)
  end)
end)

describe("csrutil status", function()
  it("asks in macOS, too, where the circumstance says so", function()
    local state = mac.new("m2-15", { "csrutil-always-asks", "already-permissive", "macos" })
    local said = player.run(state, CSRUTIL, { "status" }, { "2" })
    assert.truthy(said.both:find("Pick a macOS installation (1..2): System Integrity Protection status: enabled.\n", 1, true))
    said = player.run(state, CSRUTIL, { "status" }, { "1" })
    assert.truthy(said.out:find("status: disabled.\n", 1, true))
    assert.are.equal(1, player.run(state, CSRUTIL, { "status" }, {}).status)
  end)
end)

describe("a no to csrutil", function()
  it("ends with either status and changes nothing", function()
    for name, status in pairs { ["m2pro-14.0"] = 1, ["m4-27"] = 0 } do
      local state = mac.new(name)
      local said = player.run(state, CSRUTIL, { "disable" }, { "n" })
      assert.are.same({ status, "aborted\n", "full - 000 -" }, { said.status, said.err, row(state) })
    end
  end)
end)

describe("csrutil refuses", function()
  it("in a recovery that was not entered by holding the button from off", function()
    for _, word in ipairs { "ordinary-recovery", "stale-recovery" } do
      local state = mac.new(nil, { word })
      local said = run(state, "disable")
      assert.are.equal(1, said.status)
      assert.are.equal("csrutil: The OS environment does not allow changing security configuration options.\n"
        .. "Ensure that the system was booted into Recovery OS via the standard user action.\n", said.err)
      assert.are.equal("full - 000 -", row(state))
      require("sim.boot").next(state, { into = "paired-recovery" })
      assert.are.equal(0, run(state, "disable").status)
    end
  end)

  it("where the manifest is not verified", function()
    local state = mac.new("m5-26.6", { "manifest-refused" })
    local said = run(state, "disable")
    assert.are.equal(1, said.status)
    assert.are.equal('csrutil: Failed to update security configuration for "Macintosh HD": Manifest verification failed\n',
      said.err)
    assert.are.equal("full - 000 -", row(state))
  end)

  it("unpaired recovery in two wordings", function()
    local words = {
      ["m2pro-14.0"] = 'csrutil: failed to modify system integrity configuration. Error Domain=com.apple.bootpolicy Code=17 '
        .. '"pairing (17)"\n',
      ["m5-26.6"] = 'csrutil: Failed to update security configuration for "Macintosh HD": Error '
        .. 'Domain=com.apple.bootpolicy Code=17 "pairing (17)"\n',
    }
    for name, text in pairs(words) do
      assert.are.equal(text, run(mac.new(name, { "unpaired" }), "disable").err)
    end
  end)
end)
