-- What each simulated tool says when it does not take a name or a password, and how a Mac counts wrong ones.

local boot = require "sim.boot"
local collection = require "sim.collection"
local files = require "sim.files"
local mac = require "sim.mac"
local player = require "sim.player"

local CSRUTIL, BPUTIL, KMUTIL, DISKUTIL = "/usr/bin/csrutil", "/usr/bin/bputil", "/usr/bin/kmutil", "/usr/sbin/diskutil"

local function run(state, answers, path, ...)
  local port = files.memory { ["/kc"] = collection.make(state.collection) }
  return player.run(state, path, { ... }, answers, port)
end

local REJECTED = 'Error Domain=com.apple.LocalAuthentication Code=-1 "Password rejected (3)" '
  .. "UserInfo={NSDebugDescription=Password rejected (3), NSLocalizedDescription=Authentication failure.%s}\n"
local BELOW = ', NSUnderlyingError=0x600001f3c2d0 {Error Domain=com.apple.LocalAuthentication Code=-1 "%s" '
  .. "UserInfo={NSDebugDescription=%s, NSLocalizedDescription=Authentication failure.}}"
local NOT_FOUND = REJECTED:format(BELOW:format("User not found", "User not found"))

describe("bputil from macOS 12 on", function()
  for _, name in ipairs { "m1-12.6", "m4-26", "m5-26.6" } do
    it("rejects a name and a password as seen: " .. name, function()
      local state = mac.new(name)
      local said = run(state, { "y", "eve", "x" }, BPUTIL, "-n", "-u", "eve", "-p", "x")
      assert.are.equal("bputil: failed to set credential: " .. NOT_FOUND, said.err:match("bputil: failed.*$"))
      assert.are.equal(1, said.status)
      said = run(state, {}, BPUTIL, "-n", "-u", "ada", "-p", "wrong")
      assert.are.equal("bputil: failed to set credential: " .. REJECTED:format "", said.err:match("bputil: failed.*$"))
      assert.are.equal("full", state.groups[1].policy.mode)
    end)
  end

  it("asks on 26 as was seen", function()
    local said = run(mac.new("m5-26.6"), { "ada", "rehearsal" }, BPUTIL, "-n")
    assert.are.same({ { text = "Authorized user: ", echo = true },
      { text = "Please enter password for user ada: ", echo = false } }, said.prompts)
    assert.are.equal(0, said.status)
  end)

  it("says other words on other Macs", function()
    local state = mac.new()
    assert.are.equal("bputil: failed to get an authentication token for user ada\n",
      run(state, {}, BPUTIL, "-n", "-u", "ada", "-p", "wrong").err:match("bputil: failed.*$"))
  end)

  it("prints its name and its options when it is called for nothing", function()
    assert.are.equal("bputil v0.1.14 - a tool to modify boot policies\nusage: bputil [-ldejfgnmkcasz] [-u username] "
      .. "[-p password] [-v vuid] [-r vuid]\n", run(mac.new("m5-26.6"), {}, BPUTIL).err:match("bputil v.*$"))
    assert.truthy(run(mac.new(), {}, BPUTIL).err:find("[-ldejfgnmkcas]", 1, true))
  end)
end)

describe("csrutil", function()
  it("rejects a password in one of two wordings", function()
    assert.are.equal("Failed to authenticate.\n", run(mac.new(), { "y", "wrong" }, CSRUTIL, "disable").err)
    local said = run(mac.new("m5-26.6"), { "y", "ada", "wrong" }, CSRUTIL, "disable")
    assert.are.equal("csrutil: failed to set credential: " .. REJECTED:format "", said.err)
    assert.are.equal(1, said.status)
  end)
end)

