-- Lets DTrace look at everything: opens that part of System Integrity Protection in paired recovery, and checks it in macOS.

local sip, restart = part "sip", part "restart"

-- Some Macs needed all of it off (facts-2026-11 D.6).
local with = { parts = function(c) return c.full == "yes" and {} or { "dtrace" } end }
local change = sip.step(with)

return plan "dtrace" {
  summary = "Let DTrace look at everything: open that part of System Integrity Protection.",
  params = { full = param("word", "no", { among = { "no", "yes" }, says = "yes: turn all of SIP off, which some Macs need" }) },
  refuse = function(c) return sip.why_not(with, c) end,

  step "sip" {
    from = change,
    why = "Opens the part of System Integrity Protection that keeps DTrace out; the boot policy becomes Permissive.",
    where = "paired-recovery",
    part = "policy",
    expected = "Permissive Security with DTrace allowed",
  },

  step "restart" {
    from = restart.step,
    needs = { "sip" },
  },

  step "booted" {
    why = "Checks that macOS runs with DTrace allowed.",
    where = "macos",
    needs = { "restart" },
    settles = "clean-restart",
    waits_for = "This macOS was not started with DTrace allowed yet.",
    check = function(c)
      local seen = {}
      local good = c.environment == "macos" and sip.in_force(c, seen, with)
      if good == nil then return "unknown" end
      return good and "done" or "todo", seen
    end,
  },
}
