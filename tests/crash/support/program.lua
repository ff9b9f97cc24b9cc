-- The program as the engine sees it, one start of it at a time: what `work` does around the engine, without preflight,
-- screen and lock; and the person who starts it again until it is finished.
-- Must not decide anything that the program decides: it takes the program's own modules for that.

local context_module = require "run.context"
local credentials_module = require "run.credentials"
local engine = require "engine.run"
local inside = require "command.inside"
local journals = require "run.journals"
local mac = require "mac.target"
local orphans = require "run.orphans"
local outcome = require "screen.outcome"
local paths = require "mac.paths"
local plan_load = require "plan.load"
local ports_module = require "run.ports"
local probe = require "tool.probe"
local run_state = require "engine.run_state"
local stage = require "support.stage"
local state = require "mac.state"
local world_module = require "support.world"

local program = {}

local plans = {}

--- One of the plans that ship, read from the tree.
function program.plan(name)
  if not plans[name] then
    local path = "scripts/" .. name .. ".lua"
    plans[name] = assert(plan_load.load(world_module.read(path), path, require("lib_file").sha256_text, world_module.read))
  end
  return plans[name]
end

-- A program that has just been started knows nothing.
local function begin()
  require("tool.bputil").forget()
  probe.use(stage.probe)
end

-- What was typed: everything is answered beforehand.
local OPTIONS = { yes = true, quiet = true }

-- The same with a plan's parameters, which are typed where it is begun.
local function typed(set, run) return { yes = true, quiet = true, set = not run and set or nil } end

local function look(options)
  local target = mac.look(options.root, { program = "/Volumes/Data/vmq-recovery" })
  assert(target.group, target.problems.group)
  return target
end

local function credentials_of(world, view, root)
  local rehearsal = { unattended = true, user = world.state.owner.short, patience = 1 }
  local credentials = assert(credentials_module.open { options = OPTIONS, rehearsal = rehearsal, person = false, view = view,
    root = root })
  credentials.secret = stage.SECRET
  return credentials
end

-- The collection is summed where it is: in the Mac's memory.
local function add_copy(world, target, params)
  if not params.collection_on_mac then return end
  if params.collection_sum == "none" then params.collection_sum = stage.sum(world, params.collection_on_mac) end
  params.copy = paths.collection_copy(target, params.collection_sum)
end

-- Where plan and journal look for files is the Mac's memory here, not below a root.
local function context_of(world, target, operation, plan, run, options)
  local params = assert(context_module.params(plan, target, typed(plan.name == options.plan and options.set, run), {},
    run and run.start.params))
  add_copy(world, target, params)
  local more = operation.context and operation.context(target, OPTIONS, run, function() return journals.each(world.directory) end, params)
  local context = context_module.new(target, OPTIONS, {}, params, more, run)
  context.root, context.collection = "", context.collection_on_mac
  if options.blind then context.preboot = nil end
  assert(context.environment == world.state.environment or context.environment == "recovery", context.environment)
  return context, params
end

local function start_fields(target, operation, plan, context, params)
  local fields = context_module.start_fields(target, operation, plan, context, params, OPTIONS)
  fields.time, fields.version = "2026-11-23T10:15:00Z", "0"
  if plan.name == "apply" or plan.name == "revert" then fields.params = { collection_sum = params.collection_sum } end
  return fields
end

-- What resume and rollback refuse to begin with is the program's own to say.
-- @return the run to go on with, or nil and a final result
local function recorded(world, command, latest)
  local meant, sentence = require("command." .. command).operation().resolve(latest, world.directory)
  if meant then return latest end
  return nil, { result = "nothing", why = latest and "refused" or "no run", reason = sentence }
end

-- @return the run to go on with or nil, the plan's name; or nil, nil, a final result
local function choose(world, command, latest)
  if command == "resume" or command == "rollback" then
    local run, final = recorded(world, command, latest)
    return run, run and run.start.plan, final
  end
  local open = latest and not latest.closed and latest or nil
  if not open or open.start.plan == command then return open, command end
  assert(command == "revert", "an unfinished run of another plan")
  local journal = assert(journals.continue(world.directory, open.number))
  journal:append(require("dkjson").encode { type = "close", result = "superseded by revert" })
  journal:close()
  return nil, command
