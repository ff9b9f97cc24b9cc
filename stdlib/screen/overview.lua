-- Says before anything changes what is about to happen: target, kernel, policy, commands, prompts, losses, ways back.
-- Must not hold back or promise anything: it prints what the plan's own functions answer.

local boot_args = require "mac.boot_args"
local core = require "engine.step"
local ladder = require "engine.ladder"
local policy = require "mac.policy"
local text = require "base.text"

local overview = {}

local function first_argv(entry)
  local command = type(entry) == "table" and (entry.argv and entry or entry[1])
  return type(command) == "table" and core.is_argv(command.argv) and command.argv or nil
end

-- What the step would run, or the first command of each rung; a plan's mistake shows as no command.
local function commands_of(step, c, seen)
  local field = step.run and "run" or step.ladder and "ladder"
  local made = field and core.ask_plan(step, field, c, seen or {})
  local list = {}
  for _, entry in ipairs(made and made.argv and { made } or made or {}) do list[#list + 1] = first_argv(entry) end
  return list
end

-- The state a step would leave cannot be known before it ran; its ladder is asked for the way from "changed" back.
local function pretend_changed(seen, c)
  local changed = {}
  for key, inner in pairs(type(seen) == "table" and seen or {}) do changed[key] = inner end
  if changed.mode then changed.mode, changed.sip, changed.coih = "permissive", "7f", "(new)" end
  if changed.value then changed.value = boot_args.merge(changed.value, c.words) end
  return changed
end

local function undo_of(step, c, seen)
  if not step.undo then
    return step.no_way_back and { { leaves = "no way back by itself: " .. step.no_way_back } } or {}
  end
  local ways = {}
  for _, rung in ipairs(core.ask_plan(step, "undo", c, seen or {}, pretend_changed(seen, c)) or {}) do
    local argv = first_argv(rung)
    if argv then ways[#ways + 1] = { leaves = tostring(rung.leaves), where = rung.where or "any", argv = argv } end
  end
  return ways
end

local function entry_of(row, c)
  local step = row.step
  local commands = row.verdict == "todo" and commands_of(step, c, row.seen) or {}
  return { name = step.name, why = step.why, where = step.where, verdict = row.verdict, seen = row.seen,
    argv = commands[1], commands = commands, prompts = step.prompts, settles = step.settles,
    undo = undo_of(step, c, row.seen), ladder = step.ladder ~= nil }
end

--- Every step as data: for `plan`, for --json and for the summary before an apply.
-- @param rows from engine.survey
-- @param c the plan's context
-- @return array of { name, why, where, verdict, argv (first command), commands, prompts, undo }
function overview.steps(rows, c)
  local steps = {}
  for number, row in ipairs(rows) do steps[number] = entry_of(row, c) end
  return steps
end

--- Does anything that would be done in this environment run a command? Looks no further than the first that does.
function overview.acts(rows, c, environment)
  for _, row in ipairs(rows) do
    if row.verdict == "todo" and ladder.fits(row.step.where, environment) and commands_of(row.step, c, row.seen)[1] then
      return true
    end
  end
  return false
end

local function ways_as_text(step)
  local ways = {}
  for index, way in ipairs(step.undo) do ways[index] = way.leaves end
  return table.concat(ways, "; else ")
end

local function step_lines(lines, number, step, previous)
  lines[#lines + 1] = ("%d. %s (%s): %s"):format(number, step.name, step.verdict, step.why)
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
  local lines = {}
  for number, step in ipairs(steps) do step_lines(lines, number, step, steps[number - 1]) end
  return lines
end

-- The notes of the overview, each { title, lines }. An operation's record says which are shown, and in which order.

--- Which Mac it is about.
function overview.target(target)
  local group, chip = target.group, target.kernel and target.kernel.chip:upper()
  return { title = "Target", lines = { ("%s, group %s"):format(group.name or "?", group.group),
    ("macOS %s build %s, chip %s"):format(group.version or "?", group.build or "?", chip or "?") } }
end

--- The policy as it is.
function overview.policy(target)
  return { title = "Policy now", lines = { target.policy and policy.describe(target.policy) or "cannot be read" } }
end

--- The steps as a note: each with its verdict, its command and its way back.
function overview.steps_note(steps) return { title = "Steps", lines = overview.plan_lines(steps) } end

local function asking_steps(steps, environment)
  local counted = 0
  for _, step in ipairs(steps) do
    if step.verdict == "todo" and #step.commands > 0 and ladder.fits(step.where, environment)
      and not step.commands[1][1]:find("nvram") then counted = counted + 1 end
  end
  return counted
end

--- What Apple's tools will ask for in this environment.
function overview.questions(steps, environment)
  local counted = asking_steps(steps, environment)
  local words = counted == 0 and "None: no tool that asks for a password runs here."
    or ("Apple's tools ask %d time%s for a volume owner's short name and login password, and whether to go on. What "
      .. "you type goes to them, not to this program."):format(counted, counted == 1 and "" or "s")
  return { title = "Questions to come", lines = { words } }
end

--- The way back with this program and without it.
overview.WAY_BACK = { title = "Way back", lines = {
  "`vmq-recovery revert`, in recovery or macOS. Without it: hold the power button at start, Options, Utilities > "
    .. "Startup Security Utility, Full Security. Last of all: restore from another Mac (DFU)." } }

--- The notes of an operation that changes the boot policy and has nothing more to say.
function overview.of_policy_work(case, steps)
  return { overview.policy(case.target), overview.steps_note(steps), overview.questions(steps, case.target.environment),
    { title = "Network", lines = { "full security needs it; without it a lower rung is used" } }, overview.WAY_BACK }
end

--- Prints everything that must be known before anything changes.
-- @param emit function(event)
-- @param case { target, operation, … }, see run.lifecycle
-- @param steps from overview.steps
function overview.show(emit, case, steps)
  local notes = case.operation.overview and case.operation.overview(case, steps) or { overview.steps_note(steps) }
  table.insert(notes, 1, overview.target(case.target))
  for _, note in ipairs(notes) do emit { type = "note", title = note.title, lines = note.lines } end
end

return overview
