-- The stream for programs: one object a line, type and time in each, and nothing else on standard output.

local dkjson = require "dkjson"
local events = require "tests.unit.lua.support.events"
local screen = require "tests.unit.lua.support.screen"

describe("the JSON view", function()
  local terminal, view
  before_each(function()
    terminal = screen.use(80)
    view = require("screen.open").open({ json = true }, "apply", require("lib_embed").version())
  end)
  after_each(screen.restore)

  it("begins with format, version, command and run", function()
    view.start(7)
    local first = assert(dkjson.decode(terminal.lines()[1]))
    assert.are.same({ "start", 1, require("lib_embed").version(), "apply", 7 },
      { first.type, first.format, first.version, first.command, first.run })
    view.start(nil)
    assert.truthy(terminal.lines()[2]:find('"run":null', 1, true))
  end)

  it("writes every event as one object a line, with type and time first", function()
    local count = 0
    for _, event in ipairs(events) do
      view.emit(event)
      if event.type ~= "note" then count = count + 1 end
    end
    assert.are.equal(count, #terminal.lines())
    for _, line in ipairs(terminal.lines()) do
      local object = assert(dkjson.decode(line))
      assert.truthy(object.time:find("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%dZ$"))
      assert.truthy(line:find('^{"type":"[^"]+","time":"'))
    end
  end)

  it("escapes what steers a terminal, and the value is exact", function()
    local name = "a\27]0;b\7\u{202E}c\u{9B}d\u{61C}e\u{2066}"
    view.emit { type = "step", name = name, event = "done" }
    local out = terminal.out()
    assert.are.equal(out, require("base.text").printable(out))
    assert.are.equal(name, dkjson.decode(out).name)
    view.text(name)
    assert.are.equal(terminal.out(), require("base.text").printable(terminal.out()))
  end)

  it("writes the fields as they are", function()
    view.emit { type = "step", name = "sip", event = "ended", exit = 0, argv = { "/usr/bin/csrutil", "disable" } }
    local line = dkjson.decode(terminal.out())
    line.time = nil
    assert.are.same({ type = "step", name = "sip", event = "ended", exit = 0, argv = { "/usr/bin/csrutil", "disable" } },
      line)
  end)

  it("keeps a line one line, whatever a tool prints", function()
    view.emit { type = "output", step = "sip", text = "a\nb\r\n\27[2J\0\"\\" }
    assert.are.equal(1, #terminal.lines())
    assert.are.equal("a\nb\r\n\27[2J\0\"\\", dkjson.decode(terminal.out()).text)
  end)

  it("does not write into the event it was given", function()
    local event = { type = "end", exit = 0 }
    view.emit(event)
    assert.are.same({ type = "end", exit = 0 }, event)
  end)

  it("tells people on standard error", function()
    view.emit { type = "note", title = "t", lines = { "one", "two" }, rows = { { "policy", "Full" } } }
    view.text "three"
    assert.are.equal("one\ntwo\npolicy: Full\nthree\n", terminal.err())
    assert.are.equal("", terminal.out())
  end)
end)
