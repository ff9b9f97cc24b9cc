-- The manual's page on `report`.

return [[
It tells one run on one page: which Mac, what is different now from before the run, each step with its command, how long
it took, what Apple's tool printed, what was read back, and the line to type next. Without a number it tells the newest
run.

The page is HTML that loads nothing from elsewhere: it opens in every browser, light or dark, and prints well. It goes to
standard output, or to `--output FILE`; a file that is there already is never replaced. `--text`, or
a FILE that ends in .txt, makes plain text of it.
On a terminal, without `--output`, you see the text by pages.

    vmq-recovery report --output run.html

Nothing is changed. The newest run is compared with the Mac as it is now, where that can be read: only root is told the
boot policy. For an older run, the page says what its records tell.

# Names

No password is in it: none is ever written down. The names of volumes and owners, UUIDs and the hash of the kernel are in
it. `--anonymous` replaces them by stand-ins, the same name always by the same one; the names that Apple gives to volumes
stay. Read the page before you send it.

`log` tells the records one by one, and `log --json` gives them to programs.
]]
