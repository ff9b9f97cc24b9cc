-- Boots a kernel of a kit, of which a debugger knows the symbols, with boot arguments for it. Phase one in paired recovery, phase two in
-- macOS.

local kernel = part "kernel"

return plan "kernel-debug" {
  summary = "Boot a development kernel collection with boot arguments for a debugger.",
  params = kernel.params {
    variant = param("word", "development", { among = { "development", "kasan" }, says = "the kind of kernel in the collection" }),
    words = param("words", "", { most = boot_args.LIMIT, says = "boot arguments besides kcsuffix, such as debug=0x144 wdt=-1 -v "
      .. "kdp_match_name=en0; hypervisor=0x1 where virtual machines are to run" }),
  },
  refuse = function(c)
    for index = 2, #c.words do
      if boot_args.key(c.words[index]) == "kcsuffix" then return c.words[index] .. " is among the words; give --set variant=… instead" end
    end
  end,

  step "copy" { from = kernel.copy "collection" },
  step "sip" { from = kernel.sip },
  step "boot-args-filter" { from = kernel.boot_args_filter },

  step "kernel" {
    from = kernel.register,
    why = "Makes this volume start with the kernel of the kit. The last of the policy changes.",
  },

  step "boot-args" {
    from = kernel.boot_args,
    why = "Tells that kernel how it is to be debugged. Boot arguments set by anyone else are kept unchanged.",
  },

  step "restart" { from = kernel.restart },

  step "booted" {
    from = kernel.booted,
    why = "Checks that the kernel of the kit runs with these boot arguments, and sets them if recovery could not.",
    waits_for = "The kernel of the kit or its boot arguments are not in force yet.",
  },

  step "copy-away" { from = kernel.copy_away },
}
