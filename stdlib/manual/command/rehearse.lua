-- The manual's page on `rehearse`.

return [[
The real program works against a simulated Mac in a scratch folder, which is thrown away afterwards. The owner's name
and password are made up and shown. With `--yes` they are typed for you. Nothing outside that folder is touched; it
needs neither a Mac nor root.

apply :: in recovery, a restart, and the rest in macOS
revert :: the way back, on a Mac where apply was run first
step :: apply, one step at a time
life :: everything: kit, build, stage, recovery, apply, restart, verify, an update, revert
NAME or FILE :: a plan inside the program, or one of your own

`--with` plays a circumstance, such as `offline` or `nvram-denied`. `--fault TOOL:HOW` lets a tool fail, such as
`kmutil:act-then-fail`. `--list` shows all of them, and the simulated Macs for `--mac`.

# Examples

    vmq-recovery rehearse life --yes
    vmq-recovery rehearse revert --with offline --yes
    vmq-recovery rehearse --mac m4-26 --with nvram-denied
    vmq-recovery rehearse --fault kmutil:act-then-fail --yes
]]
