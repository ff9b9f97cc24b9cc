-- Says before anything changes what is about to happen: target, kernel, policy, commands, prompts, losses, ways back.
-- Must not hold back or promise anything: it prints what the plan's own functions answer.

local answer = require "plan.answer"
local asks = require "screen.asks"
local chip = require "mac.chip"
local outcome = require "screen.outcome"
local place = require "plan.place"
local policy = require "mac.policy"
local text = require "base.text"

local overview = {}

-- What a step would run, in order, or the rungs it would climb; a plan's mistake shows as no command.
-- @return the commands, of several rungs each one's first; and those that are run where all goes well
local function commands_of(step, c, seen)
  local commands = step.run and answer.commands(step, c, seen or {}) or {}
  if step.run then return commands, commands end
  local rungs = step.ladder and answer.rungs(step, "ladder", c, seen or {}) or {}
  if #rungs == 1 then return rungs[1], rungs[1] end
  for index, rung in ipairs(rungs) do commands[index] = rung[1] end
  return commands, rungs[1] or {}
end

-- The ways back from the state that the step leaves, as far as that is known before.
local function undo_of(step, c, seen, verdict)
  if not step.undo then
    return step.no_way_back and { { leaves = "cannot be undone automatically: " .. step.no_way_back } } or {}
  end
  local later = verdict == "todo" and answer.state_after(step, c, seen) or seen
  local ways = {}
  for index, rung in ipairs(answer.rungs(step, "undo", c, seen or {}, later or {}) or {}) do
    ways[index] = { leaves = rung.leaves, where = rung.where or "any", argv = rung[1] and rung[1].argv or nil }
  end
  return ways
end

