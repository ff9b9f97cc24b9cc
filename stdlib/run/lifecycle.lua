-- The one way through a run: lock, look, journal, preflight, overview, consent, engine, last words.
-- Must not hold anything particular to one operation: its record says that (see command.operation).

local again = require "run.again"
local asks = require "screen.asks"
local checks = require "run.checks"
local consent = require "run.consent"
local context_module = require "run.context"
local credentials_module = require "run.credentials"
local data_volume = require "mac.data_volume"
local complain = require "screen.complain"
local ending = require "run.ending"
local engine = require "engine.run"
local equal = require "base.equal"
local errors = require "screen.errors"
local exit_code = require "base.exit_code"
local first_screen = require "screen.first"
local invocation_module = require "run.invocation"
local journals = require "run.journals"
local mac_lock = require "run.mac_lock"
local orphans = require "run.orphans"
local own_folder = require "run.own_folder"
local outcome = require "screen.outcome"
local overview = require "screen.overview"
local paths = require "mac.paths"
local plans = require "run.plans"
local ports_module = require "run.ports"
local run_state = require "engine.run_state"
local state = require "mac.state"
local transcript = require "run.transcript"
local try = require "base.try"
local unlock_data = require "run.unlock_data"

local lifecycle = {}

-- ---- how every command begins and ends ---------------------------------------------------------------------------------

-- Tells an ending and closes the event stream. @return the exit code
local function conclude(invocation, final)
  if #final.lines > 0 and final.code == exit_code.USAGE then
    complain.usage(table.concat(final.lines, "\n"))
  elseif #final.lines > 0 then
    invocation.view.emit { type = "note", lines = final.lines }
  end
  invocation.view.emit { type = "end", result = final.result, exit = final.code }
  return final.code
end

-- The credentials are wiped however f ends, a bug in the program included.
local function ending_of(invocation, credentials, f)
  local wiped <close> = credentials -- luacheck: ignore
  return try.catch(f, invocation, credentials)
end

-- Calls f(invocation, credentials), which returns an ending or stops with one. @return the exit code
local function within(options, command, f, looks)
  local invocation, message = invocation_module.open(options, command, looks)
  if not invocation then return complain.usage(message) end
  local credentials, why = credentials_module.open(invocation)
  if not credentials then return complain.usage(why) end
  return conclude(invocation, ending_of(invocation, credentials, f))
end

--- A command that only looks: no lock, nothing is written.
-- @param options from cli.parse
-- @param command string: its name
-- @param f function(invocation, target) → an ending (see run.ending); it calls invocation.view.start first
-- @return exit code
function lifecycle.look(options, command, f)
  return within(options, command, function(invocation) return f(invocation, invocation_module.look(invocation)) end, true)
end

-- ---- target and journal --------------------------------------------------------------------------------------------------

local TAKE_AWAY = "look at what is in that folder, then take it away as root; or name another with --journal"

-- Where the journals are, and the latest run. { here = their folder as this process opens it, path = as the Mac names it, why = why
-- there is none, latest, open = the latest where it is not finished, trouble = why the latest cannot be read }
local function read_journal(target, options, part)
  local journal = {}
  local distrusted
  journal.here, journal.path, distrusted = journals.folder(target, options.journal, part)
  if not journal.here then return { why = journal.path, set_aside = distrusted and journal.path:gsub("^%l", string.upper) or nil } end
  local latest, message, code = journals.current(journal.here)
  journal.latest, journal.trouble = latest, not latest and code and message or nil
  journal.open = latest and run_state.is_open(latest) and latest or nil
  local group = target.group and target.group.group
  journal.installed = function(coih) return journals.installed(journal.here, group, coih) end
  return journal
end

-- A journal of another system is none of this run's business: what it says is not so here. A revert goes on without it.
local function check_group(operation, target, journal)
  if journal.set_aside and not operation.supersedes then
    ending.refuse(journal.set_aside .. ", so nothing was changed.", "Fix: " .. TAKE_AWAY .. ".")
  end
  local start = journal.latest and journal.latest.start
  if not start or not target.group or not start.group or start.group == target.group.group then return journal end
  local sentence = ("The latest run in %s is of another system, %s (%s)"):format(journal.path, start.volume or "?", start.group)
  if operation.supersedes then return { why = sentence, set_aside = sentence } end
  ending.refuse(sentence .. ", so nothing was changed.", "Name that system with --volume, or another folder with --journal.")
