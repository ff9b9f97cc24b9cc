-- Is the raised limit in force? Each check's three answers; unknown never passes for ok, and advice stops nothing.

local answers = require "tests.unit.lua.support.answers"
local preflight = require "preflight.run"
local read_only = require "tests.unit.lua.support.read_only"
local row_module = require "tests.unit.lua.support.row"
local running = require "mac.running"
local targets = require "tests.unit.lua.support.target"

local SYSCTL = "/usr/sbin/sysctl -n "
local RAISED = { mode = "permissive", sip = "7f", boot_args_filter = "off", coih = ("CD"):rep(48) }

-- Makes one check. @return its row, and whether it stops nothing
local function check(name, told, known, target)
  local values = {}
  for key, value in pairs(told or {}) do values[SYSCTL .. key] = value end
  answers.use(values)
  local fine, rows = preflight.run({ "in force/" .. name }, read_only(target or targets.macos { policy = RAISED }), read_only {},
    read_only(known or {}))
  assert.are.equal(name, rows[1].check)
  return rows[1], fine
end

local expect = row_module.expect

describe("in force: environment", function()
  it("is macOS and nothing else", function()
    expect("ok", "macOS is running", (check "environment"))
    expect("bad", "a recovery is running", (check("environment", nil, nil, targets.recovery())))
    expect("unknown", "odd", (check("environment", nil, nil, { booted = "unknown", problems = { booted = "odd" } })))
    expect("unknown", "cannot be told", (check("environment", nil, nil, { booted = "unknown", problems = {} })))
  end)
end)

describe("in force: policy", function()
  local function policy(changes, problems)
    local wanted = {}
    for key, value in pairs(RAISED) do wanted[key] = value end
    for key, value in pairs(changes or {}) do wanted[key] = value end
    local target = targets.macos { policy = changes ~= targets.NONE and wanted or targets.NONE, problems = problems or {} }
    return (check("policy", nil, nil, target))
  end

  it("is SIP off, the filter off and a custom kernel, all three", function()
    expect("ok", "custom kernel", policy())
    for _, changes in ipairs { { sip = "absent" }, { boot_args_filter = "on" }, { coih = "absent" } } do
      local row = policy(changes)
      assert.are.equal("bad", row.verdict)
      assert.truthy(row.cure:find("run apply in the target's own recovery", 1, true))
    end
  end)

  it("that cannot be read is unknown", function()
    expect("unknown", "bputil is odd", policy(targets.NONE, { policy = "bputil is odd" }))
    expect("unknown", "the policy cannot be read", policy(targets.NONE))
  end)
end)

describe("in force: kernel and hypervisor", function()
  it("are what sysctl says by name", function()
    for _, case in ipairs {
      { "kernel", "kern.osbuildconfig", "development", "the development kernel runs", "release" },
      { "hypervisor", "kern.hv_support", "1", "virtual machines can run", "0" },
    } do
      expect("ok", case[4], (check(case[1], { [case[2]] = case[3] .. "\n" })))
      expect("bad", ("%s is %s, not %s"):format(case[2], case[5], case[3]), (check(case[1], { [case[2]] = case[5] .. "\n" })))
      expect("unknown", "No such file", (check(case[1])))
    end
  end)
end)

describe("in force: boot-args", function()
  local WORDS = { words = { "a=1", "-v" } }

  it("holds all words that were asked for", function()
    expect("ok", "in force: x -v a=1", (check("boot-args", { ["kern.bootargs"] = "x -v a=1\n" }, WORDS)))
    expect("bad", "in force: a=1; wanted among them: a=1 -v", (check("boot-args", { ["kern.bootargs"] = "a=1\n" }, WORDS)))
    expect("bad", "in force: (none); wanted among them: a=1 -v", (check("boot-args", { ["kern.bootargs"] = "\n" }, WORDS)))
    expect("bad", "wanted among them", (check("boot-args", { ["kern.bootargs"] = "a=10 -v\n" }, WORDS)))
    expect("unknown", "No such file", (check("boot-args", nil, WORDS)))
  end)
end)

