-- The manual's page on `status`.

return [[
It needs nothing to be right, and says of what it cannot read why. In macOS it also tells the quota in force, running
guests, whether the kernel collection still matches this macOS, an update that waits to be installed (run `revert`
first), and whether the Mac is managed.

Where a run is not finished, its last lines are what to type next. It exits 3 only where `--volume` names no system
of this Mac.
]]