end

--- Where the journals of apply and revert are, and the latest run, for commands that only look.
-- @return { here, path, why, latest, open, trouble }, see read_journal
function lifecycle.journal(target, options) return read_journal(target, options) end

-- The number of the run that is about to go on or begin.
local function number_of(journal)
  if journal.open then return journal.open.number end
  return journal.here and (journals.latest_number(journal.here) or 0) + 1 or nil
end

-- May a tool of the latest run, or a daemon that finishes its work, still write? A journal that cannot be read does not tell.
local function may_be_at_work(invocation, journal)
  if invocation.dry_run or invocation.uid ~= 0 then return false end
  return journal.trouble ~= nil or orphans.may_live(journal.latest and journal.latest.open_intent)
end

-- What is read before such a tool has ended is not what will be. @return true when it was waited for
local function await_orphans(invocation, target, journal, wait)
  if not target.group or not may_be_at_work(invocation, journal) then return false end
  local group = target.group.group
  orphans.await_end(function() return state.read(group) end, wait, orphans.pause(invocation))
  return true
end

-- Looks at the Mac and for the journal; where a locked volume hides it, offers to unlock that first.
local function find_target_and_journal(invocation, credentials, operation, wait)
  local target = invocation_module.look(invocation)
  local refused = operation.own_journal and own_folder.prepare(invocation, target)
  local journal = read_journal(target, invocation.options, operation.own_journal)
  invocation.view.start(number_of(journal))
  invocation_module.say_program(invocation, target)
  if refused then invocation.view.emit(refused) end
  if not (journal.here or operation.supersedes) and unlock_data.offer(invocation, target, credentials) then
    target = invocation_module.look(invocation, target.group.group)
    journal = read_journal(target, invocation.options, operation.own_journal)
  end
  if await_orphans(invocation, target, journal, wait) then target = invocation_module.look(invocation, target.group.group) end
  if journal.trouble and not operation.supersedes then
    ending.refuse("The journal cannot be read, so nothing was changed: " .. journal.trouble,
      "Fix: " .. errors.ours("corrupt").cure .. ".")
  end
  return target, check_group(operation, target, journal)
end

-- ---- which run, which plan -------------------------------------------------------------------------------------------------

-- Resume and rollback only know from the journal what they are to do.
local function resolve(operation, target, journal)
  if not operation.resolve then return operation end
  checks.refuse_other_computer(target)
  if not journal.here then
    local _, cure = data_volume.trouble(target)
    ending.refuse(("The journal cannot be reached: %s."):format(journal.why), cure and ("Fix: %s."):format(cure))
  end
  local resolved, sentence, code = operation.resolve(journal.latest, journal.path, journal.here, target)
  local lines = type(sentence) == "table" and sentence or { sentence }
  if not resolved and code == exit_code.PRECONDITION then ending.refuse(table.unpack(lines)) end
  if not resolved then ending.stop(code == exit_code.STOPPED and "stopped" or "done", code or exit_code.OK, table.unpack(lines)) end
  return resolved
end

local function refuse_open(open, operation, options, directory)
  local lines = operation.owns(open.start) and operation.differs and operation.differs(options, open)
  if lines then ending.stop("stopped", exit_code.STOPPED, table.unpack(lines)) end
  if operation.owns(open.start) then return end
  ending.stop("stopped", exit_code.STOPPED,
    ("Run %d (%s) in %s is not finished."):format(open.number, open.start.plan, directory),
    "`vmq-recovery resume` continues it, `vmq-recovery rollback` undoes it.")
end

-- @return the run to go on with or nil, and the open run that is closed in favour of this one or nil
local function choose_run(operation, journal, options, params)
  if operation.back then return journal.latest end
  local open = journal.open
  if not open then return nil end
  if params and not equal.same(params, open.start.params) then return nil, open end
  if operation.supersedes and not operation.owns(open.start) then return nil, open end
  refuse_open(open, operation, options, journal.path)
  return open
end

-- The runs on record, latest first; unreadable ones end them.
local function earlier(journal) return function() return journals.each(journal.here) end end

