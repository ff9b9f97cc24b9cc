-- `apply`: raises the macOS guest limit; started again, it goes on where it stopped. All that is particular to it stands here and in
-- scripts/apply.lua.

local boot_args = require "mac.boot_args"
local custom_kernel = require "command.custom_kernel"
local equal = require "base.equal"
local lifecycle = require "run.lifecycle"
local operation = require "command.operation"
local outcome = require "screen.outcome"
local overview = require "screen.overview"

local apply = {}

local LOSSES = "While this is in force, for this macOS only: System Integrity Protection is off, Apple Pay and iPhone apps do not "
  .. "work, protected video plays at lower quality, and macOS updates end in an error: revert before each update, and "
  .. "turn automatic updates off. FileVault, your files and other systems on this Mac are not affected."
local LICENCE = {
  "The macOS licence (2.B.iii) still counts two additional copies in virtual machines, whatever the kernel allows.",
  "This program grants nothing: what runs beyond two is your own responsibility.",
}

--- What `doctor` has to look at: the preconditions of what is left of apply, wherever that is done.
-- @param target see mac.target.look
-- @param rows from engine.survey, or nil where nothing can be known of the steps
-- @return array of checks, the place that the next step needs here, and whether recovery is next
function apply.preconditions(target, rows)
  if target.environment ~= "macos" then return custom_kernel.IN_RECOVERY, "paired-recovery", false end
  local recovery = rows ~= nil and overview.left_in_recovery(rows)
  return (recovery or not rows) and custom_kernel.IN_RECOVERY or custom_kernel.IN_MACOS, "any", recovery
end

local function context(_, options, run)
  local words = run and run.start.words or boot_args.raising(options.quota, options.boot_arg)
  return { words = words, quota = boot_args.quota(table.concat(words, " ")) }
end

-- Were other words asked for than the open run was begun with?
local function differs(options, run)
  if not (options.quota or options.boot_arg) then return nil end
  if equal.same(boot_args.raising(options.quota, options.boot_arg), run.start.words) then return nil end
  return { "The open run was begun with: " .. table.concat(run.start.words or {}, " "),
    "Finish it first (without --quota and --boot-arg), or undo it with `vmq-recovery rollback`." }
end

local function notes(case, steps)
  return custom_kernel.notes(case, steps, { { title = "What stops working", lines = { LOSSES } }, { title = "Licence", lines = LICENCE } })
end

local function summary(case)
  return custom_kernel.summary(case, { { "Licence", "it still allows only two extra copies of macOS" } }, "revert")
end

local words = { phase = custom_kernel.phase }

function words.done(case)
  return custom_kernel.add_uncompared({ "Done: the development kernel runs and allows up to " .. case.context.quota
    .. " macOS guests, all of it read back.", "Before a macOS update:", outcome.here(case, "revert") }, case)
end

function apply.operation()
  return operation.new { name = "apply", command = "apply", preflight = custom_kernel.preflight, context = context, differs = differs,
    overview = notes, after = custom_kernel.after, summary = summary, question = "name", words = words, way_back = "revert" }
end

function apply.run(_, options) return lifecycle.run(apply.operation(), options) end

return apply
