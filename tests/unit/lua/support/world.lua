-- A small world for the engine: steps that set switches, a journal in memory, a door that can fail in every way.
-- Must not be clever: a switch is on or off, and a step is done when its switch is on. `nonce` is the policy's, where there is one.

local engine = require "engine.run"
local json = require "dkjson"
local run_state = require "engine.run_state"

local world = {}

local function copy(value) return value and json.decode(json.encode(value)) end

-- A step's check sees its own switch only, unless the step says otherwise.
local function new_step(self, number, about)
  local step = { name = about[1], number = number, where = about.where or "any", settles = about.settles or "now",
    needs = {}, resets = about.resets or {}, prompts = {}, defers = about.defers,
    undo_first = about.undo_first, no_way_back = about.no_way_back,
    verify = about.verify, describe = about.describe, waits_for = about.waits_for }
  local name = step.name
  function step.check()
    if self.blind[name] then return "unknown" end
    return self.on[name] and "done" or "todo", { on = self.on[name] or false }
  end
  if not about.waits and not about.ladder then
    step.run = about.run or function() return { argv = { "/set", name }, tool = "set" } end
  end
  step.ladder = about.ladder
  if not about.no_way_back and not about.waits then
    step.undo = about.undo or function(_, before)
      return { { { argv = { before.on and "/set" or "/clear", name }, tool = "set" }, leaves = name .. " as before",
        exact = true,
        check = function() return (self.on[name] or false) == before.on, { on = self.on[name] or false } end } }
    end
  end
  return step
end

local function make_plan(self, steps)
  local plan = { name = "switches", steps = {}, index = {} }
  for number, about in ipairs(steps) do
    local step = new_step(self, number, type(about) == "string" and { about } or about)
    plan.steps[number], plan.index[step.name] = step, step
  end
  return plan
end

-- What a tool does: "/set x" turns x on, "/clear x" off, and each may drop others (self.drops).
local function perform(self, argv)
  for _, dropped in ipairs(self.drops[argv[2]] or {}) do
    if argv[1] == "/set" then self.on[dropped] = false end
  end
  self.on[argv[2]] = argv[1] == "/set"
end

local CARRIES_NONCE = { intent = true, outcome = true, ["undo-intent"] = true, ["undo-outcome"] = true }

local function write(self, fields)
  if CARRIES_NONCE[fields.type] then fields.nonce = self.nonce end
  self.writes = self.writes + 1
  if self.journal_fails_at and self.writes >= self.journal_fails_at then
    return nil, "0001.journal: No space left on device"
  end
  self.records[#self.records + 1] = copy(fields)
  return true
end

local function new_ports(self)
  local ports = { attempts = 3, emit = function(event) self.events[#self.events + 1] = event end }
  function ports.record(fields) return write(self, fields) end
  function ports.intent(argv, fields)
    fields.argv = argv
    return write(self, fields)
  end
  function ports.act(command)
    local line = table.concat(command.argv, " ")
    self.started[#self.started + 1] = line
    local tool = self.tools[line]
    if type(tool) == "table" then tool = table.remove(tool, 1) or nil end
    if tool then return tool(self, command) end
    perform(self, command.argv)
    return { exit = 0, output = "" }
  end
  function ports.explain(_, outcome)
    local otherwise = outcome.exit == 0 and "claimed" or "unknown"
    return { kind = (outcome.output or ""):find("password") and "credentials" or otherwise, cause = "cause", cure = "cure",
      unaffected = "nothing else", words = outcome.output }
  end
  function ports.stop() return self.stop(#self.started) end
  function ports.forget() self.forgotten = self.forgotten + 1 end
  function ports.compare() return self.differences or {}, self.written end
  return ports
end

-- Tools' ways to misbehave, for self.tools["/set x"].
world.lies = function() return { exit = 0, output = "done" } end
world.fails = function() return { exit = 1, output = "it broke" } end
world.wrong_password = function() return { exit = 1, output = "wrong password" } end
world.does_and_fails = function(self, command)
  perform(self, command.argv)
  return { exit = 1, output = "it broke" }
end
world.works = function(self, command)
  perform(self, command.argv)
  return { exit = 0, output = "" }
end
world.cannot_start = function() return nil, "/set: No such file or directory", "ENOENT" end
world.dies_before = function() error("the power went before", 0) end
world.dies_after = function(self, command)
  perform(self, command.argv)
  error("the power went after", 0)
end

--- Makes a world.
-- @param steps array of names or { name, where, settles, resets, waits, waits_for, defers, run, undo, ladder, verify,
--   describe, no_way_back }
function world.new(steps)
  local self = { on = {}, blind = {}, drops = {}, tools = {}, started = {}, records = {}, events = {}, writes = 0,
    forgotten = 0, stop = function() return 0 end, environment = "paired-recovery" }
  self.plan, self.ports = make_plan(self, steps), new_ports(self)
  local start = { type = "start", format = 1, plan = "switches" }
  self.records[1] = start
  self.run = assert(run_state.rebuild { copy(start) })

  --- Goes on with the run as it is in memory.
  function self.go()
    self.final = engine.run(self.plan, self.ports, self.run, { environment = self.environment })
    return self.final
  end
  --- A new process: everything known is what the journal says.
  function self.restart()
    self.run = assert(run_state.rebuild(copy(self.records)))
    self.started, self.events, self.journal_fails_at, self.writes = {}, {}, nil, 0
  end
  function self.rollback()
    self.final = engine.rollback(self.plan, self.ports, self.run, { environment = self.environment })
    return self.final
  end
  --- The records' types and steps: "intent a", "outcome a done", "close done".
  function self.journal()
    local lines = {}
    for index, record in ipairs(self.records) do
      local words = { record.type }
      for _, key in ipairs { "step", "verdict", "result", "next", "reason" } do
        if record[key] and not (key == "reason" and record.step) then words[#words + 1] = record[key] end
      end
      lines[index] = table.concat(words, " ")
    end
    return lines
  end
  --- Step events: "a:done", "b:skipped".
  function self.told()
    local lines = {}
    for _, event in ipairs(self.events) do
      if event.type == "step" then lines[#lines + 1] = event.name .. ":" .. event.event end
    end
    return lines
  end
  return self
end

return world
