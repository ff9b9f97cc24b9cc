-- `trial`: goes through the questions that only a real Mac can answer, and writes the answers into a record.
-- Must not change anything unless --with-changes is given, and must not look, or act, where the person said no.

local changes = require "command.trial_changes"
local checks = require "run.checks"
local consent = require "run.consent"
local ending = require "run.ending"
local exit_code = require "base.exit_code"
local find = require "command.find"
local inside = require "command.inside"
local items = require "command.trial_items"
local journals = require "run.journals"
local lifecycle = require "run.lifecycle"
local named = require "command.named"
local operation = require "command.operation"
local outcome = require "screen.outcome"
local overview = require "screen.overview"
local preflight = require "preflight.run"
local profiles = require "tool.profiles"
local question = require "screen.question"
local record = require "command.record"
local way_back = require "command.way_back"

local trial = {}

local AGAIN = "trial --with-changes"

-- ---- questions that looking answers ------------------------------------------------------------------------------------

-- @return true, or false where the person leaves it out
local function agreed(invocation, item)
  if invocation.options.yes then return true end
  invocation.view.emit { type = "note", lines = { "", item[2] } }
  local yes, why = question.yes_no "Look?"
  if yes == nil then ending.stop("declined", exit_code.DECLINED, "No answer (" .. why .. "), so no record was written.") end
  return yes
end

