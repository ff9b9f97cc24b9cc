-- The last words of a run: how it ended, what holds now, and the next line to type; and the exit code that says the same.
-- Must not leave a person without a next step, and must not know any operation but by its record.
--
-- case: what run.lifecycle knows of the run: { target, operation, plan_name, findings, context, options, dry_run, again = what is typed
-- after the program's name to do the run over }.

local errors = require "screen.errors"
local exit_code = require "base.exit_code"
local paths = require "mac.paths"
local places = require "plan.place"
local started = require "base.started"
local state = require "mac.state"
local text = require "base.text"

local outcome = {}

--- The way without this program.
outcome.BY_HAND = "Without this program: shut down, " .. places.HOLD .. ", Options, Utilities > Startup "
  .. "Security Utility, choose the volume, Full Security. That also forgets the custom kernel."

--- A command of this program to be typed: it stands on a line of its own, indented and never wrapped. On a simulated Mac that was kept
-- the program is called as it was here.
-- @param target see mac.target.look
-- @param place "macos", or any recovery
-- @param rest string: what follows the program's name
function outcome.type_this(target, place, rest)
  if started.is_kept() then return { command = started.line(rest) } end
  local path, pattern = paths.program_in(target, place)
  return { command = (place == "macos" and "sudo " or "") .. (pattern or text.quote(path)) .. started.options() .. " " .. rest }
end

--- What to type in recovery, told to somebody who is in macOS: a line that finds the program however the Data volume is called there,
-- the full path, and what helps where that line fails.
-- @param target see mac.target.look
-- @param rest string: what follows the program's name
-- @return array of lines
function outcome.in_recovery(target, rest)
  local path, pattern = paths.program_in(target, "recovery")
  local lines = { outcome.type_this(target, "recovery", rest) }
  if not pattern or started.is_kept() then return lines end
  local name = text.quote(path:match("^/Volumes/([^/]+)/"))
  table.move({ "In full: " .. text.quote(path) .. started.options() .. " " .. rest,
    "Unplug other disks first: the first volume that has this program is the one that is started.",
    ("No such file? Type: diskutil apfs unlockVolume %s (or, without FileVault: diskutil mount %s)"):format(name, name),
    "Killed, or not permitted? Copy it to /tmp and start that." }, 1, 4, 2, lines)
  return lines
end

--- The same, to be typed in the system that runs.
function outcome.here(case, rest)
  return outcome.type_this(case.target, case.target.environment, rest)
end

--- What an operation says at the end of a phase in which boot arguments were set that count after one more restart: `words.phase`.
function outcome.saved(_, final)
  return final.pending and { "Boot arguments saved. Restart once more for them to take effect." } or nil
end

local here = outcome.here

-- The operation's own words for an ending, or nil.
local function own_words(case, kind, final)
  local words = case.operation.words[kind]
  return words and words(case, final)
end

-- Why a rung was not reached: "full security, Apple's kernel: … (the tool said: …)".
local function refusal(rung, otherwise)
  local quote = rung.words and (" (the tool said: %s)"):format(rung.words) or ""
  return ("%s: %s%s"):format(rung.leaves or otherwise, rung.why or "it did not read back", quote)
end

--- Adds a line for each rung that was refused.
function outcome.add_refusals(lines, lead, refused, otherwise)
  for _, rung in ipairs(refused or {}) do lines[#lines + 1] = lead .. refusal(rung, otherwise) end
end

local function add_refused_steps(lines, list)
  for _, entry in ipairs(list or {}) do
    outcome.add_refusals(lines, ("Step %s, "):format(entry.step), entry.refused, "way back")
  end
end

-- What to do later, by why the way to full security was refused. The first that is known counts.
local LATER = {
  ["newer-macos"] = "Apple signs only the newest macOS for Full Security. That is normal. Update macOS now, then type:",
  network = "Later, when online, type:",
  credentials = "With the short name of an owner and that user's password, type:",
  owner = "When the list of owners is right again, type:",
  wait = "After a restart and some minutes of waiting, type:",
}

local function each_refusal(lists, visit)
  for _, list in ipairs(lists) do
    for _, entry in ipairs(list) do
      if entry.refused then each_refusal({ entry.refused }, visit) else visit(entry) end
    end
  end
end

--- The line to type later for full security, what has to be so before, and the way without this program.
-- @param lists arrays of refusals, or of { refused = array }
function outcome.add_later(lines, case, lists)
  local lead
  each_refusal(lists, function(refused) lead = lead or LATER[refused.kind] end)
  lines[#lines + 1] = lead or "To try for full security again, type:"
  lines[#lines + 1] = here(case, "revert")
  lines[#lines + 1] = outcome.BY_HAND
end

local words = {}

function words.rehearsed(_, final)
  local lines = { "Dry run: nothing was started and nothing was changed. Above is what would run here." }
  if final.stuck and #final.stuck > 0 then lines[2] = "Going back would not work for every step:" end
  add_refused_steps(lines, final.stuck)
  return lines
end

function words.done(case)
  return own_words(case, "done") or { "Done: every step of " .. case.plan_name .. " is done and checked." }
end

function words.lower(case, final)
  local lines = own_words(case, "lower", final)
  if lines then return lines end
  lines = { "Done, but not all the way: " .. final.leaves .. "." }
  outcome.add_refusals(lines, "Not possible: ", final.refused)
  return lines
end

--- How to go on in another system of a simulated Mac that was kept.
-- @param target see mac.target.look
-- @param place "macos" | "recovery"
-- @param rest string: what follows the program's name
-- @return array of lines; nil on any other Mac
function outcome.arrive_when_kept(target, place, rest)
  if not started.is_kept() then return nil end
  return { "Next, restart this simulated Mac, and then go on:", { command = started.restart(place) },
    outcome.type_this(target, place, rest) }
end

--- Adds what comes after all is done: a restart.
function outcome.add_restart(lines)
  lines[#lines + 1] = started.is_kept() and "Next, restart this simulated Mac:" or "Next: restart."
  lines[#lines + 1] = started.is_kept() and { command = started.restart "macos" } or nil
  return lines
end

local function arrive_in_macos(case)
  return outcome.arrive_when_kept(case.target, "macos", case.operation.again)
    or { "Next: restart cleanly (Apple menu > Restart, or type: reboot). Do not hold the power button: settings not yet "
    .. "saved would be lost. Then, in macOS, open Terminal and type:",
    outcome.type_this(case.target, "macos", case.operation.again) }
end

local function arrive_in_recovery(case)
  return outcome.arrive_when_kept(case.target, "recovery", case.operation.again)
    or { "Next: " .. places.TO_RECOVERY .. ", and type:", table.unpack(outcome.in_recovery(case.target, case.operation.again)) }
end

function words.phase(case, final)
  local lines = own_words(case, "phase", final)
  if not lines and final.waits_for then
    lines = { final.waits_for, "If this stays so after a clean restart, go back:",
      here(case, case.operation.way_back or "rollback") }
  end
  lines = lines or { "This part is finished and read back." }
  local arrive = (final.next == "macos" or final.next == "any") and arrive_in_macos or arrive_in_recovery
  for _, line in ipairs(arrive(case)) do lines[#lines + 1] = line end
  return lines
end

local function add_preparing(lines, case)
  lines[#lines + 1] = own_words(case, "stopped")
  lines[#lines + 1] = here(case, case.operation.again)
  return lines
end

-- What a tool was left at work at may still change.
local function state_now(case, final)
  local told = final.kind ~= "left" and state.words(state.read(case.context.group))
  return told and ("The Mac now: %s."):format(told) or nil
end

-- Where each line that could be typed leads.
local function add_ways_on(lines, case, final)
  local before = state.words(case.context.baseline)
  local back = "back to how it was before this run" .. (before and (" (%s)"):format(before) or "")
  lines[#lines + 1] = state_now(case, final)
  if final.went_back then
    lines[#lines + 1] = ("What was taken back so far is in the journal. To go on %s:"):format(back)
  else
    lines[#lines + 1] = ("What was done so far is in the journal. To go on with %s:"):format(case.plan_name)
    lines[#lines + 1] = here(case, "resume")
    lines[#lines + 1] = ("Or to go %s:"):format(back)
  end
  lines[#lines + 1] = here(case, "rollback")
  return lines
end

function words.stopped(case, final)
  local lines = { "Stopped: " .. final.reason .. "." }
  local known = errors.ours(final.kind)
  if known then lines[2] = ("Cause: %s. Fix: %s."):format(known.cause, known.cure) end
  if final.changed then
    return (case.operation.own_journal and add_preparing or add_ways_on)(lines, case, final)
  end
  lines[#lines + 1] = final.acted == 0 and "Nothing was changed." or "Nothing was changed; the state was read back."
  if final.prepared then
    lines[#lines + 1] = ("Only what step %s prepared is kept; the next run uses it."):format(table.concat(final.prepared, ", "))
  end
  return lines
end

function words.undecided(case, final)
  local lines = { ("Step %s left the Mac in a state this program does not recognise. Nothing more was changed."):format(final.step.name),
    "Before: " .. final.before_text, "Now:    " .. final.now_text }
  lines[#lines + 1] = ("Cause: %s."):format(errors.ours("neither").cause)
  lines[#lines + 1] = "To look at it, to go back to the start, or to go to full security:"
  for _, command in ipairs { "status", "rollback", "revert" } do lines[#lines + 1] = here(case, command) end
  return lines
end

local function because(final)
  return final.failed and ("Step %s failed. "):format(final.failed) or ""
end

local function add_differences(lines, final, lead)
  if #(final.differences or {}) == 0 then return end
  lines[#lines + 1] = lead
  for _, line in ipairs(state.lines(final.differences)) do lines[#lines + 1] = "  " .. line end
end

-- Nothing was undone, since everything reads as before. Only an equal nonce says that nobody wrote the policy meanwhile.
local function untouched(final)
  if final.written then
    return "The boot policy was written meanwhile, by a tool of this run or by something else. It reads as it did before this run."
  end
  if final.written == nil and (final.acted or 0) > 0 then
    return "There is nothing to undo: the Mac reads as it did before this run. Whether the boot policy was written meanwhile cannot "
      .. "be told, as its nonce was not read."
  end
  return "Nothing was changed; read back and compared with the state before this run."
end

--- Adds how to try again after a failure that was taken back whole, where that can help.
-- @param case { target, again }, see above
-- @param final { failed, failed_by, mistake } of engine.run's
function outcome.add_try_again(lines, case, final)
  if not final.failed or final.mistake or not errors.may_pass(final.failed_by) then return end
  lines[#lines + 1] = LATER[final.failed_by] or "To try again, after the fix above, type:"
  lines[#lines + 1] = here(case, case.again or case.operation.again)
end

function words.undone(case, final)
  local differs = #(final.differences or {}) > 0
  local undone = differs and "Everything this run did is undone."
    or "Everything this run did is undone: read back and compared, the Mac is as it was before this run."
  local lines = { because(final) .. (final.touched and undone or untouched(final)) }
  add_differences(lines, final, "Different from before this run, by somebody else's doing:")
  if final.touched and final.restart and final.went_back == "asked" then
    lines[#lines + 1] = "It takes effect at the next start."
    outcome.add_restart(lines)
  end
  local own = own_words(case, "stopped")
  if own then lines[#lines + 1] = own else outcome.add_try_again(lines, case, final) end
  return lines
end

words["undone-lower"] = function(case, final)
  local lines = { because(final) .. "This run's changes are undone, but not all the way:" }
  for _, entry in ipairs(final.lower) do lines[#lines + 1] = ("step %s leaves %s."):format(entry.step, entry.leaves) end
  add_refused_steps(lines, final.lower)
  add_differences(lines, final, "Different from before this run:")
  outcome.add_later(lines, case, { final.lower })
  return lines
end

function words.incomplete(case, final)
  local lines = { because(final) .. (final.lost and "Boot arguments of others were lost, and do not stay when they are put back."
    or "Going back did not work for every step.") }
  add_refused_steps(lines, final.stuck)
  add_refused_steps(lines, final.elsewhere)
  add_differences(lines, final, "Different from before this run:")
  lines[#lines + 1] = "To try again:"
  lines[#lines + 1] = here(case, case.operation.own_journal and case.operation.again or "rollback")
  lines[#lines + 1] = own_words(case, "stopped") or outcome.BY_HAND
  return lines
end

-- The way back goes on in macOS first, and then here again.
local function in_macos_first(case, final)
  local lines = { because(final) .. final.reason .. ". So nothing else was taken back here." }
  add_refused_steps(lines, final.elsewhere)
  for _, line in ipairs(arrive_in_macos { target = case.target, operation = { again = "rollback" } }) do lines[#lines + 1] = line end
  lines[#lines + 1] = "Afterwards come back to this recovery and type:"
  lines[#lines + 1] = here(case, "rollback")
  return lines
end

function words.elsewhere(case, final)
  if final.next == "macos" then return in_macos_first(case, final) end
  local lines = { because(final) .. "The rest of the way back can only be done in recovery." }
  add_refused_steps(lines, final.elsewhere)
  outcome.add_refusals(lines, "Here, ", final.refused)
  local goes_on = final.went_back and { target = case.target, operation = { again = "rollback" } } or case
  for _, line in ipairs(arrive_in_recovery(goes_on)) do lines[#lines + 1] = line end
  return lines
end

function words.mistake(_, final)
  return { "The plan is wrong: " .. final.reason, "Nothing was changed." }
end

function words.none(case, final)
  local lines = own_words(case, "none") or { "No way to a safer policy worked. The policy is as it was." }
  outcome.add_refusals(lines, "", final.refused)
  outcome.add_later(lines, case, { final.refused or {} })
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

-- By result: the exit code, or a function(final, detailed) that tells it.
local CODES = {
  done = exit_code.OK, lower = exit_code.LOWER_RUNG, elsewhere = exit_code.STOPPED, mistake = exit_code.USAGE,
  undone = went_back_code, ["undone-lower"] = went_back_code, stopped = stopped_code,
  phase = function(_, detailed) return detailed and exit_code.PHASE or exit_code.OK end,
  undecided = function(final) return final.acted == 0 and final.untouched and exit_code.PRECONDITION or exit_code.PERSON end,
}

--- The exit code for a final result.
-- @param final from engine.run or engine.rollback
-- @param detailed true with --detailed-exitcode
function outcome.exit_code(final, detailed)
  local code = CODES[final.result] or exit_code.UNDO_INCOMPLETE
  return type(code) == "function" and code(final, detailed) or code
end

--- Lines as one text, commands indented.
function outcome.plain(lines)
  local plain = {}
  for index, line in ipairs(lines) do plain[index] = type(line) == "table" and "  " .. line.command or line end
  return table.concat(plain, "\n")
end

--- How the run ended, as lines; a table { command = … } is one to be typed.
function outcome.lines(case, final)
  local kind = case.dry_run and (final.result == "done" or final.went_back) and "rehearsed" or final.result
  local lines = words[kind](case, final)
  if final.mistake then table.insert(lines, 1, "The plan is wrong: " .. final.mistake) end
  return lines
end

--- The event that tells programs where a phase goes on.
function outcome.phase_event(final, lines)
  return { type = "phase", next = final.next, instructions = outcome.plain(lines) }
end

return outcome
