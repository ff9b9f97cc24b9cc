-- The one screen that is read before the question: target, what is now and what will be, what to type, what is lost, the way back.
-- Must not hold a sentence that belongs to one operation: its record's `summary` says those.

local answer = require "plan.answer"
local asks = require "screen.asks"
local chip = require "mac.chip"
local overview = require "screen.overview"
local paths = require "mac.paths"
local state = require "mac.state"
local text = require "base.text"

local first = {}

local LABELS = 15 -- columns of the labels, so that they stand in one line above and below the table

-- What a step that is still to be done makes of what its check sees; nil where that is not known before.
local function made_by(step, c, seen)
  if not step.ladder then return answer.state_after(step, c, seen) end
  local rungs = answer.rungs(step, "ladder", c, seen or {})
  return rungs and rungs[1] and rungs[1].goal
end

-- A user's plan has no part of the Mac's state that this program knows: what its check sees is told in the plan's own words.
local function own_row(row, c)
  local step, seen = row.step, row.seen
  local after = step.expected or step.after and answer.text(step, made_by(step, c, seen)) or "its check says that it is done"
  return { step.name, answer.text(step, seen), after }
end

-- Follows the steps through the Mac's state. @return the state now, the state they make, and the rows of steps without a part
local function follow(rows, c)
  local now, later, own = {}, {}, {}
  for _, row in ipairs(rows) do
    local part = row.step.part
    if part and row.seen then
      now[part] = now[part] or row.seen
      later[part] = later[part] or row.seen
      if row.verdict == "todo" then later[part] = made_by(row.step, c, later[part]) or later[part] end
    elseif not part and row.verdict == "todo" and (row.step.run or row.step.ladder) and not row.step.waits_for then
      own[#own + 1] = own_row(row, c)
    end
  end
  return now, later, own
end

--- What would change, as rows for a table.
-- @param rows from engine.survey
-- @param c the plan's context
-- @param texts table or nil: by a field's name of mac.state, what is said of its value afterwards
-- @return array of { name, now, after }
function first.changes(rows, c, texts)
  local now, later, own = follow(rows, c)
  local list = {}
  for index, one in ipairs(state.compare(state.of_parts(now), state.of_parts(later))) do
    list[index] = { one.name, one.before, texts and texts[one.name] or one.after }
  end
  -- Where a plan changes what this program knows, its other steps only prepare that or clear up after it.
  if next(now) then return list end
  return own
end

-- The table: an operation that only prepares changes nothing of the Mac's state.
local function changes_of(case, rows)
  local operation = case.operation
  if operation.own_journal then return {} end
  return first.changes(rows, case.context, operation.after and operation.after(case))
end

local function named(rows, name)
  for _, row in ipairs(rows) do
    if row.step.name == name then return row end
  end
end

-- Is there a step before it that is still to be done and may do this one as well?
local function is_covered(rows, step)
  for _, name in ipairs(step.covered_by) do
    if named(rows, name).verdict == "todo" then return true end
  end
  return false
end

local function typed(case, rows, steps)
  local entries = {}
  for index, entry in ipairs(overview.asking(steps, case.target.environment)) do
    entries[index] = { prompts = entry.prompts, covered = is_covered(rows, named(rows, entry.name).step) }
  end
  return asks.summary(entries, case.who)
end

-- From macOS 15 on, boot-args are as a rule set only in macOS, and so need a restart of their own (facts-2026-11 A.4).
local function is_late(case, step)
  local major = tonumber((case.context.release or ""):match("^%d+"))
  return step.defers ~= nil and step.part == "boot-args" and case.target.environment ~= "macos" and major ~= nil and major >= 15
end

-- How many restarts come: one where a step waits for it or a new policy takes effect, one more where boot-args are late.
local function restarts(case, rows)
  local waits, takes_effect, late = false, false, 0
  for _, row in ipairs(rows) do
    local step, todo = row.step, row.verdict == "todo"
    waits = waits or todo and (step.settles == "clean-restart" or not (step.run or step.ladder))
    takes_effect = takes_effect or todo and step.part == "policy"
    if todo and is_late(case, step) then late = 1 end
  end
  return waits and 1 + late or takes_effect and 1 or 0
end

local function restart_words(count) return count > 0 and ("%d restart%s"):format(count, count == 1 and "" or "s") or nil end

local function slow_words(steps)
  for _, entry in ipairs(steps) do
    if entry.usually then return ("step %s takes %s"):format(entry.name, entry.usually) end
  end
end

-- What a person types, how long it takes, how often the Mac restarts: one line.
local function journey(case, rows, steps)
  local sentences = { typed(case, rows, steps) }
  local parts = { restart_words(restarts(case, rows)) }
  parts[#parts + 1] = slow_words(steps)
  if #parts > 0 then sentences[#sentences + 1] = text.capitalized(table.concat(parts, "; ")) end
  return #sentences > 0 and table.concat(sentences, ". ") .. "." or nil
end

local function target_row(target, checks)
  local group = target.group or {}
  local name = target.kernel and (", " .. chip.name_of(target)) or ""
  local words = ("%s, macOS %s (%s)%s"):format(group.name or group.group or "?", group.version or "?", group.build or "?", name)
  return { "Target", checks > 0 and ("%s; %d checks ok"):format(words, checks) or words }
end

-- The volume that the program lies on, as people know it.
local function volume_of(target)
  local data = target.group and target.group.data
  if data and paths.below_data(target, target.program) then return data.name or "Data" end
  return target.program:match("^/Volumes/([^/]+)/")
end

--- Says which program this is: its version, its path, its volume.
-- @param emit function(event)
-- @param target see mac.target.look
-- @param version string
function first.program(emit, target, version)
  local volume = volume_of(target)
  emit { type = "note", lines = { ("vmq-recovery %s, %s%s"):format(version, target.program,
    volume and (", on the volume %s"):format(volume) or "") } }
end

-- 1, 2, 3, 5 → "1 to 3 and 5".
local function ranges(numbers)
  local parts, index = {}, 1
  while index <= #numbers do
    local last = index
    while numbers[last + 1] == numbers[last] + 1 do last = last + 1 end
    local first_word = tostring(numbers[index])
    parts[#parts + 1] = last == index and first_word or last == index + 1 and first_word .. " and " .. numbers[last]
      or first_word .. " to " .. numbers[last]
    index = last + 1
  end
  return table.concat(parts, ", ")
end

local function place_of(environment) return environment == "macos" and "macOS" or "recovery" end

--- Says what an earlier part of the run has done.
-- @param emit function(event)
-- @param case see run.lifecycle
-- @param rows from engine.survey
-- @param run the run that goes on
function first.go_on(emit, case, rows, run)
  local numbers, latest = {}, 0
  for number, row in ipairs(rows) do
    if row.verdict == "done" and run:step(row.step.name).acted then latest = number end
  end
  for number = 1, latest do
    if rows[number].verdict == "done" then numbers[#numbers + 1] = number end
  end
  if #numbers == 0 then return end
  local began, now = place_of(run.start.environment), place_of(case.target.environment)
  local all_there = began ~= now and run.in_first_phase == #run.acted
  emit { type = "note", lines = { ("Step%s %s of %s %s done %s (run %d)."):format(#numbers > 1 and "s" or "", ranges(numbers),
    case.plan_name, #numbers > 1 and "were" or "was", all_there and "in " .. began or "before", run.number) } }
end

--- Prints it.
-- @param emit function(event)
-- @param case { target, operation, findings, context, checks = rows of the preflight }, see run.lifecycle
-- @param rows from engine.survey
-- @param steps from screen.overview.steps
function first.show(emit, case, rows, steps)
  local operation, ok = case.operation, 0
  for _, row in ipairs(case.checks or {}) do ok = ok + (row.verdict == "ok" and 1 or 0) end
  emit { type = "note", lines = {}, rows = { target_row(case.target, ok) }, labels = LABELS }
  local changes = changes_of(case, rows)
  if #changes > 0 then emit { type = "note", lines = {}, changes = changes } end
  local line = journey(case, rows, steps)
  if line then emit { type = "note", lines = { line } } end
  local said = operation.summary and operation.summary(case) or {}
  if #said > 0 then emit { type = "note", lines = {}, rows = said, labels = LABELS } end
end

return first
