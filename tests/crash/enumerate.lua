-- The crash enumerator: dies at every effect point of everything that acts, in every way, and starts again.
-- Must not pass when a death did not happen: each point has to fire.
--
-- Usage: enumerate.lua [--depth 2] [--only SCENARIO] [--first] [--seed N] [CODE]        (DEEP=1 means --depth 2)
-- --first ends at the first failure.
-- A CODE is printed with each failure and runs that one alone: SCENARIO/POINT:MODE/FINISH, a second /POINT:MODE/FINISH
-- behind it for a crash while recovering from a crash. The last words of every run are held against the Mac, too.
-- Of the ways in which a tool may outlive the program, two are drawn at each start of one, by a seed that is printed; with DEEP=1 all.
-- Where all scenarios are run, every eighth point is, beginning with one that is drawn; with DEEP=1, and with --only, all.

package.path = "./tests/crash/?.lua;" .. package.path
io.stdout:setvbuf "line" -- a worker's lines are passed on as they come

local lib_file = require "lib_file"
local stage = require "support.stage"

-- Folders on memory, where there is such a file system: tens of thousands of journals are written.
local function make_place()
  local base = lib_file.stat "/dev/shm" and "/dev/shm" or os.getenv "TMPDIR" or "/tmp"
  local place = { base = ("%s/vmq-crash.%d"):format(base, require("lib_system").pid()) }
  for _, name in ipairs { "journal", "torn", "root" } do
    place[name] = place.base .. "/" .. name
    assert(lib_file.make_directory(place[name], tonumber("700", 8)))
  end
  return place
end

-- Before any of the program's modules is loaded that must meet the stand-ins.
local place = make_place()
stage.install(place.root)

local crash = require "support.crash"
local disk = require "support.disk"
local preparing = require "support.preparing"
local results = require "tests.support.results"
local scenarios = require "support.scenarios"
local world_module = require "support.world"

-- What is typed after a death. An apply that died can also be reverted, which takes over from it.
local FINISHES = { revert = { "resume", "rollback" }, rollback = { "resume", "rollback" } }
local FORWARD = { "resume", "rollback", "revert" }

-- A scenario's own way: of what changes what the Mac boots with, or of what only prepares.
local CHANGING = { crash = crash, describe = world_module.describe,
  finishes = function(self) return FINISHES[self.deeper and "rollback" or self.scenario.command] or FORWARD end }
local PREPARING = { crash = preparing, describe = disk.describe,
  finishes = function(self) return self.scenario.stays and { "again" } or { "again", "unstage" } end }

local function open(scenario)
  local way = scenario.words and PREPARING or CHANGING
  local self = way.crash.open(scenario, place)
  self.way = way
  return self
end

local totals = { points = 0, deaths = 0, orphans = 0, sentences = 0, torn = 0,
  recoveries = 0, stopped = 0, alike = 0, passed = 0, failed = 0 }

local function say(form, ...) io.stdout:write(form:format(...), "\n") end

-- What is thrown where the first failure is enough.
local ENOUGH, is_enough = {}, false

local function complain(code, wrong)
  totals.failed = totals.failed + 1
  say("FAILED %s\n  %s", code, wrong)
  if is_enough then error(ENOUGH, 0) end
end

-- How many of the ways in which a tool outlives the program are drawn at a point.
local drawn = os.getenv "DEEP" == "1" and math.huge or 2

-- Of so many points one is died at.
local stride = 1

-- ---- what to die of -----------------------------------------------------------------------------------------------

