-- What the commands that prepare in macOS share: a plan of their own, a journal folder of their own, and words of their own.
-- Must not touch what `apply` and `revert` have under way: their journal is another folder.
--
-- Besides the fields that work names, such a job has: begin(session) → true | nil, exit code (its preflight, and what the plan
-- needs to know); notes(session) → what is told before; question(session) → a question, or nil when none is asked;
-- again, the words that go on with it; last_words(session) → lines when it is done; stopped_words, a line when
-- it is not (or a function that gives it).

local embed = require "lib_embed"
local exit_code = require "base.exit_code"
local plan = require "plan.load"
local preflight = require "preflight.run"

local preparation = {}

local function load_embedded(name)
  return function()
    local chunk = "scripts/" .. name .. ".lua"
    return plan.load(embed.source(chunk), chunk, require("lib_file").sha256_text, true)
  end
end

--- Makes the job of one plan.
-- @param name string: the plan's name, also of its folder in the journal's folder
-- @param fields table: what is particular to it
function preparation.job(name, fields)
  local job = { command = name, name = name, load = load_embedded(name), journal_part = name, again = name,
    prepare = function() end }
  for key, value in pairs(fields) do job[key] = value end
  return job
end

--- Runs the preconditions of a kind of work in macOS.
-- @return true, or nil and the exit code
function preparation.check(session, kind)
  if preflight.run(session, kind, { where = "macos" }) then return true end
  return nil, require("run.lifecycle").stop(session, "precondition", exit_code.PRECONDITION,
    "Not everything is right, so nothing was changed. Mend what reads bad or unknown above and run this again.")
end

return preparation
