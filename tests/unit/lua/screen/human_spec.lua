-- What a person sees: never wider than the screen, never a control character, and the same with and without colour.

local events = require "tests.unit.lua.support.events"
local system = require "lib_system"
local screen = require "tests.unit.lua.support.screen"

local function shown(options, columns, list)
  local terminal = screen.use(columns or 80)
  local view = require("screen.human").open(options)
  for _, event in ipairs(list or events) do view.emit(event) end
  return terminal, view
end

local function plain(text) return (text:gsub("\27%[%d*m", "")) end

describe("the human view", function()
  after_each(screen.restore)

  it("never passes the width of the screen", function()
    for _, columns in ipairs { 40, 60, 80, 100 } do
      for _, color in ipairs { "never", "always" } do
        local terminal = shown({ color = color, verbose = true }, columns)
        for _, line in ipairs(terminal.lines()) do
          local width = utf8.len(plain(line))
          local longest_word = 0
          for word in plain(line):gmatch("%S+") do longest_word = math.max(longest_word, #word) end
          -- A path is not broken; it may stand on a line of its own.
          if width > columns and longest_word + 24 < columns then error(("%d columns: %s"):format(width, line)) end
          if columns == 80 then assert.is_true(width <= 80, line) end
        end
      end
    end
  end)

  it("is not wider than 100 columns, nor narrower than 40", function()
    local wide, narrow = 0, 0
    for _, line in ipairs(shown({ color = "never" }, 300).lines()) do wide = math.max(wide, utf8.len(line)) end
    for _, line in ipairs(shown({ color = "never" }, 10).lines()) do narrow = math.max(narrow, utf8.len(line)) end
    assert.is_true(wide <= 100 and wide > 90, tostring(wide))
    assert.is_true(narrow >= 35, tostring(narrow))
  end)

  it("says the same without colour", function()
    local coloured, bare = shown({ color = "always" }).out(), shown({ color = "never" }).out()
    assert.is_nil(bare:find "\27")
    assert.truthy(coloured:find "\27%[31m")
    assert.are.equal(bare, plain(coloured))
  end)

  it("counts wide letters as two columns", function()
    local name = ("日本語"):rep(8)
    local terminal = shown({ color = "never" }, 80, { { type = "note", lines = { (name .. " "):rep(4) } } })
    assert.are.equal(4, #terminal.lines())
  end)

  it("lets no control character of a tool through", function()
    local evil = "a\27[2Jb\7\xC2\x9B31mc\0\r\127"
    for _, event in ipairs {
      { type = "step", name = "x", number = 1, of = 1, event = "failed", cause = "c", words = evil, cure = evil },
      { type = "step", name = "x", number = 1, of = 1, event = "intent", argv = { "/x", evil } },
      { type = "preflight", check = "c", verdict = "bad", detail = evil, cure = evil },
      { type = "undo", step = "s", verdict = "refused", leaves = evil, reason = evil, words = evil },
      { type = "note", title = nil, lines = { evil } }, { type = "note", rows = { { "volume", evil } } },
    } do
      local out = shown({ color = "never" }, 80, { event }).out()
      assert.is_nil(out:find("[%z\1-\9\11-\31\127]"), event.type)
      assert.is_nil(out:find("\xC2\x9B", 1, true), event.type)
      assert.truthy(out:find("a?", 1, true), event.type)
    end
  end)

  it("heads each step once", function()
    local function step(name, event)
      return { type = "step", name = name, number = 1, of = 2, event = event, seen = {}, seen_text = "nothing", reason = "r" }
    end
    local out = shown({ color = "never" }, 80, { step("a", "done"), step("a", "done"), step("b", "skipped") }).out()
    assert.are.equal("[1/2] a\n      done, read back: nothing\n      done, read back: nothing\n[1/2] b\n"
      .. "      skipped: r: nothing\n", out)
  end)

  it("lines preflight up in columns", function()
    local terminal = shown({ color = "never" }, 80, {
      { type = "preflight", check = "root", verdict = "ok", detail = "running as root" },
      { type = "preflight", check = "data", verdict = "bad", detail = "locked", cure = "unlock it" } })
    assert.are.same({ "ok       root         running as root", "bad      data         locked",
      (" "):rep(22) .. "fix: unlock it" }, terminal.lines())
  end)

  it("says less when asked to be quiet, but never less of trouble", function()
    local quiet, all = shown({ color = "never", quiet = true }).out(), shown({ color = "never" }).out()
    assert.is_true(#quiet < #all)
    assert.is_nil(quiet:find("already so", 1, true))
    for _, words in ipairs { "put off", "failed:", "bad      environment", "unknown  network", "not possible", "still there",
      "the tool said" } do
      assert.truthy(quiet:find(words, 1, true), words)
    end
  end)

  it("hands long output over whole, and what was thrown in the middle of it after that", function()
    local terminal, view = shown({}, 80, {})
    local fine, problem = pcall(view.paged, function()
      view.text "first"
      error("kaput", 0)
    end)
    assert.are.same({ false, "kaput", "first\n" }, { fine, problem, terminal.out() })
    view.paged(function() view.text "second" end)
    view.text "third"
    assert.are.same({ "first", "second", "third" }, terminal.lines())
  end)

  it("shows a reader a line of what is being looked at, which the next words take the place of", function()
    local function written(options, is_terminal, make)
      local terminal = screen.use(40)
      package.loaded.lib_terminal.is_terminal = function() return is_terminal end
      local view = require("screen.human").open(options)
      local real = system.environment
      rawset(system, "environment", function(name) return name == "TERM" and "xterm" or real(name) end)
      make(view)
      rawset(system, "environment", real)
      screen.restore()
      return terminal.err(), terminal.out()
    end
    local function look(view)
      view.meanwhile(("x"):rep(50))
      view.meanwhile "Checking: b"
      view.text "found"
      view.meanwhile "c"
      view.meanwhile(nil)
      view.meanwhile(nil)
    end
    local function page(view)
      view.paged(function()
        view.meanwhile "a"
        view.text "found"
        view.meanwhile "b"
      end)
    end
    local WIPE = "\r\27[K"
    assert.are.same({ WIPE .. ("x"):rep(39) .. WIPE .. "Checking: b" .. WIPE .. WIPE .. "c" .. WIPE, "found\n" },
      { written({ color = "never" }, true, look) })
    assert.are.same({ WIPE .. "a" .. WIPE .. "b" .. WIPE, "found\n" }, { written({ color = "never" }, true, page) })
    for _, make in ipairs { look, page } do
      assert.are.same({ "", "found\n" }, { written({}, false, make) })
      assert.are.same({ "", "found\n" }, { written({ color = "never", no_input = true }, true, make) })
      assert.are.equal("", (written({ color = "never", quiet = true }, true, make)))
    end
  end)

  it("says a little more when asked to", function()
    assert.truthy(shown({ color = "never", verbose = true }).out():find("\n      started: ", 1, true))
    assert.is_nil(shown({ color = "never" }).out():find("\n      started: ", 1, true))
  end)

  it("says above a tool's start what it asks, and how long it may take", function()
    local function step(event, more)
      local made = { type = "step", name = "kernel", number = 1, of = 2, event = event, argv = { "/usr/bin/kmutil" } }
      for name, value in pairs(more) do made[name] = value end
      return made
    end
    local out = shown({ color = "never" }, 80, { step("intent", { asks = "y, then ada's login password" }),
      step("started", { slow = true, usually = "one to several minutes" }) }).out()
    assert.are.equal("[1/2] kernel\n      runs: /usr/bin/kmutil\n      kmutil asks: y, then ada's login password.\n"
      .. "      This usually takes one to several minutes and shows nothing meanwhile. Do\n      not switch the Mac off.\n", out)
    assert.truthy(shown({ color = "never" }, 80, { step("started", { slow = true }) }).out():find("This takes minutes and shows", 1, true))
  end)

  it("says what was not accepted, which try it is, and what a tool did that reported a failure", function()
    local function step(fields)
      fields.type, fields.name, fields.number, fields.of, fields.seen_text = "step", "a", 1, 2, "x"
      return fields
    end
    local out = shown({ color = "never" }, 200, {
      step { event = "again", reason = "credentials", attempt = 2, attempts = 3, words = "no" },
      step { event = "again", reason = "credentials", attempt = 4 },
      step { event = "done", exit = 71 }, step { event = "done", exit = 0 } })
      .out():gsub("%s+", " ")
    for _, words in ipairs { "the user name or the password was not accepted. This is try 2 of 3; a Mac counts wrong passwords. "
      .. "The tool said: no", "This is try 4; a Mac counts", "done, read back: the tool reported a failure, but its work is done: x done",
      "read back: x" } do
      assert.truthy(out:find(words, 1, true), words .. out)
    end
  end)

  it("says how long what was started took: once, and nothing where nothing was", function()
    local function step(event, seconds)
      return { type = "step", name = "a", number = 1, of = 2, event = event, seconds = seconds, seen_text = "x", cause = "c", exit = 0 }
    end
    local function undo(verdict) return { type = "undo", step = "a", verdict = verdict, leaves = "l" } end
    local out = shown({ color = "never" }, 80, { step("ended", 1.2), step("ended", 70), step("done"), step("done"), step("ended", 3),
      step("failed"), step("ended", 4), undo("refused"), step("ended", 5), undo("done") }).out()
    for _, words in ipairs { "done, read back: x (took 1 min 11 s)\n", "done, read back: x\n", "failed: c (took 3.0 s)\n",
      "not possible: l: it did not read back (took 4.0 s)\n", "read back: step a leaves l (took 5.0 s)\n" } do
      assert.truthy(out:find(words, 1, true), words .. out)
    end
  end)

  it("sets a bar before what a tool said, of the kind that the terminal's characters allow", function()
    local support = require "tests.unit.lua.support.screen"
    local environment = system.environment
    for _, case in ipairs { { "│ ", true, { LANG = "en_US.UTF-8" } }, { "| ", false, { LANG = "en_US.UTF-8" } }, { "| ", true, {} },
      { "| ", true, { LANG = "en_US.UTF-8", LC_ALL = "C" } }, { "│ ", true, { LANG = "C", LC_CTYPE = "de_DE.utf8" } } } do
      support.use(80)
      package.loaded.lib_terminal.is_terminal = function() return case[2] end
      system.environment = function(name) return case[3][name] end
      assert.are.equal(case[1], require("screen.human").open({ color = "never" }).bar)
    end
    system.environment = environment
    support.restore()
  end)

  it("lets long work on files be seen where it writes itself, unless it is to be quiet", function()
    local support = require "tests.unit.lua.support.screen"
    for _, case in ipairs { { {}, { 1 } }, { { channel = 2 }, { 2 } }, { { quiet = true }, {} } } do
      local shown_on = {}
      support.use(80)
      package.loaded.lib_terminal.show_progress = function(fd) shown_on[#shown_on + 1] = fd end
      require("screen.human").open(case[1])
      assert.are.same(case[2], shown_on)
    end
    support.restore()
  end)

  it("passes over events it does not know", function()
    assert.are.equal("", shown({ color = "never" }, 80,
      { { type = "odd" }, { type = "step", event = "odd", name = "x" } }).out())
  end)

  it("starts a line of its own after a tool that stopped in the middle of one", function()
    local terminal, view = shown({ color = "never" }, 80, {})
    view.after_tool ""
    view.after_tool "done\n"
    assert.are.equal("", terminal.out())
    view.after_tool "Password:"
    assert.are.equal("\n", terminal.out())
  end)
end)
