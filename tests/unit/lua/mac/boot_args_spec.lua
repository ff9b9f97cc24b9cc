-- Editing of boot-args: what is not ours survives byte for byte, shown by examples and by laws over random values.

local boot_args = require "mac.boot_args"
local random = require "tests.unit.lua.support.random"

local OURS = { "kcsuffix=development", "hypervisor=0x1", "hv_apple_isa_vm_quota=0xFF" }
local ALL = table.concat(OURS, " ")
local ROUNDS = 3000

describe("the limit", function()
  it("is that of the oldest release that is known", function()
    assert.are.same({ 607, 607, 607, 1023, 1023, 1023 }, { boot_args.limit("13.6"), boot_args.limit("15.0", "12.7"),
      boot_args.limit(nil, "11.0"), boot_args.limit("14.0", "27.0"), boot_args.limit(nil, nil), boot_args.limit "?" })
  end)

  it("does not trust what is beyond ASCII unless the kernel was given the same", function()
    assert.is_true(boot_args.is_exact("-v a=1"))
    assert.is_true(boot_args.is_exact("a=é", "a=é"))
    assert.is_false(boot_args.is_exact("a=é", "a=\xE9"))
    assert.is_false(boot_args.is_exact("a=é"))
    assert.is_false(boot_args.is_exact("a=\xE9"))
    assert.is_false(boot_args.is_exact("a=ˇ\u{A0}Ä"))
    assert.is_true(boot_args.is_exact("a=é☃"))
  end)
end)

describe("boot_args.merge", function()
  it("appends to what is there", function()
    assert.are.equal(ALL, boot_args.merge("", OURS))
    assert.are.equal("-v " .. ALL, boot_args.merge("-v", OURS))
    assert.are.equal("-v  " .. ALL, boot_args.merge("-v  ", OURS))
    assert.are.equal("-v\t" .. ALL, boot_args.merge("-v\t", OURS))
  end)

  it("puts a word where its key already stood", function()
    assert.are.equal("a=1  hypervisor=0x1\tb", boot_args.merge("a=1  hypervisor=0\tb", { "hypervisor=0x1" }))
    assert.are.equal("-v debug=0x8", boot_args.merge("-v debug", { "debug=0x8" }))
  end)

  it("keeps a repeated key once", function()
    assert.are.equal("q=7 x", boot_args.merge("q=1 x q=2", { "q=7" }))
  end)

  it("takes the later of two words with one key, as has does", function()
    assert.are.equal("a=2", boot_args.merge("", { "a=1", "a=2" }))
    assert.are.equal("a=2 x", boot_args.merge("a=0 x", { "a=1", "a=2" }))
    assert.is_true(boot_args.has("a=2", { "a=1", "a=2" }))
    assert.is_false(boot_args.has("a=1", { "a=1", "a=2" }))
  end)

  it("does not take a longer key for ours", function()
    assert.are.equal("xhypervisor=0 hypervisors=1 hypervisor=0x1",
      boot_args.merge("xhypervisor=0 hypervisors=1", { "hypervisor=0x1" }))
  end)

  it("leaves odd characters alone", function()
    local odd = "  a=\"b c\" \\x&y;%41 caf\xC3\xA9=\xE2\x98\x83 \xFF\xFE\t\tz==1 = "
    assert.are.equal(odd .. ALL, boot_args.merge(odd, OURS))
  end)
end)

describe("boot_args.has", function()
  it("wants every word exactly so", function()
    assert.is_true(boot_args.has("x " .. ALL .. " y", OURS))
    assert.is_false(boot_args.has("kcsuffix=development hypervisor=0x1", OURS))
    assert.is_false(boot_args.has(ALL .. " hypervisor=0x0", OURS))
    assert.is_false(boot_args.has("hypervisor=0x11", { "hypervisor=0x1" }))
    assert.is_false(boot_args.has("", OURS))
    assert.is_true(boot_args.has("anything", {}))
  end)
end)

describe("boot_args.drop", function()
  it("takes a word and the blanks before it", function()
    assert.are.equal("a  c", boot_args.drop("a b=1  c", { "b" }))
    assert.are.equal("c", boot_args.drop("b=1  c", { "b=2" }))
    assert.are.equal("a", boot_args.drop("a\tb=1", { "b" }))
    assert.are.equal("", boot_args.drop(ALL, OURS))
    assert.are.equal(" \t ", boot_args.drop(" \t ", OURS))
  end)
end)

