-- bputil's display: every recorded sample, every row missing or contradictory, and thousands of spoilt texts.

local json = require "dkjson"
local layout = require "tool.bputil_layout"
local policies = require "tests.unit.lua.support.policies"
local random = require "tests.unit.lua.support.random"
local samples = require "tests.unit.lua.support.samples"

local GROUP = policies.GROUP
local NEEDED = { "mode", "sip", "ssv", "ctrr", "boot_args_filter", "kexts", "mdm", "coih" }

local function vuid_in(text) return text:match("%(vuid%): (%S+)") end

local function object_in(text) return json.decode(text, text:find("{", 1, true), nil) end

-- What about.json says a sample means, in the program's words.
local function meaning(about)
  return { mode = about.mode, coih = about.coih or "absent", sip = about.sip0 or "absent",
    ssv = about.sip1 and "off" or "on",
    ctrr = about.sip2 and "off" or "on", boot_args_filter = about.sip3 and "off" or "on" }
end

local function part(policy)
  local found = {}
  for _, field in ipairs { "mode", "coih", "sip", "ssv", "ctrr", "boot_args_filter" } do found[field] = policy[field] end
  return found
end

describe("recorded text", function()
  local read = 0
  for _, sample in ipairs(samples.matching "^bputil%-d[%-vd]*%.txt$") do
    if sample.about.means then
      read = read + 1
      it("of " .. sample.name .. " means what it is known to mean", function()
        local policy = assert(layout.from_text(sample.text, sample.about.means.group))
        assert.are.same(meaning(sample.about.means), part(policy))
        assert.are.equal(sample.about.means.os_type, policy.os_type)
        assert.are.equal(sample.about.means.paired, policy.paired)
        assert.are.same({ {}, "Valid", false, false }, { policy.unknown, policy.integrity, policy.kexts, policy.mdm })
        assert.are.same({ 96, sample.about.means.group }, { #policy.nsih, policy.group })
      end)
    end
  end

  it("covers macOS 12, 14 and 26", function() assert.are.equal(6, read) end)

  it("is no policy where rows are left out", function()
    for _, name in ipairs { "azahi-26.6/bputil-d-v-tested-rows.txt", "amfidiag-26/bputil-d-rows.txt",
      "rdma-27.2/bputil-d-rows.txt" } do
      local text = samples.read(name)
      local policy, message, code = layout.from_text(text, vuid_in(text) or GROUP)
      assert.is_nil(policy, name)
      assert.are.equal("incomplete", code, name)
      assert.truthy(message:find("^bputil shows no row for "), name)
    end
  end)

  it("is no policy when it shows two groups, or one that has none", function()
    local two = samples.read "kolide-12.1/bputil-e-two.txt"
    for group in two:gmatch("volume group (%x[%x-]+):") do
      assert.are.equal("contradiction", select(3, layout.from_text(two, group)))
    end
    local failed = samples.read "kolide-12.1/bputil-e-failed-second.txt"
    assert.are.same({ nil, "Can't get local policy for Volume Group UUID 5EADF322-3C85-4DF8-8516-0B556700CD5E",
      "incomplete" },
      { layout.from_text(failed, "5EADF322-3C85-4DF8-8516-0B556700CD5E") })
  end)

  it("goes by the heading where the row inside has another group (a real M1)", function()
    local text = samples.read "kolide-12.1/bputil-d.txt"
    assert.are.equal("full", layout.from_text(text, "5D0D176D-E8CC-4E8B-815C-444A679390BD").mode)
    assert.are.equal("contradiction", select(3, layout.from_text(text, vuid_in(text))))
  end)

  it("about another group is no policy", function()
    local text = samples.read "krlog-26/bputil-d-v.txt"
    assert.are.same({ nil, ("bputil contradicts itself: asked about %s, told about %s"):format(GROUP, vuid_in(text)),
      "contradiction" }, { layout.from_text(text, GROUP) })
  end)
end)

describe("recorded JSON", function()
  local group = "6A1F0C52-7B3E-4D89-A2C4-E5F6071829AB"
  for _, sample in ipairs(samples.matching "^bputil%-dj") do
    if sample.about.means then
      it("of " .. sample.name .. " means what it is known to mean", function()
        local policy = assert(layout.from_json(object_in(sample.text), group))
        assert.are.same(meaning(sample.about.means), part(policy))
        assert.are.equal(group, policy.group)
      end)
    end
  end

  it("that contradicts itself is no policy", function()
    local text = samples.read "pomme-26.6.2/bputil-dj-contradiction.txt"
    assert.are.same({ nil, "bputil contradicts itself: mode full and smb1", "contradiction" },
      { layout.from_json(object_in(text), group) })
  end)

  it("is found whatever the case of the group's letters", function()
    local text = samples.read "pomme-26.6.2/bputil-dj-full.txt"
    assert.are.equal(group, layout.from_json(object_in(text), group:lower()).group)
  end)
end)

describe("a text of bputil", function()
  it("with every row is a policy", function()
    local policy = assert(layout.from_text(policies.text(), GROUP))
    assert.are.same({ "full", "absent", "absent", true }, { policy.mode, policy.sip, policy.coih, policy.paired })
    local lowered = assert(layout.from_text(policies.text(policies.LOWERED), GROUP:lower()))
    assert.are.same({ "permissive", "7f", ("CD"):rep(48), "off" },
      { lowered.mode, lowered.sip, lowered.coih, lowered.boot_args_filter })
  end)

  it("reads hashes and UUIDs in either case, and leaves other values alone", function()
    local policy = assert(layout.from_text(policies.text({ group = GROUP:lower(), nsih = ("ab"):rep(48), coih = ("cd"):rep(48) },
      "Chip ID                                 (CHIP): 0x81ab\nOS Version (love): 25.7a\n"), GROUP))
    assert.are.same({ GROUP, ("AB"):rep(48), ("CD"):rep(48), "0x81ab", "25.7a" },
      { policy.vuid, policy.nsih, policy.coih, policy.chip, policy.os_version })
  end)

  it("tells whether there are kexts that a user has approved", function()
    local function approved(...)
      local rows = {}
      for index, value in ipairs { ... } do rows[index] = ("Hash (%s): %s\n"):format(({ "auxp", "auxi", "auxr" })[index], value) end
      return layout.from_text(policies.text(nil, table.concat(rows)), GROUP).approved_kexts
    end
    assert.is_false(approved("absent", "absent", "absent"))
    assert.is_true(approved("AB", "absent", "absent"))
    assert.is_true(approved("absent", "AB", "absent"))
    assert.is_true(approved("absent", "absent", "AB"))
    assert.is_nil(approved())
  end)

  it("holds the row that no verdict rests on to the same form", function()
    for row, value in pairs { ["Enabled    (smb4): 1"] = true, ["Disabled   (smb4): absent"] = false } do
      assert.are.equal(value, layout.from_text(policies.text(nil, "DEP-allowed MDM Control:     " .. row .. "\n"), GROUP).dep_mdm)
    end
    for _, row in ipairs { "Enabled    (smb4): absent", "Disabled   (smb4): 1" } do
      assert.are.equal("contradiction",
        select(3, layout.from_text(policies.text(nil, "DEP-allowed MDM Control:     " .. row .. "\n"), GROUP)))
    end
  end)

  it("tells reduced security, kexts and MDM", function()
    local policy = assert(layout.from_text(policies.text { mode = "Reduced    (smb0): 1", kexts = "Enabled    (smb2): 1",
      mdm = "Enabled    (smb3): 1", ssv = "Disabled   (sip1): 1" }, GROUP))
    assert.are.same({ "reduced", true, true, "off" }, { policy.mode, policy.kexts, policy.mdm, policy.ssv })
  end)

  it("without any one of the needed rows is incomplete", function()
    for _, field in ipairs(NEEDED) do
      assert.are.same({ nil, "bputil shows no row for " .. field, "incomplete" },
        { layout.from_text(policies.text { [field] = false }, GROUP) })
    end
    assert.are.same({ nil, "bputil shows no row for vuid", "incomplete" },
      { layout.from_text(policies.text { group = false }, GROUP) })
    assert.are.equal("incomplete", select(3, layout.from_text("", GROUP)))
  end)

  it("keeps a row that nobody knows, as printed", function()
    local row = "Quantum Lock Status:         Enabled    (sip9): absent"
    local policy = assert(layout.from_text(policies.text(nil, row .. "\nSomething Else (abcd): 12\n"), GROUP))
    assert.are.same({ row, "Something Else (abcd): 12" }, policy.unknown)
  end)

  it("with a contradictory row is no policy", function()
    local rows = {
      mode = { "Full       (smb0): 1", "Reduced    (smb0): absent", "Permissive (smb0): 1", "Reduced    (smb0 && smb1): 1",
        "Permissive (smb0 && smb1): absent", "Medium     (smb0): 1", "Full       (smb0): 2" },
      sip = { "Enabled    (sip0): 7f", "Customized (sip0): 0", "Disabled   (sip0): 0", "Customized (sip0): absent",
        "Disabled   (sip0): absent", "Customized (sip0): xyz" },
      ssv = { "Enabled    (sip1): 1", "Disabled   (sip1): absent", "Maybe      (sip1): 1", "Enabled    (sip1): 7" },
      ctrr = { "Enabled    (sip2): 1", "Disabled   (sip2): 0" },
      boot_args_filter = { "Enabled    (sip3): 1", "Disabled   (sip3): absent" },
      kexts = { "Enabled    (smb2): absent", "Disabled   (smb2): 1" },
      mdm = { "Enabled    (smb3): absent", "Disabled   (smb3): 1" },
      coih = { "present", "xyz", ("AB"):rep(47), ("AB"):rep(49), ("xy"):rep(48) },
    }
    for field, values in pairs(rows) do
      for _, value in ipairs(values) do
        local policy, message, code = layout.from_text(policies.text { [field] = value }, GROUP)
        assert.is_nil(policy, value)
        assert.are.equal("contradiction", code, value)
        assert.are.equal("bputil contradicts itself: ", message:sub(1, 27))
      end
    end
  end)

  it("with two different rows for one thing is no policy", function()
    for _, row in ipairs { "SIP Status:                  Customized (sip0): 7f",
      "Kernel CTRR Status:          Disabled   (sip2): 1",
      "Security Mode:               Reduced    (smb0): 1", "OS Pairing Status                             : Not Paired",
      "CustomKC or fuOS Image4 Hash            (coih): AB", "Volume Group UUID                       (vuid): ABCD" } do
      assert.are.equal("contradiction", select(3, layout.from_text(policies.text(nil, row .. "\n"), GROUP)), row)
    end
  end)

  it("reads SIP bits of up to 64 bits, and no more", function()
    for value, bits in pairs { ["7f"] = "7f", ["0x7F"] = "7f", ["007f"] = "7f", ["1"] = "1", ["ffffffffffffffff"] = "ffffffffffffffff",
      ["00000000000000000000001"] = "1" } do
      assert.are.equal(bits, layout.from_text(policies.text { sip = "Customized (sip0): " .. value }, GROUP).sip, value)
    end
    assert.are.equal("absent", layout.from_text(policies.text { sip = "Enabled    (sip0): 0" }, GROUP).sip)
    for _, row in ipairs { "Enabled    (sip0): 10000000000000000", "Customized (sip0): 10000000000000001", "Customized (sip0): x1",
      "Customized (sip0): 0x", "Customized (sip0): 1g", "Customized (sip0): -1" } do
      assert.are.equal("contradiction", select(3, layout.from_text(policies.text { sip = row }, GROUP)), row)
    end
  end)

  it("with a row of a verdict that is laid out otherwise is no policy", function()
    for _, row in ipairs { "Security Mode: Medium", "3rd Party Kexts Status: Enabled", "User-allowed MDM Control: Enabled", "SIP Status: C",
      "Signed System Volume Status: Disabled", "Kernel CTRR Status: Disabled", "Boot Args Filtering Status: Disabled", "SIP Status:",
      "Volume (vuid) x: AB", "Mode (smb0) x: 1", "SIP Status: Disabled (smb3): absent", "Kernel CTRR Status: Enabled (sip3): absent",
      "Mode (smb0 && smb1) x: 1", "Other (sip0) x: 7f", "Kexts (smb2) x: 1", "SIP Status: Customized (sip0): 7f and more",
      "Kernel CTRR Status: Disabled [sip2]: 1", "Something: Disabled - (sip3): 1", "Security Mode: Reduced (smb0) 1: x",
      "Boot Args Filtering Status:  (sip3): 1", "CustomKC (coih) AB: x" } do
      local policy, message, code = layout.from_text(policies.text(nil, row .. "\n"), GROUP)
      assert.is_nil(policy, row)
      assert.are.same({ "contradiction", "bputil contradicts itself: a row that cannot be read: " .. row }, { code, message })
    end
  end)

  it("is read at once, however long its lines", function()
    local began = os.clock()
    for _, piece in ipairs { " ", "(", ": ", "A (sip0): ", "(coih)", ":" } do
      local line = piece:rep(200000 // #piece)
      assert(layout.from_text(policies.text(nil, "x" .. line .. "x\n"), GROUP) or true)
    end
    assert.is_true(os.clock() - began < 3)
  end)

  it("cut off anywhere is no policy, or the same", function()
    for _, text in ipairs { policies.text(), policies.text(policies.LOWERED), (samples.read "krlog-26/bputil-d-v.txt"
      :gsub("A0F3D5C7%-6E1B%-4829%-93A4%-B5C6D7E8F901", GROUP)) } do
      local whole = assert(layout.from_text(text, GROUP))
      for length = 0, #text do
        local policy = layout.from_text(text:sub(1, length), GROUP)
        local differs = policy and layout.difference(policy, whole)
        if differs then error(("cut after %d bytes, %s is another"):format(length, differs)) end
      end
    end
  end)

  it("says Paired only when it says so", function()
    assert.is_false(layout.from_text(policies.text { pairing = "Not Paired" }, GROUP).paired)
    assert.is_nil(layout.from_text(policies.text { pairing = false }, GROUP).paired)
  end)
end)

describe("an object of bputil", function()
  local function read(changes) return layout.from_json(policies.object(changes), GROUP) end

  it("agrees with the text of the same policy", function()
    assert.is_nil(layout.difference(layout.from_text(policies.text(), GROUP), read()))
    local lowered = read { security_mode = "permissive", smb0 = true, smb1 = true, sip0 = 127, sip0_exists = true,
      sip2 = true, sip3 = true, coih_exists = true, coih = ("cd"):rep(48) }
    assert.is_nil(layout.difference(layout.from_text(policies.text(policies.LOWERED), GROUP), lowered))
  end)

  it("without a needed key is incomplete", function()
    for key, field in pairs { security_mode = "mode", sip1 = "ssv", sip2 = "ctrr", sip3 = "boot_args_filter", smb2 = "kexts",
      smb3 = "mdm", coih_exists = "coih" } do
      assert.are.same({ nil, "bputil shows no row for " .. field, "incomplete" }, { read { [key] = "none" } })
    end
    assert.are.equal("incomplete", select(3, read { sip0 = "none", sip0_exists = "none" }))
    assert.are.equal("incomplete", select(3, read { security_mode = "strange" }))
  end)

  it("with contradictory keys is no policy", function()
    for _, changes in ipairs { { smb0 = true }, { smb1 = true }, { security_mode = "reduced" },
      { security_mode = "permissive", smb0 = true }, { sip1 = "yes" }, { sip2 = 7 }, { coih_exists = true },
      { coih = "AB" }, { sip0_exists = true, sip0 = "7f" }, { sip0_exists = true, sip0 = "none" }, { vuid = "ABCD" },
      { sip0 = 127 }, { sip0_exists = true, sip0 = -1 }, { coih = true, coih_exists = true },
      { coih = "", coih_exists = true },
      { coih = "no hash", coih_exists = true } } do
      assert.are.equal("contradiction", select(3, read(changes)), json.encode(changes))
    end
    assert.are.equal("contradiction", select(3, layout.from_json({ ["ABCD"] = {} }, GROUP)))
    assert.are.equal("contradiction", select(3, layout.from_json({ [GROUP] = 1 }, GROUP)))
  end)

  it("tells what is relaxed", function()
    local policy = read { sip1 = true, sip2 = true, smb2 = true, smb3 = 1, nsih = ("ab"):rep(48) }
    assert.are.same({ "off", "off", "on", true, true, ("AB"):rep(48) },
      { policy.ssv, policy.ctrr, policy.boot_args_filter, policy.kexts, policy.mdm, policy.nsih })
    assert.is_nil(read({ nsih = 1 }).nsih)
    assert.are.same({ "full", "absent" }, { read({ smb0 = "none", smb1 = "none" }).mode, read({ sip0 = "none" }).sip })
    assert.are.equal("contradiction", select(3, read { sip0_exists = false, sip0 = 1 }))
  end)

  it("reads yes and no as numbers, too", function()
    assert.are.equal("off", read({ sip3 = 1 }).boot_args_filter)
    assert.are.equal("on", read({ sip3 = 0 }).boot_args_filter)
  end)
end)

describe("layout.difference", function()
  it("names the first field that differs", function()
    local one = layout.from_text(policies.text(), GROUP)
    for field, row in pairs { coih = ("AB"):rep(48), ssv = "Disabled   (sip1): 1", kexts = "Enabled    (smb2): 1" } do
      assert.are.equal(field, layout.difference(one, layout.from_text(policies.text { [field] = row }, GROUP)))
    end
  end)
end)

describe("spoilt output", function()
  it("as text never throws and never gives a verdict that does not stand there", function()
    local r, read, refused = random.new(31), 0, 0
    local originals = { policies.text(), policies.text(policies.LOWERED), policies.text { mode = "Reduced    (smb0): 1" } }
    for round = 1, 6000 do
      local text = r.mutated(r.pick(originals))
      local fine, policy, _, code = pcall(layout.from_text, text, GROUP)
      if not fine then error(("round %d threw: %s"):format(round, tostring(policy))) end
      local wrong = policy and policies.unfounded(policy, text)
      if wrong then error(("round %d: %s has no ground in\n%s"):format(round, wrong, text)) end
      if policy then read = read + 1 else refused = refused + 1 end
      if not policy and code ~= "incomplete" and code ~= "contradiction" then
        error("round " .. round .. ": " .. tostring(code))
      end
    end
    assert.is_true(read > 300 and refused > 2000, ("%d read, %d refused"):format(read, refused))
  end)

  it("as JSON never throws", function()
    local r, refused = random.new(32), 0
    local wild = { true, false, 0, 1, 127, -1, 1.5, "", "full", "permissive", "7f", "absent", {}, "none" }
    local keys = {}
    for key in pairs(policies.object()[GROUP]) do keys[#keys + 1] = key end
    table.sort(keys)
    for round = 1, 3000 do
      local changes = {}
      for _ = 1, r.int(1, 3) do changes[r.pick(keys)] = r.pick(wild) end
      local fine, policy, message = pcall(layout.from_json, policies.object(changes), GROUP)
      if not fine then error(("round %d threw: %s"):format(round, tostring(policy))) end
      if not policy then refused = refused + 1 end
      if not policy and type(message) ~= "string" then error("round " .. round .. ": no message") end
      if policy and policy.mode ~= (changes.security_mode or "full") then error("round " .. round .. ": wrong mode") end
    end
    assert.is_true(refused > 1000, tostring(refused))
  end)
end)

describe("the nonce", function()
  local ABOVE = "Local Policy Nonce Hash                 (lpnh): " .. ("AA"):rep(48)
  local OWN = "Local Policy Nonce Hash                 (lpnh): " .. ("BB"):rep(48)

  it("is the policy's own, where another system runs", function()
    local text = policies.text():gsub("OS environment:\n", "%0" .. ABOVE .. "\nLocal policy:\n" .. OWN .. "\n")
    assert.are.equal(("BB"):rep(48), assert(layout.from_text(text, GROUP)).nonce)
  end)

  it("that is told twice of one policy, and differs, is no answer", function()
    local text = policies.text():gsub("OS environment:\n", "Local policy:\n" .. ABOVE .. "\n" .. OWN .. "\n")
    assert.are.equal("contradiction", select(3, layout.from_text(text, GROUP)))
  end)
end)
