-- What each command that works on a plan is particular about: which plan, which preflight, what it may take over.
-- Must not run anything; see work.

local boot_args = require "mac.boot_args"
local embed = require "lib_embed"
local exit_code = require "base.exit_code"
local plan = require "plan.load"
local runs = require "run.journals"

local jobs = {}

local function hash(text) return require("lib_file").sha256_text(text) end

local function load_embedded(name)
  return function()
    local chunk = "scripts/" .. name .. ".lua"
    return plan.load(embed.source(chunk), chunk, hash, true)
  end
end

-- Adds words whose key is not among them yet.
local function add_words(words, more)
  local known = {}
  for _, word in ipairs(words) do known[boot_args.key(word)] = true end
  for _, word in ipairs(more or {}) do
    if not known[boot_args.key(word)] then words[#words + 1] = word end
  end
end

-- What revert takes out of boot-args: every word that any apply since the last revert put in; and what it puts back: what
-- stood there before the first of them. A later apply's own baseline holds our words already.
local function use_recorded_words(session, directory)
  local words = { table.unpack(session.words) }
  for _, run in ipairs(directory and runs.since_revert(directory, session.group and session.group.group) or {}) do
    add_words(words, run.start.words)
    session.recorded_boot_args = run.start.baseline and run.start.baseline.boot_args or session.recorded_boot_args
  end
  session.words = words
end

-- Apply needs everything as long as a policy step is left to do in recovery; afterwards only what macOS needs.
local function apply_preflight(session, rows, run)
  local recovery_work = false
  for _, row in ipairs(rows) do
    if row.verdict ~= "done" and row.step.where == "paired-recovery" then recovery_work = true end
  end
  if recovery_work and not (run and session.environment == "macos") then return "apply", "paired-recovery" end
  return "apply-macos", "any"
end

--- The job of `apply`.
function jobs.apply()
  return { command = "apply", name = "apply", load = load_embedded "apply", preflight = apply_preflight,
    prepare = function() end }
end

--- The job of `revert`. An unfinished run of any other plan is closed in its favour.
function jobs.revert()
  local job = { command = "revert", name = "revert", load = load_embedded "revert", supersedes = true }
  function job.preflight() return "revert", "any" end
  function job.prepare(session, directory)
    use_recorded_words(session, directory)
    job.context = { baseline_boot_args = session.recorded_boot_args }
  end
  return job
end

local function declare_tools(loaded)
  for _, tool in ipairs(loaded.tools) do
    local fine, message = pcall(require("lib_process").declare, tool.path, tool.reads)
    if not fine then return nil, ("%s: tools: %s"):format(loaded.at, tostring(message)) end
  end
  return true
end

--- What a plan declares as only reading, a line each: it is its author's word, and it is started as that.
function jobs.readers(loaded)
  local lines = {}
  for _, tool in ipairs(loaded.tools) do
    for _, form in ipairs(tool.reads) do
      lines[#lines + 1] = ("It says that this only reads: %s %s"):format(tool.path, table.concat(form, " "))
    end
  end
  return lines
end

--- Loads a plan from a file of the user's.
-- @return plan, or nil, message
function jobs.load_file(path)
  local text, message = require("lib_file").read(path)
  if not text then return nil, message end
  return plan.load(text, path, hash)
end

--- The job of `run FILE`.
-- @param known plan or nil: the file as it was loaded a moment ago; it is not loaded again
function jobs.file(path, known)
  local job = { command = "run", file = path, prepare = function() end }
  function job.load(_, run)
    local loaded, message = known, nil
    if not loaded then loaded, message = jobs.load_file(path) end
    known = nil
    if not loaded then return nil, message end
    if run and run.start.plan_hash ~= loaded.hash then
      return nil, path .. " has changed since the open run began; `vmq-recovery rollback` needs the plan as it was",
        exit_code.PRECONDITION
    end
    local declared, why = declare_tools(loaded)
    if not declared then return nil, why end
    return loaded
  end
  function job.preflight() return "run", "any" end
  return job
end

--- The job of a plan named on the command line: apply (also when nothing is named), revert, or a file.
function jobs.named(name)
  if not name or name == "apply" then return jobs.apply() end
  if name == "revert" then return jobs.revert() end
  return jobs.file(name)
end

-- The job that goes on with a run, by its start record.
local function of_run(run)
  if run.start.plan_file then
    local job = jobs.file(run.start.plan_file)
    job.name = run.start.plan
    return job
  end
  return run.start.plan == "revert" and jobs.revert() or jobs.apply()
end

--- The job of `resume`: goes on with the open run, forward or back, whichever way it was going.
function jobs.resume()
  local job = { command = "resume" }
  function job.resolve(latest, directory)
    if not latest then return nil, "There is no run in " .. directory .. "." end
    if latest.closed then return nil, "Nothing to resume: the last run is finished." end
    return of_run(latest)
  end
  return job
end

--- The job of `rollback`: undoes the open or last run, in reverse, towards the baseline it recorded.
function jobs.rollback()
  local job = { command = "rollback" }
  function job.resolve(latest, directory)
    if not latest then return nil, "There is no run in " .. directory .. "." end
    if latest.start.plan == "revert" then
      return nil, "The last run was a revert: there is no way back from it but apply."
        .. (latest.closed and "" or " It is not finished: `vmq-recovery resume` goes on with it."),
        latest.closed and exit_code.OK or exit_code.STOPPED
    end
    if latest.closed and #latest.acted == 0 then return nil, "Nothing to roll back: the last run changed nothing." end
    if latest.closed and latest.closed.result == "undone" then
      return nil, "Nothing to roll back: the last run is undone already."
    end
    local resolved = of_run(latest)
    resolved.rollback, resolved.supersedes = true, nil
    function resolved.preflight() return latest.start.plan_file and "run" or "rollback", "any" end
    return resolved
  end
  return job
end

return jobs
