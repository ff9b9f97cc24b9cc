-- Offers to unlock the Data volume when FileVault keeps it locked, since journal and collection lie on it.
-- Must not ask for the passphrase itself: diskutil does, on the person's terminal.

local ask = require "screen.question"
local diskutil = require "tool.diskutil"
local run_ports = require "run.ports"
local runs = require "run.journals"
local session_module = require "run.session"

local unlock = {}

local function may_offer(session)
  local data = session.group and session.group.data
  if not data or data.mount or session.dry_run or session.options.json then return false end
  return session_module.has_person() and not session.stand_in.unattended
end

local function agreed(session)
  if session.options.yes then return true end
  local data = session.group.data
  session.view.emit { type = "note", lines = {
    ("The Data volume %s is locked, and journal and kernel collection are on it."):format(data.name or data.device) } }
  return ask.yes_no(("Run `diskutil apfs unlockVolume %s` now? It asks for a passphrase."):format(data.device))
end

-- The door wants a durable intent for every command; the real journal lies on the volume that is still locked.
local function run_unlock(session)
  local directory = session_module.temporary_journal(session)
  local made, message = require("lib_file").make_directory(directory, tonumber("700", 8))
  if not made then return nil, message end
  local journal, why = runs.start(directory, { plan = "unlock", command = session.command })
  if not journal then return nil, why end
  local command = diskutil.unlock(session.group.data.device)
  local ports = run_ports.new(session, journal)
  local written, problem = ports.intent(command.argv, { type = "intent", step = "unlock", part = 1, parts = 1 })
  local outcome
  if written then outcome, problem = ports.act(command, { name = "unlock" }) end
  if outcome and outcome.exit ~= 0 then problem = ports.explain(command, outcome).words end
  journal:close()
  return problem == nil, problem
end

--- Unlocks the Data volume if it is locked and the person agrees, then looks at the Mac again.
-- Whether it worked is for the preflight to read.
function unlock.offer(session)
  if not may_offer(session) or not agreed(session) then return end
  local worked, problem = run_unlock(session)
  if not worked then
    session.view.emit { type = "note", lines = { "The Data volume is still locked: " .. tostring(problem) } }
  end
  session_module.look(session)
end

return unlock
