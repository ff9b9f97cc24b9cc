-- Finds, opens and starts runs in a journal folder, and writes their records.
-- Must not repair a journal beyond cutting a torn last record: a bad one stops everything, with file and line.

local json = require "base.json"
local paths = require "mac.paths"
local run_state = require "engine.run_state"
local trust = require "mac.trust"

local journals = {}

-- The last run that a folder takes: four digits (runner/door/journal.h).
local LAST = 9999

--- The number of a run as it was typed. @return integer, or nil where no run can have such a number
function journals.number(word)
  local number = word:find("^%d+$") and tonumber(word)
  return number and number >= 1 and number <= LAST and number or nil
end

local function path_of(directory, number)
  return ("%s/%04d.journal"):format(directory, number)
end

--- The folder of the journals, if it is there or can be made, and is nobody else's: whoever could write in it could make a journal say
-- anything.
-- @param target, given, part: see mac.paths.journal
-- @return the folder as this process opens it, and as the Mac names it; or nil, why not, and true where the folder is not to be believed
function journals.folder(target, given, part)
  local here, path = paths.journal(target, given, part)
  if not here then return nil, path end
  local above, above_here = part and path:match("^(.*)/"), part and here:match("^(.*)/")
  local fault = above and trust.folder_fault(target.root, above, above_here) or trust.folder_fault(target.root, path, here)
  if not fault then return here, path end
  return nil, ("the folder of the journal cannot be believed: %s"):format(fault), true
end

-- What the records of a file mean. They are decoded one after the other, so that no more is held than what the run is.
-- @param kept array that takes the decoded records, or nil
-- @return run, kept; or nil, message, code
local function run_of(texts, path, number, kept)
  local count, none = 0, nil
  local function decode(text)
    local record = json.decode(text)
    count = count + 1
    if type(record) ~= "table" then none = ("%s:%d: not a JSON object"):format(path, count) end
    if kept then kept[count] = record end
    return record
  end
  local run, problem = run_state.rebuild(texts, decode)
  if not run then return nil, none or path .. ": " .. problem, "corrupt" end
  run.number, run.path = number, path
  return run, kept
end

local function read(directory, number, kept)
  local texts, message, code = require("lib_journal").read(directory, number)
  if not texts then return nil, message, code end
  return run_of(texts, path_of(directory, number), number, kept)
end

--- Reads one run without changing its file.
-- @return run (see run_state) with number and path, and its records; or nil, message, code
function journals.read(directory, number) return read(directory, number, {}) end

