-- The manual's page on `resume`.

return [[
A run is open when it was stopped: by you, by a restart, or by a power cut. `resume` reads the journal, looks at what
the Mac really is like, and continues. A command that was begun and had no effect is run again; one that had its
effect is not.

If a step left the Mac in a state that this program does not recognise, nothing more is changed, both states are shown,
and it exits 11.

Where `resume` cannot go on here, it says where: in recovery, or in macOS.
]]
