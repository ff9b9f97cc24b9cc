-- What support.crash does, for the commands that only prepare and for the unlocking of Data: they are typed whole, on files in a folder.
-- Must not choose the points: see enumerate.lua.

local disk = require "support.disk"
local points = require "support.points"
local stage = require "support.stage"
local tidy = require "support.tidy"
local typed = require "support.typed"

local preparing = {}

-- Types a command once, on whatever is left. @return whether it came to an end, and what was told, or what it died of
local function play(self, world, counter, words, options)
  stage.set(world, counter)
  local fine, told = pcall(typed.run, world, words, options, self.scenario.person)
  stage.clear()
  if fine or told == points.DEATH then return fine, told end
  error(told, 0)
end

-- Types it and holds what is said against the Mac. @return frozen world, what is wrong or nil, what was told
local function heard(self, frozen, words, options, counter)
  local world = disk.thaw(frozen)
  local fine, told = play(self, world, counter or points.new(), words, options)
  local after = disk.freeze(world)
  if not fine then return after, nil, nil end
  self.sentences = self.sentences + 1
  local about = { before = frozen, after = after, base = self.start, goal = self.goal, told = told, scenario = self.scenario }
  return after, tidy.sentences(about), told
end

local CLEAR = { words = { "unstage" }, options = { kits = true } }

--- What all runs of a scenario share: the Mac as the command finds it, as it leaves it undisturbed, and as unstage leaves that.
function preparing.open(scenario, place)
  local self = { scenario = scenario, place = place, sentences = 0 }
  local fresh = disk.freeze(disk.new(scenario, { root = place.root, journal = place.journal }))
  local frozen = fresh
  for _, words in ipairs(scenario.after or {}) do
    local wrong, told
    frozen, wrong, told = heard(self, frozen, words)
    assert(told and told.code == 0 and not wrong, wrong or table.concat(told.lines, "\n"))
    frozen.unsynced = {} -- it was long ago
  end
  self.ours = tidy.differing(fresh, frozen)
  self.start = frozen
  if scenario.faults then
    self.goal = (heard(self, frozen, scenario.words, scenario.options)) -- as it would be without them
    for _, fault in ipairs(scenario.faults) do assert(require("sim.fault").add(frozen.state, fault)) end
  end
  return self
end

--- The folder is for the next scenario.
function preparing.close(self)
  disk.clear(self.place.root)
  stage.person = nil
end

--- Judges the command that nobody disturbs, and unstage behind it. @return nil or a sentence; and its points
function preparing.undisturbed(self)
  local scenario, counter = self.scenario, points.new(nil, true)
  local after, wrong, told = heard(self, self.start, scenario.words, scenario.options, counter)
  if wrong then return wrong, counter.seen end
  if told.code ~= (scenario.code or 0) then
    return ("exit %d: %s"):format(told.code, table.concat(told.lines, " ")), counter.seen
  end
  self.goal = self.goal or after
  self.ours = tidy.differing(self.start, self.goal, self.ours)
  return preparing.clear(self, after), counter.seen
end

--- Runs the command from a frozen world and dies at a point; or is asked there to stop, and what is said then is judged.
-- @param how nil or "again": the scenario's own command; "unstage"
-- @param target { point, mode }
-- @return the world it leaves, frozen; and what is wrong or nil
function preparing.die(self, frozen, how, target)
  local typed_now, counter = how == "unstage" and CLEAR or self.scenario, points.new(target)
  local after, wrong, told = heard(self, frozen, typed_now.words, typed_now.options, counter)
  assert(counter.fired and (told == nil or target.mode == points.ASKED), "the point did not come")
  if not stage.loses_power(target.mode) then return after, wrong end
  local world = disk.thaw(after)
  disk.restart(world, { clean = false, into = world.state.environment })
  return disk.freeze(world), wrong
end

--- Takes everything away, and judges what is left.
function preparing.clear(self, frozen)
  if self.scenario.stays then return nil end
  local after, wrong, told = heard(self, frozen, CLEAR.words, CLEAR.options)
  if wrong then return wrong end
  return tidy.is_cleared(self.start, after, told, self.ours)
end

--- Starts again after a death, to its end, and judges.
-- @param how "again": the same is typed; "unstage": everything is taken away instead
-- @return nil, or a sentence: what is wrong; the points that were passed
function preparing.recover(self, dead, how)
  if how == "unstage" then return preparing.clear(self, dead), {} end
  local counter = points.new()
  local after, wrong, told = heard(self, dead, self.scenario.words, self.scenario.options, counter)
  return wrong or tidy.is_reached(self.goal, after, told, self.scenario), counter.seen
end

return preparing
