-- The last words of a run: how it ended, what holds now, and the next line to type; and the exit code that says the same.
-- Must not leave a person without a next step.

local errors = require "screen.errors"
local exit_code = require "base.exit_code"

local closing = {}

local BY_HAND = "Without this program: shut down, hold the power button until startup options appear, Options, Utilities > "
  .. "Startup Security Utility, choose the volume, Full Security. That also forgets the custom kernel."

-- A command to be typed stands on a line of its own, indented and never wrapped.
local function type_this(session, place, rest)
  local path = require("base.text").quote(require("run.session").program_in(session, place))
  return { command = (place == "macos" and "sudo " or "") .. path .. " " .. rest }
end

local function here(session, rest)
  return type_this(session, session.environment == "macos" and "macos" or "recovery", rest)
end

--- How a command of this program is typed in a place: "sudo /System/Volumes/Data/vmq-recovery stage".
-- @param place "macos" | "recovery"
function closing.command(session, place, rest)
  return type_this(session, place, rest).command
end

-- What a command that only prepares says when it did not finish, or nil for the others.
local function stopped_words(session)
  local words = session.job and session.job.stopped_words
  return type(words) == "function" and words(session) or words
end

-- The last resort: another for what only prepares, as nothing of the boot policy was touched.
local function by_hand(session)
  return stopped_words(session) or BY_HAND
end

-- Why a rung was not reached: "full security, stock kernel: … (the tool said: …)".
local function refusal(rung, otherwise)
  local said = rung.words and (" (the tool said: %s)"):format(rung.words) or ""
  return ("%s: %s%s"):format(rung.leaves or otherwise, rung.why or "it did not read back", said)
end

local words = {}

function words.rehearsed()
  return { "Dry run: nothing was started and nothing was changed. Above is what would run here." }
end

function words.done(session, plan)
  if session.job and session.job.last_words then return session.job.last_words(session) end
  if plan.name == "apply" then
    return { "Done: the development kernel runs and allows up to " .. session.quota .. " macOS guests, all of it read back.",
      "Before a macOS update:", here(session, "revert") }
  end
  if plan.name == "revert" then
    return { "Done: full security and the stock kernel, read back. They take effect at the next start.",
      "Next: restart." }
  end
  return { "Done: every step of " .. plan.name .. " reads done." }
end

