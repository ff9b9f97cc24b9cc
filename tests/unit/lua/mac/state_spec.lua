-- The comparison of two states of a Mac: every field by itself, and nothing that was not read.

local policies = require "tests.unit.lua.support.policies"
local state = require "mac.state"

local function at(changes, more)
  local made = { policy = policies.summary(changes), boot_args = "-v theirs=1", nonce = "A", dep_mdm = false, approved_kexts = true }
  for key, value in pairs(more or {}) do made[key] = value end
  return made
end

local function lines(before, after) return state.lines(state.compare(before, after)) end

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
