-- What steps share that open parts of System Integrity Protection with csrutil.
-- Each csrutil call writes the whole word (darwin-2026-11 §10), so what is asked for is joined with what is open already.
-- with.parts(c) → the parts to open, in csrutil's words; none: all of it. with.exact(c) → true: close the parts that are not named.

local policy_part = part "policy"
local sip = {}

local OFF = 0x7f
local DEBUGGING, NVRAM = csrutil.bits { "debug", "dtrace" }, csrutil.bits { "nvram" }

-- The word that is asked for, where `bits` are open now.
local function goal(with, c, bits)
  local asked = csrutil.bits(with.parts(c))
  if asked == 0 then return OFF end
  return with.exact and with.exact(c) and asked or asked | bits & csrutil.bits()
end

local function is_done(with, now, c)
  local bits, asked = policy.sip_bits(now), csrutil.bits(with.parts(c))
  if asked == 0 then return policy.sip_is_off(now) end
  if with.exact and with.exact(c) and bits & csrutil.bits() ~= asked then return false end
  return now.mode == "permissive" and bits & asked == asked
end

local function command(c, bits)
  if bits & OFF == OFF then return csrutil.disable(c.volume_name) end
  return csrutil.enable_without(bits, c.volume_name, c.release)
end

-- With a policy that had parts open before, csrutil alone writes them again and leaves the rest: a custom kernel above all.
local function csrutil_rung(c, wanted)
  return policy_part.rung(c, command(c, policy.sip_bits(wanted)), wanted,
    ("SIP %s, all else as it is"):format(policy.sip_text(wanted.sip)))
end

local function undo(c, before, now)
  local wanted, ways = c.baseline and c.baseline.policy or before, policy_part.undo(c, before, now)
  local known = policy.sip_bits(wanted) & ~csrutil.bits()
  if type(ways) == "string" or wanted.mode ~= "permissive" or wanted.sip == "absent" or known ~= 0 and known ~= OFF & ~csrutil.bits() then
    return ways
  end
  table.insert(ways, 1, csrutil_rung(c, wanted))
  return ways
end

-- Why it must not begin: it would take back what another run, or somebody else, has opened.
function sip.why_not(with, c)
  local now = bputil.read(c.group)
  if not now then return "the boot policy cannot be read" end
  if is_done(with, now, c) then return nil end
  if policy.allows_guests(now) then
    return "research guests are allowed, and csrutil may take that back. First: `vmq-recovery rollback`, or `revert`"
  end
  local bits = policy.sip_bits(now)
  local exact, lost = with.exact and with.exact(c), bits & ~goal(with, c, bits)
  if lost == 0 or exact and now.coih == "absent" then return nil end
  if exact then return "a custom kernel is registered, which needs what is open now. First: `vmq-recovery rollback`, or `revert`" end
  return ("SIP is %s, and csrutil would close a part of that. First: `vmq-recovery rollback`, or `revert`"):format(policy.sip_text(now.sip))
end

--- Is this part open afterwards?
function sip.will_open(with, c, name)
  local now = bputil.read(c.group)
  return not now or goal(with, c, policy.sip_bits(now)) & csrutil.bits { name } ~= 0
end

--- The functions of the step, for its field `from`.
function sip.step(with)
  return {
    describe = policy.describe,
    check = policy_part.check(function(now, c) return is_done(with, now, c) end),
    run = function(c, seen) return command(c, goal(with, c, policy.sip_bits(seen))) end,
    after = function(c, seen)
      local bits = goal(with, c, policy.sip_bits(seen))
      return policy_part.changed(seen, { mode = "permissive", sip = ("%x"):format(bits), ctrr = bits & DEBUGGING ~= 0 and "off" or "on",
        boot_args_filter = bits & NVRAM ~= 0 and "off" or "on" })
    end,
    undo = undo,
  }
end

--- For the step in macOS: is it in force, by what csrutil says? Where it says nothing, the policy alone decides.
function sip.in_force(c, seen, with)
  local now, told = bputil.read(c.group), csrutil.status()
  if not now then return nil end
  seen.sip, seen.csrutil = now.sip, told and told.state or "tells nothing"
  return is_done(with, now, c) and seen.csrutil ~= "enabled"
end

return sip