describe("a list of owners of an earlier installation", function()
  it("refuses everybody, in each tool's words", function()
    local state = mac.new("m5-26.6", { "stale-owners" })
    local said = run(state, { "y", "ada", "rehearsal" }, CSRUTIL, "disable")
    assert.are.equal("csrutil: no admin users authorized for recovery\ncsrutil: failed to set credential: " .. NOT_FOUND, said.err)
    assert.are.equal("Authorized user: ", said.prompts[2].text)
    said = run(state, { "ada", "rehearsal" }, BPUTIL, "-n")
    assert.are.equal("bputil: failed to set credential: " .. NOT_FOUND, said.err:match("bputil: failed.*$"))
    said = run(state, { "y", "ada", "rehearsal" }, KMUTIL, "configure-boot", "-v", "/Volumes/Macintosh HD", "-c", "/kc")
    assert.truthy(said.err:find("not a valid admin user for the volume at /Volumes/Preboot/" .. state.default, 1, true))
    assert.are.equal("full", state.groups[1].policy.mode)
  end)

  it("is an error of the owner on other Macs", function()
    local state = mac.new(nil, { "stale-owners" })
    local said = run(state, {}, BPUTIL, "-n", "-u", "ada", "-p", "rehearsal")
    assert.are.equal(("Boot objects update failed for %s: Error Domain=BYErrorDomain Code=103 \"Owner authentication is "
      .. "required\" UserInfo={BYErrorHint=LocalAuthenticationRequired}\n"):format(state.default), said.err:match("Boot.*$"))
  end)
end)

describe("wrong passwords", function()
  it("are counted over all tools, and bar every further one until the next start", function()
    local state = mac.new(nil, { "few-attempts", "filevault-locked" })
    run(state, { "y", "wrong" }, CSRUTIL, "disable")
    run(state, {}, BPUTIL, "-n", "-u", "ada", "-p", "wrong")
    local said = run(state, { "wrong" }, DISKUTIL, "apfs", "unlockVolume", "disk3s5")
    assert.are.equal("Error unlocking APFS Volume: Passphrase incorrect or user does not exist (-69550)\n", said.err)
    assert.are.equal(3, state.refused_passwords)
    said = run(state, { "rehearsal" }, DISKUTIL, "apfs", "unlockVolume", "disk3s5")
    assert.are.equal("Unlocking any cryptographic user on APFS Volume disk3s5\nToo many recent unlock attempts; unlocking "
      .. "disabled\n", said.out .. said.err)
    assert.are.equal(1, said.status)
    assert.are.equal(1, run(state, { "y", "rehearsal" }, CSRUTIL, "disable").status)
    boot.next(state, { into = "paired-recovery" })
    assert.is_nil(state.refused_passwords)
    assert.are.equal(0, run(state, { "rehearsal" }, DISKUTIL, "apfs", "unlockVolume", "disk3s5").status)
  end)

  it("are told by the libraries on some Macs", function()
    local state = mac.new("m5-26.6", { "few-attempts" })
    for _ = 1, 5 do run(state, { "y", "ada", "wrong" }, CSRUTIL, "disable") end
    local said = run(state, { "y", "ada", "rehearsal" }, CSRUTIL, "disable")
    local words = "Too many recent unlock attempts"
    assert.are.equal("csrutil: failed to set credential: " .. REJECTED:format(BELOW:format(words, words)), said.err)
  end)

  it("are counted, and bar nobody where it is not asked for", function()
    local state = mac.new()
    for _ = 1, 12 do run(state, { "y", "wrong" }, CSRUTIL, "disable") end
    assert.are.equal(12, state.refused_passwords)
    assert.are.equal(0, run(state, { "y", "rehearsal" }, CSRUTIL, "disable").status)
  end)
end)

describe("the variable that recovery sets", function()
  local function try(words, value)
    local state = mac.new("m5-26.6", words)
    local function environment(name) return name == "__OSINSTALL_ENVIRONMENT" and value or nil end
    return player.run(state, CSRUTIL, { "disable" }, { "y", "ada", "rehearsal" }, nil, environment).status
  end

  it("is looked at by the tools, or not", function()
    assert.are.equal(0, try({}, nil))
    assert.are.equal(1, try({ "tools-look-at-environment" }, nil))
    assert.are.equal(0, try({ "tools-look-at-environment" }, "1"))
  end)
end)
