-- The manual's page on `stage`.

return [[
It copies this program to the root of the Data volume, and the kernel collection with its checksum file to
`Users/Shared/vmq-recovery` there. Both are read back. It prints the line to type in recovery.
On a terminal, copying or reading a file that lasts longer than a second shows how far it has come.

Without `--kc` it takes what `build` made. With `--kc FILE` it takes any collection of yours that holds
a development kernel for this chip, whoever built it: its SHA-256 is written down, `apply` installs these bytes and no
others, reads back, and can go back. With `--inexact` its kernel may be another than this macOS's or than the kit's.
For another boot object, such as a release kernel or a raw one, there is the plan `boot-object`.
]]
