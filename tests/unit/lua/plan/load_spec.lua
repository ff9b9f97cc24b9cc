-- The sandbox that plans live in, their parameters, and the plans that ship.

local files = require "lib_file"
local plan = require "plan.load"

local function load(source) return plan.load(source, "p.lua", function() return "h" end) end

-- Runs Lua inside a step's check and hands out what it returned.
local function inside(code)
  local loaded = assert(load(([[return plan "p" { summary = "s", step "a" { why = "w", where = "any",
    check = function() %s end } }]]):format(code)))
  return loaded.steps[1].check({})
end

describe("plan.load", function()
  local CHECK = 'why = "w", where = "any", check = function() end'

  it("takes nothing but steps", function()
    for _, entry in ipairs { "{}", "7", 'plan "q" {}' } do
      assert.are.equal("p.lua:1: entry 2 of the plan is not a step",
        select(2, load(('return plan "p" { summary = "s", step "a" { %s }, %s }'):format(CHECK, entry))))
    end
  end)

  it("gives each step its lists, or empty ones", function()
    local loaded = assert(load(('return plan "p" { summary = "s", step "a" { %s }, step "b" { run = error, undo = error, %s }, '
      .. 'step "c" { needs = { "a" }, resets = { "b" }, prompts = { "x" }, covered_by = { "a" }, %s } }'):format(CHECK, CHECK, CHECK)))
    for list, words in pairs { needs = { "a" }, resets = { "b" }, prompts = { "x" }, covered_by = { "a" } } do
      assert.are.same({ {}, words }, { loaded.steps[1][list], loaded.steps[3][list] }, list)
    end
  end)

  it("says which plan is inside the program", function()
    local source = ('return plan "p" { summary = "s", step "a" { %s } }'):format(CHECK)
    local function hash() return "h" end
    assert.are.same({ true, nil }, { plan.load(source, "p.lua", hash, files.read).embedded, plan.load(source, "p.lua", hash).embedded })
  end)
end)

describe("a step's field from", function()
  local function step(fields)
    local loaded, why = load(([[
      local shared = { why = "shared", where = "any", check = function() return "done" end }
      return plan "p" { summary = "s", step "a" %s, step "b" { from = shared } }]]):format(fields))
    return loaded and loaded.steps[1], why, loaded and loaded.steps[2]
  end

  it("gives what the step has not itself, and changes nothing in the table", function()
    local first, _, second = step '{ from = shared, why = "own" }'
    assert.are.same({ "own", "any", "done" }, { first.why, first.where, first.check {} })
    assert.are.equal("shared", second.why)
    assert.is_nil(first.from)
  end)

  it("is a table, of a step's fields", function()
    assert.matches(':2: step "a": from must be a table', select(2, step '{ from = "shared" }'))
    assert.matches("wrong", select(2, step "{ from = { wrong = 1 } }"))
  end)
end)

describe("the sandbox", function()
  it("has no way out", function()
    for _, name in ipairs { "io", "os", "load", "loadfile", "loadstring", "dofile", "require", "package", "debug",
      "coroutine",
      "getmetatable", "setmetatable", "rawget", "rawset", "rawequal", "collectgarbage", "print", "_G", "_VERSION", "warn",
      "lib_file", "lib_door", "lib_journal", "arg" } do
      assert.are.equal("nil", inside("return type(" .. name .. ")"), name)
    end
  end)

  it("has the words a plan is written with, and Lua's pure functions", function()
    for _, name in ipairs { "plan", "step", "param", "probe", "command", "assert", "error", "ipairs", "next", "pairs",
      "pcall",
      "select", "tonumber", "tostring", "type" } do
      assert.are.equal("function", inside("return type(" .. name .. ")"), name)
    end
    for _, name in ipairs { "boot_args", "bputil", "csrutil", "diskutil", "boot_object", "kmutil", "nvram", "policy",
      "sysctl", "string", "table", "math", "utf8" } do
      assert.are.equal("table", inside("return type(" .. name .. ")"), name)
    end
  end)

  it("keeps string methods", function()
    assert.are.same({ "AB", "x-y" }, { inside 'return ("ab"):upper(), nil', (inside 'return ("%s-%s"):format("x", "y")') })
  end)

  it("cannot change the library, nor another plan's words", function()
    inside [[bputil.full = function() return "mine" end
      policy.FULL.mode = "permissive"; boot_args.LIMIT = 1; string.rep = nil; table.insert = nil; nvram.SYSTEM_GUID = "x"]]
    assert.are.equal("-v", require("tool.bputil").full("G").argv[3])
    assert.are.equal("full", require("mac.policy").FULL.mode)
    assert.are.same({ 1023, "aa" }, { require("mac.boot_args").LIMIT, ("a"):rep(2) })
    assert.are.same({ "table", "full", "function", 1023 },
      { type(inside 'return bputil.full("G")'), inside "return policy.FULL.mode",
      inside "return type(table.insert)", (inside "return boot_args.LIMIT") })
    assert.are.equal("40A0DDD2-77F8-4392-B4A3-1E7304206516", inside "return nvram.SYSTEM_GUID")
  end)

  it("cannot change strings themselves", function()
    assert.is_false(inside 'return (pcall(function() ("").upper = 1 end))')
    assert.are.equal("AB", ("ab"):upper())
  end)

  it("cannot put another source behind the probes", function()
    assert.are.equal("function", inside "return type(probe)")
    assert.is_false(inside "return (pcall(function() return probe.use end))")
  end)

  it("makes commands without starting any", function()
    assert.are.same({ argv = { "/bin/x", "y" }, seconds = 5 }, inside 'return command({ "/bin/x", "y" }, { seconds = 5 })')
    assert.are.same({ argv = { "/bin/x" } }, inside 'return command { "/bin/x" }')
  end)
end)

