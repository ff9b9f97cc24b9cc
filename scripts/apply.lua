-- Boots the development kernel collection and lifts the two-guest limit. Phase one in paired recovery, phase two in macOS.

local kernel = part "kernel"

return plan "apply" (kernel.plan({
  summary = "Boot the development kernel collection, whose boot argument lifts the two-guest limit.",
  params = kernel.params(),
}, "the development kernel",
  "Tells the development kernel how many macOS guests may run. Boot arguments set by anyone else are kept unchanged."))