end

local function all_done(plan, context)
  for _, row in ipairs(engine.survey(plan, run_state.new(), context)) do
    if row.verdict ~= "done" then return false end
  end
  return true
end

-- Apple's tools tell the installed systems apart by their volumes' names.
local function volume_names(target)
  local names = {}
  for index, group in ipairs(target.groups) do names[index] = group.name end
  return names
end

local function open_run(world, run, fields)
  if run then return journals.continue(world.directory, run.number) end
  return journals.start(world.directory, fields)
end

-- What is read while a tool of the latest run may be at work is not what will be.
local function await_orphans(latest, target)
  if not orphans.may_live(latest and latest.open_intent) then return target end
  local wait = orphans.patience(stage.view().emit, false)
  orphans.await_end(function() return state.read(target.group.group) end, wait, orphans.PAUSE)
  return mac.again(target)
end

-- The last words.
local function tell(options, world, start, told)
  if not options.told then return end
  told.options, told.findings = OPTIONS, {}
  options.told(world, start, outcome.lines(told, told.final))
end

--- Starts the program once.
-- @param command "apply" | "revert" | "resume" | "rollback"
-- @param options { root = an empty folder, blind = true when Preboot cannot be read,
--   plan, set = a plan that ships and its parameters, as --set takes them,
--   probe = function(argv) that answers the engine in place of the Mac,
--   told = function(world, start, lines): called with the last words, and with the Mac as it was when the program started }
-- @return the engine's final result; { result = "nothing" } when there was nothing to start from
function program.run(world, command, options)
  begin()
  local start = options.told and world_module.copy_mac(world)
  local latest, problem, code = journals.latest(world.directory)
  assert(latest or not code, problem)
  local run, name, final = choose(world, command, latest)
  if final then return final end
  local target, plan, operation = await_orphans(latest, look(options)), program.plan(name), inside.find(name)
  local context, params = context_of(world, target, operation, plan, run, options)
  if not run and all_done(plan, context) then return { result = "done", idle = true } end
  local journal, opened = assert(open_run(world, run, run or start_fields(target, operation, plan, context, params)))
  context.baseline = opened.start.baseline
  local view = stage.view()
  local ports = ports_module.new { view = view, options = OPTIONS, credentials = credentials_of(world, view, options.root),
    journal = journal,
    names = volume_names(target), group = target.group.group, compare = state.comparer(opened.start.baseline, target.group.group) }
  -- From here on the engine asks; what was looked at before is forgotten.
  if options.probe then probe.use(options.probe) end
  local go = command == "rollback" and engine.rollback or engine.run
  local result = go(plan, ports, opened, context)
  result.acted = result.acted or #opened.acted
  journal:close()
  tell(options, world, start, { final = result, target = target, operation = operation, plan_name = plan.name, context = context })
  return result
end

local function environment_for(next_place)
  return next_place == "paired-recovery" and "paired-recovery" or "macos"
end

-- The run that was meant never came to its first record.
local function must_begin_anew(world, final, fresh)
  if final.why == "no run" then return true end
  local latest = journals.latest(world.directory)
  return fresh == "revert" and latest.start.plan ~= "revert"
end

--- A person who starts the program, does what it says, and starts it again, until it says that it is finished.
-- @param first the first command; `fresh` is what is typed when there is nothing to resume or to roll back
-- @return the last final result
function program.person(world, first, fresh, options)
  local command, final = first, nil
  for _ = 1, 8 do
    final = program.run(world, command, options)
    if final.result == "nothing" and command == "resume" and must_begin_anew(world, final, fresh) then
      command = fresh
    elseif final.result == "phase" then
      stage.restart(environment_for(final.next))
      command = "resume"
    elseif final.result == "elsewhere" then
      stage.restart "paired-recovery"
      command = final.went_back and "rollback" or command
    else
      return final
    end
  end
  return final
end

return program
