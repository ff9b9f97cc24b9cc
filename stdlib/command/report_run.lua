-- Makes a report's notes of a run's records: what it was, before and after, each step, and what comes next.
-- Must not print anything, nor read but for the transcript: records and the state now are handed in.

local answer = require "plan.answer"
local chip = require "mac.chip"
local outcome = require "screen.outcome"
local place = require "plan.place"
local state = require "mac.state"
local text = require "base.text"
local transcript = require "run.transcript"
local what_next = require "command.what_next"

local report = {}

-- Lines of a tool's output that are shown: its last ones tell how it ended.
local MOST_LINES = 60

local RESULTS = { done = "done: every step was done and read back", lower = "done, but not all the way",
  undone = "undone: the Mac was read back as it was before this run", ["undone-lower"] = "undone, but not all the way",
  incomplete = "not all of it could be undone", none = "no way to a safer policy worked",
  stopped = "stopped; this run changed nothing", mistake = "the plan was wrong; this run changed nothing" }

local VERDICTS = { done = "done, read back", todo = "not done, read back", unknown = "could not be read back",
  pending = "takes effect after a restart", undone = "undone, read back", lower = "undone, but not all the way",
  refused = "this way back did not work" }

--- What was read after a step, in words.
-- @param verdict string: of an outcome record
function report.verdict_words(verdict) return VERDICTS[verdict] or tostring(verdict) end

--- How a run ended, in words.
-- @param result string: of a close record
function report.result_words(result) return RESULTS[result] or result end

-- ---- time --------------------------------------------------------------------------------------------------------------

-- Days since 1970 of a date, by counting the leap days of the years before it, which begin in March.
local function days(year, month, day)
  if month <= 2 then year, month = year - 1, month + 12 end
  return 365 * year + year // 4 - year // 100 + year // 400 + (153 * month - 457) // 5 + day - 719469
end

