-- Brings Apple's kernel and full security back, or the best that can be had, and says which.
-- It needs nothing from the Data volume: without a journal it still reaches the best policy it can.

local function boot_args_now()
  local value = nvram.get "boot-args"
  if not value then return nil end
  return value, { value = value }
end

-- What boot-args should be: the recorded baseline, edited into what is there; without one only our words go.
local function wanted(c, value)
  return boot_args.restore(value, c.baseline_boot_args or boot_args.drop(value, c.words), c.words)
end

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
    check = function(c)
      local value, seen = boot_args_now()
      if not value then return "unknown" end
      return wanted(c, value) == value and "done" or "todo", seen
    end,
    describe = function(seen) return boot_args.describe(seen.value) end,
    run = function(c, seen)
      return { nvram.set("boot-args", wanted(c, seen.value), { guid = c.environment ~= "macos" }), nvram.sync() }
    end,
    after = function(c, seen) return { value = wanted(c, seen.value) } end,
  },

  step "policy" {
    why = "Makes a new boot policy without the custom kernel: full security if Apple's server grants it.",
    where = "any",
    part = "policy",
    prompts = { "short name of a volume owner", "that user's password" },
    expected = "Full Security, SIP on, Apple's kernel",
    no_way_back = "apply lowers it again",
    check = function(c)
      local now = bputil.read(c.group)
      if not now then return "unknown" end
      return is_full(now) and "done" or "todo", policy.summary(now)
    end,
    describe = policy.describe,
    ladder = function(c, before) return policy.ladder(c, policy.FULL, before) end,
  },
}
