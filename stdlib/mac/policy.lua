-- Compares boot policies and lists the ways from one to another, best first.
-- Must not run anything: it hands out commands and the test by which each is read back.

local bputil = require "tool.bputil"
local csrutil = require "tool.csrutil"
local kmutil = require "tool.kmutil"
local text = require "base.text"

local policy = {}

-- What `csrutil disable` writes: the seven customer bits (reference §2.3).
local ALL_SIP_BITS = 0x7f

-- What makes two policies the same. Nonces and counters can never return to old values (reference §10).
local IDENTITY = { "mode", "sip", "ssv", "ctrr", "boot_args_filter", "kexts", "mdm", "coih" }

--- The part of a policy that goes into the journal and is compared later.
function policy.summary(full)
  local summary = {}
  for _, field in ipairs(IDENTITY) do summary[field] = full[field] end
  return summary
end

--- True when two policies (or summaries) mean the same to the boot loader.
-- @param one policy or summary
-- @param other policy or summary
-- @param except string|nil: one field not to look at
function policy.same(one, other, except)
  for _, field in ipairs(IDENTITY) do
    if field ~= except and one[field] ~= other[field] then return false end
  end
  return true
end

--- SIP words as a number: 0 when SIP is on.
function policy.sip_bits(summary)
  return summary.sip == "absent" and 0 or tonumber(summary.sip, 16)
end

--- True when the policy reads as `csrutil disable` leaves it: Permissive with all seven customer bits (reference §2.3).
function policy.sip_is_off(summary)
  return summary.mode == "permissive" and policy.sip_bits(summary) & ALL_SIP_BITS == ALL_SIP_BITS
end

--- True when SIP lets macOS write protected NVRAM variables, boot-args among them (bit 6 of the csr word; darwin-2026-11 §10).
function policy.nvram_is_open(summary) return policy.sip_bits(summary) & 0x40 ~= 0 end

--- What a new Mac has: Full Security, nothing relaxed, no custom kernel.
policy.FULL = { mode = "full", sip = "absent", ssv = "on", ctrr = "on", boot_args_filter = "on", kexts = false,
  mdm = false, coih = "absent" }

local function mode_text(p) return text.capitalized(p.mode) .. " Security" end

-- The bits of sip0 that have a name of their own here. Bit 12: research guests, macOS 15 and later (darwin-2026-11 §10).
local RESEARCH_GUESTS = 0x1000

--- True where research guests are allowed.
function policy.allows_guests(summary) return policy.sip_bits(summary) & RESEARCH_GUESTS ~= 0 end

--- SIP in words: "on", "off (7f)", "custom (46)"; research guests are named where they are allowed.
-- @param sip string: "absent" or the bits in hex
function policy.sip_text(sip)
  if sip == "absent" then return "on" end
  local bits = tonumber(sip, 16)
  local guests = bits & RESEARCH_GUESTS ~= 0 and ", research guests allowed" or ""
  local rest = bits & ~RESEARCH_GUESTS
  if rest == 0 then return ("on%s (%s)"):format(guests, sip) end
  return ("%s (%s)%s"):format(rest & 0x7f == 0x7f and "off" or "custom", sip, guests)
end

local function short(coih) return coih:sub(1, 12) .. "…" end

--- The kernel that a policy names, in words.
-- @param coih string: "absent" or a hash
function policy.kernel_text(coih)
  return coih == "absent" and "Apple's" or "custom " .. short(coih)
end

-- A command as a person types it.
local function typed(command) return (table.concat(command.argv, " "):gsub("^/usr/bin/", "")) end

-- What a ladder answers where nothing is left to do.
local ALREADY_SO = "the policy recorded before this run"

local function reader(c, test)
  return function()
    local now, message = bputil.read(c.group)
    if not now then return nil, message end
    return test(now), policy.summary(now)
  end
end

local function stock_kernel(now) return now.coih == "absent" end

local function is_locked_down(now)
  return now.coih == "absent" and now.sip == "absent" and now.boot_args_filter == "on"
end

-- A rung that is meant to reach the goal: whether it has is compared, not believed.
local function towards(rung, goal)
  rung.exact, rung.goal = true, policy.summary(goal)
  return rung
end

-- A rung: commands in order, where they may run, what they leave, and the test that reads it back.
local function clear_rung(c, leaves)
  return { kmutil.clear(c.system_volume), where = "paired-recovery", leaves = leaves, check = reader(c, stock_kernel) }
end

