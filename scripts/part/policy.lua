-- What steps share that change the boot policy: how it is read, how it is brought back.

local part = {}

--- The policy, and what a check puts into the journal: without what changes at every write.
function part.read(c)
  local now = bputil.read(c.group)
  if not now then return nil end
  return now, policy.summary(now)
end

--- A state with some of it changed: what a step is expected to leave.
function part.changed(seen, fields)
  local state = {}
  for key, value in pairs(seen) do state[key] = value end
  for key, value in pairs(fields) do state[key] = value end
  return state
end

--- A check: is(policy) says whether it is done.
function part.check(is)
  return function(c)
    local now, seen = part.read(c)
    if not now then return "unknown" end
    return is(now, c) and "done" or "todo", seen
  end
end

--- Why a plan must not begin that makes the policy anew with bputil: that would take back what another run, or somebody else, has set
-- (reference §1.4).
-- @param is_done function(policy) → true where it is not made anew
-- @param also function(policy) → what else would be lost, in words; or nil
function part.why_not_anew(c, is_done, also)
  local now = bputil.read(c.group)
  if not now then return "the boot policy cannot be read" end
  if is_done(now) then return nil end
  local lost = also and also(now) or now.sip ~= "absent" and "SIP is " .. policy.sip_text(now.sip)
    or now.ssv == "off" and "the sealed system volume is off"
  return lost and ("%s, and the policy is made anew, without that. First: %s"):format(lost, c.first) or nil
end

--- A rung of one command that leaves exactly this policy.
function part.rung(c, command, wanted, leaves)
  return { command, where = "paired-recovery", exact = true, goal = policy.summary(wanted), leaves = leaves,
    check = function()
      local now, seen = part.read(c)
      if not now then return nil end
      return policy.same(now, wanted), seen
    end }
end

--- Back to the policy recorded before the run, whichever step asks.
function part.undo(c, before, now)
  return policy.ladder(c, c.baseline and c.baseline.policy or before, now)
end

return part
