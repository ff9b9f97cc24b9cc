-- The manual's page on the whole way: before, from the kit to the raised limit, and what each command shows.

local walk = { summary = "the whole way, from the kit to more macOS guests" }

walk.text = [[
# Before you start

backup :: of everything you need. A spare Mac or volume is better than your main one.
updates :: automatic macOS updates off: with a custom kernel they end in an error
owner :: the short name and login password of a volume owner; `diskutil apfs listUsers /` lists them
licence :: the macOS licence still counts two further copies in virtual machines, whatever the kernel allows
rehearse :: `vmq-recovery rehearse life --yes` plays all of this on a simulated Mac, also on Linux

# 1. In macOS

    sudo vmq-recovery kdk fetch      the Kernel Debug Kit (KDK) of this macOS
    sudo vmq-recovery kdk install    installs it
    sudo vmq-recovery build          the kernel collection; minutes
    sudo vmq-recovery stage          what recovery needs, where it finds it
    sudo vmq-recovery doctor         is everything ready for recovery?

Each says first what it will do. Each can be stopped and run again.

# 2. In recovery

Shut down; do not restart. Hold the power button until "Loading startup options" appears, then let go. Choose Options
and a user, then Utilities > Terminal. Unplug other disks, and type:

    /Volumes/*/vmq-recovery doctor
    /Volumes/*/vmq-recovery apply

The shell finds the program on whatever volume it lies. No such file: the Data volume is locked or not mounted. Unlock it with
`diskutil apfs unlockVolume "Macintosh HD - Data"`, or mount it with `diskutil mount` where it is not encrypted.
Killed, or not permitted: copy the program to /tmp and start it there.

The first line says which program it is: version, path, volume. Where others than root could have written that file,
it says so and asks for a typed word; with --yes it ends with exit code 3. In macOS your own copy is only named.

The path `/Volumes/Macintosh HD/vmq-recovery`, which older instructions name, cannot exist: that volume is sealed.

Apple's tools ask two or three times for the owner's short name and password, and whether to go on. A line above each
says what to type; what the tool itself says has a bar at its left. At the first password prompt, press Tab to type the
password once: it is kept in locked memory for this run, typed at the further prompts, and wiped at the end. Where it
was typed stands `(kept for this run)`. One that was refused is forgotten.

Ctrl-C lets a tool that works finish, and then stops; a second one leaves at once. What is said then is in which state
the Mac is, how to go on, and how to go back.

# 3. In macOS again

Restart when it says so. Then:

    sudo /System/Volumes/Data/vmq-recovery apply     the rest
    sudo /System/Volumes/Data/vmq-recovery verify    is the limit raised?

# 4. Before each macOS update

Run `revert`, update, build the kernel collection of the new macOS, stage it, and apply again.

# 5. Uninstall

Run `revert`, then `unstage` in macOS. It lists each file before it asks.

# By hand, without build

Link a collection with `kmutil create` as `vmq-recovery source scripts/build.lua` shows. Copy it to
/Users/Shared/vmq-recovery/VirtualMachine.kc, and the program to the root of the Data volume. `apply` inspects it, and
says that no checksum file was found.
]]

return walk