describe("boot_args.restore", function()
  it("brings an untouched value back byte for byte", function()
    assert.are.equal("hypervisor=0  -v ", boot_args.restore("hypervisor=0x1  -v kcsuffix=development", "hypervisor=0  -v ",
      { "hypervisor=0x1", "kcsuffix=development" }))
  end)

  it("keeps what others changed since", function()
    assert.are.equal("-v hypervisor=0 new=1", boot_args.restore("-v hypervisor=0x1 kcsuffix=development new=1",
      "-v hypervisor=0 gone=1", { "hypervisor=0x1", "kcsuffix=development" }))
  end)

  it("sets a word of ours again that the baseline had and another program removed", function()
    assert.are.equal("-v hypervisor=0", boot_args.restore("-v", "hypervisor=0", { "hypervisor=0x1" }))
  end)
end)

describe("boot_args.raising", function()
  it("names the variant, the hypervisor and the quota, then what else is wanted", function()
    assert.are.same({ "kcsuffix=development", "hypervisor=0x1", "hv_apple_isa_vm_quota=0xFF" }, boot_args.raising())
    assert.are.same({ "kcsuffix=development", "hypervisor=0x1", "hv_apple_isa_vm_quota=0x10", "-v", "debug=0x8" },
      boot_args.raising(16, { "-v", "debug=0x8" }))
    assert.are.equal("hv_apple_isa_vm_quota=0x7FFFFFFF", boot_args.raising(boot_args.MOST_GUESTS)[3])
  end)
end)

describe("boot_args.quota", function()
  it("is what its own word says, the last one where there are two", function()
    for value, quota in pairs { ["hv_apple_isa_vm_quota=0xFF"] = 255, ["-v\thv_apple_isa_vm_quota=7 x"] = 7,
      ["hv_apple_isa_vm_quota=1 hv_apple_isa_vm_quota=2"] = 2, ["xhv_apple_isa_vm_quota=9 hv_apple_isa_vm_quota=3"] = 3 } do
      assert.are.equal(quota, boot_args.quota(value), value)
    end
    for _, value in ipairs { "", "-v", "hv_apple_isa_vm_quota", "hv_apple_isa_vm_quota=", "hv_apple_isa_vm_quota=many",
      "xhv_apple_isa_vm_quota=9", "hv_apple_isa_vm_quota=1=2x", "hv_apple_isa_vm_quota=1e3" } do
      assert.is_nil(boot_args.quota(value), value)
    end
    assert.is_nil(boot_args.quota(nil))
  end)
end)

describe("boot_args.is_exact", function()
  it("counts every ASCII character as one that MacRoman has, and nothing between it and the letters", function()
    assert.is_false(boot_args.is_exact("\127é"))
    assert.is_false(boot_args.is_exact("aé"))
    assert.is_true(boot_args.is_exact("é\u{80}"))
    assert.is_true(boot_args.is_exact("é☃"))
  end)
end)

describe("boot_args.missing", function()
  it("lists words as often as they are gone, in order", function()
    assert.are.same({}, boot_args.missing("a b", "b  a c"))
    assert.are.same({ "c", "a", "a=1" }, boot_args.missing("c a b a a=1", "b a a=2"))
    assert.are.same({}, boot_args.missing("", "a"))
    assert.are.same({ "a" }, boot_args.missing("\ta ", ""))
    assert.are.same({}, boot_args.missing("a a a", "a a a"))
    assert.are.same({ "a" }, boot_args.missing("a a a", "a a"))
  end)
end)

describe("boot_args.describe", function()
  it("quotes a value, and says when there is none", function()
    assert.are.equal("boot-args are empty", boot_args.describe "")
    assert.are.equal('boot-args "-v  x"', boot_args.describe "-v  x")
  end)
end)

describe("boot_args.put_back", function()
  it("brings back the words that vanished while we wrote", function()
    assert.are.equal("q=1 keep=1", boot_args.put_back("q=1", "keep=1 -v", "q=1 -v", "other"))
    assert.are.equal("-v", boot_args.put_back("-v", "-v", "q=1 -v", "-v"))
    assert.are.equal("keep=1 x", boot_args.put_back("keep=1 x", "keep=1", "q=1", "keep=1"))
    assert.are.equal("keep=2 b", boot_args.put_back("keep=2", "keep=1 b", "q=1", "keep=1 b"), "set anew by somebody since")
    assert.are.equal("a b", boot_args.put_back("a", "a=\ta b", "a", "a=\ta b"), "a repeated key of ours")
  end)

  it("is the recorded value, byte for byte, when the words are the same", function()
    assert.are.equal("keep=1  -v ", boot_args.put_back("-v", "keep=1  -v ", "q=1 -v", "keep=1  -v "))
    assert.are.equal("-v keep=1", boot_args.put_back("-v", "keep=1 -v", "q=1 -v", "keep=1  -v more"))
    assert.are.equal("-v keep=1", boot_args.put_back("-v", "keep=1 -v", "q=1 -v", "keep=1"))
  end)
end)

-- Random values: words of odd characters, ours among them, blanks of every width.

local PIECES = { "a", "Z", "9", "-", "_", "=", "\"", "'", "\\", "&", ";", "<", "%41", "\xC3\xA9", "\xFF", "hypervisor", "," }
local BLANKS = { " ", " ", "  ", "\t", " \t " }

