-- Makes the checks before a run and says how they came out.
-- Must not make a check itself: preflight.run does.

local ending = require "run.ending"
local preflight = require "preflight.run"

local checks = {}

-- A person is told at once of what is not right; what is right is counted on the first screen, and told with -v and -n.
local function teller(invocation)
  local view = invocation.view
  if not view.is_brief or invocation.dry_run then return view.emit end
  return function(row)
    if row.verdict ~= "ok" or row.remark then view.emit(row) end
  end
end

-- "2 checks failed", "1 check could not be made", and what to fix.
local function failures(rows)
  local bad, unknown = preflight.stopping(rows)
  local parts = {}
  if bad > 0 then parts[1] = ("%d check%s failed"):format(bad, bad == 1 and "" or "s") end
  if unknown > 0 then parts[#parts + 1] = ("%d check%s could not be made"):format(unknown, unknown == 1 and "" or "s") end
  return table.concat(parts, " and "), bad + unknown == 1 and "it" or "them"
end

--- Makes checks, tells them, and ends the command where one is not right.
-- @param invocation, credentials
-- @param names array of checks
-- @param target see mac.target.look
-- @param asked, known see preflight.run; who answers and who is there is added here
-- @return what was found, known included, and the rows
function checks.make(invocation, credentials, names, target, asked, known)
  asked.options, asked.uid, asked.may_ask = invocation.options, invocation.uid, true
  asked.answers = credentials:who_answers(invocation)
  asked.refused = not (invocation.dry_run or credentials.person) and credentials.refusals:is_spent() and credentials.refusals:words() or nil
  -- Without --yes the confirmation comes first, and the end of input there says the same.
  if asked.acts and invocation.options.yes then
    names = { table.unpack(names) }
    names[#names + 1] = "credentials"
  end
  local fine, rows, found, left = preflight.run(names, target, asked, known, teller(invocation),
    invocation.view.meanwhile)
  if fine then return found, rows end
  ending.refuse(("%s, so nothing was changed. Fix %s as described above, then run this command again."):format(failures(rows)),
    preflight.not_checked(left))
end

local function is_other_computer(target) return target.problems.kernel_kind == "unknown" end

--- Ends a command that only looks where this is no Mac.
-- @param target see mac.target.look
function checks.refuse_other_computer(target)
  if is_other_computer(target) then ending.refuse "This is no Apple silicon Mac. To practise: `vmq-recovery rehearse`." end
end

--- Ends the command where this is no Mac, or its system is not known: then a plan cannot be asked either.
-- @param needed the operation's checks: an array, or function(target, rows) → an array
-- @param target, journal see preflight.run
function checks.system(invocation, credentials, needed, target, journal)
  if target.group and not is_other_computer(target) then return end
  local names = type(needed) == "function" and needed(target, {}) or needed
  checks.make(invocation, credentials, names, target, { where = "any", journal = journal }, {})
end

return checks
