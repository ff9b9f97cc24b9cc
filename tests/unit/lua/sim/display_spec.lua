-- What bputil displays, against the transcripts of the reference (§1.5), character by character.

local json = require "dkjson"
local mac = require "sim.mac"
local player = require "sim.player"

local BPUTIL = "/usr/bin/bputil"

local function show(state, ...) return player.run(state, BPUTIL, { ... }) end

local function hash(state, tag) return state.groups[1].policy[tag] end

local function fill(text, state)
  return (text:gsub("<(%w+)>", function(tag)
    if tag == "VG" then return state.default end
    if tag == "ecid" then return state.mac.ecid end
    return hash(state, tag)
  end))
end

local A = [[
Local policy for volume group <VG>:
OS environment:
OS Type                                       : macOS
OS Pairing Status                             : Not Paired
Local Policy Nonce Hash                 (lpnh): <lpnh>
Remote Policy Nonce Hash                (rpnh): <rpnh>
Recovery OS Policy Nonce Hash           (ronh): <ronh>

Local policy:
Pairing Integrity                             : Valid
Signature Type                                : BAA
Unique Chip ID                          (ECID): <ecid>
Board ID                                (BORD): 0x22
Chip ID                                 (CHIP): 0x8103
Certificate Epoch                       (CEPO): 0x1
Security Domain                         (SDOM): 0x1
Production Status                       (CPRO): 1
Security Mode                           (CSEC): 1
OS Version                              (love): 21.7.115.0.0,0
Volume Group UUID                       (vuid): <VG>
KEK Group UUID                          (kuid): <kuid>
Local Policy Nonce Hash                 (lpnh): <lpnh>
Remote Policy Nonce Hash                (rpnh): <rpnh>
Next Stage Image4 Hash                  (nsih): <nsih>
User Authorized Kext List Hash          (auxp): absent
Auxiliary Kernel Cache Image4 Hash      (auxi): absent
Kext Receipt Hash                       (auxr): absent
CustomKC or fuOS Image4 Hash            (coih): absent
Security Mode:               Full       (smb0): absent
3rd Party Kexts Status:      Disabled   (smb2): absent
User-allowed MDM Control:    Disabled   (smb3): absent
DEP-allowed MDM Control:     Disabled   (smb4): absent
SIP Status:                  Enabled    (sip0): absent
Signed System Volume Status: Enabled    (sip1): absent
Kernel CTRR Status:          Enabled    (sip2): absent
Boot Args Filtering Status:  Enabled    (sip3): absent
]]

