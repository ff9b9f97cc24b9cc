-- Offers to unlock the Data volume when FileVault keeps it locked, since journal and collection lie on it.
-- Must not ask for the passphrase itself: diskutil does, on the person's terminal.

local diskutil = require "tool.diskutil"
local journals = require "run.journals"
local paths = require "mac.paths"
local ports_module = require "run.ports"
local question = require "screen.question"

local unlock_data = {}

local function may_offer(invocation, target)
  local data = target.group and target.group.data
  if not data or data.mount or data.locked == false or invocation.dry_run or invocation.options.json then return false end
  return invocation.person and not invocation.rehearsal.unattended
end

local function agreed(invocation, data)
  if invocation.options.yes then return true end
  invocation.view.emit { type = "note", lines = {
    ("The Data volume %s is %s, and journal and kernel collection are on it."):format(data.name or data.device,
      data.locked and "locked" or "not mounted, which FileVault may be the cause of") } }
  return question.yes_no(("Run `diskutil apfs unlockVolume %s` now? It asks for a passphrase."):format(data.device))
end

-- @return true, or nil and a sentence
local function run_command(ports, command)
  local allowed, _, reason = ports.may_start(command)
  if not allowed then return nil, reason end
  local written, problem = ports.intent(command.argv, { type = "intent", step = "unlock", part = 1, parts = 1 })
  if not written then return nil, problem end
  local outcome, why = ports.act(command, { name = "unlock" })
  if not outcome then return nil, why end
  if outcome.exit ~= 0 then return nil, ports.explain(command, outcome).words end
  return true
end

-- The door wants a durable intent for every command; the real journal lies on the volume that is still locked.
local function run_unlock(invocation, target, credentials)
  local directory = paths.temporary_journal(target)
  local made, message = require("lib_file").make_directory(directory, tonumber("700", 8))
  if not made then return nil, message end
  local journal, why = journals.start(directory, { plan = "unlock", command = invocation.command })
  if not journal then return nil, why end
  -- A FileVault passphrase is no login password: it is not remembered for the other tools.
  local ports = ports_module.new { view = invocation.view, options = invocation.options, credentials = credentials,
    journal = journal, remembers_nothing = true, silence = invocation.rehearsal.silence }
  local worked, problem = run_command(ports, diskutil.unlock(target.group.data.device))
  journal:close()
  return worked, problem
end

--- Unlocks the Data volume if it is locked and the person agrees. Whether it worked is for the preflight to read.
-- @return true when it was tried, so that the Mac has to be looked at again
function unlock_data.offer(invocation, target, credentials)
  if not may_offer(invocation, target) or not agreed(invocation, target.group.data) then return false end
  local worked, problem = run_unlock(invocation, target, credentials)
  if not worked then
    invocation.view.emit { type = "note", lines = { "The Data volume was not unlocked: " .. tostring(problem) } }
  end
  return true
end

return unlock_data
