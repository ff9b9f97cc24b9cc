-- The two layouts of a page: for a terminal, and for man(1).

local mdoc = require "manual.mdoc"
local terminal = require "manual.terminal"

local COMMAND = { name = "go", args = "[FILE]", options = { { name = "far", short = "f", value = "N", help = "how far" } } }

local function page_of(...) return { name = "walk", summary = "all of it", blocks = { ... } } end

local function lines_of(words)
  local lines = {}
  for line in words:gmatch("([^\n]*)\n") do lines[#lines + 1] = line end
  return lines
end

-- The lines of a page's body in mdoc.
local function body(...)
  local lines = lines_of(mdoc.text(page_of(...)))
  return table.move(lines, 8, #lines, 1, {})
end

describe("manual.terminal", function()
  it("sets paragraphs, parts, lists and code in from the left", function()
    assert.are.same({ "walk: all of it", "", "  One `word`.", "", "Part", "  a       first", "  bcdefg  second", "", "  x", "", "    y" },
      lines_of(terminal.text(page_of("One `word`.", { heading = "Part" }, { list = { { "a", "first" }, { "bcdefg", "second" } } },
        { code = "x\n\n  y\n" }), 80)))
  end)

  it("puts meanings below their terms where one is long, and wraps what is too wide", function()
    local lines = lines_of(terminal.text(page_of { list = { { ("long "):rep(8), "meaning" } } }, 30))
    assert.are.same({ "  long long long long long", "  long long long", "      meaning" }, table.move(lines, 3, 5, 1, {}))
  end)

  it("tells what is typed for a command, and its options", function()
    local blocks = { { options = COMMAND.options } }
    local lines = lines_of(terminal.text({ name = "go", command = COMMAND, summary = "go", blocks = blocks }, 80))
    assert.are.same({ "usage: vmq-recovery go [OPTIONS] [FILE]", "", "  -f, --far N  how far" }, lines)
  end)
end)

describe("manual.mdoc", function()
  it("begins with date, title and name; commands are in section 1, topics in 7", function()
    local lines = lines_of(mdoc.text(page_of "Words."))
    assert.are.same({ ".Dt VMQ-RECOVERY-WALK 7", ".Os", ".Sh NAME", ".Nm vmq-recovery-walk", ".Nd all of it", ".Sh DESCRIPTION", "Words." },
      table.move(lines, 2, 8, 1, {}))
    local of_command = mdoc.text { name = "go", command = COMMAND, summary = "go", blocks = {} }
    assert.truthy(of_command:find(".Dt VMQ-RECOVERY-GO 1\n", 1, true))
    assert.truthy(of_command:find('.Op Ar options\n.Cm go\n.Ar "[FILE]"\n', 1, true))
  end)

  it("begins a line with each sentence, and none that would be a macro", function()
    assert.are.same({ "One.", "Two, e.g.", "three." }, body "One. Two, e.g. three.")
    assert.are.same({ "\\&.profile is read." }, body ".profile is read.")
    assert.are.same({ "\\&'quoted'" }, body "'quoted'")
  end)

  it("keeps what touches words to be typed", function()
    assert.are.same({ "Type", '.Ql "a \\-b" .', "Then" }, body "Type `a -b`. Then")
    assert.are.same({ '.Pf "\\&(" Ql "a" ) ,', "and" }, body "(`a`), and")
    assert.are.same({ '.Ql "a" Ns "\'s"', "end" }, body "`a`'s end")
    assert.are.same({ '.Ql "a"', "and", '.Ql "b"' }, body "`a` and `b`")
  end)

  it("escapes backslashes, quotes, and what is not ASCII", function()
    assert.are.same({ "a\\eb\\[u2026]" }, body "a\\b…")
    assert.are.same({ '.Ql "say \\(dqno\\(dq"' }, body '`say "no"`')
  end)

  it("writes options with the macros that are meant for them", function()
    assert.are.same({ ".Bl -tag -width Ds", '.It Fl f , Fl \\-far Ar "N"', "how far", ".El" }, body { options = COMMAND.options })
  end)

  it("keeps the lines of code", function()
    assert.are.same({ ".Bd -literal -offset indent", "a \\-b", "", "\\&.c", ".Ed" }, body { code = "a -b\n\n.c\n" })
  end)

  it("breaks lines where a meaning has several", function()
    assert.are.same({ ".Bl -tag -width Ds", '.It Ic "x"', "One.", ".br", "Two.", ".El" }, body { list = { { "x", "One.\nTwo." } } })
  end)
end)
