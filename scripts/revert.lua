-- Brings Apple's kernel and full security back, or the best that can be had, and says which.
-- It needs nothing from the Data volume: without a journal it still reaches the best policy it can.

local shared, args_part = part "policy", part "boot-args"

-- What boot-args should be: the recorded baseline, edited into what is there; without one only our words go.
local args = args_part.step {
  wanted = function(c, value)
    return boot_args.restore(value, c.baseline_boot_args or boot_args.drop(value, c.words), c.words)
  end,
}

local function is_full(now)
  return now.mode == "full" and now.sip == "absent" and now.coih == "absent"
end

return plan "revert" {
  summary = "Boot Apple's kernel again, under full security.",
  params = { group = param "uuid", volume_name = param "text", system_volume = param "path" },

  step "boot-args" {
    why = "Takes our boot arguments out again. Boot arguments set by anyone else are kept unchanged.",
    where = "any",
    part = "boot-args",
    defers = "they stay in NVRAM; under full security only words of Apple's own list reach the kernel",
    expected = "boot-args without our words",
    no_way_back = "apply sets them again",
    check = args.check,
    describe = args.describe,
    run = args.run,
    after = args.after,
  },

  step "policy" {
    why = "Makes a new boot policy without the custom kernel: full security if Apple's server grants it.",
    where = "any",
    part = "policy",
    prompts = { "short name of a volume owner", "that user's password" },
    expected = "Full Security, SIP on, Apple's kernel",
    no_way_back = "apply lowers it again",
    check = shared.check(is_full),
    describe = policy.describe,
    ladder = function(c, before) return policy.ladder(c, policy.FULL, before) end,
  },
}
