-- The comparison of two states of a Mac: every field by itself, and nothing that was not read.

local answers = require "tests.unit.lua.support.answers"
local policies = require "tests.unit.lua.support.policies"
local read_only = require "tests.unit.lua.support.read_only"
local state = require "mac.state"

local function at(changes, more)
  local made = { policy = policies.summary(changes), boot_args = "-v theirs=1", nonce = "A", dep_mdm = false, approved_kexts = true }
  for key, value in pairs(more or {}) do made[key] = value end
  return made
end

local function lines(before, after) return state.lines(state.compare(before, after)) end

describe("a state in words", function()
  it("has its main fields, as far as they were read", function()
    assert.are.equal("security Full, SIP on, boot-args filter on, kernel Apple's, boot-args \"-v theirs=1\"", state.words(at()))
    assert.are.equal("boot-args (empty)", state.words { boot_args = "" })
    assert.are.same({}, { state.words {} })
    assert.is_nil(state.words(nil))
  end)
end)

describe("state.compare", function()
  it("finds nothing where nothing differs, whatever the nonce", function()
    assert.are.same({}, state.compare(at(), at({}, { nonce = "B" })))
  end)

  it("finds each field by its name, with both values", function()
    local coih = ("AB"):rep(48)
    for line, changes in pairs {
      ["security: Full before, Permissive now"] = { mode = "permissive" }, ["SIP: on before, custom (46) now"] = { sip = "46" },
      ["SIP: on before, off (7f) now"] = { sip = "7f" }, ["SIP: on before, on, research guests allowed (1000) now"] = { sip = "1000" },
      ["SIP: on before, off (107f), research guests allowed now"] = { sip = "107f" },
      ["sealed system volume: on before, off now"] = { ssv = "off" }, ["kernel CTRR: on before, off now"] = { ctrr = "off" },
      ["boot-args filter: on before, off now"] = { boot_args_filter = "off" },
      ["third-party kexts: not allowed before, allowed now"] = { kexts = true },
      ["kexts by MDM: not allowed before, allowed now"] = { mdm = true },
      ["kernel: Apple's before, custom ABABABABABAB… now"] = { coih = coih },
    } do
      assert.are.same({ line }, lines(at(), at(changes)))
    end
    assert.are.same({ "kexts by enrolled MDM: not allowed before, allowed now" }, lines(at(), at({}, { dep_mdm = true })))
    assert.are.same({ "approved kexts: some before, none: approve them again in System Settings now" },
      lines(at(), at({}, { approved_kexts = false })))
  end)

  it("tells words that are gone from words that others have added", function()
    local added = state.compare(at(), at({}, { boot_args = "-v theirs=1 new=1" }))[1]
    assert.are.same({ true, nil }, { added.added_only, added.lost })
    local gone = state.compare(at(), at({}, { boot_args = "-v" }))[1]
    assert.are.same({ false, { "theirs=1" } }, { gone.added_only, gone.lost })
    assert.are.same({ 'boot-args: "-v theirs=1" before, (empty) now' }, lines(at(), at({}, { boot_args = "" })))
  end)

  it("does not compare what was not known, and does not take what cannot be read for the same", function()
    assert.are.same({}, state.compare({}, at()))
    assert.are.same({}, state.compare({ policy = policies.summary(), boot_args = "-v theirs=1" }, at({}, { approved_kexts = false })))
    local unread = state.compare({ boot_args = "-v" }, {})[1]
    assert.are.same({ "boot-args", "cannot be read", true, nil }, { unread.name, unread.after, unread.unread, unread.lost })
    assert.are.equal(8, #state.compare({ policy = policies.summary() }, {}))
  end)
end)

describe("state.was_written", function()
  it("goes by the policy's nonce, and cannot tell without", function()
    assert.are.same({ false, true, nil, nil }, { state.was_written(at(), at()), state.was_written(at(), at({}, { nonce = "B" })),
      state.was_written({}, at()), state.was_written(at(), {}) })
  end)
end)

describe("state.of", function()
  it("puts together what was read", function()
    local full = policies.summary { mode = "reduced" }
    full.nonce, full.dep_mdm, full.approved_kexts = "AA", true, false
    local made = state.of(read_only(full), "-v")
    assert.are.same({ "reduced", "-v", "AA", true, false },
      { made.policy.mode, made.boot_args, made.nonce, made.dep_mdm, made.approved_kexts })
  end)

  it("holds nothing of what was not", function() assert.are.same({}, state.of(nil, nil)) end)
end)

describe("state.read", function()
  it("asks for policy and boot arguments of the group as they are now", function()
    require("tool.bputil").forget()
    local asked = answers.use { ["/usr/sbin/nvram -x boot-args"] = "boot-args\t-v\n",
      ["/usr/bin/bputil -d -v " .. policies.GROUP] = policies.text() }
    local now = state.read(policies.GROUP)
    assert.are.same({ "full", "-v" }, { now.policy.mode, now.boot_args })
    for _, line in ipairs(asked) do assert.truthy(line:find("bputil -d", 1, true) or line:find("nvram -x", 1, true), line) end
  end)
end)

describe("state.comparer", function()
  it("compares with the Mac as it is when it is called", function()
    require("tool.bputil").forget()
    local told = { ["/usr/sbin/nvram -x boot-args"] = "boot-args\t-v\n", ["/usr/bin/bputil -d -v " .. policies.GROUP] = policies.text() }
    answers.use(told)
    local compare = state.comparer(read_only { policy = policies.summary(), boot_args = "-v" }, policies.GROUP)
    assert.are.same({}, (compare()))
    told["/usr/sbin/nvram -x boot-args"] = "boot-args\t-x\n"
    answers.use(told)
    local differences, written = compare()
    assert.are.same({ { 'boot-args: "-v" before, "-x" now' }, nil }, { state.lines(differences), written })
  end)

  it("finds nothing where nothing was recorded", function()
    answers.use {}
    assert.are.same({ {}, nil }, { state.comparer(nil, policies.GROUP)() })
  end)
end)

describe("a state of what steps have seen", function()
  local POLICY = { mode = "full", sip = "7f", ssv = "on", ctrr = "on", boot_args_filter = "on", coih = "absent", kexts = false, mdm = true }

  it("is taken as it is where it is one", function()
    assert.are.same({ policy = POLICY, boot_args = "-v" }, state.of_parts { policy = POLICY, ["boot-args"] = { value = "-v" } })
    assert.are.same({ policy = { sip = "absent" } }, state.of_parts { policy = { sip = "absent" } })
    assert.are.same({}, state.of_parts {})
  end)

  it("is not read where a journal says anything else", function()
    local odd = { 7, 1.5, true, {}, { { "a" } }, require("base.json").null }
    for name, right in pairs(POLICY) do
      for _, value in ipairs(odd) do
        local seen = setmetatable({ [name] = value }, { __index = POLICY })
        if type(value) ~= type(right) then assert.is_nil(state.of_parts({ policy = seen }).policy, name) end
      end
    end
    for _, value in ipairs { "", "7g", " 7f", "off", ("1"):rep(17), "\27[2J" } do
      assert.is_nil(state.of_parts({ policy = { sip = value } }).policy, value)
    end
    for _, value in ipairs(odd) do
      assert.are.same({}, state.of_parts { policy = type(value) ~= "table" and value or nil, ["boot-args"] = { value = value } })
      assert.are.same({}, state.of_parts { ["boot-args"] = value })
    end
  end)
end)
