-- The manual's page on `kc`.

return [[
It tells size, checksum, the kernel's version, variant and chip, and the number of kernel extensions; and whether the
collection fits the macOS that is the target. It exits 3 if it does not. A collection wrapped as IM4P or IMG4 is named
as that, with what to give instead.
]]
