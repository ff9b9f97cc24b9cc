-- What the operations have in common that boot another kernel than Apple's: what must be right, what is told before and after.
-- Must not hold anything of one of them: its own module of this room does.

local boot_object = require "mac.boot_object"
local bputil = require "tool.bputil"
local outcome = require "screen.outcome"
local overview = require "screen.overview"
local text = require "base.text"

local custom_kernel = {}

custom_kernel.IN_RECOVERY = { "root", "program", "platform", "tools", "macos/volume", "replaced/policy", "environment", "data",
  "journal", "owners", "collection", "room", "preboot", "boot-args" }
custom_kernel.IN_MACOS = { "root", "program", "platform", "tools", "macos/volume", "policy", "environment", "journal", "boot-args" }

--- Everything is needed as long as a policy step is left to do in recovery; afterwards only what macOS needs.
function custom_kernel.preflight(target, rows, run)
  local here = overview.left_in_recovery(rows) and not (run and target.environment == "macos")
  return here and custom_kernel.IN_RECOVERY or custom_kernel.IN_MACOS, here and "paired-recovery" or "any"
end

local function collection_note(findings)
  local found, object = findings.collection, findings.object
  if object then
    return { title = "Boot object", lines = { findings.object_path, ("%s, SHA-256 %s"):format(text.size(object.size), object.sha256) } }
  end
  return found and { title = "Kernel collection", lines = { findings.collection_path,
    ("%s, SHA-256 %s"):format(text.size(found.size), found.sha256), found.kernel.banner,
    findings.manifest_doubt or "checksum matches" } }
end

--- The notes to be read before the question.
-- @param more array of notes: the operation's own
function custom_kernel.notes(case, steps, more)
  local list = { collection_note(case.findings) }
  for _, note in ipairs {
    overview.policy(case.target), overview.unrestorable(case.target, case.context.earlier ~= nil), overview.steps_note(steps),
    overview.questions(case, steps),
    { title = "Network", lines = { "not needed now; full security on the way back needs it" } },
  } do list[#list + 1] = note end
  table.move(more, 1, #more, #list + 1, list)
  list[#list + 1] = overview.WAY_BACK
  return list
end

--- The kernel that the policy would name, as far as it is known before.
function custom_kernel.after(case)
  local found = case.findings.collection
  if not found then return nil end
  return { kernel = ("%s %s (%s)"):format(found.kernel.kind, case.target.group.build or "?",
    case.findings.manifest_doubt or "checksum matches") }
end

--- What else the first screen says.
-- @param rows array: the operation's own, at the end
-- @param back string: what to type to go back
function custom_kernel.summary(case, rows, back)
  local all = { overview.STOPS }
  for _, sentence in ipairs(overview.unrestorable_lines(case.target, case.context.earlier ~= nil)) do
    all[#all + 1] = { "Look at this", sentence }
  end
  table.move(rows, 1, #rows, #all + 1, all)
  return overview.policy_summary(case, all, back)
end

--- Adds a line where it could not be compared whose bytes Preboot holds: that is neither a failure nor called proved.
-- @param bytes string or nil: those, in words (the collection's)
function custom_kernel.add_uncompared(lines, case, bytes)
  local now = bputil.read(case.context.group)
  if not now or now.coih == "absent" then return lines end
  local answer, why = boot_object.compare(case.context, now)
  if answer == "unknown" then
    lines[#lines + 1] = ("Whether the kernel in Preboot holds the %s very bytes could not be compared: %s."):format(
      bytes or "collection's", why)
  end
  return lines
end

--- The words for the end of a phase.
function custom_kernel.phase(case, final)
  if final.pending then return outcome.saved(case, final) end
  local lines = not final.waits_for and custom_kernel.add_uncompared({ "This part is finished and read back." }, case) or {}
  return #lines > 1 and lines or nil
end

return custom_kernel
