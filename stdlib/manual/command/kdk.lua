-- The manual's page on `kdk`.

return [[
list :: the Kernel Debug Kits (KDKs) on this Mac; with --online those in the public list, too
check [DIR] :: compares a kit with its package's receipt: macOS updates remove files from kits
fetch :: downloads the kit of exactly this build from the public list
install [FILE] :: installs it from its image: the fetched one, or one you downloaded yourself

`fetch` shows the address, the size and the note on the licence before it asks. A download that broke off continues.
It is used only when its SHA-256 is the one in the list. A kit is also at developer.apple.com, with an Apple account:
give its image to `kdk install FILE`.

Only a kit of exactly this build fits. `--inexact` takes a near one, and says what may happen.
]]
