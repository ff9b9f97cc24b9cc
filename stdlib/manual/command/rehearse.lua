-- The manual's page on `rehearse`.

return [[
The real program works against a simulated Mac in a scratch folder, which is thrown away afterwards. The owner's name
and password are made up and shown. With `--yes` they are typed for you. Nothing outside that folder is touched; it
needs neither a Mac nor root.

apply :: in recovery, a restart, and the rest in macOS
revert, rollback :: the ways back, on a Mac where apply was run first, unseen
step :: apply, one step at a time
life :: everything: kit, build, stage, doctor, recovery, apply, restart, verify, an update, revert
doctor, status, plan, log :: these commands, on the Mac as it begins
NAME or FILE :: a plan inside the program, or one of your own

`--with` plays a circumstance, such as `offline` or `nvram-denied`. `--fault TOOL:HOW` lets a tool fail, such as
`kmutil:act-then-fail`; one that never came to pass is told at the end. `--list` shows all of them, and the simulated Macs for `--mac`.

# Your own Mac

`--like this` looks at this Mac first, changes nothing, and plays the rehearsal on a simulated Mac with its volumes,
owners, boot policy, boot arguments and release. With `sudo`, or the boot policy stays unknown. `--like FILE` takes
the file that `record` wrote, also on another machine. The password is made up in both. A Mac that was recorded in
macOS starts in the recovery of the same system.

A Mac that was recorded after `apply` is rehearsed as it is: `revert` starts at once, and `life` begins with `verify`.
A record holds neither the custom kernel nor the journals. So `apply` takes that kernel for somebody else's and asks
before it replaces it, and `rollback` has nothing to undo.

What a record cannot tell is listed first: whether Apple still signs this macOS for Full Security, for example.
`--variant 1` (the default) and `--variant 2` play it both ways.

# A Mac that stays

`--keep DIR` leaves the simulated Mac in DIR, which must be new or empty. With nothing to rehearse it only lays the
Mac out. Then every command works on it with `--root DIR`, without root: stop `apply` half-way, restart the Mac, and
`resume` or `rollback`. `rehearse --keep DIR restart [recovery|macos]` restarts it and repeats the password;
`--unclean` does it as a power cut would. Remove the folder when you are done.

# Examples

    sudo vmq-recovery rehearse --like this

    vmq-recovery rehearse --keep /tmp/my-mac --mac m2-15
    vmq-recovery rehearse life --yes
    vmq-recovery rehearse revert --with offline --yes
    vmq-recovery rehearse --mac m4-26 --with nvram-denied
    vmq-recovery rehearse --fault kmutil:act-then-fail --yes
]]
