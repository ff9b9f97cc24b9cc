-- Which records of a journal are believed: each field of each kind, right, wrong and missing.

local record = require "engine.record"

local TEXT, WRONG_TEXT = { "", "words" }, { 1, true, {} }
local NUMBER, WRONG_NUMBER = { 0, -1, 5 }, { "1", 1.5, true }
local FLAG, WRONG_FLAG = { true, false }, { "true", 0 }
local COMMAND, WRONG_COMMAND = { { "/bin/a" }, { "/bin/a", "-b" } }, { {}, "/bin/a", { 1 }, { "/bin/a", 2 }, { a = "/bin/a" } }
local WORDS, WRONG_WORDS = { {}, { "a" }, { "a", "b" } }, { "a", { 1 }, { "a", true }, { "a", b = "c" } }
local SCALARS, WRONG_SCALARS = { {}, { a = "b", c = true, d = 1, e = false } }, { "a", { "a" }, { a = {} }, { a = 1.5 }, { [true] = "a" } }

-- By kind of record: a good one, then each of its fields with good and wrong values. A third: it has to be there.
local KINDS = {
  start = { { type = "start", format = 1, plan = "apply" }, format = { NUMBER, WRONG_NUMBER, true }, plan = { TEXT, WRONG_TEXT, true },
    version = { TEXT, WRONG_TEXT }, plan_hash = { TEXT, WRONG_TEXT }, plan_file = { TEXT, WRONG_TEXT }, command = { TEXT, WRONG_TEXT },
    group = { TEXT, WRONG_TEXT }, volume = { TEXT, WRONG_TEXT }, build = { TEXT, WRONG_TEXT }, chip = { TEXT, WRONG_TEXT },
    environment = { TEXT, WRONG_TEXT }, words = { WORDS, WRONG_WORDS }, set = { WORDS, WRONG_WORDS }, kc = { TEXT, WRONG_TEXT },
    params = { SCALARS, WRONG_SCALARS } },
  intent = { { type = "intent", step = "a", argv = { "/bin/a" } }, step = { TEXT, WRONG_TEXT, true },
    argv = { COMMAND, WRONG_COMMAND, true }, part = { NUMBER, WRONG_NUMBER }, parts = { NUMBER, WRONG_NUMBER },
    attempt = { NUMBER, WRONG_NUMBER }, rung = { NUMBER, WRONG_NUMBER }, sha256 = { TEXT, WRONG_TEXT }, boot = { NUMBER, WRONG_NUMBER },
    nonce = { TEXT, WRONG_TEXT } },
  started = { { type = "started", step = "a" }, step = { TEXT, WRONG_TEXT, true }, pid = { NUMBER, WRONG_NUMBER },
    path = { TEXT, WRONG_TEXT } },
  outcome = { { type = "outcome", step = "a", verdict = "done" }, step = { TEXT, WRONG_TEXT, true }, verdict = { TEXT, WRONG_TEXT, true },
    exit = { NUMBER, WRONG_NUMBER }, words = { TEXT, WRONG_TEXT }, rung = { NUMBER, WRONG_NUMBER }, leaves = { TEXT, WRONG_TEXT },
    recovered = { FLAG, WRONG_FLAG }, nonce = { TEXT, WRONG_TEXT } },
  deferred = { { type = "deferred", step = "a" }, step = { TEXT, WRONG_TEXT, true }, reason = { TEXT, WRONG_TEXT } },
  skipped = { { type = "skipped", step = "a" }, step = { TEXT, WRONG_TEXT, true } },
  phase = { { type = "phase", step = "a", next = "any" }, step = { TEXT, WRONG_TEXT, true }, next = { TEXT, WRONG_TEXT, true },
    pending = { FLAG, WRONG_FLAG } },
  ["undo-start"] = { { type = "undo-start", reason = "asked" }, reason = { TEXT, WRONG_TEXT, true } },
  ["undo-intent"] = { { type = "undo-intent", step = "a", argv = { "/bin/a" } }, step = { TEXT, WRONG_TEXT, true },
    argv = { COMMAND, WRONG_COMMAND, true }, part = { NUMBER, WRONG_NUMBER }, parts = { NUMBER, WRONG_NUMBER },
    attempt = { NUMBER, WRONG_NUMBER }, rung = { NUMBER, WRONG_NUMBER }, sha256 = { TEXT, WRONG_TEXT }, boot = { NUMBER, WRONG_NUMBER },
    nonce = { TEXT, WRONG_TEXT } },
  ["undo-outcome"] = { { type = "undo-outcome", step = "a", verdict = "undone" }, step = { TEXT, WRONG_TEXT, true },
    verdict = { TEXT, WRONG_TEXT, true }, rung = { NUMBER, WRONG_NUMBER }, leaves = { TEXT, WRONG_TEXT }, nonce = { TEXT, WRONG_TEXT } },
  close = { { type = "close", result = "done" }, result = { TEXT, WRONG_TEXT, true } },
}

