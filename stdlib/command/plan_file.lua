-- The operation of a plan in a user's own file.
-- Must not go on with a run whose plan has changed since it began.

local exit_code = require "base.exit_code"
local operation = require "command.operation"
local overview = require "screen.overview"
local paths = require "mac.paths"
local plans = require "run.plans"
local text = require "base.text"

local plan_file = {}

local PRECONDITIONS = { "root", "program", "volume", "environment", "journal" }

local function load(path, known)
  return function(run)
    local loaded, message = known, nil
    if not loaded then loaded, message = plans.from_file(path) end
    known = nil
    if not loaded then return nil, message end
    if run and run.start.plan_hash ~= loaded.hash then
      return nil, path .. " has changed since the open run began; `vmq-recovery rollback` needs the plan as it was",
        exit_code.PRECONDITION
    end
    return loaded
  end
end

-- A run of the same file, or of the same plan in a file of another name.
local function owns(path, hash)
  path = paths.on_mac("", path)
  return function(start) return start.plan_file ~= nil and (start.plan_file == path or start.plan_hash == hash) end
end

--- The operation of a file.
-- @param path string
-- @param known plan or nil: the file as it was loaded a moment ago; it is not loaded again
function plan_file.operation(path, known)
  return operation.new { name = known and known.name or nil, command = "run", file = path, again = "run " .. text.quote(path),
    load = load(path, known), owns = owns(path, known and known.hash), question = "name", overview = overview.of_policy_work,
    summary = function(case) return overview.policy_summary(case, {}, "rollback") end,
    preflight = function() return PRECONDITIONS, "any" end }
end

return plan_file
