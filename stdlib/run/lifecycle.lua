-- The one way through a run: look, preflight, overview, confirmation, journal, engine, last words.
-- Must not hold anything particular to one plan but what a job description says.
--
-- A job (see jobs): command, name of the plan, file (a user's plan), load(session, run) → plan | nil, message, code;
-- preflight(session, rows, run) → kind, where; prepare(session, directory); context (more fields for the plan's context);
-- supersedes = true closes an open run of another plan; rollback = true goes back instead of forward;
-- resolve(latest run, directory) → the job to do instead | nil, why there is none. What the commands that only prepare
-- have besides: see job.preparation.

local ask = require "screen.question"
local closing = require "screen.outcome"
local engine = require "engine.run"
local errors = require "screen.errors"
local exit_code = require "base.exit_code"
local nvram = require "tool.nvram"
local overview = require "screen.overview"
local plan_module = require "plan.load"
local policy = require "mac.policy"
local preflight = require "preflight.run"
local run_ports = require "run.ports"
local run_state = require "engine.run_state"
local runs = require "run.journals"
local session_module = require "run.session"
local unlock = require "run.unlock_data"
local values = require "base.equal"

local work = {}

--- Ends the event stream. @return the exit code
function work.finish(session, result, code)
  if session.secret then session.secret:wipe() end
  session.view.emit { type = "end", result = result, exit = code }
  return code
end

local function stop(session, result, code, ...)
  if code == exit_code.USAGE then
    require("lib_terminal").write(2, "vmq-recovery: " .. table.concat({ ... }, "\n") .. "\n")
  else
    session.view.emit { type = "note", lines = { ... } }
  end
  return work.finish(session, result, code)
end
work.stop = stop

local function read_secret(session)
  local number = session.options.password_fd
  if session.stand_in.password then
    session.secret = require("lib_secret").from_text(session.stand_in.password)
  elseif number then
    local secret, message = require("lib_secret").from_fd(number)
    if not secret then return nil, ("--password-fd %d: %s"):format(number, message) end
    session.secret = secret
  end
  return true
end

--- Opens a session and looks at the Mac.
-- @return session, or nil and an exit code (the reason is printed)
function work.open(options, command, stand_in)
  local session, message = session_module.open(options, command, stand_in)
  if not session then
    require("lib_terminal").write(2, "vmq-recovery: " .. message .. "\n")
    return nil, exit_code.USAGE
  end
  local fine, why = read_secret(session)
  if not fine then
    require("lib_terminal").write(2, "vmq-recovery: " .. why .. "\n")
    return nil, exit_code.USAGE
  end
  session_module.look(session)
  return session
end

-- What is open in the journal. @return run|nil, directory|nil; or nil, nil, message when the journal cannot be read
local function open_journal_state(session)
  local directory = session_module.journal_directory(session)
  if not directory then return nil, nil end
  local run, message, code = runs.latest(directory)
  if not run and code then return nil, nil, message end
  return run, directory
end

local function baseline(session)
  return { policy = session.policy and policy.summary(session.policy) or nil, boot_args = nvram.get "boot-args" }
end

local function start_fields(session, job, plan, params)
  local system = require "lib_system"
  return { time = system.utc(system.now()), version = require("lib_embed").version(), command = job.command,
    plan = plan.name, plan_hash = plan.hash, plan_file = job.file, group = session.group.group,
    volume = session.group.name, build = session.group.build, chip = session.kernel and session.kernel.chip,
    environment = session.environment, words = session.words, params = params, baseline = baseline(session) }
end

local function first_todo(rows)
  for _, row in ipairs(rows) do
    if row.verdict ~= "done" then return row end
  end
end

local function confirm(session)
  if session.options.yes or session.dry_run then return true end
  if session.job.question then
    local agreed, why = ask.yes_no(session.job.question(session))
    return agreed or nil, why or "declined"
  end
  local name = session.group.name or session.group.group
  session.view.emit { type = "note",
    lines = { "", ("Target: %s (%s), build %s. Steps and ways back are listed above."):format(name, session.group.group,
      session.group.build or "?"),
      ("To go on, type the volume's name: %s. To leave everything as it is: n"):format(name) } }
  return ask.word("volume's name> ", name)
end

local function lock(session, directory)
  local made, message, code = require("lib_file").make_directory(directory, tonumber("700", 8))
  if not made then return nil, message, code end
  local system = require "lib_system"
  local text = ("pid %d, %s, since %s"):format(system.pid(), session.command, system.utc(system.now()))
  return require("lib_lock").take(directory, text)
end

-- The run's journal, opened for writing, or a new one. @return journal, run; or nil, message, code
local function open_run(session, job, directory, run, plan, params)
  if run then return runs.continue(directory, run.number) end
  return runs.start(directory, start_fields(session, job, plan, params))
end

-- Revert takes over from whatever was open, and a preparation from one that was to make something else: the open run is
-- closed with that reason.
local function supersede(session, directory)
  local journal = runs.continue(directory, session.superseded.number)
  if not journal then return end
  local time = require("lib_system").utc(require("lib_system").now())
  journal:append(require("base.json").encode { type = "close", result = "superseded by " .. session.command, time = time })
  journal:close()
end

local function transcript_path(directory, run)
  return ("%s/%04d.transcript"):format(directory, run.number)
end

-- What the event stream's last line calls a result, where that is not the engine's word (format 1 of the stream).
local RESULT_WORDS = { undecided = "person" }

local function drive(session, job, plan, directory, journal, run, context)
  local ports = run_ports.new(session, journal, directory and transcript_path(directory, run))
  ports.gate = job.gate and job.gate(session, plan)
  context.baseline = run.start and run.start.baseline
  session.job_file = job.file
  local final
  if job.rollback then final = engine.rollback(plan, ports, run, context)
  else final = engine.run(plan, ports, run, context) end
  closing.tell(session, plan, final)
  return work.finish(session, RESULT_WORDS[final.result] or final.result,
    closing.exit_code(final, session.options.detailed_exitcode))
end

local function fallback_directory(session)
  session.view.emit { type = "note", lines = { "The Data volume cannot be used: the journal of this revert is kept in " ..
    "recovery's own memory and is lost at restart. The revert itself does not need it." } }
  return session_module.temporary_journal(session)
end

local function params_of(session, job, plan, run)
  local given = session_module.context(session)
  for name, value in pairs(run and run.start.params or job.params and job.params(session) or {}) do given[name] = value end
  for _, pair in ipairs(session.options.set or {}) do
    local name, value = pair:match("^([^=]+)=(.*)$")
    if not name then return nil, "--set takes NAME=VALUE, not " .. pair end
    given[name] = value
  end
  return plan_module.fill(plan, given)
end

-- Everything up to the point where a journal is needed. @return true, or nil and an exit code
local function before_acting(session, job, plan, run, rows)
  local told = session.options.quiet and session.options.yes or job.gate
  local shows, streams = not run and not job.rollback and not told, not session.view.leaves_out_plan
  local steps = overview.steps(rows, session.context, not (shows or streams) and session.environment or nil)
  local acts = overview.acts(steps, session.environment)
  local todo = first_todo(rows)
  local kind, where
  if job.preflight then kind, where = job.preflight(session, rows, run) end
  local wanted = { where = where or todo and todo.step.where or "any", acts = acts or job.rollback }
  if kind and not preflight.run(session, kind, wanted) then
    return nil, stop(session, "precondition", exit_code.PRECONDITION,
      "Not everything is right, so nothing was changed. Mend what reads bad or unknown above and run this again.")
  end
  if streams then session.view.emit { type = "plan", steps = steps } end
  if shows then overview.show(session, plan, steps) end
  if job.begin then session.asks_confirmation = job.question ~= nil and acts
  else session.asks_confirmation = not job.gate and (job.rollback or not run and acts) end
  return true
end

-- The person may have taken minutes to answer: is everything still as the overview said?
local function has_moved(session, plan, run)
  require("tool.probe").forget()
  session_module.look_at_policy(session)
  local shown = session.rows
  session.rows = nil
  for number, row in engine.verdicts(plan, run or run_state.new(), session.context) do
    if row.verdict ~= shown[number].verdict or not values.same(row.seen, shown[number].seen) then return true end
  end
  return false
end

local function run_locked(session, job, plan, run, directory)
  if session.asks_confirmation then
    local agreed, why = confirm(session)
    if not agreed then
      return stop(session, "declined", exit_code.DECLINED,
        ("Nothing was changed (%s)."):format(why == "eof" and "end of input" or why))
    end
  end
  if session.asks_confirmation and has_moved(session, plan, run) then
    return stop(session, "precondition", exit_code.PRECONDITION,
      "The Mac is no longer as it was shown to you: something else changed it. Nothing was changed. Run this again.")
  end
  if session.asks_confirmation and not session.job.begin and not preflight.can_answer(session) then
    return stop(session, "precondition", exit_code.PRECONDITION,
      "Apple's tools will ask questions, and nobody is at a terminal. Nothing was changed.")
  end
  local journal, opened, code = open_run(session, job, directory, run, plan, session.params)
  if not journal then
    return stop(session, "precondition", exit_code.PRECONDITION,
      "The journal cannot be written, so nothing was changed: " .. opened,
      "What helps: " .. errors.ours(code == "corrupt" and "corrupt" or "journal").cure .. ".")
  end
  if (opened.torn or 0) > 0 then
    session.view.emit { type = "note", lines = {
      ("The last record in %s was torn off in the middle (%d bytes); it is cut."):format(opened.path, opened.torn) } }
  end
  local result = drive(session, job, plan, directory, journal, opened, session.context)
  journal:close()
  return result
end

local function with_lock(session, directory, go)
  local held, message, code, holder = lock(session, directory)
  if not held then
    if code == "held" then
      return stop(session, "locked", exit_code.LOCKED, "Another run is at work: " .. (holder or message),
        "What helps: " .. errors.ours("locked").cure .. ".")
    end
    return stop(session, "precondition", exit_code.PRECONDITION,
      "The journal's folder cannot be used, so nothing was changed: " .. message)
  end
  local result = go()
  held:release()
  return result
end

-- Every step reads done and no run is open. Another run at work would make that a passing moment, hence the lock.
local function nothing_to_do(session, plan, rows, directory)
  local function say()
    session.view.emit { type = "plan", steps = overview.steps(rows, session.context) }
    session.view.emit { type = "note", lines = { ("Nothing to do: every step of %s reads done."):format(plan.name) } }
    if session.job.last_words then session.view.emit { type = "note", lines = session.job.last_words(session) } end
    return work.finish(session, "done", exit_code.OK)
  end
  if not directory or not require("lib_file").stat(directory) then return say() end
  return with_lock(session, directory, say)
end

-- Were other words asked for than the open run was begun with?
local function asks_otherwise(session, open)
  local asked = session.options.quota or session.options.boot_arg
  return asked and not values.same(session.words, open.start.words)
end

-- The run to go on with, if there is one. @return run|nil; or nil, exit code
local function choose_run(session, job, latest, directory)
  local open = latest and run_state.is_open(latest) and latest or nil
  if job.rollback then return latest end
  if open and job.params and not values.same(job.params(session), open.start.params) then
    session.superseded = open
    return nil
  end
  if open and open.start.plan == job.name and asks_otherwise(session, open) then
    return nil, stop(session, "stopped", exit_code.STOPPED,
      "The open run was begun with: " .. table.concat(open.start.words or {}, " "),
      "Finish it first (without --quota and --boot-arg), or undo it with `vmq-recovery rollback`.")
  end
  if not open or open.start.plan == job.name then return open end
  if job.supersedes then
    session.superseded = open
    return nil
  end
  return nil, stop(session, "stopped", exit_code.STOPPED,
    ("Run %d (%s) in %s is not finished."):format(open.number, open.start.plan, directory),
    "`vmq-recovery resume` goes on with it, `vmq-recovery rollback` undoes it.")
end

-- The number of the run that is about to go on or begin.
local function number_of(latest, directory)
  if latest and not latest.closed then return latest.number end
  return directory and (runs.latest_number(directory) or 0) + 1
end

-- Looks for the journal; where a locked volume hides it, offers to unlock that first.
local function find_journal(session, job)
  local latest, directory, trouble = open_journal_state(session)
  session.view.start(number_of(latest, directory))
  if directory or trouble or job.supersedes then return latest, directory, trouble end
  unlock.offer(session)
  return open_journal_state(session)
end

-- The plan's context for this Mac and this run. @return true, or nil and an exit code
local function make_context(session, job, plan, run, directory)
  if run and run.start.words then session.words = run.start.words end
  job.prepare(session, directory)
  local params, why = {}, nil
  if session.group then params, why = params_of(session, job, plan, run) end
  if not params then return nil, stop(session, "usage", exit_code.USAGE, why) end
  session.params = params
  session.context = session_module.context(session, params)
  session.context.baseline = run and run.start.baseline
  for name, value in pairs(job.context or {}) do session.context[name] = value end
  return true
end

local function act(session, job, plan, run, directory)
  if session.dry_run then
    return drive(session, job, plan, nil, nil, run or run_state.new(), session.context)
  end
  directory = directory or job.supersedes and fallback_directory(session)
  return with_lock(session, directory, function()
    if session.superseded then supersede(session, directory) end
    return run_locked(session, job, plan, run, directory)
  end)
end

-- Resume and rollback only know from the journal what they are to do.
local function resolve(session, job, latest, directory)
  if not job.resolve then return job end
  if not directory then
    return nil, stop(session, "precondition", exit_code.PRECONDITION,
      "The journal cannot be reached: is the Data volume locked?")
  end
  local resolved, sentence, code = job.resolve(latest, directory)
  if resolved then return resolved end
  return nil, stop(session, code == exit_code.STOPPED and "stopped" or "done", code or exit_code.OK, sentence)
end

--- Does a job.
-- @return exit code
function work.run(job, options, stand_in)
  local session, code = work.open(options, job.command, stand_in)
  if not session then return code end
  session.journal_part = job.journal_part
  local latest, directory, trouble = find_journal(session, job)
  if trouble and not job.supersedes then
    return stop(session, "precondition", exit_code.PRECONDITION,
      "The journal cannot be read, so nothing was changed: " .. trouble,
      "What helps: " .. errors.ours("corrupt").cure .. ".")
  end
  local nothing
  job, nothing = resolve(session, job, latest, directory)
  if not job then return nothing end
  session.job = job
  if job.begin then
    local fine, refusal = job.begin(session)
    if not fine then return refusal end
  end
  local run, refused = choose_run(session, job, latest, directory)
  if refused then return refused end
  local plan, message, usage_code = job.load(session, run)
  if not plan then return stop(session, "usage", usage_code or exit_code.USAGE, message) end
  local made, usage = make_context(session, job, plan, run, directory)
  if not made then return usage end
  local rows = engine.survey(plan, run or run_state.new(), session.context)
  session.rows = rows
  if not job.rollback and not run and not first_todo(rows) then return nothing_to_do(session, plan, rows, directory) end
  local fine, exit = before_acting(session, job, plan, run, rows)
  if not fine then return exit end
  return act(session, job, plan, run, directory)
end

return work
