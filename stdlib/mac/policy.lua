-- Compares boot policies and lists the ways from one to another, best first.
-- Must not run anything: it hands out commands and the test by which each is read back.

local bputil = require "tool.bputil"
local csrutil = require "tool.csrutil"
local kmutil = require "tool.kmutil"

local policy = {}

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
  return summary.mode == "permissive" and policy.sip_bits(summary) & 0x7f == 0x7f
end

--- What a new Mac has: Full Security, nothing relaxed, no custom kernel.
policy.FULL = { mode = "full", sip = "absent", ssv = "on", ctrr = "on", boot_args_filter = "on", kexts = false,
  mdm = false, coih = "absent" }

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

-- A rung: commands in order, where they may run, what they leave, and the test that reads it back.
local function clear_rung(c, leaves, exact)
  return { kmutil.clear(c.system_volume), where = "paired-recovery", leaves = leaves, exact = exact,
    check = reader(c, stock_kernel) }
end

local function rungs_to_full(c)
  return {
    { bputil.full(c.group), where = "any", leaves = "full security, stock kernel", exact = true,
      check = reader(c, function(now) return now.mode == "full" and is_locked_down(now) end) },
    { bputil.reduced(c.group), where = "recovery", leaves = "reduced security, stock kernel, SIP on",
      check = reader(c, function(now) return now.mode == "reduced" and is_locked_down(now) end) },
    clear_rung(c, "the stock kernel; the policy stays permissive"),
  }
end

local function rungs_to_reduced(c, goal)
  return {
    { bputil.reduced(c.group, goal), where = "paired-recovery", leaves = "reduced security as before", exact = true,
      check = reader(c, function(now) return policy.same(now, goal, "coih") and stock_kernel(now) end) },
    { bputil.reduced(c.group), where = "recovery", leaves = "reduced security, stock kernel, SIP on",
      check = reader(c, function(now) return now.mode == "reduced" and is_locked_down(now) end) },
    clear_rung(c, "the stock kernel; the policy stays permissive"),
  }
end

-- SIP words other than none and all cannot be written by any command this program runs.
local function rebuild_rung(c, goal)
  local rung = { bputil.permissive(c.group, goal), where = "paired-recovery" }
  if goal.sip ~= "absent" then rung[2] = csrutil.disable(c.volume_name) end
  local restores_all = goal.coih == "absent"
  rung.leaves = restores_all and "permissive security as before"
    or "permissive security as before, but the stock kernel instead of your earlier custom one"
  rung.exact = restores_all
  rung.check = reader(c, function(now) return policy.same(now, goal, "coih") and stock_kernel(now) end)
  return rung
end

local function rungs_to_permissive(c, goal, now)
  local rungs = {}
  if policy.same(now, goal, "coih") and goal.coih == "absent" then
    rungs[1] = clear_rung(c, "the policy as before, stock kernel", true)
  end
  rungs[#rungs + 1] = rebuild_rung(c, goal)
  rungs[#rungs + 1] = clear_rung(c, "the stock kernel; other relaxations stay")
  return rungs
end

--- The ladder from the present policy to a wanted one: rungs in order, the first that reads back wins.
-- @param c context with group, system_volume, volume_name
-- @param goal summary: the recorded baseline, or policy.FULL
-- @param now summary: the policy at present
-- @return array of rungs; empty when nothing is left to do
function policy.ladder(c, goal, now)
  if policy.same(now, goal) then return {} end
  if goal.mode == "full" then return rungs_to_full(c) end
  if goal.mode == "reduced" then return rungs_to_reduced(c, goal) end
  return rungs_to_permissive(c, goal, now)
end

--- One line for people: "Permissive, SIP off (7f), boot-args filter off, custom kernel 3AF1…".
function policy.describe(p)
  local words = { p.mode:gsub("^%l", string.upper) .. " Security" }
  words[2] = p.sip == "absent" and "SIP on" or ("SIP relaxed (%s)"):format(p.sip)
  words[3] = "boot-args filter " .. p.boot_args_filter
  words[4] = p.coih == "absent" and "stock kernel" or "custom kernel " .. p.coih:sub(1, 12) .. "…"
  if p.kexts then words[#words + 1] = "third-party kexts allowed" end
  return table.concat(words, ", ")
end

return policy
