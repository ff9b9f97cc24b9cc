-- The words plans are written with: who sees which, and that the linter is told the same.

local answers = require "tests.unit.lua.support.answers"
local plan = require "plan.load"
local sandbox = require "plan.sandbox"

local PRIVATE = { "build_result", "curl", "hdiutil", "installer", "kit_image", "staging" }

-- Runs Lua inside a step's check and hands out what it returned.
local function inside(code, embedded)
  local source = ([[return plan "p" { summary = "s", step "a" { why = "w", where = "any", check = function() %s end } }]]):format(code)
  return assert(plan.load(source, "p.lua", function() return "h" end, embedded)).steps[1].check {}
end

describe("the vocabulary", function()
  it("has words that only the plans inside the program see", function()
    for _, name in ipairs(PRIVATE) do
      assert.are.equal("nil", inside("return type(" .. name .. ")"), name)
      assert.are.equal("table", inside("return type(" .. name .. ")", true), name)
    end
  end)

  it("tells of the public modules by the names that they have now", function()
    local modules = sandbox.public_modules()
    assert.are.equal("mac.boot_object", modules.boot_object)
    assert.is_nil(modules.kernel_object)
    assert.are.equal("table", inside "return type(kernel_object)")
    for name, module in pairs(modules) do assert.are.equal(name, module:match("[^.]+$")) end
  end)

  it("probes by whole paths only", function()
    answers.use { ["/bin/x"] = "seen" }
    assert.are.equal("seen", inside 'return (probe { "/bin/x" })')
    for _, argv in ipairs { '{ "bin/x" }', "{}", '"/bin/x"', '{ "/bin/x", 1 }', "{ 1 }", "nil" } do
      assert.is_false(inside(("return (pcall(probe, %s))"):format(argv)), argv)
    end
  end)

  it("gets an answer of its own, and none where there is none", function()
    answers.use { ["/bin/x"] = answers.of("seen", 1, "no") }
    assert.are.equal("seen", inside [[
      local raw = select(4, probe { "/bin/x" })
      raw.stdout = "changed"
      return select(4, probe { "/bin/x" }).stdout]])
    assert.are.same({ "nil", "ENOENT" }, { inside 'return type((select(4, probe { "/bin/y" }))), (select(3, probe { "/bin/y" }))' })
  end)

  it("has all of its names in a plan's text, and no other", function()
    for _, embedded in ipairs { false, true } do
      local names = sandbox.names(embedded)
      for _, name in ipairs(names) do assert.are_not.equal("nil", inside("return type(" .. name .. ")", embedded), name) end
      local count = 0
      for _ in pairs(sandbox.vocabulary(embedded)) do count = count + 1 end
      assert.are.equal(#names, count + (embedded and 4 or 3))
    end
  end)

  it("probes a tool and hands out what it said, or why it cannot", function()
    answers.use { ["/usr/bin/uname -v"] = "Darwin" }
    assert.are.equal("Darwin", (inside 'return probe { "/usr/bin/uname", "-v" }'))
    local out, why = inside 'return probe { "/usr/bin/uname", "-m" }'
    assert.are.same({ nil, true }, { out, why:find("No such file", 1, true) ~= nil })
  end)

  it("is what the linter holds plans against", function()
    local settings = setmetatable({ stds = {}, files = {} }, { __index = _G })
    assert(loadfile(".luacheckrc", "t", settings))()
    local function sorted(...)
      local all = {}
      for _, std in ipairs { ... } do table.move(std.read_globals, 1, #std.read_globals, #all + 1, all) end
      table.sort(all)
      return all
    end
    assert.are.same(sandbox.names(), sorted(settings.stds.plan))
    assert.are.same(sandbox.names(true), sorted(settings.stds.plan, settings.stds.embedded))
    assert.are.same({ "plan+embedded", "plan" },
      { settings.files["scripts/*.lua"].std, settings.files["tests/**/plans/*.lua"].std })
  end)

  it("keeps the name that plans written for 1.0.0 have for boot_object", function()
    assert.is_true(inside "return kernel_object.holds_ours == boot_object.holds_ours")
  end)

  it("gives constants as copies", function()
    sandbox.vocabulary().policy.FULL.mode = "permissive"
    assert.are.equal("full", sandbox.vocabulary().policy.FULL.mode)
  end)
end)
