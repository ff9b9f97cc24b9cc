-- Takes back what one run did, last step first, towards the state recorded before it.
-- Must not paste an old state over what others changed since: each step's undo edits what is there now.

local act = require "engine.act"
local answer = require "plan.answer"
local equal = require "base.equal"
local ladder = require "engine.ladder"
local place = require "plan.place"
local steps = require "engine.step"

local undo = {}

local function new_summary() return { lower = {}, stuck = {}, elsewhere = {} } end

local function record(self, step, fields)
  fields.type, fields.step = "undo-outcome", step.name
  steps.record(self, fields)
end

local function emit(self, step, fields)
  fields.type, fields.step = "undo", step.name
  self.ports.emit(fields)
end

-- The step's state is what it was before, or nothing of the step's is left in it.
local function already_back(self, step, leaves)
  record(self, step, { verdict = "undone", leaves = leaves })
  emit(self, step, { rung = 0, verdict = "done", leaves = leaves })
end

local function reached(self, step, before, climbed, summary)
  local _, now = steps.look(self, step)
  local exact, leaves = act.is_exact(climbed.rung, now, before), climbed.rung.leaves
  record(self, step, { verdict = exact and "undone" or "lower", rung = climbed.number, leaves = leaves })
  emit(self, step, { rung = climbed.number, leaves = leaves, verdict = exact and "done" or "lower" })
  if not exact then
    summary.lower[#summary.lower + 1] = { step = step.name, leaves = leaves, refused = climbed.refused }
  end
end

local function not_reached(self, step, climbed, summary)
  record(self, step, { verdict = "refused" })
  emit(self, step, { verdict = "failed", reason = "no way back worked here" })
  local list = climbed.result == "elsewhere" and summary.elsewhere or summary.stuck
  list[#list + 1] = { step = step.name, refused = climbed.refused }
end

-- Nothing before this step may be undone while it stands: it is undone in macOS first, unless the person lets it stay.
local function wait_for_macos(self, step, climbed, summary)
  if self.ports.accept and self.ports.accept(step.undo_first) then
    record(self, step, { verdict = "lower", leaves = "it as it is" })
    summary.lower[#summary.lower + 1] = { step = step.name, leaves = "it as it is, as you wished", refused = climbed.refused }
    return
  end
  record(self, step, { verdict = "refused" })
  steps.finish("elsewhere", { next = "macos", reason = step.undo_first, lower = {}, stuck = {}, touched = true,
    elsewhere = { { step = step.name, refused = climbed.refused } } })
end

local function stuck(summary, step, why)
  summary.stuck[#summary.stuck + 1] = { step = step.name, refused = { { why = why } } }
end

-- Has the step to be undone in macOS first? Not where something changed on the way back: it is not this recovery that forbids it.
local function stands(self, step, now)
  if not step.undo_first or self.environment == "macos" then return false end
  local _, seen = steps.look(self, step)
  return equal.same(seen, now)
end

local function climb(self, step, before, now, rungs, summary)
  summary.touched = summary.touched or not step.prepares
  local climbed = ladder.climb(rungs, act.climber(self, step, "undo-intent"), before)
  if climbed.dry_run then return end
  if climbed.result == "unknown" and climbed.seen and climbed.seen.mistake then return stuck(summary, step, climbed.seen.error) end
  if climbed.result == "unknown" then steps.undecided(step, before, climbed.seen or now) end
  if climbed.result == "won" then return reached(self, step, before, climbed, summary) end
  steps.heed_stop(self, step)
  if stands(self, step, now) then return wait_for_macos(self, step, climbed, summary) end
  not_reached(self, step, climbed, summary)
end

local function undo_step(self, step, summary)
  local before = self.run:step(step.name).before
  steps.heed_stop(self, step)
  local verdict, now = steps.look(self, step)
  if verdict == "unknown" then steps.undecided(step, before, now) end
  if not verdict then now = { error = now } end -- the plan is wrong: its way back is tried all the same
  if verdict and equal.same(now, before) then return already_back(self, step, "what was there before") end
  if not step.undo then return stuck(summary, step, step.no_way_back) end
  self.c.left = self.run:step(step.name).seen
  local rungs, wrong, nothing_left = act.rungs(self, step, "undo", self.c, before, now)
  if nothing_left then return already_back(self, step, nothing_left) end
  if not rungs then return stuck(summary, step, wrong) end
  climb(self, step, before, now, rungs, summary)
end

-- What the Mac came to cannot be read: a person must look.
local function cannot_tell(self, difference)
  local step = self.plan.index[self.run.acted[1]] or self.plan.steps[1]
  steps.undecided(step, self.run:step(step.name).before, { error = difference.name .. " cannot be read" })
end

-- Compares the Mac with the state before the run: what every step called undone may still not be the baseline.
local function compare(self, summary)
  self.ports.forget()
  summary.differences, summary.written = self.ports.compare()
  for _, one in ipairs(summary.differences) do
    if one.unread then cannot_tell(self, one) end
    summary.lost = summary.lost or one.lost
    summary.differs = summary.differs or not one.added_only
  end
end

local function result_of(summary)
  if #summary.stuck > 0 then return "incomplete" end
  if #summary.elsewhere > 0 then return "elsewhere" end
  if summary.lost then return "incomplete" end
  return (#summary.lower > 0 or summary.differs) and "undone-lower" or "undone"
end

-- The rungs that fit here; all of them where none does.
local function rungs_here(self, rungs)
  local here = {}
  for _, rung in ipairs(rungs) do
    if place.fits(rung.where, self.environment) then here[#here + 1] = rung end
  end
  return #here > 0 and here or rungs
end

-- The way back of one step, as a row of engine.survey whose step's ladder it is.
local function row_of(step, before, seen, rungs)
  local first = rungs[1]
  if first and first.goal == nil then first.goal = before end
  return { verdict = "todo", seen = seen, exact = first ~= nil and first.exact == true, leaves = first and first.leaves,
    step = { name = step.name, at = step.at, part = step.part, describe = step.describe, prompts = step.prompts, covered_by = {},
      where = first and first.where or "any", ladder = function() return rungs end, expected = answer.text(step, before),
      why = first and ("Back to: %s."):format(first.leaves) or "Cannot be undone automatically: " .. tostring(step.no_way_back) .. "." } }
end

-- @param later table: by part, what the ways back before this one leave
-- @return a row, or nil where nothing is to be undone
local function way_of(self, step, later)
  local before = self.run:step(step.name).before
  local verdict, now = steps.look(self, step)
  if verdict == "unknown" then return nil end
  now = verdict and (step.part and later[step.part] or now) or { error = now }
  if equal.same(now, before) then return nil end
  if not step.undo then return row_of(step, before, now, {}) end
  self.c.left = self.run:step(step.name).seen
  local rungs = answer.rungs(step, "undo", self.c, before, now)
  if not rungs or #rungs == 0 then return nil end
  local row = row_of(step, before, now, rungs_here(self, rungs))
  if step.part then later[step.part] = row.step.ladder()[1].goal end
  return row
end

-- Two steps may be undone by the same command: the first to be undone needs it, the other finds it done.
local function add_row(rows, row)
  local last = rows[#rows]
  local is_same = last and last.step.ladder()[1] and equal.same(last.step.ladder()[1][1], (row.step.ladder()[1] or {})[1])
  rows[is_same and #rows or #rows + 1] = row
end

-- The steps that acted, as far as the plan has them still, the last one first.
local function to_undo(self)
  local list = {}
  for index = #self.run.acted, 1, -1 do list[#list + 1] = self.plan.index[self.run.acted[index]] end
  return list
end

--- What undo.run would do now, without starting anything: the ways back in order, each as a row { step, verdict = "todo", seen, exact =
-- is its first rung meant to reach what was before, leaves } with a step whose ladder is the rungs that fit here.
-- @return array of rows, and how many steps can be undone by them; one that only prepares is not counted
function undo.ways(self)
  local rows, later, count = {}, {}, 0
  for _, step in ipairs(to_undo(self)) do
    local row = way_of(self, step, later)
    if row then
      add_row(rows, row)
      if #row.step.ladder() > 0 and not step.prepares then count = count + 1 end
    end
  end
  self.c.left = nil
  return rows, count
end

--- Undoes one step, towards the state that was there before it, in a run that goes on forward.
-- Whether it is undone stands in the run's state.
function undo.last(self, step)
  local baseline = self.c.baseline
  self.c.baseline = nil
  undo_step(self, step, new_summary())
  self.c.baseline = baseline
end

--- Undoes every step that this run acted in, in reverse, and ends the run: "undone" | "undone-lower" | "incomplete" | "elsewhere"
-- (or "stopped", "undecided" on the way).
-- @param self see engine.step
-- @param reason "failed" (the run's own way back) or "asked" (rollback)
function undo.run(self, reason)
  if self.run.direction ~= "back" or self.run.closed then
    steps.record(self, { type = "undo-start", reason = reason })
  end
  local summary = new_summary()
  for _, step in ipairs(to_undo(self)) do
    undo_step(self, step, summary)
    summary.restart = summary.restart or step.part ~= nil -- what lies in the policy or in NVRAM counts at a start
  end
  if not self.ports.dry_run then compare(self, summary) end
  steps.finish(result_of(summary), summary)
end

return undo
