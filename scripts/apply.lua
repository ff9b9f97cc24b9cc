-- Boots the development kernel collection and lifts the two-guest limit. Phase one in paired recovery, phase two in macOS.
-- The order is what keeps it right: a bputil call rebuilds the whole policy, csrutil and kmutil edit it (reference §1.4).

local kernel = part "kernel"

return plan "apply" {
  summary = "Boot the development kernel collection, whose boot argument lifts the two-guest limit.",
  params = kernel.params(),

  step "copy" { from = kernel.copy "collection" },
  step "sip" { from = kernel.sip },
  step "boot-args-filter" { from = kernel.boot_args_filter },

  step "kernel" {
    from = kernel.register,
    why = "Makes this volume start with the development kernel. The last of the policy changes.",
  },

  step "boot-args" {
    from = kernel.boot_args,
    why = "Tells the development kernel how many macOS guests may run. Boot arguments set by anyone else are kept unchanged.",
  },

  step "restart" { from = kernel.restart },

  step "booted" {
    from = kernel.booted,
    why = "Checks that the development kernel runs with these boot arguments, and sets them if recovery could not.",
    waits_for = "The development kernel or its boot arguments are not in force yet.",
  },

  step "copy-away" { from = kernel.copy_away },
}
