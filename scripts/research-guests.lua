-- Allows research guests: one bit of the SIP word, on top of what is open, set in paired recovery and checked in macOS; and sets boot
-- arguments that such guests are told to need.

local policy_part, args_part, restart = part "policy", part "boot-args", part "restart"

-- With a policy that was Permissive before, the bit alone is taken back.
local function bit_rung(c, wanted)
  return policy_part.rung(c, csrutil.research_guests(false, c.volume_name), wanted, "research guests not allowed, all else as it is")
end

local function wanted_words(c, value) return boot_args.merge(value, c.words) end

local args = args_part.words_step { wanted = wanted_words }
local in_force = args_part.in_force { wanted = wanted_words, also = function(c, seen)
  local now = bputil.read(c.group)
  if not now then return nil end
  seen.sip = now.sip
  return policy.allows_guests(now)
end }

-- This plan opens nothing but its own bit: words are written, and reach the kernel, only where the part nvram is open (facts-2026-11 A.4).
local function words_fault(c)
  if #c.words == 0 then return nil end
  local now = bputil.read(c.group)
  if not now then return "the boot policy cannot be read" end
  if policy.nvram_is_open(now) and now.boot_args_filter == "off" then return (args_part.too_long(c, wanted_words)) end
  return "macOS lets boot arguments be written, and the kernel be given them, only while the part nvram of SIP is open. First: "
    .. "`vmq-recovery run sip --set without=nvram`"
end

return plan "research-guests" {
  summary = "Allow research guests (macOS 15 and later), and set boot arguments for them.",
  params = {
    words = param("words", "", { most = boot_args.LIMIT, says = "boot arguments to add in the same run: amfi_get_out_of_my_way=1" }),
  },
  refuse = function(c)
    local major = math.tointeger(tonumber((c.release or ""):match("^(%d+)")))
    if not major then return "the release of this macOS cannot be told" end
    if major < 15 then return ("this is macOS %s; csrutil allows research guests from macOS 15 on"):format(c.release) end
    return words_fault(c)
  end,

  step "guests" {
    why = "Lets research guests run; the boot policy becomes Permissive. What else is open in SIP stays.",
    where = "paired-recovery",
    part = "policy",
    expected = "research guests allowed, the rest of SIP as it is",
    check = policy_part.check(policy.allows_guests),
    describe = policy.describe,
    run = function(c) return csrutil.research_guests(true, c.volume_name) end,
    after = function(_, seen)
      return policy_part.changed(seen, { mode = "permissive", sip = ("%x"):format(policy.sip_bits(seen) | 0x1000) })
    end,
    undo = function(c, before, now)
      local wanted, ways = c.baseline and c.baseline.policy or before, policy_part.undo(c, before, now)
      if type(ways) == "table" and wanted.mode == "permissive" then table.insert(ways, 1, bit_rung(c, wanted)) end
      return ways
    end,
  },

  step "boot-args" {
    from = args,
    needs = { "guests" },
  },

  step "restart" {
    from = restart.step,
    needs = { "guests" },
  },

  step "booted" {
    from = in_force,
    why = "Checks that macOS was started with research guests allowed and these words, and sets those if recovery could not.",
    where = "macos",
    needs = { "restart" },
    settles = "clean-restart",
    waits_for = "Research guests or the boot arguments are not in force yet.",
    undo_first = args_part.UNDO_FIRST,
  },
}
