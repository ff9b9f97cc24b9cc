-- The manual's page on `apply`.

return [[
It works in two phases. In recovery it turns off System Integrity Protection (SIP) and the boot-args filter, makes the
development kernel collection the kernel of the chosen macOS, and sets the boot arguments. Then it asks for a restart.
In macOS it checks that the development kernel runs with these boot arguments, and sets them if recovery could not.

Before anything changes it shows the target, the kernel collection, the boot policy as it is, every command with its
way back, the questions to come and what stops working. Then it wants the volume's name typed. The end of input is
never a yes.

# Where to type it

    in recovery   /Volumes/*/vmq-recovery apply
    in macOS      sudo /System/Volumes/Data/vmq-recovery apply

Apple's tools ask for a volume owner's short name and login password. What you type goes to them. Where it
is shown, only y, n, a menu's number and an owner's name are written down: a password at the wrong question is not.

# When it stops

Run it again: it continues where it was. If a step fails, the steps before it are undone: it says how many, and who
asks for the password again. Then the Mac's state is read and compared, and the last line is how to try again, where
that can help. Ctrl-C at a question goes to the tool that asks. While a tool works, the first Ctrl-C lets it finish,
and then the run stops (exit 6); the second leaves at once and says what may be half done.

# Which kernel collection

Without `--kc` it takes the one that `stage` put on the Data volume. A collection that does not match its checksum
file is refused. One without a checksum file (copied by hand), or given by `--kc`, is inspected and accepted where
only root could have written it; where another user could have, you are asked, and `--yes` is refused (exit 3).

A kernel collection on another system's Data volume, or a custom kernel that is not ours and would be lost, needs
`--volume` and a word typed at the terminal; `--yes` does not answer there.

# Boot arguments

It adds `kcsuffix=development`, `hypervisor=0x1` and `hv_apple_isa_vm_quota=0xFF` (or the number given by `--quota`).
Other words stay byte for byte. 607 bytes fit before macOS 14, and 1,023 from macOS 14 on; if there is no room,
nothing is written.
]]
