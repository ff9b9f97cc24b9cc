-- Says before anything changes what is about to happen: target, kernel, policy, commands, prompts, losses, ways back.
-- Must not hold back or promise anything: it prints what the plan's own functions answer.

local answer = require "plan.answer"
local place = require "plan.place"
local policy = require "mac.policy"
local text = require "base.text"

local overview = {}

-- What a step would run, in order, or the rungs it would climb; a plan's mistake shows as no command.
local function commands_of(step, c, seen)
  if step.run then return answer.commands(step, c, seen or {}) or {} end
  local first = {}
  for index, rung in ipairs(step.ladder and answer.rungs(step, "ladder", c, seen or {}) or {}) do first[index] = rung[1] end
  return first
end

-- The ways back from the state that the step leaves, as far as that is known before.
local function undo_of(step, c, seen, verdict)
  if not step.undo then
    return step.no_way_back and { { leaves = "no way back by itself: " .. step.no_way_back } } or {}
  end
  local later = verdict == "todo" and answer.state_after(step, c, seen) or seen
  local ways = {}
  for index, rung in ipairs(answer.rungs(step, "undo", c, seen or {}, later or {}) or {}) do
    ways[index] = { leaves = rung.leaves, where = rung.where or "any", argv = rung[1].argv }
  end
  return ways
end

local function entry_of(row, c)
  local step, commands = row.step, {}
  local made = row.verdict == "todo" and commands_of(step, c, row.seen) or {}
  for index, command in ipairs(made) do commands[index] = command.argv end
  return { name = step.name, why = step.why, where = step.where, verdict = row.verdict, seen = row.seen,
    seen_text = answer.text(step, row.seen), argv = commands[1], commands = commands,
    prompts = made[1] and made[1].prompts or step.prompts, settles = step.settles,
    undo = undo_of(step, c, row.seen, row.verdict), ladder = step.ladder ~= nil }
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
-- @return array of { name, why, where, verdict, seen, seen_text, argv (first command), commands, prompts, undo, … }
function overview.steps(rows, c, environment)
  local steps = {}
  for number, row in ipairs(rows) do
    steps[number] = entry_of(row, c)
    if environment and is_act(steps[number], environment) then break end
  end
  return steps
end

--- Does anything that would be done in this environment run a command?
-- @param steps from overview.steps
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

local LOSSES = {
  "While this is in force, for this macOS only: System Integrity Protection is off, Apple Pay and iPhone apps do not",
  "work, protected video plays at lower quality, and macOS updates end in an error: revert before each update, and",
  "turn automatic updates off. FileVault, your files and other systems on this Mac are not affected.",
}
local LICENCE = {
  "The macOS licence (2.B.iii) still counts two additional copies in virtual machines, whatever the kernel allows.",
  "This program grants nothing: what runs beyond two is your own responsibility.",
}
local WAY_BACK = {
  "`vmq-recovery revert`, in recovery or macOS. Without it: hold the power button at start, Options, Utilities >",
  "Startup Security Utility, Full Security. Last of all: restore from another Mac (DFU).",
}

local function joined(lines) return { table.concat(lines, " ") } end

local function target_lines(session)
  local group = session.group
  local lines = { ("%s, group %s"):format(group.name or "?", group.group),
    ("macOS %s build %s, chip %s"):format(group.version or "?", group.build or "?",
      session.kernel and session.kernel.chip:upper() or "?") }
  return lines
end

local function kernel_lines(session)
  local found = session.found_collection
  if not found then return nil end
  local path = require("run.session").collection(session)
  return { path, ("%s, SHA-256 %s"):format(text.size(found.size), found.sha256), found.kernel.banner,
    session.manifest_doubt or session.manifest and "its manifest vouches for it" or "no manifest vouches for it" }
end

local function prompt_lines(steps, environment)
  local counted = 0
  for _, step in ipairs(steps) do
    if is_act(step, environment) and not step.argv[1]:find("nvram") then counted = counted + 1 end
  end
  if counted == 0 then return { "None: no tool that asks for a password runs here." } end
  return { ("Apple's tools ask %d time%s for a volume owner's short name and login password, and whether to go on. What "
    .. "you type goes to them, not to this program."):format(counted, counted == 1 and "" or "s") }
end

--- Prints everything that must be known before `apply` or `revert` changes anything.
-- @param session after preflight
-- @param steps from overview.steps
function overview.show(session, plan, steps)
  local function note(title, lines)
    if lines then session.view.emit { type = "note", title = title, lines = lines } end
  end
  note("Target", target_lines(session))
  if session.job and session.job.notes then
    for _, entry in ipairs(session.job.notes(session)) do note(entry[1], entry[2]) end
    return note("Steps", overview.plan_lines(steps))
  end
  if plan.name == "apply" then note("Kernel collection", kernel_lines(session)) end
  note("Policy now", session.policy and { policy.describe(session.policy) })
  note("Steps", overview.plan_lines(steps))
  note("Questions to come", prompt_lines(steps, session.environment))
  note("Network", { plan.name == "apply" and "not needed now; full security on the way back needs it"
    or "full security needs it; without it a lower rung is used" })
  if plan.name == "apply" then
    note("What stops working", joined(LOSSES))
    note("Licence", LICENCE)
  end
  note("Way back", joined(WAY_BACK))
end

return overview
