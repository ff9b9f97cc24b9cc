-- The one screen that is read before the question: target, what is now and what will be, what to type, what is lost, the way back.
-- Must not hold a sentence that belongs to one operation: its record's `summary` says those.

local answer = require "plan.answer"
local state = require "mac.state"

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

local function target_row(target, checks)
  local group = target.group or {}
  local chip = target.kernel and (", " .. target.kernel.chip:upper()) or ""
  local words = ("%s, macOS %s (%s)%s"):format(group.name or group.group or "?", group.version or "?", group.build or "?", chip)
  return { "Target", checks > 0 and ("%s; %d checks ok"):format(words, checks) or words }
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
  local said = operation.summary and operation.summary(case, steps) or {}
  if #said > 0 then emit { type = "note", lines = {}, rows = said, labels = LABELS } end
end

return first
