-- Opens parts of System Integrity Protection, or all of it, and sets boot arguments that need that: phase one in paired recovery, phase
-- two in macOS.

local sip, args_part, restart = part "sip", part "boot-args", part "restart"

local with = { parts = function(c) return c.without end, exact = function(c) return c.exact == "yes" end }
local change = sip.step(with)

local function wanted(c, value) return boot_args.merge(value, c.words) end
local args = args_part.words_step { wanted = wanted }
local in_force = args_part.in_force { wanted = wanted, also = function(c, seen) return sip.in_force(c, seen, with) end }

return plan "sip" {
  summary = "Turn System Integrity Protection off, or parts of it, and set boot arguments that need that.",
  params = {
    without = param("words", "", { among = csrutil.part_names(), says = "the parts to open besides those that are; none: all" }),
    exact = param("word", "no", { among = { "no", "yes" }, says = "yes: close the parts that are not named" }),
    words = param("words", "", { most = boot_args.LIMIT, says = "boot arguments to add in the same run, such as -arm64e_preview_abi" }),
  },
  refuse = function(c)
    if c.exact == "yes" and #c.without == 0 then return "exact=yes needs the parts: give --set without=…" end
    if #c.words > 0 and not sip.will_open(with, c, "nvram") then
      return "macOS lets boot arguments be written only while the part nvram is open, too. Give --set without=\"… nvram\""
    end
    return sip.why_not(with, c) or (args_part.too_long(c, wanted))
  end,

  step "sip" {
    from = change,
    why = "Opens these parts of System Integrity Protection; the boot policy becomes Permissive.",
    where = "paired-recovery",
    part = "policy",
    expected = "Permissive Security with these parts open",
  },

  step "boot-args" {
    from = args,
    needs = { "sip" },
  },

  step "restart" {
    from = restart.step,
    needs = { "sip" },
  },

  step "booted" {
    from = in_force,
    why = "Checks that macOS runs with these parts open and these boot arguments, and sets those if recovery could not.",
    where = "macos",
    needs = { "restart" },
    settles = "clean-restart",
    waits_for = "SIP or the boot arguments are not in force yet.",
    undo_first = args_part.UNDO_FIRST,
  },
}
