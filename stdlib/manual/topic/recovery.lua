-- The manual's page on the way back: a card to be photographed before the Mac is shut down, and what else there is.

local recovery = { summary = "the way back: a card to photograph, and what to do when the Mac does not start" }

recovery.text = [[
Photograph this before you shut down:

    THE WAY BACK TO APPLE'S KERNEL AND FULL SECURITY
    1 Shut down. Hold the power button until "Loading startup
      options" appears, let go. Options > user > password.
    2 Menu Utilities > Terminal. Type this line, then Enter:
          /Volumes/*/vmq-recovery revert
    3 No such file? For Data (see diskutil apfs list), then 2:
          diskutil apfs unlockVolume DISK or diskutil mount DISK
    4 No Terminal? Startup Security Utility > Full Security.

# When macOS does not start

Hold the power button until the Mac is off, and begin with line 1. What the screen may say:

Custom kernel failed to boot :: the custom kernel does not start; virtual Macs of macOS 14.3 and older start none
The version of macOS on the selected disk needs to be reinstalled :: what starts by default cannot. Where a custom kernel
  stands, `revert` before anything is installed.
rootvp not authenticated :: a panic: the sealed system volume was changed, and the policy wants it sealed. Turn the seal
  off as it was before, or install macOS again over it.

# Three ways back, from near to far

rollback :: undoes what one run did, down to the state recorded before it
revert :: Full Security, or the nearest that can be had; needs no earlier run and no journal
no program :: Startup Security Utility > Full Security. It asks for an owner's password. Boot arguments stay as they
  are.

Last of all: revive or restore the Mac from another one (DFU). A restore erases it.

# By hand, beside this program

Startup Security Utility :: Reduced Security set there turns SIP and the sealed volume's check on again, without a word,
  and forgets a custom kernel. `status` shows what is so now.
csrutil enable :: forgets a custom kernel, too, and may need the Internet. Take boot arguments out first: with SIP on,
  macOS lets nobody change them.
another system's recovery :: `revert` reaches Full or Reduced Security from there, too. What lowers the policy does not
  work there.

# When Full Security is refused

Apple refuses it while a newer macOS is out. That is normal: the Mac is then at Reduced Security with Apple's kernel.
Update macOS, and run `revert` again. Without Internet it is refused, too.

# When macOS refuses an update

"A snapshot is currently set to boot that is not the currently booted snapshot": macOS would start another copy of its
system than the one that runs, as after a change to the sealed volume. Restart, and try again. If it stays, run
`sudo bless --mount / --last-sealed-snapshot --setBoot`, and restart: changes made to that volume are gone then. Below
Full Security the next macOS may be refused as well: `revert` first.

# When the password is refused

It is a login password of a volume owner, with the short name, not the full one; recovery's screens show full names. A
Mac counts refused passwords. Where an owner is not accepted at all, `diskutil apfs updatePreboot /` in macOS brings
its list of owners up to date.

# When it says that a tool of an earlier run is still at work

The program was killed, or its window was closed, while the tool was at work, and the tool goes on by itself. Wait until
it has ended, and type the same line again. A restart ends it, too. `vmq-recovery help resume` says more.

# When the terminal shows nothing that you type

The program was killed at a password prompt. Type `stty sane` and Enter.
]]

return recovery
