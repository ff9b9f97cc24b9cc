-- The manual's page on `unstage`.

return [[
It takes this program's files away again: the staged program, the kernel collection and its checksum file, and what
`build` made; `apply`'s own copy, too. Each file is listed before you are asked, and you type the volume's name.

A file is removed only if its SHA-256 stands in a journal of this program. One that was changed since, a link, and a file
in a place of your own (`build --output`) stay, and are named. The journals stay, too.

While a custom kernel is installed, or a run is not finished, it refuses (exit 3): `revert` first, or `resume`.

What a run that was cut off has left is no whole file, and no journal has its SHA-256: it stays, and is named.

With `--kits` the images that `kdk fetch` downloaded go as well, and the kits that `kdk install` installed, with macOS's
receipts of them. A kit that was there before stays: it is named, with the line that removes it.
]]
