-- The state table of the reference (§10), row by row, driven through the simulated tools.

local catalogue = require "sim.catalogue"
local collection = require "sim.collection"
local files = require "sim.files"
local mac = require "sim.mac"
local player = require "sim.player"

local KC = "/Volumes/Stick/VirtualMachine.kc"

local function play(state, path, args, answers)
  local port = files.memory { [KC] = collection.make(state.collection or { soc = "T6020", darwin = "1", xnu = "1" }) }
  return player.run(state, path, args, answers or player.person(state), port)
end

local function csrutil(state, ...) return play(state, "/usr/bin/csrutil", { ... }) end

local function bputil(state, ...)
  return play(state, "/usr/bin/bputil", { "-v", state.default, ... })
end

local function kmutil(state, ...)
  return play(state, "/usr/bin/kmutil", { "configure-boot", "--volume", "/Volumes/" .. state.groups[1].name, ... })
end

local function install(state) return kmutil(state, "--custom-boot-object", KC) end

-- What the table speaks of, in one line: mode, coih, sip0, sip1, sip2, sip3, smb2, smb3.
local function row(state)
  local p = state.groups[1].policy
  local function bit(flag) return flag and "1" or "0" end
  return ("%s %s %s %s%s%s %s%s"):format(p.mode, p.coih and "coih" or "-", p.sip0 and ("%x"):format(p.sip0) or "-",
    bit(p.sip1), bit(p.sip2), bit(p.sip3), bit(p.smb2), bit(p.smb3))
end

-- A policy in which everything is relaxed, so that what a command keeps or drops shows.
local function relaxed()
  local state = mac.new()
  assert(install(state).status == 0)
  local p = state.groups[1].policy
  p.sip0, p.sip2, p.sip3, p.smb2, p.smb3 = 0x7f, true, true, true, true
  assert(row(state) == "permissive coih 7f 011 11")
  return state
end

describe("the state table from a fresh policy", function()
  local rows = {
    { "csrutil disable", function(s) return csrutil(s, "disable") end, "permissive - 7f 011 00" },
    { "bputil -n", function(s) return bputil(s, "-n") end, "permissive - - 000 00" },
    { "bputil -a", function(s) return bputil(s, "-a") end, "permissive - - 001 00" },
    { "bputil -nca", function(s) return bputil(s, "-nca") end, "permissive - - 011 00" },
    { "bputil -g", function(s) return bputil(s, "-g") end, "reduced - - 000 00" },
    { "bputil -gk", function(s) return bputil(s, "-gk") end, "reduced - - 000 10" },
    { "bputil --enable-mdm", function(s) return bputil(s, "--enable-mdm") end, "reduced - - 000 01" },
    { "bputil -c", function(s) return bputil(s, "-c") end, "permissive - - 010 00" },
    { "bputil -f", function(s) return bputil(s, "-f") end, "full - - 000 00" },
    { "kmutil configure-boot", install, "permissive coih - 000 00" },
  }
  for _, case in ipairs(rows) do
    it(case[1], function()
      local state = mac.new()
      local before = state.groups[1].policy.lpnh
      assert.are.equal(0, case[2](state).status)
      assert.are.equal(case[3], row(state))
      assert.are_not.equal(before, state.groups[1].policy.lpnh)
    end)
  end
end)

describe("the state table from a relaxed policy", function()
  local rows = {
    { "csrutil disable keeps the object", function(s) return csrutil(s, "disable") end, "permissive coih 7f 011 11" },
    { "csrutil enable, y", function(s) return csrutil(s, "enable") end, "full - - 000 00" },
    { "csrutil clear", function(s) return csrutil(s, "clear") end, "permissive coih - 000 11" },
    { "bputil -f", function(s) return bputil(s, "-f") end, "full - - 000 00" },
    { "bputil -n", function(s) return bputil(s, "-n") end, "permissive - - 000 00" },
    { "bputil -a", function(s) return bputil(s, "-a") end, "permissive - - 001 00" },
    { "bputil -a -m -k", function(s) return bputil(s, "-a", "-m", "-k") end, "permissive - - 001 11" },
    { "kmutil with an object", install, "permissive coih 7f 011 11" },
    { "kmutil without an object", function(s) return kmutil(s) end, "permissive - 7f 011 11" },
  }
  for _, case in ipairs(rows) do
    it(case[1], function()
      local state = relaxed()
      assert.are.equal(0, case[2](state).status)
      assert.are.equal(case[3], row(state))
    end)
  end

  it("csrutil enable, n keeps the object and the mode", function()
    local state = relaxed()
    local run = play(state, "/usr/bin/csrutil", { "enable" }, { "n", "rehearsal" })
    assert.are.equal(0, run.status)
    assert.are.equal("permissive coih - 000 11", row(state))
  end)
end)

