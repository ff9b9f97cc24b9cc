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