-- Adds as many of the orphans, drawn at random, or all of them.
local function add_drawn(modes, orphans, count)
  for _ = 1, math.min(count, #orphans) do modes[#modes + 1] = table.remove(orphans, math.random(#orphans)) end
end

-- Every torn position leaves the same records (crash.tear proves it), so three of them stand for all.
local function chosen_modes(point)
  local modes, torn, zeros, orphans = {}, {}, {}, {}
  for _, mode in ipairs(point.modes) do
    local list = mode:find("^torn@") and torn or mode:find("^zeros@") and zeros or stage.leaves_orphan(mode) and orphans or modes
    list[#list + 1] = mode
  end
  if #torn > 0 then
    modes[#modes + 1], modes[#modes + 2], modes[#modes + 3] = torn[1], torn[#torn], zeros[#zeros // 2]
  end
  add_drawn(modes, orphans, drawn)
  return modes
end

local function tear_record(self, code, number)
  local die, command = self.way.crash.die, self.scenario.command
  local before = die(self, self.start, command, { point = number, mode = "before" })
  local after = die(self, self.start, command, { point = number, mode = "after" })
  for run, bytes in pairs(after.journals) do
    if bytes ~= (before.journals[run] or "") then
      local files, wrong = crash.tear(self.place.torn, before.journals[run] or "", bytes)
      if not files then complain(code, wrong) end
      totals.torn = totals.torn + (files or 0)
    end
  end
end

-- ---- one depth ----------------------------------------------------------------------------------------------------

-- Starts again in each way. @return per way, the points that were passed; nil for a world that was met before
local function recover(self, dead, code, mode)
  local key = self.way.describe(dead) .. (mode == "half" and "half" or "")
  local passed = {}
  for _, how in ipairs(self.way.finishes(self)) do
    if self.met[how .. key] then
      totals.alike = totals.alike + 1
    else
      self.met[how .. key] = true
      totals.recoveries = totals.recoveries + 1
      local fine, wrong, seen, stopped = pcall(self.way.crash.recover, self, dead, how, self.half or mode == "half")
      if stopped then totals.stopped = totals.stopped + 1 end
      if wrong then complain(code .. "/" .. how, wrong) else totals.passed = totals.passed + 1 end
      passed[how] = fine and not wrong and how ~= "revert" and seen or nil
    end
  end
  return passed
end

local function deaths(self, frozen, command, seen, code, visit)
  for number = math.random(stride), #seen, stride do
    local point = seen[number]
    totals.points = totals.points + 1
    for _, mode in ipairs(chosen_modes(point)) do
      totals.deaths = totals.deaths + 1
      if stage.leaves_orphan(mode) then totals.orphans = totals.orphans + 1 end
      local dead, wrong = self.way.crash.die(self, frozen, command, { point = number, mode = mode })
      if wrong then complain(("%s/%d:%s"):format(code, number, mode), wrong) end
      visit(number, mode, dead, point)
    end
  end
end

local function second_depth(self, dead, how, code, seen)
  self.deeper = true
  deaths(self, dead, how, seen, code .. "/" .. how, function(number, mode, again)
    recover(self, again, ("%s/%s/%d:%s"):format(code, how, number, mode), mode)
  end)
end

local function run_scenario(scenario, depth)
  local self = open(scenario)
  self.met = {}
  local began, before = os.clock(), { points = totals.points, deaths = totals.deaths, recoveries = totals.recoveries }
  local wrong, seen = self.way.crash.undisturbed(self)
  if wrong then
    self.way.crash.close(self)
    return complain(scenario.name, "undisturbed: " .. wrong)
  end
  local later = {}
  deaths(self, self.start, scenario.command, seen, scenario.name, function(number, mode, dead, point)
    local code = ("%s/%d:%s"):format(scenario.name, number, mode)
    if point.kind == "append" and mode == "before" then tear_record(self, code, number) end
    local passed = recover(self, dead, code, mode)
    for how, points_passed in pairs(passed) do later[#later + 1] = { dead, how, code, points_passed, mode } end
  end)
  for _, case in ipairs(depth > 1 and later or {}) do
    self.half = case[5] == "half"
    second_depth(self, table.unpack(case, 1, 4))
  end
  totals.sentences = totals.sentences + self.sentences
  self.way.crash.close(self)
  say("%-26s %4d points %6d deaths %6d recoveries %6.1f s", scenario.name, totals.points - before.points,
    totals.deaths - before.deaths, totals.recoveries - before.recoveries, os.clock() - began)
end

-- ---- one code -----------------------------------------------------------------------------------------------------

local function find(name)
  for _, scenario in ipairs(scenarios) do
    if scenario.name == name then return scenario end
  end
  error("no scenario is called " .. tostring(name), 0)
end

local function tell_points(seen)
  for number, point in ipairs(seen) do
    say("%3d %-18s %s  (%s)", number, point.kind, point.about, table.concat(chosen_modes(point), " "))
  end
end

local function run_code(code)
  drawn = math.huge
  local parts = {}
  for part in code:gmatch("[^/]+") do parts[#parts + 1] = part end
  local self = open(find(parts[1]))
  local wrong, seen = self.way.crash.undisturbed(self)
  tell_points(seen)
  local frozen, command = self.start, self.scenario.command
  for index = 2, #parts - 1, 2 do
    local number, mode = parts[index]:match("^(%d+):(.+)$")
    frozen = self.way.crash.die(self, frozen, command, { point = tonumber(number), mode = mode })
    command = parts[index + 1]
    self.half = self.half or mode == "half"
    for run, bytes in pairs(frozen.journals) do say("---- journal %s after dying at %s\n%s", run, parts[index], bytes) end
    local recovered
    wrong, recovered = self.way.crash.recover(self, frozen, command, self.half)
    tell_points(recovered or {})
  end
  if wrong then complain(code, wrong) else totals.passed = totals.passed + 1 end
end

-- ---- all of it ----------------------------------------------------------------------------------------------------

local function read_arguments()
  local options, index = { depth = os.getenv "DEEP" == "1" and 2 or 1 }, 1
  local with_value = { ["--depth"] = tonumber, ["--only"] = tostring, ["--share"] = tostring, ["--seed"] = tonumber }
  while arg[index] do
    local convert = with_value[arg[index]]
    if arg[index] == "--first" then
      is_enough = true
    elseif convert then
      options[arg[index]:sub(3)] = assert(convert(arg[index + 1]))
      index = index + 1
    else
      options.code = arg[index]
    end
    index = index + 1
  end
  return options
end

-- Scenarios number k, k + n, … of a share "k/n".
local function run_share(options)
  if options.share and os.getenv "DEEP" ~= "1" then stride = 8 end
  local first, step = (options.share or "1/1"):match("^(%d+)/(%d+)$")
  for number = tonumber(first), #scenarios, tonumber(step) do
    local scenario = scenarios[number]
    if not options.only or scenario.name == options.only then run_scenario(scenario, options.depth) end
  end
end

local ORDER = { "points", "deaths", "orphans", "sentences", "torn", "recoveries", "stopped", "alike", "passed", "failed" }

local function tell_totals()
  local words = {}
  for index, name in ipairs(ORDER) do words[index] = name .. "=" .. totals[name] end
  say("totals %s", table.concat(words, " "))
end

-- What one worker prints: its lines are passed on, its totals added up.
local function collect(pipe)
  local ended = false
  for line in pipe:lines() do
    if line:find("^totals ") then
      ended = true
      for name, number in line:gmatch("(%a+)=(%d+)") do totals[name] = totals[name] + tonumber(number) end
    else
      say("%s", line)
    end
  end
  pipe:close()
  if not ended then complain("(a worker)", "it did not come to its end") end
end

-- As many workers as there are processors, each with its share of the scenarios.
local function run_workers(options)
  local pipe = io.popen "getconf _NPROCESSORS_ONLN"
  local count = math.min(tonumber(pipe:read "l") or 1, 8)
  pipe:close()
  local pipes = {}
  for number = 1, count do
    pipes[number] = assert(io.popen(("%s %s --depth %d --seed %d --share %d/%d 2>&1"):format(arg[-1], arg[0], options.depth,
      options.seed, number, count)))
  end
  for _, worker in ipairs(pipes) do collect(worker) end
end

local function conclude(seed)
  say("%d points, %d deaths at them (%d with a tool that goes on), %d torn files read, %d recoveries judged (%d stopped and "
    .. "showed both states), %d more from worlds judged before, the last words of %d runs held against the Mac (--seed %d)",
    totals.points, totals.deaths, totals.orphans, totals.torn, totals.recoveries, totals.stopped, totals.alike, totals.sentences, seed)
end

local function run(options)
  options.seed = options.seed or os.time() % 1000000
  math.randomseed(options.seed)
  local whole = not (options.code or options.only or options.share)
  if options.code then run_code(options.code) elseif whole then run_workers(options) else run_share(options) end
  if options.share then tell_totals() else conclude(options.seed) end
end

local function main()
  local options = read_arguments()
  local fine, problem = xpcall(run, function(thrown) return thrown == ENOUGH and thrown or debug.traceback(thrown) end, options)
  is_enough = false
  if not fine and problem ~= ENOUGH then complain("(the enumerator itself)", problem) end
  os.execute("rm -rf '" .. place.base .. "'")
  if not options.share then results.conclude("enumerate", totals.passed, totals.failed) end
  os.exit(totals.failed == 0, true)
end

main()
