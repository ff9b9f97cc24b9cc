-- Allows research guests: one bit of the SIP word, on top of what is open, set in paired recovery and checked in macOS.

local policy_part, restart = part "policy", part "restart"

-- With a policy that was Permissive before, the bit alone is taken back.
local function bit_rung(c, wanted)
  return policy_part.rung(c, csrutil.research_guests(false, c.volume_name), wanted, "research guests not allowed, all else as it is")
end

return plan "research-guests" {
  summary = "Allow research guests (macOS 15 and later).",
  refuse = function(c)
    local major = math.tointeger(tonumber((c.release or ""):match("^(%d+)")))
    if not major then return "the release of this macOS cannot be told" end
    if major < 15 then return ("this is macOS %s; csrutil allows research guests from macOS 15 on"):format(c.release) end
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

  step "restart" {
    why = "The new policy takes effect when macOS starts.",
    where = "any",
    needs = { "guests" },
    check = restart.check,
  },
}
