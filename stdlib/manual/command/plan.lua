-- The manual's page on `plan`.

return [[
It shows the boot policy as it is, what cannot be put back, and each step: `done`, `todo` or `unknown`, the exact
command, and its way back. Behind a step that is not done, `nothing to do now` stands for `done`. It takes no lock and
starts nothing that could change the Mac.

A tool that the plan itself declares is not started: a step that asks it is `unknown`, not looked at. With
`--allow-tools` it is started, and named first. The same holds for `-n` with other commands.

With `--detailed-exitcode` it exits 10 if there are changes, and 0 if there are none. On a terminal a long plan is
shown by pages.
]]
