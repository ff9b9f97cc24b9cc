-- The manual's page on `log`.

return [[
Without a number it tells the newest run. Each line has its time, the step, what was about to be run, and what was
read afterwards. Below it stand all runs, the newest first, with what is left of each: open, stands, undone, or changed
nothing. `rollback` undoes the newest that stands, `revert` ends all of them. Of the newest run it says last what comes
next, and where a step failed, why. On a terminal a long journal is shown by pages.
]]