function words.lower(session, _, final)
  local lines = { "Reverted, but not to full security: " .. final.leaves .. "." }
  for _, rung in ipairs(final.refused or {}) do
    lines[#lines + 1] = "Not possible: " .. refusal(rung)
  end
  lines[#lines + 1] = "Full security later, when online and up to date:"
  lines[#lines + 1] = here(session, "revert")
  lines[#lines + 1] = BY_HAND
  return lines
end

-- The command to type again: the plan's own, or the user's file.
local function again(session, plan)
  local file = session.job_file
  return file and "run " .. require("base.text").quote(file) or plan.name
end

local function arrive_in_macos(session, plan)
  return { "Next: restart cleanly (Apple menu > Restart, or type: reboot). Do not hold the power button: settings not yet "
    .. "saved would be lost. Then, in macOS, open Terminal and type:", type_this(session, "macos", again(session, plan)) }
end

local function arrive_in_recovery(session, plan)
  return { "Next: shut down fully, hold the power button until startup options appear, choose Options and a user, then "
    .. "Utilities > Terminal, and type:", type_this(session, "recovery", again(session, plan)) }
end

function words.phase(session, plan, final)
  local lines = { "This part is finished and read back." }
  if final.waits_for then
    lines = { final.waits_for, "If this stays so after a clean restart, go back:",
      here(session, session.job_file and "rollback" or "revert") }
  elseif final.pending then
    lines = { "The boot arguments are set. They count after one more clean restart." }
  end
  local arrive = final.next == "macos" and arrive_in_macos or final.next == "any" and arrive_in_macos or arrive_in_recovery
  for _, line in ipairs(arrive(session, plan)) do lines[#lines + 1] = line end
  return lines
end

function words.stopped(session, _, final)
  local lines = { "Stopped: " .. final.reason .. "." }
  local known = errors.ours(final.kind)
  if known then lines[2] = ("Cause: %s. What helps: %s."):format(known.cause, known.cure) end
  if not final.changed then
    lines[#lines + 1] = final.acted == 0 and "Nothing was changed." or "Nothing was changed; the state was read back."
    return lines
  end
  if session.job and session.job.again then
    lines[#lines + 1] = stopped_words(session)
    lines[#lines + 1] = here(session, session.job.again)
    return lines
  end
  lines[#lines + 1] = "What was done so far is in the journal. To go on:"
  lines[#lines + 1] = here(session, "resume")
  lines[#lines + 1] = "Or to go back:"
  lines[#lines + 1] = here(session, "rollback")
  return lines
end

function words.undecided(session, _, final)
  local lines = { ("Step %s: the state is neither what it was before nor what the step makes."):format(final.step.name),
    "Before: " .. final.before_text, "Now:    " .. final.now_text }
  local known = errors.ours "neither"
  lines[#lines + 1] = ("Cause: %s. Nothing more is done by itself."):format(known.cause)
  lines[#lines + 1] = "To look at it, to go back to the start, or to go to full security:"
  for _, command in ipairs { "status", "rollback", "revert" } do lines[#lines + 1] = here(session, command) end
  return lines
end

local function refused_lines(lines, list)
  for _, entry in ipairs(list or {}) do
    for _, rung in ipairs(entry.refused or {}) do
      lines[#lines + 1] = ("Step %s, %s"):format(entry.step, refusal(rung, "way back"))
    end
  end
end

local function because(final)
  return final.failed and ("Step %s failed. "):format(final.failed) or ""
end

function words.undone(session, _, final)
  local lines = { because(final) .. (final.touched and "Everything this run did is undone, and read back as it was before."
    or "Nothing was changed; read back.") }
  lines[2] = stopped_words(session)
  return lines
end

words["undone-lower"] = function(session, _, final)
  local lines = { because(final) .. "This run's changes are undone, but not all the way:" }
  for _, entry in ipairs(final.lower) do lines[#lines + 1] = ("step %s leaves %s."):format(entry.step, entry.leaves) end
  refused_lines(lines, final.lower)
  lines[#lines + 1] = "Later, when online and up to date:"
  lines[#lines + 1] = here(session, "revert")
  lines[#lines + 1] = BY_HAND
  return lines
end

function words.incomplete(session, _, final)
  local lines = { because(final) .. "Going back did not work for every step." }
  refused_lines(lines, final.stuck)
  refused_lines(lines, final.elsewhere)
  lines[#lines + 1] = "To try again:"
  lines[#lines + 1] = here(session, session.job and session.job.again or "rollback")
  lines[#lines + 1] = by_hand(session)
  return lines
end

function words.elsewhere(session, plan, final)
  local lines = { because(final) .. "The rest of the way back can only be done in recovery." }
  refused_lines(lines, final.elsewhere)
  for _, rung in ipairs(final.refused or {}) do lines[#lines + 1] = "Here, " .. refusal(rung) end
  local goes_on = final.went_back and { name = "rollback" } or plan
  for _, line in ipairs(arrive_in_recovery(session, goes_on)) do lines[#lines + 1] = line end
  return lines
end

function words.mistake(_, _, final)
  return { "The plan is wrong: " .. final.reason, "Nothing was changed." }
end

function words.none(_, _, final)
  local lines = { "No way to a safer policy worked. The policy is as it was." }
  for _, rung in ipairs(final.refused or {}) do
    lines[#lines + 1] = refusal(rung)
  end
  lines[#lines + 1] = BY_HAND
  return lines
end

local function went_back_code(final)
  if final.result == "undone" then return final.went_back == "asked" and exit_code.OK or exit_code.FAILED end
  return final.went_back == "asked" and exit_code.LOWER_RUNG or exit_code.UNDO_INCOMPLETE
end

local function stopped_code(final)
  if final.changed then return exit_code.STOPPED end
  return final.kind == "asked" and exit_code.DECLINED or exit_code.PRECONDITION
end

--- Lines as one text, commands indented.
function closing.plain(lines)
  local plain = {}
  for index, line in ipairs(lines) do plain[index] = type(line) == "table" and "  " .. line.command or line end
  return table.concat(plain, "\n")
end

--- The exit code for a final result.
-- @param final from engine.run or engine.rollback
-- @param detailed true with --detailed-exitcode
function closing.exit_code(final, detailed)
  local result = final.result
  if result == "done" then return exit_code.OK end
  if result == "lower" then return exit_code.LOWER_RUNG end
  if result == "phase" then return detailed and exit_code.PHASE or exit_code.OK end
  if result == "stopped" then return stopped_code(final) end
  if result == "undecided" then return final.acted == 0 and final.untouched and exit_code.PRECONDITION or exit_code.PERSON end
  if result == "undone" or result == "undone-lower" then return went_back_code(final) end
  if result == "elsewhere" then return exit_code.STOPPED end
  if result == "mistake" then return exit_code.USAGE end
  return exit_code.UNDO_INCOMPLETE
end

--- Tells how the run ended.
function closing.tell(session, plan, final)
  local lines = words[session.dry_run and final.result == "done" and "rehearsed" or final.result](session, plan, final)
  if final.result == "phase" then
    session.view.emit { type = "phase", next = final.next, instructions = closing.plain(lines) }
  end
  table.insert(lines, 1, "")
  session.view.emit { type = "note", lines = lines }
end

return closing
