-- Asks a plan's functions, and makes plain, checked values of what they answer: they may throw, or answer anything.
-- Must not start what they answer, and must not hand on what a journal or a screen could not take.

local command = require "plan.command"
local guarded = require "plan.guarded"
local json = require "base.json"
local place = require "plan.place"
local probe = require "tool.probe"

local answer = {}

local VERDICTS = { done = true, todo = true, unknown = true }

-- Bytes of what a check saw that a journal record can hold.
local MOST_SEEN = 64 * 1024

-- What a check saw, as the journal will give it back; nil and why when a journal cannot hold it.
local function keepable(seen)
  if seen == nil then return nil end
  local copy = json.copy_plain(seen)
  if copy then return copy end
  local sound, text = pcall(json.encode, seen)
  if not sound or type(text) ~= "string" then return nil, "it is not plain data" end
  if #text > MOST_SEEN then return nil, ("it has %d bytes"):format(#text) end
  return json.decode(text)
end

local function complaint(step, field, why)
  return ("%s: step %s: %s: %s"):format(step.at, step.name, field, why)
end

-- One of the step's functions is asked. @return true and what it answered; or false, what is wrong and its kind (see plan.guarded)
local function ask(step, field, ...)
  probe.withheld()
  local results = table.pack(guarded.call("step " .. step.name, step[field], ...))
  local tool = probe.withheld()
  if tool and not (results[3] == "loop" or results[3] == "interrupted") then
    return false, ("not looked at: it asks %s, a tool of the plan's own"):format(tool), "withheld"
  end
  return table.unpack(results, 1, results.n)
end

local SHOWN = { string = function(value) return ("%q"):format(value) end, table = function() return "a table" end,
  ["function"] = function() return "a function" end }

local function no_verdict(step, field, verdict)
  local shown = (SHOWN[type(verdict)] or tostring)(verdict)
  return nil, complaint(step, field, ('answered %s; "done", "todo" or "unknown" is wanted'):format(shown))
end

--- A step's verdict.
-- @return "done" | "todo" | "unknown", and what was seen (plain data, or nil); or nil and what is wrong with the plan: the check throws,
--   comes to no end or answers nonsense
function answer.verdict(step, c)
  local sound, verdict, seen = ask(step, "check", c)
  if not sound and seen == "withheld" then return "unknown", { error = verdict, withheld = true } end
  if not sound then return nil, verdict end
  if not VERDICTS[verdict] then return no_verdict(step, "check", verdict) end
  local kept, why = keepable(seen)
  if why then return nil, complaint(step, "check", "what it saw cannot be kept: " .. why) end
  return verdict, kept
end

--- The verdict right after an act of a step that is done: `verify`, where a step has it, may only be stricter.
-- @return as answer.verdict
function answer.stricter_verdict(step, c, seen)
  if not step.verify then return "done", seen end
  local sound, verdict = ask(step, "verify", c, seen)
  if not sound then return nil, verdict end
  if not VERDICTS[verdict] then return no_verdict(step, "verify", verdict) end
  return verdict, seen
end