describe("the state table's details", function()
  it("counts a generation for bputil's writes alone", function()
    local state = mac.new()
    csrutil(state, "disable")
    assert.are.equal(23, state.groups[1].policy.stng)
    bputil(state, "-n")
    assert.are.equal(24, state.groups[1].policy.stng)
  end)

  it("lets csrutil leave the filter alone where told so", function()
    local state = mac.new(nil, { "csrutil-leaves-filter" })
    csrutil(state, "disable")
    assert.are.equal("permissive - 7f 010 00", row(state))
    bputil(state, "-a")
    csrutil(state, "disable")
    assert.are.equal("permissive - 7f 011 00", row(state))
  end)

  it("gives the same object the same hash, and another object another", function()
    local one, other = mac.new(), mac.new(nil, { "wrong-chip-collection" })
    install(one)
    local first = one.groups[1].policy.coih
    install(one)
    assert.are.equal(first, one.groups[1].policy.coih)
    assert.are.equal(1, #one.groups[1].objects[one.groups[1].policy.nsih])
    install(other)
    assert.are_not.equal(first, other.groups[1].policy.coih)
  end)

  it("drops the policy of another group for nothing", function()
    local state = mac.new("m2-15")
    local other = state.groups[2].policy.lpnh
    csrutil(state, "disable")
    bputil(state, "-n")
    assert.are.equal(other, state.groups[2].policy.lpnh)
  end)
end)

describe("refusals leave the policy as it was", function()
  local changes = {
    { "csrutil disable", function(s) return csrutil(s, "disable") end, "pairing %(17%)" },
    { "bputil -a", function(s) return bputil(s, "-a") end, 'BYErrorDomain Code=401.*pairing %(17%)' },
    { "kmutil configure-boot", install, 'KMErrorDomain Code=71.*pairing %(17%)' },
  }
  for _, name in ipairs(catalogue.names()) do
    for _, case in ipairs(changes) do
      it(("%s: %s in recovery that is not paired"):format(name, case[1]), function()
        local state = mac.new(name, { "unpaired" })
        local before = state.groups[1].policy.lpnh
        local run = case[2](state)
        assert.are_not.equal(0, run.status)
        assert.truthy(run.err:find(case[3]))
        assert.are.equal(before, state.groups[1].policy.lpnh)
      end)
    end
  end

  it("needs the Internet for full security, and the newest release", function()
    local offline, old = mac.new(nil, { "offline", "already-permissive" }), mac.new(nil, { "newer-macos" })
    local run = bputil(offline, "-f")
    assert.are.equal(1, run.status)
    assert.truthy(run.err:find('Code=102 "Can\'t continue because you are not connected', 1, true))
    assert.are.equal("permissive - 7f 011 00", row(offline))
    assert.are.equal(1, bputil(old, "-f").status)
    assert.are.equal(1, csrutil(offline, "enable").status)
  end)

  it("lets macOS raise security and lower nothing", function()
    local state = mac.new(nil, { "already-permissive", "macos" })
    for _, flag in ipairs { "-n", "-a", "-g" } do
      assert.truthy(bputil(state, flag).err:find("AP boot mode (11)", 1, true))
    end
    assert.truthy(csrutil(state, "disable").err:find("This tool needs to be executed from Recovery OS", 1, true))
    assert.are.equal(71, install(state).status)
    assert.are.equal("permissive - 7f 011 00", row(state))
    assert.are.equal(0, bputil(state, "-f").status)
    assert.are.equal("full - - 000 00", row(state))
  end)

  it("lets ordinary recovery do reduced security alone", function()
    local state = mac.new(nil, { "already-permissive", "ordinary-recovery" })
    assert.are.equal(1, bputil(state, "-n").status)
    assert.are.equal(1, csrutil(state, "disable").status)
    assert.are.equal(0, bputil(state, "-g").status)
    assert.are.equal("reduced - - 000 00", row(state))
  end)

  it("asks for root", function()
    local run = bputil(mac.new(nil, { "not-root" }), "-d")
    assert.are.equal(1, run.status)
    assert.are.equal("Use at your own risk!\n\n\nThe tool requires running as root\n", run.err:match("Use at.*$"))
  end)
end)

describe("a Preboot that takes nothing", function()
  for _, name in ipairs(catalogue.names()) do
    for _, word in ipairs { "preboot-full", "preboot-read-only" } do
      it(name .. " " .. word, function()
        local state = mac.new(name, { word })
        assert.are.equal(71, install(state).status)
        local early = state.wording.kmutil == "plain" or state.wording.kmutil_needs_reduced
        assert.are.equal((early and "full" or "permissive") .. " - - 000 00", row(state))
      end)
    end
  end
end)

describe("a new policy", function()
  it("drops the kexts that were approved, whatever bputil is told to keep", function()
    local state = mac.new(nil, { "reduced-with-kexts" })
    local p = state.groups[1].policy
    assert.are.same({ 96, 96, 96 }, { #p.auxp, #p.auxi, #p.auxr })
    assert.are.equal(0, csrutil(state, "disable").status)
    assert.is_string(p.auxp)
    assert.are.equal(0, bputil(state, "-nk").status)
    assert.are.same({}, { p.auxp, p.auxi, p.auxr })
    assert.is_true(p.smb2)
  end)

  it("of Startup Security Utility takes SIP and seal back, and device enrolment's word goes with any", function()
    local state = mac.new(nil, { "sealed-volume-off", "reduced-by-mouse" })
    assert.are.equal("reduced - - 000 00", row(state))
    state = mac.new(nil, { "mdm-allowed" })
    local p = state.groups[1].policy
    assert.are.same({ "reduced - - 000 01", true }, { row(state), p.smb4 })
    assert.truthy(bputil(state, "-d").out:find("DEP-allowed MDM Control:     Enabled    (smb4): 1\n", 1, true))
    assert.are.equal(0, bputil(state, "-gm").status)
    assert.are.same({ "reduced - - 000 01", false }, { row(state), p.smb4 })
  end)

  it("is made with -g for a system whose recovery does not run, too, and with -nc is not", function()
    local state = mac.new("m2-15")
    local other = state.groups[2]
    local function call(flags)
      return play(state, "/usr/bin/bputil", { "-v", other.uuid, flags, "-u", "ada", "-p", "rehearsal" })
    end
    local said = call("-nc")
    assert.are.equal(1, said.status)
    assert.truthy(said.err:find('Code=17 "pairing (17)"', 1, true))
    assert.are.equal(0, call("-g").status)
    assert.are.equal("reduced", other.policy.mode)
  end)
end)