local POLICY = { mode = { TEXT, WRONG_TEXT }, ssv = { TEXT, WRONG_TEXT }, ctrr = { TEXT, WRONG_TEXT },
  boot_args_filter = { TEXT, WRONG_TEXT }, coih = { TEXT, WRONG_TEXT }, kexts = { FLAG, WRONG_FLAG }, mdm = { FLAG, WRONG_FLAG },
  sip = { { "absent", "7f", "0", ("f"):rep(16) }, { "", "off", "7f ", ("f"):rep(17), 127, true } } }
local BASELINE = { boot_args = { TEXT, WRONG_TEXT }, nonce = { TEXT, WRONG_TEXT }, dep_mdm = { FLAG, WRONG_FLAG },
  approved_kexts = { FLAG, WRONG_FLAG }, policy = { { {}, { mode = "full" } }, { "full", { "full" }, { other = {} } } } }

-- The same table with one field changed.
local function with(object, name, value)
  local copy = {}
  for key, one in pairs(object) do copy[key] = one end
  copy[name] = value
  return copy
end

-- For each field: make(name, value) with a good value is believed, and with a wrong one is not.
local function try_fields(fields, make)
  for name, values in pairs(fields) do
    for _, value in ipairs(values[1]) do assert.is_true((record.check(make(name, value))), name) end
    for _, value in ipairs(values[2]) do assert.is_nil((record.check(make(name, value))), name) end
  end
end

local function start_with(baseline) return { type = "start", format = 1, plan = "apply", baseline = baseline } end

describe("a record of a journal", function()
  for kind, fields in pairs(KINDS) do
    it("of type " .. kind .. " has each field of its type, and what it needs", function()
      local good = table.remove(fields, 1)
      assert.is_true((record.check(good)))
      try_fields(fields, function(name, value) return with(good, name, value) end)
      for name, values in pairs(fields) do
        if values[3] then
          assert.is_nil((record.check(with(good, name, nil))), name)
        else
          assert.is_true((record.check(with(good, name, nil))), name)
        end
      end
      assert.is_true((record.check(with(good, "time", "now"))))
      assert.is_nil((record.check(with(good, "time", 5))))
      assert.is_true((record.check(with(good, "seen", 5))), "what a check saw may be anything")
    end)
  end

  it("has a baseline whose fields are of their types", function()
    try_fields(BASELINE, function(name, value) return start_with { [name] = value } end)
    assert.is_nil((record.check(start_with "full")))
    assert.is_nil((record.check(start_with { "full" })))
  end)

  it("has a policy in it whose fields are of their types", function()
    try_fields(POLICY, function(name, value) return start_with { policy = { [name] = value } } end)
  end)

  it("says what is wrong with it", function()
    local function why(given) return select(2, record.check(given)) end
    assert.are.equal("a record of unknown type rumour", why { type = "rumour" })
    assert.are.equal("a record of unknown type 1", why { type = 1 })
    assert.are.equal("a record of unknown type nil", why {})
    assert.are.equal("a record of unknown type false", why "start")
    assert.are.equal("a record that names no step", why { type = "skipped" })
    assert.are.equal("a record of type phase whose next is missing or of the wrong type", why { type = "phase", step = "a" })
    assert.are.equal("a record of type close whose time is missing or of the wrong type",
      why { type = "close", result = "done", time = 1 })
  end)
end)