-- luassert is too slow to be asked a hundred thousand times when all is well.
local function equal(wanted, got, about) if wanted ~= got then assert.are.equal(wanted, got, about) end end
local function same(wanted, got, about)
  equal(table.concat(wanted, "\n"), table.concat(got, "\n"), about)
end

local function random_word(r)
  if r.one_in(4) then return boot_args.key(r.pick(OURS)) .. r.pick { "", "=", "=0", "=0x1", "=development" } end
  return r.text(PIECES, 1, 6)
end

local function random_value(r)
  local parts = {}
  for index = 1, r.int(0, 8) do
    parts[index] = ((index > 1 or r.one_in(6)) and r.pick(BLANKS) or "") .. random_word(r)
  end
  if #parts > 0 and r.one_in(6) then parts[#parts + 1] = r.pick(BLANKS) end
  return table.concat(parts)
end

local function keys_of(words)
  local keys = {}
  for _, word in ipairs(words) do keys[boot_args.key(word)] = true end
  return keys
end

-- The words that are not ours, in order, and ours by key.
local function split(value)
  local ours, foreign, own = keys_of(OURS), {}, {}
  for word in value:gmatch("[^ \t]+") do
    local key = boot_args.key(word)
    if ours[key] then
      own[key] = own[key] or {}
      table.insert(own[key], word)
    else
      foreign[#foreign + 1] = word
    end
  end
  return foreign, own
end

local function for_all(seed, law)
  local r = random.new(seed)
  for round = 1, ROUNDS do
    local value = random_value(r)
    law(value, ("round %d, value %q"):format(round, value), r)
  end
end

describe("boot-args laws over random values:", function()
  it("the generator makes what the laws are about", function()
    local with_ours, repeated, trailing = 0, 0, 0
    for_all(2, function(value)
      local _, own = split(value)
      if next(own) then with_ours = with_ours + 1 end
      for _, words in pairs(own) do if #words > 1 then repeated = repeated + 1 end end
      if value:find("[ \t]$") then trailing = trailing + 1 end
    end)
    assert.is_true(with_ours > 1000 and repeated > 200 and trailing > 200)
  end)

  it("what was merged is there, once, and merging again changes nothing", function()
    for_all(3, function(value, about)
      local merged = boot_args.merge(value, OURS)
      equal(true, boot_args.has(merged, OURS), about)
      equal(merged, boot_args.merge(merged, OURS), about)
      local _, own = split(merged)
      for _, word in ipairs(OURS) do same({ word }, own[boot_args.key(word)], about) end
    end)
  end)

  it("words of others keep their bytes and their order", function()
    for_all(4, function(value, about)
      local foreign = split(value)
      same(foreign, (split(boot_args.merge(value, OURS))), about)
      same(foreign, (split(boot_args.drop(value, OURS))), about)
      same(foreign, (split(boot_args.restore(boot_args.merge(value, OURS), value, OURS))), about)
    end)
  end)

  it("a value without our words only grows at its end, and dropping them gives it back", function()
    for_all(5, function(value, about)
      if next(select(2, split(value))) then return end
      local merged = boot_args.merge(value, OURS)
      equal(value, merged:sub(1, #value), about)
      equal(value, boot_args.drop(value, OURS), about)
      if not value:find("[ \t]$") then equal(value, boot_args.drop(merged, OURS), about) end
    end)
  end)

  it("nothing of ours is left after dropping", function()
    for_all(6, function(value, about)
      equal(nil, next((select(2, split(boot_args.drop(value, OURS))))), about)
    end)
  end)

  it("restoring what was merged is the baseline, byte for byte", function()
    for_all(7, function(value, about)
      equal(value, boot_args.restore(boot_args.merge(value, OURS), value, OURS), about)
    end)
  end)

  it("has says no when any word is missing or says something else", function()
    for_all(8, function(value, about, r)
      local missing = r.pick(OURS)
      local merged = boot_args.merge(value, OURS)
      equal(false, boot_args.has(boot_args.drop(merged, { missing }), OURS), about)
      equal(false, boot_args.has(merged .. " " .. boot_args.key(missing) .. "=other", OURS), about)
    end)
  end)

  it("restoring edits what others changed meanwhile", function()
    for_all(9, function(baseline, about, r)
      local _, before = split(baseline)
      for _, words in pairs(before) do if #words > 1 then return end end
      local changed = boot_args.merge(random_value(r), OURS)
      local restored = boot_args.restore(changed, baseline, OURS)
      local foreign, after = split(restored)
      same((split(changed)), foreign, about)
      for _, word in ipairs(OURS) do
        local key = boot_args.key(word)
        same(before[key] or {}, after[key] or {}, about)
      end
    end)
  end)
end)