-- The array part alone. A hole in it stays one, and is found.
local function listed(entries) return table.move(entries, 1, #entries, 1, {}) end

--- The commands that a step with `run` would run now.
-- @return array; nil when it waits; or nil, a sentence that names the step's place in the plan, and where it was thrown its kind
function answer.commands(step, c, seen)
  local sound, made, kind = ask(step, "run", c, seen)
  if not sound then return nil, made, kind end
  if made == nil then return nil end
  if type(made) ~= "table" then return nil, complaint(step, "run", ("answered a %s, not a command"):format(type(made))) end
  local list = made.argv and { made } or listed(made)
  local fault = command.list_fault(list)
  if fault then return nil, complaint(step, "run", fault) end
  return list
end

-- The list of rungs that a function answered, or what is wrong with it.
local function rungs_of(step, field, sound, made)
  if not sound then return nil, made end
  if type(made) ~= "table" then
    return nil, complaint(step, field, ("answered %s, not a list of rungs"):format(made == nil and "nothing" or "a " .. type(made)))
  end
  if made.argv then return nil, complaint(step, field, "answered one command; a list of rungs { { command, leaves = … }, … } is wanted") end
  if #made == 0 and field == "undo" then
    return nil, complaint(step, field, "answered an empty list, which takes nothing back; where nothing is left to take back, "
      .. "a sentence says so")
  end
  return made
end

local function rung_fault(rung)
  if type(rung) ~= "table" then return "no rung" end
  if rung.where ~= nil and not place.is_known(rung.where) then return ("where is %s"):format(tostring(rung.where)) end
  if rung.check ~= nil and type(rung.check) ~= "function" then return "check is not a function" end
  if rung.nothing == true and #rung == 0 then return nil end
  return command.list_fault(rung)
end

--- What a test of a state saw where the plan itself is wrong.
function answer.mistaken(reason) return { error = reason, mistake = true } end

-- A rung's own test. @return function() → true | false | nil (cannot tell), and what was seen
local function safe_check(step, check)
  return function()
    local sound, reached, seen = guarded.call("step " .. step.name, check)
    if not sound then return nil, answer.mistaken(reached) end
    local kept, why = keepable(seen)
    if why then return nil, answer.mistaken(complaint(step, "a rung's check", "what it saw cannot be kept: " .. why)) end
    if reached == nil then return nil, kept end
    return reached and true or false, kept
  end
end

local function plain_rung(step, rung)
  local made = listed(rung)
  made.goal = keepable(rung.goal)
  made.where, made.exact = rung.where, rung.exact and true or nil
  made.leaves = type(rung.leaves) == "string" and rung.leaves or "a state that the plan does not name"
  made.check = rung.check and safe_check(step, rung.check)
  return made
end

-- The sound rungs among what a function answered, and what is wrong with the others (see answer.rungs).
local function rungs_in(step, field, sound_call, given)
  if sound_call and field == "undo" and type(given) == "string" then return nil, nil, given end
  local made, why = rungs_of(step, field, sound_call, given)
  if why then return nil, why end
  local sound, faulty = {}, {}
  for index = 1, #made do
    local fault = rung_fault(made[index])
    if fault then
      faulty[#faulty + 1] = { rung = #sound + 1, reason = complaint(step, field, fault) }
    else
      sound[#sound + 1] = plain_rung(step, made[index])
    end
  end
  return sound, faulty
end

--- The rungs of a step's `undo` or `ladder`. A rung is commands as array entries, in order (or none, with
-- nothing = true: what stays is told); where (default any); leaves, a
-- sentence; exact, true when it is meant to leave exactly what was wanted; goal, what the step's check sees then, as far as it matters
-- (default: all that it saw before); check() → true | false | nil (cannot tell), and what was seen.
-- Where nothing of the step's is left to take back, `undo` says so in a sentence instead of a list.
-- @return array of the sound ones, array of { rung = the number it would have had, reason } of the others; or nil and what is wrong; or
--   nil, nil and the sentence
function answer.rungs(step, field, ...) return rungs_in(step, field, ask(step, field, ...)) end

--- What the state looks like once a step that reads "todo" has run, as far as that is known before: what `after` says.
function answer.state_after(step, c, seen)
  if not step.after or seen == nil then return seen end
  local sound, state = ask(step, "after", c, seen)
  return sound and type(state) == "table" and state or seen
end

--- What is wrong with the commands of a step that reads "todo". Arguments as answer.way_back_fault.
function answer.commands_fault(step, c, seen, later)
  if not step.run then return nil end
  local _, why, kind = answer.commands(step, c, seen)
  return not (later and kind == "error" or kind == "withheld") and why or nil
end

--- What is wrong with what a step says of a state: the other functions that only look.
function answer.words_fault(step, c, seen)
  if seen == nil then return nil end
  for _, field in ipairs { "after", "describe" } do
    if step[field] then
      local sound, why, kind = ask(step, field, table.unpack(field == "after" and { c, seen } or { seen }))
      if not sound and kind ~= "withheld" then return why end
    end
  end
end

-- Once the step has acted, a way back without such a sentence is gone all the same; so this is no fault of a rung.
local function unnamed_fault(step, ways)
  for index, way in ipairs(ways) do
    if type(way.leaves) ~= "string" then
      return complaint(step, "undo", ("way back %d has no `leaves`, a sentence: what it leaves"):format(index))
    end
  end
end

--- What is wrong with the way back of a step that reads "todo", asked before it acts. Where its check saw nothing, nothing can differ
-- from it later, and the way back is never asked for.
-- @param seen what its check saw
-- @param later true where more is known by the time it acts: what the function throws may come of that
-- @return nil, or a sentence
function answer.way_back_fault(step, c, seen, later)
  if not step.undo or seen == nil or type(seen) == "table" and next(seen) == nil then return nil end
  local sound, given, kind = ask(step, "undo", c, seen, answer.state_after(step, c, seen))
  if not sound and (later and kind == "error" or kind == "withheld") then return nil end
  local rungs, wrong = rungs_in(step, "undo", sound, given)
  if not rungs then return wrong end
  return wrong[1] and wrong[1].reason or unnamed_fault(step, given)
end

local IN_WORDS = { [true] = "yes", [false] = "no", [""] = "(empty)" }

local function plain(seen)
  local parts = {}
  for key, inner in pairs(seen) do
    local words = IN_WORDS[inner] or type(inner) == "table" and json.encode(inner) or tostring(inner)
    parts[#parts + 1] = ("%s: %s"):format(tostring(key):gsub("_", " "), words)
  end
  table.sort(parts)
  return #parts > 0 and table.concat(parts, ", ") or "nothing"
end

--- What a check saw, in words: the step's own (`describe`), else its keys and values.
-- @param step or nil, where the plan is not at hand
-- @param seen plain data, or nil
function answer.text(step, seen)
  if seen == nil then return "nothing could be read" end
  if step and step.describe then
    local sound, text = ask(step, "describe", seen)
    if sound and type(text) == "string" then return text end
  end
  return type(seen) == "table" and plain(seen) or tostring(seen)
end

return answer
