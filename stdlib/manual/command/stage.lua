-- The manual's page on `stage`.

return [[
It copies this program to the root of the Data volume, and the kernel collection with its checksum file to
`Users/Shared/vmq-recovery` there. Both are read back. It prints the line to type in recovery.

Without `--kc` it takes what `build` made. With `--kc FILE` it takes any collection of yours.
]]