-- A parameter is missing: most likely since the System volume is not mounted.
local function refuse_params(target, why)
  local system = target.group and target.group.system
  if not system or system.mount then ending.usage(why) end
  ending.refuse(("%s: the System volume is not mounted, so nothing was changed%s."):format(target.group.name or target.group.group,
    system.mount_problem and "; " .. system.mount_problem or ""), ("Fix: diskutil mount %s."):format(system.device))
end

-- What is known of the run: { target, options, operation, plan_name, findings, checks = rows, context, params, dry_run, who = who
-- answers the tools (see screen.asks), way_back = where the operation goes back, from engine.way_back }. Three things
-- come later: more findings (in the copy that check_with_plan returns), and the context's baseline and what is typed to do the run over
-- (again), which a new run has once its journal is begun.
local function make_case(invocation, target, operation, findings, plan, run, journal, params, check_rows)
  local options = invocation.options
  local filled, why = context_module.params(plan, target, options, findings, run and run.start.params or params)
  if not filled then refuse_params(target, why) end
  local more = operation.context and operation.context(target, options, run, earlier(journal), filled)
  local c = context_module.new(target, options, findings, filled, more, run)
  return { target = target, options = options, operation = operation, plan_name = plan.name, findings = findings,
    who = asks.who(target, credentials_module.given(invocation)),
    checks = check_rows, params = filled, context = operation.file and context_module.strict(c) or c, dry_run = invocation.dry_run }
end

--- What an operation would do here, for commands that only look.
-- @param journal from lifecycle.journal, or nil: it is read here
-- @return case, rows (see engine.survey), and the open run or nil
function lifecycle.survey(invocation, target, operation, journal)
  journal = journal or read_journal(target, invocation.options)
  local plan = plans.at_hand(operation)
  plans.announce_tools(invocation, plan, true)
  checks.refuse_other_computer(target)
  if not target.group then ending.refuse(target.problems.group) end
  local open = journal.open
  local current = open and operation.owns(open.start) and open or nil
  local case = make_case(invocation, target, operation, {}, plan, current, journal)
  if not current then plans.heed_refusal(plan, case.context) end
  local rows = engine.survey(plan, current or run_state.new(), case.context)
  plans.refuse_mistakes(case.context, rows)
  return case, rows, open
end

-- ---- preflight -------------------------------------------------------------------------------------------------------------