describe("in force: quota", function()
  local function quota(words, base)
    return (check("quota", { ["kern.bootargs"] = words }, { facts = { base_quota = base } }))
  end

  it("is what the kernel was told", function()
    expect("ok", "up to 255 macOS guests; without it 2", quota("hv_apple_isa_vm_quota=0xFF\n", 2))
    assert.are.equal("up to 5 macOS guests", quota("hv_apple_isa_vm_quota=5\n").detail)
    expect("ok", "up to 1 macOS guests", quota("hv_apple_isa_vm_quota=1\n"))
    expect("ok", "up to 2147483647 macOS guests", quota("hv_apple_isa_vm_quota=0x7FFFFFFF\n"))
  end)

  it("is bad where it was told none, or one that means none", function()
    expect("bad", "the kernel was told no quota", quota("-v\n"))
    expect("bad", "the kernel was told no quota", quota(nil))
    expect("bad", "the kernel was told 0", quota("hv_apple_isa_vm_quota=0\n"))
  end)
end)

describe("in force: collection", function()
  it("is of this build, or nobody says", function()
    expect("ok", "made for this build, 24G84", (check("collection", nil, { facts = { collection_build = "24G84" } })))
    expect("ok", "no checksum file says", (check("collection", nil, { facts = {} })))
    local row = check("collection", nil, { facts = { collection_build = "24G80" } })
    expect("bad", "it no longer matches", row)
    assert.are.equal(running.REVERT_FIRST, row.cure)
  end)
end)

describe("what only has to be known", function()
  local function known(name, facts)
    local row, fine = check(name, nil, { facts = facts })
    assert.is_true(fine, "it stops nothing")
    return row
  end

  it("is an update that waits", function()
    expect("ok", "no update is waiting", known("update", {}))
    expect("bad", "macOS 15.7 (24H1) is ready to be installed", known("update", { update = { version = "15.7", build = "24H1" } }))
    expect("unknown", "it is odd", known("update", { update_problem = "it is odd" }))
  end)

  it("is how many virtual machines run", function()
    for count, words in pairs { [0] = "no virtual machine runs now;", [1] = "1 virtual machine runs now;",
      [3] = "3 virtual machines run now;" } do
      expect("ok", words, known("guests", { guests = count }))
    end
    expect("unknown", "ps is odd", known("guests", { guests_problem = "ps is odd" }))
  end)

  it("is who manages this Mac", function()
    expect("ok", "this Mac is not managed", known("management", { enrolled = false }))
    expect("bad", "this Mac is managed", known("management", { enrolled = true }))
    expect("unknown", "cannot be read", known("management", {}))
  end)
end)

describe("preflight.run", function()
  it("goes on after what is bad, and hands each row on as it is known", function()
    local seen = {}
    local fine, rows = preflight.run({ "in force/environment", "in force/policy" }, read_only(targets.recovery()), read_only {}, nil,
      function(row) seen[#seen + 1] = row.check .. " " .. row.verdict end)
    assert.are.same({ false, 2, { "environment bad", "policy bad" }, "preflight" }, { fine, #rows, seen, rows[1].type })
  end)

  it("hands out what was known before, in a table of its own", function()
    local known = read_only { room = 1 }
    local fine, rows, found = preflight.run({}, read_only(targets.macos()), read_only {}, known)
    assert.are.same({ true, {}, { room = 1 } }, { fine, rows, found })
    assert.are.same({}, select(3, preflight.run({}, {}, {})))
  end)

  it("knows its checks by name", function()
    for name, is in pairs { root = true, ["in force/quota"] = true, quota = false, ["in force/root"] = false, collection = true,
      image = true, [""] = false } do
      assert.are.equal(is, preflight.knows(name), name)
    end
  end)

  it("calls all well only where every row is ok, the advice too", function()
    assert.is_true(preflight.all_ok {})
    assert.is_true(preflight.all_ok { { verdict = "ok" } })
    assert.is_false(preflight.all_ok { { verdict = "ok" }, { verdict = "unknown", check = "network" } })
    assert.is_false(preflight.all_ok { { verdict = "bad" } })
  end)
end)
