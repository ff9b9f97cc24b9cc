-- The Mac becomes unreadable at each probe in turn: from there on no step may be taken for done or for todo.
-- Must not let a run end as finished, nor start the next step's command, on what could not be read.

package.path = "./tests/crash/?.lua;" .. package.path

local lib_file = require "lib_file"
local stage = require "support.stage"

local base = ("%s/vmq-blind.%d"):format(lib_file.stat "/dev/shm" and "/dev/shm" or "/tmp", require("lib_system").pid())
local place = { root = base .. "/root", journal = base .. "/journal", torn = base .. "/torn" }
for _, path in pairs(place) do assert(lib_file.make_directory(path, tonumber("700", 8))) end
stage.install(place.root)

local crash = require "support.crash"
local points = require "support.points"
local program = require "support.program"
local results = require "tests.support.results"
local world_module = require "support.world"

local SCENARIOS = {
  { name = "apply", command = "apply" },
  { name = "apply-filter", command = "apply", circumstances = { "csrutil-leaves-filter" }, blind = true },
  { name = "apply-denied", command = "apply", circumstances = { "nvram-denied", "boot-args-set" } },
  { name = "revert", command = "revert", after = "applied", into = "paired-recovery" },
  { name = "rollback", command = "rollback", after = "applied", into = "paired-recovery" },
}

-- Ways of not answering.
local ANSWERS = {
  fails = { exit = 1, stdout = "", stderr = "internal error\n", truncated = false, timed_out = false },
  hangs = { stdout = "", stderr = "", truncated = false, timed_out = true },
  babbles = { exit = 0, stdout = "<<< \255\254 0x yes: no: (coih)\n", stderr = "", truncated = false, timed_out = false },
}

local passed, failed = 0, 0

local function told(scenario, how, from, wrong)
  if not wrong then
    passed = passed + 1
    return
  end
  failed = failed + 1
  print(("FAILED %s, %s from probe %d on: %s"):format(scenario.name, how, from, wrong))
end

-- What may be missing: bputil's JSON came late and only has to agree with its text; sysctl prints free text, so that
-- babble cannot be told from an answer.
local function is_optional(argv, how)
  return argv[3] == "-j" or how == "babbles" and argv[1] == "/usr/sbin/sysctl"
end

-- Answers truly up to probe number `from`, then not at all, or once not. The look around before the engine starts is let be.
local function source(from, how, blinded, once)
  local count, answer = 0, ANSWERS[how]
  return function(argv)
    if from and count >= from and is_optional(argv, how) then return argv[3] == "-j" and answer or stage.probe(argv) end
    if not is_optional(argv, how) then count = count + 1 end
    if not from or count < from or once and count > from then return stage.probe(argv) end
    blinded.starts = blinded.starts or #stage.starts()
    return answer
  end, function() return count end
end

-- The rest of one step's commands may follow its first: they were all built from what was read before.
local function acted_blindly(blinded)
  for index = (blinded.starts or 0) + 1, #stage.starts() do
    local argv = stage.starts()[index]
    if argv[#argv] ~= "-s" then return "started " .. table.concat(argv, " ") end
  end
end

local ENDS = { undecided = true, stopped = true, elsewhere = true }

-- One start of the program, which sees up to a probe. @return number of probes asked, or nil and what is wrong
local function start(self, frozen, command, how, from, once)
  local world, blinded = world_module.thaw(frozen), {}
  stage.set(world, points.new())
  local ask, count = source(from, how, blinded, once)
  local final = program.run(world, command, { root = self.options.root, blind = self.options.blind, probe = ask })
  stage.clear()
  if not from then return count(), final, world end
  local wrong = acted_blindly(blinded)
  if not wrong and not ENDS[final.result] then
    wrong = "ended with " .. final.result
  end
  return wrong
end

local function each_probe(self, frozen, command)
  for how in pairs(ANSWERS) do
    for from = 1, start(self, frozen, command, how) do
      for _, once in ipairs { false, true } do
        local fine, wrong = pcall(start, self, frozen, command, how, from, once)
        told(self.scenario, once and how .. " once" or how, from, wrong or not fine and wrong)
      end
    end
  end
end

local function run(scenario)
  local self = crash.open(scenario, place)
  each_probe(self, self.start, scenario.command)
  if scenario.command ~= "apply" then return end
  local _, final, world = start(self, self.start, "apply", "fails")
  assert(final.result == "phase", final.result)
  world_module.restart(world, { clean = true, into = "macos" })
  each_probe(self, world_module.freeze(world), "resume")
end

for _, scenario in ipairs(SCENARIOS) do run(scenario) end
os.execute("rm -rf '" .. base .. "'")
os.exit(results.conclude("blind", passed, failed), true)
