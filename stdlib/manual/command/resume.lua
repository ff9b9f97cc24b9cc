-- The manual's page on `resume`.

return [[
A run is open when it was stopped: by you, by a restart, or by a power cut. `resume` reads the journal, looks at what
the Mac really is like, and continues. A command that was begun and had no effect is run again; one that had its
effect is not.

If a step left the Mac in a state that this program does not recognise, nothing more is changed, both states are shown,
and it exits 11.

If the program was killed while a tool was at work, or its window was closed, the tool may go on by itself. `resume`,
`rollback`, and every other command that changes the Mac, name it and wait until it has ended: at most 10 minutes
(Ctrl-C stops waiting), 1 minute with nobody at the terminal. Then they exit 7 and change nothing. Afterwards the boot
policy is read until two readings, 10 seconds apart, are equal: a daemon of Apple's may finish what its tool began. A
restart ends all of this at once.

Where `resume` cannot go on here, it says where: in recovery, or in macOS.
]]