describe("plan.fill", function()
  local function fill(param, given)
    local loaded = assert(load(('return plan "p" { summary = "s", params = { x = %s }, step "a" { why = "w", where = "any", '
      .. "check = function() end } }"):format(param)))
    return plan.fill(loaded, { x = given })
  end

  it("takes values of each kind", function()
    local uuid = "9F1E2D3C-4B5A-4697-8879-6A5B4C3D2E1F"
    assert.are.same({ x = uuid }, fill('param "uuid"', uuid))
    assert.are.same({ x = "a=b" }, fill('param "word"', "a=b"))
    assert.are.same({ x = 16 }, fill('param "integer"', "0x10"))
    assert.are.same({ x = "/a b" }, fill('param "path"', "/a b"))
    assert.are.same({ x = "a b" }, fill('param "text"', "a b"))
    assert.are.same({ x = 7 }, fill('param("integer", 7)', nil))
    assert.are.same({ x = 8 }, fill('param("integer", 7)', "8"))
  end)

  it("refuses values of another kind", function()
    for param, values in pairs { uuid = { "x", "9F1E2D3C", 7 }, word = { "a b", "", 7 }, integer = { "x", "1.5", "" },
      path = { "a/b", "", 7 }, text = { 7, true } } do
      for _, value in ipairs(values) do
        assert.are.same({ nil, ("plan p: x is not a %s: %s"):format(param, tostring(value)) },
          { fill(('param "%s"'):format(param), value) })
      end
    end
  end)

  it("says how to give what is missing", function()
    assert.are.same({ nil, "plan p needs x (uuid): give it with --set x=…" }, { fill('param "uuid"', nil) })
  end)
end)

describe("plan.name_fault", function()
  local function fault(params, name)
    return plan.name_fault(assert(load(('return plan "p" { summary = "s", params = { %s }, step "a" { why = "w", where = "any", '
      .. "check = function() end } }"):format(params))), name)
  end

  it("names the parameters that there are", function()
    assert.is_nil(fault('x = param "word"', "x"))
    assert.are.equal("plan p has no parameter z; it has x, y", fault('y = param "word", x = param "word"', "z"))
    assert.are.equal("plan p has no parameter z; it has x", fault('x = param "word"', "z"))
    assert.are.equal("plan p has no parameter z; it has none", fault("", "z"))
  end)
end)

describe("the plans that ship", function()
  local function shipped(name)
    local chunk = "scripts/" .. name .. ".lua"
    return assert(plan.load(assert(files.read(chunk)), chunk, files.sha256_text, files.read))
  end

  it("are sound", function()
    local names = {}
    for index, step in ipairs(shipped("apply").steps) do names[index] = step.name end
    assert.are.same({ "copy", "sip", "boot-args-filter", "kernel", "boot-args", "restart", "booted", "copy-away" }, names)
    assert.are.equal(64, #shipped("apply").hash)
    assert.are.equal(2, #shipped("revert").steps)
  end)

  it("have no parts in a file of somebody's own, and it says where whole plans are", function()
    local loaded, message = plan.load('\nlocal kernel = part "kernel"\n', "mine.lua", tostring)
    assert.is_nil(loaded)
    assert.truthy(message:find("^mine.lua:2: part is a word of plans inside the program"), message)
  end)

  it("have a hash of their text and of every part that they take", function()
    local source = 'part "one" part "two" return plan "p" { summary = "s", step "a" { why = "w", where = "any", check = function() end } }'
    local function hash_of(one, two)
      local parts = { ["scripts/part/one.lua"] = one, ["scripts/part/two.lua"] = two }
      return assert(plan.load(source, "p.lua", function(text) return text end, function(chunk) return parts[chunk] end)).hash
    end
    assert.are.equal(source .. "return 1" .. "return 2", hash_of("return 1", "return 2"))
  end)

  it("are loaded with what only they may name", function()
    for name, steps in pairs { apply = 8, revert = 2, build = 3, stage = 3, ["kdk-fetch"] = 2, ["kdk-install"] = 3 } do
      assert.are.equal(steps, #shipped(name).steps, name)
    end
  end)

  it("write the policy in the order that keeps it, last of all the kernel", function()
    local apply = shipped "apply"
    assert.are.same({ "copy", "sip", "kernel" }, apply.index["boot-args-filter"].resets)
    assert.are.same({ "copy", "sip", "boot-args-filter" }, apply.index.kernel.needs)
    for _, name in ipairs { "copy", "sip", "boot-args-filter", "kernel" } do
      assert.are.equal("paired-recovery", apply.index[name].where)
      assert.is_function(apply.index[name].undo)
    end
    assert.are.equal("clean-restart", apply.index.booted.settles)
  end)
end)
