-- `unstage`: takes away what stage, build and kdk have left; scripts/unstage.lua says what is run.
-- Must not take away a file that was changed, nor anything while a custom kernel stands or a run is open.

local ending = require "run.ending"
local kits = require "kernel.kit"
local leftovers = require "run.leftovers"
local lifecycle = require "run.lifecycle"
local operation = require "command.operation"
local outcome = require "screen.outcome"
local overview = require "screen.overview"
local paths = require "mac.paths"
local text = require "base.text"

local unstage = {}

local PRECONDITIONS = { "root", "platform", "volume", "environment", "data", "folder", "policy", "journal" }

local function look_up(target, options)
  if not target.group or not paths.on_data(target, "/") then return { left = { remove = {}, stay = {}, kits = {} } } end
  return { left = leftovers.look(target, options) }
end

-- While one of these is so, the files are needed: for the way on, or to tell whose kernel it is.
local function refuse_if_needed(target, left, options)
  if target.policy.coih ~= "absent" then
    ending.refuse("A custom kernel is installed, so nothing was taken away. Go back first:",
      outcome.type_this(target, target.booted, "revert"))
  end
  local journal = lifecycle.journal(target, options)
  local trouble = left.trouble or journal.trouble
  if trouble then ending.refuse("A journal cannot be read, so nothing was taken away: " .. trouble) end
  if not journal.open then return end
  ending.refuse(("Run %d (%s) is not finished, so nothing was taken away. Continue it, or undo it:")
    :format(journal.open.number, journal.open.start.plan),
    outcome.type_this(target, target.booted, "resume"), outcome.type_this(target, target.booted, "rollback"))
end

local function params(target, findings, options)
  refuse_if_needed(target, findings.left, options)
  return { files = leftovers.text(findings.left.remove), kits = leftovers.kits_text(findings.left.kits) }
end

local KITS_STAY = "what kdk fetch and kdk install left stays; with --kits it goes, too"

local function summary(case)
  local rows = {}
  for _, one in ipairs(case.findings.left.remove) do rows[#rows + 1] = { "Remove", one.path } end
  for _, kit in ipairs(case.findings.left.kits) do rows[#rows + 1] = { "Remove", kit.path .. ", with all that is in it" } end
  for _, sentence in ipairs(case.findings.left.stay) do rows[#rows + 1] = { "Stays", sentence } end
  if not case.options.kits then rows[#rows + 1] = { "Kits", KITS_STAY } end
  rows[#rows + 1] = { "Journals", "stay; they tell what was done on this Mac" }
  return rows
end

local function notes(_, steps) return { overview.steps_note(steps) } end

local words = {}

-- What is there still, looked at again.
function words.done(case)
  local target, options = case.target, case.options
  local left = leftovers.look(target, options)
  local lines = { ("Done: what stage%s put there is gone%s."):format(options.kits and ", build and kdk" or " and build",
    #left.stay > 0 and ", as far as it could be taken away" or "") }
  for _, sentence in ipairs(left.stay) do lines[#lines + 1] = "This stays: " .. sentence .. "." end
  if #case.findings.left.remove == 0 and not options.kits then lines[#lines + 1] = text.capitalized(KITS_STAY) .. "." end
  for _, kit in ipairs(kits.list(target.root, kits.folder(target.booted, target.group.data.mount) or kits.FOLDER)) do
    lines[#lines + 1] = "This kit is installed. To remove it by hand, if nothing else needs it, type:"
    lines[#lines + 1] = { command = "sudo rm -r " .. text.quote(kit.path) }
  end
  return lines
end

function words.stopped() return "Safe to run again: it continues." end

function unstage.operation()
  return operation.new { name = "unstage", command = "unstage", own_journal = "unstage", look_up = look_up, preflight = PRECONDITIONS,
    place = "macos", params = params, overview = notes, summary = summary, question = "name", words = words }
end

function unstage.run(_, options) return lifecycle.run(unstage.operation(), options) end

return unstage
