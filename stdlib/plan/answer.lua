-- Asks a plan's functions, and makes plain, checked values of what they answer: they may throw, or answer anything.
-- Must not start what they answer, and must not hand on what a journal or a screen could not take.

local command = require "plan.command"
local json = require "base.json"
local place = require "plan.place"

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
  if not sound or type(text) ~= "string" then return nil, "it is no plain data" end
  if #text > MOST_SEEN then return nil, ("it has %d bytes"):format(#text) end
  return json.decode(text)
end

local function unreadable(form, ...)
  return { error = form:format(...) }
end

local function keep(seen)
  local kept, why = keepable(seen)
  if why then return nil, unreadable("what the check saw cannot be kept: %s", why) end
  return kept
end

--- A step's verdict. A check that throws or answers nonsense is "unknown", and what was seen then is { error = why }.
-- @return "done" | "todo" | "unknown", and what was seen (plain data, or nil)
function answer.verdict(step, c)
  local sound, verdict, seen = pcall(step.check, c)
  if not sound then return "unknown", unreadable("%s", tostring(verdict)) end
  if not VERDICTS[verdict] then return "unknown", unreadable("the check answered %s", tostring(verdict)) end
  local kept, wrong = keep(seen)
  if wrong then return "unknown", wrong end
  return verdict, kept
end

--- The verdict right after an act of a step that reads done: `verify`, where a step has it, may only be stricter.
function answer.stricter_verdict(step, c, seen)
  if not step.verify then return "done", seen end
  local sound, verdict = pcall(step.verify, c, seen)
  if not sound then return "unknown", unreadable("%s", tostring(verdict)) end
  return VERDICTS[verdict] and verdict or "unknown", seen
end

local function complaint(step, field, why)
  return ("%s: step %s: %s: %s"):format(step.at, step.name, field, why)
end

-- What one of the functions that hand out commands answered. @return table or nil; or nil and what is wrong
local function ask(step, field, ...)
  local sound, made = pcall(step[field], ...)
  if not sound then return nil, ("%s: step %s: %s"):format(step.at, step.name, tostring(made)) end
  if made ~= nil and type(made) ~= "table" then
    return nil, ("%s: step %s: %s answered a %s, not a command"):format(step.at, step.name, field, type(made))
  end
  return made
end

-- The array part alone. A hole in it stays one, and is found.
local function listed(entries)
  local list = {}
  for index = 1, #entries do list[index] = entries[index] end
  return list
end

--- The commands that a step with `run` would run now.
-- @return array; nil when it waits; or nil and a sentence that names the step's place in the plan
function answer.commands(step, c, seen)
  local made, why = ask(step, "run", c, seen)
  if made == nil then return nil, why end
  local list = made.argv and { made } or listed(made)
  local fault = command.list_fault(list)
  if fault then return nil, complaint(step, "run", fault) end
  return list
end

-- The list of rungs that a function answered, or what is wrong with it.
local function rungs_of(step, field, sound, made)
  if not sound then return nil, ("%s: step %s: %s"):format(step.at, step.name, tostring(made)) end
  if type(made) ~= "table" then
    return nil, complaint(step, field, ("answered %s, not a list of rungs"):format(made == nil and "nothing" or "a " .. type(made)))
  end
  if made.argv then return nil, complaint(step, field, "answered one command; a list of rungs { { command, leaves = … }, … } is wanted") end
  if #made == 0 and field == "undo" then
    return nil, complaint(step, field, "answered an empty list: nothing to run, though the state is not as it was before")
  end
  return made
end

local function rung_fault(rung)
  if type(rung) ~= "table" then return "no rung" end
  if rung.where ~= nil and not place.is_known(rung.where) then return ("where is %s"):format(tostring(rung.where)) end
  if rung.check ~= nil and type(rung.check) ~= "function" then return "check is no function" end
  return command.list_fault(rung)
end

-- A rung's own test. @return function() → true | false | nil (cannot tell), and what was seen
local function safe_check(check)
  return function()
    local sound, reached, seen = pcall(check)
    if not sound then return nil, unreadable("%s", tostring(reached)) end
    local kept, wrong = keep(seen)
    if wrong then return nil, wrong end
    if reached == nil then return nil, kept end
    return reached and true or false, kept
  end
end

local function plain_rung(rung)
  local made = listed(rung)
  made.goal = keep(rung.goal)
  made.where, made.exact = rung.where, rung.exact and true or nil
  made.leaves = type(rung.leaves) == "string" and rung.leaves or "a state that the plan does not name"
  made.check = rung.check and safe_check(rung.check)
  return made
end

--- The rungs of a step's `undo` or `ladder`. A rung is commands as array entries, in order; where (default any); leaves, a
-- sentence; exact, true when it is meant to leave exactly what was wanted; goal, what the step's check sees then, as far as it matters
-- (default: all that it saw before); check() → true | false | nil (cannot tell), and what was seen.
-- Where nothing of the step's is left to take back, `undo` says so in a sentence instead of a list.
-- @return array of the sound ones, array of { rung = the number it would have had, reason } of the others; or nil and what is wrong; or
--   nil, nil and the sentence
function answer.rungs(step, field, ...)
  local sound_call, given = pcall(step[field], ...)
  if sound_call and field == "undo" and type(given) == "string" then return nil, nil, given end
  local made, why = rungs_of(step, field, sound_call, given)
  if why then return nil, why end
  local sound, faulty = {}, {}
  for index = 1, #made do
    local fault = rung_fault(made[index])
    if fault then
      faulty[#faulty + 1] = { rung = #sound + 1, reason = complaint(step, field, fault) }
    else
      sound[#sound + 1] = plain_rung(made[index])
    end
  end
  return sound, faulty
end

--- What the state looks like once a step that reads "todo" has run, as far as that is known before: what `after` says.
function answer.state_after(step, c, seen)
  if not step.after or seen == nil then return seen end
  local sound, state = pcall(step.after, c, seen)
  return sound and type(state) == "table" and state or seen
end

local function plain(seen)
  local parts = {}
  for key, inner in pairs(seen) do
    local words = type(inner) == "table" and json.encode(inner) or tostring(inner)
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
    local sound, text = pcall(step.describe, seen)
    if sound and type(text) == "string" then return text end
  end
  return type(seen) == "table" and plain(seen) or tostring(seen)
end

return answer
