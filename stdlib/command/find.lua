-- Finds the operation that is meant: by a plan's name, by a user's file, or by the start record of a run.

local checks = require "run.checks"
local ending = require "run.ending"
local exit_code = require "base.exit_code"
local inside = require "command.inside"
local journals = require "run.journals"
local operation = require "command.operation"

local find = {}

--- The operation of a plan named on the command line: a plan inside, or a file.
-- @param name string or nil (apply)
-- @return operation, or nil and a sentence
function find.named(name)
  name = name or "apply"
  if inside.is_file(name) then return require("command.plan_file").operation(name) end
  local found = inside.find(name)
  if found and not found.hidden then return found end
  return nil, ("no plan is called %s%s"):format(name, inside.suggestion(name))
end

--- The operation that goes on with a run.
-- @param run see engine.run_state
-- @return operation, or nil and a sentence
function find.of_run(run)
  if run.start.plan_file then
    return operation.with(require("command.plan_file").operation(run.start.plan_file), { name = run.start.plan })
  end
  local found = inside.find(run.start.plan)
  if found then return found end
  return nil, ("run %d is of the plan %s, which this program does not have"):format(run.number, run.start.plan)
end

-- The run that is meant in a folder, or the command ends.
local function read(directory, path, number)
  local run, records, code
  if number then run, records, code = journals.read(directory, number) else run, records, code = journals.latest(directory) end
  if not run and (code or number) then ending.refuse(records) end
  if not run then ending.stop("done", exit_code.OK, ("There is no run in %s."):format(path)) end
  if not run.start then ending.stop("done", exit_code.OK, ("Run %d ended before its first record. It changed nothing."):format(number)) end
  return run, records
end

--- A run's journal, for a command that tells about it; or the command ends. The event stream begins here.
-- @param word string or nil: the run's number as it was typed; nil: the newest
-- @return { directory, path = that as the Mac names it, run, records, is_latest = there is no newer run }
function find.in_journal(invocation, target, command, word)
  local number = word and journals.number(word)
  local directory, path = journals.folder(target, invocation.options.journal)
  local latest = directory and journals.latest_number(directory)
  invocation.view.start(number or latest or nil)
  if word and not number then ending.usage(("%s takes the number of a run, 1 to 9999, not %s"):format(command, word)) end
  if not directory then
    checks.refuse_other_computer(target)
    local why, cure = require("mac.data_volume").trouble(target)
    ending.refuse(("The journal cannot be found: %s."):format(path), path == why and ("Fix: %s."):format(cure) or nil)
  end
  local run, records = read(directory, path, number)
  return { directory = directory, path = path, run = run, records = records, is_latest = run.number == latest }
end

return find
