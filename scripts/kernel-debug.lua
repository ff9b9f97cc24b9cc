-- Boots a kernel of a kit, of which a debugger knows the symbols, with boot arguments for it. Phase one in paired recovery, phase two in
-- macOS.

local kernel = part "kernel"

return plan "kernel-debug" (kernel.plan({
  summary = "Boot a development kernel collection with boot arguments for a debugger.",
  refuse = function(c)
    for index = 2, #c.words do
      if boot_args.key(c.words[index]) == "kcsuffix" then return c.words[index] .. " is among the words; give --set variant=… instead" end
    end
  end,
  params = kernel.params {
    variant = param("word", "development", { among = { "development", "kasan" }, says = "the kind of kernel in the collection" }),
    words = param("words", "", { most = boot_args.LIMIT, says = "boot arguments besides kcsuffix, such as debug=0x144 wdt=-1 -v "
      .. "kdp_match_name=en0; hypervisor=0x1 where virtual machines are to run" }),
  },
}, "the kernel of the kit",
  "Tells that kernel how it is to be debugged. Boot arguments set by anyone else are kept unchanged."))
