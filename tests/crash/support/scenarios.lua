-- The Macs, circumstances and commands that are crashed. Must not hold code: only what differs.
--
-- Of commands that only prepare, and of the unlocking of Data (typed whole, on files in a folder: support.preparing):
-- words      what is typed; options: as the command line gives them; code: how it ends where nobody disturbs it
-- after      what is typed before, uncrashed; strangers: files of others on Data
-- person     somebody sits at the terminal; stays: unstage behind it would say nothing
--
-- Of all others:
-- command    what is crashed: apply, revert, rollback, or another plan that ships by its name
-- set        that plan's parameters, as --set takes them; wanted: what it makes: sip0, mode (permissive), kexts, kernel (true: ours), and
--            words behind what others have set
-- after      what was done to the Mac before, uncrashed: "applied" (to the end, then into `into`) or "phase" (one phase)
-- blind      Preboot cannot be read: whether the custom kernel is ours is told by its hash alone
-- lower      what a way back may end in when the old state cannot be had: "reduced", or "stock" (permissive, Apple's kernel)
-- boot_args  what others have set; raised: what they become, where our words are among them already;
--            dropped: what is left of them when nothing was recorded
-- fails      apply cannot succeed here: it must end back at the old state by itself

-- Somebody had one of our words before, with another value.
local OWN_KEY = "-v hypervisor=0x2  debug=0x14e"
local OWN_KEY_DROPPED = "-v  debug=0x14e"
local OWN_KEY_RAISED = "-v hypervisor=0x1  debug=0x14e kcsuffix=development hv_apple_isa_vm_quota=0xFF"

-- Files of others, beside those of this program.
local STRANGERS = { ["/Users/Shared/vmq-recovery/notes.txt"] = "mine\n", ["/Library/Developer/KDKs/readme.txt"] = "mine\n",
  ["/private/var/db/vmq-recovery/kits/other.iso"] = "mine\n", ["/private/var/db/vmq-recovery/build/old.kc"] = "mine\n" }

local FETCH, INSTALL, BUILD, STAGE = { "kdk", "fetch" }, { "kdk", "install" }, { "build" }, { "stage" }
local OTHERS = { exclude = { "com.apple.driver.AppleHV" } } -- another collection than without it
local IN_MACOS, WITH_KIT = { "macos" }, { "macos", "kit-installed" }

return {
  { name = "build", words = BUILD, circumstances = WITH_KIT, strangers = STRANGERS },
  { name = "build-over", words = BUILD, options = OTHERS, circumstances = WITH_KIT, after = { BUILD } },
  { name = "build-fails", words = BUILD, circumstances = WITH_KIT, after = { BUILD }, options = OTHERS,
    faults = { "kmutil:half-file" }, code = 1 },
  { name = "stage", words = STAGE, circumstances = { "macos", "kit-installed", "no-collection" }, after = { BUILD },
    strangers = STRANGERS },
  { name = "stage-over", words = STAGE, circumstances = WITH_KIT, after = { BUILD } },
  { name = "unstage", words = { "unstage" }, circumstances = WITH_KIT, after = { BUILD, STAGE }, strangers = STRANGERS },
  { name = "unstage-kits", words = { "unstage" }, options = { kits = true }, circumstances = IN_MACOS, after = { FETCH, INSTALL, BUILD },
    strangers = STRANGERS },
  { name = "kdk-fetch", words = FETCH, circumstances = IN_MACOS, strangers = STRANGERS },
  { name = "kdk-fetch-cut", words = FETCH, circumstances = IN_MACOS, faults = { "curl:cut" }, code = 1 },
  { name = "kdk-fetch-wrong", words = FETCH, circumstances = IN_MACOS, faults = { "curl:wrong-bytes" }, code = 1 },
  { name = "kdk-install", words = INSTALL, circumstances = IN_MACOS, after = { FETCH }, strangers = STRANGERS },
  { name = "kdk-install-fails", words = INSTALL, circumstances = IN_MACOS, after = { FETCH }, faults = { "installer:die-halfway" },
    code = 5 },
  { name = "unlock", words = { "resume" }, circumstances = { "filevault-locked" }, person = true, stays = true },
  { name = "unlock-refused", words = { "resume" }, circumstances = { "filevault-locked", "password-refused-always" }, person = true,
    stays = true, code = 3 },
  { name = "apply", command = "apply" },
  { name = "apply-m1", command = "apply", mac = "m1-12.6" },
  { name = "apply-two-systems", command = "apply", mac = "m2-15" },
  { name = "apply-m4", command = "apply", mac = "m4-26", blind = true },
  { name = "apply-m5", command = "apply", mac = "m5-26.6" },
  { name = "apply-filter", command = "apply", circumstances = { "csrutil-leaves-filter" } },
  { name = "apply-filter-blind", command = "apply", circumstances = { "csrutil-leaves-filter", "boot-args-set" }, blind = true },
  { name = "apply-foreign-words", command = "apply", circumstances = { "boot-args-set" } },
  { name = "apply-denied", command = "apply", circumstances = { "nvram-denied" } },
  { name = "apply-denied-foreign", command = "apply", circumstances = { "nvram-denied", "boot-args-set" } },
  { name = "apply-lost", command = "apply", circumstances = { "nvram-lost", "boot-args-set" } },
  { name = "apply-permissive", command = "apply", circumstances = { "already-permissive" } },
  { name = "apply-offline", command = "apply", circumstances = { "offline", "boot-args-set" }, lower = "reduced" },
  { name = "apply-foreign-kernel", command = "apply", circumstances = { "custom-kernel-installed" }, lower = "stock" },
  { name = "apply-reduced", command = "apply", circumstances = { "reduced-with-kexts" }, lower = "approvals" },
  { name = "apply-fails", command = "apply", circumstances = { "preboot-full", "boot-args-set" }, fails = true },
  { name = "apply-fails-offline", command = "apply", circumstances = { "preboot-full", "offline" }, fails = true,
    lower = "reduced" },
  { name = "apply-lie", command = "apply", faults = { "kmutil:lie" }, fails = true },
  { name = "apply-own-key", command = "apply", boot_args = OWN_KEY, raised = OWN_KEY_RAISED,
    dropped = OWN_KEY_DROPPED },
  { name = "sip", command = "sip", set = { "without=fs nvram", "words=-arm64e_preview_abi" },
    wanted = { sip0 = 0x42, words = "-arm64e_preview_abi" } },
  { name = "sip-denied-foreign", command = "sip", set = { "words=-arm64e_preview_abi" },
    circumstances = { "nvram-denied", "boot-args-set" }, wanted = { sip0 = 0x7f, words = "-arm64e_preview_abi" } },
  { name = "dtrace", command = "dtrace", set = {}, wanted = { sip0 = 0x20 } },
  { name = "dtrace-offline", command = "dtrace", set = {}, circumstances = { "offline" }, lower = "reduced", wanted = { sip0 = 0x20 } },
  { name = "research-guests", command = "research-guests", mac = "m2-15", set = {}, wanted = { sip0 = 0x1000 } },
  { name = "research-guests-words", command = "research-guests", mac = "m4-26", set = { "words=amfi_get_out_of_my_way=1" },
    circumstances = { "already-permissive", "boot-args-set" }, wanted = { sip0 = 0x107f, words = "amfi_get_out_of_my_way=1" } },
  { name = "kernel-debug", command = "kernel-debug", set = { "words=debug=0x144 -v" }, circumstances = { "nvram-denied" },
    wanted = { kernel = true, sip0 = 0x7f, words = "kcsuffix=development debug=0x144 -v" } },
  { name = "kexts", command = "kexts", set = { "ids=org.example.driver.Gadget" }, wanted = { mode = "reduced", kexts = true } },
  { name = "kexts-mdm", command = "kexts", set = { "ids=org.example.driver.Gadget" }, circumstances = { "mdm-allowed", "boot-args-set" },
    wanted = { mode = "reduced", kexts = true }, lower = "reduced" },
  { name = "boot-object", command = "boot-object",
    set = { "file=/Volumes/Macintosh HD - Data/Users/Shared/vmq-recovery/VirtualMachine.kc" }, circumstances = { "boot-args-set" },
    wanted = { kernel = true } },
  { name = "boot-object-reduced", command = "boot-object", circumstances = { "reduced-with-kexts" }, lower = "approvals",
    set = { "file=/Volumes/Macintosh HD - Data/Users/Shared/vmq-recovery/VirtualMachine.kc" }, wanted = { kernel = true, kexts = true } },
  { name = "boot-args", command = "boot-args", set = { "add=debug=0x14f" }, circumstances = { "already-permissive" },
    wanted = { sip0 = 0x7f, words = "debug=0x14f" } },
  { name = "trial-order", command = "trial", set = { "item=order" }, circumstances = { "boot-args-set" } },
  { name = "trial-sip-offline", command = "trial", set = { "item=sip" }, circumstances = { "offline" }, lower = "reduced" },
  { name = "trial-kernel", command = "trial", set = { "item=kernel" } },
  { name = "trial-guests", command = "trial", set = { "item=guests" }, mac = "m2-15" },
  { name = "revert", command = "revert", after = "applied", into = "paired-recovery" },
  { name = "revert-m4", command = "revert", after = "applied", into = "paired-recovery", mac = "m4-26",
    circumstances = { "boot-args-set" } },
  { name = "revert-macos", command = "revert", after = "applied", into = "macos", circumstances = { "boot-args-set" } },
  { name = "revert-offline", command = "revert", after = "applied", into = "paired-recovery",
    circumstances = { "offline" }, lower = "reduced" },
  { name = "revert-newer", command = "revert", after = "applied", into = "paired-recovery",
    circumstances = { "newer-macos", "boot-args-set" }, lower = "reduced" },
  { name = "revert-half-way", command = "revert", after = "phase", into = "paired-recovery" },
  { name = "revert-own-key", command = "revert", after = "applied", into = "paired-recovery", boot_args = OWN_KEY,
    raised = OWN_KEY_RAISED },
  { name = "rollback", command = "rollback", after = "applied", into = "paired-recovery", circumstances = { "boot-args-set" } },
  { name = "rollback-macos", command = "rollback", after = "applied", into = "macos", circumstances = { "boot-args-set" } },
  { name = "rollback-phase", command = "rollback", after = "phase", into = "paired-recovery" },
  { name = "rollback-offline", command = "rollback", after = "applied", into = "paired-recovery",
    circumstances = { "offline" }, lower = "reduced" },
  { name = "rollback-permissive", command = "rollback", after = "applied", into = "paired-recovery",
    circumstances = { "already-permissive", "boot-args-set" } },
  { name = "rollback-permissive-macos", command = "rollback", after = "applied", into = "macos",
    circumstances = { "already-permissive" } },
  { name = "rollback-own-key", command = "rollback", after = "applied", into = "paired-recovery", boot_args = OWN_KEY,
    raised = OWN_KEY_RAISED },
}