-- What is known before the plan is loaded: looked up, and found by the checks that need no plan (an operation's array of them).
local function check_before_plan(invocation, credentials, operation, target, journal)
  checks.system(invocation, credentials, operation.preflight, target, journal)
  local known = operation.look_up and operation.look_up(target, invocation.options, invocation.view.emit) or {}
  if type(operation.preflight) ~= "table" then return known, {} end
  return checks.make(invocation, credentials, operation.preflight, target, { where = operation.place or "any", journal = journal }, known)
end

-- The checks that depend on what is left to do (an operation's function). @return the case, with what they found
local function check_with_plan(invocation, credentials, case, rows, run, journal, acts)
  local operation, target = case.operation, case.target
  if type(operation.preflight) ~= "function" then return case end
  local names, place = operation.preflight(target, rows, run)
  local todo = overview.first_todo(rows)
  local asked = { where = place or todo and todo.step.where or "any", acts = acts or operation.back, journal = journal,
    words = case.context.words or {}, params = case.params }
  local complete = {}
  for key, value in pairs(case) do complete[key] = value end
  complete.findings, complete.checks = checks.make(invocation, credentials, names, target, asked, case.findings)
  return complete
end

-- ---- overview and consent ----------------------------------------------------------------------------------------------------

-- Every step reads done and no run is open.
local function nothing_to_do(view, case, steps)
  view.emit { type = "plan", steps = steps }
  view.emit { type = "note", lines = { ("Nothing to do: %s is already applied."):format(case.plan_name) } }
  local done = case.operation.own_journal and case.operation.words.done
  return ending.new("done", exit_code.OK, table.unpack(done and done(case) or {}))
end

-- Is the overview read before this run? A run that goes on was read before; its way back was not.
local function has_readers(invocation, operation, run)
  local options = invocation.options
  return (operation.back or not run) and not (options.quiet and options.yes)
end

-- The steps as data. Where nobody is shown them (a gate shows each by itself), no more than says whether anything acts here.
local function steps_of(invocation, case, rows, run)
  local operation = case.operation
  local all = has_readers(invocation, operation, run) or not invocation.view.leaves_out_plan
  return overview.steps(rows, case.context, not all and case.target.environment or nil)
end

local function show(invocation, case, rows, steps, run)
  local emit = invocation.view.emit
  if not invocation.view.leaves_out_plan then emit { type = "plan", steps = steps } end
  if run and not case.operation.back and run.direction == "forward" then first_screen.go_on(emit, case, rows, run) end
  if not has_readers(invocation, case.operation, run) then return end
  if invocation.options.verbose or invocation.dry_run then overview.show(emit, case, steps, true) end
  first_screen.show(emit, case, rows, steps)
end

-- Is a yes needed before this run goes on?
local function needs_consent(operation, run, acts)
  if not operation.question then return false end
  if operation.back then return true end
  return acts and (operation.question ~= "name" or not run)
end

local function ask(invocation, credentials, case, plan, run, rows, steps)
  local operation = case.operation
  consent.doubts(invocation, consent.doubts_of(case.findings))
  if not operation.question then return end
  local sentence = type(operation.question) == "function" and operation.question(case) or operation.question
  local view = invocation.view
  local function details()
    view.paged(function() overview.show(view.emit, case, steps) end)
    view.emit { type = "note", lines = { "" } }
    first_screen.show(view.emit, case, case.way_back or rows, steps)
  end
  consent.ask(invocation, case.target, sentence, details, plan, run or run_state.new(), case.context, rows)
  if sentence == "name" and not operation.gate and not operation.own_journal and not credentials:who_answers(invocation) then
    ending.refuse "Apple's tools will ask questions, and nobody is at a terminal. Nothing was changed."
  end
end

-- ---- the run -------------------------------------------------------------------------------------------------------------------

-- A revert needs no journal that lasts; the door still wants its durable intent.
local function directory_for(invocation, target, journal)
  if journal.here then return journal.here end
  local why = journal.set_aside or "The Data volume cannot be used"
  invocation.view.emit { type = "note", lines = { why .. ": the journal of this revert is kept in "
    .. "recovery's own memory and is lost at restart. The revert itself does not need it." } }
  return paths.temporary_journal(target)
end

local function cannot_write(message, code)
  ending.refuse("The journal cannot be written, so nothing was changed: " .. message,
    "Fix: " .. errors.ours(code == "corrupt" and "corrupt" or "journal").cure .. ".")
end

-- The run's journal, opened for writing, or a new one. The baseline of a new one is read now. @return journal, run
local function open_journal(case, plan, run, directory)
  local journal, current, code
  if run then
    journal, current, code = journals.continue(directory, run.number, run)
  else
    local target = require("mac.target").again(case.target)
    local start = context_module.start_fields(target, case.operation, plan, case.context, case.params, case.options)
    journal, current, code = journals.start(directory, start)
  end
  if not journal then cannot_write(current, code) end
  return journal, current
end

-- What the event stream's last line calls a result, where that is not the engine's word (format 1 of the stream).
local RESULT_WORDS = { undecided = "person" }

-- What waits until nobody writes what a tool began that was cut off.
local function stander(invocation, group)
  return function() orphans.stand_still(function() return state.read(group) end, invocation.view.emit, orphans.pause(invocation)) end
end

-- Hands the run to the engine and tells how it ended.
local function drive(invocation, credentials, case, plan, run, journal, directory, held)
  local operation, view = case.operation, invocation.view
  local ports = ports_module.new { view = view, options = invocation.options, credentials = credentials, journal = journal,
    lock = held, note_tool = mac_lock.noter(held, invocation.command), group = case.target.group.group,
    target = case.target, context = case.context, transcript = directory and transcript.path(directory, run),
    names = ports_module.volume_names(case.target), silence = invocation.rehearsal.silence, dry_run = invocation.dry_run,
    stand_still = stander(invocation, case.target.group.group),
    compare = state.comparer(run.start and run.start.baseline, case.target.group.group) }
  ports.gate = operation.gate and operation.gate(view, case, plan)
  case.context.baseline, case.again = run.start and run.start.baseline, run.start and again.words(run.start)
  local final = (operation.back and engine.rollback or engine.run)(plan, ports, run, case.context)
  local lines = outcome.lines(case, final)
  if final.result == "phase" then view.emit(outcome.phase_event(final, lines)) end
  table.insert(lines, 1, "")
  view.emit { type = "note", lines = lines }
  return ending.new(RESULT_WORDS[final.result] or final.result, outcome.exit_code(final, invocation.options.detailed_exitcode))
end

-- The same with the run's journal open meanwhile. A dry run has none.
local function drive_with_journal(invocation, credentials, case, plan, run, superseded, journal, held)
  if invocation.dry_run then return drive(invocation, credentials, case, plan, run or run_state.new()) end
  local directory = directory_for(invocation, case.target, journal)
  local made, message = require("lib_file").make_directory(directory, tonumber("700", 8))
  if not made then ending.refuse("The journal's folder cannot be used, so nothing was changed: " .. message) end
  if superseded then journals.close(directory, superseded.number, "superseded by " .. invocation.command) end
  local opened, current = open_journal(case, plan, run, directory)
  if (current.torn or 0) > 0 then
    invocation.view.emit { type = "note", lines = {
      ("The last record in %s was torn off in the middle (%d bytes); it is cut."):format(current.path, current.torn) } }
  end
  local final = drive(invocation, credentials, case, plan, current, opened, directory, held)
  opened:close()
  return final
end

-- Everything up to the yes. A function of its own, so that a long plan's steps as they are shown are not held during the run.
-- @return the case; or nil and an ending, where nothing is to do
local function prepare(invocation, credentials, case, plan, run, journal)
  local operation = case.operation
  if not (run or operation.back) then plans.heed_refusal(plan, case.context) end
  local rows = engine.survey(plan, run or run_state.new(), case.context)
  if not (run or operation.back) then plans.refuse_mistakes(case.context, rows) end
  if operation.back then case.way_back = engine.way_back(plan, run, case.context) end
  local shown = case.way_back or rows
  local steps = steps_of(invocation, case, shown, run)
  if not operation.back and not run and not overview.first_todo(rows) then return nil, nothing_to_do(invocation.view, case, steps) end
  local acts = overview.acts(steps, case.target.environment)
  local complete = check_with_plan(invocation, credentials, case, rows, run, journal, acts)
  show(invocation, complete, shown, steps, run)
  local wanted = needs_consent(operation, run, acts) or acts and #consent.doubts_of(complete.findings) > 0
  if wanted and not invocation.dry_run then ask(invocation, credentials, complete, plan, run, rows, steps) end
  return complete
end

local function carry_out(invocation, credentials, operation)
  local wait = orphans.patience(invocation.view.emit, invocation.person)
  local held <close> = mac_lock.take(invocation, wait) -- released when this returns or throws
  local target, journal = find_target_and_journal(invocation, credentials, operation, wait)
  operation = resolve(operation, target, journal)
  local findings, check_rows = check_before_plan(invocation, credentials, operation, target, journal)
  local params = operation.params and operation.params(target, findings, invocation.options)
  local run, superseded = choose_run(operation, journal, invocation.options, params)
  local plan = plans.at_hand(operation, run)
  plans.announce_tools(invocation, plan)
  local case = make_case(invocation, target, operation, findings, plan, run, journal, params, check_rows)
  plans.name_collection(plan, run, case.params)
  local complete, ended = prepare(invocation, credentials, case, plan, run, journal)
  return ended or drive_with_journal(invocation, credentials, complete, plan, run, superseded, journal, held)
end

--- A command of several operations, on one screen and with the same credentials.
-- @param options from cli.parse
-- @param command string: its name
-- @param f function(invocation, target, carry) → an ending; it calls invocation.view.start first. carry(operation, options) carries an
--   operation out, with options besides the command line's, and returns its ending
-- @return exit code
function lifecycle.several(options, command, f)
  return within(options, command, function(invocation, credentials)
    return f(invocation, invocation_module.look(invocation), function(operation, more)
      local final = try.catch(carry_out, invocation_module.part(invocation, more), credentials, operation)
      if #final.lines > 0 then invocation.view.emit { type = "note", lines = final.lines } end
      return final
    end)
  end)
end

--- Carries an operation out.
-- @param operation see command.operation
-- @param options from cli.parse
-- @return exit code
function lifecycle.run(operation, options)
  return within(options, operation.command, function(invocation, credentials)
    return carry_out(invocation, credentials, operation)
  end)
end

return lifecycle
