-- The Lua prompt: what it prints, completes and refuses, and that it leaves no mark.

local answers = require "tests.unit.lua.support.answers"
local console = require "run.console"
local sandbox = require "plan.sandbox"
local screen = require "tests.unit.lua.support.screen"
local typist = require "tests.unit.lua.support.typist"

-- Types these lines. @return everything said after the greeting, the prompts
local function typed(lines, target)
  local shown, prompts = typist.use(80, lines)
  local view = require("screen.human").open { color = "never" }
  console.run(view, target or { problems = {} }, {}, "Leave: Ctrl-D.")
  screen.restore()
  local greeting = "Lua, to look around: help() tells how. Leave: Ctrl-D.\n"
  assert.are.equal(greeting, shown.out():sub(1, #greeting))
  return shown.out():sub(#greeting + 1, -2), prompts
end

describe("leaving the prompt", function()
  it("takes exit and quit for the end of input, and no word like them", function()
    for _, word in ipairs { "exit", " quit " } do assert.are.equal("1\n", (typed { "1", word, "2" })) end
    assert.are.equal("nil\n2\n", (typed { "exits", "2" }))
  end)
end)

describe("an input that comes to no end, is interrupted, or needs too much memory", function()
  it("is stopped, and which of these is said", function()
    local state = require "lib_state"
    local real = state.call
    finally(function() state.call = real end)
    for kind, words in pairs { loop = "This ran 5 s without coming to an end, and was stopped.", interrupted = "Stopped.",
      error = "This needs more memory than there is." } do
      function state.call() return false, "message", "=console:1", kind end
      assert.are.equal(words .. "\n", (typed { "1" }))
    end
  end)
end)

describe("console.show", function()
  it("writes values as they are written in Lua", function()
    for _, case in ipairs {
      { "nil", nil }, { "true", true }, { "3", 3 }, { "0.5", 0.5 }, { '"a"', "a" }, { '"a \\"b\\""', 'a "b"' },
      { "{}", {} }, { "{ 1, 2, 3 }", { 1, 2, 3 } }, { "{ a = 1, b = { c = true } }", { b = { c = true }, a = 1 } },
      { '{ 1, ["b c"] = 2, d = 3 }', { 1, d = 3, ["b c"] = 2 } }, { "{ [3] = 1 }", { [3] = 1 } },
      { "{ [true] = 1 }", { [true] = 1 } },
      { "{ [2] = 1, [9] = 2, [10] = 3, a = 4, b = 5 }", { [10] = 3, b = 5, [2] = 1, a = 4, [9] = 2 } },
    } do
      assert.are.equal(case[1], console.show(case[2]))
    end
  end)

  it("sorts any keys: by kind, then numbers and texts by size", function()
    for step = 1, 100 do
      local keys, numbers, shown = {}, {}, {}
      for number = 1, 9 do numbers[number] = 995 + number * step % 101 end
      for _, number in ipairs(numbers) do keys[number] = true end
      table.sort(numbers)
      for key in console.show(keys):gmatch "%[(%d+)%] =" do shown[#shown + 1] = tonumber(key) end
      assert.are.same(numbers, shown, step)
    end
    assert.are.equal("{ [false] = 1, [true] = 2, [7] = 3, a = 4 }", console.show { a = 4, [7] = 3, [true] = 2, [false] = 1 })
  end)

  it("gives long tables a line for each field, sorted", function()
    local long = {}
    for number = 1, 12 do long[("key%02d"):format(number)] = ("x"):rep(10) end
    local lines = {}
    for line in console.show(long):gmatch("[^\n]+") do lines[#lines + 1] = line end
    assert.are.equal(14, #lines)
    assert.are.same({ "{", '  key01 = "xxxxxxxxxx",', '  key12 = "xxxxxxxxxx"', "}" },
      { lines[1], lines[2], lines[13], lines[14] })
  end)

  it("puts on one line what fits into 76 columns, its indent included", function()
    local function wide(length) return { a = ("x"):rep(length) } end
    assert.are.equal(('{ a = "%s" }'):format(("x"):rep(66)), console.show(wide(66)))
    assert.are.equal(('{\n  a = "%s"\n}'):format(("x"):rep(67)), console.show(wide(67)))
    assert.are.equal(('{\n  b = { a = "%s" }\n}'):format(("x"):rep(64)), console.show { b = wide(64) })
    assert.are.equal(('{\n  b = {\n    a = "%s"\n  }\n}'):format(("x"):rep(65)), console.show { b = wide(65) })
  end)

  it("ends at four levels, and so at a table in itself", function()
    local loop = {}
    loop.loop = loop
    assert.truthy(console.show(loop):find("…", 1, true))
    assert.are.equal("{ a = { b = { c = { d = { … } } } } }", console.show { a = { b = { c = { d = { e = 1 } } } } })
  end)

  it("lets no control character through", function()
    local shown = console.show { ["a\27b"] = "c\27[2Jd\7" }
    assert.is_nil(shown:find("[%z\1-\9\11-\31\127]"), shown)
  end)
end)

describe("console.complete", function()
  local words = { nvram = { get = 1, set_command = 1, sync = 1, snap = 1 }, number = 1, policy = { FULL = { a = 1 } }, alpha1 = 1,
    alpha2 = 2 }

  it("puts in what is certain, and shows the choices", function()
    for _, case in ipairs {
      { "n", nil, "number  nvram" }, { "nv", "ram" }, { "nvram.g", "et" }, { "nvram.s", nil, "set_command  snap  sync" },
      { "nvram.se", "t_command" }, { "x = nvram:sy", "nc" }, { "policy.FULL.", "a" }, { "print(po", "licy" },
      { "al", "pha", "alpha1  alpha2" },
      { "nvram.get", nil }, { "zzz", nil }, { "none.x", nil }, { "number.x", nil }, { "policy.x.y", nil },
    } do
      assert.are.same({ case[2], case[3] }, { console.complete(words, case[1]) }, case[1])
    end
  end)

  it("shows everything where nothing is typed", function()
    local _, choices = console.complete(words, "")
    assert.are.equal("alpha1  alpha2  number  nvram  policy", choices)
  end)

  it("knows the words that plans have", function()
    local more = console.complete(sandbox.vocabulary(), "boot_args.me")
    assert.are.equal("rge", more)
  end)
end)

describe("the console", function()
  before_each(function() answers.use {} end)

  it("prints what an expression gives, each value on a line", function()
    assert.are.equal('3\n', (typed { "1 + 2" }))
    assert.are.equal('1\n"a"\nnil\n', (typed { '1, "a", nil' }))
    assert.are.equal("", (typed { "x = 5" }))
    assert.are.equal("5\n", (typed { "x = 5", "x" }))
    assert.are.equal("", (typed { "", "  ", "-- nothing" }))
  end)

  it("goes on reading where the text only lacks its end", function()
    local out, prompts = typed { "for i = 1, 2 do", "  t = (t or 0) + i", "end", "t" }
    assert.are.same({ "3\n", { "> ", ">> ", ">> ", "> ", "> " } }, { out, prompts })
    out, prompts = typed { "{ a = 1,", "b = 2 }" }
    assert.are.same({ "{ a = 1, b = 2 }\n", { "> ", ">> ", "> " } }, { out, prompts })
  end)

  it("is out of unfinished text at Ctrl-C, and ended by the end of input", function()
    local out, prompts = typed { "for i = 1, 2 do", { "interrupted" }, "7" }
    assert.are.same({ "7\n", { "> ", ">> ", "> ", "> " } }, { out, prompts })
    out, prompts = typed { "for i = 1, 2 do", false }
    assert.are.same({ "", { "> ", ">> " } }, { out, prompts })
  end)

  it("says what is wrong with a text that is no Lua, and goes on", function()
    local out = typed { "1 +* 2", "2" }
    assert.truthy(out:find("^console:1: .*\n2\n$"), out)
  end)

  it("tells an error with a short traceback that holds nothing of its own", function()
    local out = typed { 'error "oops"', "local function f() local x = nil; return x.y end; f()" }
    assert.truthy(out:find("console:1: oops", 1, true), out)
    assert.truthy(out:find("attempt to index a nil value (local 'x')", 1, true), out)
    assert.truthy(out:find("stack traceback:", 1, true), out)
    assert.is_nil(out:find("xpcall", 1, true), out)
    assert.is_nil(out:find("stdlib/run/console", 1, true), out)
    for line in out:gmatch("[^\n]+") do assert.is_true(#line <= 80, line) end
  end)

  it("tells errors that are no text", function()
    assert.truthy((typed { "error { code = 7 }", "1" }):find("\n1\n$"))
    assert.truthy((typed { "error()", "1" }):find("\n1\n$"))
  end)

  it("refuses an act, and says the way to do it", function()
    for _, line in ipairs { 'act { "/usr/bin/csrutil", "disable" }', "run(csrutil.disable())" } do
      local out = typed { line }:gsub("%s+", " ")
      assert.are.equal("this prompt only looks: put the command into a plan, then `vmq-recovery check FILE` and "
        .. "`vmq-recovery run FILE` ", out)
    end
  end)

  it("starts nothing but probes", function()
    local asked = answers.use { ["/usr/sbin/nvram -x boot-args"] = "boot-args\t-v\n" }
    assert.are.equal('"-v"\n', (typed { 'nvram.get "boot-args"' }))
    assert.are.equal("/usr/sbin/nvram -x boot-args", asked[1])
  end)

  it("has no way to a program, a file or the program's own modules", function()
    for _, name in ipairs { "os", "io", "require", "debug", "load", "loadstring", "dofile", "loadfile", "package",
      "collectgarbage", "setmetatable", "getmetatable", "rawset", "_G", "lib_door", "lib_file" } do
      assert.are.equal("nil\n", (typed { name }), name)
    end
  end)

  it("knows no policy without a volume group", function()
    assert.are.equal('nil\n"no volume group is known"\n', (typed { "policy()" }))
    assert.truthy((typed({ "group" }, { group = { group = "G" } })):find('"G"', 1, true))
  end)

  it("reads the policy of the volume group, or of another that is named", function()
    local asked = answers.use {}
    local out = typed({ "policy()" }, { group = { group = "OURS" } })
    assert.truthy(out:find('^nil\n".*No such file'), out)
    typed({ 'policy "OTHER"' }, { group = { group = "OURS" } })
    typed { 'policy "OTHER"' }
    local groups = {}
    for _, line in ipairs(asked) do groups[#groups + 1] = line:match("^/usr/bin/bputil %-d .*%-v (%u+)$") end
    assert.are.same({ "OURS", "OTHER", "OTHER" }, groups)
  end)

  it("tells what `status` tells, and nothing beside it", function()
    local real, target = package.loaded["run.status"], { problems = {} }
    package.loaded["run.status"] = { gather = function(seen, journal) return { seen == target, journal }, "in words" end }
    local out = typed({ "status()" }, target)
    package.loaded["run.status"] = real
    assert.are.equal("{ true }\n", out)
  end)

  it("keeps policy's words beside the call", function()
    assert.truthy((typed { "policy.describe" }):find("^function"))
  end)

  it("changes nothing in what plans are written with, nor in the next prompt", function()
    local before = require("tool.csrutil").disable
    typed { "csrutil.disable = nil", "policy.describe = 1", "policy.FULL.mode = 'x'", "string.format = nil",
      "boot_args.merge = nil", "table.sort = nil", "math = nil", "group = 7" }
    assert.are.equal(before, require("tool.csrutil").disable)
    assert.is_function(require("mac.policy").describe)
    assert.is_function(string.format)
    assert.is_function(sandbox.vocabulary().csrutil.disable)
    assert.are_not.equal("x", require("mac.policy").FULL.mode)
    assert.are_not.equal("x", sandbox.vocabulary().policy.FULL.mode)
    assert.is_nil(getmetatable(sandbox.vocabulary().policy))
    assert.are.equal("nil\n", (typed { "group" }))
  end)

  it("cannot reach Lua's own text functions through a string", function()
    typed { '("").format = nil', 'getmetatable("").__index = nil', "x = ('').rep" }
    assert.are.equal("aa", ("a"):rep(2))
    assert.are.equal("7", ("%d"):format(7))
  end)

  it("helps", function()
    local out = typed { "help()" }
    for _, words in ipairs { "policy()", "status()", "nvram.get", "Tab completes", "vmq-recovery run FILE" } do
      assert.truthy(out:find(words, 1, true), words)
    end
    for line in out:gmatch("[^\n]+") do assert.is_true(#line <= 80, line) end
  end)
end)
