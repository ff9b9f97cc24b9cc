-- The manual's page on `build`.

return [[
It takes the kernel from the installed Kernel Debug Kit (KDK) of exactly this macOS build, and the kernel extensions
that this Mac has loaded, less those known not to link and less those of third parties. What is left out is shown. It
takes minutes.

`--exclude ID` leaves one more out, and `--include ID` takes one back. If an extension does not link, the error names
it, and the line to type is printed.

`--from-kit --model NAME` uses the kit's own list, also for another Mac. `--inexact` takes a kit of a near build where
none fits, and says what may happen.

The source of the commands is `vmq-recovery source scripts/build.lua`.
]]
