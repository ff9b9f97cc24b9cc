-- `apply`: brings the Mac to the raised limit; run again, it goes on. Everything that is particular to it stands here and in
-- scripts/apply.lua.

local boot_args = require "mac.boot_args"
local boot_object = require "mac.boot_object"
local bputil = require "tool.bputil"
local equal = require "base.equal"
local lifecycle = require "run.lifecycle"
local named = require "command.named"
local operation = require "command.operation"
local outcome = require "screen.outcome"
local overview = require "screen.overview"
local text = require "base.text"

local apply = {}

local IN_RECOVERY = { "root", "platform", "tools", "macos/volume", "replaced/policy", "environment", "data", "journal", "owners",
  "collection", "room", "preboot", "boot-args" }
local IN_MACOS = { "root", "platform", "tools", "macos/volume", "policy", "environment", "journal", "boot-args" }

local LOSSES = "While this is in force, for this macOS only: System Integrity Protection is off, Apple Pay and iPhone apps do not "
  .. "work, protected video plays at lower quality, and macOS updates end in an error: revert before each update, and "
  .. "turn automatic updates off. FileVault, your files and other systems on this Mac are not affected."
local LICENCE = {
  "The macOS licence (2.B.iii) still counts two additional copies in virtual machines, whatever the kernel allows.",
  "This program grants nothing: what runs beyond two is your own responsibility.",
}

-- Everything is needed as long as a policy step is left to do in recovery; afterwards only what macOS needs.
local function preflight(target, rows, run)
  if named.left_in_recovery(rows) and not (run and target.environment == "macos") then return IN_RECOVERY, "paired-recovery" end
  return IN_MACOS, "any"
end

--- What `doctor` has to look at: the preconditions of what is left of apply, wherever that is done.
-- @param target see mac.target.look
-- @param rows from engine.survey, or nil where nothing can be known of the steps
-- @return array of checks, the place that the next step needs here, and whether recovery is next
function apply.preconditions(target, rows)
  if target.environment ~= "macos" then return IN_RECOVERY, "paired-recovery", false end
  local recovery = rows ~= nil and named.left_in_recovery(rows)
  return (recovery or not rows) and IN_RECOVERY or IN_MACOS, "any", recovery
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

local function collection_note(findings)
  local found = findings.collection
  return found and { title = "Kernel collection", lines = { findings.collection_path,
    ("%s, SHA-256 %s"):format(text.size(found.size), found.sha256), found.kernel.banner,
    findings.manifest_doubt or "checksum matches" } }
end

local function notes(case, steps)
  local list = { collection_note(case.findings) }
  for _, note in ipairs {
    overview.policy(case.target), overview.unrestorable(case.target), overview.steps_note(steps),
    overview.questions(steps, case.target.environment),
    { title = "Network", lines = { "not needed now; full security on the way back needs it" } },
    { title = "What stops working", lines = { LOSSES } }, { title = "Licence", lines = LICENCE }, overview.WAY_BACK,
  } do list[#list + 1] = note end
  return list
end

-- The kernel that the policy would name, as far as it is known before.
local function after(case)
  local found = case.findings.collection
  if not found then return nil end
  return { kernel = ("%s %s (%s)"):format(found.kernel.kind, case.target.group.build or "?",
    case.findings.manifest_doubt or "checksum matches") }
end

local function summary(case, steps)
  local rows = { named.STOPS }
  for _, sentence in ipairs(overview.unrestorable_lines(case.target)) do rows[#rows + 1] = { "Look at this", sentence } end
  rows[#rows + 1] = { "Licence", "it still allows only two extra copies of macOS" }
  return overview.policy_summary(case, steps, rows, "revert")
end

local words = {}

-- What could not be compared is neither a failure nor called proved.
local function add_uncompared(lines, case)
  local now = bputil.read(case.context.group)
  if not now or now.coih == "absent" then return lines end
  local answer, why = boot_object.compare(case.context, now)
  if answer == "unknown" then
    lines[#lines + 1] = ("Whether the kernel in Preboot holds the collection's very bytes could not be compared: %s."):format(why)
  end
  return lines
end

function words.done(case)
  return add_uncompared({ "Done: the development kernel runs and allows up to " .. case.context.quota
    .. " macOS guests, all of it read back.", "Before a macOS update:", outcome.here(case, "revert") }, case)
end

function words.phase(case, final)
  if final.pending then return { "Boot arguments saved. Restart once more for them to take effect." } end
  local lines = not final.waits_for and add_uncompared({ "This part is finished and read back." }, case) or {}
  return #lines > 1 and lines or nil
end

function apply.operation()
  return operation.new { name = "apply", command = "apply", preflight = preflight, context = context, differs = differs,
    overview = notes, after = after, summary = summary, question = "name", words = words, way_back = "revert" }
end

function apply.run(_, options) return lifecycle.run(apply.operation(), options) end

return apply