-- What forgetting the kernel alone leaves: the policy as it is when that is done.
local function clear_only(c, now)
  return clear_rung(c, ("Apple's kernel; the rest stays as it is then: %s, SIP %s"):format(mode_text(now), policy.sip_text(now.sip)))
end

local function locked_down_rung(c, mode, command, where, leaves)
  return { command, where = where, leaves = leaves,
    check = reader(c, function(now) return now.mode == mode and is_locked_down(now) end) }
end

local function rungs_to_full(c, goal, now)
  local full = locked_down_rung(c, "full", bputil.full(c.group), "any", "full security, Apple's kernel")
  return { towards(full, goal),
    locked_down_rung(c, "reduced", bputil.reduced(c.group), "recovery", "reduced security, Apple's kernel, SIP on"), clear_only(c, now) }
end

-- The seal is off on purpose: a system that was changed does not start under a policy made anew (darwin-2026-11 §10).
local function kernel_only_rung(c)
  return clear_rung(c, "Apple's kernel; SIP and seal stay off, since a changed system would not start under full security")
end

-- What is left where a policy made anew would enforce a seal that was off: nothing is run, and that is said.
local function leave_rung(c, now)
  return { nothing = true, where = "paired-recovery", check = reader(c, function() return true end),
    leaves = ("everything as it is: %s, the sealed system volume off. A policy made anew would have the seal on, and a system that was "
      .. "changed does not start under it"):format(now.coih == "absent" and "Apple's kernel" or "the custom kernel") }
end

local function rungs_to_reduced(c, goal, now)
  local rung = { bputil.reduced(c.group, goal), where = "paired-recovery", leaves = "reduced security, Apple's kernel, kexts as recorded",
    check = reader(c, function(seen) return policy.same(seen, goal, "coih") and stock_kernel(seen) end) }
  return { towards(rung, goal),
    locked_down_rung(c, "reduced", bputil.reduced(c.group), "recovery", "reduced security, Apple's kernel, SIP on"), clear_only(c, now) }
end

-- The command that writes the goal's SIP word after a new policy was made, or nil where the new policy has it already.
local function sip_command(c, goal)
  if goal.sip == "absent" then return nil end
  if policy.sip_bits(goal) == ALL_SIP_BITS then return csrutil.disable(c.volume_name) end
  return csrutil.enable_without(policy.sip_bits(goal), c.volume_name, c.release)
end

-- The goal as far as a rebuilt policy can be it. bputil takes the seal off only while FileVault is off (reference §1.1).
local function rebuilt(c, goal)
  local reach = policy.summary(goal)
  if c.filevault ~= false then reach.ssv = "on" end
  return reach
end

local function seal_words(goal, reach)
  if goal.ssv == "on" then return "" end
  return reach.ssv == "on" and ", but the sealed system volume on" or ", sealed system volume off"
end

-- A policy made anew with what was recorded. An earlier custom kernel is in no policy.
local function rebuild_rung(c, goal)
  local sip, reach = sip_command(c, goal), rebuilt(c, goal)
  local by = sip and policy.sip_bits(goal) ~= ALL_SIP_BITS and (" (%s)"):format(typed(sip)) or ""
  return { bputil.permissive(c.group, reach, reach.ssv == "off"), sip, where = "paired-recovery",
    leaves = ("permissive security, SIP %s%s, Apple's kernel%s%s"):format(policy.sip_text(goal.sip), by,
      goal.coih ~= "absent" and " instead of your earlier custom one" or "", seal_words(goal, reach)),
    check = reader(c, function(now) return policy.same(now, reach, "coih") and stock_kernel(now) end) }
end

-- A custom SIP word may read back otherwise than recorded: then SIP is on rather than weaker than it was.
local function sip_on_rung(c, goal)
  return { bputil.permissive(c.group, goal, rebuilt(c, goal).ssv == "off"), where = "paired-recovery",
    leaves = ("permissive security, SIP on instead of %s, Apple's kernel"):format(policy.sip_text(goal.sip)),
    check = reader(c, function(now) return now.mode == "permissive" and now.sip == "absent" and stock_kernel(now) end) }
end

