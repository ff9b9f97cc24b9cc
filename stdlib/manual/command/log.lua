-- The manual's page on `log`.

return [[
Without a number it tells the newest run. Each line has its time, the step, what was about to be run, and what was
read afterwards. On a terminal a long journal is shown by pages.
]]
