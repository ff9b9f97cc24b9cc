-- Starts of the program for run.lifecycle: an empty folder for the Mac, a world of switches behind a fake door, real journals.
-- Must not decide anything that the lifecycle decides.

local answers = require "tests.unit.lua.support.answers"
local files = require "lib_file"
local operation = require "command.operation"
local read_only = require "tests.unit.lua.support.read_only"
local screen = require "tests.unit.lua.support.screen"
local targets = require "tests.unit.lua.support.target"
local typist = require "tests.unit.lua.support.typist"
local world = require "tests.unit.lua.support.world"

local life = { GROUP = targets.GROUP }

local JOURNAL, LOCK = "/Volumes/Data/private/var/db/vmq-recovery", "/private/var/run/vmq-recovery"
local REPLACED = { "lib_door", "lib_signals", "lib_secret", "mac.target" }

local Life = {}
Life.__index = Life

-- What takes the place of the C parts that reach the Mac, and of the look at it.
local function stand_ins(self)
  local door = { configure = function() end, declare = function() end, name = function() end }
  function door.act(_, argv)
    self.acts[#self.acts + 1] = table.concat(argv, " ")
    if self.options.dry_run then return { dry_run = true } end
    return self.world.ports.act { argv = argv }
  end
  local secret = { from_text = function()
    return { wipe = function() self.wiped = self.wiped + 1 end }
  end }
  local looked_at = { namesakes = function() return {} end, again = function(target) return target end }
  function looked_at.look()
    self.looks = self.looks + 1
    if self.on_look then self.on_look(self.looks) end
    return read_only(self.target)
  end
  return { lib_door = door, lib_signals = { install = function() end, stage = function() return self.stopped or 0 end },
    lib_secret = secret, ["mac.target"] = looked_at }
end

--- A Mac with a plan of switches.
-- @param steps see support/world
function life.new(steps)
  local self = setmetatable({ root = assert(files.make_scratch()), world = world.new(steps or { "a", "b" }), kept = {} }, Life)
  self.target = targets.recovery { root = self.root }
  self.world.plan.tools, self.world.plan.params, self.world.plan.hash = {}, {}, "h"
  self.acts, self.wiped, self.looks, self.options = {}, 0, 0, {}
  for _, name in ipairs(REPLACED) do self.kept[name] = package.loaded[name] or false end
  for name, part in pairs(stand_ins(self)) do package.loaded[name] = part end
  answers.use { ["/usr/sbin/nvram -x boot-args"] = "boot-args\t-v\n",
    ["/usr/bin/bputil -d -v " .. life.GROUP] = require("tests.unit.lua.support.policies").text() }
  return self
end

--- Puts everything back.
function Life:over()
  for name, part in pairs(self.kept) do package.loaded[name] = part or nil end
  screen.restore()
  require("run.invocation").rehearse {}
  files.remove_tree(self.root)
end

--- An operation about the switches.
function Life:operation(fields)
  local made = { name = "switches", command = "flip", preflight = function() return { "root" }, "any" end }
  function made.load(run)
    self.loaded_for = run and run.number or false
    return self.world.plan
  end
  for key, value in pairs(fields or {}) do made[key] = value end
  return operation.new(made)
end

-- Keeps the events, and which of them a person would read page by page; shows nothing. self.is_brief: see screen.open.
local function view_of(self)
  local function nothing() end
  local function paged(make)
    local first = #self.events + 1
    make()
    self.paged = { first, #self.events }
  end
  return { start = function(number) self.number = number or false end, after_tool = nothing, text = nothing,
    paged = paged, meanwhile = nothing, is_brief = self.is_brief,
    emit = function(event) self.events[#self.events + 1] = event end }
end

--- What the next start finds: who is there, which lines are typed, which options are given.
-- @param options from the command line
-- @param lines array of what a person types; nil: nobody is at the terminal
function Life:begin(options, lines)
  self.options, self.events, self.acts, self.wiped, self.looks, self.number = { root = self.root }, {}, {}, 0, 0, nil
  for name, value in pairs(options or {}) do self.options[name] = value end
  self.shown, self.prompts = typist.use(80, lines or {})
  package.loaded.lib_terminal.is_terminal = function() return lines ~= nil end
  require("run.invocation").rehearse { view = view_of(self), uid = self.uid or 0, password = "secret", user = self.user }
end

--- Starts the program once.
-- @return the exit code
function Life:run(an_operation, options, lines)
  self:begin(options, lines)
  return require("run.lifecycle").run(an_operation, read_only(self.options))
end

--- Starts a command once.
-- @param name string: its module
-- @return the exit code
function Life:command(name, args, options, lines)
  self:begin(options, lines)
  return require("command." .. name).run(read_only(args or {}), read_only(self.options))
end

--- The first event of this type with these values, or nil.
function Life:event(kind, wanted)
  for _, event in ipairs(self.events) do
    local fits = event.type == kind
    for key, value in pairs(wanted or {}) do fits = fits and event[key] == value end
    if fits then return event end
  end
end

--- The names of the checks that were made, in order.
function Life:checks()
  local names = {}
  for _, event in ipairs(self.events) do
    if event.type == "preflight" then names[#names + 1] = event.check end
  end
  return names
end

--- Everything that was said in notes, as one text: titles, lines, commands, and rows as "name: value".
function Life:text()
  local all = {}
  for _, event in ipairs(self.events) do
    local note = event.type == "note" and event or {}
    all[#all + 1] = note.title
    for _, line in ipairs(note.lines or {}) do all[#all + 1] = type(line) == "table" and line.command or line end
    for _, row in ipairs(note.rows or {}) do all[#all + 1] = row[1] .. ": " .. row[2] end
  end
  return table.concat(all, "\n")
end

--- The last event's result and exit code.
function Life:ended()
  local last = self.events[#self.events]
  return last.type == "end" and { last.result, last.exit }
end

--- The kinds of the events, each run of equal ones once.
function Life:kinds()
  local kinds = {}
  for _, event in ipairs(self.events) do
    if kinds[#kinds] ~= event.type then kinds[#kinds + 1] = event.type end
  end
  return kinds
end

--- The folder of the journals, of one part of the program or of runs.
function Life:folder(part) return self.root .. JOURNAL .. (part and "/" .. part or "") end

--- The folder of the lock.
function Life:lock() return self.root .. LOCK end

--- A run's records as "type step verdict" and so on.
function Life:journal(number, part)
  local run, records = require("run.journals").read(self:folder(part), number)
  if not run then return nil end
  local lines = {}
  for index, record in ipairs(records) do
    local words = { record.type }
    for _, key in ipairs { "step", "verdict", "result" } do words[#words + 1] = record[key] end
    lines[index] = table.concat(words, " ")
  end
  return lines, run
end

--- Writes a journal as a run before left it.
-- @param start fields of the start record
-- @param ... further records, as JSON
function Life:write_journal(start, ...)
  local fields = { plan = "switches", plan_hash = "h", group = targets.GROUP, words = {}, params = {}, baseline = {} }
  for key, value in pairs(start) do fields[key] = value end
  assert(files.make_directory(self:folder(), 448))
  local journal, run = assert(require("run.journals").start(self:folder(), fields))
  for _, record in ipairs { ... } do assert(journal:append(record)) end
  journal:close()
  return run.number
end

--- The names of all files below the Mac's root.
function Life:files()
  local found = {}
  local function walk(folder)
    for _, name in ipairs(files.list(folder) or {}) do
      local path = folder .. "/" .. name
      if files.stat(path, true).type == "directory" then walk(path) else found[#found + 1] = path:sub(#self.root + 1) end
    end
  end
  walk(self.root)
  table.sort(found)
  return found
end

return life