local function rungs_to_permissive(c, goal, now)
  local rungs = {}
  if policy.same(now, goal, "coih") then
    rungs[1] = clear_rung(c, "Apple's kernel, all else of the policy as recorded")
    if goal.coih == "absent" then towards(rungs[1], goal) end
  end
  if goal.ssv == "on" or now.ssv == "on" or c.filevault == false then
    local rung, can_be_it = rebuild_rung(c, goal), goal.coih == "absent" and goal.ssv == rebuilt(c, goal).ssv
    rungs[#rungs + 1] = can_be_it and towards(rung, goal) or rung
    local bits = policy.sip_bits(goal)
    if bits ~= 0 and bits ~= ALL_SIP_BITS then rungs[#rungs + 1] = sip_on_rung(c, goal) end
  end
  rungs[#rungs + 1] = clear_only(c, now)
  if goal.ssv == "off" and now.ssv == "off" and c.filevault then rungs[#rungs + 1] = leave_rung(c, now) end
  return rungs
end

-- To full security with the seal off on purpose: the kernel alone, then the same policy made anew without it, then nothing.
local function rungs_with_seal_off(c, now)
  local rungs, without = { kernel_only_rung(c) }, policy.summary(now)
  without.coih = "absent"
  if c.filevault == false then rungs[2] = rebuild_rung(c, without) end
  if c.filevault ~= nil then rungs[#rungs + 1] = leave_rung(c, now) end
  return rungs
end

--- The ladder from the present policy to a wanted one: rungs in order. engine.ladder tries them; the first that reads back wins.
-- @param c context with group, system_volume, volume_name, release, and filevault (true, false, or nil when not known)
-- @param goal summary: the recorded baseline, or policy.FULL
-- @param now summary: the policy at present
-- @return array of rungs; or a sentence when nothing is left to do
function policy.ladder(c, goal, now)
  if policy.same(now, goal) then return ALREADY_SO end
  if goal.mode == "full" and now.ssv == "off" and now.coih ~= "absent" then return rungs_with_seal_off(c, now) end
  if goal.mode == "full" then return rungs_to_full(c, goal, now) end
  if goal.mode == "reduced" then return rungs_to_reduced(c, goal, now) end
  return rungs_to_permissive(c, goal, now)
end

--- One line for people: "Permissive Security, SIP off (7f), boot-args filter off, custom kernel 3AF1…".
function policy.describe(p)
  local words = { mode_text(p), "SIP " .. policy.sip_text(p.sip),
    "boot-args filter " .. p.boot_args_filter,
    p.coih == "absent" and "Apple's kernel" or "custom kernel " .. short(p.coih) }
  if p.ssv == "off" then table.insert(words, 3, "sealed system volume off") end
  if p.kexts then words[#words + 1] = "third-party kexts allowed" end
  return table.concat(words, ", ")
end

--- What full security may do to a Mac whose seal is off, or nil.
function policy.seal_warning(p)
  if p.ssv ~= "off" then return nil end
  local lead = "The sealed system volume is off. If this system was changed, it does not start under full security. "
  if p.coih == "absent" then return lead .. "Go on only if it was not, or if you are ready to install macOS again." end
  return lead .. "So only the custom kernel is taken out here; SIP and seal stay as they are. For full security run revert once more."
end

local function seal_sentence(filevault)
  local lead = "The sealed system volume is off. "
  if filevault == false then
    return lead .. "Where the policy has to be made anew, bputil's -s and then csrutil write that again, while FileVault is off."
  end
  if filevault == nil then return lead .. "A policy that is made anew has it on, and this program does not turn it off again." end
  return lead .. "A policy that is made anew has it on, and with FileVault on nothing turns it off again. By hand, with FileVault off: "
    .. "csrutil disable, then csrutil authenticated-root disable."
end

--- What going back to a policy cannot restore, whatever is tried: to be said before anything changes.
-- @param p policy or summary as it is now
-- @param release string or nil: macOS, for csrutil's form
-- @param filevault boolean or nil: is FileVault on?
-- @return array of sentences
function policy.unrestorable(p, release, filevault)
  local lines, bits = {}, policy.sip_bits(p)
  if p.coih ~= "absent" then
    lines[1] = "The custom kernel that is registered now (" .. short(p.coih) .. ") is replaced and cannot be put back by this program."
  end
  if bits ~= 0 and bits & ALL_SIP_BITS ~= ALL_SIP_BITS then
    local command = csrutil.enable_without(bits, nil, release)
    lines[#lines + 1] = ("SIP is %s. The way back types `%s` and compares; where your csrutil writes another word, SIP stays on, and the "
      .. "line is for you to type."):format(policy.sip_text(p.sip), typed(command))
  end
  if p.ssv == "off" then lines[#lines + 1] = seal_sentence(filevault) end
  return lines
end

return policy
