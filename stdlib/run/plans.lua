-- Loads plans: those inside the program by name, a user's from a file; and tells the door which tools a plan declares.
-- Must not carry anything out.

local answer = require "plan.answer"
local embed = require "lib_embed"
local ending = require "run.ending"
local exit_code = require "base.exit_code"
local guarded = require "plan.guarded"
local overview = require "screen.overview"
local places = require "plan.place"
local plan_load = require "plan.load"

local plans = {}

local function hash(text) return require("lib_file").sha256_text(text) end

--- A plan inside the program.
-- @param name string, such as "apply"
-- @return plan, or nil and a sentence
function plans.embedded(name)
  local chunk = "scripts/" .. name .. ".lua"
  local source = embed.source(chunk)
  if not source then return nil, "no plan is called " .. name end
  return plan_load.load(source, chunk, hash, embed.source)
end

--- A plan from a file of the user's.
-- @return plan, or nil and "FILE:LINE: reason"
function plans.from_file(path)
  local text, message = require("lib_file").read(path, nil, true)
  if not text then return nil, message end
  return plan_load.load(text, path, hash)
end

--- Lets the door and the probes know the tools that a plan declares.
-- @return true, or nil and a sentence
function plans.declare_tools(plan)
  for _, tool in ipairs(plan.tools) do
    local fine, message = pcall(require("lib_door").declare, tool.path, tool.reads)
    if not fine then return nil, ("%s: tools: %s"):format(plan.at, tostring(message)) end
  end
  return true
end

--- What a plan declares as only reading, a line each: it is its author's word, and it is started as that.
function plans.readers(plan)
  local lines = {}
  for _, tool in ipairs(plan.tools) do
    for _, form in ipairs(tool.reads) do
      lines[#lines + 1] = ("It says that this only reads: %s %s"):format(tool.path, table.concat(form, " "))
    end
  end
  return lines
end

--- The plan of an operation, loaded and known to the door; or the command ends.
-- @param operation see command.operation
-- @param run the run that goes on, or nil
function plans.at_hand(operation, run)
  local plan, message, code = operation.load(run)
  if plan then
    local declared, why = plans.declare_tools(plan)
    if declared then return plan end
    message = why
  end
  ending.heed_interrupt()
  ending.stop("usage", code or exit_code.USAGE, message)
end

--- A look that may start what the plan declares says first what that is.
-- @param looks true where nothing is carried out
function plans.announce_tools(invocation, plan, looks)
  local lines = plans.readers(plan)
  if not invocation.options.allow_tools or not (looks or invocation.dry_run) or #lines == 0 then return end
  lines[#lines + 1] = "These are started now, since --allow-tools is given."
  invocation.view.emit { type = "note", title = "Tools of this plan", lines = lines }
end

--- Ends a command whose plan says that it must not begin here.
-- @param c the plan's context
function plans.heed_refusal(plan, c)
  if not plan.refuse then return end
  local sound, sentence = guarded.call("plan " .. plan.name, plan.refuse, c)
  if not sound then ending.mistake(sentence) end
  if type(sentence) == "string" then ending.refuse("Nothing was changed: " .. sentence) end
end

--- Ends a command whose plan is wrong, as far as that can be known before anything is done.
-- @param c the plan's context
-- @param rows from engine.survey
function plans.refuse_mistakes(c, rows)
  local first = overview.first_todo(rows)
  for _, row in ipairs(rows) do
    local later = row ~= first or not places.fits(row.step.where, c.environment)
    local reason = row.mistake or row.verdict == "todo" and (answer.commands_fault(row.step, c, row.seen, later)
      or answer.way_back_fault(row.step, c, row.seen, true))
    if reason then ending.mistake(reason) end
  end
end

--- Tells the door which file a plan inside copies: named on the command line, by the plan's own parameter or when the run began.
-- @param plan see plan.load
-- @param run nil: a new one
-- @param params table: the plan's values
function plans.name_collection(plan, run, params)
  local path = plan.embedded and (run or params.file) and params.collection_on_mac
  if path then require("lib_door").name(path) end
end

return plans
