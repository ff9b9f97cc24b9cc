-- The plan boot-object: registers a boot object of the user's own. Everything that is particular to it stands here and in
-- scripts/boot-object.lua.

local custom_kernel = require "command.custom_kernel"
local journals = require "run.journals"
local named = require "command.named"
local outcome = require "screen.outcome"
local overview = require "screen.overview"
local paths = require "mac.paths"
local staging = require "kernel.staging"

local boot_object = {}

local IN_RECOVERY = { "root", "program", "platform", "tools", "named/volume", "replaced/policy", "environment", "data", "journal",
  "owners", "object", "room", "preboot" }
local ANYWHERE = { "root", "program", "platform", "tools", "named/volume", "policy", "environment", "journal" }

local function preflight(_, rows)
  local left = overview.left_in_recovery(rows)
  return left and IN_RECOVERY or ANYWHERE, left and "paired-recovery" or "any"
end

-- What a run of ours registered, as far as those very bytes are still there: { path, sum, raw = kmutil's options }.
local function object_of(target, run)
  local params = run.start.params or {}
  local sum = tostring(params.collection_sum):match("^%x+$")
  for _, path in ipairs { sum and paths.collection_copy(target, sum), sum and params.collection_on_mac } do
    if staging.sum(target.root .. path) == sum then
      return { path = path, sum = sum, raw = params.raw == "yes" and { entry_point = params.entry_point, address = params.address } or nil }
    end
  end
end

-- The object that was registered before this run, where it is one of ours and can be registered once more.
local function earlier_object(target, run, earlier)
  local before = run and (run.start.baseline or {}).policy or target.policy
  if not before or before.coih == "absent" then return nil end
  for one in earlier() do
    if one.start and one.start.group == target.group.group and journals.brought(one, before.coih) then return object_of(target, one) end
  end
end

local function context(target, _, run, earlier, params)
  return { first = named.first(target, earlier), earlier = earlier_object(target, run, earlier),
    collection = target.root .. params.collection_on_mac }
end

local function notes(case, steps) return custom_kernel.notes(case, steps, {}) end

local function after(case)
  local found = case.findings.object
  return found and { kernel = ("this object, SHA-256 %s…"):format(found.sha256:sub(1, 16)) } or nil
end

-- The object, and how kmutil is to take it.
local function object_row(case)
  local params = case.params
  local raw = params.raw == "yes" and (", raw, entry point %d, first byte at %d"):format(params.entry_point, params.address) or ""
  return { "Boot object", params.collection_on_mac .. raw }
end

local function summary(case)
  local rows, own = { object_row(case) }, case.context.earlier
  if own then rows[2] = { "Put back", "the object of now is ours: rollback registers " .. own.path } end
  return custom_kernel.summary(case, rows, "rollback")
end

local words = {}

function words.done(case)
  local lines = { "Done: the boot object is registered, read back. This volume starts with it from the next start on.",
    "To take that back, in this recovery:", outcome.here(case, "rollback") }
  return custom_kernel.add_uncompared(lines, case, "boot object's")
end

function boot_object.operation()
  return named.make("boot-object", { preflight = preflight, context = context, overview = notes, after = after, summary = summary,
    words = words })
end

return boot_object