describe("bputil -d", function()
  it("is transcript A on macOS 12", function()
    local state = mac.new("m1-12.6", { "macos" })
    assert.are.equal(fill(A, state), show(state, "-d").out)
    assert.are.equal(fill(A, state), show(state, "-d", "-v", state.default).out)
    assert.are.equal(fill(A, state) .. "\n", show(state, "-e").out)
  end)

  it("is transcript B on macOS 14: another heading, lobo, Cryptex1", function()
    local state = mac.new("m2pro-14.0", { "macos" })
    local text = A:gsub("^[^\n]*", "Current local policy:"):gsub("0x22", "0x4"):gsub("0x8103", "0x6020")
      :gsub("21%.7%.115%.0%.0,0", "23.1.344.0.0,0")
      :gsub("(%(CSEC%): 1\n)", "%1Local Boot                              (lobo): 1\n")
      :gsub("(%(nsih%): <nsih>\n)", "%1Cryptex1 Image4 Hash                    (spih): <spih>\n"
        .. "Cryptex1 Generation                     (stng): 23\n")
    assert.are.equal(fill(text, state), show(state, "-d").out)
  end)

  it("shows transcript C's rows in paired recovery on macOS 26", function()
    local state = mac.new("m5-26.6")
    local policy = state.groups[1].policy
    policy.mode, policy.sip2, policy.coih = "permissive", true, ("A1"):rep(48)
    local out = show(state, "-d", "-v", state.default).out
    for line in fill([[
Operating on Volume Group UUID <VG>
OS Type                                       : one true recoveryOS
OS Pairing Status                             : Paired
Pairing Integrity                             : Valid
Chip ID                                 (CHIP): 0x8142
Volume Group UUID                       (vuid): <VG>
Next Stage Image4 Hash                  (nsih): <nsih>
CustomKC or fuOS Image4 Hash            (coih): <coih>
Security Mode:               Permissive (smb0 && smb1): 1
SIP Status:                  Enabled    (sip0): absent
Signed System Volume Status: Enabled    (sip1): absent
Kernel CTRR Status:          Disabled   (sip2): 1
]], state):gmatch("[^\n]+") do
      assert.truthy(("\n" .. out):find("\n" .. line .. "\n", 1, true), line)
    end
    assert.are.equal(1, (out:find("Operating on Volume Group UUID ", 1, true)))
  end)

  it("shows transcripts D and E after csrutil disable and with kexts", function()
    local state = mac.new("m4-26", { "already-permissive" })
    state.groups[1].policy.smb2 = true
    local out = show(state, "-d", "-v", state.default).out
    assert.truthy(out:find([[
Security Mode:               Permissive (smb0 && smb1): 1
3rd Party Kexts Status:      Enabled    (smb2): 1
]], 1, true))
    assert.truthy(out:find("SIP Status:                  Customized (sip0): 7f\n", 1, true))
    assert.truthy(out:find("Boot Args Filtering Status:  Disabled   (sip3): 1\n", 1, true))
  end)

  it("shows the reduced row", function()
    local state = mac.new(nil, { "reduced-with-kexts" })
    local out = show(state, "-d", "-v", state.default).out
    assert.truthy(out:find("Security Mode:               Reduced    (smb0): 1\n", 1, true))
    assert.truthy(out:find("User Authorized Kext List Hash          (auxp): " .. hash(state, "auxp"), 1, true))
  end)

  it("prints hashes of 96 upper-case digits", function()
    local state = mac.new()
    for _, tag in ipairs { "lpnh", "rpnh", "ronh", "nsih", "spih" } do
      assert.truthy(hash(state, tag):match("^[%dA-F]+$"))
      assert.are.equal(96, #hash(state, tag))
    end
  end)

  it("keeps the disclaimer of seven lines and two empty ones on standard error", function()
    local err = show(mac.new(), "-d").err
    local _, lines = err:gsub("\n", "")
    assert.are.equal(9, lines)
    assert.are.equal(1, (err:find("This utility is not meant for normal users or even sysadmins.\n", 1, true)))
    assert.are.equal("Use at your own risk!\n\n\n", err:sub(-#"Use at your own risk!\n\n\n"))
  end)

  it("shows every system with -e and asks which one without -v", function()
    local state = mac.new("m2-15")
    local out = show(state, "-e").out
    for _, group in ipairs(state.groups) do
      assert.truthy(out:find(("Local policy for volume group %s:\n"):format(group.uuid), 1, true))
    end
    local run = player.run(state, BPUTIL, { "-d" }, { "2" })
    assert.are.equal(("This computer has several macOS installations:\n1: %s\n2: %s\n"):format(state.groups[1].uuid,
      state.groups[2].uuid), run.out:match("^.-\n.-\n.-\n"))
    assert.are.same({ { text = "Pick a macOS installation (1..2): ", echo = true } }, run.prompts)
    assert.truthy(run.out:find("(vuid): " .. state.groups[2].uuid, 1, true))
    assert.are.equal(1, show(state, "-d").status)
  end)

  it("tells of a group without a policy", function()
    local state = mac.new()
    assert.are.equal(0, player.run(state, BPUTIL, { "-r", state.default }, player.person(state)).status)
    local run = show(state, "-d", "-v", state.default)
    assert.are.equal(1, run.status)
    assert.truthy(run.err:find("Can't get local policy for Volume Group UUID " .. state.default, 1, true))
    assert.truthy(run.err:find("Failed to display local policy for volume group " .. state.default, 1, true))
  end)
end)

describe("bputil -j", function()
  it("is not known on macOS 12", function()
    local run = show(mac.new("m1-12.6"), "-d", "-j")
    assert.are.equal(1, run.status)
    assert.are.equal("", run.out)
  end)

  it("has no line before the object on 14, and the group's line later", function()
    local old, new = mac.new("m2pro-14.0"), mac.new("m5-26.6")
    assert.are.equal("{", show(old, "-d", "-j", "-v", old.default).out:sub(1, 1))
    local head = ("Operating on Volume Group UUID %s\n{"):format(new.default)
    assert.are.equal(head, show(new, "-d", "-j", "-v", new.default).out:sub(1, #head))
  end)

  it("has the keys and types of the fixtures, with their two misspellings", function()
    local state = mac.new("m5-26.6", { "already-permissive" })
    local object = json.decode(show(state, "-d", "-j", "-v", state.default).out:match("{.*"))[state.default]
    assert.are.equal(127, object.sip0)
    assert.is_true(object.sip0_exists)
    assert.is_false(object.sip1)
    assert.is_true(object.sip2)
    assert.is_true(object.sip3)
    assert.are.equal("permissive", object.security_mode)
    assert.is_true(object.CRPO)
    assert.is_false(object.os_type_overriden)
    assert.is_false(object.coih_exists)
    assert.is_nil(object.coih)
    assert.are.equal(0x8142, object.CHIP)
    assert.are.equal("one true recoveryOS", object.os_type)
    assert.is_true(object.os_paired_to_current)
    for key in ([[ECID BORD CHIP CEPO SDOM CSEC lobo love vuid kuid lpnh rpnh os_lpnh os_ronh nsih spih spih_exists stng
      stng_exists auxp_exists auxi_exists auxr_exists smb0 smb1 smb2 smb3 smb4 properly_paired baa_certified
      bputil_version]]):gmatch("%S+") do
      assert.is_not_nil(object[key], key)
    end
  end)

  it("has sip0_exists from bputil 0.1.13 on", function()
    for name, has in pairs { ["m2pro-14.0"] = false, ["m2-15"] = true, ["m4-26"] = true } do
      local state = mac.new(name)
      local object = json.decode(show(state, "-d", "-j", "-v", state.default).out:match("{.*"))[state.default]
      assert.are.equal(has, object.sip0_exists ~= nil, name)
    end
  end)
end)