--- Seconds since 1970 of "2026-11-25T23:22:22Z", or nil.
function report.seconds(time)
  local pattern = "^(%d%d%d%d)%-(%d%d)%-(%d%d)T(%d%d):(%d%d):(%d%d)Z$"
  local year, month, day, hour, minute, second = (type(time) == "string" and time or ""):match(pattern)
  if not year then return nil end
  return days(year // 1 | 0, month // 1 | 0, day // 1 | 0) * 86400 + hour * 3600 + minute * 60 + second | 0
end

-- "3 s", "1 min 12 s", "2 h 3 min"; nil where one of the times is not known, or the clock went back.
local function duration(from, to)
  local one, other = report.seconds(from), report.seconds(to)
  local seconds = one and other and other - one
  if not seconds or seconds < 0 then return nil end
  if seconds == 0 then return "under 1 s" end
  if seconds < 60 then return ("%d s"):format(seconds) end
  if seconds < 3600 then return ("%d min %d s"):format(seconds // 60, seconds % 60) end
  return ("%d h %d min"):format(seconds // 3600, seconds % 3600 // 60)
end

-- ---- which records belong together ----------------------------------------------------------------------------------------

local IS_INTENT = { intent = true, ["undo-intent"] = true }
local OF_WAY_BACK = { ["undo-intent"] = true, ["undo-outcome"] = true }

-- Did this intent's command run? Then its step has a next record, and that does not begin the same command again.
local function has_run(intent, following)
  if not following then return false end
  return not IS_INTENT[following.type] or following.part ~= intent.part or following.attempt ~= intent.attempt
    or following.rung ~= intent.rung
end

-- The next record of each record's step.
local function followers(records)
  local following, next_of = {}, {}
  for index = #records, 1, -1 do
    local record = records[index]
    if record.step then following[record], next_of[record.step] = next_of[record.step], record end
  end
  return following
end

--- The intents whose commands ran, in order.
function report.commands(records)
  local following, intents = followers(records), {}
  for _, record in ipairs(records) do
    if IS_INTENT[record.type] and has_run(record, following[record]) then intents[#intents + 1] = record end
  end
  return intents
end

--- What each of these commands printed, by its intent; nothing where that is not known.
-- @param directory string: the journal's folder
-- @param run, records from journals.read
function report.outputs(directory, run, records)
  local intents, commands, outputs = report.commands(records), {}, {}
  for index, intent in ipairs(intents) do commands[index] = intent.argv end
  for index, printed in ipairs(transcript.outputs(transcript.path(directory, run), commands)) do outputs[intents[index]] = printed end
  return outputs
end

-- Sections in the order in which they began: a step's way there, and its way back.
local function sections_of(records)
  local sections, by_key = {}, {}
  for _, record in ipairs(records) do
    local back = OF_WAY_BACK[record.type] or false
    local key = record.step and (back and "back " or "step ") .. record.step
    if key and not by_key[key] then
      by_key[key] = { step = record.step, back = back, records = {} }
      sections[#sections + 1] = by_key[key]
    end
    if key then table.insert(by_key[key].records, record) end
  end
  return sections
end

-- ---- one step ---------------------------------------------------------------------------------------------------------------

--- What a terminal would show of it at the end: no sequences that steer, and of a line drawn over and over the last state.
function report.shown_output(printed)
  local plain, lines = printed:gsub("\27%[[%d;?]*%a", ""):gsub("\r+\n", "\n"), {}
  for line in (text.trim_end(plain) .. "\n"):gmatch("(.-)\n") do lines[#lines + 1] = line:match("([^\r]*)\r*$") end
  while lines[1] == "" do table.remove(lines, 1) end
  local left_out = #lines - MOST_LINES
  if left_out <= 0 then return table.concat(lines, "\n") end
  return ("(%d lines before these are left out)\n"):format(left_out) .. table.concat(lines, "\n", left_out + 1)
end

local tell = {}

-- How long a command took: until what was read back after it, or until the next one.
local function took(record, following, known)
  local last = following.type == "started" and known.following[following] or following
  local words = last.type ~= "started" and duration(record.time, last.time)
  return words and ", took " .. words or ""
end

local function tell_command(lines, record, known)
  lines[#lines + 1] = { command = text.brief(record.argv) }
  local following, printed = known.following[record], known.outputs[record]
  lines[#lines + 1] = (record.time or "") .. (has_run(record, following) and took(record, following, known)
    or "; nothing is recorded of its end")
  if printed and printed:find("%S") then lines[#lines + 1] = { quoted = report.shown_output(printed) } end
end

tell.intent, tell["undo-intent"] = tell_command, tell_command

-- How the state differs from that before the step acted.
local function add_differences(lines, record, known)
  local step, before = known.plan and known.plan.index[record.step], known.run.steps[record.step].before
  if not step or not step.part or type(before) ~= "table" or type(record.seen) ~= "table" then return end
  local differences = state.compare(state.of_parts { [step.part] = before }, state.of_parts { [step.part] = record.seen })
  if #differences == 0 then lines[#lines + 1] = "Nothing differs from before this step." end
  for _, one in ipairs(differences) do lines[#lines + 1] = ("%s: %s before, then %s"):format(one.name, one.before, one.after) end
end

function tell.outcome(lines, record, known)
  local status = record.exit and (" (exit status %s)"):format(record.exit) or ""
  lines[#lines + 1] = text.capitalized(report.verdict_words(record.verdict)) .. status .. "."
  if record.words then lines[#lines + 1] = { quoted = record.words } end
  if record.seen ~= nil then
    lines[#lines + 1] = "Read: " .. answer.text(known.plan and known.plan.index[record.step], record.seen)
  end
  add_differences(lines, record, known)
end

tell["undo-outcome"] = function(lines, record)
  lines[#lines + 1] = text.capitalized(report.verdict_words(record.verdict))
    .. (record.leaves and ": it leaves " .. record.leaves or "") .. "."
end

function tell.deferred(lines, record)
  lines[#lines + 1] = "Put off to macOS." .. (record.reason and " The tool said:" or "")
  if record.reason then lines[#lines + 1] = { quoted = record.reason } end
end

function tell.skipped(lines) lines[#lines + 1] = "Left out, as asked." end

-- It may end here more than once: each time that the run is gone on with in the place where it ended.
function tell.phase(lines, record)
  local words = ("This part ended here; it continues in %s."):format(place.words(record.next))
  if lines[#lines] ~= words then lines[#lines + 1] = words end
end

local function emit_section(emit, section, known)
  local step, lines = known.plan and known.plan.index[section.step], {}
  if step and not section.back then lines[1] = step.why end
  for _, record in ipairs(section.records) do
    if tell[record.type] then tell[record.type](lines, record, known) end
  end
  emit { type = "note", title = (section.back and "Way back of step " or "Step ") .. section.step, lines = lines }
end

-- ---- the whole ----------------------------------------------------------------------------------------------------------------

local function result_of(known)
  local run, waiting = known.run, known.run.waits_for
  if run.closed then return report.result_words(run.closed.result) end
  if run.direction == "back" then return "not finished: going back" end
  return waiting and "not finished: it continues in " .. place.words(waiting) or "not finished"
end

local function emit_head(emit, known)
  local run, start = known.run, known.run.start
  local last = known.records[#known.records]
  emit { type = "note", title = ("vmq-recovery: run %d, %s"):format(run.number, start.plan), rows = {
    { "Result", result_of(known) },
    { "Mac", ("%s, build %s, %s"):format(start.volume or "?", start.build or "?",
      start.chip and chip.words(start.chip) or "chip unknown") },
    { "Volume group", start.group or "?" },
    { "Begun", ("%s, in %s"):format(start.time or "?", place.words(start.environment)) },
    { "Last record", ("%s (%s after the first)"):format(last.time or "?", duration(start.time, last.time) or "time unknown") },
    { "Program", start.version or "?" }, { "Journal", known.journal } } }
end

-- The state that the run has read last, as far as its records tell.
local function after_run(known)
  local baseline, parts = known.run.start.baseline, {}
  for _, record in ipairs(known.records) do
    local step = record.step and known.plan and known.plan.index[record.step]
    if step and step.part and record.type == "outcome" and record.seen then parts[step.part] = record.seen end
    if step and step.part and record.type == "undo-outcome" and record.verdict ~= "refused" then
      parts[step.part] = record.verdict == "undone" and known.run.steps[record.step].before or nil
    end
  end
  local made = state.of_parts(parts)
  return { policy = made.policy or baseline.policy, boot_args = made.boot_args or baseline.boot_args }
end

local function emit_comparison(emit, known)
  local baseline = known.run.start.baseline
  if type(baseline) ~= "table" or not (baseline.policy or baseline.boot_args) then
    return emit { type = "note", title = "Before and after", lines = { "The state before this run was not recorded." } }
  end
  local now = known.now
  local before = now and baseline or { policy = baseline.policy, boot_args = baseline.boot_args }
  local changes = {}
  for index, one in ipairs(state.compare(before, now or after_run(known))) do changes[index] = { one.name, one.before, one.after } end
  emit { type = "note", title = "Before and after", heads = { "setting", "before", now and "now" or "after" },
    changes = #changes > 0 and changes or nil,
    lines = { now and "Read when this report was made." or "After: as this run's records tell it; the Mac was not read for it.",
      #changes == 0 and "Boot policy and boot-args: no difference from before this run."
        or "Everything else that this program compares is as it was before." } }
end

local function next_lines(known)
  if known.is_latest then return what_next.of(known.run, known.target) end
  return { "This is not the newest run. For that:", outcome.here({ target = known.target }, "report") }
end

--- Tells a run.
-- @param emit function(note): gets the report's parts in order
-- @param known { run, records (see engine.run_state), plan = the plan inside the program or nil, outputs = table by intent: what its
--   command printed, now = the state of the Mac now or nil, target, is_latest,
--   journal = its file as the Mac names it }
function report.tell(emit, known)
  known.following = followers(known.records)
  emit_head(emit, known)
  emit_comparison(emit, known)
  for _, section in ipairs(sections_of(known.records)) do emit_section(emit, section, known) end
  emit { type = "note", title = "What comes next", lines = next_lines(known) }
end

return report
