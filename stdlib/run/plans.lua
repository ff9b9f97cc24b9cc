-- Loads plans: those inside the program by name, a user's from a file; and tells the door which tools a plan declares.
-- Must not run any function of a plan.

local embed = require "lib_embed"
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
  return plan_load.load(source, chunk, hash, true)
end

--- A plan from a file of the user's.
-- @return plan, or nil and "FILE:LINE: reason"
function plans.from_file(path)
  local text, message = require("lib_file").read(path)
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

return plans
