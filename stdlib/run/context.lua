-- What a plan's functions are told: the target, the plan's parameters, and what was recorded before the run.
-- Must not look at the Mac, but for a new run's baseline: it gathers what is known.

local nvram = require "tool.nvram"
local paths = require "mac.paths"
local param = require "plan.param"
local plan_load = require "plan.load"
local staging = require "kernel.staging"
local state = require "mac.state"

local context = {}

-- Facts about the target that every plan may use.
local function facts(target, options, known)
  local collection_path, here = staging.collection(target, known and known.source, options.kc)
  local group = target.group
  return { group = group and group.group, volume_name = group and group.name, system_volume = group and group.system.mount,
    environment = target.environment, root = target.root, preboot = group and group.preboot and group.preboot.mount,
    release = group and group.version, filevault = group and group.data and group.data.filevault,
    collection = here, collection_on_mac = collection_path, uid = require("lib_system").uid() }
end

-- The file that a plan inside is given takes the place of the staged collection.
local function add_file(plan, target, values)
  if not plan.embedded or not plan.params.file or not values.file then return end
  values.collection_on_mac = paths.on_mac(target.root, values.file)
  values.collection = target.root .. values.collection_on_mac
end

-- The sum of the collection as it is shown, which a run keeps, and where its copy lies: that follows the volumes.
local function add_copy(plan, target, values)
  if not plan.params.collection_sum then return end
  if not values.collection_sum or values.collection_sum == "none" then
    values.collection_sum = values.collection and staging.sum(values.collection)
  end
  local sum = tostring(values.collection_sum):match("^%x+$")
  values.copy = sum and paths.collection_copy(target, sum)
end

-- Adds --set NAME=VALUE.
local function add_given(plan, values, list)
  for _, pair in ipairs(list or {}) do
    local name, value = pair:match("^([^=]+)=(.*)$")
    if not name then return nil, "--set takes NAME=VALUE, not " .. pair end
    local fault = plan_load.name_fault(plan, name)
    if fault then return nil, fault end
    values[name] = value
  end
  return values
end

--- The parameters of a plan.
-- @param plan from plan.load
-- @param target see mac.target.look
-- @param options the command line's
-- @param known what was found before (known.source: a file instead of the staged collection), or nil
-- @param recorded table or nil: the operation's parameters, or those of the run that goes on
-- @return table; or nil and a sentence
function context.params(plan, target, options, known, recorded)
  if not target.group then return {} end
  local values = facts(target, options, known)
  for name, value in pairs(recorded or {}) do values[name] = value end
  local given, why = add_given(plan, values, options.set)
  if not given then return nil, why end
  add_file(plan, target, given)
  add_copy(plan, target, given)
  return plan_load.fill(plan, given)
end

--- The context that a plan's functions get.
-- @param target see mac.target.look
-- @param options the command line's
-- @param known see context.params
-- @param params from context.params
-- @param more table: the operation's own fields, such as words
-- @param run the run that goes on, or nil
function context.new(target, options, known, params, more, run)
  local c = facts(target, options, known)
  for _, fields in ipairs { params, more or {} } do
    for name, value in pairs(fields) do c[name] = value end
  end
  c.baseline = run and run.start and run.start.baseline
  return c
end

-- Names that the context may have, although there is nothing to tell now.
local KNOWN = { group = true, volume_name = true, system_volume = true, environment = true, root = true, preboot = true, release = true,
  collection = true, collection_on_mac = true, uid = true, words = true, quota = true, baseline = true, baseline_boot_args = true,
  before = true, tried = true, left = true }

local function no_such(_, name)
  if KNOWN[name] then return nil end
  error(("c has no %s: it is no parameter that the plan declares in params, and nothing that is known of the Mac"):format(
    tostring(name)), 2)
end

--- The same for a plan in somebody's file: a name that is not known, such as a misspelt parameter, is an error there.
function context.strict(c) return setmetatable(c, { __index = no_such }) end

--- The fields of a new run's start record. The baseline is read now.
-- @param target as it is now
-- @param operation { command, file }
-- @param plan from plan.load
-- @param c from context.new
-- @param params from context.params
-- @param options the command line's
function context.start_fields(target, operation, plan, c, params, options)
  local system, group = require "lib_system", target.group
  local file, kc = operation.file, options.kc
  return { time = system.utc(system.now()), version = require("lib_embed").version(), command = operation.command,
    plan = plan.name, plan_hash = plan.hash, plan_file = file and paths.on_mac("", file), set = options.set,
    kc = kc and paths.on_mac(target.root, kc), group = group.group, volume = group.name, build = group.build,
    chip = target.kernel and target.kernel.chip, environment = target.environment, words = c.words,
    params = param.typed(params), baseline = state.of(target.policy, (nvram.get "boot-args")) }
end

return context