local function introduce(view)
  view.emit { type = "note", title = "Trial on this Mac", lines = {
    ("%d questions that nobody without such a Mac can answer. Each is answered by looking: nothing is changed, no password is "
      .. "asked for, nothing is sent. An answer is what Apple's tool said. All of them go into a record that you can "
      .. "send."):format(#items) } }
end

-- The answers, as facts of a record.
local function answers_of(invocation, target)
  local facts = {}
  introduce(invocation.view)
  for number, item in ipairs(items) do
    if agreed(invocation, item) then
      local answer = item[3](target)
      facts[#facts + 1] = { name = "trial", item[1], answer }
      invocation.view.emit { type = "note", rows = { { ("%d/%d %s"):format(number, #items, item[1]), answer } } }
    end
  end
  return facts
end

-- Where the record goes.
local function begin(invocation, target)
  invocation.view.start(nil)
  checks.refuse_other_computer(target)
  if not target.group then ending.refuse("There is no system to look at: " .. tostring(target.problems.group)) end
  return record.place(target, invocation.options)
end

local function look(invocation, target)
  local path = begin(invocation, target)
  return record.write(invocation, target, path, answers_of(invocation, target))
end

-- ---- items that change something: whether they may begin ---------------------------------------------------------------

local CHECKS = { "root", "platform", "tools", "volume", "policy", "environment", "journal", "owners", "power", "network",
  "in force/management" }

-- No check may be bad. What cannot be read here, such as whether the Mac is managed, is among what the person is asked.
local function check(invocation, target, journal)
  local fine, rows = preflight.run(CHECKS, target, { options = invocation.options, uid = invocation.uid, where = "paired-recovery",
    journal = journal }, { facts = { enrolled = profiles.enrolled() } }, invocation.view.emit)
  if not fine or preflight.any_bad(rows) then
    ending.refuse "Not all of that is right, so nothing was changed. Fix it as described above, then run this again."
  end
  if not require("mac.policy").same(target.policy, require("mac.policy").FULL) then
    ending.refuse("The items that change something begin at Full Security, with SIP on and Apple's kernel, so nothing was changed.",
      "First: `vmq-recovery rollback`, or `revert`.")
  end
end

-- What no look can tell. --yes does not answer this.
local function ask_ready(invocation)
  invocation.view.emit { type = "note", title = "Items that change something", lines = {
    ("%d items that change this Mac for a while. Each says what it shows and what it changes, asks, runs, and is taken back at once. "
      .. "Apple's tools ask for an owner's password each time."):format(#changes.items),
    "Do this on a spare Mac only, and only if all of this is so:",
    "- the Mac is yours, and nobody manages it",
    "- there is a backup, and a second Mac that could bring this one back (DFU)",
    "- the power supply is plugged in",
    "- the newest macOS is installed: Apple grants Full Security to no other",
    "If it is, type: ready. Type n to cancel." } }
  local ready, why = question.word("ready> ", { "ready" })
  if not ready then ending.stop("declined", exit_code.DECLINED, ("Nothing was changed (%s)."):format(why)) end
end

-- ---- items that change something: one of them ---------------------------------------------------------------------------

--- The operation behind most items. Which item it is is a parameter of its plan.
function trial.operation()
  return named.make("trial", { command = "trial", again = AGAIN, hidden = true,
    summary = function(case)
      return overview.policy_summary(case, { { "Afterwards", "taken back at once, for which bputil may ask the same again" } }, "rollback")
    end,
    words = { done = function(case)
      return { "This item is done. To take it back, type:", outcome.here(case, "rollback") }
    end } })
end

-- In the place of what the plan says when it is done: what comes next here.
local function next_words() return { "The answer is noted. Now the change is taken back." } end

local function with_checks(base, more)
  return function(target, rows, run)
    local names, place = base.preflight(target, rows, run)
    return table.move(more, 1, #more, #names + 1, { table.unpack(names) }), place
  end
end

local function operation_of(item, base)
  local words = setmetatable({ done = next_words }, { __index = base.words })
  return operation.with(base, { command = "trial", again = AGAIN, question = function() return "Do this?" end, words = words,
    preflight = with_checks(base, item.checks or {}) })
end

-- Has it to be taken back? One that was stopped and closed has changed nothing.
local function is_left(run)
  local state = journals.standing_of(run)
  return state == "open" or state == "stands"
end

-- The newest run that stands, if it is one of this command's. @return { item, run, records, here, is_left }, or nil
local function newest(self)
  local journal = lifecycle.journal(self.target, self.invocation.options)
  local item = journal.latest and journal.latest.start and changes.of_run(journal.latest.start)
  if not item then return nil end
  local run, records = journals.read(journal.here, journal.latest.number)
  return { item = item, run = run, records = records, here = journal.here, is_left = is_left(run) }
end

-- Writes down what a run told. @return whether a tool failed in it
local function note(self)
  local found = newest(self)
  if not found then return false end
  local plan = require("run.plans").embedded(found.run.start.plan)
  local facts, failed = changes.facts(found.item, found.run, found.records, plan, found.here)
  table.move(facts, 1, #facts, #self.facts + 1, self.facts)
  self.facts[#self.facts + 1] = { name = "trial", found.item.name, journals.standing_of(found.run) }
  return failed
end

-- Where a part of an item ended so that nothing more may be done: the command ends with that.
local GOES_ON = { [exit_code.OK] = true, [exit_code.FAILED] = true }

local function take_back(self)
  local found = newest(self)
  local final
  if found and found.is_left then
    final = self.carry(way_back.of(find.of_run(found.run), found.run), { yes = true, volume = self.target.group.group })
  end
  local failed = note(self)
  return final and not GOES_ON[final.code] and final or nil, failed
end

local function tell(self, number, item)
  self.invocation.view.emit { type = "note", title = ("Item %d of %d: %s"):format(number, #changes.items, item.name), lines = {
    item.asks, "Changes: " .. item.changes } }
end

-- Is what was begun to be gone on with after a restart? Else it is taken back.
local function after_part(self, item, final)
  if final.result == "phase" and item.restarts then
    self.stopped = final
    note(self)
  elseif final.result == "declined" then
    if final.why ~= "declined" then self.stopped = final end
  elseif GOES_ON[final.code] or final.result == "phase" then
    local stopped, failed = take_back(self)
    self.stopped = stopped
    if not stopped and item.first and failed then
      self.invocation.view.emit { type = "note", lines = { "Full Security was not granted, so nothing else is done." } }
      self.stopped = ending.new("done", exit_code.OK)
    end
  elseif final.code ~= exit_code.PRECONDITION then
    self.stopped = final
    note(self)
  end
end

local function play(self, number, item)
  local lacks = item.lacks and item.lacks(self.target, self.invocation)
  tell(self, number, item)
  if lacks then return self.invocation.view.emit { type = "note", lines = { "Left out: " .. lacks .. "." } } end
  local set = item.set or { "item=" .. item.name }
  local final = self.carry(operation_of(item, inside.find(item.plan or "trial")), { set = set, volume = self.target.group.group })
  after_part(self, item, final)
end

-- ---- the command ---------------------------------------------------------------------------------------------------------

-- What a run of this command has left, of before a restart or an interruption: gone on with, or taken back.
local function finish_earlier(self, found)
  self.invocation.view.emit { type = "note", title = "Item " .. found.item.name, lines = {
    ("Run %d of an earlier trial is not finished."):format(found.run.number) } }
  local goes_on = found.item.restarts and not found.run.closed and found.run.direction ~= "back"
  if not goes_on then
    self.stopped = take_back(self)
    return
  end
  after_part(self, found.item, self.carry(operation_of(found.item, find.of_run(found.run)), { volume = self.target.group.group }))
end

local function play_all(self)
  for number, item in ipairs(changes.items) do
    if self.stopped then return end
    play(self, number, item)
  end
end

-- What is to be typed where an item is not finished.
local function add_next(self, lines, target)
  local found = newest(self)
  if not (found and found.is_left) then return end
  local waits = self.stopped and self.stopped.result == "phase"
  local place, rest = waits and "macos" or target.booted, waits and AGAIN or "rollback"
  local how = waits and "After the restart, in macOS, type:" or "To take it back:"
  lines[#lines + 1] = ("Item %s is not finished. %s"):format(found.item.name, how)
  lines[#lines + 1] = outcome.type_this(target, place, rest)
end

-- The record, whatever came of the items; the command ends as the item did that ended it.
local function write(self, path)
  require("tool.probe").forget()
  local target = require("run.invocation").look(self.invocation, self.target.group.group)
  local written = record.write(self.invocation, target, path, self.facts)
  if self.stopped then written.result, written.code = self.stopped.result, self.stopped.code end
  add_next(self, written.lines, target)
  return written
end

local function change(invocation, target, carry)
  local path = begin(invocation, target)
  local self = { invocation = invocation, target = target, carry = carry }
  local found = newest(self)
  local left = found and found.is_left and found
  if not left then
    check(invocation, target, lifecycle.journal(target, invocation.options))
    ask_ready(invocation)
  end
  consent.name(invocation, target)
  self.facts = answers_of(invocation, target)
  if left then finish_earlier(self, left) else play_all(self) end
  return write(self, path)
end

function trial.run(_, options)
  if options.with_changes and options.dry_run then
    return require("screen.complain").usage "trial --with-changes has no dry run; `vmq-recovery source trial` shows what it starts"
  end
  if options.with_changes then return lifecycle.several(options, "trial", change) end
  return lifecycle.look(options, "trial", look)
end

return trial
