-- Says what a journal's records mean: a run is where it stands by what it wrote down, and takes in each further record.
-- Must not touch the Mac or the journal: records in, state out.
--
-- A run: { start = its first record, direction = "forward" | "back", undo_reason, steps = by name, acted = names of the steps acted in,
-- open_intent = the record of an intent that has no outcome yet, waits_for = the place that it waits for, where its last record says
-- so, in_first_phase = how many of acted were before the first phase ended, failed = { step, path, exit, words } of the
-- command after which it went back, closed = the last record of a run that is over,
-- records = how many }.
-- It has these functions as methods, too: run:apply(record), run:step(name), run:is_open().
--
-- Records (JSON objects, in order; every one has time). run.context makes start, the engine makes the others, run.ports writes them:
--   start        format, version, plan, plan_hash, plan_file?, set?, kc?, command, group, volume, build, chip, environment, words?, params,
--                baseline
--   intent       argv, step, part, parts, attempt, rung?, sha256?, before, boot?, nonce?   written before a command may start
--   started      step, pid, path                                        that command runs now
--   outcome      step, verdict, seen, exit?, words?, rung?, leaves?, recovered?, nonce?   what was read back
--   deferred     step, reason
--   skipped      step                                                   left out by the person, in step-through
--   phase        next, step, pending?                                   a phase ended here
--   undo-start   reason = "failed" | "asked"
--   undo-intent  argv, step, part, parts, rung, before, boot?, nonce?
--   undo-outcome step, verdict = "undone" | "lower" | "refused", rung?, leaves?, nonce?
--   close        result
-- boot is when the Mac was started (seconds since 1970), nonce the boot policy's own: both stand where Apple's tools write the policy.

local record_module = require "engine.record"

local run_state = {}
run_state.__index = run_state

--- Format of the records. A journal of a later format is not touched.
run_state.FORMAT = 1

-- What most steps come to have, and no more: a long plan has one of these for each. Others: deferred, skipped, pending, undone
-- (true or nil), rung, leaves, repeats, nonce (before its latest act), written (the policy was, since).
local function new_step()
  return { done = false, acted = false, before = nil, seen = nil }
end

--- A run before its first record.
function run_state.new()
  return setmetatable({ steps = {}, acted = {}, direction = "forward", records = 0 }, run_state)
end

--- The part of a run that belongs to one step.
function run_state.step(run, name)
  local state = run.steps[name]
  if not state then
    state = new_step()
    run.steps[name] = state
  end
  return state
end

local meaning = {}

function meaning.start(run, record)
  run.start = record
end

function meaning.intent(run, record)
  local state = run_state.step(run, record.step)
  if not state.acted then
    state.acted, state.before = true, record.before
    run.acted[#run.acted + 1] = record.step
  end
  state.undone, state.nonce = nil, record.nonce
  run.open_intent = record
end

function meaning.started() end

function meaning.outcome(run, record)
  local state = run_state.step(run, record.step)
  state.done, state.seen = record.verdict == "done", record.seen
  state.pending = record.verdict == "pending" or nil
  state.rung, state.leaves = record.rung, record.leaves
  if record.nonce and state.nonce then state.written = record.nonce ~= state.nonce end
  local argv = run.open_intent and run.open_intent.argv
  run.latest_outcome = { step = record.step, path = argv and argv[1], exit = record.exit, words = record.words }
  run.open_intent = nil
end

function meaning.deferred(run, record)
  run_state.step(run, record.step).deferred = true
end

function meaning.skipped(run, record)
  run_state.step(run, record.step).skipped = true
end

function meaning.phase(run)
  run.in_first_phase = run.in_first_phase or #run.acted
end

meaning["undo-start"] = function(run, record)
  run.direction, run.undo_reason, run.closed = "back", record.reason, nil
  run.failed = record.reason == "failed" and run.latest_outcome or nil
end

meaning["undo-intent"] = function(run, record)
  run.open_intent = record
end

meaning["undo-outcome"] = function(run, record)
  local state = run_state.step(run, record.step)
  state.undone = record.verdict ~= "refused" or nil
  state.rung, state.leaves = record.rung, record.leaves
  run.open_intent = nil
end

function meaning.close(run, record)
  run.closed, run.open_intent = record, nil
end

--- Adds one record's meaning to a run.
-- @return true, or nil and a sentence when the record makes no sense
function run_state.apply(run, record)
  local is_start = type(record) == "table" and record.type == "start"
  if is_start and (math.type(record.format) ~= "integer" or record.format > run_state.FORMAT) then
    return nil, ("the journal has format %s; this program knows %d"):format(tostring(record.format), run_state.FORMAT)
  end
  local sound, why = record_module.check(record)
  if not sound then return nil, why end
  if (record.type == "start") ~= (run.start == nil) then return nil, "the start record is missing or repeated" end
  meaning[record.type](run, record)
  run.waits_for = record.type == "phase" and record.next or nil
  run.records = run.records + 1
  return true
end

--- Rebuilds a run from all its records.
-- @param records array of decoded records, or of what `decode` makes records of, one by one
-- @param decode function or nil
-- @return run, or nil, message naming the record's number
function run_state.rebuild(records, decode)
  local run = run_state.new()
  for number, record in ipairs(records) do
    local fine, why = run_state.apply(run, decode and decode(record) or record)
    if not fine then return nil, ("record %d: %s"):format(number, why) end
  end
  return run
end

--- Is it a run of the plan inside the program called `name`? A plan in somebody's file may be called so, too.
function run_state.is_of(run, name)
  return run.start ~= nil and run.start.plan == name and run.start.plan_file == nil
end

--- True when the run began and has not ended.
function run_state.is_open(run)
  return run.start ~= nil and run.closed == nil
end

return run_state
