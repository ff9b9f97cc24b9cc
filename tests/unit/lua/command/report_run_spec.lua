-- A report's notes: which records belong together, how long a command took, what a tool's output was at the end.

local report = require "command.report_run"

local ARGV = { "/usr/bin/csrutil", "disable" }

local function at(seconds, record)
  record.time = ("2026-02-28T23:%02d:%02dZ"):format(seconds // 60, seconds % 60)
  return record
end

local function intent(seconds, more)
  local record = at(seconds, { type = "intent", step = "a", argv = ARGV, part = 1, parts = 1, attempt = 1 })
  for key, value in pairs(more or {}) do record[key] = value end
  return record
end

-- The lines of the note about step a, as one text.
local function told(records, fields)
  local start = at(0, { type = "start", format = 1, plan = "mine", plan_file = "/p.lua", group = "G", baseline = {} })
  table.insert(records, 1, start)
  local run = assert(require("engine.run_state").rebuild(records))
  run.number, run.path = 1, "/j/0001.journal"
  local known, notes = { run = run, records = records, outputs = {}, is_latest = true, journal = "/j/0001.journal",
    target = { booted = "macos", environment = "macos", program = "/p/vmq-recovery" } }, {}
  for key, value in pairs(fields or {}) do known[key] = value end
  report.tell(function(note) notes[note.title] = note end, known)
  local lines = {}
  for index, line in ipairs((notes["Step a"] or { lines = {} }).lines) do lines[index] = line.quoted or line.command or line end
  return table.concat(lines, "\n"), notes
end

describe("a report's times", function()
  it("are seconds since 1970, leap days counted", function()
    for time, seconds in pairs { ["1970-01-01T00:00:00Z"] = 0, ["2000-02-29T12:00:01Z"] = 951825601, ["2000-03-01T00:00:00Z"] = 951868800,
      ["2026-11-25T23:22:22Z"] = 1795648942, ["2100-03-01T00:00:00Z"] = 4107542400 } do
      assert.are.equal(seconds, report.seconds(time))
    end
    for _, other in ipairs { "", "yesterday", "2026-11-25T23:22:22", false, 7 } do assert.is_nil(report.seconds(other)) end
  end)

  it("tell how long a command took, and nothing where the clock went back", function()
    local outcome = { type = "outcome", step = "a", verdict = "done" }
    for seconds, words in pairs { [10] = "took under 1 s", [13] = "took 3 s", [82] = "took 1 min 12 s", [3599] = "took 59 min 49 s" } do
      outcome.time = nil
      assert.truthy(told({ intent(10), at(seconds, outcome) }):find(words, 1, true), words)
    end
    assert.is_nil(told({ intent(10), at(9, outcome) }):find("took", 1, true))
    local started = at(11, { type = "started", step = "a", pid = 1, path = "/usr/bin/csrutil" })
    assert.truthy(told({ intent(10), started, at(15, outcome) }):find("took 5 s", 1, true))
    assert.is_nil(told({ intent(10), started }):find("took", 1, true))
  end)
end)

describe("a report's commands", function()
  it("are those that ran: not one that was cut off before its start", function()
    local first, again = intent(1), intent(5)
    local outcome = at(6, { type = "outcome", step = "a", verdict = "done" })
    assert.are.same({ again }, report.commands { first, again, outcome })
    assert.are.same({}, report.commands { first })
    local second = intent(2, { part = 2 })
    assert.are.same({ first, second }, report.commands { first, second, outcome })
    assert.truthy(told({ first, again, outcome }):find("nothing is recorded of its end", 1, true))
  end)

  it("show of their output what a terminal would, and of a long one its end", function()
    local one = intent(1)
    local outcome = at(2, { type = "outcome", step = "a", verdict = "todo", exit = 1 })
    local text = told({ one, outcome }, { outputs = { [one] = "\n10 %\r50 %\r100 %\r\n\27[1;31mred\27[0m\n\n" } })
    assert.truthy(text:find("\n100 %\nred\nNot done, read back (exit status 1).", 1, true), text)
    text = told({ one, outcome }, { outputs = { [one] = ("line\n"):rep(200) .. "last" } })
    assert.truthy(text:find("(141 lines before these are left out)\nline\n", 1, true), text)
    assert.truthy(text:find("line\nlast\nNot done", 1, true), text)
  end)
end)

describe("a report's last words", function()
  local function next_of(records, fields)
    local _, notes = told(records, fields)
    local lines = {}
    for index, line in ipairs(notes["What comes next"].lines) do lines[index] = line.command or line end
    return table.concat(lines, "\n")
  end
  local phase = at(3, { type = "phase", step = "a", next = "macos" })

  it("are the line to type of the newest run", function()
    assert.are.equal("To continue:\nsudo /p/vmq-recovery resume\nOr to go back:\nsudo /p/vmq-recovery rollback", next_of { intent(1) })
    assert.are.equal("This is not the newest run. For that:\nsudo /p/vmq-recovery report", next_of({ phase }, { is_latest = false }))
  end)

  it("say once that a part ended, however often it did", function()
    local function again(seconds) return at(seconds, { type = "phase", step = "a", next = "macos" }) end
    assert.are.equal("This part ended here; it continues in macOS.", (told { again(1), again(2) }))
  end)

  it("do not compare with a state that was not recorded", function()
    local _, notes = told { phase }
    assert.are.same({ "The state before this run was not recorded." }, notes["Before and after"].lines)
  end)
end)
