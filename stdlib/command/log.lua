-- `log [RUN]`: the journal of a run told for people; with --json its records as they are.
-- Must not change the journal.

local answer = require "plan.answer"
local ending = require "run.ending"
local exit_code = require "base.exit_code"
local find = require "command.find"
local journals = require "run.journals"
local lifecycle = require "run.lifecycle"
local place = require "plan.place"
local plans = require "run.plans"
local report_run = require "command.report_run"
local text = require "base.text"
local what_next = require "command.what_next"

local log = {}

local sentences = {}

function sentences.start(r)
  return ("run of %s on %s (%s), build %s, in %s; program %s"):format(r.plan, r.volume or "?", r.group or "?",
    r.build or "?", r.environment and place.words(r.environment) or "?", r.version or "?")
end
function sentences.intent(r) return ("%s: about to run %s"):format(r.step, text.brief(r.argv)) end
function sentences.started(r) return ("%s: %s runs as process %s"):format(r.step, r.path, r.pid) end
function sentences.outcome(r, step)
  local status = r.exit and r.exit ~= 0 and (" (exit status %d)"):format(r.exit) or ""
  return ("%s: %s%s: %s%s"):format(r.step, report_run.verdict_words(r.verdict), status, answer.text(step, r.seen),
    r.words and "; the tool said: " .. r.words or "")
end
function sentences.deferred(r) return ("%s: put off to macOS; the tool said: %s"):format(r.step, r.reason or "nothing") end
function sentences.skipped(r) return ("%s: left out"):format(r.step) end
function sentences.phase(r) return ("%s: this part ended; it continues in %s"):format(r.step, place.words(r.next)) end
sentences["undo-start"] = function(r)
  return r.reason == "asked" and "going back, as asked" or "going back, because a step failed"
end
sentences["undo-intent"] = function(r) return ("%s: way back, about to run %s"):format(r.step, text.command(r.argv)) end
sentences["undo-outcome"] = function(r)
  return ("%s: way back: %s%s"):format(r.step, report_run.verdict_words(r.verdict), r.leaves and "; it leaves " .. r.leaves or "")
end
function sentences.close(r) return "closed: " .. report_run.result_words(r.result) end

-- The plan a run was of, where it is inside the program: its steps know how to describe what they saw.
local function plan_of(run)
  return not run.start.plan_file and plans.embedded(run.start.plan) or nil
end

local function lines_of(run, records)
  local plan, lines = plan_of(run), {}
  for number, record in ipairs(records) do
    local form = sentences[record.type]
    lines[number] = ("%s  %s"):format(record.time or "", form and form(record, plan and plan.index[record.step]) or record.type)
  end
  return lines
end

-- Every run, the newest first: which of them stand is what rollback and revert have before them.
local function stack_lines(directory)
  local lines = {}
  for run in journals.each(directory) do
    if run.start then lines[#lines + 1] = ("run %d (%s): %s"):format(run.number, run.start.plan, journals.standing_of(run)) end
  end
  return lines
end

-- found: see find.in_journal.
local function tell(view, found, target)
  local run, records = found.run, found.records
  for _, record in ipairs(records) do view.emit { type = "record", record = record } end
  view.paged(function()
    view.emit { type = "note", title = ("%s/%04d.journal"):format(found.path, run.number), lines = lines_of(run, records) }
    local all = stack_lines(found.directory)
    if #all > 1 then view.emit { type = "note", title = "All runs, the newest first", lines = all } end
    if found.is_latest then view.emit { type = "note", title = "What comes next", lines = what_next.of(run, target) } end
  end)
  return ending.new("done", exit_code.OK)
end

function log.run(args, options)
  return lifecycle.look(options, "log", function(invocation, target)
    local found = find.in_journal(invocation, target, "log", args[1])
    return tell(invocation.view, found, target)
  end)
end

return log