-- What its commands ask, one after the other.
local function prompts_of(step, made)
  local prompts, said = {}, false
  for index = 1, #made do
    local list = made[index].prompts
    said = said or list ~= nil
    table.move(list or {}, 1, #(list or {}), #prompts + 1, prompts)
  end
  return said and prompts or step.prompts
end

-- How long a command takes, the first for which that is known.
local function usually(made)
  for _, command in ipairs(made) do
    if command.usually then return command.usually end
  end
end

local function entry_of(row, c)
  local step, commands = row.step, {}
  local made, first = {}, {}
  if row.verdict == "todo" then made, first = commands_of(step, c, row.seen) end
  for index, command in ipairs(made) do commands[index] = command.argv end
  return { name = step.name, why = step.why, where = step.where, verdict = row.verdict, seen = row.seen,
    argv = commands[1], commands = commands, prompts = prompts_of(step, first), settles = step.settles, usually = usually(first),
    undo = undo_of(step, c, row.seen, row.verdict), ladder = step.ladder ~= nil and made ~= first }
end

-- Is this an entry of a step that would start something in this environment?
local function is_act(entry, environment)
  return entry.verdict == "todo" and entry.argv ~= nil and place.fits(entry.where, environment)
end

--- Every step as data: for `plan`, for --json, for the summary before an apply and for step-through. The plan's functions are
-- asked here, once.
-- @param rows from engine.survey
-- @param c the plan's context
-- @param environment nil; or where we are, if no more is to be known than overview.acts: then the rest after the first act is left out
-- @return array of { name, why, where, verdict, seen, argv (first command), commands, prompts, undo, … }
function overview.steps(rows, c, environment)
  local steps = {}
  for number, row in ipairs(rows) do
    steps[number] = entry_of(row, c)
    if environment and is_act(steps[number], environment) then break end
  end
  return steps
end

--- The first step that does not read done, or nil.
-- @param rows from engine.survey, or overview.steps
function overview.first_todo(rows)
  for _, row in ipairs(rows) do
    if row.verdict ~= "done" then return row end
  end
end

--- Is a step left to do in paired recovery?
-- @param rows from engine.survey
function overview.left_in_recovery(rows)
  for _, row in ipairs(rows) do
    if row.verdict ~= "done" and row.step.where == "paired-recovery" then return true end
  end
  return false
end

--- Does anything that would be done in this environment run a command?
-- @param steps from overview.steps
-- @param environment where we are
function overview.acts(steps, environment)
  for _, entry in ipairs(steps) do
    if is_act(entry, environment) then return true end
  end
  return false
end

local function ways_as_text(step)
  local ways = {}
  for index, way in ipairs(step.undo) do ways[index] = way.leaves end
  return table.concat(ways, "; else ")
end

-- A step behind one that is still to be done was not done either: it only has nothing to do as things are now.
local function mark_of(step, is_ahead) return is_ahead and step.verdict == "done" and "nothing to do now" or step.verdict end

local function step_lines(lines, number, step, previous, is_ahead)
  lines[#lines + 1] = ("%d. %s (%s): %s"):format(number, step.name, mark_of(step, is_ahead), step.why)
  local unread = step.verdict == "unknown" and type(step.seen) == "table" and step.seen.error
  if type(unread) == "string" then lines[#lines + 1] = "   " .. unread end
  for index, argv in ipairs(step.commands) do
    local lead = step.ladder and (index == 1 and "   first: " or "   else:  ") or "   runs: "
    lines[#lines + 1] = lead .. text.brief(argv)
  end
  if step.verdict ~= "todo" or #step.undo == 0 then return end
  local same = previous and previous.verdict == "todo" and ways_as_text(previous) == ways_as_text(step)
  lines[#lines + 1] = "   way back: " .. (same and "as for " .. previous.name or ways_as_text(step))
end

--- The steps as lines for a person.
function overview.plan_lines(steps)
  local lines, is_ahead = {}, false
  for number, step in ipairs(steps) do
    step_lines(lines, number, step, steps[number - 1], is_ahead)
    is_ahead = is_ahead or step.verdict ~= "done"
  end
  return lines
end

-- The notes of the overview, each { title, lines }. An operation's record says which are shown, and in which order.

-- Which Mac it is about.
local function about(target)
  local group = target.group
  return { title = "Target", lines = { ("%s, group %s"):format(group.name or "?", group.group),
    ("macOS %s build %s, chip %s"):format(group.version or "?", group.build or "?",
      target.kernel and chip.of(target) or "?") } }
end

--- The policy as it is.
function overview.policy(target)
  return { title = "Policy now", lines = { target.policy and policy.describe(target.policy) or "cannot be read" } }
end

--- What the way back cannot restore: array of sentences.
-- @param target see mac.target.look
-- @param has_object true where the custom kernel that is registered now can be put back
function overview.unrestorable_lines(target, has_object)
  local data, now = target.group and target.group.data, target.policy
  if not now then return {} end
  local summary = policy.summary(now)
  if has_object then summary.coih = "absent" end
  return policy.unrestorable(summary, target.group.version, data and data.filevault)
end

--- The same as a note.
function overview.unrestorable(target, has_object)
  local lines = overview.unrestorable_lines(target, has_object)
  return { title = "What cannot be put back", lines = #lines > 0 and lines or { "nothing: the way back leads to the policy as it is now" } }
end

--- The steps as a note: each with its verdict, its command and its way back.
function overview.steps_note(steps) return { title = "Steps", lines = overview.plan_lines(steps) } end

--- The steps whose tools ask something in this environment.
-- @param steps from overview.steps
-- @param environment where we are
function overview.asking(steps, environment)
  local list = {}
  for _, entry in ipairs(steps) do
    if is_act(entry, environment) and #entry.prompts > 0 then list[#list + 1] = entry end
  end
  return list
end

--- What the tools will ask in this environment, and what to type.
function overview.questions(case, steps)
  local lines = {}
  for _, entry in ipairs(overview.asking(steps, case.target.environment)) do
    local words = asks.words(entry.prompts, case.who)
    if words then lines[#lines + 1] = ("Step %s: %s."):format(entry.name, words) end
  end
  lines[#lines + 1] = #lines == 0 and "None: no tool that asks anything runs here."
    or "What you type goes to the tools, not to this program."
  return { title = "Questions to come", lines = lines }
end

-- The tools that ask for a password, each once.
local function password_askers(steps, environment, who)
  local names, listed = {}, {}
  for _, entry in ipairs(overview.asking(steps, environment)) do
    local name = entry.argv[1]:match "[^/]*$"
    if not listed[name] and asks.wants_password(entry.prompts, who) then names[#names + 1] = name end
    listed[name] = true
  end
  return names
end

--- What is said where a step has failed, before the others are undone.
-- @param steps from overview.steps, of the ways back
-- @param count integer: how many steps they undo
-- @param environment where we are
-- @param who see screen.asks
-- @return a sentence or two, or nil where nothing is to be undone
function overview.going_back(steps, count, environment, who)
  if count == 0 then return nil end
  local names = password_askers(steps, environment, who)
  local asked = #names > 0 and (" %s %s for the password again."):format(table.concat(names, " and "), #names == 1 and "asks" or "ask")
  return ("Going back: %d step%s.%s"):format(count, count == 1 and "" or "s", asked or "")
end

--- The way back with this program and without it.
overview.WAY_BACK = { title = "Way back", lines = {
  "`vmq-recovery revert`, in recovery or macOS. Without it: hold the power button at start, Options, Utilities > "
    .. "Startup Security Utility, Full Security. Last of all: restore from another Mac (DFU)." } }

--- What stops working while the policy is Permissive: a row of the first screen.
overview.STOPS = { "Stops working", "Apple Pay, iPhone apps, protected video at full quality, macOS updates (revert first)" }

--- What is said on the first screen of an operation that changes the boot policy. Of a plan in a file it is not known whether it does.
-- @param case see run.lifecycle
-- @param more array of rows { label, words }: the operation's own
-- @param back string: what to type after the program's name to go back
function overview.policy_summary(case, more, back)
  local rows = table.move(more, 1, #more, 1, {})
  rows[#rows + 1] = { "Way back", outcome.here(case, back).command }
  rows[#rows + 1] = { "", ("or%s hold power, Options, Startup Security Utility, Full Security"):format(
    case.operation.file and ", for the boot policy:" or "") }
  return rows
end

-- The notes of an operation that changes the boot policy, but for the way back.
local function policy_work(case, steps)
  return { overview.policy(case.target), overview.steps_note(steps), overview.questions(case, steps),
    { title = "Network", lines = { "Full Security needs it; without it a lower security level is used" } } }
end

--- The notes of an operation that changes the boot policy and has nothing more to say.
function overview.of_policy_work(case, steps)
  local notes = policy_work(case, steps)
  notes[#notes + 1] = overview.WAY_BACK
  return notes
end

--- The same of one that goes back itself: to full security there is a way without it.
-- @param back string: how to get to where the Mac is now
function overview.of_going_back(case, steps, back)
  local notes = policy_work(case, steps)
  notes[#notes + 1] = { title = "Way back", lines = { back } }
  notes[#notes + 1] = { title = "If it fails", lines = { outcome.BY_HAND } }
  return notes
end

local function notes_of(case, steps)
  local operation = case.operation
  return operation.overview and operation.overview(case, steps) or { overview.steps_note(steps) }
end

--- Prints notes.
-- @param emit function(event)
-- @param notes array of { title, lines }
function overview.tell(emit, notes)
  for _, note in ipairs(notes) do emit { type = "note", title = note.title, lines = note.lines } end
end

--- Prints everything that must be known before anything changes.
-- @param emit function(event)
-- @param case { target, operation, … }, see run.lifecycle
-- @param steps from overview.steps
-- @param checked true where the checks were all told when they were made
function overview.show(emit, case, steps, checked)
  local notes = notes_of(case, steps)
  table.insert(notes, 1, about(case.target))
  for _, row in ipairs(not checked and case.checks or {}) do emit(row) end
  overview.tell(emit, notes)
end

return overview
