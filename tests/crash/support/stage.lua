-- What the program meets in place of C parts that reach the Mac: probes and acts play simulated tools, and the real C
-- journal is wrapped so that each of its effects is a point to die at.
-- Must not judge a run, except for one thing: no tool starts unless the journal on the disk holds its intent.

local fault = require "sim.fault"
local files = require "support.files"
local json = require "dkjson"
local points = require "support.points"
local tools = require "sim.tools"
local writers = require "mac.writers"
local changes = require "sim.changes"
local equal = require "base.equal"
local world_module = require "support.world"

local stage = {}

-- The world and the counter of the program that runs now; one at a time.
local world, counter, starts

-- Journals that the program has open: a process that dies closes its files.
local open_journals = {}

local real_journal, real_door = require "lib_journal", require "lib_door"

-- Stands for the userdata that only C can read.
local SECRET = { secret = true }
stage.SECRET = SECRET

-- ---- tools that outlive their program -----------------------------------------------------------------------------

-- The work is done: what it changes, in the Mac's state and in its files.
local function finish_orphan()
  local one = world.orphan
  world.orphan, world.state.at_work = nil, nil
  changes.make(world.state, one.changes)
  for path, bytes in pairs(one.contents) do world.contents[path] = bytes end
  if world.remount then world.remount() end
end

-- One step of the program that was started later: it waits, or has something done.
local function pass_time()
  if not world.orphan then return end
  world.orphan.left = world.orphan.left - 1
  if world.orphan.left <= 0 then finish_orphan() end
end

-- What stands in one set of files and not in another.
local function files_between(before, after)
  local new = {}
  for path, bytes in pairs(after) do
    if before[path] ~= bytes then new[path] = bytes end
  end
  return new
end

-- The work goes on behind the program's death, and is finished so many steps later. "outlives": the tool is seen; "daemon": the tool
-- has died, and who does its work is not seen.
-- @param work function: does it
local function leave_orphan(path, how, work)
  local kind, left = how:match("^(%a+)-(%d)$")
  local before, files_before = changes.copy(world.state), world.contents and files_between({}, world.contents)
  work()
  world.orphan = { name = path .. how, left = tonumber(left), changes = changes.between(before, world.state),
    contents = files_before and files_between(files_before, world.contents) or {} }
  changes.replace(world.state, before)
  world.contents = files_before
  if world.remount then world.remount() end
  if kind == "outlives" then world.state.at_work = { { path = path, pid = 812, till = 0 } } end
end

--- Sets the stage for one program's life.
-- @param a_world see world
-- @param a_counter see points
function stage.set(a_world, a_counter)
  world, counter, starts = a_world, a_counter, {}
  if world.orphan and world.orphan.left == 0 then finish_orphan() end
end

--- The program is gone, however it ended.
function stage.clear()
  for _, journal in ipairs(open_journals) do journal:close() end
  open_journals = {}
end

--- argv of every command that was started since stage.set, in order.
function stage.starts() return starts end

-- ---- reading ------------------------------------------------------------------------------------------------------

local function arguments(argv) return { table.unpack(argv, 2) } end

-- The files that a tool meets.
local function port() return world.port or files.port(world) end

