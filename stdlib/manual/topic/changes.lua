-- The manual's page on what is changed on the Mac, and what is not.

local changes = { summary = "what changes on the Mac, what stops working, what is not touched" }

changes.text = [[
# What apply changes, for the chosen macOS only

boot policy :: Permissive Security: a kernel that Apple did not sign can start.
SIP :: System Integrity Protection is off: a root process can do lasting harm.
boot-args filter :: Off: the kernel gets boot arguments that Apple does not list.
kernel :: The development kernel collection: more checks, perhaps more panics. macOS updates end in an error until
  `revert`.
boot-args :: Three words are added: `kcsuffix=development hypervisor=0x1 hv_apple_isa_vm_quota=0xFF`.

# What stops working until Full Security is back

Apple Pay, iPhone and iPad apps, the best video quality, and macOS updates.

# What is not touched

FileVault, your files, the sealed system volume, other installed systems and their policies, and every password.

# What is not offered

Nothing here removes device management, resets a password, or gets round an owner of the volume. It patches nothing,
and holds no kernel and no kit.

Two other ways to more guests are possible, and not offered. An extension could write into the running release kernel:
it has to find the place anew in each build, a wrong one is a panic, and nothing can read back whether it was right. A
release kernel can be patched and started in the same way: the macOS licence forbids changed copies of Apple's software,
and each update needs a new patch. A collection that you made yourself can be brought: `stage --kc FILE`.

# What is known of real Macs

Every fact about Apple's tools comes from published transcripts, manual pages and sources. The program has been
rehearsed on simulated and recorded Macs; it has not been run on a real Mac yet.
]]

return changes
