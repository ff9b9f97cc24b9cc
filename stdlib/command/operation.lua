-- What there is to know about one operation: a plan, when it may start, what is told before and after it. One record each.
-- Must not carry anything out: run.lifecycle does, and knows nothing about any of them but this.

local plans = require "run.plans"
local run_state = require "engine.run_state"

local operation = {}

-- Field: its type, or two. What each is for:
--   name       the plan's name, in the journal and in the words to type
--   command    the command that was typed, for the event stream and the journal
--   load       function(run) → plan; or nil, a sentence, exit code. Default: the plan inside the program called `name`
--   file       the user's file that the plan comes from
--   own_journal name of a journal folder of its own: for commands that only prepare, and are no run to resume or to roll back
--   look_up    function(target, options, emit) → table: what must be known before the first check; may end the command
--   preflight  array of checks (see preflight.run), made before the plan is loaded; or function(target, rows, run) → array and the
--              place that the next step needs, once each step's verdict (rows) is known
--   place      the place that an array of checks is for
--   params     function(target, findings, options) → table: the plan's parameters. An open run with others is superseded
--   context    function(target, options, run, earlier, params) → table: more for the plan's functions, above all words, the boot arguments
--              it is about. run: the one that goes on, or nil; earlier: function() → the runs on record, latest first; params: the
--              plan's parameters
--   owns       function(start) → boolean: is a run with this start record one of this plan? Default: by the plan's name, of the plans
--              inside the program
--   differs    function(options, run) → lines, or nil: why an open run cannot go on as it is asked for now
--   overview   function(case, steps) → array of notes { title, lines } to be read before the question
--   after      function(case) → table: by a field's name of mac.state, what is said of it afterwards on the first screen
--   summary    function(case) → array of { label, words }: what else the first screen says
--   question   "name": the volume's name has to be typed; function(case) → a question to be answered y or n; nil: none is asked
--   again      what is typed after the program's name to go on with it. Default: name
--   way_back   what is typed to go back where a restart did not help. Default: rollback
--   words      functions(case, final) → lines, by how a run can end: done, lower, phase, stopped (a line), none. Each may be left out
--   supersedes true: an open run of another operation is closed in favour of this one
--   no_way_back a sentence: why `rollback` cannot undo it
--   resolve    function(latest, directory, here, target) → the operation that is really meant; or nil, a sentence or lines, exit code
--   gate       function(view, case, plan) → the engine's gate (see engine.run)
--   back       true: goes back instead of forward
--   hidden     true: a command of its own begins it; `run` and `plans` do not name it
local FIELDS = {
  name = "string", command = "string", load = "function", file = "string", own_journal = "string", look_up = "function",
  preflight = "table|function", place = "string", params = "function", context = "function", owns = "function",
  differs = "function", overview = "function", after = "function", summary = "function", question = "string|function",
  again = "string", way_back = "string", words = "table", supersedes = "boolean",
  no_way_back = "string", resolve = "function", gate = "function", back = "boolean",
  hidden = "boolean",
}
local WORDS = { done = true, lower = true, phase = true, stopped = true, none = true }

local function check(record)
  for field, value in pairs(record) do
    local wanted = FIELDS[field] or error(("operation %s: no field %s"):format(record.name, field), 3)
    if not ("|" .. wanted .. "|"):find("|" .. type(value) .. "|", 1, true) then
      error(("operation %s: %s must be a %s"):format(record.name, field, wanted), 3)
    end
  end
  if not record.command then error(("operation %s: command is missing"):format(record.name), 3) end
  for word, value in pairs(record.words or {}) do
    if not WORDS[word] or type(value) ~= "function" then error(("operation %s: words.%s"):format(record.name, word), 3) end
  end
  for _, name in ipairs(type(record.preflight) == "table" and record.preflight or {}) do
    if not require("preflight.run").knows(name) then error(("operation %s: no check %s"):format(record.name, name), 3) end
  end
end

--- Makes an operation.
-- @param record table of the fields above; a mistake throws
function operation.new(record)
  if not record.resolve then
    record.load = record.load or function() return plans.embedded(record.name) end
    record.again, record.words = record.again or record.name, record.words or {}
    record.owns = record.owns or function(start) return run_state.is_of({ start = start }, record.name) end
  end
  check(record)
  return record
end

--- The same operation with some fields changed.
function operation.with(record, changes)
  local copy = {}
  for field, value in pairs(record) do copy[field] = value end
  for field, value in pairs(changes) do copy[field] = value end
  check(copy)
  return copy
end

return operation