--- What the program's probes are answered: the simulated tool's own words.
function stage.probe(argv)
  local out, err = {}, {}
  local status, how = tools.play(world.state, argv[1], arguments(argv), {
    out = function(text) out[#out + 1] = text end, err = function(text) err[#err + 1] = text end,
    ask = function() end, files = port(),
  })
  return { exit = status, signal = how == "killed" and 9 or nil, timed_out = how == "hang", truncated = false,
    stdout = table.concat(out), stderr = table.concat(err) }
end

-- ---- acting -------------------------------------------------------------------------------------------------------

-- What would be typed at a prompt; nil when the tool is given up. A finished line may be the question, too.
local function answer_to(options, said, echo)
  if stage.person and not echo then return world.state.owner.password end
  local line, finished = said:match("([^\n]*)$"), false
  if line == "" then line, finished = said:match("([^\n]*)\n$") or "", true end
  for _ = 1, 5 do
    local answer = options.answer and options.answer(line, echo, finished, 0)
    if answer == SECRET then return not echo and world.state.owner.password or nil end
    if type(answer) == "string" then return (answer:gsub("\n$", "")) end
    if type(answer) ~= "number" then return nil end
  end
end

local function is_on_files(argv) return argv[1]:sub(1, 1) ~= "/" end

-- An act on files is whole or not at all: there is no half of it. Where the Mac's files lie in a folder the door itself does it.
local function play_act(journal, argv)
  if world.port then
    if argv[1] == "move" then world.moved(argv[2], argv[3]) end
    return assert(real_door.act(journal, argv, {}))
  end
  local failed = files.act(world, argv)
  return { exit = failed and 1 or 0, output = failed or "", interrupted = false }
end

local function play(journal, argv, options)
  if is_on_files(argv) then return play_act(journal, argv) end
  local said = ""
  local function show(text)
    said = said .. text
    options.output(text)
  end
  local given_up = false
  local status, how = tools.play(world.state, argv[1], arguments(argv), {
    out = show, err = show, files = port(),
    ask = function(prompt, echo)
      show(prompt)
      local answer = answer_to(options, said, echo)
      given_up = given_up or answer == nil
      return answer
    end,
  })
  return { exit = not given_up and status or nil, signal = (given_up or how == "killed") and 9 or nil, output = said,
    timed_out = how == "hang", silent = how == "hang", gave_up = given_up, interrupted = false }
end

-- What a file is called until it is whole (runner/base/replace.c).
local function unfinished(path) return path .. ".vmq-recovery.new" end

-- Half of a copy, under the name that it has until it is whole. The other acts on files have no half.
local function half_of_act(argv)
  local target = argv[1] == "copy" and argv[3] or (argv[1] == "write" or argv[1] == "copy-program") and argv[2]
  if target and world.port then world_module.write(world.root .. unfinished(target), "half") end
end

-- The machine loses power while the tool is at work: half of what it does is done.
local function play_half(journal, argv, options)
  if is_on_files(argv) then return half_of_act(argv) end
  local tool = argv[1]:match("[^/]+$")
  assert(fault.add(world.state, tool .. ":die-halfway"))
  play(journal, argv, options)
  table.remove(world.state.faults)
end

--- The invariant: a tool starts only when the journal on the disk ends in the intent with exactly these words.
local function check_intent(journal, argv)
  local records = assert(real_journal.read(journal:path():match("^(.*)/"), journal.number))
  local last = json.decode(records[#records] or "null")
  local is_intent = last and (last.type == "intent" or last.type == "undo-intent")
  if not is_intent or not equal.same(last.argv, argv) then
    error("started without its intent on the disk: " .. table.concat(argv, " "))
  end
end

local function nothing() end

-- The C door itself, below a root whose tools do nothing: lets the intent's command through once, and no other ever.
local function check_door(journal, argv)
  if world.port and is_on_files(argv) then return end -- it is the door that does it
  local other = { table.unpack(argv) }
  other[#other] = other[#other] .. "x"
  local outcome, _, code = real_door.act(journal, other, {})
  assert(not outcome and code == "refused", "the door let another command through")
  local ended = assert(real_door.act(journal, argv, {}))
  assert(ended.exit == 0 or is_on_files(argv)) -- the files of the Mac's memory are not below that root
  outcome, _, code = real_door.act(journal, argv, {})
  assert(not outcome and code == "refused", "the door let one intent's command through twice")
end

local MODES = { "before", "after", "before-power", "after-power", "half" }
local WITH_ASKED = { "before", "after", "before-power", "after-power", "half", points.ASKED }
local WITH_ORPHANS = { "before", "after", "before-power", "after-power", "half", "outlives-0", "outlives-1", "outlives-2", "daemon-0",
  "daemon-1", "daemon-2" }

local function modes_of(argv)
  if writers.is_one(argv) then return WITH_ORPHANS end
  return world.port and WITH_ASKED or MODES
end

-- Stands in for lib_door. The real one was configured when the stage was made.
local door = { configure = nothing, name = real_door.name }

function door.act(journal, argv, options)
  check_intent(journal, argv)
  if counter.door then check_door(journal.journal, argv) end
  local about, outcome = table.concat(argv, " "), nil
  local function act() return play(journal.journal, argv, options) end
  local function cut(mode)
    if mode == "half" then play_half(journal.journal, argv, options)
    elseif mode == "after" or mode == "after-power" then act()
    elseif stage.leaves_orphan(mode) then leave_orphan(argv[1], mode, act) end
  end
  pass_time()
  counter.effect("spawn", about, modes_of(argv), cut, function()
    starts[#starts + 1] = argv
    outcome = act()
  end)
  if options.started then options.started(812) end
  counter.effect("exit seen", about, { "before", "before-power" }, nothing, nothing)
  return outcome
end

-- ---- the journal --------------------------------------------------------------------------------------------------

local function cut_to(path, bytes) world_module.write(path, bytes) end

-- What a file may hold after power was lost between write and sync: any part of the record, the rest missing or zeros.
local function tear(path, before, mode)
  local whole = world_module.read(path)
  local kind, at = mode:match("^(%a+)@(%d+)$")
  local kept = whole:sub(1, #before + tonumber(at))
  if kind == "zeros" then kept = kept .. ("\0"):rep(#whole - #kept) end
  cut_to(path, kept)
end

local function torn_modes(size)
  local modes = { "before", "after" }
  for at = 0, size - 1 do modes[#modes + 1] = "torn@" .. at end
  for at = 0, size - 1 do modes[#modes + 1] = "zeros@" .. at end
  return modes
end

-- One record is two effects: its bytes reach the file, and they become durable.
local function add_record(self, about, add)
  local path = self.journal:path()
  local before = world_module.read(path)
  local result
  local point = {}
  counter.effect("append", about, point, function(mode)
    if mode == "before" then return end
    assert(add())
    if mode ~= "after" then tear(path, before, mode) end
  end, function()
    result = table.pack(add())
    for _, mode in ipairs(torn_modes(#world_module.read(path) - #before)) do point[#point + 1] = mode end
  end)
  counter.effect("sync", about, { "before-power", "after", "after-power" }, function(mode)
    if mode == "before-power" then cut_to(path, before) end
  end, nothing)
  return table.unpack(result, 1, result.n)
end

local methods = {}

function methods:append(text)
  local about = json.decode(text)
  return add_record(self, about.type .. " " .. (about.step or ""), function() return self.journal:append(text) end)
end

function methods:intent(argv, text)
  return add_record(self, "intent " .. table.concat(argv, " "), function() return self.journal:intent(argv, text) end)
end

function methods:records() return self.journal:records() end
function methods:path() return self.journal:path() end
function methods:torn() return self.journal:torn() end
function methods:close() self.journal:close() end -- closing twice is fine

-- Stands in for lib_journal.
local journals = { list = real_journal.list, read = real_journal.read }

function journals.open(directory, number)
  local journal, message, code
  local function open() journal, message, code = real_journal.open(directory, number) end
  if require("lib_file").stat(("%s/%04d.journal"):format(directory, number)) then
    open()
  else
    counter.effect("create", ("%04d.journal"):format(number), { "before", "after", "after-power" }, function(mode)
      if mode ~= "before" then open() end
    end, open)
  end
  if not journal then return nil, message, code end
  open_journals[#open_journals + 1] = journal
  return setmetatable({ journal = journal, number = number }, { __index = methods })
end

-- ---- the rest -----------------------------------------------------------------------------------------------------

-- Tools that do nothing, for the C door.
local function make_tools(root)
  local lib = require "lib_file"
  for path in pairs(tools.paths) do
    assert(lib.make_directory(root .. path:match("^(.*)/"), tonumber("700", 8)))
    assert(lib.link("/bin/true", root .. path))
  end
end

-- What the program's own look at files reads: the Mac's memory, or nil where they are files.
local function memory() return not world.port and files.reader(world) or nil end

--- Puts the stand-ins where the program's own `require` finds them.
-- @param root an empty folder: what the C door takes for the Mac
function stage.install(root)
  make_tools(root)
  real_door.configure { root = root, dry_run = false }
  package.loaded.lib_door = door
  package.loaded.lib_journal = journals
  package.loaded.lib_signals = { stage = function() return counter and counter.asked and 1 or 0 end, install = nothing }
  local system = require "lib_system"
  package.loaded.lib_system = setmetatable({ now = function() return 1795428900 end, sleep = function() pass_time() end },
    { __index = system })
  local real = require "mac.boot_object"
  local terminal = require "lib_terminal"
  package.loaded.lib_terminal = setmetatable({ is_terminal = function() return stage.person or false end }, { __index = terminal })
  package.loaded["mac.boot_object"] = {
    path = function(c, policy) return real.path(c, policy, memory()) end,
    holds_ours = function(c, policy) return real.holds_ours(c, policy, memory()) end,
    compare = function(c, policy) return real.compare(c, policy, memory()) end,
  }
  local staging = require "kernel.staging"
  local holds = staging.holds
  staging.holds = function(c, path, sum)
    if world.port then return holds(c, path, sum) end
    local now = files.reader(world).stat(path) and files.reader(world).sha256(path)
    return now == sum, { sha256 = now or "none", safe = now ~= nil }
  end
  require("tool.probe").use(stage.probe)
end

--- The SHA-256 of one of the Mac's files, or nil.
function stage.sum(a_world, path)
  local reader = files.reader(a_world)
  return reader.stat(path) and reader.sha256(path)
end

--- The views: nothing is shown, but giving the terminal back after a tool is an effect.
function stage.view()
  local function restored() counter.effect("terminal restored", "", { "before", "after" }, nothing, nothing) end
  return { emit = nothing, text = nothing, start = nothing, pause = nothing, go_on = restored, after_tool = restored }
end

--- A restart between two parts of a run, as the person was told to do it.
function stage.restart(into)
  local function go(clean) world_module.restart(world, { clean = clean, into = into }) end
  counter.effect("restart", into, { "before", "after", "unclean" }, function(mode)
    if mode ~= "before" then go(mode == "after") end
  end, function() go(true) end)
end

--- Does a tool go on when the program dies in this mode?
function stage.leaves_orphan(mode) return mode:find("^outlives%-") ~= nil or mode:find("^daemon%-") ~= nil end

--- Does losing power go with dying in this mode?
function stage.loses_power(mode)
  return mode:find("power", 1, true) ~= nil or mode:find("@", 1, true) ~= nil or mode == "half"
end

return stage
