-- Dies at a point, starts again, and holds what comes of it against the promise.
-- Must not choose the points: see enumerate.lua.

local journal = require "lib_journal"
local judge = require "support.judge"
local points = require "support.points"
local program = require "support.program"
local journals = require "run.journals"
local sentence = require "support.sentence"
local stage = require "support.stage"
local world_module = require "support.world"

local crash = {}

local function options_of(scenario, root)
  return { root = root, blind = scenario.blind, plan = scenario.set and scenario.command, set = scenario.set }
end

-- A scenario's Mac before anything, and as it is when the command that is crashed begins.
local function prepare(scenario, place)
  local world = world_module.new(scenario, place.journal)
  local base = world_module.freeze(world)
  if not scenario.after then return base, base end
  stage.set(world, points.new())
  local options = options_of(scenario, place.root)
  local final = scenario.after == "applied" and program.person(world, "apply", "apply", options)
    or program.run(world, "apply", options)
  assert(final.result == (scenario.after == "applied" and "done" or "phase"), final.result)
  if world.state.environment ~= scenario.into then world_module.restart(world, { clean = true, into = scenario.into }) end
  stage.clear()
  return base, world_module.freeze(world)
end

--- What all runs of a scenario share.
-- @param place { journal = folder on a real file system, root = an empty folder }
function crash.open(scenario, place)
  for _, path in pairs(world_module.journals { directory = place.journal }) do assert(os.remove(path)) end
  local base, start = prepare(scenario, place)
  local self = { scenario = scenario, base = base, start = start, options = options_of(scenario, place.root), place = place,
    sentences = 0 }
  function self.options.told(world, mac_at_start, lines)
    self.sentences = self.sentences + 1
    self.untrue = self.untrue
      or sentence.check { world = world, start = mac_at_start, base = base, scenario = scenario, lines = lines }
  end
  return self
end

--- Nothing of a scenario is left behind.
function crash.close() end

local function play(self, world, counter, command)
  stage.set(world, counter)
  local fresh = command == "revert" and command or self.scenario.command
  local fine, final = pcall(program.person, world, command, fresh, self.options)
  stage.clear()
  if fine or final == points.DEATH then return fine, final end
  error(final, 0)
end

--- Runs a command to its end from a frozen world.
-- @param door true when every act is tried on the C door as well
-- @return final, the world, and the points that were passed
function crash.finish(self, frozen, command, door)
  local world, counter = world_module.thaw(frozen), points.new(nil, door)
  local _, final = play(self, world, counter, command)
  return final, world, counter.seen
end

--- Runs a command from a frozen world and dies at a point.
-- @param target { point, mode }
-- @return the world it leaves, frozen
function crash.die(self, frozen, command, target)
  local world, counter = world_module.thaw(frozen), points.new(target)
  local fine = play(self, world, counter, command)
  assert(not fine and counter.fired, "the point did not come")
  if stage.loses_power(target.mode) then
    world_module.restart(world, { clean = false, into = world.state.environment })
  end
  return world_module.freeze(world)
end

-- A reverting run is not rolled back: nothing may be started, and revert itself must still finish.
local function rollback_of_revert(self, dead)
  local world = world_module.thaw(dead)
  local latest = journals.latest(world.directory)
  local reverting = latest and latest.start.plan == "revert"
  local _, refused = play(self, world, points.new(), "rollback")
  if reverting and #stage.starts() > 0 then return nil, world, "rollback of a revert started " .. stage.starts()[1][1] end
  if reverting and latest.closed then return refused, world end
  local _, final = play(self, world, points.new(), "revert")
  return final, world
end

-- A daemon that writes only when the Mac has stood still for two readings, in the middle of the run that came after, can be told from
-- nobody. What is said then must still be so; and who types the same once more gets there, or who reverts.
local function came_late(dead) return dead.orphan ~= nil and dead.orphan.name:find("daemon-2", 1, true) ~= nil end

local function once_more(self, world, how, direction)
  local left = world_module.freeze(world)
  for _, command in ipairs { how, "revert" } do
    local final, after = crash.finish(self, left, command)
    if self.untrue then return self.untrue end
    local wrong = judge.finished(after, self.base, self.scenario, command, direction, final)
    if not wrong or command == "revert" then return wrong end
  end
end

local function direction_of(dead)
  local latest = journals.latest(dead.directory)
  return latest and latest.direction
end

--- Starts again after a death, to its end, and judges.
-- @param how "resume" | "rollback" | "revert"
-- @param may_stop true when it may stop and show both states instead (a tool was cut in the middle of its work)
-- @return nil, or a sentence: what is wrong; the points that were passed; true when it did stop so
function crash.recover(self, dead, how, may_stop)
  local scenario = self.scenario
  self.untrue = nil
  world_module.thaw(dead)
  local direction = direction_of(dead)
  local final, world, seen
  if scenario.command == "revert" and how == "rollback" then
    final, world, seen = rollback_of_revert(self, dead)
    if type(seen) == "string" then return seen end
    seen = {}
  else
    final, world, seen = crash.finish(self, dead, how)
  end
  local wrong = self.untrue
  if not wrong and final.result == "undecided" and may_stop then return nil, seen, true end
  wrong = wrong or judge.finished(world, self.base, scenario, how, direction, final)
  if wrong and not self.untrue and came_late(dead) then wrong = once_more(self, world, how, direction) end
  return wrong, seen
end

--- Judges the run that nobody disturbs. @return nil or a sentence; and its points
function crash.undisturbed(self)
  local final, world, seen = crash.finish(self, self.start, self.scenario.command, true)
  local how = self.scenario.command == "rollback" and "rollback" or "resume"
  if self.untrue then return self.untrue, seen end
  return judge.finished(world, self.base, self.scenario, how, nil, final), seen
end

-- ---- torn records -------------------------------------------------------------------------------------------------

local function same_list(one, other)
  if #one ~= #other then return false end
  for index, text in ipairs(one) do
    if text ~= other[index] then return false end
  end
  return true
end

-- One file as a loss of power may leave it: what the C journal makes of it.
local function check_torn(directory, path, bytes, expected, whole)
  world_module.write(path, bytes)
  local records, tail = journal.read(directory, 1)
  if not records or tail ~= #bytes - #whole or not same_list(records, expected) then return "read takes it for something else" end
  local opened, message = journal.open(directory, 1)
  if not opened then return message end
  local found, torn = opened:records(), opened:torn()
  opened:close()
  if torn ~= #bytes - #whole or not same_list(found, expected) then return "open takes it for something else" end
  if world_module.read(path) ~= whole then return "the file was not cut to the last whole record" end
end

--- Tears one record at every byte, and with zeros behind every byte; the C journal must read each as "never written".
-- @param before, after the journal file's bytes without and with the record
-- @return number of files looked at; or nil and a sentence
function crash.tear(directory, before, after)
  local path = directory .. "/0001.journal"
  world_module.write(path, before)
  local expected = assert(journal.read(directory, 1))
  local size = #after - #before
  for at = 0, size - 1 do
    local torn = after:sub(1, #before + at)
    local wrong = check_torn(directory, path, torn, expected, before)
      or check_torn(directory, path, torn .. ("\0"):rep(size - at), expected, before)
    if wrong then return nil, ("torn at byte %d: %s"):format(at, wrong) end
  end
  return 2 * size
end

return crash
