-- What every part of the engine works with: one session's steps, verdicts, records and words to the views.
-- Must not decide what comes next, and must not do any input or output but through the ports (see engine).

local file_act = require "tool.file"
local json = require "base.json"
local run_state = require "engine.run_state"

local core = {}

local VERDICTS = { done = true, todo = true, unknown = true }

-- What stands in a run about a step that it has not come to: looking at a step leaves nothing behind.
local UNTOUCHED = { acted = false }

--- A session: one process's work on one run.
function core.new(plan, ports, run, context)
  return { plan = plan, ports = ports, run = run, c = context, checked = {}, latest = {}, acted = false }
end

--- A final result, to be handed up unchanged.
function core.final(result, more)
  local final = more or {}
  final.result = result
  return final
end

--- The run stops because the journal takes no more.
function core.cannot_record(message)
  return core.final("stopped", { kind = "journal", reason = message })
end

--- What the person at the terminal asked for, as a final result; nil when nothing was asked.
function core.stop_asked(self, step)
  if self.ports.stop() == 0 then return nil end
  return core.final("stopped", { kind = "asked", reason = "you asked to stop", step = step and step.name })
end

-- Bytes of what a check saw that a journal record can hold.
local MOST_SEEN = 64 * 1024

-- What a check saw, as the journal will give it back; nil and why when a journal cannot hold it.
local function keepable(seen)
  if seen == nil then return nil end
  local copy = json.copy_plain(seen)
  if copy then return copy end
  local sound, text = pcall(json.encode, seen)
  if not sound or type(text) ~= "string" then return nil, "it is no plain data" end
  if #text > MOST_SEEN then return nil, ("it has %d bytes"):format(#text) end
  return json.decode(text)
end

--- Reads one step's verdict. A check that throws or answers nonsense is "unknown".
-- @return "done" | "todo" | "unknown", and what was seen
function core.read(self, step)
  local state = self.run.steps[step.name] or UNTOUCHED
  self.c.before, self.c.tried = state.before, state.acted
  local sound, verdict, seen = pcall(step.check, self.c)
  if not sound then return "unknown", { error = tostring(verdict) } end
  if not VERDICTS[verdict] then return "unknown", { error = "the check answered " .. tostring(verdict) } end
  local kept, why = keepable(seen)
  if why then return "unknown", { error = "what the check saw cannot be kept: " .. why } end
  return verdict, kept
end

--- Reads a step's verdict right after its act: `verify`, where a step has it, may only be stricter than `check`.
function core.read_back(self, step)
  local verdict, seen = core.read(self, step)
  if verdict ~= "done" or not step.verify then return verdict, seen end
  local sound, stricter = pcall(step.verify, self.c, seen)
  if not sound then return "unknown", { error = tostring(stricter) } end
  return VERDICTS[stricter] and stricter or "unknown", seen
end

--- Calls one of a plan's functions that hand out commands.
-- @return what it answered, or nil and a sentence naming the step's place in the plan
function core.ask_plan(step, field, ...)
  local sound, answer = pcall(step[field], ...)
  if sound and (answer == nil or type(answer) == "table") then return answer end
  local why = sound and ("%s answered a %s, not a command"):format(field, type(answer)) or tostring(answer)
  return nil, ("%s: step %s: %s"):format(step.at, step.name, why)
end

--- Is this an argv at all: an absolute path (or an act on files) and words?
function core.is_argv(argv)
  if type(argv) ~= "table" or type(argv[1]) ~= "string" then return false end
  if argv[1]:sub(1, 1) ~= "/" and not file_act.ACTS[argv[1]] then return false end
  local count = 0
  for _, word in pairs(argv) do
    if type(word) ~= "string" or word:find("\0", 1, true) then return false end
    count = count + 1
  end
  return count == #argv
end

--- What is wrong with a list of commands, or nil.
function core.misformed(step, field, commands)
  for index = 1, math.max(1, #commands) do
    local command = commands[index]
    if type(command) ~= "table" or not core.is_argv(command.argv) then
      return ("%s: step %s: %s: command %d has no argv of an absolute path and words"):format(step.at, step.name, field, index)
    end
  end
end

--- One event about a step.
function core.tell(self, step, event, more)
  local fields = more or {}
  fields.type, fields.name, fields.event = "step", step.name, event
  fields.number, fields.of = step.number, #self.plan.steps
  self.ports.emit(fields)
end

--- Writes a record and adds its meaning to the run.
-- @return nil, or the final result that the run ends with because the record could not be written
function core.record(self, fields)
  local written, message = self.ports.record(fields)
  if not written then return core.cannot_record(message) end
  run_state.apply(self.run, fields)
  return nil
end

--- Remembers a step that reads done, so that it is looked at again after later acts.
function core.mark_done(self, step, seen)
  local state = run_state.step(self.run, step.name)
  state.done, state.seen = true, seen
  if not self.checked[step.name] then
    self.checked[step.name] = true
    self.latest[#self.latest + 1] = step
  end
end

--- Ends a phase: writes where the run goes on.
-- @param next_place string: a step's `where`
-- @return the final result
function core.end_phase(self, step, next_place, pending)
  local failed = core.record(self, { type = "phase", next = next_place, step = step.name, pending = pending })
  return failed or core.final("phase", { next = next_place, step = step, pending = pending })
end

return core
