-- Fuzzes the Lua parsers, or replays what was found: `lua run.lua [--seed N] [--seconds N | --rounds N] [--found FOLDER] [TARGET…]`.
-- Without a limit the samples and the corpus are replayed. Closes with "N passed, N failed"; `--list` names the targets.

local explore = require "tests.fuzz.lua.explore"
local files = require "lib_file" -- the real one: targets put others in its place
local guard = require "tests.fuzz.lua.guard"

local CORPUS = "tests/fuzz/corpus/"
local ROOMS = { "bytes", "journals", "lists", "plists", "policies", "records", "words" }

local function targets()
  local all = {}
  for _, room in ipairs(ROOMS) do
    for _, target in ipairs(require("tests.fuzz.lua.target." .. room)) do all[#all + 1] = target end
  end
  return all
end

local function options_in(words)
  local options, chosen = {}, {}
  local index = 1
  while words[index] do
    local name = words[index]:match("^%-%-(%a+)$")
    if name == "list" then options.list = true
    elseif name then
      index = index + 1
      options[name] = words[index]
    else chosen[words[index]] = true end
    index = index + 1
  end
  return options, chosen
end

local function inputs_of(target)
  local inputs = table.move(target.seeds, 1, #target.seeds, 1, {})
  for _, name in ipairs(files.list(CORPUS .. target.name) or {}) do
    inputs[#inputs + 1] = assert(files.read(CORPUS .. target.name .. "/" .. name))
  end
  return inputs
end

local function keep(folder, target, inputs)
  if not folder then return end
  files.make_directory(folder .. "/" .. target.name, 493)
  for _, input in ipairs(inputs) do
    local place = ("%s/%s/%s"):format(folder, target.name, files.sha256_text(input):sub(1, 12))
    assert(files.write_atomic(place, input, 420))
  end
end

local function replay(target)
  local failed, inputs = 0, inputs_of(target)
  for index, input in ipairs(inputs) do
    local problem = guard.run(target, input)
    if problem then
      failed = failed + 1
      print(("%s, input %d: %s\n%q"):format(target.name, index, problem, input:sub(1, 2000)))
    end
  end
  return #inputs - failed, failed
end

local function fuzz(target, options)
  local limits = { seed = assert(math.tointeger(tonumber(options.seed))), seconds = tonumber(options.seconds),
    rounds = tonumber(options.rounds) }
  local result = explore.run(target, inputs_of(target), limits)
  print(("%-16s %7d inputs, %3d new ways, %d finds"):format(target.name, result.rounds, #result.kept, #result.finds))
  local found = {}
  for index, find in ipairs(result.finds) do
    found[index] = find.input
    print(("  FAILED: %s\n  %q"):format(find.problem, find.input:sub(1, 2000)))
  end
  keep(options.found, target, found)
  keep(options.kept, target, result.kept)
  return #found == 0 and 1 or 0, #found
end

local options, chosen = options_in(arg)
local passed, failed = 0, 0
if (options.seconds or options.rounds) and not options.seed then
  options.seed = tostring(require("lib_system").now())
  print("seed " .. options.seed)
end
for _, target in ipairs(targets()) do
  if options.list then print(target.name)
  elseif not next(chosen) or chosen[target.name] then
    local good, bad = (options.seed and fuzz or replay)(target, options)
    passed, failed = passed + good, failed + bad
  end
end
if not options.list then print(("%d passed, %d failed"):format(passed, failed)) end
os.exit(failed == 0, true)