--- The number of the latest run, or nil.
function journals.latest_number(directory)
  local numbers = require("lib_journal").list(directory)
  return numbers and numbers[#numbers]
end

-- @param make_kept function → array that takes a run's records; or nil
local function latest_of(directory, make_kept)
  local numbers = require("lib_journal").list(directory) or {}
  for index = #numbers, 1, -1 do
    local run, records, code = read(directory, numbers[index], make_kept and make_kept())
    if not run or run.start then return run, records, code end
  end
  return nil
end

--- The latest run, or nil when there is none. A file whose run died before its first record hides nothing.
-- @return run, records; or nil (and message, code when a journal is there and cannot be read)
function journals.latest(directory)
  return latest_of(directory, function() return {} end)
end

-- Has this run, which is closed, changed nothing? One that stopped is closed only then: what it prepared is no change.
local function is_unchanged(run) return #run.acted == 0 or run.closed.result == "stopped" end

-- Has this run changed nothing, or was what it changed undone?
local function is_gone(run) return run.closed ~= nil and (is_unchanged(run) or run.closed.result == "undone") end

--- Where a run stands among the others: "open", "stands", "undone" or "changed nothing".
function journals.standing_of(run)
  if not run.closed then return "open" end
  if is_unchanged(run) then return "changed nothing" end
  return is_gone(run) and "undone" or "stands"
end

--- The newest run on a volume group that is open, or has changed something which still stands; or nil.
-- @param runs iterator over runs, latest first
-- @param group string or nil: the group's UUID
function journals.newest_standing(runs, group)
  for run in runs do
    local standing = run.start and run.start.group == group and journals.standing_of(run)
    if standing == "open" or standing == "stands" then return run end
  end
end

--- The run that status, resume and rollback are about: the latest that is open or stands; where none does, the latest.
-- @return as journals.latest
function journals.current(directory)
  local latest, message, code = latest_of(directory)
  if not latest then return nil, message, code end
  if not is_gone(latest) then return latest end
  for run in journals.each(directory) do
    if run.start and not is_gone(run) then return run end
  end
  return latest
end

--- The runs in a folder, latest first, until one cannot be read.
-- @param directory string or nil (no runs)
-- @return iterator over runs
function journals.each(directory)
  local numbers = directory and require("lib_journal").list(directory) or {}
  local index = #numbers + 1
  return function()
    index = index - 1
    return numbers[index] and (read(directory, numbers[index])) or nil
  end
end

local function stamped(record)
  local system = require "lib_system"
  record.time = system.utc(system.now())
  return json.encode(record)
end

--- Appends a record, which gets its time here. It is durable when this returns.
-- @param journal from journals.start or journals.continue
-- @param record table, see run_state
-- @return its sequence number; or nil, message, code
function journals.append(journal, record)
  return journal:append(stamped(record))
end

--- The same for an intent: the door lets exactly this command through, once.
function journals.intent(journal, argv, record)
  return journal:intent(argv, stamped(record))
end

--- Did this kernel come while the run was at work? It was not there before it, and a step of the run saw it, or may have made it.
-- @param run with its start record
-- @param coih string
function journals.brought(run, coih)
  local baseline = run.start.baseline and run.start.baseline.policy
  if not baseline or baseline.coih == coih then return false end
  for _, state in pairs(run.steps) do
    if state.acted and type(state.seen) == "table" and state.seen.coih == coih then return true end
  end
  return run.open_intent ~= nil
end

--- Did a run of ours install this custom kernel on this volume group?
-- @param directory string or nil: the journals' folder
-- @param group string: UUID
-- @param coih string
function journals.installed(directory, group, coih)
  for run in journals.each(directory) do
    if run.start and run.start.group == group and journals.brought(run, coih) then return true end
  end
  return false
end

--- Opens the journal of an existing run for appending.
-- @param known the run as it was read before under the same lock, or nil: it is understood anew only where records came since
-- @return journal, run; or nil, message, code
function journals.continue(directory, number, known)
  local journal, message, code = require("lib_journal").open(directory, number)
  if not journal then return nil, message, code end
  local texts, why, kind = journal:records()
  local run = texts and known and known.records == #texts and known or nil
  if texts and not run then run, why, kind = run_of(texts, journal:path(), number) end
  if not run then
    journal:close()
    return nil, why, kind
  end
  run.torn = journal:torn()
  return journal, run
end

--- Closes a run that nobody goes on with. One that cannot be opened stays as it is.
-- @param directory string: the journal's folder
-- @param number integer: the run's
-- @param result string: why
function journals.close(directory, number, result)
  local journal = journals.continue(directory, number)
  if not journal then return end
  journals.append(journal, { type = "close", result = result })
  journal:close()
end

--- Starts a new run: its file exists and holds the start record, durably, when this returns.
-- @param directory string: the journal's folder
-- @param start table: the start record's fields (see run_state)
-- @return journal, run; or nil, message, code
function journals.start(directory, start)
  local number = (journals.latest_number(directory) or 0) + 1
  if number > LAST then
    return nil, ("%s holds run %d, and no further one fits there: move its files away, or name another folder with --journal"):format(
      directory, LAST), "full"
  end
  local journal, message, code = require("lib_journal").open(directory, number)
  if not journal then return nil, message, code end
  start.type, start.format = "start", run_state.FORMAT
  local sequence, why, kind = journal:append(json.encode(start))
  if not sequence then
    journal:close()
    return nil, why, kind
  end
  local run = run_state.new()
  run_state.apply(run, start)
  run.number, run.path = number, journal:path()
  return journal, run
end

return journals
